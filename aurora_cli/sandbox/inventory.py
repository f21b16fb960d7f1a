"""What exists in a sandbox, as names: to tell what was lost with an emulator."""

from __future__ import annotations

from collections.abc import Mapping

Inventory = dict[str, list[str]]
"""Kind of resource (`clusters`, `instances`, `vpcs`, ...) -> `<region>/<id>` of each."""

MOURNED = ("clusters", "instances", "vpcs", "subnet_groups")
"""Kinds whose loss breaks a stack, unlike that of a snapshot."""


def without(first: Inventory, second: Inventory) -> Inventory:
    """What the first has and the second has not."""
    left = {kind: sorted({*names} - {*second.get(kind, [])}) for kind, names in first.items()}
    return {kind: names for kind, names in left.items() if names}


def merge(first: Inventory, second: Inventory) -> Inventory:
    """Merge two inventories without duplicates."""
    return {kind: sorted({*first.get(kind, []), *second.get(kind, [])}) for kind in sorted({*first, *second})}


def is_loss(inventory: Inventory) -> bool:
    """Whether it contains resources of a stack."""
    return any(inventory.get(kind) for kind in MOURNED)


def inventory(data: Mapping[str, object] | None) -> Inventory:
    """Kinds with lists of names, of a file that may hold anything."""
    return {kind: [str(name) for name in names] for kind, names in (data or {}).items() if isinstance(names, list)}
