"""After an operation: say which lines of the spec file differ now, or write them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aurora_cli.errors import InvalidInput
from aurora_cli.events import Note
from aurora_cli.operations.spec_file.lines import FileLine, in_words, lines_that_differ
from aurora_cli.operations.spec_file.write import write_lines

if TYPE_CHECKING:
    from aurora_cli.operations.core.review import ChangeResult, RunOptions
    from aurora_cli.stacks.stack import Stack


@dataclass(frozen=True)
class SpecFile:
    """The file that was applied last, and its lines that differ from what the cluster has.

    Attributes:
        written: whether they have been written, and so differ no longer.
    """

    file: str
    lines: tuple[FileLine, ...]
    written: bool

    def to_dict(self) -> dict[str, Any]:
        """JSON form, as in the published schema."""
        return {"file": self.file, "lines": [one.to_dict() for one in self.lines], "written": self.written}


def require_file(stack: Stack, options: RunOptions) -> None:
    """Raise InvalidInput when a file is to be written and there is none; before anything is changed."""
    if not options.write:
        return
    file = options.file or stack.record.spec_file
    if file is None or not Path(file).is_file():
        from aurora_cli.spec.text.load import shown_path

        why = "no spec file was applied yet" if file in (None, "-") else f"{shown_path(str(file))} does not exist"
        raise InvalidInput(
            f"--write has nothing to write to: {why}.",
            hint="Name the file once: aurora-cli apply -f FILE, then add --write.",
        )


def with_spec_file(stack: Stack, result: ChangeResult, options: RunOptions, *, changed: bool = True) -> ChangeResult:
    """The result, with the lines of the spec file that differ from the cluster: told, and written if that was asked for.

    Args:
        changed: whether the operation may have changed the spec; of another one, nothing is told.

    Raises:
        OperationFailed: the file cannot be written so that it says what the cluster has. Everything else is done.
    """
    if result.dry_run or not (changed or options.write):
        return result
    lines = lines_that_differ(stack)
    if not lines:
        return result
    if options.write:
        write_lines(stack, lines)
    for one in lines:
        options.emit(_written(one) if options.write else _told(stack.name, one))
    return replace(result, spec_file=SpecFile(str(stack.record.spec_file), lines, options.write))


def _told(name: str, one: FileLine) -> Note:
    hint = f"aurora-cli apply {name} --write"
    return Note(f"{one.text}; the cluster now has {in_words(one.has)}.", level="warning", hint=hint)


def _written(one: FileLine) -> Note:
    name = one.path.rpartition(".")[2]
    gone = f"{one.file}:{one.line}: {name} removed, which the cluster does not have."
    return Note(gone if one.has is None else f"{one.file}:{one.line}: {name} is now {in_words(one.has)}.")
