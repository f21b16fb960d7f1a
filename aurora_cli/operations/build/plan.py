"""Show what would happen, and change nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from aurora_cli.events import Emit
from aurora_cli.operations.build.apply import apply
from aurora_cli.operations.core.review import ChangeResult, PlanReview, RunOptions
from aurora_cli.operations.core.specs import SpecRequest, existing_stack, named, stored_spec
from aurora_cli.operations.core.unfinished import Unfinished, refuse_destroying, unfinished
from aurora_cli.operations.pipeline.apply import Apply
from aurora_cli.operations.pipeline.concerns import EVERY_CHANGE
from aurora_cli.operations.pipeline.engine import run_on_stack
from aurora_cli.operations.pipeline.journal import kept_decision
from aurora_cli.stacks.journal import read_journal

if TYPE_CHECKING:
    from aurora_cli.context import AppContext
    from aurora_cli.spec.resolve.resolve import Resolved
    from aurora_cli.stacks.stack import Stack


class _Rest(Apply):
    """What is left of an operation in progress: it was checked when it began."""

    concerns = EVERY_CHANGE


def plan(app: AppContext, request: SpecRequest, *, emit: Emit, in_place: bool = False, parallel: int = 1) -> PlanReview:
    """The plan for the request's spec, or for the stored one when the request has no layers.

    While an operation is in progress that leads to another spec, the latter is the plan of what is left of it: a plan to the
    stored spec would take back what its steps have done.

    Args:
        in_place, parallel: as in `RunOptions`.

    Raises:
        what `apply` raises, except Declined and GuardRefused: a plan is only looked at.
    """
    how: dict[str, Any] = {"skip_checks": request.skip_checks, "in_place": in_place, "parallel": parallel}
    options = RunOptions("plan", lambda review: False, emit, dry_run=True, **how)
    name = request.cluster_name
    stack = app.registry.find(name) if name else None
    progress = unfinished(stack) if stack is not None else None
    desired = None if request.layers or progress is None else _end_of(existing_stack(app, named(name)))
    result = apply(app, request, options) if desired is None else _rest(app, named(name), desired, options)
    if result.review is None:
        raise AssertionError("a dry run always has a review")
    return result.review if progress is None else _told(result.review, progress, rest=desired is not None)


def _end_of(stack: Stack) -> Resolved | None:
    journal = read_journal(stack.folder)
    return kept_decision(journal).desired if journal is not None else None


def _rest(app: AppContext, name: str, desired: Resolved, options: RunOptions) -> ChangeResult:
    stack = existing_stack(app, name)
    with stack.lock("plan"):
        refuse_destroying(stack)
        app.begin(options.emit)
        return run_on_stack(app, stack, _Rest(desired), options, stored_spec(stack).spec)


def _told(review: PlanReview, progress: Unfinished, *, rest: bool) -> PlanReview:
    ways = f"Resume: {progress.command}. Or abandon it: aurora-cli abandon {review.name}"
    left = "This is what is left of it" if review.changes else "No change is left; resuming it records its end"
    what = left if rest else "An apply is refused until it has ended"
    return replace(review, remarks=(f"{progress.so_far}. {what}. {ways}", *review.remarks))
