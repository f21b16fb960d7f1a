"""Sums of money and quantities in words."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

UNKNOWN = "unknown"


def ends(amount: Mapping[str, str] | None) -> str:
    """`1,234.56`, `87.60 to 1,401.60`, or `unknown`, of an amount in its JSON form."""
    if amount is None:
        return UNKNOWN
    low, high = (f"{Decimal(amount[end]):,f}" for end in ("from", "to"))
    return low if low == high else f"{low} to {high}"


def monthly(summary: Mapping[str, Any]) -> str:
    """`at least 1,234.56 USD a month`, of the sum of an estimate in its JSON form."""
    least = "at least " if summary["at_least"] else ""
    return f"{least}{ends(summary['monthly'])} {summary['currency']} a month"


def prices_of(summary: Mapping[str, Any]) -> str:
    """`prices of 2026-03-18 to 2026-10-07`; empty where no price is known."""
    days = summary["prices_of"]
    if days is None:
        return ""
    return f"prices of {days['from']}" + (f" to {days['to']}" if days["to"] != days["from"] else "")
