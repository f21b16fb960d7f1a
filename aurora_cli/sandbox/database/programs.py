"""The programs of an installed database server."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Binaries:
    """One installed database server.

    Attributes:
        folder: of its programs.
        version: as its `--version` says it, e.g. `17.10`.
        origin: where it comes from: the setting, a package or the machine.
        product: its name.
        server: name of the program that serves.
        others: folders of programs that are not in the first one.
    """

    folder: Path
    version: str
    origin: str
    product: str = "PostgreSQL"
    server: str = "postgres"
    others: tuple[Path, ...] = ()

    @property
    def major(self) -> int:
        """The major version."""
        return int(self.version.split(".")[0])

    @property
    def label(self) -> str:
        """What people call it, e.g. `PostgreSQL 17.10`."""
        return f"{self.product} {self.version}"

    def tool(self, name: str) -> str:
        """Path of a program."""
        found = next(
            (one / name for one in self.others if not (self.folder / name).exists() and (one / name).exists()), None
        )
        return str(found or self.folder / name)
