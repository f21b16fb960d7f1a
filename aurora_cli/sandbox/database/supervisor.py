"""The emulator's end of the watcher: starts servers, and tells who asks when one ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from aurora_cli.errors import SandboxFailed
from aurora_cli.sandbox.database import watcher

START_TIMEOUT_S = 20.0


class Process:
    """A server's process.

    Attributes:
        pid: its process ID.
        ended: set when it has ended.
        ending: what to call then.
    """

    def __init__(self, ending: Callable[[], None]) -> None:
        self.pid: int | None = None
        self.error: str | None = None
        self.started, self.ended = threading.Event(), threading.Event()
        self.ending = ending


class Supervisor:
    """Starts the watcher with the first server, and again if somebody has killed it."""

    def __init__(self) -> None:
        self._watcher: subprocess.Popen[bytes] | None = None
        self._processes: dict[str, Process] = {}
        self._lock = threading.Lock()
        self._number = 0

    def start(
        self, argv: list[str], *, uid: int | None, log: Path, ending: Callable[[], None], signals: tuple[int, int]
    ) -> Process:
        """Start a server; returns when its process exists.

        Args:
            uid: the user that it runs as; None: our own.
            log: takes what it prints.
            ending: is called when it has ended, in a thread of ours.
            signals: what ends it in order, and at once.

        Raises:
            SandboxFailed: it cannot be started.
        """
        process = Process(ending)
        environ = {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC"}
        with self._lock:
            self._number += 1
            key = str(self._number)
            self._ensure_watcher()
            self._processes[key] = process
            self._say(
                do="start",
                key=key,
                argv=argv,
                env=environ,
                uid=uid,
                log=str(log),
                signals=[int(one) for one in signals],
            )
        if not process.started.wait(START_TIMEOUT_S) or process.error:
            raise SandboxFailed(f"The database server does not start: {process.error or 'no answer'}.")
        return process

    def signal(self, process: Process, number: signal.Signals) -> None:
        """Send a signal to a server that has not ended."""
        with self._lock:
            for key, known in self._processes.items():
                if known is process:
                    self._say(do="signal", key=key, signal=int(number))

    @property
    def pid(self) -> int | None:
        """The watcher's process ID."""
        return self._watcher.pid if self._watcher else None

    def close(self, timeout_s: float = 10.0) -> None:
        """Stop all servers and the watcher."""
        with self._lock:
            running, self._watcher = self._watcher, None
        if running is None or running.stdin is None:
            return
        running.stdin.close()
        try:
            running.wait(timeout_s)
        except subprocess.TimeoutExpired:
            running.kill()

    def _ensure_watcher(self) -> None:
        if self._watcher is not None and self._watcher.poll() is None:
            return
        self._watcher = subprocess.Popen(
            [sys.executable, "-I", "-S", watcher.__file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
            cwd="/",
        )
        threading.Thread(target=self._listen, args=(self._watcher,), name="servers", daemon=True).start()

    def _say(self, **message: Any) -> None:
        assert self._watcher is not None and self._watcher.stdin is not None
        try:
            self._watcher.stdin.write(json.dumps(message).encode() + b"\n")
            self._watcher.stdin.flush()
        except OSError as error:
            raise SandboxFailed(f"The watcher of the database servers has ended ({error}).") from error

    def _listen(self, running: subprocess.Popen[bytes]) -> None:
        assert running.stdout is not None
        for line in iter(running.stdout.readline, b""):
            message = json.loads(line)
            process = self._processes[message["key"]]
            if "status" in message:
                self._end(message["key"])
            else:
                process.pid, process.error = message.get("pid"), message.get("error")
                process.started.set()
        running.stdout.close()
        for key in list(self._processes):  # whoever killed the watcher has ended its servers
            self._end(key)

    def _end(self, key: str) -> None:
        with self._lock:
            process = self._processes.pop(key, None)
        if process is not None:
            process.started.set()
            process.ended.set()
            process.ending()
