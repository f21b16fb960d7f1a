"""What was done to a stack, when, by whom and how it ended: one JSON line per operation.

An operation that runs has a file of its own, which its end removes: one that is left tells of an operation that was killed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from aurora_cli.json_input import as_dataclass, parse_json, read_json
from aurora_cli.redact import known_secrets, redact
from aurora_cli.writing import append_line, write_atomic

_BEGUN = "begun-"
ENDED_BY = "Ended by "
"""What the summary of a killed operation begins with, where its process had time to note the signal."""


@dataclass(frozen=True)
class HistoryEntry:
    """One operation.

    Attributes:
        id: unique within the stack.
        when: start, RFC 3339 in UTC.
        who: the user that ran it.
        operation: create, apply, scale, destroy, ...
        outcome: `succeeded`, `failed`, `interrupted`, `killed`, `declined`, ...; `running` before the end.
        duration_s: seconds it took; None where that is not known.
        summary: one sentence.
        terraform: resources that Terraform added, changed and destroyed: keys add, change, destroy.
    """

    id: str
    when: str
    who: str
    operation: str
    outcome: str
    duration_s: float | None
    summary: str = ""
    terraform: Mapping[str, int] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """JSON form, as in the published schema."""
        return asdict(self)


class History:
    """The history file of one stack.

    Args:
        path: the file; it need not exist.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def begin(self, entry: HistoryEntry, pid: int) -> None:
        """Note that an operation begins; `append` of an entry with its id ends it. Raises OSError as `append` does."""
        data = {**entry.to_dict(), "outcome": "running", "pid": pid}
        write_atomic(self._begun(entry.id), json.dumps(data, ensure_ascii=False))

    def withdraw(self, entry: HistoryEntry) -> None:
        """Take back what `begin` has noted."""
        self._begun(entry.id).unlink(missing_ok=True)

    def begun(self) -> list[tuple[HistoryEntry, int]]:
        """Operations that have begun and not ended, oldest first, with their process ids; unreadable ones are left out."""
        found = [read_json(file, _begun, lambda why: None) for file in self._path.parent.glob(f"{_BEGUN}*.json")]
        ended = {entry.id for entry in self.read()} if found else set()
        return sorted((one for one in found if one is not None and one[0].id not in ended), key=lambda one: one[0].when)

    def note_signal(self, pid: int, name: str) -> None:
        """Note which signal ends a process, in what it has begun. It may come at any moment, and nothing may fail of it."""
        for entry, begun_by in self.begun():
            if begun_by == pid:
                with suppress(OSError):
                    self.begin(replace(entry, summary=f"{ENDED_BY}{name}."), pid)

    def append(self, entry: HistoryEntry) -> None:
        """Add one entry, without secrets; it is on disk when this returns. Raises OSError when the disk does not take it."""
        append_line(self._path, json.dumps(redact(entry.to_dict(), known_secrets(os.environ)), ensure_ascii=False))
        self.withdraw(entry)

    def _begun(self, identifier: str) -> Path:
        return self._path.with_name(f"{_BEGUN}{identifier}.json")

    def read(self, limit: int | None = None) -> list[HistoryEntry]:
        """The last `limit` entries (all for None), oldest first; lines that cannot be read are left out."""
        try:
            text = self._path.read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return []
        entries = [entry for line in text.splitlines() if (entry := _parse(line)) is not None]
        return entries if limit is None else entries[max(len(entries) - limit, 0) :]


def _parse(line: str) -> HistoryEntry | None:
    return parse_json(line, _entry, lambda why: None)


def _begun(data: dict[str, Any]) -> tuple[HistoryEntry, int]:
    return _entry(data), int(data["pid"])


def _entry(data: dict[str, Any]) -> HistoryEntry:
    return as_dataclass(HistoryEntry, data)
