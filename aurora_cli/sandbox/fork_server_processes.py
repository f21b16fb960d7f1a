"""The processes that a sandbox's providers are forked from (see `provider.fork_server`), as the manager sees them."""

from __future__ import annotations

import os
from pathlib import Path

from aurora_cli.sandbox import processes

_STOP_GRACE_S = 2.0


def name_myself(lock: int) -> None:
    """Write who holds the lock into the locked file: pid and start time of this process."""
    os.ftruncate(lock, 0)
    os.pwrite(lock, f"{os.getpid()} {processes.start_time(os.getpid())}".encode("ascii"), 0)


def stop_parents(folder: Path) -> None:
    """End every parent that lives in that folder. Providers that serve a Terraform at that moment end with that Terraform."""
    for lock in sorted(folder.glob("*.lock")):
        pid, _, started = lock.read_text(encoding="ascii", errors="replace").partition(" ")
        if pid.isdigit() and started:
            processes.terminate(int(pid), started, grace_s=_STOP_GRACE_S)
