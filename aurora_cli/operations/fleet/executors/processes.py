"""Commands as processes on this machine, as many at a time as it has processors."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from queue import Queue
from threading import RLock, Thread
from typing import IO

from aurora_cli.operations.fleet.executors.executor import Ended, Task
from aurora_cli.writing import FILE_MODE


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
        self._waiting: list[Task] = []
        self._running: dict[str, tuple[Task, subprocess.Popen[bytes]]] = {}
        self._ended: Queue[Ended] = Queue()
        self._lock = RLock()

    def submit(self, task: Task) -> None:
        """See `Executor`."""
        self._waiting.append(task)

    def watch(self) -> Iterator[Ended]:
        """See `Executor`."""
        with self._lock:
            self._start()
        while self._running:
            ended = self._ended.get()
            with self._lock:
                del self._running[ended.task.name]
                self._start()
            yield ended

    def cancel(self, *, running: bool = True) -> None:
        """See `Executor`."""
        with self._lock:
            self._waiting.clear()
            for _, process in self._running.values() if running else ():
                with suppress(ProcessLookupError):
                    process.send_signal(signal.SIGINT)

    def close(self) -> None:
        """See `Executor`."""
        self._waiting.clear()

    def _start(self) -> None:
        used = Counter(limit for task, _ in self._running.values() for limit, _ in task.limits)
        for task in list(self._waiting):
            room = len(self._running) < self._most and all(used[limit] < most for limit, most in task.limits)
            if room:
                self._waiting.remove(task)
                used.update(limit for limit, _ in task.limits)
                with _private(task.out) as out, _private(task.log) as log:
                    process = subprocess.Popen(
                        [sys.executable, "-m", "aurora_cli", *task.words],
                        env=self._environ,
                        stdin=subprocess.DEVNULL,
                        stdout=out,
                        stderr=log,
                        start_new_session=True,
                    )
                self._running[task.name] = task, process
                Thread(target=self._await, args=(task, process, time.monotonic()), daemon=True).start()

    def _await(self, task: Task, process: subprocess.Popen[bytes], started: float) -> None:
        status = process.wait()
        self._ended.put(Ended(task, status if status >= 0 else None, time.monotonic() - started))


def _private(path: Path) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, FILE_MODE), "wb")
