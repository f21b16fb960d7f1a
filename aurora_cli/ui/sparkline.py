"""A line of bars: values over a time, as wide as there is room. What has no value is blank, and 0 has the lowest bar."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from statistics import fmean

BARS = "▁▂▃▄▅▆▇█"
ASCII_BARS = "_.-=+*#@"
MARKS = "123456789abcdefghijklmnopqrstuvwxyz"
MANY = "*"
"""Several marks in a column, or one more than there are."""

_OF_STATISTIC: dict[str, Callable[[list[float]], float]] = {"Minimum": min, "Maximum": max}

Values = Sequence[float | None]


def resample(
    points: Sequence[tuple[datetime, float]],
    period_s: int,
    start: datetime,
    end: datetime,
    columns: int,
    statistic: str = "Average",
) -> list[float | None]:
    """The value of each column; None where no point is.

    Args:
        points: the start of each period, and its value.
        start, end: what the columns divide evenly.
        statistic: of the points in a column: the smallest for `Minimum`, the largest for `Maximum`, else their mean.
    """
    width = (end - start).total_seconds() / columns
    found: list[list[float]] = [[] for _ in range(columns)]
    for when, value in points:
        begins = (when - start).total_seconds()
        first, last = int(begins // width), int(-(-(begins + period_s) // width)) - 1
        if period_s < width:  # a point is in one column; one that is wider than a column fills all that it covers
            last = first
        for column in range(max(first, 0), min(last, columns - 1) + 1):
            found[column].append(value)
    merge = _OF_STATISTIC.get(statistic, fmean)
    return [merge(values) if values else None for values in found]


def bars(values: Values, top: float, levels: str = BARS) -> str:
    """A bar for each value, from 0 to `top`; a blank for None."""
    return "".join(" " if value is None else levels[_level(value, top, len(levels))] for value in values)


def _level(value: float, top: float, levels: int) -> int:
    return min(max(int(value / top * levels), 0), levels - 1) if top > 0 else 0


def mark_line(times: Sequence[datetime], start: datetime, end: datetime, columns: int) -> str:
    """A line with a mark for each time, in its column: `1` for the first one, and `MANY` for several in one column."""
    line = [" "] * columns
    width = (end - start).total_seconds() / columns
    for number, when in enumerate(times):
        column = min(max(int((when - start).total_seconds() // width), 0), columns - 1)
        line[column] = mark(number) if line[column] == " " else MANY
    return "".join(line).rstrip()


def mark(number: int) -> str:
    """The mark of the time with this index."""
    return MARKS[number] if number < len(MARKS) else MANY
