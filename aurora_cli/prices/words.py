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
    """`at least 1,234.56 USD a month`."""
    return f"{amount(summary)} {summary['currency']} a month"


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
