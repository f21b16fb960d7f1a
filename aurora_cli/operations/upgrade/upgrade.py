"""Upgrade the engine: to a newer minor version, or to a major one with the parameter groups of its family."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from aurora_cli.aws.engine.engine_versions import EngineVersion, read_engine_versions
from aurora_cli.errors import InvalidInput
from aurora_cli.operations.core.results import SCHEMA_VERSION
from aurora_cli.operations.core.review import RunOptions
from aurora_cli.operations.core.specs import existing_stack, stored_spec
from aurora_cli.operations.pipeline.context import OperationContext
from aurora_cli.operations.pipeline.engine import run_operation
from aurora_cli.operations.pipeline.step import Decision, Operation, Step, typed
from aurora_cli.operations.preflight.target_version import Target, choose_target
from aurora_cli.operations.upgrade.clusters import UpgradeUnit, places_of, refuse_uneven
from aurora_cli.operations.upgrade.parameter_groups import group_name, makes_groups
from aurora_cli.operations.upgrade.preflight import (
    refuse_unknown_parameters,
    refuse_unoffered,
    refuse_unready,
    remarks_of,
)
from aurora_cli.operations.upgrade.spec import upgraded
from aurora_cli.operations.upgrade.steps import UpgradeSteps
from aurora_cli.spec.derived.regions import global_identifier

if TYPE_CHECKING:
    from aurora_cli.aws.cluster.topology import Topology
    from aurora_cli.context import AppContext
    from aurora_cli.events import Emit
    from aurora_cli.operations.core.review import ChangeResult
    from aurora_cli.spec.model.cluster import ClusterSpec


@dataclass(frozen=True)
class UpgradeRequest:
    """What is wanted.

    Attributes:
        to: a full version, or a major one for the newest of it; None for the newest minor version.
        snapshot: take one first, which is kept.
        in_window: leave a minor upgrade to the maintenance window.
        cluster_group, instance_group: existing groups of the new family, where the spec names existing ones.
    """

    to: str | None = None
    snapshot: bool = True
    in_window: bool = False
    cluster_group: str | None = None
    instance_group: str | None = None


@dataclass(frozen=True)
class Targets:
    """Where a cluster can go; `minor` and `major` oldest first."""

    name: str
    engine: str
    running: str
    minor: tuple[str, ...]
    major: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """JSON form, as in the published schema."""
        lists = {"minor": list(self.minor), "major": list(self.major)}
        return {"schema_version": SCHEMA_VERSION, **vars(self), **lists}


def targets(app: AppContext, cluster: str, *, emit: Emit) -> Targets:
    """The versions that a cluster can be upgraded to in place. Raises ClusterNotFound, CredentialsError, AwsFailed."""
    app.begin(emit)
    stack = existing_stack(app, cluster)
    context = OperationContext(app, stack, RunOptions("upgrade", lambda review: False, emit), stored_spec(stack).spec)
    topology = context.live()
    own = _own(_listed(context, topology), topology.engine_version)
    return Targets(cluster, topology.engine, topology.engine_version, own.minor, own.major)


def upgrade(app: AppContext, cluster: str, request: UpgradeRequest, *, options: RunOptions) -> ChangeResult:
    """Upgrade an existing cluster, or every cluster of a global database.

    A cluster that runs the version already is not touched; the spec takes the version on.

    Raises:
        InvalidInput: there is no such way; the hint says which there are. SpecInvalid: the version does not support the spec.
        What `run_operation` raises.
    """
    return run_operation(app, cluster, Upgrade(cluster, request), options)


class _Wanted(NamedTuple):
    """The version, the spec with it, and the clusters to upgrade as they are now, by Region."""

    target: Target
    spec: ClusterSpec
    places: list[UpgradeUnit]
    found: dict[str, Topology]


@dataclass(frozen=True)
class Upgrade(Operation):
    """The operation."""

    cluster: str
    request: UpgradeRequest
    name = "upgrade"
    target = "version"

    @property
    def arguments(self) -> Mapping[str, Any]:
        """What was asked for."""
        return dict(vars(self.request))

    @property
    def command(self) -> tuple[str, ...]:
        """The words that go on with it."""
        asked = self.request
        groups = {"cluster_group": asked.cluster_group, "instance_group": asked.instance_group}
        flags = {"no_snapshot": not asked.snapshot, "in_window": asked.in_window}
        return typed("upgrade", self.cluster, to=asked.to, **groups, **flags)

    def decide(self, context: OperationContext) -> Decision:
        """Where to, whether it can be, and in which order. The running version counts, not the spec's."""
        places = places_of(context)
        found = {place.region: place.live() for place in places}
        target = self._target(context, found[places[-1].region])
        refuse_uneven(places, found, target)
        desired = upgraded(context.stack, target, self.request.cluster_group, self.request.instance_group)
        wanted = _Wanted(target, desired.spec, places, found)
        stays = desired.spec == context.spec
        if target.stays:
            facts = {**self._facts(context, wanted), "places": []}
            return Decision(facts, None if stays else desired)
        self._refuse(context, wanted)
        remarks = [text for place in places for text in remarks_of(place, found[place.region], target)]
        return Decision(
            self._facts(context, wanted),
            None if stays or self.request.in_window else desired,
            remarks=tuple(dict.fromkeys([*self._about(context, target, desired.spec), *remarks])),
        )

    def priced(self, context: OperationContext, decision: Decision) -> Sequence[ClusterSpec]:
        """With the version that it leads to, also where the spec stays as it is or follows later."""
        spec = decision.desired.spec if decision.desired else context.spec
        return [spec.model_copy(update={"engine_version": decision.facts[self.target]})]

    def _target(self, context: OperationContext, topology: Topology) -> Target:
        """Of a global database half-way through a minor upgrade the primary is behind, and it is what counts."""
        listed = _listed(context, topology)
        return choose_target(topology.engine, topology.engine_version, listed, self.request.to, name=self.cluster)

    def _refuse(self, context: OperationContext, wanted: _Wanted) -> None:
        target, spec, places, found = wanted
        if target.major and self.request.in_window:
            raise InvalidInput(
                "A major upgrade cannot run in the maintenance window: it needs new parameter groups before it, and deletes the "
                "old ones after it.",
                hint="Omit --in-window, and run it when an outage is acceptable.",
            )
        if self.request.in_window and context.spec.global_ is not None:
            raise InvalidInput(
                "The members of a global database are upgraded in order, so not in their maintenance windows.",
                hint="Omit --in-window.",
            )
        for place in places:
            refuse_unready(place, found[place.region])
            if found[place.region].members:
                refuse_unoffered(place, spec, target)
        if target.major:
            refuse_unknown_parameters(places[-1], spec, target)

    def _facts(self, context: OperationContext, wanted: _Wanted) -> dict[str, Any]:
        target, spec, places, found = wanted
        home = places[-1]
        takes = self.request.snapshot and not self.request.in_window
        stamp = f"{context.app.clock.now():%Y%m%d%H%M%S}"
        label = target.version.replace(".", "-").replace("_", "-")
        made = group_name(context.spec.base_name, target.family, context.stack.record.parameter_suffix)
        return {
            "running": target.running,
            "version": target.version,
            "family": target.family,
            "major": target.major,
            "snapshot": f"{home.cluster}-before-{label}-{stamp}" if takes else None,
            "makes_groups": makes_groups(spec),
            "cluster_group": (spec.parameters.cluster_group or made) if target.major else None,
            "instance_group": (spec.parameters.instance_group or made) if target.major else None,
            "in_window": self.request.in_window,
            "window": found[home.region].maintenance_window,
            "global": global_identifier(spec) if spec.global_ is not None else None,
            "places": [place.to_facts() for place in places],
        }

    def _about(self, context: OperationContext, target: Target, spec: ClusterSpec) -> list[str]:
        """What becomes of the spec."""
        owner = context.spec.maintenance.auto_minor_upgrades
        if self.request.in_window and not owner:
            return [
                f"The spec is unchanged until AWS has upgraded. Then: aurora-cli upgrade {self.cluster} --to {target.version}"
            ]
        if spec == context.spec and not target.major:
            return ["The spec names only the major version, so it does not change."] if owner else []
        return []

    def steps(self, context: OperationContext, decision: Decision) -> Sequence[Step]:
        """See docs/reference/operations.md for their order."""
        return UpgradeSteps(context, decision).all()


def _listed(context: OperationContext, topology: Topology) -> list[EngineVersion]:
    """What AWS offers, and the running version, which it may offer no more for new clusters."""
    offered = read_engine_versions(context.rds, topology.engine)
    if any(one.version == topology.engine_version for one in offered):
        return offered
    return [*read_engine_versions(context.rds, topology.engine, topology.engine_version, retired=True), *offered]


def _own(listed: Sequence[EngineVersion], running: str) -> EngineVersion:
    return next((one for one in listed if one.version == running), EngineVersion(running, "", False))
