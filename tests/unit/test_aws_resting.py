"""Which statuses pass by themselves, and waiting until they have."""

from __future__ import annotations

from datetime import datetime, timezone
from itertools import pairwise

import pytest

from aurora_cli.aws.clock import Clock
from aurora_cli.aws.cluster.topology import Member, Topology
from aurora_cli.aws.cluster.waiters import busy_members, is_transitional, wait_until
from aurora_cli.errors import WaitTimeout
from aurora_cli.operations.inspect.maintenance import next_start


class FakeClock(Clock):
    time = 0.0

    def monotonic(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        object.__setattr__(self, "time", self.time + seconds)


@pytest.mark.parametrize(
    "status",
    [
        "creating",
        "modifying",
        "rebooting",
        "failing-over",
        "backing-up",
        "configuring-iam-database-auth",
        "resetting-master-credentials",
        "moving-to-vpc",
        "maintenance",
        "upgrading",
        "stopping",
        "starting",
    ],
)
def test_these_pass(status: str) -> None:
    assert is_transitional(status)


@pytest.mark.parametrize(
    "status",
    [
        "available",
        "stopped",
        "failed",
        "cloning-failed",
        "storage-full",
        "incompatible-parameters",
        "inaccessible-encryption-credentials",
    ],
)
def test_these_stay(status: str) -> None:
    assert not is_transitional(status)


def topology(status: str, *members: str) -> Topology:
    made = tuple(Member(f"demo-{n}", "reader", "db.r7g.large", s) for n, s in enumerate(members, start=1))
    return Topology("demo", "arn", status, "aurora-postgresql", "16.8", 5432, made)


def test_what_is_being_deleted_holds_nobody_up() -> None:
    assert busy_members(topology("available", "available", "deleting", "rebooting")) == [("demo-3", "rebooting")]
    assert busy_members(topology("failing-over", "available")) == [("demo", "failing-over")]


def test_polling_ends_with_what_was_found() -> None:
    statuses = iter(["modifying", "modifying", None])
    told: list[str] = []
    found = wait_until(
        lambda: ("it", next(statuses)),
        what="it",
        clock=FakeClock(),
        waiting=lambda what, status, s: told.append(status),
    )
    assert (found, told) == ("it", ["modifying", "modifying"])


def test_polling_gives_up_at_its_time_and_not_much_later() -> None:
    clock = FakeClock()
    with pytest.raises(WaitTimeout, match="modifying"):
        wait_until(lambda: (None, "modifying"), what="it", clock=clock, waiting=lambda *seen: None, timeout_s=60)
    assert 60 <= clock.time < 61


def test_the_pauses_grow_up_to_the_longest() -> None:
    looks: list[float] = []
    clock = FakeClock()

    def look() -> tuple[None, str | None]:
        looks.append(clock.time)
        return None, "modifying" if clock.time < 60 else None

    wait_until(look, what="it", clock=clock, waiting=lambda *seen: None, slowest_s=5)
    pauses = [round(after - before, 3) for before, after in pairwise(looks)]
    assert pauses == sorted(pauses)
    assert (pauses[:3], pauses[-1]) == ([0.2, 0.3, 0.45], 5)


@pytest.mark.parametrize(
    ("window", "now", "then"),
    [
        ("sun:05:00-sun:06:00", "2026-01-03T12:00:00+00:00", "2026-01-04T05:00:00+00:00"),
        ("sun:05:00-sun:06:00", "2026-01-04T05:00:00+00:00", "2026-01-11T05:00:00+00:00"),
        ("mon:00:10-mon:00:40", "2026-01-04T23:00:00+00:00", "2026-01-05T00:10:00+00:00"),
        ("wed:23:00-thu:00:30", "2026-01-05T01:00:00+02:00", "2026-01-07T23:00:00+00:00"),
    ],
)
def test_the_next_maintenance_window(window: str, now: str, then: str) -> None:
    assert next_start(window, datetime.fromisoformat(now)) == datetime.fromisoformat(then)


def test_no_window_has_no_next_one() -> None:
    assert next_start(None, datetime.now(timezone.utc)) is None
    assert next_start("whenever", datetime.now(timezone.utc)) is None
