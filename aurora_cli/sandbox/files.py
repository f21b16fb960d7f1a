"""Files of the sandbox as another process may have left them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from aurora_cli import json_input


def read_json(path: Path) -> dict[str, Any] | None:
    """The mapping in a JSON file; None if the file is missing, unreadable, incomplete or not a mapping."""
    return json_input.read_json(path, json_input.json_object, lambda why: None)
