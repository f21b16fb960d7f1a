"""Wait until AWS has ended what it is doing to a cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from aurora_cli.aws.clock import Clock
from aurora_cli.aws.cluster.topology import Topology
from aurora_cli.errors import WaitTimeout

DEFAULT_TIMEOUT_S = 3600.0
_FIRST_LOOK_S, _SLOWER = 0.2, 1.5
_MAINTENANCE = frozenset({"maintenance", "storage-config-upgrade"})

Found = TypeVar("Found")
OnWait = Callable[[str, str, float], None]
"""Told at each look what is waited for, the status and the seconds so far; see `events.waiting`."""


def is_transitional(status: str) -> bool:
    """Whether AWS leaves that status by itself: `modifying`, `failing-over`, `configuring-iam-database-auth`, ..."""
    if status.endswith("failed"):
        return False
    return status in _MAINTENANCE or any(part.endswith("ing") for part in status.split("-"))


def busy_members(topology: Topology) -> list[tuple[str, str]]:
    """(identifier, status) of the cluster and its instances as far as AWS is at work on them; departing ones are left out."""
    everything: Iterable[tuple[str, str]] = [
        (topology.identifier, topology.status),
        *((m.id, m.status) for m in topology.members if m.status != "deleting"),
    ]
    return [(name, status) for name, status in everything if is_transitional(status)]


def busy(topology: Topology | None) -> str | None:
    """What `busy_members` says, as a status to wait on; None when AWS is done."""
    members = busy_members(topology) if topology else []
    return ", ".join(f"{name} is {status}" for name, status in members) or None


def wait_until(
    look: Callable[[], tuple[Found, str | None]],
    *,
    what: str,
    clock: Clock,
    waiting: OnWait,
    timeout_s: float = DEFAULT_TIMEOUT_S,
    slowest_s: float = 15.0,
    hint: str = "Run the same command again to resume.",
) -> Found:
    """Look again and again until there is nothing left to wait for.

    Args:
        look: gives what was seen, and the status to wait on, None when it is as wanted.
        what: for people, e.g. "demo-2 to be available".
        clock: time to wait by.
        waiting: told at each look.
        timeout_s: seconds until it gives up.
        slowest_s: longest pause between two looks.
        hint: the way out when time is up.

    Raises:
        WaitTimeout: time is up. Whatever `look` raises.
    """
    started, pause = clock.monotonic(), _FIRST_LOOK_S
    while True:
        found, status = look()
        if status is None:
            return found
        elapsed = clock.monotonic() - started
        if elapsed >= timeout_s:
            raise WaitTimeout(f"Waited {timeout_s:.0f} s for {what}; now: {status}.", hint=hint)
        waiting(what, status, elapsed)
        clock.sleep(min(pause, max(timeout_s - elapsed, 0.01)))
        pause = min(pause * _SLOWER, slowest_s)
