"""One writer at a time per stack.

The lock is the operating system's `flock` on a file: it frees itself when its holder dies, however it dies. Who holds it is
written into the same file, for the message that others get.
"""

from __future__ import annotations

import fcntl
import getpass
import json
import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from pathlib import Path
from time import monotonic

from aurora_cli.errors import StackLocked
from aurora_cli.json_input import as_dataclass, parse_json
from aurora_cli.writing import FILE_MODE, make_folder

_INSTANT_S = 1.0


@dataclass(frozen=True)
class Holder:
    """Who holds a lock.

    Attributes:
        pid: process id on `host`.
        host, user: where and who.
        operation: what is being done, e.g. `create`.
        since: RFC 3339 in UTC.
    """

    pid: int
    host: str
    user: str
    operation: str
    since: str


@contextmanager
def stack_lock(path: Path, *, name: str, operation: str) -> Iterator[Holder]:
    """Hold the lock file `path` of the stack `name` for as long as the block runs.

    Raises:
        StackLocked: someone else holds it; the message names who, what and since when.
    """
    make_folder(path.parent)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, FILE_MODE)
    try:
        try:
            _acquire(descriptor)
        except BlockingIOError:
            raise _locked(name, _read_holder(descriptor)) from None
        holder = _myself(operation)
        _write_holder(descriptor, json.dumps(asdict(holder)))
        try:
            yield holder
        finally:
            _write_holder(descriptor, "")
    finally:
        os.close(descriptor)


def _acquire(descriptor: int) -> None:
    """Raises BlockingIOError if another writer holds the lock. Who asks for its holder has it for an instant and is no writer."""
    deadline = monotonic() + _INSTANT_S
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if monotonic() > deadline:
                raise
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)  # refused as well while a writer has it
            fcntl.flock(descriptor, fcntl.LOCK_UN)
        else:
            return


def lock_holder(path: Path) -> Holder | None:
    """Who holds the lock file now, or None; for reports only, since it may change at once."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _read_holder(descriptor) or Holder(0, "", "", "", "")
    finally:
        os.close(descriptor)
    return None


def _myself(operation: str) -> Holder:
    since = datetime.now(timezone.utc).isoformat(timespec="seconds")
    return Holder(os.getpid(), socket.gethostname(), user_name(os.environ), operation, since)


def user_name(environ: Mapping[str, str]) -> str:
    """Who runs the program: the name in the environment, else that of the account, else its number."""
    named = next((environ[name] for name in ("USER", "LOGNAME", "USERNAME") if environ.get(name)), None)
    try:
        return named or getpass.getuser()
    except (KeyError, OSError, ImportError):  # a container's user without a name
        return str(os.getuid())


def _write_holder(descriptor: int, text: str) -> None:
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, text.encode("utf-8"), 0)


def _read_holder(descriptor: int) -> Holder | None:
    """None when it is read between the lock and its text."""
    return parse_json(os.pread(descriptor, 4096, 0), lambda data: as_dataclass(Holder, data), lambda why: None)


def _locked(name: str, holder: Holder | None) -> StackLocked:
    if holder is None:
        return StackLocked(
            f"Another command is working on '{name}'.", hint="Wait for it to end, then run this command again."
        )
    return StackLocked(
        f"'{name}' is locked: {holder.user} runs '{holder.operation}' (process {holder.pid} on {holder.host}, "
        f"since {holder.since}).",
        hint="Wait for it to end, then run this command again; the lock is released when that process ends.",
        details={"holder": asdict(holder)},
    )
