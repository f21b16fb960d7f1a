"""What exists now, on disk after each change: when the emulator is killed, its user is told what went with it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from aurora_cli.sandbox.files import write_private
from aurora_cli.sandbox.state import Inventory

CHANGING = ("Create", "Delete", "Restore", "Modify", "Copy", "Switchover")


class InventoryFile:
    """Keeps the file in step.

    Args:
        path: the inventory file.
        survey: says what exists now.
    """

    def __init__(self, path: Path, survey: Callable[[], Inventory]) -> None:
        self._path = path
        self._survey = survey
        self._written: Inventory = {}

    def update(self, action: str) -> None:
        """Write the file if this action may have changed what exists, and it did."""
        if action.startswith(CHANGING):
            self._write(self._survey())

    def clear(self) -> None:
        """Nothing exists any more."""
        self._write({})

    def _write(self, now: Inventory) -> None:
        if now != self._written:
            write_private(self._path, json.dumps(now, indent=2) + "\n")
            self._written = now
