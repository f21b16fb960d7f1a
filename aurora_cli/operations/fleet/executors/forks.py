"""Commands forked from a server that has loaded what they work with; see `aurora_cli/fork_server.py`."""

from __future__ import annotations

import errno
import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from itertools import count
from queue import SimpleQueue
from threading import Lock, Thread

from aurora_cli.operations.fleet.executors.executor import Task
from aurora_cli.writing import open_private

MESSAGE_BYTES = 1 << 17
"""The longest message to the server; what is longer runs without it."""

_PATIENCE_S = 5.0


def can_fork() -> bool:
    """Whether the system has what this needs, as Linux does. On macOS, what has used its frameworks must not fork."""
    try:
        os.close(os.pidfd_open(os.getpid()))
    except (AttributeError, OSError):
        return False
    return True


class Fork:
    """A command that the server was asked for; signals are kept until it has begun."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._process: int | None = None
        self._signals: list[int] = []
        self._status: SimpleQueue[int | None] = SimpleQueue()

    def begin(self, process: int) -> None:
        """The server has begun it; takes the descriptor of the process."""
        with self._lock:
            self._process = process
        for number in self._signals:
            self.send_signal(number)

    def end(self, status: int | None) -> None:
        """The server says how it has ended; None where it ended itself."""
        self._status.put(status)

    def send_signal(self, number: int) -> None:
        """As `Popen` has it."""
        with self._lock:
            if self._process is None:
                self._signals.append(number)
            else:
                with suppress(ProcessLookupError):
                    signal.pidfd_send_signal(self._process, number)

    def wait(self) -> int | None:
        """Its exit status, negative for a signal, once it has ended; None where nobody knows it."""
        status = self._status.get()
        if self._process is not None:
            ended = select.poll()
            ended.register(self._process, select.POLLIN)
            ended.poll()
            with self._lock:
                os.close(self._process)
                self._process = None
        return status


class Forks:
    """The server, with the commands that it was asked for.

    Args:
        environ: their environment. Their folder is the current one, now.

    Raises:
        OSError: it cannot be started.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._server = subprocess.Popen(
                [sys.executable, "-m", "aurora_cli.fork_server"],
                env=environ,
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                start_new_session=True,
            )
        self._numbers = count()
        self._forks: dict[int, Fork] = {}
        self._listener = Thread(target=self._listen, daemon=True)
        self._listener.start()

    @property
    def ended(self) -> bool:
        """Whether the server is gone, e.g. since it was killed."""
        return not self._listener.is_alive()

    def start(self, task: Task) -> Fork:
        """Begin a task. Raises OSError: the server is gone, the words are too long, or a file of the task cannot be made."""
        number, fork = next(self._numbers), Fork()
        message = json.dumps({"task": number, "name": task.name, "words": task.words}).encode()
        if len(message) > MESSAGE_BYTES:
            raise OSError(errno.EMSGSIZE, os.strerror(errno.EMSGSIZE))
        with open_private(task.out) as out, open_private(task.log) as log:
            self._forks[number] = fork
            try:
                socket.send_fds(self._channel, [message], [out.fileno(), log.fileno()])
            except OSError:
                self._forks.pop(number, None)
                raise
        return fork

    def close(self) -> None:
        """End the server; what it has begun goes on."""
        with suppress(OSError):
            self._channel.shutdown(socket.SHUT_RDWR)
        self._listener.join(_PATIENCE_S)

    def _listen(self) -> None:
        while True:
            try:
                message, processes, _, _ = socket.recv_fds(self._channel, MESSAGE_BYTES, 1)
            except OSError:
                break
            if not message:
                break
            answer = json.loads(message)
            if "status" in answer:
                self._forks.pop(answer["task"]).end(answer["status"])
            elif processes:  # none where we have as many descriptors as we may have
                self._forks[answer["task"]].begin(*processes)
        while self._forks:
            self._forks.popitem()[1].end(None)
        self._channel.close()
        self._server.wait()
