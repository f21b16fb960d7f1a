"""Backup and maintenance windows, as sets of minutes of the week (UTC, Monday 00:00 is 0).

Source: RDS API reference, CreateDBCluster: `hh24:mi-hh24:mi` every day, `ddd:hh24:mi-ddd:hh24:mi` every week, not overlapping.
"""

from __future__ import annotations

import re

DAY, WEEK, SHORTEST = 1440, 10080, 30
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CLOCK = r"([01]\d|2[0-3]):([0-5]\d)"
_BACKUP = re.compile(f"{_CLOCK}-{_CLOCK}", re.ASCII)
_MAINTENANCE = re.compile(f"(?:({'|'.join(_DAYS)}):){_CLOCK}-(?:({'|'.join(_DAYS)}):){_CLOCK}", re.ASCII)


def backup(text: str | None) -> frozenset[int] | None:
    """The minutes of a backup window on each day; None for what is not written as one."""
    found = _BACKUP.fullmatch(text or "")
    if found is None:
        return None
    start, end = int(found[1]) * 60 + int(found[2]), int(found[3]) * 60 + int(found[4])
    length = (end - start) % DAY
    return frozenset((day * DAY + start + minute) % WEEK for day in range(7) for minute in range(length))


def maintenance(text: str | None) -> frozenset[int] | None:
    """The minutes of a maintenance window; None for what is not written as one."""
    found = _MAINTENANCE.fullmatch((text or "").lower())
    if found is None:
        return None
    start, end = (
        _DAYS.index(day) * DAY + int(hour) * 60 + int(minute)
        for day, hour, minute in (found.group(1, 2, 3), found.group(4, 5, 6))
    )
    return frozenset((start + minute) % WEEK for minute in range((end - start) % WEEK))


def other_backup(taken: frozenset[int]) -> str:
    """A backup window of half an hour beside a maintenance window."""
    return next(text for text in (f"{hour:02}:00-{hour:02}:30" for hour in range(24)) if not taken & _minutes(text))


def other_maintenance(taken: frozenset[int]) -> str:
    """A maintenance window of half an hour beside a backup window."""
    texts = (f"sun:{hour:02}:00-sun:{hour:02}:30" for hour in range(24))
    return next(text for text in texts if not taken & (maintenance(text) or frozenset()))


def _minutes(text: str) -> frozenset[int]:
    return backup(text) or frozenset()
