"""Private files (0600) that are written atomically."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

from aurora_cli import json_input


def write_private(path: Path, text: str, mode: int = 0o600) -> None:
    """Replace a file atomically. The folder must exist.

    Raises:
        OSError: the folder cannot be written.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).chmod(mode)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def read_json(path: Path) -> dict[str, Any] | None:
    """The mapping in a JSON file; None if the file is missing, unreadable, incomplete or not a mapping."""
    return json_input.read_json(path, json_input.json_object, lambda why: None)


def private_folder(path: Path) -> Path:
    """Create the folder (and its parents) with mode 0700 if it does not exist."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path
