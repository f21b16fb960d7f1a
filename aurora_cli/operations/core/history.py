"""Who did what to a cluster, when, and how it ended: one line per operation in the stack's history."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING
from uuid import uuid4

from aurora_cli.errors import AuroraError, Declined, GuardRefused, Interrupted
from aurora_cli.stacks.history import HistoryEntry

if TYPE_CHECKING:
    from aurora_cli.context import AppContext
    from aurora_cli.stacks.stack import Stack

_OUTCOMES: dict[type[AuroraError], str] = {
    Interrupted: "interrupted",
    Declined: "declined",
    GuardRefused: "refused",
}


class Entry:
    """The entry being written. Says "failed" unless told otherwise."""

    def __init__(self) -> None:
        self.outcome = "failed"
        self.terraform: dict[str, int] = {}
        self.summary = ""

    def finish(self, outcome: str, terraform: dict[str, int], summary: str = "") -> None:
        """Note how it ended, and what Terraform counted."""
        self.outcome, self.terraform, self.summary = outcome, terraform, summary


@contextmanager
def recorded(app: AppContext, stack: Stack, operation: str) -> Iterator[Entry]:
    """Append one entry when the block ends, also when it ends with an error; none if the stack is gone by then."""
    entry, started, when = Entry(), monotonic(), app.clock.now()
    try:
        yield entry
    except AuroraError as error:
        entry.outcome, entry.summary = _OUTCOMES.get(type(error), "failed"), error.message
        raise
    finally:
        if stack.folder.is_dir():
            stack.history.append(
                HistoryEntry(
                    id=uuid4().hex[:12],
                    when=when.isoformat(timespec="seconds"),
                    who=app.user,
                    operation=operation,
                    outcome=entry.outcome,
                    duration_s=round(monotonic() - started, 1),
                    summary=entry.summary,
                    terraform=entry.terraform,
                )
            )


def history(app: AppContext, name: str, limit: int = 20) -> list[HistoryEntry]:
    """The newest entries of a stack, newest last. Raises ClusterNotFound."""
    from aurora_cli.operations.core.specs import existing_stack

    return existing_stack(app, name).history.read(limit)
