"""Quantities as people write them: `7d`, `10m`, `0.5-16`."""

from __future__ import annotations

import re
from typing import Any

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_DURATION = re.compile(r"(\d{1,9})\s*([smhdw])", re.IGNORECASE | re.ASCII)
_RANGE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(?:-|\.\.|:)\s*(\d+(?:\.\d+)?)\s*", re.ASCII)


def not_boolean(value: Any) -> Any:
    """The value itself; ValueError for true and false, which Python would otherwise count as 1 and 0."""
    if isinstance(value, bool):
        raise ValueError("write a number, not true or false")
    return value


def parse_seconds(value: Any) -> Any:
    """Seconds from `300`, `"300"`, `"5m"`, `"1h30m"`. Raises ValueError with the accepted forms."""
    if not isinstance(value, str):
        return not_boolean(value)
    text = value.strip()
    if text.isascii() and text.isdigit() and len(text) <= 9:
        return int(text)
    parts = _DURATION.findall(text)
    if not parts or "".join(n + u for n, u in parts).lower() != re.sub(r"\s", "", text).lower():
        raise ValueError("write a duration as 300, 300s, 5m, 2h or 7d")
    return sum(int(number) * _SECONDS[unit.lower()] for number, unit in parts)


def parse_days(value: Any) -> Any:
    """Whole days from `7`, `"7"`, `"7d"`, `"2w"`, `"48h"`. Raises ValueError if it is not a whole number of days."""
    if not isinstance(value, str):
        return not_boolean(value)
    text = value.strip()
    if text.isascii() and text.isdigit() and len(text) <= 9:
        return int(text)
    try:
        seconds = parse_seconds(value)
    except ValueError:
        seconds = 1
    if seconds % 86400:
        raise ValueError("write whole days, as 7, 7d or 2w")
    return seconds // 86400


def parse_acu_range(value: Any) -> Any:
    """`{"min": .., "max": ..}` from `"0.5-16"` (or one number for both ends); other values are passed on."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return {"min": value, "max": value}
    if not isinstance(value, str):
        return value
    match = _RANGE.fullmatch(value)
    if match:
        return {"min": float(match[1]), "max": float(match[2])}
    try:
        number = float(value)
    except ValueError:
        raise ValueError("write an ACU range as MIN-MAX, e.g. 0.5-16") from None
    return {"min": number, "max": number}


def parse_zones(value: Any) -> Any:
    """A number of zones (`3`, `"3"`) or a list of zone names. Raises ValueError for anything else."""
    if isinstance(value, str) and value.isascii() and value.strip().isdigit() and len(value) <= 9:
        return int(value)
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    if isinstance(value, (list, tuple)) and all(isinstance(name, str) for name in value):
        return list(value)
    raise ValueError("write a number of zones (2 or 3) or a list of zone names")


def format_acu(low: float, high: float) -> str:
    """`(0.5, 16.0)` gives `"0.5-16"`."""
    return f"{low:g}-{high:g}"


def format_days(days: int) -> str:
    """`7` gives `"7d"`."""
    return f"{days}d"


def format_seconds(seconds: int) -> str:
    """`600` gives `"10m"`; the largest unit that divides it."""
    for unit in ("d", "h", "m"):
        if seconds and seconds % _SECONDS[unit] == 0:
            return f"{seconds // _SECONDS[unit]}{unit}"
    return f"{seconds}s"
