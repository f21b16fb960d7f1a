"""What a file would undo: it names the value from before a change that a command has made since."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aurora_cli.errors import RevertRefused, SpecConflict
from aurora_cli.operations.core.specs import stored_spec
from aurora_cli.operations.spec_file.lines import FileLine, in_words, line_of
from aurora_cli.operations.spec_file.store import TYPED, plain
from aurora_cli.operations.spec_file.stored_values import said
from aurora_cli.problem import Problem
from aurora_cli.spec.facts.versions import goes_back

if TYPE_CHECKING:
    from aurora_cli.operations.core.specs import SpecRequest
    from aurora_cli.spec.layers.diff import FieldChange
    from aurora_cli.spec.layers.layers import Layer
    from aurora_cli.spec.resolve.resolve import Resolved
    from aurora_cli.stacks.record import ValueChange
    from aurora_cli.stacks.stack import Stack

CHECK = "revert"
VERSION = "engine_version"


@dataclass(frozen=True)
class Revert:
    """One value.

    Attributes:
        line: of the file.
        undone: the newest change that the file would undo; None where it is not known.
    """

    line: FileLine
    undone: ValueChange | None

    @property
    def text(self) -> str:
        """For people: what the file says, what the cluster has, and since when."""
        text, by = f"{self.line.text}; the cluster has {in_words(self.line.has)}", self.undone
        return f"{text} since '{by.operation}' on {by.when[:10]} by {by.who}" if by else text

    def to_dict(self) -> dict[str, Any]:
        """JSON form, as in the published schema."""
        by = self.undone
        about = {"operation": by and by.operation, "when": by and by.when, "who": by and by.who}
        return {"file": self.line.file, **self.line.to_dict(), **about}


def reverts(stack: Stack, desired: Resolved, request: SpecRequest) -> tuple[Revert, ...]:
    """What the file of a request would undo in a stack. What is typed as an option is meant. Raises StackDamaged."""
    file = next((layer for layer in request.layers if layer.from_file), None)
    if request.file is None or file is None:
        return ()
    from aurora_cli.spec.layers.diff import differences
    from aurora_cli.spec.text.dump import plain_values

    stored = stored_spec(stack).spec
    has, found = plain_values(stored), dict[str, Revert]()
    for change in differences(stored, desired.spec):
        line, undone = line_of(file, change.path, has), _undone(stack, change, desired)
        undoes = _is_older_version(change, file) if change.path == VERSION else undone is not None
        if line is not None and undoes:
            found.setdefault(line.path, Revert(line, undone))
    return tuple(found.values())


def warnings_of(found: tuple[Revert, ...]) -> tuple[Problem, ...]:
    """As warnings beside a plan."""
    return tuple(
        Problem(
            one.line.path,
            f"This would undo a later operation: {one.text}.",
            severity="warning",
            check=CHECK,
            line=one.line.line,
            source=one.line.file,
        )
        for one in found
    )


def refuse_reverts(name: str, found: tuple[Revert, ...], file: str | None, *, allowed: bool) -> None:
    """Refuse what would undo a later operation.

    Args:
        name: of the cluster.
        file: as in `SpecRequest`, for the hint.
        allowed: whether it may be undone, as far as AWS lets it.

    Raises:
        SpecConflict: the file names an older engine version; AWS has no way back.
        RevertRefused: anything else that is not allowed.
    """
    details = {"reverts": [one.to_dict() for one in found]}
    version = next((one for one in found if one.line.path == VERSION), None)
    if version is not None:
        raise SpecConflict(
            f"Nothing was changed: {version.text}, and Aurora does not support downgrades.",
            hint=f"Write what the cluster has into the file: aurora-cli apply {name} --write",
            details=details,
        )
    if found and not allowed:
        again = shlex.join(["aurora-cli", "apply", "-f", str(file), "--allow-revert"])
        raise RevertRefused(
            f"Nothing was changed, since this would undo later operations: {'. '.join(one.text for one in found)}.",
            hint=f"Write what the cluster has into the file: aurora-cli apply {name} --write. To undo it: {again}",
            details=details,
        )


def _undone(stack: Stack, change: FieldChange, desired: Resolved) -> ValueChange | None:
    """The newest of the changes that are undone by giving back a value from before one of them."""
    several = stack.record.changed.get(change.path, ())
    if desired.origins.get(change.path, "").startswith(TYPED):
        return None
    return several[-1] if plain(change.new) in [one.before for one in several] else None


def _is_older_version(change: FieldChange, file: Layer) -> bool:
    """What the file names, and not an option. A major version alone is that of every minor one."""
    return said([file], VERSION) == change.new and goes_back(str(change.old), str(change.new))
