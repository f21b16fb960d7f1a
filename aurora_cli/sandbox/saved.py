"""The file in which the resources of an emulator outlive its process: a line of JSON that says what is in it, then the resources.

Only an emulator of the same versions reads it, since the resources are moto's own objects.
"""

from __future__ import annotations

import json
import sys
from functools import lru_cache
from pathlib import Path

from aurora_cli import __version__
from aurora_cli.json_input import json_object, parse_json
from aurora_cli.sandbox.inventory import Inventory, inventory
from aurora_cli.writing import write_atomic

LONGEST_HEADER = 16 * 1024 * 1024


@lru_cache(maxsize=1)
def versions() -> dict[str, str]:
    """Of everything that the resources are made by."""
    from importlib import metadata

    return {"aurora_cli": __version__, "moto": metadata.version("moto"), "python": "{}.{}".format(*sys.version_info)}


class SavedFile:
    """The file.

    Args:
        path: it need not exist.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, resources: Inventory, content: bytes) -> None:
        """Replace it, mode 0600. Raises OSError.

        Args:
            resources: what `content` holds, as people are told.
        """
        header = json.dumps({"versions": versions(), "resources": resources})
        write_atomic(self.path, header.encode() + b"\n" + content, sync=False)

    def read(self) -> tuple[Inventory, bytes] | None:
        """What it holds, and the resources; None if there is none, or one of other versions, or a damaged one."""
        try:
            header, _, content = self.path.read_bytes().partition(b"\n")
        except OSError:
            return None
        found = _resources(header)
        return None if found is None or not content else (found, content)

    def resources(self) -> Inventory:
        """What the next emulator will have."""
        try:
            with self.path.open("rb") as file:
                return _resources(file.readline(LONGEST_HEADER)) or {}
        except OSError:
            return {}

    def delete(self) -> None:
        """The next emulator starts empty."""
        self.path.unlink(missing_ok=True)


def _resources(header: bytes) -> Inventory | None:
    def held(data: object) -> Inventory | None:
        known = json_object(data)
        return inventory(json_object(known["resources"])) if known["versions"] == versions() else None

    return parse_json(header, held, lambda why: None)
