"""Commands as processes on this machine, as many at a time as it has processors."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from queue import Queue
from threading import RLock, Thread

from aurora_cli.operations.fleet.executors.backlog import Backlog
from aurora_cli.operations.fleet.executors.command import start_command
from aurora_cli.operations.fleet.executors.executor import Ended, Task


class Processes:
    """An `Executor`.

    Each command has a session of its own, so that Ctrl-C in the terminal reaches it through `cancel` alone, once.

    Args:
        environ: their environment.
        most: how many run at a time; default: as many as there are processors.
    """

    def __init__(self, environ: Mapping[str, str], most: int | None = None) -> None:
        self._environ = dict(environ)
        self._most = most or os.cpu_count() or 1
        self._backlog = Backlog()
        self._running: dict[str, tuple[Task, subprocess.Popen[bytes]]] = {}
        self._ended: Queue[Ended] = Queue()
        self._lock = RLock()

    def submit(self, task: Task) -> None:
        """See `Executor`."""
        self._backlog.add(task)

    def watch(self) -> Iterator[Ended]:
        """See `Executor`."""
        with self._lock:
            self._start()
        while self._running:
            ended = self._ended.get()
            with self._lock:
                del self._running[ended.task.name]
                self._backlog.release(ended.task)
                self._start()
            yield ended

    def cancel(self, *, running: bool = True) -> None:
        """See `Executor`."""
        with self._lock:
            self._backlog.clear()
            for _, process in self._running.values() if running else ():
                with suppress(ProcessLookupError):
                    process.send_signal(signal.SIGINT)

    def close(self) -> None:
        """See `Executor`."""
        self._backlog.clear()

    def _start(self) -> None:
        for task in self._backlog.take(self._most - len(self._running)):
            process = start_command(task.words, task.out, task.log, self._environ)
            self._running[task.name] = task, process
            Thread(target=self._await, args=(task, process, time.monotonic()), daemon=True).start()

    def _await(self, task: Task, process: subprocess.Popen[bytes], started: float) -> None:
        status = process.wait()
        self._ended.put(Ended(task, status if status >= 0 else None, time.monotonic() - started))
