"""Data of snapshots, and those that a clone begins with, on disk."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection
from pathlib import Path

from aurora_cli.errors import SandboxFailed
from aurora_cli.sandbox.database.account import Account
from aurora_cli.sandbox.database.copying import copy_folder
from aurora_cli.sandbox.processes import wait_until

TIMEOUT_S = 300.0
_UNFINISHED = ".part"


class Copies:
    """The copies by their id."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._folder = account.data / "copies"
        self._due: set[str] = set()
        self._problems: dict[str, str] = {}

    def begin(self, name: str, copy: Callable[[Path], None]) -> Callable[[], None]:
        """What makes the copy, to be called later; until then it is due."""
        self._due.add(name)

        def make() -> None:
            part = self._folder / f"{name}{_UNFINISHED}"
            try:
                shutil.rmtree(part, ignore_errors=True)
                self._account.folder(self._folder)
                copy(part)
                part.rename(self._folder / name)
            except SandboxFailed as problem:
                self._problems[name] = problem.message
                raise
            finally:
                self._due.discard(name)

        return make

    def state(self, name: str) -> str:
        """`there`, `due` or `failed`."""
        return "there" if (self._folder / name).exists() else "due" if name in self._due else "failed"

    def copy_to(self, name: str, target: Path) -> None:
        """Copy it to a folder that does not exist. Raises SandboxFailed."""
        copy_folder(self._finished(name), target)

    def move_to(self, name: str, target: Path) -> None:
        """Move it to a folder that does not exist. Raises SandboxFailed."""
        self._finished(name).rename(target)

    def keep(self, names: Collection[str]) -> None:
        """Delete all others, but for those that are due, and what clones begin with."""
        for folder in self._folder.glob("*"):
            name = folder.name.removesuffix(_UNFINISHED)
            if name not in names and name not in self._due and not name.startswith("cluster-"):
                shutil.rmtree(folder, ignore_errors=True)

    def _finished(self, name: str) -> Path:
        wait_until(lambda: name not in self._due, timeout_s=TIMEOUT_S, every_s=0.05)
        if self.state(name) != "there":
            why = self._problems.get(name, "they do not exist")
            raise SandboxFailed(f"The data that the cluster begins with cannot be had: {why}")
        return self._folder / name
