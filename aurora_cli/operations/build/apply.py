"""Create or update: bring a cluster to the spec, whatever is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aurora_cli.errors import SpecConflict
from aurora_cli.operations.build.create import new_stack
from aurora_cli.operations.core.review import ChangeResult, RunOptions
from aurora_cli.operations.core.specs import SpecRequest, desired_spec, is_pristine, stored_spec
from aurora_cli.operations.pipeline.apply import apply_spec

if TYPE_CHECKING:
    from aurora_cli.context import AppContext
    from aurora_cli.spec.model.cluster import ClusterSpec


def apply(app: AppContext, request: SpecRequest, options: RunOptions) -> ChangeResult:
    """Bring the cluster to the spec of the request, or to its own stored spec when the request has no layers.

    Raises:
        SpecInvalid, SpecConflict (engine, region or backend differ), ClusterNotFound (no layers and no such cluster),
        and what `apply_spec` raises.
    """
    desired = desired_spec(app, request)
    with app.registry.lock(desired.spec.name, options.operation):
        stack = app.registry.find(desired.spec.name)
        if stack is not None and not is_pristine(stack):
            refuse_identity_change(stored_spec(stack).spec, desired.spec)
        app.begin(options.emit)
        return apply_spec(app, stack or new_stack(app, desired), desired, options)


def refuse_identity_change(old: ClusterSpec, new: ClusterSpec) -> None:
    """Raise SpecConflict when `new` is another cluster than `old`: another engine, region or home of the state."""
    for label, before, after in (
        ("engine", old.engine, new.engine),
        ("region", old.region, new.region),
        ("backend", old.backend, new.backend),
        ("resource_name", old.base_name, new.base_name),
    ):
        if before != after:
            raise SpecConflict(
                f"{new.name} exists with another {label}: {_plain(before)}, not {_plain(after)}.",
                hint=f"The {label} of an existing cluster cannot change. Choose another name, or keep the {label}.",
            )


def _plain(value: object) -> str:
    return getattr(value, "type", None) or str(value)
