"""What we remember about a blue/green deployment from its creation to its cleanup: `blue-green.json` in the stack's folder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from aurora_cli.errors import StackDamaged
from aurora_cli.json_input import as_dataclass, read_json
from aurora_cli.writing import sync_folder, write_atomic

FILE = "blue-green.json"
SCHEMA_VERSION = 1


@dataclass(frozen=True)
class BlueGreenRecord:
    """One deployment.

    Attributes:
        name: that it was made with; it is written before the call.
        version: engine version of the green cluster.
        values: what the spec gets at the switchover, in layers: (source, tree of values).
        groups_suffix: end of the names of the new parameter groups; None for none.
        new_groups, old_groups: [address, kind, name] of the parameter groups that are made, and of those that they replace.
        old_cluster: identifier of the old cluster once it was switched over; None until then.
    """

    name: str
    version: str
    values: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    groups_suffix: str | None = None
    new_groups: tuple[tuple[str, str, str], ...] = ()
    old_groups: tuple[tuple[str, str, str], ...] = ()
    old_cluster: str | None = None
    schema_version: int = SCHEMA_VERSION


def read_blue_green(folder: Path) -> BlueGreenRecord | None:
    """The record in a stack's folder; None if there is none.

    Raises:
        StackDamaged: it cannot be read, or a newer version wrote it.
    """
    hint = f"Check {folder / FILE}; without that file the deployment counts as created elsewhere."

    def damaged(why: str) -> StackDamaged:
        return StackDamaged(f"The record of the blue/green deployment cannot be read: {why}.", hint=hint)

    return read_json(folder / FILE, from_dict, damaged, absent=None)


def to_dict(record: BlueGreenRecord) -> dict[str, Any]:
    """Plain JSON values."""
    found: dict[str, Any] = json.loads(json.dumps(asdict(record)))
    return found


def from_dict(data: Mapping[str, Any]) -> BlueGreenRecord:
    """The record that `to_dict` has written. Raises ValueError, KeyError, TypeError."""
    if data["schema_version"] > SCHEMA_VERSION:
        raise ValueError("it was written by a newer version of aurora-cli")
    return as_dataclass(BlueGreenRecord, data)


def write_blue_green(folder: Path, record: BlueGreenRecord) -> None:
    """Replace the record; it is on disk when this returns. Raises OSError when the disk does not take it."""
    write_atomic(folder / FILE, json.dumps(to_dict(record), indent=2) + "\n")


def remove_blue_green(folder: Path) -> None:
    """Nothing is left of the deployment."""
    (folder / FILE).unlink(missing_ok=True)
    sync_folder(folder)
