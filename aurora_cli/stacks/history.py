"""What was done to a stack, when, by whom and how it ended: one JSON line per operation."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from aurora_cli.json_input import as_dataclass, parse_json
from aurora_cli.stacks.atomic import append_line


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
        """Add one entry; it is on disk when this returns. Raises OSError when the disk does not take it."""
        append_line(self._path, json.dumps(entry.to_dict(), ensure_ascii=False))

    def read(self, limit: int | None = None) -> list[HistoryEntry]:
        """The last `limit` entries (all for None), oldest first; lines that cannot be read are left out."""
        try:
            text = self._path.read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return []
        entries = [entry for line in text.splitlines() if (entry := _parse(line)) is not None]
        return entries if limit is None else entries[max(len(entries) - limit, 0) :]


def _parse(line: str) -> HistoryEntry | None:
    return parse_json(line, lambda data: as_dataclass(HistoryEntry, data), lambda why: None)
