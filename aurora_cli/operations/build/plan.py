"""Show what would happen, and change nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aurora_cli.events import Emit
from aurora_cli.operations.build.apply import apply
from aurora_cli.operations.core.review import PlanReview, RunOptions
from aurora_cli.operations.core.specs import SpecRequest

if TYPE_CHECKING:
    from aurora_cli.context import AppContext


def plan(app: AppContext, request: SpecRequest, *, emit: Emit) -> PlanReview:
    """The plan for the request's spec, or for the stored one when the request has no layers.

    Raises:
        what `apply` raises, except Declined and GuardRefused: a plan is only looked at.
    """
    options = RunOptions("plan", lambda review: False, emit, dry_run=True, skip_checks=request.skip_checks)
    result = apply(app, request, options)
    if result.review is None:
        raise AssertionError("a dry run always has a review")
    return result.review
