"""Layers put on top of each other, leaf by leaf, remembering who said what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from aurora_cli.spec.layers.layers import Layer
from aurora_cli.spec.layers.shape import Shape, child_of, spec_shape

SERVERLESS = "db.serverless"
Key = tuple[str, ...]
IDENTITY = ("name", "region", "engine")


class Merged:
    """Values of all layers, the highest winning, without the preset until `put_below` adds it.

    An explicit null takes back what lower layers said at or under its path, so that the preset or the default counts.
    """

    def __init__(self, layers: Sequence[Layer]) -> None:
        self.layers = list(layers)
        self._leaves: dict[Key, Any] = {}
        self._sources: dict[Key, str] = {}
        for layer in layers:
            self._choose_capacity(layer)
            for key, value in _leaves(layer.values, spec_shape(), ()):
                self._put(key, value, layer.source)

    def get(self, path: str) -> Any:
        """The value at a leaf, or None."""
        return self._leaves.get(tuple(path.split(".")))

    def has(self, path: str) -> bool:
        """Whether any layer gives a value at or under the path."""
        prefix = tuple(path.split("."))
        return any(key[: len(prefix)] == prefix for key in self._leaves)

    def fill(self, path: str, value: Any, source: str) -> None:
        """Give a value to a leaf that has none; None is no value."""
        key = tuple(path.split("."))
        if value is not None and key not in self._leaves:
            self._leaves[key], self._sources[key] = value, source

    def put_below(self, layer: Layer) -> None:
        """Add a layer beneath all others."""
        self.layers.insert(0, layer)
        for key, value in _leaves(layer.values, spec_shape(), ()):
            self.fill(".".join(key), value, layer.source)

    def children(self, path: str) -> list[str]:
        """The keys that some layer gives under the path, in the order in which they were given."""
        prefix = tuple(path.split("."))
        return list(dict.fromkeys(key[len(prefix)] for key in self._leaves if key[: len(prefix)] == prefix != key))

    def sources(self) -> dict[str, str]:
        """Dotted leaf path -> source."""
        return {".".join(key): source for key, source in self._sources.items()}

    def nested(self) -> dict[str, Any]:
        """The values as one nested mapping."""
        result: dict[str, Any] = {}
        for key, value in self._leaves.items():
            at = result
            for part in key[:-1]:
                at = at.setdefault(part, {})
            if value == {}:
                at.setdefault(key[-1], {})  # an entry of a map that is all defaults
            else:
                at[key[-1]] = value
        return result

    def locate(self, path: str) -> tuple[str | None, int | None]:
        """Source and line of the highest layer that speaks about the path, or about what is around it."""
        parts = path.split(".") if path else []
        candidates = self.layers
        while parts:
            for layer in reversed(candidates):
                if _gives(layer.values, parts):
                    return layer.source, layer.line_of(path)
            parts = parts[:-1]
            candidates = [layer for layer in self.layers if layer.from_file]
        return None, None

    def _put(self, key: Key, value: Any, source: str) -> None:
        if value is None:
            self._forget(key)
            return
        if key == ("backend", "type") and self._leaves.get(key) != value:
            self._forget(("backend",))
        self._leaves[key], self._sources[key] = value, source

    def _choose_capacity(self, layer: Layer) -> None:
        """A provisioned class takes back a serverless range from below, unless some instance stays serverless."""
        given = layer.values.get("instances")
        class_ = given.get("class") if isinstance(given, Mapping) else None
        if not isinstance(given, Mapping) or class_ in (None, SERVERLESS) or given.get("acu") is not None:
            return
        if not any(key[-1] == "class" and len(key) > 2 and v == SERVERLESS for key, v in self._leaves.items()):
            self._forget(("instances", "acu"))
            self._forget(("instances", "pause_after"))

    def _forget(self, prefix: Key) -> None:
        for key in [k for k in self._leaves if k[: len(prefix)] == prefix]:
            del self._leaves[key], self._sources[key]


def _leaves(values: Mapping[str, Any], shape: Shape, prefix: Key) -> Iterator[tuple[Key, Any]]:
    # `type` first: another backend type drops the fields of the one below it.
    for name in sorted(values, key=lambda n: prefix != ("backend",) or n != "type"):
        value, child = values[name], child_of(shape, name)
        if value == {} and shape.kind == "map" and child is not None and child.kind == "section":
            yield (*prefix, name), {}
        elif isinstance(value, Mapping) and child is not None and child.kind in ("section", "map"):
            yield from _leaves(value, child, (*prefix, name))
        else:
            yield (*prefix, name), value


def _gives(values: Any, parts: Sequence[str]) -> bool:
    """Whether a nested mapping has something at the keys; a map's key may itself hold dots."""
    if not parts:
        return values is not None
    if isinstance(values, (list, tuple)):
        return parts[0].isdigit() and int(parts[0]) < len(values)
    if not isinstance(values, Mapping):
        return False
    whole = ".".join(parts)
    return whole in values or (parts[0] in values and _gives(values[parts[0]], parts[1:]))
