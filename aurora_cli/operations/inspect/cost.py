"""What a cluster costs: by its spec alone, or as it is now with what CloudWatch has measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from aurora_cli.aws.cluster.volume import Volume, read_volume
from aurora_cli.events import Emit
from aurora_cli.operations.core.region_topology import live_regions
from aurora_cli.operations.core.results import about
from aurora_cli.operations.core.specs import SpecRequest, desired_spec, existing_stack, stored_spec
from aurora_cli.operations.cost.shapes import STOPPED, gib, live_shapes, shapes_of
from aurora_cli.operations.cost.sizing import Advice, advice_for
from aurora_cli.operations.cost.support import support_by_aws
from aurora_cli.operations.inspect.lost import begin_to_look
from aurora_cli.operations.report.report import live_topology
from aurora_cli.prices.amount import HOURS
from aurora_cli.prices.estimate import Discounts, Estimate, estimate
from aurora_cli.prices.shape import Shape, Usage
from aurora_cli.prices.storage_choice import StorageChoice, compare_storage
from aurora_cli.prices.table import known_prices

if TYPE_CHECKING:
    from aurora_cli.context import AppContext

_MILLION = 1_000_000


@dataclass(frozen=True)
class Cost:
    """What a cluster costs.

    Attributes:
        name, region, target: the cluster.
        estimate: all of it.
        storage: Aurora Standard and I/O-Optimized compared.
        advice: classes and capacity that the measured load would fit in; None where nobody asked.
        notes: sentences on what the figures are.
    """

    name: str
    region: str
    target: str
    estimate: Estimate
    storage: StorageChoice
    notes: tuple[str, ...]
    advice: tuple[Advice, ...] | None = None

    def to_dict(self) -> dict[str, Any]:
        """JSON form, as in the published schema."""
        found = {**about(self), **self.estimate.to_dict(), "storage": self.storage.to_dict()}
        advice = None if self.advice is None else [one.to_dict() for one in self.advice]
        return {**found, "notes": list(self.notes), "advice": advice}


def cost_of_spec(app: AppContext, request: SpecRequest, expected: Usage, discounts: Discounts) -> Cost:
    """What the cluster of a spec would cost; calls nothing.

    Args:
        expected: what its user expects of the volume.

    Raises:
        SpecInvalid: the spec breaks a rule. InvalidInput: the price table of the home is damaged.
    """
    spec = desired_spec(app, request).spec
    first, *others = shapes_of(spec, app.clock.now().date())
    return _cost(app, [replace(first, usage=expected), *others], discounts, ())


def cost_of_cluster(
    app: AppContext, name: str, expected: Usage, discounts: Discounts, emit: Emit, *, advise: bool = False
) -> Cost:
    """What a cluster costs as it is: its instances by AWS, its volume, I/O and backups by CloudWatch.

    Args:
        expected: takes the place of what CloudWatch has measured.
        advise: also read how busy the instances were, and say in which class or capacity that would fit.

    Raises:
        ClusterNotFound, CredentialsError, AccessDenied, AwsFailed, StackDamaged, SandboxFailed. InvalidInput: the price table
        of the home is damaged.
    """
    stack = existing_stack(app, name)
    spec = stored_spec(stack).spec
    begin_to_look(app, stack, emit)
    topology = live_topology(app, spec)
    by_aws = support_by_aws(app, spec.region, topology.engine, topology.engine_version) if topology else None
    ends = by_aws.standard if by_aws else None
    shapes = live_shapes(spec, topology, live_regions(app, spec), app.clock.now().date(), ends)
    if topology is None:
        found = _cost(app, shapes, discounts, (f"AWS has no cluster named {name}: the estimate is that of its spec.",))
        return replace(found, advice=()) if advise else found
    measured = [_measured(app, one) for one in shapes]
    first = measured[0].usage
    notes = [f"I/O by CloudWatch: {first.measured}."] if first.measured else []
    measured[0] = started = replace(measured[0], usage=_instead(first, expected))
    if topology.status == STOPPED:
        notes.append("The cluster is stopped: AWS charges its storage and backups, and no instances.")
        started = replace(shapes_of(spec, app.clock.now().date())[0], usage=started.usage)
        notes.append("The storage configurations are compared as if it ran.")
    found = _cost(app, measured, discounts, tuple(notes), started)
    return replace(found, advice=advice_for(app, spec, topology, discounts)) if advise else found


def _cost(
    app: AppContext,
    shapes: Sequence[Shape],
    discounts: Discounts,
    notes: tuple[str, ...],
    compared: Shape | None = None,
) -> Cost:
    table = known_prices(app.price_file)
    found = estimate(shapes, table, discounts)
    missing = sorted({line.region for line in found.lines if line.unknown == "price"})
    if missing:
        where = ", ".join(missing)
        way = "aurora-cli prices update --from FILE" if app.sandbox else f"aurora-cli prices update {' '.join(missing)}"
        notes = (*notes, f"Prices of {where} are missing. Read them: {way}")
    first = shapes[0]
    return Cost(
        first.name, first.region, app.target, found, compare_storage(compared or first, table, discounts), notes
    )


def _measured(app: AppContext, shape: Shape) -> Shape:
    return replace(shape, usage=_usage(read_volume(app.aws(shape.region).client("cloudwatch"), shape.name, app.clock)))


def _usage(volume: Volume) -> Usage:
    return Usage(
        storage=None if volume.size_bytes is None else gib(volume.size_bytes),
        io=_a_month(volume.io_requests, volume.hours),
        backup=None if volume.backup_bytes is None else gib(volume.backup_bytes),
        replicated=_a_month(volume.replicated_writes, volume.replicated_hours),
        measured=f"{volume.hours} hour{'s' * (volume.hours != 1)} of the last 14 days" if volume.hours else None,
    )


def _a_month(requests: float | None, hours: int) -> Decimal | None:
    """Millions in a month as the hours that were measured were."""
    return None if requests is None else Decimal(str(requests)) / hours * HOURS / _MILLION


def _instead(measured: Usage, expected: Usage) -> Usage:
    given = {name: value for name, value in vars(expected).items() if value is not None}
    return replace(measured, **given)
