"""The model as a tree of keys: what may stand where in the YAML, worked out from the pydantic classes once.

Reading a file needs to know, before pydantic sees it, whether a key is known (to suggest the right one), whether a value
is text (so that `16.10` stays `16.10`), and where a dotted path stops being a path (`parameters.cluster.rds.force_ssl`).
"""

from __future__ import annotations

import types
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from aurora_cli.spec.model.cluster import ClusterSpec
from aurora_cli.spec.model.fields import NamesFile

Kind = Literal["section", "map", "list", "text", "plain"]
_MARKS = {"regions": "REGION.", "overrides": "KEY."}


@dataclass(frozen=True)
class Shape:
    """What a value looks like.

    Attributes:
        kind: `section` (fixed keys), `map` (any keys), `list`, `text` (kept as written) or `plain` (numbers, booleans, mixes).
        keys: for a section: YAML key -> shape.
        item: for a map or a list: the shape of every value.
        required: True when the model has no default for it.
        choices: the only values that it may have beside none; empty for any.
        names_file: whether it is the name of a file, or a list of such.
    """

    kind: Kind
    keys: dict[str, Shape] = field(default_factory=dict)
    item: Shape | None = None
    required: bool = False
    choices: tuple[str | bool, ...] = ()
    names_file: bool = False


@cache
def spec_shape() -> Shape:
    """The shape of a whole spec."""
    return _section([ClusterSpec])


def key_of(name: str, info: FieldInfo) -> str:
    """The YAML key of a model field: its alias if it has one (`class` for `class_`)."""
    return info.alias or name


def leaf_paths(shape: Shape | None = None, prefix: str = "") -> Iterator[tuple[str, Shape]]:
    """Every dotted path that holds a value, with its shape; maps and lists count as one."""
    shape = shape or spec_shape()
    for key, child in shape.keys.items():
        path = f"{prefix}{key}"
        if child.kind == "section":
            yield from leaf_paths(child, f"{path}.")
        else:
            yield path, child


def walk(model: type[BaseModel] = ClusterSpec, prefix: str = "") -> Iterator[tuple[str, FieldInfo]]:
    """Every field of the model with its dotted path: a section, a map or a list before the fields in it.

    A key of a map is written in capitals (`endpoints.NAME.type`), a place in a list as `N`. What people write as one value
    (`instances.acu`), or has kinds (`backend`), is not gone into.
    """
    for name, info in model.model_fields.items():
        path = f"{prefix}{key_of(name, info)}"
        yield path, info
        models, mark = models_of(info.annotation), ""
        for branch in _branches(info.annotation):
            if get_origin(branch) in (dict, list):
                models = models_of(get_args(branch)[-1])
                mark = "N." if get_origin(branch) is list else _MARKS.get(name, "NAME.")
        if len(models) == 1 and not path.endswith("instances.acu"):
            yield from walk(models[0], f"{path}.{mark}")


def models_of(annotation: Any) -> list[type[BaseModel]]:
    """The models that an annotation names; those in a map or a list are not among them."""
    return [b for b in _branches(annotation) if isinstance(b, type) and issubclass(b, BaseModel)]


def split_path(path: str) -> list[str]:
    """The keys of a dotted path. A map takes the key that is left whole: `tags.cost.centre` is `tags`, `cost.centre`."""
    shape: Shape | None = spec_shape()
    keys: list[str] = []
    rest = path
    while rest:
        if shape is not None and shape.kind == "map" and (shape.item is None or shape.item.kind != "section"):
            return [*keys, rest]
        key, _, rest = rest.partition(".")
        keys.append(key)
        shape = child_of(shape, key)
    return keys


def child_of(shape: Shape | None, key: str) -> Shape | None:
    """The shape under a key, or None when the key is not known there."""
    if shape is None:
        return None
    return shape.keys.get(key) if shape.kind == "section" else shape.item


def _section(models: list[type[BaseModel]]) -> Shape:
    keys: dict[str, Shape] = {}
    for model in models:
        for name, info in model.model_fields.items():
            shape, key = _shape(info.annotation), key_of(name, info)
            names_file = any(isinstance(mark, NamesFile) for mark in info.metadata)
            found = keys.setdefault(key, replace(shape, required=info.is_required(), names_file=names_file))
            both = (*found.choices, *shape.choices) if found.choices and shape.choices else ()
            keys[key] = replace(found, choices=tuple(dict.fromkeys(both)))
    return Shape("section", keys)


def _shape(annotation: Any) -> Shape:
    branches = [b for b in _branches(annotation) if b is not type(None)]
    models = models_of(annotation)
    if models:
        return _section(models)
    if len(branches) == 1 and get_origin(branches[0]) is dict:
        return Shape("map", item=_shape(get_args(branches[0])[1]))
    if len(branches) == 1 and get_origin(branches[0]) is list:
        return Shape("list", item=_shape(get_args(branches[0])[0]))
    choices = [(True, False) if b is bool else get_args(b) if get_origin(b) is Literal else () for b in branches]
    only = tuple(one for some in choices for one in some) if all(choices) else ()
    return Shape("text" if all(_is_text(b) for b in branches) else "plain", choices=only)


def _branches(annotation: Any) -> Iterator[Any]:
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _branches(get_args(annotation)[0])
    elif origin in (Union, types.UnionType):
        for branch in get_args(annotation):
            yield from _branches(branch)
    else:
        yield annotation


def _is_text(annotation: Any) -> bool:
    return annotation is str or get_origin(annotation) is Literal
