"""In which class or capacity the instances of a live cluster would fit, by what CloudWatch has measured, and at what price."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from aurora_cli.aws.cluster.load import InstanceLoad, read_load
from aurora_cli.prices.amount import HOURS, Amount
from aurora_cli.prices.estimate import Discounts, Line, estimate
from aurora_cli.prices.shape import Shape
from aurora_cli.prices.sizing import Class, Need, Sizing, fitting_class, fitting_range
from aurora_cli.prices.table import PriceTable, known_prices
from aurora_cli.spec.derived.members import SERVERLESS
from aurora_cli.spec.facts.sizes import memory_of, vcpus_of
from aurora_cli.spec.facts.tables import instance_classes, regions_without
from aurora_cli.spec.facts.versions import below_floor

if TYPE_CHECKING:
    from aurora_cli.aws.cluster.topology import Topology
    from aurora_cli.context import AppContext
    from aurora_cli.spec.model.cluster import ClusterSpec

_LARGEST, _LARGEST_BEFORE = Decimal(256), Decimal(128)
_CENTS = 2


@dataclass(frozen=True)
class Advice:
    """What fits the instances of one class, or the serverless ones.

    Attributes:
        kind: `class` or `acu`.
        instances: how many.
        hours: that were measured, of the instance with the fewest.
        sizing: what fits, and why.
        before, after: the lines of an estimate for these instances, now and as advised; None without an advice.
        measured: what the capacity of serverless instances costs a month as it was on average; None where not known.
        command: what makes it so; None where nothing changes, or where no one command does.
    """

    kind: str
    instances: int
    hours: int
    sizing: Sizing
    before: Line
    after: Line | None
    measured: Amount | None = None
    command: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """JSON form, as in the published schema."""
        now, then = self.before.monthly, self.after.monthly if self.after else None
        day = (self.after or self.before).price
        return {
            "kind": self.kind,
            "instances": self.instances,
            "hours": self.hours,
            "now": self.sizing.now,
            "advised": self.sizing.advised,
            "monthly_now": now.to_dict(_CENTS) if now else None,
            "monthly_advised": then.to_dict(_CENTS) if then else None,
            "difference": (then - now).to_dict(_CENTS) if then and now else None,
            "monthly_measured": self.measured.to_dict(_CENTS) if self.measured else None,
            "price_of": day.day.isoformat() if day else None,
            "reasons": list(self.sizing.reasons),
            "command": self.command,
        }


def advice_for(app: AppContext, spec: ClusterSpec, topology: Topology, discounts: Discounts) -> tuple[Advice, ...]:
    """One for each class that the cluster has in its Region. Raises CredentialsError; InvalidInput for a damaged price table."""
    cloudwatch = app.aws(spec.region).client("cloudwatch")
    loads = read_load(cloudwatch, [member.id for member in topology.members], app.clock)
    return advise(spec, topology, loads, known_prices(app.price_file), discounts)


def advise(
    spec: ClusterSpec, topology: Topology, loads: Sequence[InstanceLoad], prices: PriceTable, discounts: Discounts
) -> tuple[Advice, ...]:
    """The same from what was measured, in the order of `topology.members`. Whoever takes over after a failover has to fit, so
    the busiest instance of a class counts for all of it."""
    classes = dict.fromkeys(member.class_ for member in topology.members)
    groups = {
        name: [load for member, load in zip(topology.members, loads, strict=True) if member.class_ == name]
        for name in classes
    }
    return tuple(_advices(spec, topology, groups, prices, discounts))


def _advices(
    spec: ClusterSpec,
    topology: Topology,
    groups: dict[str, list[InstanceLoad]],
    prices: PriceTable,
    discounts: Discounts,
) -> Iterator[Advice]:
    def line(name: str, count: int, acu: Amount | None = None) -> Line:
        shape = Shape(spec.name, spec.region, topology.engine, spec.storage, acu=acu)
        number = Amount.of(count)
        sized = replace(shape, serverless=number) if acu else replace(shape, instances={name: number})
        return estimate([sized], prices, discounts).lines[0]

    for name, group in groups.items():
        count, hours = len(group), min(load.hours for load in group)
        if name == SERVERLESS and topology.acu:
            low, high = (Decimal(str(topology.acu[end])) for end in ("min", "max"))
            largest = _LARGEST_BEFORE if below_floor(topology.engine, "max_256", topology.engine_version) else _LARGEST
            sizing = fitting_range(low, high, hours, _most(load.peak_capacity for load in group), largest)
            after = line(name, count, _amount(sizing.advised)) if sizing.advised else None
            before = line(name, count, Amount(low, high))
            command = f"aurora-cli scale {spec.name} --acu {sizing.advised}" if _changes(sizing) else None
            yield Advice("acu", count, hours, sizing, before, after, _as_measured(group, before), command)
            continue
        now = _class(name)
        if now is None:
            continue
        sizing = fitting_class(topology.engine, now, _need(group), _family(topology.engine, spec.region, now))
        after = line(sizing.advised, count) if sizing.advised else None
        whole = _changes(sizing) and len(groups) == 1
        command = f"aurora-cli scale {spec.name} --class {sizing.advised}" if whole else None
        yield Advice("class", count, hours, sizing, line(name, count), after, None, command)


def _need(group: Sequence[InstanceLoad]) -> Need:
    free = [load.free_bytes for load in group]
    least = None if None in free else min(Decimal(str(one)) for one in free)
    connections = _most(load.connections for load in group)
    return Need(
        hours=min(load.hours for load in group),
        cpu=_most(load.cpu for load in group),
        free=None if least is None else least / 2**30,
        connections=None if connections is None else int(connections),
    )


def _most(values: Iterator[float | None]) -> Decimal | None:
    """The largest; None where one is not known."""
    every = list(values)
    return None if None in every else max(Decimal(str(one)) for one in every)


def _as_measured(group: Sequence[InstanceLoad], line: Line) -> Amount | None:
    capacity = [load.capacity for load in group]
    if line.price is None or None in capacity:
        return None
    return Amount.of(sum(Decimal(str(one)) for one in capacity) * HOURS * line.price.usd)


def _family(engine: str, region: str, now: Class) -> list[Class]:
    """The classes of the same family that the Region has."""
    family = now.name.rpartition(".")[0]
    names = [name for name in instance_classes(engine) if name.rpartition(".")[0] == family]
    offered = [name for name in names if region not in regions_without(engine, name)]
    return [one for name in dict.fromkeys([*offered, now.name]) if (one := _class(name))]


def _class(name: str) -> Class | None:
    vcpus, memory = vcpus_of(name), memory_of(name)
    return Class(name, vcpus, memory) if vcpus and memory else None


def _amount(acus: str) -> Amount:
    low, _, high = acus.partition("-")
    return Amount(Decimal(low), Decimal(high))


def _changes(sizing: Sizing) -> bool:
    return sizing.advised not in (None, sizing.now)
