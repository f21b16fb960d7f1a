"""Change how many instances a cluster has, their class, or the serverless range: one instance at a time, the writer last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from aurora_cli.errors import InvalidInput
from aurora_cli.operations.blue_green.active import refuse_in_deployment
from aurora_cli.operations.core.instances import choose_keys, identifiers, key_of
from aurora_cli.operations.core.review import RunOptions
from aurora_cli.operations.day_two.failover import named_instance, require_available
from aurora_cli.operations.pipeline.concerns import EVERY_CHANGE
from aurora_cli.operations.pipeline.engine import run_operation
from aurora_cli.operations.pipeline.step import Decision, Operation, Step, typed
from aurora_cli.operations.preflight.orderable import Orderable
from aurora_cli.operations.scale.order import Order, duration, order_of
from aurora_cli.operations.scale.regions import classes_of, region_orders, resized_names
from aurora_cli.operations.scale.spec import scaled
from aurora_cli.operations.scale.steps import ScaleSteps

if TYPE_CHECKING:
    from aurora_cli.aws.cluster.topology import Topology
    from aurora_cli.context import AppContext
    from aurora_cli.operations.core.review import ChangeResult
    from aurora_cli.operations.pipeline.context import OperationContext
    from aurora_cli.spec.model.cluster import ClusterSpec
    from aurora_cli.spec.resolve.resolve import Resolved


@dataclass(frozen=True)
class ScaleRequest:
    """What is wanted.

    Attributes:
        readers: readers beside the writer, 0 to 15; with `relative`, how many more or fewer than now.
        class_: DB instance class, of every instance or of `instance`.
        acu: serverless range `MIN-MAX` in ACUs; for a provisioned cluster it needs `class_` db.serverless as well.
        instance: key or DB instance identifier of the one instance that `class_` is for.
        in_place: everything at once, instead of one instance after another.
        skip_checks: names of checks whose errors become warnings.
        relative: `readers` is added to those that the stored spec has.
    """

    readers: int | None = None
    class_: str | None = None
    acu: str | None = None
    instance: str | None = None
    in_place: bool = False
    skip_checks: tuple[str, ...] = ()
    relative: bool = False

    def __post_init__(self) -> None:
        if self.readers is None and self.class_ is None and self.acu is None:
            raise InvalidInput("Nothing to scale was specified.", hint="Specify --readers, --class or --acu.")
        if self.instance and self.class_ is None:
            raise InvalidInput("--instance selects the instance that gets the class.", hint="Specify --class as well.")


def scale(app: AppContext, cluster: str, request: ScaleRequest, *, options: RunOptions) -> ChangeResult:
    """Scale an existing cluster.

    The instance that is the writer now is never removed: another one is.

    Raises:
        SpecInvalid: the result breaks a rule. What `run_operation` raises.
    """
    return run_operation(app, cluster, Scale(cluster, request), options)


@dataclass(frozen=True)
class Scale(Operation):
    """The operation.

    Attributes:
        every: the class is also that of instances of the other kind (serverless or not) that have one of their own.
    """

    cluster: str
    request: ScaleRequest
    every: bool = False
    name = "scale"
    retargets = True
    concerns = (*EVERY_CHANGE, Orderable)

    @property
    def arguments(self) -> Mapping[str, Any]:
        """What was asked for."""
        asked = {**vars(self.request), "skip_checks": list(self.request.skip_checks)}
        return asked if self.request.relative else {name: v for name, v in asked.items() if name != "relative"}

    @property
    def command(self) -> tuple[str, ...]:
        """The words that go on with it."""
        asked = self.request
        readers = f"{asked.readers:+d}" if asked.relative else asked.readers
        size = {"readers": readers, "class": asked.class_, "acu": asked.acu, "instance": asked.instance}
        return typed("scale", self.cluster, **size, skip_check=asked.skip_checks, in_place=asked.in_place)

    def decide(self, context: OperationContext) -> Decision:
        """Which keys, who is the writer, in which order."""
        topology = scalable(context)
        key = self._key(context, topology)
        request, every = self.request, self.every
        readers = request.readers
        if readers is not None and request.relative:
            readers += context.spec.instances.readers
        desired = scaled(context.stack, readers, request.class_, request.acu, key, request.skip_checks, every=every)
        decided = instance_decision(context, topology, desired, in_place=self.request.in_place)
        order = decided.facts["order"]
        own = self._own_classes(desired.spec, identifiers([*order["classes"], *order["new"]], desired.spec))
        quicker = () if self.every or self.request.in_place else duration_of(decided)
        return replace(decided, remarks=(*decided.remarks, *own, *quicker))

    def _own_classes(self, spec: ClusterSpec, names: Mapping[str, str]) -> tuple[str, ...]:
        """`--class` is the class of all; an instance that was given one of its own keeps it."""
        if self.request.class_ is None or self.request.instance is not None:
            return ()
        overrides = spec.instances.overrides
        own = [k for k in names if k in overrides and overrides[k].class_ not in (None, self.request.class_)]
        return tuple(
            f"{names[k]} keeps its own class {overrides[k].class_}. To change it: aurora-cli scale {self.cluster} "
            f"--instance {k} --class {self.request.class_}"
            for k in own
        )

    def _key(self, context: OperationContext, topology: Topology) -> str | None:
        if self.request.instance is None:
            return None
        identifier = named_instance(context, topology, self.request.instance)
        key = key_of(identifier, context.spec)
        if key is None:
            raise InvalidInput(
                f"{identifier} is not managed here: reader autoscaling, or another tool, created it.",
                hint="It gets the writer's class when autoscaling recreates it.",
            )
        return key

    def steps(self, context: OperationContext, decision: Decision) -> Sequence[Step]:
        """See docs/reference/operations.md for their order."""
        order = Order.from_facts(decision.facts["order"])
        made = ScaleSteps(context, decision, order)
        return made.at_once() if self.request.in_place else made.one_by_one()


def scalable(context: OperationContext) -> Topology:
    """The live cluster, whose instances can be changed. Raises InvalidInput, ClusterNotFound: they cannot."""
    topology = context.live()
    require_available(topology)
    name = context.spec.name
    refuse_in_deployment(context.rds, name, "the green cluster has the instances of the time when it was created")
    return topology


def instance_decision(
    context: OperationContext, topology: Topology, desired: Resolved, *, in_place: bool = False
) -> Decision:
    """Which instance keys there are at the end, who is the writer, and in which order classes change, in each Region.

    Args:
        desired: the spec at the end.
        in_place: everything at once.

    Raises:
        TerraformFailed and its kin.
    """
    spec, existing = desired.spec, context.keys()
    writer = key_of(topology.writer.id, spec) if topology.writer else None
    keys = choose_keys(existing, spec.instances.readers + 1, writer)
    order = order_of(
        context.spec,
        spec,
        classes=classes_of(spec, existing, topology),
        keys=keys,
        writer=writer,
        parallel=context.options.parallel,
    )
    names, regions = identifiers([*order.classes, *order.new], spec), region_orders(context, spec)
    moves = None if in_place else order.successor
    resized = (*(names[key] for key in order.resize), *resized_names(regions, spec))
    return Decision(
        facts={"order": order.to_facts(), "regions": {name: one.to_facts() for name, one in regions.items()}},
        desired=desired,
        keys=keys,
        one_by_one=() if in_place else resized,
        next_writer=names[moves] if moves else None,
        remarks=_remarks(context.spec.name, order, topology),
    )


def duration_of(decision: Decision) -> tuple[str, ...]:
    """What `Order` says of the time, as a remark; none for one instance."""
    orders = [Order.from_facts(facts) for facts in (decision.facts["order"], *decision.facts["regions"].values())]
    said = duration(orders)
    return (said,) if said else ()


def _remarks(cluster: str, order: Order, topology: Topology) -> tuple[str, ...]:
    remarks = []
    if order.writer in order.resize and order.successor is None:
        remarks.append(
            f"{cluster} has a single instance, so the database is down while it restarts. To let a reader take over: "
            f"aurora-cli scale {cluster} --readers 1, then this command."
        )
    autoscaled = [m.id for m in topology.members if m.autoscaled]
    if autoscaled:
        remarks.append(
            f"Created by reader autoscaling, not counted and not changed: {', '.join(autoscaled)}. "
            "New ones get the writer's class."
        )
    return tuple(remarks)
