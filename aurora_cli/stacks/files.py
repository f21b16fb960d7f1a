"""The rendered files of a stack: written only where they differ, removed when they are no longer rendered.

A manifest names the files that we wrote. A file that is not in it belongs to the user and is never touched.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aurora_cli.errors import StackDamaged
from aurora_cli.json_input import read_json
from aurora_cli.writing import inside, is_taken, make_folder, make_missing, write_atomic

MANIFEST = ".aurora-files.json"
_DEPTH = 2


@dataclass(frozen=True)
class FilesWritten:
    """What `write_files` did.

    Attributes:
        written: files made or changed.
        removed: files of ours that are no longer rendered.
        foreign: Terraform files in the folder that the user put there; Terraform reads them too.
    """

    written: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()


def write_files(folder: Path, files: Mapping[str, str]) -> FilesWritten:
    """Bring the rendered files in `folder` to `files` (name -> content); state, plan and the user's own files stay.

    A name may be in a folder of its own: `eu-central-1/cluster.tf`. A folder that becomes empty goes.

    Unchanged files are not written again, so their times stay as they are. The manifest grows before and shrinks after the
    files do, so that a crash in between leaves no file that nobody owns.

    Raises:
        StackDamaged: a rendered file has the name of a file that the user put there.
    """
    make_folder(folder)
    before = _manifest(folder)
    _refuse_foreign(folder, files, before)
    if set(files) - before:
        _write_manifest(folder, before | set(files))
    written = tuple(sorted(name for name, content in files.items() if _write(inside(folder, name), content)))
    removed = tuple(sorted(name for name in before - set(files) if _remove(folder, name)))
    if before - set(files):
        _write_manifest(folder, set(files))
    return FilesWritten(written, removed, _foreign(folder, set(files)))


def _refuse_foreign(folder: Path, files: Mapping[str, str], ours: set[str]) -> None:
    for name in files:
        if not _is_plain(name):
            raise ValueError(f"not a plain file name: {name!r}")
        if name not in ours and is_taken(folder / name) and _read(folder / name) != files[name]:
            raise StackDamaged(
                f"{folder / name} was not written by aurora-cli, but a file of that name must be rendered.",
                hint="Rename that file; your own .tf files may stay in the folder under another name.",
            )


def _is_plain(name: str) -> bool:
    """Whether it is a file in the folder, or in a folder right under it."""
    parts = name.split("/")
    return len(parts) <= _DEPTH and all(part and part == Path(part).name and not part.startswith(".") for part in parts)


def _write(path: Path, content: str) -> bool:
    if _read(path) == content:
        return False
    make_missing(path.parent)
    write_atomic(path, content)
    return True


def _read(path: Path) -> str | None:
    try:
        return path.read_bytes().decode("utf-8")
    except (FileNotFoundError, UnicodeDecodeError):
        return None


def _remove(folder: Path, name: str) -> bool:
    path = inside(folder, name)
    existed = is_taken(path)
    path.unlink(missing_ok=True)
    if existed and path.parent != folder and not any(path.parent.iterdir()):
        path.parent.rmdir()
    return existed


def _foreign(folder: Path, ours: set[str]) -> tuple[str, ...]:
    patterns = ("*.tf", "*.tf.json", "*.tofu", "*.auto.tfvars", "*.auto.tfvars.json", "terraform.tfvars")
    return tuple(sorted({path.name for pattern in patterns for path in folder.glob(pattern)} - ours))


def _manifest(folder: Path) -> set[str]:
    def names(data: dict[str, Any]) -> set[str]:
        return {name for name in data["files"] if isinstance(name, str) and _is_plain(name)}

    def damaged(why: str) -> StackDamaged:
        return StackDamaged(
            f"The list of rendered files {folder / MANIFEST} cannot be read: {why}.",
            hint="Nothing was changed. Delete that file and the rendered .tf files beside it, then run the command again.",
        )

    return read_json(folder / MANIFEST, names, damaged, absent=set())


def _write_manifest(folder: Path, names: set[str]) -> None:
    write_atomic(folder / MANIFEST, json.dumps({"files": sorted(names)}, indent=2) + "\n")
