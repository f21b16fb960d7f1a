"""The stack of a renamed cluster: its folder, record and spec under the new name. A kill leaves the one or the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aurora_cli.operations.core.specs import stored_spec
from aurora_cli.stacks.stack import move_stack

if TYPE_CHECKING:
    from aurora_cli.operations.pipeline.context import OperationContext
    from aurora_cli.terraform.state.state_rename import Renamed


def is_moved(context: OperationContext, names: Renamed) -> bool:
    """Whether folder, record and spec have the new name."""
    stack = context.stack
    return stack.name == names.after and stack.record.renamed_to is None and stored_spec(stack).spec.name == names.after


def move(context: OperationContext, names: Renamed, spec: str, origins: dict[str, str]) -> None:
    """Give the stack its new name; what was done of it before a kill is not done again."""
    stack = context.stack
    move_stack(stack, names.after)
    stack.write_spec(spec)
    changes = {"final_snapshot_identifier": names.snapshot} if names.snapshot else {}
    stack.update_record(name=names.after, renamed_to=None, origins={**stack.record.origins, **origins}, **changes)
    context.__dict__.pop("terraform", None)  # it was of the old folder
    context.spec = stored_spec(stack).spec
