"""Dynamic values in go-cty's msgpack format, with unknown values, refinements and exact numbers."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import msgpack

from aurora_cli.sandbox.provider.protocol.types import COLLECTIONS, UNKNOWN, Type

_UNKNOWN_BYTES = b"\x00"


def decode(message: Any, type_: Type) -> Any:
    """The Python value of a `DynamicValue` message; None for null.

    An unknown value with refinements (go-cty's extension 12) becomes plain unknown.
    """
    if message.msgpack:
        # go-cty writes strings as msgpack text, which cannot exceed the message.
        raw = msgpack.unpackb(message.msgpack, ext_hook=_extension, strict_map_key=False)
    elif message.json:
        raw = json.loads(message.json)
    else:
        return None
    return _shaped(raw, type_, _number)


def encode(value: Any, type_: Type) -> bytes:
    """The msgpack form of a value; missing attributes of an object are null."""
    packed: bytes = msgpack.packb(_shaped(value, type_, _exact), default=_pack_unknown)
    return packed


def conform(value: Any, type_: Type) -> Any:
    """The value with exactly the attributes of its type, e.g. for a state of another provider version."""
    return _shaped(value, type_, lambda number: number)


def _extension(code: int, data: bytes) -> Any:
    return UNKNOWN


def _pack_unknown(value: Any) -> Any:
    if value is UNKNOWN:
        return msgpack.ExtType(0, _UNKNOWN_BYTES)
    raise TypeError(f"{value!r} is not a valid Terraform value")


def _shaped(value: Any, type_: Type, number: Callable[[Any], Any]) -> Any:
    """The value in the shape of its type, with converted numbers."""
    if value is None or value is UNKNOWN:
        return value
    if type_.kind == "number":
        return number(value)
    if type_.kind in COLLECTIONS:
        return [_shaped(item, type_.item, number) for item in value]
    if type_.kind == "map":
        return {key: _shaped(item, type_.item, number) for key, item in value.items()}
    if type_.kind == "object":
        return {name: _shaped(value.get(name), inner, number) for name, inner in type_.attributes.items()}
    return value


def _number(raw: Any) -> int | float:
    if isinstance(raw, str):
        exact = Decimal(raw)
        return int(exact) if exact == exact.to_integral_value() else float(exact)
    if isinstance(raw, float) and raw.is_integer():
        return int(raw)
    number: int | float = raw
    return number


def _exact(value: int | float) -> int | float | str:
    """Decimal text for a float without an exact binary form: Terraform compares it with the decimal of the configuration."""
    if isinstance(value, float) and not value.is_integer():
        return value if Decimal(value) == Decimal(repr(value)) else repr(value)
    whole = int(value)
    return whole if -(2**63) <= whole < 2**63 else str(whole)
