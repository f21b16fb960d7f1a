"""Who did what to a cluster, when, and how it ended: one line per operation in the stack's history."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
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
    """Append one entry when the block ends, also when it ends with an error; none if the stack is gone by then.

    That it begins is noted too, and what was left begun is entered as killed. Hold the stack's lock.
    """
    for left, _ in stack.history.begun():
        if left.id not in app.begun:
            stack.history.append(replace(left, outcome="killed"))
    entry, started = Entry(), monotonic()
    begun = HistoryEntry(
        uuid4().hex[:12], app.clock.now().isoformat(timespec="seconds"), app.user, operation, "running", None
    )
    app.begun.add(begun.id)
    stack.history.begin(begun, os.getpid())
    try:
        yield entry
    except (AuroraError, KeyboardInterrupt) as error:
        entry.outcome = "interrupted" if isinstance(error, KeyboardInterrupt) else _OUTCOMES.get(type(error), "failed")
        entry.summary = error.message if isinstance(error, AuroraError) else "Interrupted."
        raise
    finally:
        if stack.folder.is_dir():
            seconds = round(monotonic() - started, 1)
            ended = replace(begun, outcome=entry.outcome, duration_s=seconds, summary=entry.summary)
            stack.history.append(replace(ended, terraform=entry.terraform))


def operations_of(stack: Stack) -> list[HistoryEntry]:
    """Every operation, oldest first; at the end those without an end, which run if their process holds the lock."""
    ended = stack.history.read()
    begun = [(one, pid) for one, pid in stack.history.begun() if one.id not in {entry.id for entry in ended}]
    holder = stack.locked_by() if begun else None
    return ended + [one if holder and holder.pid == pid else replace(one, outcome="killed") for one, pid in begun]


def history(app: AppContext, name: str, limit: int = 20) -> list[HistoryEntry]:
    """The newest entries of a stack, newest last. Raises ClusterNotFound."""
    from aurora_cli.operations.core.specs import existing_stack

    return operations_of(existing_stack(app, name))[-limit:]
