"""Give up an operation in progress."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aurora_cli.errors import Declined, InvalidInput
from aurora_cli.operations.core.concern import StackContext
from aurora_cli.operations.core.history import recorded
from aurora_cli.operations.core.rendered import write_rendered
from aurora_cli.operations.core.results import SCHEMA_VERSION
from aurora_cli.operations.core.specs import existing_stack, stored_spec
from aurora_cli.operations.core.unfinished import Unfinished, unfinished
from aurora_cli.operations.recovery.recover import recover
from aurora_cli.stacks.journal import remove_journal

if TYPE_CHECKING:
    from collections.abc import Callable

    from aurora_cli.context import AppContext
    from aurora_cli.events import Emit


@dataclass(frozen=True)
class Abandoned:
    """What was given up."""

    name: str
    given_up: Unfinished

    def to_dict(self) -> dict[str, Any]:
        """JSON form, as in the published schema."""
        return {"schema_version": SCHEMA_VERSION, "name": self.name, "changed": True, **self.given_up.to_dict()}


def abandon(app: AppContext, name: str, *, approve: Callable[[Unfinished], bool], emit: Emit) -> Abandoned:
    """Give up the operation in progress. What its steps did stays; the stored spec is what it was.

    Args:
        approve: shows what is given up and asks.

    Raises:
        ClusterNotFound, StackLocked, Declined; InvalidInput: nothing is under way.
    """
    stack = existing_stack(app, name)
    with stack.lock("abandon"):
        given_up = unfinished(stack)
        if given_up is None:
            raise InvalidInput(f"No operation is in progress on {name}.", hint=f"Check it: aurora-cli status {name}")
        app.begin(emit)
        spec = stored_spec(stack).spec
        recover(StackContext(app, stack, emit, spec))
        if not approve(given_up):
            raise Declined("Nothing was abandoned.")
        with recorded(app, stack, "abandon") as entry:
            remove_journal(stack.folder)
            write_rendered(stack, spec)
            stack.update_record(status="ready")
            counts = {"add": 0, "change": 0, "destroy": 0}
            entry.finish("succeeded", counts, f"abandoned {given_up.operation} after {len(given_up.done)} steps")
    return Abandoned(name, given_up)
