"""Commands as processes on this machine, as many at a time as it has processors."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from queue import Queue
from subprocess import Popen
from threading import RLock, Thread

from aurora_cli.operations.fleet.executors.backlog import Backlog
from aurora_cli.operations.fleet.executors.executor import Ended, Task
from aurora_cli.operations.fleet.executors.forks import Fork
from aurora_cli.operations.fleet.executors.launcher import Launcher


class Processes:
    """An `Executor`.

    Each command has a session of its own, so that Ctrl-C in the terminal reaches it through `cancel` alone, once. Those that
    find no room at first are forked from a server, on systems that have what it needs, and as long as it lives.

    Args:
        environ: their environment.
        most: how many run at a time; default: as many as there are processors.
    """

    def __init__(self, environ: Mapping[str, str], most: int | None = None) -> None:
        self._launcher = Launcher(environ)
        self._most = most or os.cpu_count() or 1
        self._backlog = Backlog()
        self._running: dict[Task, Popen[bytes] | Fork] = {}
        self._ended: Queue[Ended] = Queue()
        self._lock = RLock()
        self._over = False

    def submit(self, task: Task) -> None:
        """See `Executor`."""
        with self._lock:
            if not self._over:
                self._backlog.add(task)

    def watch(self) -> Iterator[Ended]:
        """See `Executor`."""
        while self._start() or not self._ended.empty():
            ended = self._ended.get()
            self._start()
            yield ended

    def cancel(self, *, running: bool = True) -> None:
        """See `Executor`."""
        with self._lock:
            self._over = True
            self._backlog.clear()
            for command in self._running.values() if running else ():
                with suppress(ProcessLookupError):
                    command.send_signal(signal.SIGINT)

    def close(self) -> None:
        """See `Executor`."""
        self.cancel(running=False)
        self._launcher.close()

    def _start(self) -> bool:
        """Start what has room; gives whether anything runs."""
        with self._lock:
            for task in self._backlog.take(self._most - len(self._running)):
                command = self._launcher.start(task)
                self._running[task] = command
                Thread(target=self._await, args=(task, command, time.monotonic()), daemon=True).start()
            if self._backlog:
                self._launcher.expect_more()
            return bool(self._running)

    def _await(self, task: Task, command: Popen[bytes] | Fork, started: float) -> None:
        status = command.wait()
        known = status is not None and status >= 0
        with self._lock:  # here, since Ctrl-C may keep `watch` from anything that it does
            del self._running[task]
            self._backlog.release(task)
            self._ended.put(Ended(task, status if known else None, time.monotonic() - started))
