"""What is shown and asked before a change begins or resumes: what the plan means, the steps, what they interrupt.

Create, apply and the operations in steps all come here, so that the guard knows the same of each: the live clusters in every
Region, who will be the writer, and what the user allowed by name.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any

from aurora_cli.errors import Declined, InvalidInput, PlanStale
from aurora_cli.operations.core.region_topology import LiveRegions
from aurora_cli.operations.core.review import PlanReview, ReviewRefused
from aurora_cli.operations.guard import guard

if TYPE_CHECKING:
    from aurora_cli.aws.cluster.topology import Topology
    from aurora_cli.context import AppContext
    from aurora_cli.operations.core.review import RunOptions
    from aurora_cli.spec.model.cluster import ClusterSpec
    from aurora_cli.terraform.plan.plan import Plan
    from aurora_cli.terraform.runner import Terraform


def review_of(
    app: AppContext,
    spec: ClusterSpec,
    options: RunOptions,
    plan: Plan,
    *,
    topology: Topology | None,
    regions: LiveRegions,
    next_writer: str | None,
    one_by_one: Collection[str] = (),
    **shown: Any,
) -> PlanReview:
    """The review of a change.

    Args:
        spec: of the cluster whose data is at stake.
        plan: from now to the end, in one.
        topology, regions: the live clusters, here and in the other Regions.
        next_writer, one_by_one: see `guard.Situation`.
        shown: further fields of `PlanReview`.
    """
    situation = guard.Situation(
        topology=topology,
        production=spec.preset == "production",
        next_writer=next_writer,
        regions=regions,
        allowed=tuple(options.allow),
        one_by_one=one_by_one,
    )
    return PlanReview(
        name=spec.name,
        region=spec.region,
        operation=options.operation,
        target=app.target,
        plan=plan,
        findings=guard.inspect(plan, situation),
        **shown,
    )


def ask(review: PlanReview, options: RunOptions, require: Callable[[Plan], None]) -> None:
    """Go on only if the guard and the user let it.

    Args:
        require: refuses for reasons of its own, once the guard has nothing against it.

    Raises:
        InvalidInput: an allowed address is not in the plan. GuardRefused, Declined: nothing was changed.
    """
    unknown = guard.unknown_allows(review.plan, options.allow)
    if unknown and not review.resumed:  # the run before may have done it
        raise InvalidInput(
            f"--allow names resources that are not in the plan: {', '.join(unknown)}.",
            hint="Copy the address from the plan, in quotes.",
        )
    if review.refused:
        options.emit(ReviewRefused(review))
        guard.refuse(review.findings)
    guard.refuse_protected(review.plan)
    require(review.plan)
    if not options.approve(review):
        raise Declined("Nothing was changed: the plan was not approved.")


def refuse_unapproved(terraform: Terraform, plan: Plan, approved: Collection[tuple[str, str]]) -> None:
    """Raise PlanStale if the plan changes what is not in `approved`, as (address, action): it was never shown.

    What was to be created or deleted may be changed too: a step on the way creates it without what only the spec at the end
    says, and changes what goes at the end.
    """
    on_the_way = {(address, "update") for address, _ in approved}
    unapproved = sorted(c.address for c in plan.changes if (c.address, c.action) not in {*approved, *on_the_way})
    if unapproved:
        terraform.plan_file.unlink(missing_ok=True)
        raise PlanStale(
            f"Something changed since the plan was shown, and would be changed with it: {', '.join(unapproved)}.",
            hint="Run the same command again: it shows a new plan and resumes from here.",
        )
