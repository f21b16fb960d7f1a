"""JSON that may be anything: a file that was cut off or edited, the output of another program."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from aurora_cli.errors import AuroraError

Made = TypeVar("Made")
Damaged = Callable[[str], Made | AuroraError]
_MALFORMED = (OSError, ValueError, TypeError, LookupError, AttributeError, RecursionError)
_AS_DAMAGED: Any = object()


def parse_json(text: str | bytes, build: Callable[[Any], Made], damaged: Damaged[Made]) -> Made:
    """What `build` makes of a JSON text. Raises what `damaged` gives and what `build` raises of ours, nothing else.

    Args:
        build: takes the parsed value, and fails as Python does where it is not as expected.
        damaged: takes why the text cannot be read; gives the error to raise, or the value to go on with.
    """
    try:
        return build(json.loads(text))
    except _MALFORMED as problem:
        return _without(problem, damaged)


def read_json(path: Path, build: Callable[[Any], Made], damaged: Damaged[Made], absent: Made = _AS_DAMAGED) -> Made:
    """What `build` makes of a JSON file; see `parse_json`. `absent` is for a file that may be absent; else it is damaged."""
    try:
        text = path.read_bytes()
    except OSError as problem:
        if isinstance(problem, FileNotFoundError) and absent is not _AS_DAMAGED:
            return absent
        return _without(problem, damaged)
    return parse_json(text, build, damaged)


def json_object(data: Any) -> dict[str, Any]:
    """The value, if it is an object. Raises TypeError, so it is for `build`."""
    if not isinstance(data, dict):
        raise TypeError("it is not a JSON object")
    return data


def _without(problem: Exception, damaged: Damaged[Made]) -> Made:
    given = damaged(_why(problem))
    if isinstance(given, AuroraError):
        raise given from problem
    return given


def _why(problem: Exception) -> str:
    if isinstance(problem, json.JSONDecodeError):
        return f"it is not JSON: {problem.msg} in line {problem.lineno}"
    return f"{problem} is missing" if isinstance(problem, KeyError) else str(problem)
