"""A request of the query protocol, held against the input shape of its action.

Codes: common errors of the RDS API reference (MissingParameter, InvalidQueryParameter, InvalidParameterValue, ValidationError).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from botocore.utils import parse_timestamp

from aurora_cli.sandbox.emulator.protocol.constraints import Refusal, broken, of_number, of_text

_NOT_OF_THE_ACTION = ("Action", "Version", "X-Amz-")
"""Beginnings of the keys of every request; the last one is of a signature in the address."""

_NUMBERS = {"integer": re.compile(r"-?\d{1,18}", re.ASCII), "float": re.compile(r"-?\d{1,18}(\.\d+)?", re.ASCII)}
_NUMBERS |= {"long": _NUMBERS["integer"], "double": _NUMBERS["float"]}


def problem(operation: Any, form: Mapping[str, str]) -> Refusal | None:
    """The first problem of a request; None for a request that fits its action.

    Args:
        operation: botocore's model of the action.
        form: parameters of the request, as they are sent: `Tags.Tag.1.Key`.
    """
    shape = operation.input_shape
    sent = {key: value for key, value in form.items() if not key.startswith(_NOT_OF_THE_ACTION)}
    if shape is None:
        return None
    return next(_unknown(shape, sent), None) or next(_missing(shape, sent, ""), None) or next(_wrong(shape, sent), None)


def _unknown(shape: Any, sent: Mapping[str, str]) -> Iterator[Refusal]:
    for key in sent:
        if _leaf(shape, key.split("."))[0] is None:
            yield Refusal("InvalidQueryParameter", f"{key} is not a parameter of this action.")


def _missing(shape: Any, sent: Mapping[str, str], prefix: str) -> Iterator[Refusal]:
    for name in shape.required_members:
        key = prefix + _wire_name(shape.members[name], name)
        if key not in sent and not any(other.startswith(f"{key}.") for other in sent):
            yield Refusal("MissingParameter", f"The request must contain the parameter {name}.")


def _wrong(shape: Any, sent: Mapping[str, str]) -> Iterator[Refusal]:
    for key, value in sent.items():
        leaf, name = _leaf(shape, key.split("."))
        pattern = _NUMBERS.get(leaf.type_name)
        if pattern is not None and not pattern.fullmatch(value):
            yield Refusal("InvalidParameterValue", f"Invalid value {value} for {name}. Must be a number.")
        elif leaf.type_name == "timestamp" and not _is_time(value):
            yield Refusal("InvalidParameterValue", f"Invalid value {value} for {name}. Must be a time in ISO 8601.")
        elif leaf.type_name == "boolean" and value.lower() not in ("true", "false"):
            yield Refusal("InvalidParameterValue", f"Invalid value {value} for {name}. Must be true or false.")
        elif leaf.type_name == "string":
            yield from of_text(leaf, name, value)
        elif pattern is not None and name != "MaxRecords":
            yield from of_number(leaf, name, float(value))
    for name, member in shape.members.items():
        most = member.metadata.get("max") if member.type_name == "list" else None
        count = len(set(_indexes(sent, _wire_name(member, name)))) if most else 0
        if most and count > most:
            yield broken(name, f"[{count} elements]", f"Member must have length less than or equal to {most}")


def _is_time(value: str) -> bool:
    try:
        parse_timestamp(value)
    except ValueError:
        return False
    return True


def _indexes(sent: Mapping[str, str], name: str) -> Iterator[str]:
    for key in sent:
        parts = key.split(".")
        if parts[0] == name and len(parts) > 2:
            yield parts[2]


def _leaf(shape: Any, parts: list[str]) -> tuple[Any, str]:
    """The shape that a key of the request leads to, and the member's name; None for a key that leads nowhere."""
    name = ""
    while parts:
        if shape.type_name == "structure":
            found = next((one for one in shape.members.items() if _wire_name(one[1], one[0]) == parts[0]), None)
            if found is None:
                return None, name
            (name, shape), parts = found, parts[1:]
        elif shape.type_name == "list" and len(parts) > 1 and parts[1].isdigit():
            if parts[0] != _wire_name(shape.member, "member"):
                return None, name
            shape, parts = shape.member, parts[2:]
        else:
            return None, name
    return shape, name


def _wire_name(shape: Any, name: str) -> str:
    return str(shape.serialization.get("name", name))
