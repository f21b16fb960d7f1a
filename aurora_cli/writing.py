"""How files and folders are written: a crash leaves either the old content or the new, and a symbolic link is never followed.

What we keep is for the owner's eyes only. A file that the user asked for has the mode that the umask gives.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from aurora_cli.errors import InvalidInput

FILE_MODE = 0o600
FOLDER_MODE = 0o700
OUTPUT_FOLDER_MODE = 0o777  # less the umask
_OUTPUT_MODE = 0o666
_ANOTHER = "Remove it, or choose another place."


def write_atomic(path: Path, data: str | bytes, mode: int = FILE_MODE, *, sync: bool = True) -> None:
    """Write `data` to `path`: a new file beside it, synced to disk, then renamed over it.

    A symbolic link at `path` is replaced, never followed. `mode` holds whatever the umask is.

    Args:
        sync: False for what may be lost with the power, such as a cache.

    Raises:
        OSError: the disk is full, the folder is missing or may not be written.
    """
    _replace(path, data, mode, exact=True, sync=sync)


def write_output(path: Path, text: str) -> None:
    """Write a file that the user asked for, as `write_atomic` does; an existing file keeps its mode.

    Raises:
        InvalidInput: it is a link, a device or the like.
        OSError: the disk is full, the folder is missing or may not be written.
    """
    if not is_taken(path):
        _replace(path, text, _OUTPUT_MODE, exact=False, sync=True)
        return
    mode = path.lstat().st_mode
    if not stat.S_ISREG(mode):
        raise InvalidInput(f"{path} is not a regular file, and a link is not written through.", hint=_ANOTHER)
    _replace(path, text, stat.S_IMODE(mode), exact=True, sync=True)


def open_private(path: Path) -> IO[bytes]:
    """A new file for what a program writes; what an older one had is gone. Raises OSError."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, FILE_MODE), "wb")


def write_link(path: Path, target: Path) -> None:
    """Make `path` a symbolic link to `target`; a link that has that name is replaced.

    Raises:
        OSError: the folder is missing or may not be written.
    """
    temporary = path.with_name(f".{path.name}.{os.urandom(6).hex()}.tmp")
    temporary.symlink_to(target)
    temporary.replace(path)


def is_taken(path: Path) -> bool:
    """Whether something has that name, a link that leads nowhere included."""
    return os.path.lexists(path)


def inside(folder: Path, name: str) -> Path:
    """The path of `name` (`cluster.tf`, `eu-central-1/cluster.tf`) in `folder`, in which no folder on the way is a link.

    Raises:
        InvalidInput: one is.
    """
    for parent in Path(name).parents[:-1]:
        if (folder / parent).is_symlink():
            raise InvalidInput(f"{folder / parent} is a symbolic link, which is not written through.", hint=_ANOTHER)
    return folder / name


def sync_folder(folder: Path) -> None:
    """Make renames and removals in `folder` last through a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def append_line(path: Path, line: str) -> None:
    """Append one line and sync it to disk; a last line that a crash cut short is ended first.

    Raises:
        OSError: the disk is full or the file may not be written.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, FILE_MODE)
    try:
        os.fchmod(descriptor, FILE_MODE)
        size = os.fstat(descriptor).st_size
        torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
        os.write(descriptor, (("\n" if torn else "") + line.rstrip("\n") + "\n").encode("utf-8"))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(folder: Path) -> Path:
    """Make `folder` and what is missing above it for the owner only; one that exists is closed to others. Gives it back.

    Raises:
        OSError: it cannot be made, or something else has that name.
    """
    make_missing(folder)
    if folder.stat().st_mode & 0o077:
        folder.chmod(FOLDER_MODE)
    return folder


def make_missing(folder: Path, mode: int = FOLDER_MODE) -> Path:
    """As `make_folder`, but a folder that exists stays as it is: it may be the user's own.

    Path.mkdir with `parents` would make those above for everybody to read.
    """
    missing = [one for one in (folder, *folder.parents) if not one.is_dir()]
    for one in reversed(missing):
        one.mkdir(mode=mode, exist_ok=True)
    return folder


def _replace(path: Path, data: str | bytes, mode: int, *, exact: bool, sync: bool) -> None:
    content = data.encode("utf-8") if isinstance(data, str) else data
    temporary = path.with_name(f".{path.name}.{os.urandom(6).hex()}.tmp")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except OSError as problem:
        problem.filename = str(path)  # the name that the caller knows
        raise
    try:
        with os.fdopen(descriptor, "wb") as file:
            if exact:
                os.fchmod(file.fileno(), mode)
            file.write(content)
            file.flush()
            if sync:
                os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    if sync:
        sync_folder(path.parent)


def write_cache(path: Path, content: Mapping[str, Any]) -> None:
    """Write JSON that can be made anew; where it cannot be written that costs time, nothing else."""
    with suppress(OSError):
        make_missing(path.parent)
        write_atomic(path, json.dumps(content, separators=(",", ":")), sync=False)
