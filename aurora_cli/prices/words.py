"""Estimates in words, from their JSON form."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

UNKNOWN = "unknown"


def ends(value: Mapping[str, str] | None) -> str:
    """`1,234.56`, `87.60 to 1,401.60`, or `unknown`, of an amount."""
    if value is None:
        return UNKNOWN
    low, high = (f"{Decimal(value[end]):,f}" for end in ("from", "to"))
    return low if low == high else f"{low} to {high}"


def amount(summary: Mapping[str, Any]) -> str:
    """`at least 1,234.56`: the sum of an estimate a month; `unknown` where no price is known."""
    least = "at least " if summary["at_least"] and summary["monthly"] else ""
    return f"{least}{ends(summary['monthly'])}"


def monthly(summary: Mapping[str, Any]) -> str:
    """`at least 1,234.56 USD a month`, or `unknown`."""
    return f"{amount(summary)} {summary['currency']} a month" if summary["monthly"] else UNKNOWN


def prices_of(summary: Mapping[str, Any]) -> str:
    """`prices of 2026-03-18 to 2026-10-07`; empty where no price is known."""
    days = summary["prices_of"]
    if days is None:
        return ""
    return f"prices of {days['from']}" + (f" to {days['to']}" if days["to"] != days["from"] else "")


def in_all(summary: Mapping[str, Any]) -> str:
    """A sentence on the sum of several estimates."""
    dated = prices_of(summary)
    return f"In all: {monthly(summary)}{f' ({dated})' if dated else ''}."


def planned(summary: Mapping[str, Any], region: str) -> str:
    """`at least 543.80 USD a month, 120.00 more than before (prices of 2026-11-20)`, of what a plan in a Region says."""
    if summary["monthly"] is None:
        return f"{UNKNOWN}, no price of {region} is known"
    dated = prices_of(summary)
    return f"{monthly(summary)}{_difference(summary)}{_extended(summary)}{f' ({dated})' if dated else ''}"


def _difference(summary: Mapping[str, Any]) -> str:
    if summary["before"] is None:
        return ""
    found = summary["difference"]
    if found is None:
        return "; the difference is unknown"
    if not any(Decimal(end) for end in found.values()) and not summary["difference_at_least"]:
        return ", as before"
    least = "at least " if summary["difference_at_least"] else ""
    return f", {least}{more_than(found)} than before"


def more_than(difference: Mapping[str, str]) -> str:
    """`120.00 more`, or `from 175.20 less to 1,182.60 more`, of a difference in JSON."""
    low, high = sorted(Decimal(difference[end]) for end in ("from", "to"))
    return _more(low) if low == high else f"from {_more(low)} to {_more(high)}"


def _extended(summary: Mapping[str, Any]) -> str:
    found = summary["extended_support"]
    if found is None:
        return ""
    if found["monthly"] is None:
        return "; Extended Support comes to it, at an unknown price"
    return f"; {ends(found['monthly'])} of it for Extended Support"


def _more(value: Decimal) -> str:
    return f"{abs(value):,f} {'less' if value < 0 else 'more'}"
