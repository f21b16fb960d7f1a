"""The steps of a scale, from the order that was decided."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aurora_cli.operations.core.instances import identifiers
from aurora_cli.operations.pipeline.role_steps import failover_step
from aurora_cli.operations.pipeline.step import Decision, Step
from aurora_cli.operations.scale.order import Order, keys_on_the_way, spec_on_the_way
from aurora_cli.operations.scale.regions import region_on_the_way
from aurora_cli.spec.derived.members import SERVERLESS, class_of
from aurora_cli.spec.derived.regions import secondary_spec

if TYPE_CHECKING:
    from aurora_cli.operations.pipeline.context import OperationContext
    from aurora_cli.spec.model.cluster import ClusterSpec

_READER = "Connections to {name} end, and it is unavailable for some minutes; the other instances keep serving."
_READERS = "Connections to {name} end, and they are unavailable for some minutes; the other instances keep serving."
_ALONE = "{name} is the only instance: no connections for some minutes."
_IN_PLACE = "Every instance restarts at the same time: no writes, and no reads, for some minutes."


@dataclass(frozen=True)
class _Place:
    """One cluster whose instances change: the cluster itself, or that of a secondary Region.

    Attributes:
        region: the secondary Region; None for the cluster itself.
        context: whose live cluster is this one.
        after: its spec at the end.
    """

    region: str | None
    context: OperationContext
    after: ClusterSpec
    order: Order

    def name(self, key: str) -> str:
        """Identifier of an instance."""
        return identifiers([key], self.after)[key]

    def alone(self, key: str) -> bool:
        """Whether nothing serves while the instance changes."""
        if key == self.order.writer:
            return self.order.successor is None
        return self.region is not None and not {*self.order.classes, *self.order.new} - {key}


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
        self.regions = [
            _Place(name, context.in_region(name), secondary_spec(self.after, name), Order.from_facts(facts))
            for name, facts in decision.facts.get("regions", {}).items()
        ]

    def one_by_one(self) -> list[Step]:
        """What is added; readers one at a time, failover, old writer, Region by Region and the writer's last; what goes."""
        order, steps = self.order, []
        if order.new or self._capacity_changes():
            steps.append(self._add())
        own = _Place(None, self.context, self.after, order)
        changed: list[tuple[str | None, str]] = []
        for place in sorted((*self.regions, own), key=_when):
            for keys in place.order.batches():
                if place.order.writer in keys and place.order.successor:
                    steps.append(failover_step(place.context, place.name(place.order.successor)))
                changed += [(place.region, key) for key in keys]
                steps.append(self._resize(place, keys, tuple(changed)))
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
        run = self._reach(self._on_the_way(()), keys_on_the_way(self.order, self.keys))
        return Step("add", ", ".join(words), self._added, run)

    def _resize(self, place: _Place, keys: Sequence[str], changed: Collection[tuple[str | None, str]]) -> Step:
        names, alone = [place.name(key) for key in keys], place.alone(keys[0])
        run = self._reach(self._on_the_way(changed), keys_on_the_way(self.order, self.keys), place, taken_down=names)
        words = _ALONE if alone else _READER if len(keys) == 1 else _READERS
        moves = (f"{place.name(k)} from {place.order.classes[k]} to {class_of(place.after, k)}" for k in keys)
        return Step(
            f"resize {', '.join(names)}",
            f"Change {', '.join(moves)}",
            lambda: all(self._has_class(place, key) for key in keys),
            run,
            words.format(name=" and ".join(names)),
            without_writer=alone and place.order.writer in keys,
        )

    def _on_the_way(self, changed: Collection[tuple[str | None, str]]) -> ClusterSpec:
        """The spec at the end, with the classes of before for what is not among `changed`, as (Region, key)."""
        reached = {key for region, key in changed if region is None}
        spec = spec_on_the_way(self.after, self.order, {*self.order.new, *reached})
        for place in self.regions:
            reached = {key for region, key in changed if region == place.region}
            spec = region_on_the_way(spec, str(place.region), place.order, {*place.order.new, *reached})
        return spec

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

    def _reach(
        self,
        spec: ClusterSpec,
        keys: tuple[str, ...],
        place: _Place | None = None,
        taken_down: Collection[str] = (),
    ) -> Callable[[], None]:
        def run() -> None:
            if place is not None:
                _not_the_writer(place, taken_down)
            self.context.apply_spec(spec, keys)
            (place.context if place else self.context).healthy()

        return run

    def _has_class(self, place: _Place, key: str) -> bool:
        member = place.context.member(place.name(key))
        return member is not None and (member.class_, member.status) == (class_of(place.after, key), "available")

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
        places = (_Place(None, self.context, self.after, self.order), *self.regions)
        changed = all(self._has_class(place, key) for place in places for key in place.order.resize)
        return self._added() and not gone & members and changed

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


def _when(place: _Place) -> int:
    """The Regions that only read first, then the cluster, and last a Region that takes the writes."""
    return 1 if place.region is None else 2 * (place.order.writer is not None)


def _not_the_writer(place: _Place, names: Collection[str]) -> None:
    """AWS may have given the role back meanwhile: it moves away once more before the instances are taken down."""
    topology, successor = place.context.healthy(), place.order.successor
    if successor and topology.writer and topology.writer.id in names:
        failover_step(place.context, place.name(successor)).run()
