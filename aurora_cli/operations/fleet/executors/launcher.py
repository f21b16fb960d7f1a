"""How commands begin: forked from a server once there is one, else as new processes."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from subprocess import Popen
from threading import Lock

from aurora_cli.operations.fleet.executors.command import start_command
from aurora_cli.operations.fleet.executors.executor import Task
from aurora_cli.operations.fleet.executors.forks import Fork, Forks, can_fork


class Launcher:
    """Starts commands, from any thread.

    Args:
        environ: their environment.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = dict(environ)
        self._forks: Forks | None = None
        self._may_fork = can_fork()
        self._lock = Lock()

    def expect_more(self) -> None:
        """More than a few commands come: start the server, on systems that have what it needs, unless it was started before."""
        with self._lock:
            if self._may_fork:
                self._may_fork = False
                with suppress(OSError):  # without it they take longer
                    self._forks = Forks(self._environ)

    def start(self, task: Task) -> Popen[bytes] | Fork:
        """Begin a command. Raises OSError: its files cannot be made, or the process cannot be started."""
        with self._lock:
            if self._forks:
                with suppress(OSError):  # e.g. since its words are too long: this one is a process of its own
                    return self._forks.start(task)
                if self._forks.ended:
                    self._forks = None
        return start_command(task.words, task.out, task.log, self._environ)

    def close(self) -> None:
        """End the server; what it has begun goes on."""
        if self._forks:
            self._forks.close()
