"""Create a cluster, or go on with one that is half-built."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aurora_cli.errors import SpecConflict
from aurora_cli.operations.core.final_snapshot import fresh_name
from aurora_cli.operations.core.review import ChangeResult, RunOptions
from aurora_cli.operations.core.specs import SpecRequest, desired_spec, is_pristine, last_spec, stored_spec
from aurora_cli.operations.pipeline.apply import apply_spec
from aurora_cli.operations.spec_file.shared import read_shared_spec
from aurora_cli.operations.spec_file.stored_values import with_stored_values
from aurora_cli.problem import some_of
from aurora_cli.stacks.names import is_name

if TYPE_CHECKING:
    from aurora_cli.context import AppContext
    from aurora_cli.events import Emit
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
    desired = desired_spec(app, with_values_of_existing(app, request))
    with app.registry.lock(desired.spec.name, "create"):
        _, desired = with_shared_spec(app, request, desired, options.emit)
        stack = app.registry.find(desired.spec.name)
        if stack is not None and not is_pristine(stack):
            _refuse_other_spec(stack, desired)
        refuse_former_name(app, desired.spec)
        app.begin(options.emit)
        return apply_spec(app, stack or new_stack(app, desired), desired, replace(options, file=request.file))


def with_values_of_existing(app: AppContext, request: SpecRequest) -> SpecRequest:
    """The request with what it does not name and its cluster has, if there is one; see `spec_file`. Raises StackDamaged."""
    name = request.cluster_name
    stack = app.registry.find(name) if name and is_name(name) else None
    if stack is None or not stack.has_spec() or is_pristine(stack):
        return request
    return with_stored_values(request, stack)


def with_shared_spec(
    app: AppContext, asked: SpecRequest, desired: Resolved, emit: Emit
) -> tuple[SpecRequest, Resolved]:
    """The request and its spec, beside what others have applied to the same cluster: they share a state that is kept elsewhere.

    The lock of the stack is held. A stack is made where there is none, since the state is read through it.

    Args:
        asked: as it was asked for.
        desired: its spec beside what is known here.

    Raises:
        What `read_shared_spec` raises. SpecInvalid: the spec breaks a rule beside what others have applied.
    """
    if desired.spec.backend.type == "local":
        return with_values_of_existing(app, asked), desired
    stack = app.registry.find(desired.spec.name)
    if stack is None:
        refuse_former_name(app, desired.spec)
        stack = new_stack(app, desired)
    try:
        app.begin(emit)
        read_shared_spec(app, stack, emit)
    except BaseException:
        if is_pristine(stack):
            app.registry.remove(stack)
        raise
    request = with_values_of_existing(app, asked)
    return request, desired_spec(app, request)


def new_stack(app: AppContext, desired: Resolved) -> Stack:
    """A stack for that spec, on disk before anything is made."""
    from aurora_cli.spec.text.load import dump_spec

    spec = desired.spec
    stack = app.registry.create(
        spec.name, region=spec.region, target=app.target, spec=dump_spec(spec), origins=desired.origins
    )
    stack.update_record(final_snapshot_identifier=fresh_name(spec.name))
    return stack


def refuse_former_name(app: AppContext, spec: ClusterSpec) -> None:
    """Raise SpecConflict for a name that a renamed cluster keeps on what is around it, and often in the key of its state."""
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
    shown = some_of([f"{c.path}: {c.before} -> {c.after}" for c in changes], separator="; ")
    raise SpecConflict(
        f"{name} exists with another spec ({shown}).",
        hint=f"Change it with `aurora-cli apply {name}` and the same flags or file, or choose another name.",
    )
