"""Check a spec, and run nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aurora_cli.operations.apply import desired_spec
from aurora_cli.operations.request import SpecRequest

if TYPE_CHECKING:
    from aurora_cli.context import AppContext
    from aurora_cli.spec.resolve import Resolved


def validate(app: AppContext, request: SpecRequest) -> Resolved:
    """The complete spec with its warnings. Raises SpecInvalid with every problem, ClusterNotFound."""
    return desired_spec(app, request)
