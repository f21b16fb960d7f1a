"""What is shown and asked before an operation begins or goes on: the whole plan, the steps, what they interrupt."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from aurora_cli.errors import Declined, InvalidInput
from aurora_cli.operations.core.review import PlannedStep, PlanReview, ReviewRefused
from aurora_cli.operations.guard import guard

if TYPE_CHECKING:
    from aurora_cli.aws.topology import Topology
    from aurora_cli.operations.pipeline.change import RunOptions
    from aurora_cli.operations.pipeline.context import OperationContext
    from aurora_cli.operations.pipeline.step import Decision, Step
    from aurora_cli.terraform.plan import Plan


def sequence_of(steps: Sequence[Step], ended: Collection[str], seconds: Mapping[str, float]) -> tuple[PlannedStep, ...]:
    """The steps as people and scripts see them."""
    return tuple(PlannedStep(s.name, s.text, s.interruption, s.name in ended, seconds.get(s.name)) for s in steps)


def review_of(
    context: OperationContext,
    decision: Decision,
    terms: RunOptions,
    plan: Plan,
    topology: Topology,
    sequence: tuple[PlannedStep, ...],
) -> PlanReview:
    """The review of an operation.

    Args:
        plan: from now to the end, in one.
        topology: the live cluster.
    """
    situation = guard.Situation(
        topology=topology,
        production=context.spec.preset == "production",
        next_writer=decision.next_writer,
        allowed=tuple(terms.allow),
        one_by_one=decision.one_by_one,
    )
    return PlanReview(
        name=context.spec.name,
        region=context.spec.region,
        operation=terms.operation,
        target=context.app.target,
        plan=plan,
        findings=guard.inspect(plan, situation),
        warnings=decision.desired.warnings if decision.desired else (),
        resumed=context.journal is not None,
        sequence=sequence,
        remarks=decision.remarks,
    )


def ask(review: PlanReview, terms: RunOptions) -> None:
    """Go on only if the guard and the user let it.

    Raises:
        InvalidInput: an allowed address is not in the plan. GuardRefused, Declined: nothing was changed.
    """
    strange = guard.unknown_allows(review.plan, terms.allow)
    if strange:
        raise InvalidInput(
            f"--allow names what the plan does not change: {', '.join(strange)}.",
            hint="Copy the address from the plan, in quotes.",
        )
    if review.refused:
        terms.emit(ReviewRefused(review))
        guard.refuse(review.findings)
    guard.refuse_protected(review.plan)
    if not terms.approve(review):
        raise Declined("Nothing was changed: the plan was not approved.")
