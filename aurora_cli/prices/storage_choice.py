"""Aurora Standard or I/O-Optimized: which is cheaper, or how much I/O makes them equal.

On I/O-Optimized I/O is included; instances, capacity and storage cost more (Aurora User Guide, storage configurations).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from aurora_cli.prices.amount import Amount
from aurora_cli.prices.estimate import NO_DISCOUNTS, Discounts, Estimate, estimate
from aurora_cli.prices.items import OPTIMIZED, STANDARD
from aurora_cli.prices.shape import Shape, Usage
from aurora_cli.prices.table import PriceTable

_PARTS = ("instances", "capacity", "storage", "io")


@dataclass(frozen=True)
class StorageChoice:
    """The two storage configurations compared, in US dollars a month; capacity from its least to its largest.

    Attributes:
        current: `aurora` or `aurora-iopt1`.
        extra: what I/O-Optimized costs more for instances, capacity and storage; without storage where that is not known.
        extra_per_gib: what it costs more for each GiB, where the storage is not known; else None.
        break_even: million I/O requests a month that cost as much as `extra`.
        break_even_per_gib: further million requests for each GiB, where the storage is not known; else None.
        io: measured or expected million requests a month, or None.
        io_cost: what those cost on Aurora Standard.
        days: the oldest and the newest day of the prices that were compared.
        unknown: item names without a price that the comparison needs; then everything else is None.
    """

    current: str
    extra: Amount | None = None
    extra_per_gib: Decimal | None = None
    break_even: Amount | None = None
    break_even_per_gib: Decimal | None = None
    io: Decimal | None = None
    io_cost: Decimal | None = None
    days: tuple[date, date] | None = None
    unknown: tuple[str, ...] = ()

    @property
    def cheaper(self) -> str | None:
        """The cheaper one at every capacity; None where that is not known, or depends on the capacity."""
        if self.io_cost is None or self.extra is None or self.extra_per_gib is not None:
            return None
        if self.io_cost > self.extra.high:
            return OPTIMIZED
        return STANDARD if self.io_cost < self.extra.low else None

    @property
    def saving(self) -> Amount | None:
        """What the cheaper one saves, from the least to the most; None where there is none."""
        if self.cheaper is None or self.extra is None or self.io_cost is None:
            return None
        ends = sorted(abs(self.io_cost - extra) for extra in (self.extra.low, self.extra.high))
        return Amount(*ends)

    def to_dict(self) -> dict[str, Any]:
        """JSON form, as in the published schema."""
        return {
            "current": self.current,
            "cheaper": self.cheaper,
            "saving": self.saving.to_dict(2) if self.saving else None,
            "io_optimized_costs_more": self.extra.to_dict(2) if self.extra else None,
            "io_optimized_costs_more_per_gib": None if self.extra_per_gib is None else f"{self.extra_per_gib:f}",
            "break_even_million_io": self.break_even.to_dict(1) if self.break_even else None,
            "break_even_million_io_per_gib": None
            if self.break_even_per_gib is None
            else f"{self.break_even_per_gib:f}",
            "million_io": None if self.io is None else f"{self.io.quantize(Decimal('0.1')):f}",
            "prices_of": {"from": str(self.days[0]), "to": str(self.days[1])} if self.days else None,
            "unknown_prices": list(self.unknown),
        }


def compare_storage(shape: Shape, table: PriceTable, discounts: Discounts = NO_DISCOUNTS) -> StorageChoice:
    """Both storage configurations for the same cluster."""
    gib = shape.usage.storage
    usage = Usage(storage=Decimal(1) if gib is None else gib, io=Decimal(1))
    either = {
        kind: _parts(estimate([replace(shape, storage=kind, usage=usage)], table, discounts))
        for kind in (STANDARD, OPTIMIZED)
    }
    unknown = sorted({f"{kind} {line.text}" for kind, one in either.items() for line in one.lines if line.unknown})
    if unknown:
        return StorageChoice(shape.storage, io=shape.usage.io, unknown=tuple(unknown))
    standard, optimized = either[STANDARD], either[OPTIMIZED]
    per_million = _sum(standard, "io").low
    compute = _sum(optimized, "instances", "capacity") - _sum(standard, "instances", "capacity")
    storage = _sum(optimized, "storage") - _sum(standard, "storage")
    extra = compute if gib is None else compute + storage
    per_gib = storage.low if gib is None else None
    return StorageChoice(
        shape.storage,
        extra=extra,
        extra_per_gib=per_gib,
        break_even=extra / per_million,
        break_even_per_gib=None if per_gib is None else per_gib / per_million,
        io=shape.usage.io,
        io_cost=None if shape.usage.io is None else shape.usage.io * per_million,
        days=Estimate((*standard.lines, *optimized.lines)).days,
    )


def _parts(found: Estimate) -> Estimate:
    return Estimate(tuple(line for line in found.lines if line.part in _PARTS))


def _sum(found: Estimate, *parts: str) -> Amount:
    return Estimate(tuple(line for line in found.lines if line.part in parts)).monthly
