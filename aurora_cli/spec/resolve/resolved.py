"""A spec as a whole, and as text that is read without checking it again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from aurora_cli.problem import Problem
from aurora_cli.spec.model.cluster import ClusterSpec
from aurora_cli.spec.model.fields import Model


@dataclass(frozen=True)
class Resolved:
    """A complete spec and where every value came from.

    Attributes:
        spec: nothing that depends on the engine or the network is left open.
        origins: dotted leaf path -> source; `default` for defaults, `derived from ...` for what follows from another value.
        warnings: doubtful values, and broken rules that were skipped by name.
    """

    spec: ClusterSpec
    origins: dict[str, str]
    warnings: tuple[Problem, ...] = ()

    def dump(self) -> str:
        """JSON in which each part of the spec names its model; without the defaults, but for parts that were not given."""
        return json.dumps({"spec": self.spec, "origins": self.origins}, default=_part, separators=(",", ":"))

    @classmethod
    def load(cls, data: Any) -> Resolved:
        """From the parsed JSON of `dump`, and of nothing else: no value is checked, and pydantic need not build what checks it.

        Raises KeyError, TypeError and the like of Python for what `dump` did not write.
        """
        kinds = {kind.__name__: kind for kind in _kinds(Model)}
        return cls(_made(data["spec"], kinds), data["origins"])


_KIND = "\0"
"""The key of a part's model: a character that no key of a spec has."""


def _part(part: Model) -> dict[str, Any]:
    given, fields = part.model_fields_set, type(part).model_fields
    made = [name for name, field in fields.items() if name not in given and field.default_factory is not None]
    return {_KIND: [type(part).__name__, made], **{name: getattr(part, name) for name in (*given, *made)}}


def _made(value: Any, kinds: dict[str, type[Model]]) -> Any:
    if isinstance(value, list):
        return [_made(item, kinds) for item in value]
    if not isinstance(value, dict):
        return value
    given = {key: _made(item, kinds) for key, item in value.items() if key != _KIND}
    if _KIND not in value:
        return given
    name, made = value[_KIND]
    return kinds[name].model_construct(_fields_set=given.keys() - made, **given)


def _kinds(base: type[Model]) -> Iterator[type[Model]]:
    for kind in base.__subclasses__():
        yield kind
        yield from _kinds(kind)
