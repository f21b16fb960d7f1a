"""Where the specs of a run were, and where they are now: the checkout of another job of a pipeline has another path."""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from aurora_cli.errors import InvalidInput
from aurora_cli.spec.text.load import shown_path


@dataclass(frozen=True)
class Places:
    """Where a run was begun.

    Attributes:
        folders: that were given, absolute.
        current: the current folder.
    """

    folders: tuple[str, ...]
    current: str

    @classmethod
    def of(cls, folders: Sequence[Path]) -> Places:
        """Of a run that begins."""
        return cls(tuple(str(folder.absolute()) for folder in folders), str(Path.cwd()))

    @property
    def words(self) -> tuple[str, ...]:
        """The folders as options of a command."""
        return tuple(word for folder in self.folders for word in ("-d", shown_path(folder)))

    def moved(self, folders: Sequence[Path]) -> Places:
        """The places after `now` was asked with these folders."""
        if folders:
            return Places.of(folders)
        found = tuple(self.now(folder, ()) for folder in self.folders)
        return self if found == self.folders else Places(found, str(Path.cwd()))

    def now(self, file: str, folders: Sequence[Path]) -> str:
        """Where a spec file is now: below the folder that takes the place of its own, else where it was, else at the same path
        from the current folder.

        Args:
            folders: in the place of those that were given, in their order; empty where nothing is said.
        """
        inside = [pair for pair in zip(self.folders, folders, strict=False) if Path(file).is_relative_to(pair[0])]
        if inside:
            then, new = max(inside, key=lambda pair: len(pair[0]))
            return str(new.absolute() / Path(file).relative_to(then))
        here = os.path.normpath(Path.cwd() / os.path.relpath(file, self.current))
        return here if not folders and not Path(file).exists() and Path(here).exists() else file


def located(places: Places | None, files: Sequence[str], folders: Sequence[Path]) -> list[str]:
    """Where the spec files of a run are now.

    Args:
        places: where it was begun; None where its record does not say.
        folders: as in `Places.now`.

    Raises:
        InvalidInput: there are more or fewer folders than it was begun with.
    """
    if not files or (places is None and not folders):
        return list(files)
    known = places or Places((os.path.commonpath([Path(file).parent for file in files]),), str(Path.cwd()))
    if folders and len(folders) != len(known.folders):
        raise InvalidInput(
            f"The specs of the run were in {', '.join(known.folders)}: specify -d {len(known.folders)} times, in this order.",
            hint=f"For example {shlex.join(known.words)}",
        )
    return [known.now(file, folders) for file in files]
