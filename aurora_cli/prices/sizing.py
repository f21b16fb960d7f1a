"""Which DB instance class, or which range of ACUs, the load of the last 14 days would fit in. An estimate, never a promise.

The rules, all about the busiest moment that was measured:

- The busiest hour of the processor leaves 40 % of the vCPUs idle.
- Memory: what was in use at the least free moment fits, and 5 % of the class more. Most of it is the buffer cache, which grows to
  fill a larger class: a class is called too large only where memory was free that a smaller one does not have.
- Connections: the most that were open are 80 % of the default `max_connections` of the class at most (Aurora User Guide,
  maximum connections to an Aurora DB instance).
- Capacity of Serverless v2: the highest is two thirds of the maximum at most, in steps of half an ACU. The minimum stays: what is
  measured at the minimum does not tell whether less would do.

A class is of the family that the cluster has, since another one has other processors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from math import log2

BUSIEST_CPU, FREE_MEMORY, MOST_CONNECTIONS = Decimal(60), Decimal("0.05"), Decimal("0.8")
HEADROOM, STEP = Decimal("1.5"), Decimal("0.5")
LEAST_HOURS, ENOUGH_HOURS = 24, 14 * 24
_GIB = 2**30


@dataclass(frozen=True)
class Class:
    """A DB instance class: vCPUs and GiB of memory."""

    name: str
    vcpus: int
    memory: Decimal


@dataclass(frozen=True)
class Need:
    """What the busiest of several instances of one class needs; None for what was not measured.

    Attributes:
        hours: of the instance with the fewest.
        cpu: percent in the busiest hour.
        free: the least free memory, in GiB.
        connections: the most that were open.
    """

    hours: int
    cpu: Decimal | None
    free: Decimal | None
    connections: int | None


@dataclass(frozen=True)
class Sizing:
    """What fits.

    Attributes:
        now, advised: a class, or a range of ACUs such as `0.5-4`; `advised` is None where the measurements do not tell.
        reasons: sentences on what was measured, and what follows.
    """

    now: str
    advised: str | None
    reasons: tuple[str, ...]


def fitting_class(engine: str, now: Class, need: Need, classes: Sequence[Class]) -> Sizing:
    """The smallest class in which the load would fit.

    Args:
        engine: `aurora-postgresql` or `aurora-mysql`.
        now: the class that was measured.
        classes: of the same family, `now` among them.
    """
    if need.hours < LEAST_HOURS or need.cpu is None or need.free is None or need.connections is None:
        return Sizing(now.name, None, (_too_little(need.hours),))
    vcpus, connections = now.vcpus * need.cpu / BUSIEST_CPU, need.connections
    used = now.memory - need.free
    reasons = [
        f"The busiest hour took {need.cpu:.0f} % of {now.vcpus} vCPUs.",
        f"At the least {need.free:.1f} of {now.memory:f} GiB of memory were free.",
        f"At most {connections} connections were open, of {most_connections(engine, now.memory)} by default.",
    ]

    def fits(one: Class) -> bool:
        room = one.memory * (1 - FREE_MEMORY) >= used
        return one.vcpus >= vcpus and room and most_connections(engine, one.memory) * MOST_CONNECTIONS >= connections

    fitting = min(filter(fits, classes), key=lambda one: (one.vcpus, one.memory), default=None)
    if fitting is None:
        family = now.name.rpartition(".")[0]
        return Sizing(now.name, None, (*reasons, f"No class of {family} leaves enough room for that."))
    return Sizing(now.name, fitting.name, (*reasons, *_few(need.hours)))


def fitting_range(low: Decimal, high: Decimal, hours: int, peak: Decimal | None, largest: Decimal) -> Sizing:
    """The range of ACUs in which the capacity would fit.

    Args:
        low, high: the range now.
        hours: that were measured.
        peak: the highest capacity of an instance.
        largest: the largest maximum that AWS takes.
    """
    now = acu_range(low, high)
    if hours < LEAST_HOURS or peak is None:
        return Sizing(now, None, (_too_little(hours),))
    reasons = [f"The highest capacity was {peak.normalize():f} ACU, of {high.normalize():f} at most."]
    wanted = (peak * HEADROOM / STEP).to_integral_value(ROUND_CEILING) * STEP
    most = min(max(wanted, low, Decimal(1)), largest)
    return Sizing(now, acu_range(low, most), (*reasons, "The minimum stays as it is.", *_few(hours)))


def most_connections(engine: str, memory: Decimal) -> int:
    """The default `max_connections` of an instance with that many GiB, from all its memory and so a little high."""
    size = float(memory) * _GIB
    if engine == "aurora-postgresql":
        return min(int(size / 9_531_392), 5000)
    return int(max(log2(size / 805_306_368) * 45, log2(size / 8_187_281_408) * 1000))


def acu_range(low: Decimal, high: Decimal) -> str:
    """`0.5-4`, as `--acu` takes it."""
    return f"{low.normalize():f}-{high.normalize():f}"


def _too_little(hours: int) -> str:
    return f"CloudWatch has too little: {hours} hours of the last 14 days, and {LEAST_HOURS} are needed."


def _few(hours: int) -> tuple[str, ...]:
    return () if hours >= ENOUGH_HOURS else (f"Only {hours} hours of the last 14 days were measured.",)
