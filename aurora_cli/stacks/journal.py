"""The operation that a stack is in the middle of: what was asked, what was decided, which of its steps have ended.

One file, `operation.json`, written before the first step and after each, removed at the end. Whoever finds it goes on from it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from aurora_cli.errors import StackDamaged
from aurora_cli.json_input import as_dataclass, read_json
from aurora_cli.writing import sync_folder, write_atomic

FILE = "operation.json"
SCHEMA_VERSION = 1


@dataclass(frozen=True)
class StepNote:
    """What is known of one step.

    Attributes:
        began: when it was last begun, RFC 3339 in UTC; None for never.
        finished: when it was seen done; None until then.
        elapsed_s: seconds from the last begin to the end.
    """

    began: str | None = None
    finished: str | None = None
    elapsed_s: float | None = None


@dataclass(frozen=True)
class Journal:
    """One operation under way.

    Attributes:
        operation: name of the command, e.g. `scale`.
        arguments: what the user asked for; a command with the same ones goes on with it.
        command: words after `aurora-cli` that go on with it.
        started_at, started_by: when (RFC 3339 in UTC) and by whom.
        facts: what was decided when it began; the steps are made from it.
        spec: the spec at its end as YAML, or None when it leaves the spec as it is.
        origins: dotted path of that spec -> where the value came from.
        keys: instance keys at its end.
        steps: name -> what is known of it; in the order in which they are made.
        texts: name of a step -> what it does, for people; empty in a journal of an earlier version.
        schema_version: of this file.
    """

    operation: str
    arguments: Mapping[str, Any]
    command: tuple[str, ...]
    started_at: str
    started_by: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    spec: str | None = None
    origins: Mapping[str, str] = field(default_factory=dict)
    keys: tuple[str, ...] = ()
    steps: Mapping[str, StepNote] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    schema_version: int = SCHEMA_VERSION

    def step(self, name: str) -> StepNote:
        """What is known of the step of that name."""
        return self.steps.get(name, StepNote())

    def with_step(self, name: str, **changes: Any) -> Journal:
        """A copy with some fields of one step changed."""
        return replace(self, steps={**self.steps, name: replace(self.step(name), **changes)})


def read_journal(folder: Path) -> Journal | None:
    """The journal in a stack's folder, None when no operation is under way.

    Raises:
        StackDamaged: it cannot be read, or a newer version wrote it.
    """
    hint = f"Check {folder / FILE}; without that file the operation is abandoned, and its completed steps are kept."

    def damaged(why: str) -> StackDamaged:
        return StackDamaged(f"The journal of the operation in progress cannot be read: {why}.", hint=hint)

    return read_json(folder / FILE, _journal, damaged, absent=None)


def write_journal(folder: Path, journal: Journal) -> None:
    """Replace the journal; it is on disk when this returns. Raises OSError when the disk does not take it."""
    write_atomic(folder / FILE, json.dumps(asdict(journal), indent=2) + "\n")


def remove_journal(folder: Path) -> None:
    """The operation is over."""
    (folder / FILE).unlink(missing_ok=True)
    sync_folder(folder)


def _journal(data: dict[str, Any]) -> Journal:
    if data["schema_version"] > SCHEMA_VERSION:
        raise ValueError("it was written by a newer version of aurora-cli")
    return as_dataclass(Journal, data)
