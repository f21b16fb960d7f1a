"""Filters of a describe action, by a table of names and members."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from moto.core.utils import camelcase_to_underscores

from aurora_cli.sandbox.emulator.protocol.constraints import Refusal

Table = Mapping[str, tuple[str, ...]]
"""Name of a filter -> the members of the result that it looks at; `Arn:3` is the third part of an ARN, its Region."""


def problem(table: Table, filters: Iterable[Any]) -> Refusal | None:
    """What is wrong with the filters of a request; None if nothing is."""
    for one in filters:
        if one["Name"] not in table:
            return Refusal("InvalidParameterValue", f"Unrecognized filter name: {one['Name']}")
        if not one.get("Values"):
            return Refusal("InvalidParameterCombination", f"The list of values of the filter {one['Name']} is empty.")
    return None


def matching(table: Table, filters: Iterable[Any], items: Iterable[Any]) -> list[Any]:
    """The items that match every filter, without regard to case. An ARN stands for the name at its end, too."""
    found = list(items)
    for one in filters:
        values = [value.lower() for value in one["Values"]]
        wanted = {*values, *(value.rpartition(":")[2] for value in values)}
        found = [item for item in found if any(wanted & _at(item, path.split(".")) for path in table[one["Name"]])]
    return found


def _at(item: Any, path: list[str]) -> set[str]:
    if isinstance(item, list | tuple):
        return {value for one in item for value in _at(one, path)}
    if not path:
        return set() if item is None else {str(item).lower()}
    member, _, part = path[0].partition(":")
    value = item.get(member) if isinstance(item, dict) else getattr(item, camelcase_to_underscores(member), None)
    return _at(str(value).split(":")[int(part)] if part else value, path[1:])
