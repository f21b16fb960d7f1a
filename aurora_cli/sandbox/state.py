"""The state files of the emulator in a sandbox folder.

emulator.json   the last emulator: pid, process start time, port, token, keys; the emulator writes it when it listens
inventory.json  its resources; the emulator rewrites it after each change, so that those of a killed one are known
resources.saved the resources themselves, for the next emulator; see `saved.py`
lost.json       resources of earlier emulators that the next one did not have; written at its start, deleted by reset
"""

from __future__ import annotations

import json
import zlib
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from aurora_cli.sandbox.files import read_json
from aurora_cli.sandbox.inventory import Inventory, inventory, merge, without
from aurora_cli.sandbox.isolation import Keys
from aurora_cli.sandbox.saved import SavedFile
from aurora_cli.writing import write_atomic


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
        self.saved = SavedFile(folder / "resources.saved")
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
        return inventory(read_json(self.inventory))

    def read_lost(self) -> Inventory:
        """The lost resources of earlier emulators since the last reset."""
        return inventory(read_json(self.lost))

    def gone(self) -> Inventory:
        """The resources that no emulator has any more, when none is running: the next one will have those that were saved."""
        return merge(self.read_lost(), without(self.read_inventory(), self.saved.resources()))

    def bury(self) -> None:
        """Record what is gone, before the next emulator starts."""
        self.lose(self.gone())
        self.inventory.unlink(missing_ok=True)

    def lose(self, resources: Inventory) -> None:
        """Add to the lost resources."""
        gone = merge(self.read_lost(), resources)
        if gone:
            write_atomic(self.lost, json.dumps(gone, indent=2) + "\n", sync=False)

    def forget(self) -> None:
        """Delete the resources, and the record of lost ones."""
        self.saved.delete()
        self.lost.unlink(missing_ok=True)
        self.inventory.unlink(missing_ok=True)
