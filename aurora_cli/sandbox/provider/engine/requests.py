"""Requests: converts attribute values to the shape of an operation's input."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from aurora_cli.sandbox.provider.engine.model import Call, Task
from aurora_cli.sandbox.provider.engine.names import match_members, squash
from aurora_cli.sandbox.provider.protocol.types import UNKNOWN

_ZERO = {"boolean": False, "integer": 0, "long": 0, "string": ""}
"""What the provider sends for a changed attribute that is null now: the zero value of its type, which turns it off."""


def input_members(call: Call, task: Task) -> Mapping[str, Shape]:
    """Members of the call's request."""
    shape = task.model(call.operation).input_shape
    return shape.members if isinstance(shape, StructureShape) else {}


def build_request(call: Call, task: Task, *, only: Collection[str] | None = None) -> dict[str, Any]:
    """Parameters of a call.

    Args:
        only: fill members by name only from these changed attributes, also with empty values.
    """
    members = input_members(call, task)
    filled_by_name = _filled_by_name(members, call, task)
    params: dict[str, Any] = {}
    for member, shape in members.items():
        if member in call.send:
            value = _from_source(call.send[member], task)
            keep_zero = True if callable(call.send[member]) else member in call.zero
        elif member in filled_by_name and (only is None or filled_by_name[member] in only):
            value = task.get(filled_by_name[member])
            if value is None and only is not None:
                value = _ZERO.get(shape.type_name)
            keep_zero = only is not None or member in call.zero
        else:
            continue
        if value is None or (value == [] and isinstance(shape, StructureShape)):
            continue
        if keep_zero or not _is_empty(value):
            params[member] = coerce(value, shape)
    return params


def attributes_sent(call: Call, task: Task) -> frozenset[str]:
    """The attributes that fill members of the call by name."""
    return frozenset(_filled_by_name(input_members(call, task), call, task).values())


def _filled_by_name(members: Mapping[str, Shape], call: Call, task: Task) -> dict[str, str]:
    if not call.match:
        return {}
    free = [name for name in members if name not in call.omit and name not in call.send]
    pairs = match_members(free, task.schema.block.type.attributes, task.entry.aliases)
    allowed = call.attributes
    return {member: name for member, name in pairs.items() if allowed is None or name in allowed}


def _from_source(source: Any, task: Task) -> Any:
    return source(task) if callable(source) else task.get(source)


def _is_empty(value: Any) -> bool:
    """Whether it is an empty string or collection, or 0; False is not, and is sent if set."""
    return value == "" or value == [] or value == {} or (value == 0 and value is not False)


def coerce(value: Any, shape: Shape) -> Any:
    """Convert a Terraform value to a botocore shape: a block list of one element to a structure, a number to a string, ..."""
    if isinstance(shape, StructureShape):
        return _coerce_structure(value, shape)
    if isinstance(shape, ListShape):
        items = value if isinstance(value, list) else [value]
        return [coerce(item, shape.member) for item in items]
    if isinstance(shape, MapShape):
        return {key: coerce(item, shape.value) for key, item in value.items()}
    return _coerce_scalar(value, shape.type_name)


def _coerce_structure(value: Any, shape: StructureShape) -> dict[str, Any]:
    body = value[0] if isinstance(value, list) else value
    by_name = {squash(name): item for name, item in (body or {}).items()}
    found = {member: by_name.get(squash(member)) for member in shape.members}
    return {
        member: coerce(item, shape.members[member])
        for member, item in found.items()
        if item is not None and item is not UNKNOWN and not _is_absent(item, shape.members[member])
    }


def _is_absent(value: Any, shape: Shape) -> bool:
    """Whether it is a zero that the API refuses, which the state has for what a block does not set."""
    if isinstance(shape, StructureShape):
        return bool(value == [])
    return _is_empty(value) and bool(shape.metadata.get("min") or shape.metadata.get("enum"))


def _coerce_scalar(value: Any, type_name: str) -> Any:
    if type_name in ("integer", "long"):
        return int(value)
    if type_name in ("float", "double"):
        return float(value)
    if type_name == "string":
        return value if isinstance(value, str) else _text(value)
    if type_name == "boolean":
        return value if isinstance(value, bool) else str(value).lower() == "true"
    return value


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
