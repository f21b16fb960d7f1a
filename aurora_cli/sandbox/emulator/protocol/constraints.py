"""Constraints of botocore's models: enumerations, lengths, patterns, ranges.

The texts are those of AWS's framework for services, as public reports of its errors show them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

_BEYOND_UTF16 = r"\uD800\uDC00-\uDBFF\uDFFF"


class Refusal(NamedTuple):
    """An error code and its message."""

    code: str
    message: str


def of_text(shape: Any, name: str, value: str) -> Iterator[Refusal]:
    """What a text breaks.

    Args:
        shape: botocore's shape of the member.
        name: the member.
        value: its value.
    """
    low, high, pattern = (shape.metadata.get(key) for key in ("min", "max", "pattern"))
    if shape.enum and value not in shape.enum:
        yield broken(name, value, f"Member must satisfy enum value set: [{', '.join(shape.enum)}]")
    if low is not None and len(value) < low:
        yield broken(name, value, f"Member must have length greater than or equal to {low}")
    if high is not None and len(value) > high:
        yield broken(name, value, f"Member must have length less than or equal to {high}")
    if pattern is not None and not _form(pattern).fullmatch(value):
        yield broken(name, value, f"Member must satisfy regular expression pattern: {pattern}")


@cache
def _form(pattern: str) -> re.Pattern[str]:
    """A pattern of the models, whose ranges beyond the first plane are in UTF-16; one that Python cannot read fits all."""
    try:
        return re.compile(pattern.replace(_BEYOND_UTF16, "\U00010000-\U0010ffff"))
    except re.error:
        return re.compile("(?s:.*)")


def of_number(shape: Any, name: str, value: float) -> Iterator[Refusal]:
    """What a number breaks."""
    low, high = (shape.metadata.get(key) for key in ("min", "max"))
    if low is not None and value < low:
        yield broken(name, value, f"Member must have value greater than or equal to {low}")
    if high is not None and value > high:
        yield broken(name, value, f"Member must have value less than or equal to {high}")


def broken(name: str, value: object, text: str) -> Refusal:
    """The refusal of a value that breaks a constraint of its member."""
    shown = name[:1].lower() + name[1:]
    return Refusal(
        "ValidationError",
        f"1 validation error detected: Value '{value}' at '{shown}' failed to satisfy constraint: {text}",
    )
