"""The spec that a request asks for: to show it, to check it, to render it, or to bring a cluster to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aurora_cli.operations.core.request import SpecRequest
from aurora_cli.operations.core.stored import existing_stack, named, stored_spec

if TYPE_CHECKING:
    from aurora_cli.context import AppContext
    from aurora_cli.spec.resolve import Resolved


def desired_spec(app: AppContext, request: SpecRequest) -> Resolved:
    """The request's complete spec with its warnings; the stored one of `request.name` when the request has no layers.

    Raises:
        SpecInvalid: with every problem. ClusterNotFound: no layers and no such cluster.
    """
    if request.layers:
        return request.resolve()
    return stored_spec(existing_stack(app, named(request.name)))
