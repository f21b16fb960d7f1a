"""Reads the current state of a resource."""

from __future__ import annotations

from typing import Any

from botocore.model import StructureShape

from aurora_cli.sandbox.provider.api.errors import AwsError, NotFound
from aurora_cli.sandbox.provider.engine.model import Item, Task
from aurora_cli.sandbox.provider.engine.names import prefix_of
from aurora_cli.sandbox.provider.engine.response_mapping import (
    as_stored,
    matched_attributes,
    merge,
    search,
    shape_at,
    to_type,
    without_unknown,
)
from aurora_cli.sandbox.provider.engine.tags import read_tags, split_tags
from aurora_cli.sandbox.provider.protocol.types import UNKNOWN, is_zero


def find_item(task: Task) -> Item:
    """The resource in the response of its describe call.

    Raises:
        NotFound: there is none.
        AwsError: the call failed.
    """
    read = task.entry.read
    try:
        answer = task.send(read.call)
    except AwsError as error:
        if error.code in read.gone:
            raise NotFound from error
        raise
    item = read.item(task, answer) if callable(read.item) else search(read.item, answer)
    if not item or not read.exists(item):
        raise NotFound
    found: Item = item
    return found


def read_attributes(task: Task, item: Item | None = None) -> dict[str, Any]:
    """Attributes of the resource, without those that the service does not return.

    Raises:
        NotFound: there is none.
        AwsError: a call failed.
    """
    entry, types = task.entry, task.schema.block.type.attributes
    item = item if item is not None else find_item(task)
    found = matched_attributes(item, _item_shape(task), task.schema.block, entry.aliases, entry.read.skip)
    for name, source in entry.read.fields.items():
        value = source(task, item) if callable(source) else search(source, item)
        found[name] = to_type(value, types[name])
    for more in entry.read.more:
        found.update({name: to_type(value, types[name]) for name, value in more(task, item).items()})
    for name in entry.read.sticky:
        if is_zero(found.get(name)):
            found.pop(name, None)
    if entry.tagging is not None:
        found.update(split_tags(read_tags(task, entry.tagging, item), task.get("tags"), task.runtime.client.settings))
    return found | _identity(task, found)


def read_state(task: Task, *, applied: bool = False) -> dict[str, Any]:
    """The complete new state, based on the task's values.

    Args:
        applied: the values are a plan; null in it stays null where the read finds an empty collection.

    Raises:
        NotFound: the resource no longer exists.
        AwsError: a call failed.
    """
    found, types = read_attributes(task), task.schema.block.type.attributes
    if not task.entry.framework:
        unread = set(task.schema.block.blocks) - set(found) - {"timeouts"}
        found |= {name: without_unknown(task.values.get(name)) for name in unread if types[name].kind == "list"}
        found = {
            name: as_stored(value, types[name], task.values.get(name) if applied else UNKNOWN)
            for name, value in found.items()
        }
    return merge(task.schema.block, task.values, found, task.entry.same)


def _item_shape(task: Task) -> StructureShape | None:
    read = task.entry.read
    path = read.shape if callable(read.item) else read.item
    return shape_at(task.model(read.call.operation).output_shape, path)


def _identity(task: Task, read: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    types = task.schema.block.type.attributes
    if "id" in types:
        found["id"] = task.id
    if "region" in types:
        found["region"] = task.region
    naming = task.entry.naming
    if naming is not None and task.id is not None:
        name = task.get(naming.attribute) or task.id
        if name == task.id:  # an import knows the id alone, which AWS may have chosen
            name = read.get(naming.attribute) or name
        found[naming.attribute] = name
        if naming.prefix_attribute in types and task.get(naming.prefix_attribute) is None:
            found[naming.prefix_attribute] = prefix_of(name)
    return found
