"""Show what would happen, and change nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aurora_cli.events import Emit
from aurora_cli.operations.build.apply import apply
from aurora_cli.operations.core.review import PlanReview
from aurora_cli.operations.core.specs import SpecRequest

if TYPE_CHECKING:
    from aurora_cli.context import AppContext


def plan(app: AppContext, request: SpecRequest, *, emit: Emit) -> PlanReview:
    """The plan for the request's spec, or for the stored one when the request has no layers.

    Raises:
        what `apply` raises, except Declined and GuardRefused: a plan is only looked at.
    """
    result = apply(app, request, approve=lambda review: False, emit=emit, dry_run=True, operation="plan")
    if result.review is None:
        raise AssertionError("a dry run always has a review")
    return result.review
