"""JSON that may be anything: a file that was cut off or edited, the output of another program."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from math import isfinite
from pathlib import Path
from types import UnionType
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from aurora_cli.errors import AuroraError

Made = TypeVar("Made")
Damaged = Callable[[str], Made | AuroraError]
_MALFORMED = (OSError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError)
_DEEPEST = 100
"""Levels of arrays and objects. Terraform's plans have a dozen; Python's own limit is met later, by whoever walks the value."""
_MOST_DIGITS = 20
"""Of a whole number: what is longer fits in no type of 64 bits."""
_AS_DAMAGED: Any = object()


def parse_json(text: str | bytes, build: Callable[[Any], Made], damaged: Damaged[Made]) -> Made:
    """What `build` makes of a JSON text. Raises what `damaged` gives and what `build` raises of ours, nothing else.

    Args:
        build: takes the parsed value, and fails as Python does where it is not as expected.
        damaged: takes why the text cannot be read; gives the error to raise, or the value to go on with.
    """
    try:
        return build(_value(text))
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


def as_dataclass(kind: type[Made], data: Any) -> Made:
    """An instance of a dataclass from a JSON object: arrays become tuples, keys that it does not have are left out.

    Raises TypeError where a value is not of the type of its field, KeyError where it is missing; so it is for `build`.
    """
    declared: Any = kind
    given, hints = json_object(data), _hints(declared)
    for one in fields(declared):
        if one.name not in given and one.default is MISSING and one.default_factory is MISSING:
            raise KeyError(one.name)
    return kind(**{name: _typed(given[name], hint, name) for name, hint in hints.items() if name in given})


_hints = cache(get_type_hints)


@cache
def _parts(hint: Any) -> tuple[Any, tuple[Any, ...]]:
    return get_origin(hint), get_args(hint)


def _typed(value: Any, hint: Any, name: str) -> Any:
    origin, arguments = _parts(hint)
    if origin is UnionType:  # `X | None`, the only one that is used
        return None if value is None else _typed(value, arguments[0], name)
    if hint is Any or (origin is Literal and value in arguments):
        return value
    if origin is tuple and isinstance(value, list) and (arguments[-1] is ... or len(arguments) == len(value)):
        inner = arguments[:1] * len(value) if arguments[-1] is ... else arguments
        return tuple(_typed(item, one, name) for item, one in zip(value, inner, strict=True))
    if origin is Mapping and isinstance(value, dict):
        return {key: _typed(item, arguments[1], name) for key, item in value.items()}
    if is_dataclass(hint) and isinstance(hint, type) and isinstance(value, dict):
        return as_dataclass(hint, value)
    if origin is None and (type(value) is hint or (hint is float and type(value) is int)):
        return value
    raise TypeError(f"'{name}' is not {_WORDS.get(origin or hint, 'as expected')}")


_WORDS: dict[Any, str] = {
    str: "text",
    int: "a number",
    float: "a number",
    bool: "true or false",
    tuple: "a list, or one of its items is of another type",
    Mapping: "an object",
    Literal: "a known value",
}


def _value(text: str | bytes) -> Any:
    """The value of a JSON text that can be walked, calculated with and written again. Raises ValueError, RecursionError."""
    if isinstance(text, bytes):
        text = text.decode("utf-8-sig")
    value = json.loads(text, parse_int=_whole, parse_float=_finite, parse_constant=_finite)
    level = [value]
    for _ in range(_DEEPEST):
        level = [item for one in level if isinstance(one, (dict, list)) for item in _items(one)]
        if not level:
            break
    else:
        raise ValueError(f"it is nested deeper than {_DEEPEST} levels")
    if "\\u" in text or not text.isascii():
        json.dumps(value, ensure_ascii=False).encode()  # refuses half of a character
    return value


def _items(value: dict[str, Any] | list[Any]) -> Any:
    return value.values() if isinstance(value, dict) else value


def _whole(digits: str) -> int:
    if len(digits) > _MOST_DIGITS:
        raise ValueError(f"a number has {len(digits)} digits")
    return int(digits)


def _finite(text: str) -> float:
    if not isfinite(float(text)):
        raise ValueError(f"{text[:20]} is not a finite number")
    return float(text)


def _without(problem: Exception, damaged: Damaged[Made]) -> Made:
    given = damaged(_why(problem))
    if isinstance(given, AuroraError):
        raise given from problem
    return given


def _why(problem: Exception) -> str:
    if isinstance(problem, json.JSONDecodeError):
        return f"it is not JSON: {problem.msg} in line {problem.lineno}"
    return f"{problem} is missing" if isinstance(problem, KeyError) else str(problem)
