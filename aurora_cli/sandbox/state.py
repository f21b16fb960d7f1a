"""The state files of the emulator in a sandbox folder.

emulator.json   the last emulator: pid, process start time, port, token, keys; the emulator writes it when it listens
inventory.json  its resources; the emulator rewrites it after each change, so that those of a killed one are known
lost.json       resources of stopped emulators; written at the next start, deleted by reset
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from aurora_cli.sandbox.files import read_json
from aurora_cli.sandbox.isolation import Keys
from aurora_cli.writing import write_atomic

Inventory = dict[str, list[str]]
"""Kind of resource (`clusters`, `instances`, `vpcs`, ...) -> `<region>/<id>` of each."""

MOURNED = ("clusters", "instances", "vpcs", "subnet_groups")
"""Kinds whose loss breaks a stack, unlike that of a snapshot."""


@dataclass(frozen=True)
class EmulatorState:
    """An emulator process.

    Attributes:
        pid: its process ID.
        process_start: its start time as `processes.start_time` gives it.
        port: its port on loopback.
        token: a random name of this instance; its health endpoint returns it.
        started_at: UTC, ISO 8601.
        access_key_id, secret_access_key: the keys that it accepts.
        region: the Region that it preloads.
        stopped: whether a command stopped it.
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

    @property
    def keys(self) -> Keys:
        """The keys that it accepts."""
        return Keys(self.access_key_id, self.secret_access_key)


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

    def cli_config(self, text: str) -> Path:
        """The Terraform CLI configuration file; one for each text that is not empty."""
        suffix = f"-{zlib.crc32(text.encode()):08x}" if text else ""
        return self.terraform_rc.with_stem(self.terraform_rc.stem + suffix)

    def read_state(self) -> EmulatorState | None:
        """The last emulator; None if there was none or its file is damaged."""
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
        write_atomic(self.emulator, json.dumps(asdict(state), indent=2) + "\n", sync=False)

    def read_inventory(self) -> Inventory:
        """The resources of the last emulator."""
        return _inventory(read_json(self.inventory))

    def read_lost(self) -> Inventory:
        """The lost resources of earlier emulators since the last reset."""
        return _inventory(read_json(self.lost))

    def bury(self) -> None:
        """Add the inventory of a stopped emulator to the lost resources."""
        gone = merge(self.read_lost(), self.read_inventory())
        if gone:
            write_atomic(self.lost, json.dumps(gone, indent=2) + "\n", sync=False)
        self.inventory.unlink(missing_ok=True)

    def forget(self) -> None:
        """Delete the record of lost resources."""
        self.lost.unlink(missing_ok=True)
        self.inventory.unlink(missing_ok=True)


def merge(first: Inventory, second: Inventory) -> Inventory:
    """Merge two inventories without duplicates."""
    return {kind: sorted({*first.get(kind, []), *second.get(kind, [])}) for kind in sorted({*first, *second})}


def is_loss(inventory: Inventory) -> bool:
    """Whether it contains resources of a stack."""
    return any(inventory.get(kind) for kind in MOURNED)


def _inventory(data: Mapping[str, object] | None) -> Inventory:
    return {kind: [str(name) for name in names] for kind, names in (data or {}).items() if isinstance(names, list)}
