"""What is known on disk about the emulator of one sandbox folder.

emulator.json   the last emulator: pid, process start time, port, token; written by the emulator when it listens
inventory.json  what exists in it, rewritten by the emulator after each change, so that a killed one can be mourned
lost.json       what existed in emulators that are gone; written at the next start, cleared by reset
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from aurora_cli.sandbox.files import read_json, write_private

Inventory = dict[str, list[str]]
"""Kind of resource (`clusters`, `instances`, `vpcs`, ...) -> `<region>/<id>` of each."""

MOURNED = ("clusters", "instances", "vpcs", "subnet_groups")
"""Kinds whose loss breaks a stack. A snapshot alone does not."""


@dataclass(frozen=True)
class EmulatorState:
    """One emulator process.

    Attributes:
        pid: its process id.
        process_start: its start time as `processes.start_time` gives it.
        port: the loopback port it listens on.
        token: a random name of this instance; its health endpoint answers with it.
        started_at: UTC, ISO 8601.
        access_key_id: the fixed fake key.
        secret_access_key: the fixed fake secret.
        region: the Region it warms up first.
        stopped: True once it ended on request.
    """

    pid: int
    process_start: str
    port: int
    token: str
    started_at: str
    access_key_id: str
    secret_access_key: str
    region: str
    stopped: bool = False

    @property
    def endpoint(self) -> str:
        """Base URL of every service."""
        return f"http://127.0.0.1:{self.port}"


class StateFiles:
    """The state files in one sandbox folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.emulator = folder / "emulator.json"
        self.inventory = folder / "inventory.json"
        self.lost = folder / "lost.json"
        self.lock = folder / "emulator.lock"
        self.log = folder / "emulator.log"
        self.empty = folder / "empty"
        self.terraform_rc = folder / "terraform.rc"
        self.mirror = folder / "mirror"
        self.parents = folder / "provider"
        self.parent_log = self.parents / "parent.log"

    def read_state(self) -> EmulatorState | None:
        """The last emulator, or None when there was none or its file is damaged (then it cannot be found again)."""
        data = read_json(self.emulator)
        if data is None:
            return None
        known = {field.name: data[field.name] for field in fields(EmulatorState) if field.name in data}
        try:
            state = EmulatorState(**known)
        except TypeError:
            return None
        shaped = isinstance(state.pid, int) and isinstance(state.port, int) and isinstance(state.token, str)
        return state if shaped else None

    def write_state(self, state: EmulatorState) -> None:
        """Record the emulator, atomically, mode 0600."""
        write_private(self.emulator, json.dumps(asdict(state), indent=2) + "\n")

    def read_inventory(self) -> Inventory:
        """What existed in the last emulator; empty when nothing did."""
        return _inventory(read_json(self.inventory))

    def read_lost(self) -> Inventory:
        """What existed in emulators before that one and was not reset since."""
        return _inventory(read_json(self.lost))

    def bury(self) -> None:
        """Move the inventory of a dead emulator to the lost ones."""
        gone = merge(self.read_lost(), self.read_inventory())
        if gone:
            write_private(self.lost, json.dumps(gone, indent=2) + "\n")
        self.inventory.unlink(missing_ok=True)

    def forget(self) -> None:
        """Remove what is recorded of lost resources."""
        self.lost.unlink(missing_ok=True)
        self.inventory.unlink(missing_ok=True)


def merge(first: Inventory, second: Inventory) -> Inventory:
    """Both inventories in one, each name once."""
    return {kind: sorted({*first.get(kind, []), *second.get(kind, [])}) for kind in sorted({*first, *second})}


def is_loss(inventory: Inventory) -> bool:
    """True when something in it matters to a stack."""
    return any(inventory.get(kind) for kind in MOURNED)


def _inventory(data: Mapping[str, object] | None) -> Inventory:
    return {kind: [str(name) for name in names] for kind, names in (data or {}).items() if isinstance(names, list)}
