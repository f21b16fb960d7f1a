"""Store the spec that a stack is brought to, and beside it what has changed in it since its file was applied."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aurora_cli.operations.core.specs import last_spec
from aurora_cli.stacks.record import ValueChange

if TYPE_CHECKING:
    from aurora_cli.context import AppContext
    from aurora_cli.operations.core.review import RunOptions
    from aurora_cli.spec.model.cluster import ClusterSpec
    from aurora_cli.spec.resolve.resolve import Resolved
    from aurora_cli.stacks.record import Changed, StackRecord
    from aurora_cli.stacks.stack import Stack

STDIN = "-"
TYPED = "--"
"""What the origin of a value begins with that was typed as an option."""


def store_spec(app: AppContext, stack: Stack, desired: Resolved, options: RunOptions, **record: Any) -> None:
    """Write the spec of a stack, and into its record who changed what of it.

    The record is written first: after a crash between the two the next run finds the same differences again.

    Args:
        options: `operation` is what has changed it, `file` the file that it comes from.
        record: further fields of the record.
    """
    from aurora_cli.spec.text.load import dump_spec

    by = ValueChange(options.operation, app.clock.now().isoformat(timespec="seconds"), app.user)
    if options.file is not None:
        record["spec_file"] = None if options.file == STDIN else options.file
    now, before = stack.record, last_spec(stack)
    changed = changed_values(now, before, desired, by, from_file=options.file is not None)
    applied = now.applied if now.applied and before == desired.spec else by
    stack.update_record(origins=dict(desired.origins), changed=changed, applied=applied, **record)
    stack.write_spec(dump_spec(desired.spec))


def changed_values(
    record: StackRecord, before: ClusterSpec | None, desired: Resolved, by: ValueChange, *, from_file: bool
) -> Changed:
    """What commands have changed, once the spec is `desired`.

    Args:
        before: the stored spec; None for a new stack, in which nothing has changed.
        by: operation, time and user of this change.
        from_file: whether a file gives the values: those that it names are no longer changed by a command, but an option typed
            beside it changes its value.
    """
    from aurora_cli.spec.layers.diff import differences

    differing = {} if before is None else {one.path: one for one in differences(before, desired.spec)}
    origins = desired.origins
    changed = {
        path: several
        for path, several in record.changed.items()
        if not from_file or (path not in differing and origins.get(path) == record.origins.get(path))
    }
    for path, one in differing.items():
        if from_file and not origins.get(path, "").startswith(TYPED):
            continue
        several = (*record.changed.get(path, ()), ValueChange(by.operation, by.when, by.who, plain(one.old)))
        changed[path] = several[: next(n for n, other in enumerate((*several, one)) if _is_back(other, plain(one.new)))]
    return {path: several for path, several in changed.items() if several}


def _is_back(change: object, value: Any) -> bool:
    """Whether the value is what it was before that change: then it is undone, and those after it with it."""
    return not isinstance(change, ValueChange) or change.before == value


def plain(value: Any) -> Any:
    """A value of the model in JSON, as the record holds it."""
    from pydantic_core import to_jsonable_python

    return to_jsonable_python(value)
