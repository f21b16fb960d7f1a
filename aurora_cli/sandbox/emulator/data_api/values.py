"""Values of PostgreSQL as fields of the Data API, and parameters as values.

What JSON or the API has no type for is a string: numbers of arbitrary precision, dates, UUIDs, JSON.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from aurora_cli.sandbox.emulator.data_api import types
from aurora_cli.sandbox.emulator.data_api.refusal import Refused

_ARRAYS = {"longValue": "longValues", "doubleValue": "doubleValues", "booleanValue": "booleanValues"}
_ITEM = re.compile(r'"((?:[^"\\]|\\.)*)"|([^,{}"]+)')


class Parameter(NamedTuple):
    """A parameter as it is sent: object ID of its type, its value, whether that is binary."""

    oid: int
    value: bytes | None
    binary: bool = False


def field(text: bytes | None, oid: int, options: Mapping[str, Any]) -> dict[str, Any]:
    """The field of a value that the server has written.

    Args:
        options: `resultSetOptions` of the call.

    Raises:
        Refused: the API has none for it.
    """
    if text is None:
        return {"isNull": True}
    kind = types.type_of(oid).kind
    if kind == "arrayValue":
        return {"arrayValue": _array(text.decode(), types.ELEMENTS[oid])}
    if oid == types.NUMERIC and options.get("decimalReturnType") == "DOUBLE_OR_LONG":
        kind = "doubleValue" if b"." in text else "longValue"
    elif kind == "longValue" and options.get("longReturnType") == "STRING":
        kind = "stringValue"
    return {kind: _READ[kind](_without_zone(text) if oid == types.TIMESTAMPTZ else text)}


def _without_zone(text: bytes) -> bytes:
    """A moment is in UTC, and does not say so."""
    return text.removesuffix(b"+00")


_READ: dict[str, Callable[[bytes], Any]] = {
    "booleanValue": lambda text: text == b"t",
    "longValue": int,
    "doubleValue": float,
    "stringValue": lambda text: text.decode("utf-8", "replace"),
    "blobValue": lambda text: base64.b64encode(bytes.fromhex(text.decode()[2:])).decode(),
}


def _array(text: str, element: int) -> dict[str, Any]:
    """An array of one dimension."""
    body = text.partition("=")[2] if text.startswith("[") else text
    if body.startswith("{{"):
        message = "The result contains a multidimensional array, which is not supported."
        raise Refused("UnsupportedResultException", message)
    kind = types.type_of(element).kind
    read = _READ[kind] if kind in _ARRAYS else _READ["stringValue"]
    items = []
    for found in _ITEM.finditer(body[1:-1]):
        quoted, plain = found[1], found[2]
        item = re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else plain
        items.append(None if plain == "NULL" else read(item.encode()))
    return {_ARRAYS.get(kind, "stringValues"): items}


def plain(value: dict[str, Any], oid: int) -> Any:
    """The value of a field in `formattedRecords`: NUMERIC is a number there, and JSON stays text."""
    kind, held = next(iter(value.items()))
    if kind == "isNull":
        return None
    if kind == "arrayValue":
        return next(iter(held.values()))
    return json.loads(held) if oid == types.NUMERIC and held not in ("NaN", "Infinity", "-Infinity") else held


def parameter(given: Mapping[str, Any]) -> Parameter:
    """A parameter of a call as the server gets it: a string without a hint is of the type text. Raises Refused."""
    value = given.get("value") or {"isNull": True}
    kind = next(iter(value), "isNull")
    held: Any = value.get(kind)
    hint = given.get("typeHint")
    if kind == "isNull":
        return Parameter(types.HINTS.get(hint or "", types.UNKNOWN), None)
    if kind == "arrayValue":
        raise Refused("BadRequestException", "Array parameters are not supported.")
    if kind == "blobValue":
        return Parameter(types.BYTEA, base64.b64decode(held), binary=True)
    if kind == "booleanValue":
        return Parameter(types.BOOLEAN, b"t" if held else b"f")
    if kind == "stringValue":
        return Parameter(types.HINTS.get(hint or "", types.TEXT), str(held).encode())
    return Parameter(types.LONG if kind == "longValue" else types.DOUBLE, str(held).encode())
