"""What was done to a stack, when, by whom and how it ended: one JSON line per operation."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from aurora_cli.json_input import parse_json
from aurora_cli.redact import known_secrets, redact
from aurora_cli.writing import append_line


@dataclass(frozen=True)
class HistoryEntry:
    """One operation.

    Attributes:
        id: unique within the stack.
        when: start, RFC 3339 in UTC.
        who: the user that ran it.
        operation: create, apply, scale, destroy, ...
        outcome: `succeeded`, `failed`, `interrupted`, `declined`, `recovered`, ...
        duration_s: seconds it took.
        summary: one sentence.
        terraform: resources that Terraform added, changed and destroyed: keys add, change, destroy.
    """

    id: str
    when: str
    who: str
    operation: str
    outcome: str
    duration_s: float
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

    def append(self, entry: HistoryEntry) -> None:
        """Add one entry, without secrets; it is on disk when this returns. Raises OSError when the disk does not take it."""
        append_line(self._path, json.dumps(redact(entry.to_dict(), known_secrets(os.environ)), ensure_ascii=False))

    def read(self, limit: int | None = None) -> list[HistoryEntry]:
        """The last `limit` entries (all for None), oldest first; lines that cannot be read are left out."""
        try:
            text = self._path.read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return []
        entries = [entry for line in text.splitlines() if (entry := _parse(line)) is not None]
        return entries if limit is None else entries[max(len(entries) - limit, 0) :]


def _parse(line: str) -> HistoryEntry | None:
    known = {f.name for f in fields(HistoryEntry)}

    def entry(data: dict[str, Any]) -> HistoryEntry:
        return HistoryEntry(**{key: value for key, value in data.items() if key in known})

    return parse_json(line, entry, lambda why: None)
