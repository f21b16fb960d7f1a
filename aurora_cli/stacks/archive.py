"""What stays of a destroyed cluster: its spec, record and history, so that it can be made again and accounted for."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

from aurora_cli.errors import StackDamaged
from aurora_cli.stacks.home import Home
from aurora_cli.stacks.record import StackRecord, load_record
from aurora_cli.stacks.stack import Stack
from aurora_cli.writing import make_folder, write_atomic

_STAMP = re.compile(r"\d{8}T\d{6}Z")
_PAPERS = ("spec.yaml", "stack.json", "history.jsonl")


def archive_stack(home: Home, stack: Stack, when: datetime) -> Path:
    """Copy the stack's papers to `archive/<name>-<UTC time>` of the home; gives that folder.

    Raises:
        OSError: the disk does not take them.
    """
    folder = home.path / "archive" / f"{stack.name}-{when.strftime('%Y%m%dT%H%M%SZ')}"
    make_folder(folder.parent)
    make_folder(folder)
    for name in _PAPERS:
        if (stack.folder / name).is_file():
            write_atomic(folder / name, (stack.folder / name).read_bytes())
    return folder


def archived_spec(home: Home, name: str) -> str | None:
    """The spec of the cluster of that name that was destroyed last, as YAML; None if there is none."""
    return _newest(home, name, "spec.yaml")


def archived_record(home: Home, name: str) -> StackRecord | None:
    """The record of the cluster of that name that was destroyed last; None if there is none that can be read."""
    text = _newest(home, name, "stack.json")
    try:
        return load_record(text, name=name) if text else None
    except StackDamaged:
        return None


def _newest(home: Home, name: str, file: str) -> str | None:
    # Another cluster may be called `<name>-3`: what follows the name is a time and nothing else.
    folders = sorted(f for f in home.path.glob(f"archive/{name}-*") if _STAMP.fullmatch(f.name, len(name) + 1))
    found = [folder / file for folder in folders if (folder / file).is_file()]
    return found[-1].read_text(encoding="utf-8") if found else None
