"""Show a spec with every value and where it came from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aurora_cli.operations.apply import desired_spec
from aurora_cli.operations.request import SpecRequest

if TYPE_CHECKING:
    from aurora_cli.context import AppContext
    from aurora_cli.spec.resolve import Resolved


def show(app: AppContext, request: SpecRequest) -> Resolved:
    """The request's spec, or the stored one of `request.name` when there are no layers. Raises SpecInvalid, ClusterNotFound."""
    return desired_spec(app, request)
