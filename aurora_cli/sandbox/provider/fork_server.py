"""The process that providers are forked from, one per sandbox, with all modules preloaded.

It runs in a private folder of the sandbox and serves only the owner of that folder. It has one thread and no gRPC server, so that
a fork is safe. A fork gets the streams, environment, folder and umask of the process that Terraform started (`fork_client`), and
ends with it. The fork server ends when its emulator ends, the code on disk changes or its socket is deleted, and with
`sandbox stop`; its forks serve until their Terraform ends.

A fork that fails writes the cause to `parent.log`, the standard error of the fork server, because Terraform does not show it.
"""

from __future__ import annotations

import contextlib
import faulthandler
import fcntl
import os
import signal
import socket
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import NoReturn

from aurora_cli.sandbox import processes
from aurora_cli.sandbox.processes import write_holder
from aurora_cli.sandbox.provider.fork_client import ACCEPTED, CONFIRMED, STALE, address, identity
from aurora_cli.sandbox.provider.preload import Facts, code_on_disk, is_current, preload
from aurora_cli.sandbox.state import StateFiles

REFUSED = b"-"
LOOK_AROUND_S = 2.0
_REQUEST_TIMEOUT_S = 5.0
_REMOVAL_S = 0.5  # for a provider whose Terraform has ended to remove its socket
_ORPHANED = 3  # exit status of a fork whose Terraform ended first; not logged


@dataclass(frozen=True)
class Request:
    """The streams, environment, folder and umask of the process that Terraform started."""

    streams: Sequence[int]
    identity: bytes
    folder: bytes
    umask: int
    environ: dict[bytes, bytes]


def main() -> None:
    """Serve in the working directory while needed; exits if another fork server of this identity exists."""
    environ = dict(os.environb)
    own = identity(environ)
    place = Path(address(environ))
    lock = _lock(place.with_suffix(".lock"))
    if lock is None:
        return
    place.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(place))
    place.chmod(0o600)
    listener.listen(64)
    folder = os.environ.get("AURORA_SANDBOX_PROVIDER_CACHE")
    preload(Path(folder) if folder else None)
    _ForkServer(listener, place, lock, own, code_on_disk()).serve()


def _lock(file: Path) -> int | None:
    """The descriptor that holds the lock; None if another process does. The file contains the holder."""
    handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    write_holder(handle)
    return handle


class _ForkServer:
    """Accepts, checks and forks, one request at a time."""

    def __init__(self, listener: socket.socket, address: Path, lock: int, own: bytes, code: Facts) -> None:
        self._listener, self._address, self._lock, self._own, self._code = listener, address, lock, own, code
        self._inode = address.stat().st_ino
        self._files = StateFiles(Path.cwd().parent)

    def serve(self) -> None:
        self._listener.settimeout(LOOK_AROUND_S)
        while True:
            _reap()
            try:
                channel, _ = self._listener.accept()
            except TimeoutError:
                if not self._is_needed():
                    return
                continue
            with channel:
                if not self._answer(channel):
                    return

    def _is_needed(self) -> bool:
        """Whether the emulator is running and the socket is still that of this process."""
        with contextlib.suppress(OSError):
            state = self._files.read_state()
            here = self._address.stat().st_ino == self._inode
            return here and state is not None and processes.is_running(state.pid, state.process_start)
        return False

    def _answer(self, channel: socket.socket) -> bool:
        """Fork for a request; False if this process must exit because the code on disk changed."""
        try:
            request = receive(channel)
        except (OSError, ValueError):
            return True
        if request.identity != self._own:
            _say(channel, REFUSED)
        elif not is_current(self._code):
            self._address.unlink(missing_ok=True)
            os.close(self._lock)  # the next fork server may start before this one exits
            _say(channel, STALE)
            return False
        elif os.fork() == 0:
            self._listener.close()
            os.close(self._lock)
            _serve_as(channel, request)
        for stream in request.streams:
            os.close(stream)
        return True


def _reap() -> None:
    """Reap the forks that ended, and log those that failed."""
    with contextlib.suppress(ChildProcessError):
        while (ended := os.waitpid(-1, os.WNOHANG))[0]:
            status = os.waitstatus_to_exitcode(ended[1])
            if status not in (0, _ORPHANED):
                how = f"was killed by signal {-status}" if status < 0 else f"ended with status {status}"
                _note(sys.stderr.fileno(), f"provider {ended[0]} {how}")


def _note(log: int, text: str) -> None:
    when = datetime.now(timezone.utc).isoformat(timespec="seconds")
    with contextlib.suppress(OSError):
        os.write(log, f"{when} {text}\n".encode("utf-8", "replace"))


def receive(channel: socket.socket) -> Request:
    """The request of `fork_client.request`. Raises OSError, ValueError: it is not valid."""
    channel.settimeout(_REQUEST_TIMEOUT_S)
    data, streams, _, _ = socket.recv_fds(channel, 65536, 3)
    if len(streams) != 3:
        raise ValueError("no streams")
    try:
        data = _whole(channel, data)
    except (OSError, ValueError):
        for stream in streams:  # Terraform waits for the end of its provider's output
            os.close(stream)
        raise
    own, folder, umask, *variables = data[8:].split(b"\0")
    environ = dict(variable.split(b"=", 1) for variable in variables)
    return Request(streams, own, folder, int(umask), environ)


def _whole(channel: socket.socket, data: bytes) -> bytes:
    while len(data) < 8 or len(data) < 8 + int.from_bytes(data[:8], "big"):
        more = channel.recv(65536)
        if not more:
            raise ValueError("torn")
        data += more
    return data


def _say(channel: socket.socket, word: bytes) -> None:
    with contextlib.suppress(OSError):
        channel.sendall(word)


def _serve_as(channel: socket.socket, request: Request) -> NoReturn:
    """In the fork: serve as the process that Terraform started."""
    status, log = 1, os.dup(sys.stderr.fileno())
    try:
        faulthandler.enable(log)
        _take_over(request)
        channel.settimeout(None)
        _say(channel, ACCEPTED)
        if channel.recv(1) != CONFIRMED:  # the client timed out and started a provider directly
            os._exit(_ORPHANED)
        done = threading.Event()
        threading.Thread(target=_end_with, args=(channel, done), daemon=True).start()
        from aurora_cli.sandbox.provider.__main__ import run

        status = run(done)
    except BaseException:
        _note(log, f"provider {os.getpid()} failed:\n{traceback.format_exc()}")
        traceback.print_exc()
    finally:
        _say(channel, bytes([status]))
        os._exit(status)


def _take_over(request: Request) -> None:
    for number, stream in enumerate(request.streams):
        os.dup2(stream, number)
        os.close(stream)
    os.environ.clear()
    for name, value in request.environ.items():
        os.environb[name] = value
    os.chdir(request.folder)
    os.umask(request.umask)
    tempfile.tempdir = None
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _end_with(channel: socket.socket, done: threading.Event) -> None:
    """End when the channel closes, because Terraform or its child has ended: a provider must not run without it."""
    with contextlib.suppress(OSError):
        channel.recv(1)
    done.set()
    time.sleep(_REMOVAL_S)
    sys.stderr.flush()
    os._exit(_ORPHANED)
