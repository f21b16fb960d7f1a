"""Values that can be made anew, kept in files that are trusted only as they were written."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from aurora_cli.json_input import parse_json, read_json
from aurora_cli.writing import write_cache

Made = TypeVar("Made")


def keep(path: Path, made_from: str, text: str) -> None:
    """Keep a JSON text, with a digest of it and of what it was made from. Where that cannot be written it costs time."""
    write_cache(path, {"digest": _digest(made_from, text), "text": text})


def kept(path: Path, made_from: str, build: Callable[[Any], Made]) -> Made | None:
    """What `build` makes of the JSON that is kept; None if it was made from something else, is damaged or was edited."""

    def read(data: dict[str, str]) -> Made | None:
        as_written = data["digest"] == _digest(made_from, data["text"])
        return parse_json(data["text"], build, lambda why: None) if as_written else None

    return read_json(path, read, lambda why: None)


def _digest(*texts: str) -> str:
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()
