"""Identifies a process by pid and start time, because the system reuses pids; and the fork servers of a sandbox."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path


def start_time(pid: int) -> str | None:
    """The start time of a process; None if it is not running.

    Linux: the start tick of /proc/PID/stat (field 22, proc(5)). Elsewhere: `ps -o lstart`. A zombie is not running.
    """
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except FileNotFoundError:
        return None if Path("/proc/self/stat").exists() else _start_time_from_ps(pid)
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] in ("Z", "X") else fields[19]


def _start_time_from_ps(pid: int) -> str | None:
    found = subprocess.run(
        ["/bin/ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    status, _, started = found.stdout.strip().partition(" ")
    return None if not started or status.startswith("Z") else started.strip()


def is_running(pid: int, started: str) -> bool:
    """Whether the process with this pid and start time is running."""
    return start_time(pid) == started


def terminate(pid: int, started: str, *, grace_s: float, kill_s: float = 5.0) -> bool:
    """Stop a process: SIGTERM, then SIGKILL after `grace_s` seconds.

    Returns:
        True if it is stopped or was not running, False if it is running `kill_s` seconds after SIGKILL.
    """
    for number, patience in ((signal.SIGTERM, grace_s), (signal.SIGKILL, kill_s)):
        if not is_running(pid, started):
            return True
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return True
        if wait_until(lambda: not is_running(pid, started), timeout_s=patience):
            return True
    return False


def wait_until(condition: Callable[[], bool], *, timeout_s: float, every_s: float = 0.01) -> bool:
    """Poll until the condition holds (True) or the time is over (False)."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() >= deadline:
            return False
        time.sleep(every_s)
    return True


def write_holder(lock: int) -> None:
    """Write pid and start time of this process, the holder of the lock, to the locked file."""
    os.ftruncate(lock, 0)
    os.pwrite(lock, f"{os.getpid()} {start_time(os.getpid())}".encode("ascii"), 0)


def stop_fork_servers(folder: Path) -> None:
    """Stop every fork server in that folder. Providers that serve a running Terraform end with it."""
    for lock in sorted(folder.glob("*.lock")):
        pid, _, started = lock.read_text(encoding="ascii", errors="replace").partition(" ")
        if pid.isdigit() and started:
            terminate(int(pid), started, grace_s=2.0)
