"""Responses: converts members of a response to the types of a schema's attributes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from typing import Any

import jmespath
from botocore.model import ListShape, Shape, StructureShape

from aurora_cli.sandbox.provider.engine.names import match_members, squash
from aurora_cli.sandbox.provider.protocol.schema import Block
from aurora_cli.sandbox.provider.protocol.types import COLLECTIONS, UNKNOWN, Type, canonical


def search(path: str, value: Any) -> Any:
    """The result of a JMESPath expression."""
    return jmespath.search(path, value)


def shape_at(shape: Shape | None, path: str) -> StructureShape | None:
    """The structure at a plain JMESPath (`DBClusters[0]`, `Vpc`); None for any other path."""
    for step in path.split("."):
        name = step.partition("[")[0]
        if not isinstance(shape, StructureShape) or name not in shape.members:
            return None
        shape = shape.members[name]
        if isinstance(shape, ListShape):
            shape = shape.member
    return shape if isinstance(shape, StructureShape) else None


def matched_attributes(
    item: Mapping[str, Any],
    shape: StructureShape | None,
    block: Block,
    aliases: Mapping[str, str],
    skip: Collection[str] = (),
) -> dict[str, Any]:
    """Attributes that match a member of the item's shape; null if the response omits the member."""
    members = shape.members if shape is not None else item
    types = block.type.attributes
    pairs = match_members(members, types, aliases)
    return {
        attribute: to_type(item.get(member), types[attribute])
        for member, attribute in pairs.items()
        if attribute not in skip and attribute in types
    }


def to_type(value: Any, type_: Type) -> Any:
    """Convert a value of a response to a Terraform type; a structure becomes a list of one object."""
    if value is None:
        return None
    if type_.kind in COLLECTIONS:
        items = value if isinstance(value, list) else [value]
        return [to_type(item, type_.item) for item in items]
    if type_.kind == "object":
        by_name = {squash(name): item for name, item in value.items()}
        return {name: to_type(by_name.get(squash(name)), inner) for name, inner in type_.attributes.items()}
    if type_.kind == "map":
        return {str(key): to_type(item, type_.item) for key, item in value.items()}
    return _SCALARS[type_.kind](value)


def _to_text(value: Any) -> str:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    return str(value).lower() if isinstance(value, bool) else str(value)


def _to_bool(value: Any) -> bool:
    return value if isinstance(value, bool) else str(value).lower() in ("true", "enabled", "1")


def _to_number(value: Any) -> int | float:
    number = float(value)
    return int(number) if number.is_integer() else number


_SCALARS: dict[str, Callable[[Any], Any]] = {"string": _to_text, "bool": _to_bool, "number": _to_number}


def as_stored(value: Any, type_: Type, planned: Any = UNKNOWN) -> Any:
    """The value as the SDK stores it (`ResourceData.Set`): what is null has the zero of its type, at every depth.

    Args:
        planned: the plan that is being applied, which keeps null where an empty collection is found (`normalizeNullValues`).
    """
    if not value and planned is None and type_.kind in (*COLLECTIONS, "map"):
        return None
    if type_.kind in COLLECTIONS:
        items = value or []
        same = type_.kind == "list" and isinstance(planned, list) and len(planned) == len(items)
        before = planned if same else [UNKNOWN] * len(items)
        return [as_stored(item, type_.item, was) for item, was in zip(items, before, strict=True)]
    if type_.kind == "object":
        values, plans = value or {}, planned if isinstance(planned, Mapping) else {}
        return {
            name: as_stored(values.get(name), inner, plans.get(name, UNKNOWN))
            for name, inner in type_.attributes.items()
        }
    return _ZEROS[type_.kind] if value is None else value


_ZEROS: Mapping[str, Any] = {"string": "", "bool": False, "number": 0, "map": {}}


Same = Callable[[Any, Any], bool]


def merge(
    block: Block, base: Mapping[str, Any], found: Mapping[str, Any], same: Mapping[str, Same] | None = None
) -> dict[str, Any]:
    """A new state: the found values, in the form of `base` (plan or state) where they are equal.

    `same` compares single attributes. Other attributes keep their value; unknown becomes null; write-only attributes are
    null; absent blocks are empty.
    """
    state = {
        name: _merged(base.get(name), found[name], type_, (same or {}).get(name))
        if name in found
        else without_unknown(base.get(name))
        for name, type_ in block.type.attributes.items()
    }
    _fill_blocks(block, state)
    for name, attribute in block.attributes.items():
        if attribute.write_only:
            state[name] = None
    return state


def _fill_blocks(block: Block, values: dict[str, Any]) -> None:
    """Replace absent blocks by empty lists at every depth: Terraform rejects null."""
    for name, nested in block.blocks.items():
        if nested.nesting == "single":
            continue
        values[name] = [dict(item) for item in values[name] or ()]
        for item in values[name]:
            _fill_blocks(nested.block, item)


def _merged(base: Any, found: Any, type_: Type, same: Same | None) -> Any:
    if base is None or base is UNKNOWN:
        return found
    if same is not None and same(base, found):
        return base
    return base if type_.kind != "list" and canonical(base, type_) == canonical(found, type_) else found


def without_unknown(value: Any) -> Any:
    """The value with null instead of unknown."""
    if isinstance(value, dict):
        return {key: without_unknown(item) for key, item in value.items()}
    if isinstance(value, list):
        return [without_unknown(item) for item in value if item is not UNKNOWN]
    return None if value is UNKNOWN else value
