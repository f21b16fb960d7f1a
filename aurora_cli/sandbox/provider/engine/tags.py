"""Tags: merges the provider's default tags with those of a resource, and changes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botocore.model import ListShape, MapShape, StructureShape

from aurora_cli.sandbox.provider.api.settings import Settings
from aurora_cli.sandbox.provider.engine.model import Call, Item, Tagging, Task
from aurora_cli.sandbox.provider.engine.requests import input_members
from aurora_cli.sandbox.provider.engine.response_mapping import search
from aurora_cli.sandbox.provider.protocol.types import UNKNOWN


def merge_tags(defaults: Mapping[str, str], tags: Any) -> Any:
    """`tags_all`: default tags, overridden by the resource's own; unknown if one of these is unknown."""
    if tags is UNKNOWN or UNKNOWN in (tags or {}).values():
        return UNKNOWN
    return {**defaults, **(tags or {})}


def split_tags(
    everything: Mapping[str, str], own_before: Mapping[str, str] | None, settings: Settings
) -> dict[str, Any]:
    """`tags_all` and `tags` of a read: a default tag is the resource's own only if it was before."""
    seen = {key: value for key, value in everything.items() if not settings.is_ignored(key)}
    own_keys = set(own_before or {})
    own = {key: value for key, value in seen.items() if key in own_keys or settings.default_tags.get(key) != value}
    return {"tags_all": seen, "tags": own if own or own_before is not None else None}


def read_tags(task: Task, tagging: Tagging, item: Item) -> dict[str, str]:
    """All tags of the resource."""
    if tagging.list is None:
        return tag_map(search(tagging.item or "", item))
    call, path = tagging.list
    return tag_map(search(path, task.send(call)))


def tag_map(raw: Any) -> dict[str, str]:
    """Convert a map or a list of Key/Value or TagKey/TagValue pairs to a map."""
    if isinstance(raw, Mapping):
        return {str(key): str(value) for key, value in raw.items()}
    pairs = ((tag.get("Key", tag.get("TagKey")), tag.get("Value", tag.get("TagValue"))) for tag in raw or ())
    return {str(key): str(value or "") for key, value in pairs}


def creation_tags(task: Task, tagging: Tagging | None, call: Call) -> dict[str, Any]:
    """The tags member of a create call in the form of its shape; empty without tags."""
    tags = task.get("tags_all")
    if not tags or tagging is None:
        return {}
    members = input_members(call, task)
    if tagging.resource_type and "TagSpecifications" in members:
        pairs = [{"Key": key, "Value": value} for key, value in tags.items()]
        return {"TagSpecifications": [{"ResourceType": tagging.resource_type, "Tags": pairs}]}
    for member in ("Tags", "tags"):
        if member in members:
            return {member: _in_shape(tags, members[member])}
    return {}


def _in_shape(tags: Mapping[str, str], shape: Any) -> Any:
    if isinstance(shape, MapShape):
        return dict(tags)
    element = shape.member if isinstance(shape, ListShape) else None
    names = element.members if isinstance(element, StructureShape) else {}
    key, value = ("TagKey", "TagValue") if "TagKey" in names else ("Key", "Value")
    return [{key: name, value: text} for name, text in tags.items()]


def change_tags(task: Task, tagging: Tagging) -> None:
    """Apply the difference between the state's and the plan's `tags_all`."""
    before, after = task.prior.get("tags_all") or {}, task.get("tags_all") or {}
    gone = {key: value for key, value in before.items() if key not in after}
    new = {key: value for key, value in after.items() if before.get(key) != value}
    if gone:
        task.send(tagging.remove, extra=_keys_member(task, tagging, gone))
    if new:
        task.send(tagging.add, extra=_tags_member(task, tagging, new))


def _tags_member(task: Task, tagging: Tagging, tags: Mapping[str, str]) -> dict[str, Any]:
    members = input_members(tagging.add, task)
    name = "Tags" if "Tags" in members else "tags"
    return {name: _in_shape(tags, members[name])}


def _keys_member(task: Task, tagging: Tagging, tags: Mapping[str, str]) -> dict[str, Any]:
    """Keys; EC2 takes whole tags, and removes a tag only if it has this value."""
    members = input_members(tagging.remove, task)
    name = next(name for name in ("TagKeys", "tagKeys", "Tags") if name in members)
    return {name: _in_shape(tags, members[name]) if name == "Tags" else list(tags)}
