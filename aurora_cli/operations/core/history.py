"""Who did what to a cluster, when, and how it ended: one line per operation in the stack's history."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from time import monotonic
from typing import TYPE_CHECKING
from uuid import uuid4

from aurora_cli.errors import AuroraError, Declined, GuardRefused, Interrupted
from aurora_cli.signals import hold_interrupt
from aurora_cli.stacks.history import HistoryEntry

if TYPE_CHECKING:
    from types import FrameType

    from aurora_cli.context import AppContext
    from aurora_cli.stacks.stack import Stack

_ENDING = (signal.SIGHUP, signal.SIGTERM)
_OUTCOMES: dict[type[AuroraError], str] = {
    Interrupted: "interrupted",
    Declined: "declined",
    GuardRefused: "refused",
}


class AnotherOperation(Exception):
    """What was asked for is for another operation, which has an entry of its own. Nothing was done."""


class Entry:
    """The entry being written. Says "failed" unless told otherwise."""

    def __init__(self) -> None:
        self.outcome = "failed"
        self.terraform: dict[str, int] = {}
        self.summary = ""
        self.over = False

    def note(self, outcome: str, terraform: dict[str, int], summary: str = "") -> None:
        """Note how it ended, and what Terraform counted."""
        self.outcome, self.terraform, self.summary = outcome, terraform, summary

    def finish(self, outcome: str, terraform: dict[str, int], summary: str = "") -> None:
        """As `note`, of what the command is for: only its result is still to be told, and no Ctrl-C makes it another one."""
        self.note(outcome, terraform, summary)
        self.over = True
        hold_interrupt()


@contextmanager
def recorded(app: AppContext, stack: Stack, operation: str) -> Iterator[Entry]:
    """Append one entry when the block ends, also when it ends with an error; none if the stack is gone by then, or where
    the block ends with `AnotherOperation`.

    That it begins is noted too, and what was left begun is entered as killed. Hold the stack's lock.
    A signal that ends the process meanwhile is noted, and ends it as it would have; nobody can note SIGKILL.

    Raises:
        Interrupted: a Ctrl-C came after the end, and what there was to tell is missing.
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
    kept = True
    try:
        with _noting_signals(stack):
            yield entry
    except AnotherOperation:
        kept = False
        stack.history.withdraw(begun)
        raise
    except (AuroraError, KeyboardInterrupt) as error:
        if entry.over and isinstance(error, (KeyboardInterrupt, Interrupted)):
            raise Interrupted(
                f"Interrupted after the end of '{operation}': everything is done, only its report is missing.",
                hint=f"aurora-cli history {stack.name}",
            ) from error
        entry.outcome = "interrupted" if isinstance(error, KeyboardInterrupt) else _OUTCOMES.get(type(error), "failed")
        entry.summary = error.message if isinstance(error, AuroraError) else "Interrupted."
        raise
    finally:
        if kept and stack.folder.is_dir():
            seconds = round(monotonic() - started, 1)
            ended = replace(begun, outcome=entry.outcome, duration_s=seconds, summary=entry.summary)
            stack.history.append(replace(ended, terraform=entry.terraform))


@contextmanager
def _noting_signals(stack: Stack) -> Iterator[None]:
    """Python lets the main thread alone handle signals; one that somebody handles or ignores already (nohup) stays as it is."""

    def note(number: int, frame: FrameType | None) -> None:
        signal.signal(number, signal.SIG_DFL)
        stack.history.note_signal(os.getpid(), signal.Signals(number).name)
        os.kill(os.getpid(), number)

    main = threading.current_thread() is threading.main_thread()
    mine = [one for one in _ENDING if main and signal.getsignal(one) is signal.SIG_DFL]
    for number in mine:
        signal.signal(number, note)
    try:
        yield
    finally:
        for number in mine:
            signal.signal(number, signal.SIG_DFL)


def operations_of(stack: Stack) -> list[HistoryEntry]:
    """Every operation, oldest first; at the end those without an end, which run if their process holds the lock."""
    ended = stack.history.read()
    begun = stack.history.begun()
    holder = stack.locked_by() if begun else None
    return ended + [one if holder and holder.pid == pid else replace(one, outcome="killed") for one, pid in begun]


def history(app: AppContext, name: str, limit: int = 20) -> list[HistoryEntry]:
    """The newest entries of a stack, newest last. Raises ClusterNotFound."""
    from aurora_cli.operations.core.specs import existing_stack

    return operations_of(existing_stack(app, name))[-limit:]
