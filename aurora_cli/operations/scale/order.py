"""Who gets which class when: the order of a rolling change, and the specs on the way to the last one.

A spec on the way is the last one with the classes that instances still have as overrides, so that its plan takes down what the
step is about and nothing else.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aurora_cli.spec.derived.members import class_of, override_of, tier_of

if TYPE_CHECKING:
    from aurora_cli.spec.model.cluster import ClusterSpec
    from aurora_cli.spec.model.instances import AcuRange

_MINUTES = (5, 10)
"""What AWS takes for the class of one instance, more or less."""


@dataclass(frozen=True)
class Order:
    """A rolling change.

    Attributes:
        classes: key -> class before, of the instances that there are.
        new: keys that are made.
        resize: keys whose class changes, in order; the writer last.
        gone: keys that go at the end.
        writer: key of the writer before, None if Terraform does not know it.
        successor: key that takes the role over before `writer` is resized, or goes (in journals of earlier versions alone); None
            when the role stays.
        acu: serverless range before, as (min, max, pause after), None without one.
        parallel: how many readers may change at the same time.
    """

    classes: Mapping[str, str]
    new: tuple[str, ...] = ()
    resize: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    writer: str | None = None
    successor: str | None = None
    acu: tuple[float, float, int | None] | None = None
    parallel: int = 1

    def batches(self, parallel: int | None = None) -> list[tuple[str, ...]]:
        """`resize` in steps, the writer's alone. One of the others stays at least, to serve and to fail over to.

        Args:
            parallel: instead of the order's own.
        """
        others = {*self.classes, *self.new} - {self.writer}
        size = max(1, min(parallel or self.parallel, len(others) - 1))
        readers = [key for key in self.resize if key != self.writer]
        batches = [tuple(readers[start : start + size]) for start in range(0, len(readers), size)]
        return [*batches, *((key,) for key in self.resize if key == self.writer)]

    def to_facts(self) -> dict[str, Any]:
        """For the journal."""
        return {
            k: list(v) if isinstance(v, tuple) else v for k, v in {**vars(self), "classes": dict(self.classes)}.items()
        }

    @classmethod
    def from_facts(cls, facts: Mapping[str, Any]) -> Order:
        """From the journal."""
        values: dict[str, Any] = {name: tuple(facts[name]) for name in ("new", "resize", "gone")}
        values |= {name: facts[name] for name in ("writer", "successor", "parallel") if name in facts}
        return cls(dict(facts["classes"]), **values, acu=tuple(facts["acu"]) if facts["acu"] else None)


def order_of(
    before: ClusterSpec,
    after: ClusterSpec,
    *,
    classes: Mapping[str, str],
    keys: Collection[str],
    writer: str | None,
    parallel: int = 1,
) -> Order:
    """The order of a change.

    Args:
        before, after: the specs.
        classes: key -> class of the instances that there are now, as AWS says.
        keys: instance keys at the end.
        writer: key of the writer now; None if there is none, or Terraform does not know it.
        parallel: how many readers may change at the same time.
    """
    kept = [key for key in sorted(keys, key=int) if key in classes]
    changed = [key for key in kept if classes[key] != class_of(after, key)]
    readers = sorted((k for k in changed if k != writer), key=lambda k: (-tier_of(after, k), -int(k)))
    new = tuple(key for key in sorted(keys, key=int) if key not in classes)
    successor = None
    if writer in changed:
        heirs = [key for key in (*kept, *new) if key != writer]
        successor = min(heirs, key=lambda k: (tier_of(after, k), int(k)), default=None)
    acu, pause = before.instances.acu, before.instances.pause_after
    return Order(
        classes=dict(classes),
        new=new,
        resize=(*readers, *((writer,) if writer in changed and writer else ())),
        gone=tuple(key for key in sorted(classes, key=int) if key not in keys),
        writer=writer,
        successor=successor,
        acu=(acu.min, acu.max, pause) if acu else None,
        parallel=parallel,
    )


def duration(orders: Sequence[Order]) -> str | None:
    """How long the change of the classes takes, and the quicker ways; None for a single instance."""
    count = sum(len(order.resize) for order in orders)
    if count < 2:
        return None

    def minutes(parallel: int | None) -> str:
        steps = sum(len(order.batches(parallel)) for order in orders)
        return f"{steps * _MINUTES[0]} to {steps * _MINUTES[1]} minutes"

    widest = max(len(batch) for order in orders for batch in order.batches(count))
    quicker = [] if minutes(widest) == minutes(None) else [f"--parallel {widest}: {minutes(widest)}"]
    quicker.append(f"--in-place: {_MINUTES[0]} to {_MINUTES[1]} minutes, and no instance serves meanwhile")
    return f"{count} instances get another class, in {minutes(None)} or so. With {'; with '.join(quicker)}."


def spec_on_the_way(after: ClusterSpec, order: Order, reached: Collection[str]) -> ClusterSpec:
    """The spec at the end, with the classes of before for all instances that are neither new nor in `reached`."""
    overrides = dict(after.instances.overrides)
    for key, name in order.classes.items():
        if key not in reached and class_of(after, key) != name:
            overrides[key] = override_of(after, key).model_copy(update={"class_": name})
    changes: dict[str, Any] = {"overrides": overrides}
    if after.instances.acu is None and order.acu is not None:
        low, high, pause = order.acu
        changes |= {"acu": _range(low, high), "pause_after": pause}
    return after.model_copy(update={"instances": after.instances.model_copy(update=changes)})


def keys_on_the_way(order: Order, keys: Sequence[str]) -> tuple[str, ...]:
    """Instance keys before the last step: what is new is there, what goes is there still."""
    return tuple(sorted({*order.classes, *keys}, key=int))


def _range(low: float, high: float) -> AcuRange:
    from aurora_cli.spec.model.instances import AcuRange

    return AcuRange.model_validate({"min": low, "max": high})
