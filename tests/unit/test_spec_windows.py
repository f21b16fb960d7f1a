"""Windows: reading, wrapping, overlap, and the derived one."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aurora_cli.spec.values.windows import (
    DAY,
    MINIMUM,
    WEEK,
    Window,
    daily,
    derived_backup,
    derived_maintenance,
    overlap,
    weekly,
    write_daily,
    write_weekly,
)

PROPERTY = settings(deadline=None, max_examples=200)
DAILY = st.builds(Window, st.integers(0, DAY - 1), st.integers(1, DAY - 1), st.just(DAY))
WEEKLY = st.builds(Window, st.integers(0, WEEK - 1), st.integers(1, WEEK - 1), st.just(WEEK))


@pytest.mark.parametrize(
    ("text", "start", "length"), [("03:00-04:00", 180, 60), ("23:30-00:15", 1410, 45), ("00:00-00:00", 0, 0)]
)
def test_a_daily_window_may_pass_midnight(text: str, start: int, length: int) -> None:
    assert daily(text) == Window(start, length, DAY)


@pytest.mark.parametrize(
    ("text", "start", "length"),
    [
        ("mon:00:00-mon:00:30", 0, 30),
        ("sun:23:30-mon:00:30", WEEK - 30, 60),
        ("Sat:10:00-SUN:10:00", 5 * DAY + 600, DAY),
    ],
)
def test_a_weekly_window_may_pass_the_end_of_the_week(text: str, start: int, length: int) -> None:
    assert weekly(text) == Window(start, length, WEEK)


@pytest.mark.parametrize(
    "text", ["", "3:00-4:00", "03:00", "24:00-25:00", "03:60-04:00", "03:00-04:00 ", "٠٣:00-04:00"]
)
def test_what_is_no_daily_window(text: str) -> None:
    assert daily(text) is None


@pytest.mark.parametrize(
    "text", ["", "05:00-06:00", "sunday:05:00-sunday:06:00", "sun:5:00-sun:6:00", "son:05:00-sun:06:00"]
)
def test_what_is_no_weekly_window(text: str) -> None:
    assert weekly(text) is None


@pytest.mark.parametrize(
    ("backup", "maintenance", "expected"),
    [
        ("03:00-04:00", "sun:04:00-sun:05:00", False),
        ("03:00-04:00", "sun:03:59-sun:05:00", True),
        ("23:30-00:30", "mon:00:00-mon:00:30", True),
        ("23:30-00:30", "sun:00:30-sun:01:00", False),
        ("00:00-01:00", "sun:23:00-mon:00:30", True),
        ("12:00-13:00", "mon:00:00-wed:00:00", True),
    ],
)
def test_overlap(backup: str, maintenance: str, expected: bool) -> None:
    one, other = daily(backup), weekly(maintenance)
    assert one is not None
    assert other is not None
    assert overlap(one, other) is expected


def minutes(window: Window) -> set[int]:
    days = range(7) if window.period == DAY else (0,)
    return {(window.start + day * DAY + i) % WEEK for day in days for i in range(window.length)}


@PROPERTY
@given(DAILY, WEEKLY)
def test_overlap_is_a_shared_minute(backup: Window, maintenance: Window) -> None:
    assert overlap(backup, maintenance) == bool(minutes(backup) & minutes(maintenance))


@PROPERTY
@given(DAILY)
def test_a_derived_maintenance_window_is_legal_and_free(backup: Window) -> None:
    text = derived_maintenance(backup)
    if text is None:
        assert DAY - backup.length < MINIMUM
        return
    window = weekly(text)
    assert window is not None
    assert window.length >= MINIMUM
    assert not overlap(backup, window)


@PROPERTY
@given(WEEKLY)
def test_a_derived_backup_window_is_legal_and_free(maintenance: Window) -> None:
    text = derived_backup(maintenance)
    if text is None:
        assert maintenance.length > DAY - MINIMUM
        return
    window = daily(text)
    assert window is not None
    assert window.length >= MINIMUM
    assert not overlap(window, maintenance)


@PROPERTY
@given(DAILY, WEEKLY)
def test_what_is_written_reads_back(backup: Window, maintenance: Window) -> None:
    assert daily(write_daily(backup)) == backup
    assert weekly(write_weekly(maintenance)) == maintenance
