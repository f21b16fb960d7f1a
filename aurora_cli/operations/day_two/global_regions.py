"""Work on the Regions of a global database: who is the primary, and which Regions there are."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from aurora_cli.aws.replication.global_database import GlobalTopology, hand_over
from aurora_cli.errors import Declined, InvalidInput, OperationFailed
from aurora_cli.events import Emit, StepFinished, StepStarted, waiting
from aurora_cli.operations.core.history import recorded
from aurora_cli.operations.core.results import SCHEMA_VERSION
from aurora_cli.operations.core.review import ChangeResult, RunOptions
from aurora_cli.operations.core.specs import edited, existing_stack, stored_layer, stored_spec
from aurora_cli.operations.core.unfinished import refuse_destroying, refuse_unfinished
from aurora_cli.operations.pipeline.apply import apply_edited
from aurora_cli.spec.derived.regions import global_identifier, regions_of

if TYPE_CHECKING:
    from aurora_cli.context import AppContext
    from aurora_cli.spec.model.cluster import ClusterSpec
    from aurora_cli.spec.resolve.resolve import Resolved
    from aurora_cli.stacks.stack import Stack


@dataclass(frozen=True)
class HandOverPlan:
    """What a switchover or failover would do; shown before it is asked about.

    Attributes:
        source, target: Regions; the primary now (None if AWS names none), and the one that takes over.
        data_loss: True for a failover, which gives up what has not arrived in the target.
        lag_ms: milliseconds that the target is behind, where known.
    """

    name: str
    source: str | None
    target: str
    data_loss: bool
    lag_ms: float | None = None


@dataclass(frozen=True)
class HandOver:
    """What a switchover or failover did; `seconds` is the time until the target took writes."""

    name: str
    operation: str
    target_environment: str
    previous: str | None
    primary: str
    changed: bool
    seconds: float
    endpoint: str | None

    def to_dict(self) -> dict[str, Any]:
        """JSON form, as in the published schema."""
        return {
            "schema_version": SCHEMA_VERSION,
            "name": self.name,
            "operation": self.operation,
            "target": self.target_environment,
            "changed": self.changed,
            "previous_primary_region": self.previous,
            "primary_region": self.primary,
            "seconds": self.seconds,
            "global_writer_endpoint": self.endpoint,
        }


def move_primary(
    app: AppContext,
    name: str,
    region: str,
    *,
    confirm: Callable[[HandOverPlan], bool],
    emit: Emit,
    allow_data_loss: bool = False,
) -> HandOver:
    """Make another Region the primary, and wait until it is.

    Args:
        confirm: shows the plan and asks; False declines.
        allow_data_loss: fail over, for a primary Region that is lost; otherwise a switchover, which loses nothing.

    Raises:
        ClusterNotFound, Declined, InvalidInput (no such Region), OperationFailed (no instance there), AwsFailed, WaitTimeout.
    """
    operation = "failover" if allow_data_loss else "switchover"
    stack = existing_stack(app, name)
    app.begin(emit)
    with stack.lock(operation):
        refuse_destroying(stack)
        if not allow_data_loss:  # in an emergency nothing stands in the way
            refuse_unfinished(stack)
        spec = stored_spec(stack).spec
        database = _database(app, spec, region)
        primary = database.primary
        before = primary.region if primary else None
        if before == region:
            return HandOver(name, operation, app.target, before, region, False, 0.0, database.endpoint)
        member = database.member(region)
        shown = HandOverPlan(name, before, region, allow_data_loss, member.lag_ms if member else None)
        if not confirm(shown):
            raise Declined(f"Nothing was changed: {before} is still the primary Region.")
        with recorded(app, stack, operation) as entry:
            started = app.clock.monotonic()
            emit(StepStarted(operation, f"Moving the primary from {before or 'a lost Region'} to {region}"))
            after = hand_over(
                app.aws(region).client("rds"),
                global_identifier(spec),
                region,
                clock=app.clock,
                allow_data_loss=allow_data_loss,
                waiting=waiting(emit),
            )
            seconds = round(app.clock.monotonic() - started, 1)
            emit(StepFinished(operation, seconds))
            entry.finish("succeeded", {}, f"{before} -> {region} in {seconds} s")
        return HandOver(name, operation, app.target, before, region, True, seconds, after.endpoint)


def _database(app: AppContext, spec: ClusterSpec, region: str) -> GlobalTopology:
    """The live global database, asked of the Region that takes over: another one may be unreachable."""
    if region not in (spec.region, *regions_of(spec)):
        known = ", ".join((spec.region, *regions_of(spec)))
        raise InvalidInput(f"{spec.name} has no cluster in {region}.", hint=f"Its Regions are: {known}.")
    from aurora_cli.aws.cluster.topology import read_topology
    from aurora_cli.aws.replication.global_database import read_global, with_lag

    clients = app.aws(region)
    database = read_global(clients.client("rds"), global_identifier(spec))
    member = database.member(region) if database else None
    if database is None or member is None:
        raise OperationFailed(
            f"AWS has no member of {global_identifier(spec)} in {region}.",
            hint=f"Restore it with `aurora-cli apply {spec.name}`.",
        )
    topology = read_topology(clients.client("rds"), member.identifier)
    if topology is None or not topology.members:
        raise OperationFailed(
            f"Nothing was changed: {member.identifier} has no instance, so {region} cannot take over.",
            hint=f"Set global.regions.{region}.headless to false and apply, then run this command again.",
        )
    known_lag = with_lag(member, clients.client("cloudwatch"), app.clock)
    return replace(database, members=tuple(known_lag if m == member else m for m in database.members))


def change_regions(
    app: AppContext,
    name: str,
    options: RunOptions,
    *,
    add: Mapping[str, Mapping[str, Any]] | None = None,
    remove: Collection[str] = (),
) -> ChangeResult:
    """Add or remove secondary Regions: an edit of the stored spec, then an apply.

    Args:
        add: Region -> its values, as in `global.regions` of a file.
        remove: Regions whose copy of the data goes; the guard asks for each by its address.

    Raises:
        InvalidInput: a Region is there already, or is none. SpecInvalid, and what `apply_spec` raises.
    """

    def edit(stack: Stack) -> Resolved:
        _refuse_wrong_regions(stack, add or {}, remove)
        desired = _edited(stack, add or {}, remove, options.skip_checks)
        _refuse_other_values(stored_spec(stack).spec, desired.spec, add or {})
        return desired

    return apply_edited(app, name, options, edit)


def _refuse_wrong_regions(stack: Stack, add: Collection[str], remove: Collection[str]) -> None:
    spec = stored_spec(stack).spec
    there = regions_of(spec)
    if spec.region in add:
        raise _already(spec, spec.region)
    for region in remove:
        # An interrupted run of the same command has stored its spec already.
        if region not in there and stack.record.status != "changing":
            known = ", ".join(there) or "none"
            raise InvalidInput(
                f"{spec.name} has no secondary Region {region}.", hint=f"Its secondary Regions: {known}."
            )


def _refuse_other_values(before: ClusterSpec, desired: ClusterSpec, add: Collection[str]) -> None:
    """A Region that the spec has with the same values resumes an interrupted run, or changes nothing."""
    there, then = regions_of(before), regions_of(desired)
    for region in add:
        if region in there and there[region] != then[region]:
            raise _already(before, region)


def _already(spec: ClusterSpec, region: str) -> InvalidInput:
    return InvalidInput(
        f"{spec.name} already has a cluster in {region}.", hint=f"Change it with `aurora-cli apply {spec.name}`."
    )


def _edited(
    stack: Stack, add: Mapping[str, Mapping[str, Any]], remove: Collection[str], skip_checks: Collection[str]
) -> Resolved:
    values = deepcopy(stored_layer(stack).values)
    regions = values.setdefault("global", {}).setdefault("regions", {})
    for region in remove:
        regions.pop(region, None)
    if not regions and not add:
        values["global"].setdefault("identifier", global_identifier(stored_spec(stack).spec))
    regions.update(deepcopy(dict(add)))
    return edited(stack, values, skip_checks)
