"""The fork servers of a sandbox (see `provider.fork_server`): their locks, and how to stop them."""

from __future__ import annotations

import os
from pathlib import Path

from aurora_cli.sandbox import processes

_STOP_GRACE_S = 2.0


def name_myself(lock: int) -> None:
    """Write pid and start time of this process, the holder of the lock, to the locked file."""
    os.ftruncate(lock, 0)
    os.pwrite(lock, f"{os.getpid()} {processes.start_time(os.getpid())}".encode("ascii"), 0)


def stop_parents(folder: Path) -> None:
    """Stop every fork server in that folder. Providers that serve a running Terraform end with it."""
    for lock in sorted(folder.glob("*.lock")):
        pid, _, started = lock.read_text(encoding="ascii", errors="replace").partition(" ")
        if pid.isdigit() and started:
            processes.terminate(int(pid), started, grace_s=_STOP_GRACE_S)
