"""A JSON request, held against the input shape of its action."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aurora_cli.sandbox.emulator.protocol.constraints import Refusal, broken, of_number, of_text

_CODE = "ValidationException"


def problem(operation: Any, document: Any) -> Refusal | None:
    """The first problem of a request; None for a request that fits its action. Unknown members are ignored, as by AWS.

    Args:
        operation: botocore's model of the action.
        document: the body of the request.
    """
    found = next(_wrong(operation.input_shape, "", document), None) if operation.input_shape else None
    return found._replace(code=_CODE) if found else None


def _wrong(shape: Any, name: str, value: Any) -> Iterator[Refusal]:
    if shape.type_name == "structure" and isinstance(value, dict):
        for member in shape.required_members:
            if value.get(member) is None:
                yield broken(member, "null", "Member must not be null")
        for member, inner in shape.members.items():
            if value.get(member) is not None:
                yield from _wrong(inner, member, value[member])
    elif shape.type_name == "list" and isinstance(value, list):
        for one in value:
            yield from _wrong(shape.member, name, one)
    elif shape.type_name == "string" and isinstance(value, str):
        yield from of_text(shape, name, value)
    elif shape.type_name in ("integer", "long", "float", "double") and isinstance(value, int | float):
        yield from of_number(shape, name, value)
