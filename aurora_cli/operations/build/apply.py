"""Create or update: bring a cluster to the spec, whatever is there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aurora_cli.errors import SpecConflict
from aurora_cli.operations.build.create import new_stack, refuse_former_name, with_shared_spec, with_values_of_existing
from aurora_cli.operations.build.rolling import RollingApply, WholeApply, rolling_apply
from aurora_cli.operations.core.history import AnotherOperation
from aurora_cli.operations.core.review import ChangeResult, RunOptions
from aurora_cli.operations.core.specs import SpecRequest, desired_spec, is_pristine, stored_spec
from aurora_cli.operations.pipeline.apply import apply_spec
from aurora_cli.operations.pipeline.engine import run_on_stack
from aurora_cli.operations.spec_file.reverts import refuse_reverts, reverts, warnings_of

if TYPE_CHECKING:
    from aurora_cli.context import AppContext
    from aurora_cli.spec.model.cluster import ClusterSpec


def apply(app: AppContext, request: SpecRequest, options: RunOptions, *, allow_revert: bool = False) -> ChangeResult:
    """Bring the cluster to the spec of the request, or to its own stored spec when the request has no layers.

    Args:
        allow_revert: whether the file may undo what a later operation has changed.

    Raises:
        SpecInvalid, SpecConflict (engine, region or backend differ, or an older version), RevertRefused,
        ClusterNotFound (no layers and no such cluster), and what `apply_spec` raises.
    """
    desired = desired_spec(app, with_values_of_existing(app, request))
    with app.registry.lock(desired.spec.name, options.operation):
        request, desired = with_shared_spec(app, request, desired, options.emit)
        stack = app.registry.find(desired.spec.name)
        if stack is None:
            refuse_former_name(app, desired.spec)
        elif not is_pristine(stack):
            refuse_identity_change(stored_spec(stack).spec, desired.spec)
            found = reverts(stack, desired, request)
            refuse_reverts(stack.name, found, request.file, allowed=allow_revert or options.dry_run)
            desired = replace(desired, warnings=(*desired.warnings, *warnings_of(found)))
        app.begin(options.emit)
        options = replace(options, file=request.file)
        if stack is None:
            return apply_spec(app, new_stack(app, desired), desired, options)
        rolling = rolling_apply(app, stack, desired, options, resume=not request.layers)
        if rolling is None:
            try:
                return run_on_stack(app, stack, WholeApply(desired), options, desired.spec)
            except AnotherOperation:
                rolling = RollingApply.of(desired, options)
        return run_on_stack(app, stack, rolling, rolling.resumed_options(stack, options))


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
