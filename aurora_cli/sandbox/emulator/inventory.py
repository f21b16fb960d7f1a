"""Writes the existing resources to disk after each change, so that a killed emulator's lost resources are known."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from aurora_cli.sandbox.state import Inventory
from aurora_cli.writing import write_atomic

CHANGING = ("Create", "Delete", "Restore", "Modify", "Copy", "Switchover")


class InventoryFile:
    """Keeps the inventory file up to date.

    Args:
        path: the inventory file.
        survey: returns the existing resources.
    """

    def __init__(self, path: Path, survey: Callable[[], Inventory]) -> None:
        self._path = path
        self._survey = survey
        self._written: Inventory = {}

    def update(self, action: str) -> None:
        """Write the file if the action changed the existing resources."""
        if action.startswith(CHANGING):
            self._write(self._survey())

    def clear(self) -> None:
        """Write an empty inventory."""
        self._write({})

    def _write(self, now: Inventory) -> None:
        if now != self._written:
            write_atomic(self._path, json.dumps(now, indent=2) + "\n", sync=False)
            self._written = now
