"""The steps of a scale, from the order that was decided."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from aurora_cli.operations.core.instances import identifiers
from aurora_cli.operations.pipeline.role_steps import failover_step
from aurora_cli.operations.pipeline.step import Decision, Step
from aurora_cli.operations.scale.order import Order, keys_on_the_way, spec_on_the_way
from aurora_cli.spec.derived.members import SERVERLESS, class_of

if TYPE_CHECKING:
    from aurora_cli.operations.pipeline.context import OperationContext
    from aurora_cli.spec.model.cluster import ClusterSpec

_READER = "Connections to {name} end, and it is unavailable for some minutes; the other instances keep serving."
_ALONE = "{name} is the only instance: no connections for some minutes."
_IN_PLACE = "Every instance restarts at the same time: no writes, and no reads, for some minutes."


class ScaleSteps:
    """Makes the steps.

    Args:
        context: what they work with.
        decision: its spec is the one at the end.
        order: who changes when.
    """

    def __init__(self, context: OperationContext, decision: Decision, order: Order) -> None:
        if decision.desired is None:
            raise ValueError("a scale has a spec at its end")
        self.context, self.order = context, order
        self.after: ClusterSpec = decision.desired.spec
        self.keys = decision.keys
        self.names = identifiers([*order.classes, *order.new], self.after)

    def one_by_one(self) -> list[Step]:
        """What is added, readers one at a time, failover, old writer, what goes."""
        order, steps = self.order, []
        if order.new or self._capacity_changes():
            steps.append(self._add())
        for key in order.resize:
            if key == order.writer and order.successor:
                steps.append(failover_step(self.context, self.names[order.successor]))
            steps.append(self._resize(key))
        if order.writer in order.gone and order.successor:
            steps.append(failover_step(self.context, self.names[order.successor]))
        return [*steps, *self.remove()]

    def at_once(self) -> list[Step]:
        """One apply for all, after a failover if the writer goes."""
        steps = []
        if self.order.writer in self.order.gone and self.order.successor:
            steps.append(failover_step(self.context, self.names[self.order.successor]))
        interruption = _IN_PLACE if len(self.order.resize) > 1 or not self.order.successor else None
        if not self.order.resize:
            interruption = None
        away = self.order.writer in self.order.resize
        text = "Apply all changes at once"
        run = self._reach(self.after, self.keys)
        return [*steps, Step("change", text, self._all_there, run, interruption, without_writer=away)]

    # --- the steps ---

    def _add(self) -> Step:
        words = [f"Add {self.names[key]} ({class_of(self.after, key)})" for key in self.order.new]
        if self._capacity_changes():
            words.append(self._capacity())
        spec = spec_on_the_way(self.after, self.order, reached=self.order.new)
        run = self._reach(spec, keys_on_the_way(self.order, self.keys))
        return Step("add", ", ".join(words), self._added, run)

    def _resize(self, key: str) -> Step:
        order, name = self.order, self.names[key]
        reached = {*order.new, *order.resize[: order.resize.index(key) + 1]}
        spec = spec_on_the_way(self.after, order, reached)
        run = self._reach(spec, keys_on_the_way(order, self.keys), taken_down=name)
        alone = key == order.writer and not order.successor
        words = _ALONE if alone else _READER
        text = f"Change {name} from {order.classes[key]} to {class_of(self.after, key)}"
        done = self._has_class(key)
        return Step(f"resize {name}", text, done, run, words.format(name=name), without_writer=alone)

    def remove(self) -> list[Step]:
        """The last step: what goes, if anything does."""
        names = [self.names[key] for key in self.order.gone]
        if not names:
            return []

        def done() -> bool:
            return not {m.id for m in self.context.live().members} & set(names)

        interruption = f"Connections to {', '.join(names)} end; the data stays in the cluster."
        return [Step("remove", f"Remove {', '.join(names)}", done, self._reach(self.after, self.keys), interruption)]

    # --- what they look at and do ---

    def _reach(self, spec: ClusterSpec, keys: tuple[str, ...], taken_down: str | None = None) -> Callable[[], None]:
        def run() -> None:
            if taken_down is not None:
                self._not_the_writer(taken_down)
            self.context.apply_spec(spec, keys)
            self.context.healthy()

        return run

    def _not_the_writer(self, name: str) -> None:
        """AWS may have given the role back meanwhile: it moves away once more before the instance is taken down."""
        topology = self.context.healthy()
        successor = self.order.successor
        if successor and topology.writer and topology.writer.id == name:
            failover_step(self.context, self.names[successor]).run()

    def _has_class(self, key: str) -> Callable[[], bool]:
        def done() -> bool:
            member = self.context.member(self.names[key])
            return member is not None and (member.class_, member.status) == (class_of(self.after, key), "available")

        return done

    def _added(self) -> bool:
        topology = self.context.live()
        there = {m.id for m in topology.members if m.status == "available"}
        acu = self.after.instances.acu
        wanted = None if acu is None else (acu.min, acu.max)
        now = None if topology.acu is None else (topology.acu["min"], topology.acu["max"])
        return {self.names[key] for key in self.order.new} <= there and (not self._capacity_changes() or wanted == now)

    def _all_there(self) -> bool:
        gone = {self.names[key] for key in self.order.gone}
        members = {m.id for m in self.context.live().members}
        return self._added() and not gone & members and all(self._has_class(key)() for key in self.order.resize)

    def _capacity_changes(self) -> bool:
        """Whether the range changes by itself; where instances become serverless it comes with the first of them."""
        acu = self.after.instances.acu
        before = None if self.order.acu is None else self.order.acu[:2]
        return acu is not None and before is not None and before != (acu.min, acu.max) and self._is_serverless()

    def _is_serverless(self) -> bool:
        return SERVERLESS in self.order.classes.values()

    def _capacity(self) -> str:
        acu = self.after.instances.acu
        return f"set the capacity to {acu.min:g}-{acu.max:g} ACU" if acu else ""
