"""Plain scalars: what a word of YAML means, and how a value is written.

The YAML 1.2 core schema, stricter: a number is one only if it reads back exactly as it was written, so a version such as
`16.10`, a mode such as `0640` and a value such as `1e3` stay text, and nothing is lost on the way.
"""

from __future__ import annotations

import re
from typing import Any

_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_FLOAT = re.compile(r"-?(0|[1-9][0-9]{0,15})\.[0-9]{1,15}")
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})


def scalar(text: str) -> Any:
    """A plain scalar's value. A number that would not read back as written stays text: `16.10`, `0640`, `1e3`."""
    if text in _NULLS:
        return None
    if text in ("true", "false"):
        return text == "true"
    if _INTEGER.fullmatch(text) and text != "-0":
        return int(text)
    if _FLOAT.fullmatch(text) and repr(float(text)) == text:
        return float(text)
    return text


def as_written(value: Any) -> Any:
    """A YAML scalar as text: `true`, `16.8`, `3`.

    Nothing is lost: the loader makes a number only of what reads back the same.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return repr(value)
    return value


def number_or_text(value: int | float) -> int | float | str:
    """A number that plain YAML can hold, as it is; any other (`1e+16`, 20 digits) as text."""
    text = str(as_written(value))
    return value if scalar(text) == value else text
