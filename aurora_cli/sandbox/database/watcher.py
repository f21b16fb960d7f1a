"""The process that is the parent of all servers of a sandbox. It stops them when the emulator ends, however that ends.

python -I -S watcher.py

Reads a line of JSON for each request, and writes one for each end of a server. It imports nothing of ours, to start at once and
to stay small.

{"do": "start", "key", "argv", "env", "uid", "log", "signals"}   answered by {"key", "pid"}, or {"key", "error"}
{"do": "signal", "key", "signal"}
{"key", "status"}                                     a server has ended
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import select
import signal
import subprocess
import sys
import time
from typing import Any

PR_SET_PDEATHSIG = 1
PATIENCE = (5.0, 2.0, 2.0)
"""Seconds for an end in order, for one at once, and for the end of what does neither."""

_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def end_with_parent(number: int) -> None:
    """In a new server, as its user: a watcher that is killed takes its servers along."""
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, number, 0, 0, 0)


class Watcher:
    """The servers, by the key that the emulator gives them."""

    def __init__(self) -> None:
        self.servers: dict[str, subprocess.Popen[bytes]] = {}
        self.signals: dict[str, list[int]] = {}

    def handle(self, line: bytes) -> None:
        """Do what a request says."""
        request = json.loads(line)
        if request["do"] == "start":
            self._start(request)
            return
        server = self.servers.get(request["key"])
        if server is not None:
            server.send_signal(request["signal"])

    def _start(self, request: dict[str, Any]) -> None:
        key, uid = request["key"], request["uid"]
        user: dict[str, Any] = {} if uid is None else {"user": uid, "group": uid, "extra_groups": []}
        try:
            log = os.open(request["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o600)
            try:
                self.signals[key] = request["signals"]
                self.servers[key] = subprocess.Popen(
                    request["argv"],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    env=request["env"],
                    cwd="/",
                    preexec_fn=lambda: end_with_parent(request["signals"][0]),  # this process has one thread
                    **user,
                )
            finally:
                os.close(log)
        except OSError as error:
            say(key=key, error=str(error))
        else:
            say(key=key, pid=self.servers[key].pid)

    def reap(self) -> None:
        """Report the servers that have ended."""
        for key, server in list(self.servers.items()):
            status = server.poll()
            if status is not None:
                del self.servers[key]
                say(key=key, status=status)

    def stop(self) -> None:
        """Stop all servers."""
        for step, seconds in enumerate(PATIENCE):
            for key, server in self.servers.items():
                server.send_signal([*self.signals[key], signal.SIGKILL][step])
            end = time.monotonic() + seconds
            while self.servers and time.monotonic() < end:
                self.reap()
                time.sleep(0.01)


def say(**message: Any) -> None:
    """Tell the emulator, if it is still there."""
    with contextlib.suppress(OSError):
        os.write(1, json.dumps(message).encode() + b"\n")


def main() -> None:
    """Serve until the emulator is gone."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    watcher, pending = Watcher(), b""
    while True:
        ready, _, _ = select.select([0, reader], [], [])
        if reader in ready:
            os.read(reader, 4096)
            watcher.reap()
        if 0 not in ready:
            continue
        data = os.read(0, 65536)
        if not data:
            break
        *lines, pending = (pending + data).split(b"\n")
        for line in lines:
            watcher.handle(line)
    watcher.stop()


if __name__ == "__main__":
    main()
