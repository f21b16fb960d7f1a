"""Backup and maintenance windows as minutes of the week (UTC, Monday 00:00 is 0), and the one derived from the other.

Source: RDS API reference, CreateDBCluster: `hh24:mi-hh24:mi` every day and `ddd:hh24:mi-ddd:hh24:mi` every week, at
least 30 minutes each, not overlapping. Both may run past midnight, the weekly one past the end of the week.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

DAY = 24 * 60
WEEK = 7 * DAY
MINIMUM = 30
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_TIME = r"([01]\d|2[0-3]):([0-5]\d)"
_DAILY = re.compile(rf"{_TIME}-{_TIME}", re.ASCII)
_WEEKLY = re.compile(rf"({'|'.join(DAYS)}):{_TIME}-({'|'.join(DAYS)}):{_TIME}", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True)
class Window:
    """A stretch of time that repeats.

    Attributes:
        start: minute of the day or week at which it begins.
        length: minutes; 0 when start and end are the same.
        period: DAY or WEEK.
    """

    start: int
    length: int
    period: int

    @property
    def end(self) -> int:
        """Minute of the period at which it ends."""
        return (self.start + self.length) % self.period


def daily(text: str) -> Window | None:
    """`03:00-04:00` as a window, or None if it is not written so."""
    match = _DAILY.fullmatch(text)
    if not match:
        return None
    start, end = int(match[1]) * 60 + int(match[2]), int(match[3]) * 60 + int(match[4])
    return Window(start, (end - start) % DAY, DAY)


def weekly(text: str) -> Window | None:
    """`sun:05:00-sun:06:00` as a window, or None if it is not written so. Day names in any case."""
    match = _WEEKLY.fullmatch(text)
    if not match:
        return None
    start = DAYS.index(match[1].lower()) * DAY + int(match[2]) * 60 + int(match[3])
    end = DAYS.index(match[4].lower()) * DAY + int(match[5]) * 60 + int(match[6])
    return Window(start, (end - start) % WEEK, WEEK)


def overlap(backup: Window, maintenance: Window) -> bool:
    """Whether a daily and a weekly window share a minute on any day."""
    return any(_touch(Window(backup.start + day * DAY, backup.length, WEEK), maintenance) for day in range(7))


def derived_maintenance(backup: Window, minutes: int = 60) -> str | None:
    """A Sunday maintenance window one hour after the backup window ends, or as near as fits; None when none fits."""
    for length in (minutes, MINIMUM):
        for gap in (60, 30, 0):
            start = (6 * DAY + (backup.end + gap) % DAY) % WEEK
            window = Window(start, length, WEEK)
            if not overlap(backup, window):
                return write_weekly(window)
    return None


def derived_backup(maintenance: Window, minutes: int = 60) -> str | None:
    """A daily backup window one hour after the maintenance window ends, or as near as fits; None when none fits."""
    for length in (minutes, MINIMUM):
        for gap in (60, 30, 0):
            window = Window((maintenance.end + gap) % DAY, length, DAY)
            if not overlap(window, maintenance):
                return write_daily(window)
    return None


def write_daily(window: Window) -> str:
    """The window as AWS writes it: `03:00-04:00`."""
    return f"{_clock(window.start)}-{_clock(window.end)}"


def write_weekly(window: Window) -> str:
    """The window as AWS writes it: `sun:05:00-sun:06:00`."""
    return "-".join(f"{DAYS[minute // DAY]}:{_clock(minute)}" for minute in (window.start % WEEK, window.end))


def _touch(one: Window, other: Window) -> bool:
    if not one.length or not other.length:
        return False
    return (other.start - one.start) % WEEK < one.length or (one.start - other.start) % WEEK < other.length


def _clock(minute: int) -> str:
    return f"{minute % DAY // 60:02d}:{minute % 60:02d}"
