"""The events of RDS and our own operations on one time line."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any

from aurora_cli.aws.cluster.events import RdsEvent, read_events
from aurora_cli.operations.inspect.timeline import Happening, Timeline, happenings
from aurora_cli.stacks.history import HistoryEntry
from aurora_cli.ui.report.timeline_view import print_timeline
from tests.unit.ui_screens import screen

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=timezone.utc)


class Pages:
    """An RDS client with two pages of events of each source."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []

    def get_paginator(self, name: str) -> Any:
        assert name == "describe_events"
        return SimpleNamespace(paginate=self._pages)

    def _pages(self, **asked: Any) -> list[dict[str, Any]]:
        self.asked.append(asked)
        late = timedelta(minutes=len(self.asked))
        return [
            {"Events": [{"Date": NOON + late, "Message": "restarted", "EventCategories": ["availability"]}]},
            {"Events": [{"Date": NOON - late}]},
        ]


def test_all_pages_of_the_cluster_and_of_each_instance_are_read() -> None:
    rds = Pages()
    found = read_events(rds, "orders", ["orders-1", "orders-2"], NOON)
    assert [(one["SourceType"], one["SourceIdentifier"]) for one in rds.asked] == [
        ("db-cluster", "orders"),
        ("db-instance", "orders-1"),
        ("db-instance", "orders-2"),
    ]
    assert {one["StartTime"] for one in rds.asked} == {NOON}
    assert [(one.when.minute, one.source) for one in found] == [
        (57, "orders-2"),
        (58, "orders-1"),
        (59, "orders"),
        (1, "orders"),
        (2, "orders-1"),
        (3, "orders-2"),
    ]
    assert (found[0].message, found[0].categories) == ("", ())  # an event need not have them
    assert (found[3].message, found[3].categories) == ("restarted", ("availability",))


def test_both_are_on_one_line_and_what_cannot_be_dated_is_left_out() -> None:
    event = RdsEvent(NOON, "orders-2", "db-instance", "A new writer was promoted.", ("failover", "notification"))
    begun = HistoryEntry(
        "1", "2026-03-01T13:00:00+01:00", "ana", "failover", "succeeded", 21.5, "orders-2 is the writer."
    )
    others = [
        HistoryEntry("2", when, "ana", "apply", "succeeded", 1)
        for when in ("", "yesterday", "2026-03-01T12:30:00", "2026-02-28T11:59:59+00:00")
    ]
    assert happenings([event], [*others, begun], NOON - timedelta(days=1), "orders") == (
        Happening(
            "2026-03-01T12:00:00+00:00",
            "operation",
            "orders",
            "failover",
            "orders-2 is the writer.",
            "ana",
            "succeeded",
            21.5,
        ),
        Happening(
            "2026-03-01T12:00:00+00:00", "rds", "orders-2", "failover, notification", "A new writer was promoted."
        ),
    )


def test_a_screen_has_a_row_for_each_and_says_what_is_missing() -> None:
    times = ("2026-03-01T00:00:00+00:00", "2026-03-02T00:00:00+00:00")
    event = Happening("2026-03-01T12:00:05+00:00", "rds", "orders-2", "failover", "A new writer\x1b was promoted.")
    own = Happening("2026-03-01T12:00:00+00:00", "operation", "orders", "failover", "", "ana", "succeeded", 21.5)
    shown, empty = screen(120), screen(120)
    print_timeline(shown.consoles, Timeline("orders", "eu-west-1", "aws", *times, (own, event), ("A note.",)))
    lines = [line.split("  ") for line in shown.out.splitlines()]
    assert [cell.strip() for cell in lines[2] if cell.strip()][:5] == [
        "2026-03-01 12:00 UTC",
        "orders (ana)",
        "failover",
        "✓ succeeded",
        "21s",
    ]
    assert "2026-03-01 12:00:05 UTC" in shown.out
    assert "A new writer\\x1b was promoted." in shown.out
    assert shown.out.endswith("A note.\n")
    print_timeline(empty.consoles, Timeline("orders", "eu-west-1", "aws", *times, ()))
    assert empty.out == "Nothing has happened to orders since 2026-03-01 00:00 UTC.\n"
