"""An operation that has begun and not ended: others are refused, and it can be given up."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aurora_cli.errors import OperationUnfinished, SpecConflict
from aurora_cli.stacks.journal import Journal, read_journal

if TYPE_CHECKING:
    from aurora_cli.stacks.stack import Stack


_EARLIER = {"settle": "Reconcile Terraform state with the spec"}
"""Names that say nothing, in journals of earlier versions, which have no texts."""


@dataclass(frozen=True)
class Unfinished:
    """An operation in progress.

    Attributes:
        operation: name of the command.
        command: the command line that goes on with it.
        started_at, started_by: when (RFC 3339 in UTC) and by whom.
        done, left: names of its steps.
        texts: name -> what the step does, for people.
    """

    name: str
    operation: str
    command: str
    started_at: str
    started_by: str
    done: tuple[str, ...]
    left: tuple[str, ...]
    texts: Mapping[str, str] = field(default_factory=dict)

    def in_words(self, names: Iterable[str]) -> tuple[str, ...]:
        """What these steps do."""
        return tuple(self.texts.get(name, name) for name in names)

    @property
    def so_far(self) -> str:
        """For people: what is in progress, and how far it is."""
        return (
            f"'{self.operation}' is in progress: {len(self.done)} of {len(self.done) + len(self.left)} steps are done"
        )

    def to_dict(self) -> dict[str, Any]:
        """JSON form, as in the published schema."""
        told = {key: value for key, value in vars(self).items() if key not in ("name", "texts")}
        return {key: list(value) if isinstance(value, tuple) else value for key, value in told.items()}


def unfinished(stack: Stack) -> Unfinished | None:
    """The operation that the stack is in the middle of, or None. Raises StackDamaged."""
    journal = read_journal(stack.folder)
    if journal is None:
        return None
    ended = {name: bool(note.finished) for name, note in journal.steps.items()}
    return Unfinished(
        name=stack.name,
        operation=journal.operation,
        command=shlex.join(["aurora-cli", *journal.command]),
        started_at=journal.started_at,
        started_by=journal.started_by,
        done=tuple(name for name, end in ended.items() if end),
        left=tuple(name for name, end in ended.items() if not end),
        texts={**_EARLIER, **journal.texts},
    )


def refuse_destroying(stack: Stack) -> None:
    """Raise SpecConflict if a destroy of the stack has begun: only it goes on."""
    if stack.record.status == "destroying":
        raise SpecConflict(
            f"A destroy of {stack.name} is in progress.",
            hint=f"Resume it with `aurora-cli destroy {stack.name}`.",
        )


def refuse_unfinished(
    stack: Stack,
    operation: str | None = None,
    arguments: Mapping[str, Any] | None = None,
    replaceable: Collection[str] = (),
) -> Journal | None:
    """The journal that this very operation goes on from, None when nothing is under way.

    Args:
        operation, arguments: what is about to begin; None for a command that has no steps, which never goes on.
        replaceable: operations in progress that it may take the place of, as if they had been abandoned.

    Raises:
        OperationUnfinished: something else is under way.
    """
    journal = read_journal(stack.folder)
    if journal is None or (journal.operation == operation and dict(journal.arguments) == dict(arguments or {})):
        return journal
    if journal.operation in replaceable:
        return None
    ended = sum(1 for note in journal.steps.values() if note.finished)
    command = shlex.join(["aurora-cli", *journal.command])
    raise OperationUnfinished(
        f"'{journal.operation}' is in progress on {stack.name}: {ended} of {len(journal.steps)} steps are done "
        f"(since {journal.started_at}, by {journal.started_by}).",
        hint=f"Resume: {command}. Or abandon it: aurora-cli abandon {stack.name}",
        details={"operation": journal.operation, "command": command, "abandon": f"aurora-cli abandon {stack.name}"},
    )
