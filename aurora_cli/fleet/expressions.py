"""JMESPath of policies: whether it asks for fields that a resolved spec may have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import jmespath

from aurora_cli.fleet.paths import never, step_into
from aurora_cli.spec.layers.shape import Shape, spec_shape


@dataclass(frozen=True)
class _Found:
    """What an expression gives.

    Attributes:
        shape: None where it is not known: what is asked of that cannot be checked.
        keys: that lead there, for messages.
    """

    shape: Shape | None = None
    keys: tuple[str, ...] = ()

    @property
    def item(self) -> _Found:
        """One of a list or a map."""
        return _Found(self.shape.item if self.shape else None, self.keys)


def check_expression(text: str) -> None:
    """Refuse JMESPath that is none, or that asks for what no spec has.

    Raises:
        ValueError: with the reason, and the field or value that was probably meant.
    """
    try:
        parsed = jmespath.compile(text).parsed
    except jmespath.exceptions.JMESPathError as error:
        raise ValueError(f"this is not JMESPath: {str(error).splitlines()[0]}") from None
    labels = Shape("map", item=Shape("text"))
    _look(parsed, _Found(replace(spec_shape(), keys={**spec_shape().keys, "labels": labels})))


def _look(node: Mapping[str, Any], given: _Found) -> _Found:
    """What a node gives; all its parts are checked. Raises ValueError.

    Args:
        given: what it is asked of.
    """
    kind, children = node["type"], node["children"]
    if kind in ("identity", "current", "slice"):
        return given
    if kind == "field":
        return _field(node["value"], given)
    if kind in ("subexpression", "pipe", "index_expression"):
        for child in children:
            given = _look(child, given)
        return given
    if kind == "index":
        return given.item
    if kind == "flatten" or kind.endswith("projection"):
        return _each(node, _look(children[0], given))
    sides = [_look(child, _Found() if kind == "expref" else given) for child in children]
    if kind == "comparator" and node["value"] in ("eq", "ne"):
        for literal, other in zip(children, reversed(sides), strict=True):
            _compare(literal, other)
    return _Found()


def _each(node: Mapping[str, Any], given: _Found) -> _Found:
    """What is asked of each item of a list or a map; the condition of a filter is the last child."""
    if node["type"] == "flatten":
        return given.item if given.item.shape and given.item.shape.kind == "list" else given
    found, *_ = [_look(child, given.item) for child in node["children"][1:]]
    return _Found(Shape("list", item=found.shape) if found.shape else None, found.keys)


def _field(key: str, given: _Found) -> _Found:
    if given.shape is None or given.shape.kind == "plain":  # some of these are written in more than one way
        return _Found()
    if key == "null":  # without backticks it is a field that is nowhere, which is null as well
        return _Found()
    return _Found(step_into(given.shape, key, given.keys), (*given.keys, key))


def _compare(literal: Mapping[str, Any], other: _Found) -> None:
    if literal["type"] != "literal" or literal["value"] is None or not other.shape or not other.shape.choices:
        return
    value, choices, path = literal["value"], other.shape.choices, ".".join(other.keys)
    if type(value) is not type(choices[0]):
        what = "a boolean: compare it with `true` or `false`, in backticks" if choices[0] is True else "text"
        raise ValueError(f"`{path}` is {what}")
    if value not in choices:
        raise ValueError(never(path, value, choices))
