"""From provisioned instances to serverless ones and back: a rolling change of class, with a temporary reader if there is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from aurora_cli.errors import InvalidInput
from aurora_cli.operations.core.instances import identifiers
from aurora_cli.operations.core.review import RunOptions
from aurora_cli.operations.pipeline.engine import run_operation
from aurora_cli.operations.pipeline.role_steps import failover_step
from aurora_cli.operations.pipeline.step import Decision, Operation, Step, typed
from aurora_cli.operations.scale.order import Order
from aurora_cli.operations.scale.scale import Scale, ScaleRequest
from aurora_cli.operations.scale.spec import SERVERLESS
from aurora_cli.operations.scale.steps import ScaleSteps
from aurora_cli.spec.derived.members import class_of

if TYPE_CHECKING:
    from aurora_cli.context import AppContext
    from aurora_cli.operations.core.review import ChangeResult
    from aurora_cli.operations.pipeline.context import OperationContext

COMMANDS = {"serverless": "to-serverless", "provisioned": "to-provisioned"}


def migrate(
    app: AppContext,
    cluster: str,
    request: ScaleRequest,
    *,
    options: RunOptions,
    temporary_reader: bool = False,
) -> ChangeResult:
    """Change the kind of every instance of a cluster, one at a time.

    Args:
        request: its class is the one at the end, `db.serverless` or another.
        temporary_reader: with a single instance, have a reader take over meanwhile; it goes at the end.

    Raises:
        What `scale` raises.
    """
    return run_operation(app, cluster, ToKind(cluster, request, temporary_reader), options)


def is_alone(app: AppContext, cluster: str, class_: str) -> bool:
    """Whether a single instance would change its class, so that a reader for the time being spares an outage.

    From the stored spec: nothing is asked of AWS, and an operation in progress has been asked about before.
    """
    from aurora_cli.operations.core.specs import existing_stack, stored_spec
    from aurora_cli.operations.core.unfinished import unfinished

    stack = existing_stack(app, cluster)
    spec = stored_spec(stack).spec
    alone, *others = stack.record.instance_keys or ("1",)
    return not others and class_of(spec, alone) != class_ and unfinished(stack) is None


@dataclass(frozen=True)
class ToKind(Operation):
    """The operation: a scale, and around it the reader for the time being."""

    cluster: str
    request: ScaleRequest
    temporary_reader: bool = False
    name = "migrate"
    concerns = Scale.concerns

    @property
    def arguments(self) -> Mapping[str, Any]:
        """What was asked for."""
        return {"class": self.request.class_, "acu": self.request.acu, "skip_checks": list(self.request.skip_checks)}

    @property
    def command(self) -> tuple[str, ...]:
        """The words that go on with it."""
        serverless = self.request.class_ == SERVERLESS
        size = {"acu": self.request.acu} if serverless else {"class": self.request.class_}
        words = ("migrate", COMMANDS["serverless" if serverless else "provisioned"], self.cluster)
        return typed(*words, **size, skip_check=self.request.skip_checks, temporary_reader=self.temporary_reader)

    def decide(self, context: OperationContext) -> Decision:
        """As `scale` does; and a key for the reader for the time being, if nobody else could take over."""
        decided = Scale(self.cluster, self.request, every=True).decide(context)
        order = Order.from_facts(decided.facts["order"])
        self._refuse_nothing(context, order)
        if not self.temporary_reader or order.writer not in order.resize or order.successor is not None:
            return decided
        assert decided.desired is not None
        key = _free_key(order, decided)
        names = identifiers([key], decided.desired.spec)
        with_reader = replace(order, new=(key,), gone=(key,), successor=key)
        return replace(
            decided,
            facts={**decided.facts, "order": with_reader.to_facts(), "temporary": key},
            between=tuple(sorted({*decided.keys, key}, key=int)),
            next_writer=names[key],
            remarks=(f"{names[key]} is temporary: it takes over while the only instance restarts.",),
        )

    def _refuse_nothing(self, context: OperationContext, order: Order) -> None:
        """`--acu` of a cluster that is serverless already is a matter of `scale`."""
        if self.request.class_ == SERVERLESS and order.classes and set(order.classes.values()) == {SERVERLESS}:
            raise InvalidInput(
                f"{self.cluster} is already serverless.",
                hint=f"To change its capacity: aurora-cli scale {self.cluster} --acu MIN-MAX",
            )

    def steps(self, context: OperationContext, decision: Decision) -> Sequence[Step]:
        """Those of `scale`; a temporary reader gives the role back before it goes."""
        order, key = Order.from_facts(decision.facts["order"]), decision.facts.get("temporary")
        if key is None:
            return ScaleSteps(context, decision, order).one_by_one()
        meanwhile = ScaleSteps(context, replace(decision, keys=decision.between), order)
        change = [step for step in meanwhile.one_by_one() if step.name != "remove"]
        (remove,) = ScaleSteps(context, decision, order).remove()
        changed = change[-1].done
        back = failover_step(context, identifiers([str(order.writer)], meanwhile.after)[str(order.writer)])
        return [
            *change,
            replace(back, done=lambda: changed() and back.done()),
            replace(remove, done=lambda: changed() and back.done() and remove.done()),
        ]


def _free_key(order: Order, decided: Decision) -> str:
    """The lowest key that no instance has, and for which the spec has no values of its own."""
    assert decided.desired is not None
    taken = {*order.classes, *decided.keys, *decided.desired.spec.instances.overrides}
    return next(str(number) for number in range(1, len(taken) + 2) if str(number) not in taken)
