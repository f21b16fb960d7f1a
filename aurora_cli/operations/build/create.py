"""Create a cluster, or go on with one that is half-built."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aurora_cli.errors import SpecConflict
from aurora_cli.operations.core.final_snapshot import fresh_name
from aurora_cli.operations.core.review import ChangeResult, RunOptions
from aurora_cli.operations.core.specs import SpecRequest, is_pristine, last_spec, stored_spec
from aurora_cli.operations.pipeline.apply import apply_spec

if TYPE_CHECKING:
    from aurora_cli.context import AppContext
    from aurora_cli.spec.model.cluster import ClusterSpec
    from aurora_cli.spec.resolve.resolve import Resolved
    from aurora_cli.stacks.stack import Stack


def create(app: AppContext, request: SpecRequest, options: RunOptions) -> ChangeResult:
    """Make the cluster that the request describes.

    The same spec again finds nothing to do; a half-built cluster is finished. Another spec for an existing cluster is refused.

    Raises:
        SpecInvalid: with every broken rule, before anything runs.
        SpecConflict: the cluster exists with another spec, or is being destroyed.
        and what `apply_spec` raises.
    """
    desired = request.resolve()
    with app.registry.lock(desired.spec.name, "create"):
        stack = app.registry.find(desired.spec.name)
        if stack is not None and not is_pristine(stack):
            _refuse_other_spec(stack, desired)
        _refuse_former_name(app, desired.spec)
        app.begin(options.emit)
        return apply_spec(app, stack or new_stack(app, desired), desired, options)


def new_stack(app: AppContext, desired: Resolved) -> Stack:
    """A stack for that spec, on disk before anything is made."""
    from aurora_cli.spec.text.load import dump_spec

    spec = desired.spec
    stack = app.registry.create(
        spec.name, region=spec.region, target=app.target, spec=dump_spec(spec), origins=desired.origins
    )
    stack.update_record(final_snapshot_identifier=fresh_name(spec.name))
    return stack


def _refuse_former_name(app: AppContext, spec: ClusterSpec) -> None:
    """A renamed cluster keeps its first name on what is around it, and often in the key of its state."""
    for stack in app.registry.list():
        if stack.name == spec.name or not stack.has_spec() or spec.base_name not in stack.read_spec():
            continue
        other = last_spec(stack)
        if other and (other.base_name, other.region) == (spec.base_name, spec.region):
            raise SpecConflict(
                f"The resources of {stack.name} are named {spec.base_name}, so a new cluster cannot use that name.",
                hint="Choose another name, or set `resource_name` to one.",
            )


def _refuse_other_spec(stack: Stack, desired: Resolved) -> None:
    from aurora_cli.spec.layers.diff import differences

    name = desired.spec.name
    if stack.record.status == "destroying":
        raise SpecConflict(
            f"A destroy of {name} is in progress.",
            hint=f"Resume it with `aurora-cli destroy {name}`, or recreate the cluster with `aurora-cli apply -f FILE`.",
        )
    changes = differences(stored_spec(stack).spec, desired.spec)
    if not changes:
        return
    shown = "; ".join(f"{c.path}: {c.before} -> {c.after}" for c in changes[:5])
    more = f" and {len(changes) - 5} more" if len(changes) > 5 else ""
    raise SpecConflict(
        f"{name} exists with another spec ({shown}{more}).",
        hint=f"Change it with `aurora-cli apply {name}` and the same flags or file, or choose another name.",
    )
