"""The estimate of a cluster: a line for each part, the sum of what is known, and whether more comes to it.

Not in it: data transfer, requests to KMS, Secrets Manager and CloudWatch, the
Data API, Enhanced Monitoring's logs, the Kinesis stream of an activity stream, taxes, and free tiers of an account.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from aurora_cli.prices.amount import HOURS, ZERO, Amount
from aurora_cli.prices.items import OPTIMIZED, item, unit_of
from aurora_cli.prices.shape import Shape
from aurora_cli.prices.table import Price, PriceTable

LEAST_PROXY_VCPUS, LEAST_PROXY_ACUS = Decimal(2), Decimal(8)
"""What AWS charges for at least (Amazon RDS Proxy pricing)."""
_CENTS, _HOURLY, _AMOUNTS = 2, 4, 3
_YEARS = {"1-2": "years 1 and 2", "3": "year 3"}
_PROVISIONED, _SERVERLESS, _EXTENDED = "instances", "capacity", "extended_support"


@dataclass(frozen=True)
class Line:
    """One part of the estimate.

    Attributes:
        part: stable name, e.g. `instances`, `storage`, `io`.
        text: what it is.
        region: AWS Region.
        quantity: how many units a month; None where it is not known.
        unit: what the price is for, e.g. `hour`, `GB-month`.
        price: of one unit; None where the table has none.
    """

    part: str
    text: str
    region: str
    quantity: Amount | None
    unit: str
    price: Price | None

    @property
    def monthly(self) -> Amount | None:
        """US dollars a month of 730 hours; None where quantity or price is not known."""
        if self.quantity == ZERO:
            return ZERO
        return self.quantity * self.price.usd if self.quantity and self.price else None

    @property
    def unknown(self) -> str | None:
        """`quantity` or `price`, where one is not known."""
        if self.monthly is not None:
            return None
        return "price" if self.price is None else "quantity"

    def to_dict(self) -> dict[str, Any]:
        """JSON form, as in the published schema."""
        monthly = self.monthly
        return {
            "part": self.part,
            "text": self.text,
            "region": self.region,
            "quantity": self.quantity.to_dict(_AMOUNTS) if self.quantity else None,
            "unit": self.unit,
            "price": f"{self.price.usd:f}" if self.price else None,
            "price_of": self.price.day.isoformat() if self.price else None,
            "monthly": monthly.to_dict(_CENTS) if monthly else None,
            "hourly": (monthly / HOURS).to_dict(_HOURLY) if monthly else None,
            "unknown": self.unknown,
        }


@dataclass(frozen=True)
class Discounts:
    """Percentages that the user has from AWS; nothing is assumed.

    Attributes:
        reserved: of reserved DB instances: on the hours of provisioned instances.
        savings_plan: of a Database Savings Plan: on those, and on the capacity of serverless instances.
    """

    reserved: Decimal = Decimal(0)
    savings_plan: Decimal = Decimal(0)

    def on(self, line: Line) -> Line:
        """The line at the discounted price; as it is where no discount applies."""
        percent, words = self.savings_plan, "Database Savings Plan"
        if line.part == _PROVISIONED and self.reserved:
            percent, words = self.reserved, "reserved instances"
        if not percent or line.part not in (_PROVISIONED, _SERVERLESS) or line.price is None:
            return line
        price = replace(line.price, usd=line.price.usd * (100 - percent) / 100)
        return replace(line, price=price, text=f"{line.text}, {percent:f} % off ({words})")


NO_DISCOUNTS = Discounts()


@dataclass(frozen=True)
class Estimate:
    """All lines of a cluster, its other Regions included."""

    lines: tuple[Line, ...]

    @property
    def monthly(self) -> Amount:
        """The sum of what is known, in US dollars a month."""
        return sum((line.monthly for line in self.lines if line.monthly), ZERO)

    @property
    def at_least(self) -> bool:
        """Whether a part is not known, so that more comes to the sum."""
        return any(line.unknown for line in self.lines)

    @property
    def days(self) -> tuple[date, date] | None:
        """The oldest and the newest day of the prices that are used; None without a price."""
        days = [line.price.day for line in self.lines if line.price and line.monthly]
        return (min(days), max(days)) if days else None

    @property
    def summary(self) -> dict[str, Any]:
        """The sum in JSON, with the days of its prices; null where no price is known."""
        days = self.days
        return _summary(self.monthly, self.at_least, [day.isoformat() for day in days or ()])

    @property
    def extended_support(self) -> dict[str, Any] | None:
        """What of it is Extended Support, in JSON: `{from, to}` a month in `monthly`, null where its price is not known."""
        lines = [line for line in self.lines if line.part == _EXTENDED]
        if not lines:
            return None
        known = not any(line.unknown for line in lines)
        return {"monthly": Estimate(tuple(lines)).monthly.to_dict(_CENTS) if known else None}

    def to_dict(self) -> dict[str, Any]:
        """JSON form, as in the published schema."""
        return {**self.summary, "lines": [line.to_dict() for line in self.lines]}


def extended_support_of(shapes: Sequence[Shape], table: PriceTable) -> Estimate:
    """The lines of Extended Support alone."""
    found = estimate(shapes, table)
    return Estimate(tuple(line for line in found.lines if line.part == _EXTENDED))


def difference_of(before: Estimate, after: Estimate) -> tuple[Amount | None, bool]:
    """What the second costs more a month, and whether that is at least.

    What is unknown in both alike does not count. Where it is not the same, the difference is None, unless the second has
    all lines of the first: what comes to it costs at least what is known of it.
    """
    lines = [Counter(map(repr, one.lines)) for one in (before, after)]
    unknown = [Counter(repr(line) for line in one.lines if line.unknown) for one in (before, after)]
    same = unknown[0] == unknown[1]
    return (after.monthly - before.monthly if same or lines[0] <= lines[1] else None), not same


def total_of(summaries: Iterable[Mapping[str, Any] | None]) -> dict[str, Any]:
    """The sum of several estimates, of which each is as `Estimate.summary`, or None where there is none."""
    every = list(summaries)
    known = [one for one in every if one and one["monthly"]]
    sums = (Amount(*(Decimal(one["monthly"][end]) for end in ("from", "to"))) for one in known)
    at_least = len(known) < len(every) or any(one["at_least"] for one in known)
    return _summary(sum(sums, ZERO), at_least, [one["prices_of"][end] for one in known for end in ("from", "to")])


def _summary(monthly: Amount, at_least: bool, days: Sequence[str]) -> dict[str, Any]:
    return {
        "currency": "USD",
        "monthly": monthly.to_dict(_CENTS) if days else None,
        "hourly": (monthly / HOURS).to_dict(_HOURLY) if days else None,
        "at_least": at_least,
        "prices_of": {"from": min(days), "to": max(days)} if days else None,
    }


def estimate(shapes: Sequence[Shape], table: PriceTable, discounts: Discounts = NO_DISCOUNTS) -> Estimate:
    """The estimate of a cluster.

    Args:
        shapes: the cluster, and its secondary clusters in other Regions.
    """
    lines = [discounts.on(line) for shape in shapes for line in _lines(shape, table)]
    return Estimate(tuple(line for line in lines if line.quantity != ZERO or line.part == _SERVERLESS))


def _lines(shape: Shape, table: PriceTable) -> Iterator[Line]:
    for part, text, name, quantity in (*_instances(shape), *_volume(shape), *_by_size(shape), *_around(shape)):
        price = table.find(shape.region, name, shape.engine)
        yield Line(part, text, shape.region, quantity, unit_of(name), price)


_Part = tuple[str, str, str, Amount | None]
"""Part, text, item and quantity of a line."""


def _instances(shape: Shape) -> Iterator[_Part]:
    for name, count in shape.instances.items():
        yield _PROVISIONED, f"{name}, {_count(count)}", item("instance", shape.storage, name), count * HOURS
    if shape.serverless.high:
        text = f"db.serverless, {_count(shape.serverless)}"
        yield _SERVERLESS, text, item("acu", shape.storage), _a_month(capacity_of(shape))


def _volume(shape: Shape) -> Iterator[_Part]:
    usage = shape.usage
    yield "storage", "cluster volume", item("storage", shape.storage), _known(usage.storage)
    if shape.storage != OPTIMIZED:
        yield "io", "read and write I/O", item("io"), _known(usage.io)
    yield "backup", "backups and snapshots beyond the free part", item("backup"), _known(usage.backup)
    if shape.backtrack:
        yield "backtrack", "change records of backtrack", item("backtrack"), None
    if shape.replicated:
        yield (
            "replicated_io",
            "replicated writes of the global database",
            item("replicated-io"),
            _known(usage.replicated),
        )


def _by_size(shape: Shape) -> Iterator[_Part]:
    """What is charged by the vCPUs of provisioned instances, and (`-acu`) by the capacity of serverless ones."""
    sizes = [("", shape.vcpus, LEAST_PROXY_VCPUS)] if shape.instances else []
    sizes += [("-acu", capacity_of(shape), LEAST_PROXY_ACUS)] if shape.serverless.high else []
    if shape.proxy and not sizes:
        yield "proxy", "RDS Proxy of a stopped cluster", item("proxy"), None
    for kind, size, least in sizes:
        if shape.extended_support:
            text, year = f"Extended Support, {_YEARS[shape.extended_support]}", shape.extended_support
            yield _EXTENDED, text, item(f"extended-support{kind}", year), _a_month(size)
        if shape.proxy:
            yield "proxy", "RDS Proxy", item(f"proxy{kind}"), _a_month(_at_least(size, least))
        if shape.insights == "advanced":
            yield "insights", "Database Insights, advanced mode", item(f"insights{kind}"), _a_month(size)


def _around(shape: Shape) -> Iterator[_Part]:
    """What the stack has beside the cluster."""
    endpoints = _a_month(None if shape.endpoint_zones is None else Amount.of(shape.endpoint_zones))
    yield "vpc_endpoints", "interface VPC endpoints, each in each zone", item("vpc-endpoint"), endpoints
    yield "kms_keys", "KMS key of the stack", item("kms-key"), Amount.of(shape.keys)
    yield "secrets", "secret of the master password", item("secret"), Amount.of(shape.secrets)
    yield "alarms", "CloudWatch alarms", item("alarm"), Amount.of(shape.alarms)
    if shape.logs:
        yield "logs", "logs ingested by CloudWatch", item("logs"), None


def capacity_of(shape: Shape) -> Amount | None:
    """ACUs of all serverless instances together; None where the range is not known."""
    if shape.acu is None:
        return None
    return Amount(shape.serverless.low * shape.acu.low, shape.serverless.high * shape.acu.high)


def _a_month(amount: Amount | None) -> Amount | None:
    return amount * HOURS if amount else None


def _at_least(amount: Amount | None, least: Decimal) -> Amount | None:
    return Amount(max(amount.low, least), max(amount.high, least)) if amount else None


def _known(value: Decimal | None) -> Amount | None:
    return None if value is None else Amount.of(value)


def _count(count: Amount) -> str:
    words = f"{count.low}" if count.single else f"{count.low} to {count.high}"
    return f"{words} instance{'s' * (count.high != 1)}"
