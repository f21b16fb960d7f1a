"""What has a price, by name: the names in price tables and the unit that each price is for.

A name is its kind and what distinguishes it, e.g. `instance:aurora-iopt1:db.r7g.large`, `acu:aurora`, `extended-support:3`.
`@aurora-mysql` at the end makes it that engine's price alone; without it the price is that of both engines.
"""

from __future__ import annotations

UNITS: dict[str, str] = {
    "instance": "hour",
    "acu": "ACU-hour",
    "storage": "GB-month",
    "io": "million requests",
    "backup": "GB-month",
    "backtrack": "million change records",
    "replicated-io": "million requests",
    "extended-support": "vCPU-hour",
    "extended-support-acu": "ACU-hour",
    "proxy": "vCPU-hour",
    "proxy-acu": "ACU-hour",
    "insights": "vCPU-hour",
    "insights-acu": "ACU-hour",
    "vpc-endpoint": "hour",
    "kms-key": "key-month",
    "secret": "secret-month",
    "alarm": "alarm-month",
    "logs": "GB",
    "logs-stored": "GB-month",
}
"""Kind -> the unit of its prices, as AWS counts it."""

STANDARD, OPTIMIZED = "aurora", "aurora-iopt1"
"""The storage configurations, as `storage` of a spec names them."""


def item(kind: str, *parts: str) -> str:
    """The name of an item. Raises KeyError for a kind that has no unit."""
    UNITS[kind]
    return ":".join((kind, *parts))


def of_engine(name: str, engine: str) -> str:
    """The name of an item where the price is one engine's."""
    return f"{name}@{engine}"


def unit_of(name: str) -> str:
    """The unit of an item's price. Raises KeyError for a name of no known kind."""
    return UNITS[name.partition("@")[0].partition(":")[0]]
