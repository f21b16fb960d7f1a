"""One run of any operation, destroy among them, under the stack's lock: looked at, shown, asked, done, and in the history."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Generic, TypeVar

from aurora_cli.errors import PlanStale
from aurora_cli.events import Note
from aurora_cli.operations.core.history import Entry, recorded
from aurora_cli.operations.core.specs import existing_stack
from aurora_cli.operations.core.unfinished import refuse_destroying
from aurora_cli.operations.spec_file.shared import read_shared_spec

if TYPE_CHECKING:
    from aurora_cli.context import AppContext
    from aurora_cli.events import Emit
    from aurora_cli.operations.core.concern import StackContext
    from aurora_cli.stacks.stack import Stack

ReviewT = TypeVar("ReviewT")
ResultT = TypeVar("ResultT")


@contextmanager
def opened_stack(
    app: AppContext, name: str, operation: str, emit: Emit, *, destroying: bool = False
) -> Iterator[Stack]:
    """The stack of an existing cluster, locked, with the spec that others have applied meanwhile.

    Args:
        operation: what the lock says.
        destroying: whether the operation goes on where a destroy has begun.

    Raises:
        ClusterNotFound, StackLocked; SpecConflict: a destroy is in progress. What `read_shared_spec` raises.
    """
    stack = existing_stack(app, name)
    with stack.lock(operation):
        if not destroying:
            refuse_destroying(stack)
        app.begin(emit)
        read_shared_spec(app, stack, emit)
        yield stack


class Run(ABC, Generic[ReviewT, ResultT]):
    """The order of one run, whose moments an operation fills in.

    Attributes:
        context: the stack, its lock held.
        operation: as the history says it.
        replans: whether a plan that went stale while it was carried out is made, shown and asked for a second time.
    """

    replans = True

    def __init__(self, context: StackContext, operation: str, *, dry_run: bool) -> None:
        self.context, self.operation_name, self.dry_run = context, operation, dry_run
        self.app, self.stack, self.emit = context.app, context.stack, context.emit

    def run(self) -> ResultT:
        """Show, ask, do; or show alone. Raises what the moments raise; Declined and refusals have changed nothing."""
        if self.dry_run:
            try:
                review = self.review()
            finally:
                self.withdraw()
            return self.looked(review)
        with recorded(self.app, self.stack, self.operation_name) as entry:
            try:
                review = self.review()
                if self.nothing_to_do(review):
                    return self.unchanged(review, entry)
                self.ask(review)
            except BaseException:
                self.withdraw()
                raise
            try:
                return self.carry_out(review, entry)
            except PlanStale:
                if not self.replans:
                    raise
            self.emit(Note("Something changed since the plan; planning again.", level="warning"))
            review = self.review(again=True)
            self.ask(review)
            return self.carry_out(review, entry)

    @abstractmethod
    def review(self, *, again: bool = False) -> ReviewT:
        """Look and plan, and say what it means; refuse what must not be. Changes nothing."""

    def nothing_to_do(self, review: ReviewT) -> bool:
        """Whether it ends here, unasked."""
        return False

    def unchanged(self, review: ReviewT, entry: Entry) -> ResultT:
        """The result of a run that had nothing to do."""
        raise NotImplementedError

    @abstractmethod
    def ask(self, review: ReviewT) -> None:
        """Show the review and ask. Raises Declined."""

    @abstractmethod
    def withdraw(self) -> None:
        """Nothing was changed: leave the stack as it was."""

    @abstractmethod
    def carry_out(self, review: ReviewT, entry: Entry) -> ResultT:
        """Do it, and tell the history. Raises PlanStale where more would be done than was approved."""

    @abstractmethod
    def looked(self, review: ReviewT) -> ResultT:
        """The result of a dry run."""
