"""The step that moves the writer's role, and who may take it."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from aurora_cli.aws.cluster.topology import AUTOSCALED_PREFIX
from aurora_cli.aws.modify.failover import fail_over
from aurora_cli.errors import OperationFailed
from aurora_cli.events import waiting
from aurora_cli.operations.pipeline.step import Step
from aurora_cli.spec.facts.sizes import size_of

if TYPE_CHECKING:
    from aurora_cli.aws.cluster.topology import Member, Topology
    from aurora_cli.operations.pipeline.context import OperationContext

INTERRUPTION = "Writes stop for some seconds, usually under 30; connections to the writer endpoint end."
LOWEST_PRIORITY = 15


def failover_step(context: OperationContext, target: str) -> Step:
    """Make `target` (a DB instance identifier) the writer."""

    def done() -> bool:
        writer = context.live().writer
        return writer is not None and writer.id == target

    def run() -> str | None:
        _refuse_absent(context, target)
        clock = context.app.clock
        started = clock.monotonic()
        fail_over(
            context.rds,
            context.spec.name,
            target,
            clock=clock,
            waiting=waiting(context.emit),
        )
        return f"{target} is the writer now; at most {clock.monotonic() - started:.1f} s without one"

    return Step(f"failover {target}", f"Fail over to {target}", done, run, INTERRUPTION, without_writer=True)


def _refuse_absent(context: OperationContext, target: str) -> None:
    member = context.member(target)
    if member is None or member.status != "available":
        status = member.status if member else "gone"
        raise OperationFailed(
            f"{target} was to become the writer, but it is {status}.",
            hint=f"Bring it back and run the same command again, or: aurora-cli abandon {context.stack.name}",
        )


def failover_target(topology: Topology, among: Collection[str]) -> Member | None:
    """The reader that takes the role over: available, of ours before one of autoscaling, then as AWS chooses: the lowest
    promotion tier first, and of several the largest.

    Args:
        among: identifiers that may take it.
    """
    readers = [m for m in topology.readers if m.id in among and m.status == "available"]
    return min(readers, key=_priority, default=None)


def _priority(member: Member) -> tuple[bool, int, float, str]:
    tier = LOWEST_PRIORITY if member.promotion_tier is None else member.promotion_tier
    return (member.id.startswith(AUTOSCALED_PREFIX), tier, -size_of(member.class_), member.id)
