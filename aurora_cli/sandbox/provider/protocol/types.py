"""The part of Terraform's type system that provider schemas use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final


class UnknownType:
    """A value that is known after apply."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = UnknownType()

COLLECTIONS: Final = frozenset({"list", "set"})


@dataclass(frozen=True)
class Type:
    """A type constraint.

    Attributes:
        kind: string, number, bool, list, set, map or object.
        element: the element type of a list, set or map.
        attributes: the attribute types of an object.
    """

    kind: str
    element: Type | None = None
    attributes: Mapping[str, Type] = field(default_factory=dict)

    @property
    def item(self) -> Type:
        """The element type of a list, set or map."""
        if self.element is None:
            raise TypeError(f"{self.kind} has no elements")
        return self.element


def parse_type(data: Any) -> Type:
    """The type from Terraform's JSON form: `"string"`, `["set", "string"]`, `["object", {...}]`."""
    if isinstance(data, str):
        return Type(data)
    kind, inner = data
    if kind == "object":
        return Type("object", attributes={name: parse_type(value) for name, value in inner.items()})
    return Type(kind, element=parse_type(inner))


def canonical(value: Any, type_: Type) -> Any:
    """A comparable form: sets are unordered, and null equals the zero value of the type.

    The SDK of the genuine provider does not distinguish null and zero. An unknown value equals only an unknown value.
    """
    if value is UNKNOWN:
        return UNKNOWN
    if type_.kind in ("string", "number", "bool"):
        return _canonical_scalar(value, type_.kind)
    if type_.kind == "object":
        values = value or {}
        return tuple((name, canonical(values.get(name), inner)) for name, inner in sorted(type_.attributes.items()))
    if type_.kind == "map":
        return tuple(sorted((key, canonical(item, type_.item)) for key, item in (value or {}).items()))
    items = [canonical(item, type_.item) for item in value or ()]
    return tuple(items) if type_.kind == "list" else tuple(sorted(items, key=repr))


def _canonical_scalar(value: Any, kind: str) -> Any:
    if kind == "bool":
        return bool(value)
    if kind == "number":
        return float(value or 0)
    return "" if value is None else str(value)


def is_zero(value: Any) -> bool:
    """Whether the genuine provider treats the value as not set: null, empty string, 0, false, empty collection."""
    return value is None or value == "" or value == 0 or value == [] or value == {}
