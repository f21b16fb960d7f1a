"""Create or update: bring a cluster to the spec, whatever is there."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from aurora_cli.events import Emit
from aurora_cli.operations.build.create import new_stack
from aurora_cli.operations.core.desired import desired_spec
from aurora_cli.operations.core.request import SpecRequest
from aurora_cli.operations.core.review import Approve, ChangeResult
from aurora_cli.operations.core.stored import is_pristine, stored_spec
from aurora_cli.operations.pipeline.change import RunOptions, carry_out, refuse_identity_change

if TYPE_CHECKING:
    from aurora_cli.context import AppContext


def apply(
    app: AppContext,
    request: SpecRequest,
    *,
    approve: Approve,
    emit: Emit,
    dry_run: bool = False,
    allow: Collection[str] = (),
    password: str | None = None,
    operation: str = "apply",
) -> ChangeResult:
    """Bring the cluster to the spec of the request, or to its own stored spec when the request has no layers.

    Raises:
        SpecInvalid, SpecConflict (engine, region or backend differ), ClusterNotFound (no layers and no such cluster),
        and what `change.carry_out` raises.
    """
    desired = desired_spec(app, request)
    with app.registry.lock(desired.spec.name, operation):
        stack = app.registry.find(desired.spec.name)
        if stack is not None and not is_pristine(stack):
            refuse_identity_change(stored_spec(stack).spec, desired.spec)
        app.begin(emit)
        terms = RunOptions(operation, approve, emit, allow, dry_run, password, skip_checks=request.skip_checks)
        return carry_out(app, stack or new_stack(app, desired), desired, terms)
