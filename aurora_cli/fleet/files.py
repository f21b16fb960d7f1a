"""The spec files in a folder and below it."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from aurora_cli.errors import InvalidInput
from aurora_cli.fleet.fleet_file import NAME
from aurora_cli.fleet.inherited import fleet_of
from aurora_cli.spec.text.load import shown_path

SUFFIXES = (".yaml", ".yml")


def spec_files(folder: Path) -> Iterator[Path]:
    """The spec files, sorted; hidden ones and those that `fleet.yaml` ignores are left out.

    Args:
        folder: absolute.

    Raises:
        InvalidInput: it is no folder, one in it cannot be read, or there is no spec. SpecInvalid: a `fleet.yaml` is broken.
    """
    if not folder.is_dir():
        raise InvalidInput(
            f"{shown_path(str(folder))} is not a folder.", hint="Specify the folder that holds the specs: --folder DIR."
        )

    def refuse(problem: OSError) -> None:
        raise InvalidInput(
            f"{shown_path(str(problem.filename))} cannot be read: {problem.strerror}.",
            hint="Its specs would be missing. Make it readable, or move it away.",
        ) from problem

    found = False
    for at, folders, names in os.walk(folder, onerror=refuse):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(at) / name
            if path.suffix in SUFFIXES and name != NAME and not name.startswith(".") and not _is_ignored(path):
                found = True
                yield path
    if not found:
        raise InvalidInput(
            f"{shown_path(str(folder))} has no spec files (*.yaml).",
            hint=f"Write one: aurora-cli spec init orders --to {shlex.quote(shown_path(str(folder / 'orders.yaml')))}",
        )


def _is_ignored(path: Path) -> bool:
    fleet = fleet_of(path.parent)
    name = path.relative_to(fleet.folder).as_posix()
    return any(fnmatchcase(name, glob) for glob in fleet.file.ignore)
