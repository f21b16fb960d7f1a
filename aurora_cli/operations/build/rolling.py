"""An apply that changes the class of instances: one at a time as `scale` does, and then everything else."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from aurora_cli.operations.core.concern import Concern, Shown, StackContext
from aurora_cli.operations.core.history import AnotherOperation
from aurora_cli.operations.core.instances import key_of
from aurora_cli.operations.core.region_topology import LiveRegions, live_regions
from aurora_cli.operations.core.specs import last_spec
from aurora_cli.operations.passwords.rotation import Rotation
from aurora_cli.operations.pipeline.apply import Apply
from aurora_cli.operations.pipeline.concerns import APPLY, EVERY_CHANGE
from aurora_cli.operations.pipeline.step import Decision, Operation, Step
from aurora_cli.operations.scale.order import Order
from aurora_cli.operations.scale.scale import duration_of, instance_decision, scalable
from aurora_cli.operations.scale.steps import ScaleSteps
from aurora_cli.spec.derived.members import class_of
from aurora_cli.spec.derived.regions import regions_of, secondary_spec
from aurora_cli.stacks.journal import read_journal

if TYPE_CHECKING:
    from aurora_cli.aws.cluster.topology import Topology
    from aurora_cli.context import AppContext
    from aurora_cli.operations.core.review import RunOptions
    from aurora_cli.operations.pipeline.context import OperationContext
    from aurora_cli.spec.model.cluster import ClusterSpec
    from aurora_cli.spec.model.instances import Instances
    from aurora_cli.spec.resolve.resolve import Resolved
    from aurora_cli.stacks.stack import Stack
    from aurora_cli.terraform.plan.plan import Plan

_SIZE = ("class_", "acu", "pause_after", "readers")


def rolling_apply(
    app: AppContext, stack: Stack, desired: Resolved, options: RunOptions, *, resume: bool
) -> RollingApply | None:
    """The operation, where the spec changes the class of an instance beside others, or where it was begun; else None.

    A class that somebody has changed in AWS is found beside the plan: see `WholeApply`.

    Args:
        resume: whether the command asks for nothing of its own, so that it resumes whatever apply is in progress.

    Raises:
        StackDamaged, CredentialsError, AccessDenied, AwsFailed.
    """
    journal, before = read_journal(stack.folder), last_spec(stack)
    if journal is None and before is not None and _classes(before) == _classes(desired.spec):
        return None
    rolling = RollingApply.of(desired, options)
    if journal is not None:
        asked = journal.arguments if resume else rolling.asked
        mine = journal.operation == RollingApply.name and dict(journal.arguments) == dict(asked)
        return replace(rolling, asked=asked) if mine else None
    context = StackContext(app, stack, options.emit, desired.spec)
    topology = context.look() if _may_roll(stack, desired.spec, options) else None
    return rolling if _rolls(desired.spec, topology, lambda: live_regions(app, desired.spec)) else None


def _classes(spec: ClusterSpec) -> list[Any]:
    """What says the classes of the instances, in every Region."""
    everywhere = [spec.instances, *(there.instances for _, there in sorted(regions_of(spec).items()))]
    return [(one.class_, one.readers, {key: over.class_ for key, over in one.overrides.items()}) for one in everywhere]


def _may_roll(stack: Stack, spec: ClusterSpec, options: RunOptions) -> bool:
    """What is pending until the maintenance window takes no instance away now, and AWS has it already."""
    here = stack.record.status in ("ready", "changing")
    return here and spec.maintenance.apply_immediately and not options.in_place


def _rolls(spec: ClusterSpec, topology: Topology | None, regions: Callable[[], LiveRegions]) -> bool:
    """Whether an instance gets another class while others serve. What AWS has counts, whoever has changed it."""
    if topology is None or topology.status in ("stopped", "stopping"):
        return False
    if _differs(topology, spec):
        return True
    return any(_differs(there, secondary_spec(spec, region)) for region, there in regions().secondaries.items())


def _differs(topology: Topology, spec: ClusterSpec) -> bool:
    """Whether an instance of one of several has another class than the spec says."""
    classes = {key: m.pending.get("DBInstanceClass", m.class_) for m in topology.members if (key := key_of(m.id, spec))}
    several = max(len(classes), spec.instances.readers + 1) > 1
    return several and any(name != class_of(spec, key) for key, name in classes.items())


class ClassesInAws(Concern):
    """Classes of instances that are others in AWS than in the spec, though the spec keeps them."""

    def review(self, plan: Plan) -> Shown:
        """Raise AnotherOperation where they are changed back one at a time."""
        live = self.change
        if _may_roll(self.stack, self.spec, self.options) and _rolls(self.spec, live.topology, lambda: live.regions):
            raise AnotherOperation
        return Shown()


@dataclass(frozen=True)
class WholeApply(Apply):
    """An apply in one step; raises AnotherOperation where it is one for `RollingApply`."""

    concerns = (*APPLY, ClassesInAws)


@dataclass(frozen=True)
class RollingApply(Operation):
    """The operation.

    Attributes:
        asked: what tells it from another apply.
        file: the spec file that it comes from, as in `RunOptions`.
    """

    desired: Resolved
    asked: Mapping[str, Any]
    file: str | None = None
    name = "apply"
    concerns = APPLY
    resumed_concerns = (*EVERY_CHANGE, Rotation)
    last_step = "Apply everything else, and reconcile Terraform state with the spec"

    @classmethod
    def of(cls, desired: Resolved, options: RunOptions) -> RollingApply:
        """The operation that brings a cluster to a spec."""
        from aurora_cli.spec.text.load import dump_spec

        return cls(desired, {"spec": dump_spec(desired.spec)}, options.file)

    @property
    def arguments(self) -> Mapping[str, Any]:
        """The spec."""
        return self.asked

    @property
    def command(self) -> tuple[str, ...]:
        """The words that go on with it."""
        return ("apply", self.desired.spec.name)

    def resumed_options(self, stack: Stack, options: RunOptions) -> RunOptions:
        """The options, with the file that it began with."""
        journal = read_journal(stack.folder)
        return options if journal is None else replace(options, file=journal.facts.get("file"))

    def decide(self, context: OperationContext) -> Decision:
        """As `scale` does for the same instances."""
        decided = instance_decision(context, scalable(context), self.desired)
        facts, remarks = {**decided.facts, "file": self.file}, (*decided.remarks, *duration_of(decided))
        return replace(decided, facts=facts, remarks=remarks)

    def steps(self, context: OperationContext, decision: Decision) -> Sequence[Step]:
        """Those of `scale`, from the stored spec to one that differs in size alone; the rest is left to the last step."""
        assert decision.desired is not None
        order = Order.from_facts(decision.facts["order"])
        resized = replace(decision.desired, spec=_resized(context.spec, decision.desired.spec, order.classes))
        return ScaleSteps(context, replace(decision, desired=resized), order).one_by_one()


def _resized(before: ClusterSpec, after: ClusterSpec, existing: Collection[str]) -> ClusterSpec:
    """A spec with the number, the classes and the capacity of the instances of another, in every Region of both.

    Args:
        existing: keys of the instances of the home Region; what else is new about them waits for the last step.
    """
    changes: dict[str, Any] = {"instances": _with_size(before.instances, after.instances, existing)}
    if before.global_ is not None:
        there = regions_of(after)
        regions = {
            region: given.model_copy(update={"instances": _with_size(given.instances, there[region].instances)})
            if region in there
            else given
            for region, given in before.global_.regions.items()
        }
        changes["global_"] = before.global_.model_copy(update={"regions": regions})
    return before.model_copy(update=changes)


def _with_size(before: Instances, after: Instances, existing: Collection[str] = ()) -> Instances:
    size = {name: getattr(after, name) for name in _SIZE}
    own = {key: one.model_copy(update={"class_": None}) for key, one in before.overrides.items()}
    for key, one in after.overrides.items():
        # Monitoring needs a role, which is created once all of the spec holds: with its path and its boundary, or not at all.
        created = one.model_copy(update={"monitoring_interval": None})
        known = own.get(key, type(one)() if key in existing else created)
        own[key] = known.model_copy(update={"class_": one.class_})
    return before.model_copy(update={**size, "overrides": own})
