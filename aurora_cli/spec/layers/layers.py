"""One source of values (a preset, a file, an environment variable, a flag), made tidy before layers are put together."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from aurora_cli.problem import Problem
from aurora_cli.spec.layers.shape import Shape, child_of, spec_shape
from aurora_cli.spec.layers.unknown import unknown_key
from aurora_cli.spec.values.engine_names import canonical_engine
from aurora_cli.spec.values.quantities import parse_acu_range
from aurora_cli.spec.values.scalars import as_written
from aurora_cli.spec.values.suggestions import shown

_ACU = re.compile(r"(global\.regions\.[^.]+\.)?instances\.acu")
_REGION = re.compile(r"global\.regions\.[^.]+")

_SWITCHES = ("monitoring.alarms", "proxy", "services.comprehend")
"""Sections that may be written as `true` or `false`, or without anything in them."""


@dataclass(frozen=True)
class Layer:
    """Values from one source.

    Attributes:
        values: nested, with the keys of the YAML.
        source: what to call it: `preset production`, `orders.yaml`, `AURORA_READERS`, `--readers`.
        lines: dotted path -> 1-based line; only a layer read from a file has any.
        inherited: it is below a spec file, as a preset is, and not the file itself.
    """

    values: dict[str, Any]
    source: str
    lines: Mapping[str, int] = field(default_factory=dict)
    inherited: bool = False

    @property
    def from_file(self) -> bool:
        """True for a layer that was read from a spec file."""
        return bool(self.lines) and not self.inherited

    def line_of(self, path: str) -> int | None:
        """Line of the path, or of the nearest section around it."""
        while path:
            if path in self.lines:
                return self.lines[path]
            path = path.rpartition(".")[0]
        return None


def tidy(layer: Layer) -> tuple[Layer, list[Problem]]:
    """The layer with short forms written out and text kept as text, without what cannot stand where it is.

    Unknown keys and values where a section belongs are taken out and come back as problems, with path, line and source.
    """
    tidier = _Tidier(layer)
    values = tidier.section(layer.values, spec_shape(), "")
    return replace(layer, values=values), tidier.problems


class _Tidier:
    def __init__(self, layer: Layer) -> None:
        self.layer = layer
        self.problems: list[Problem] = []

    def section(self, values: Mapping[Any, Any], shape: Shape, path: str) -> dict[str, Any]:
        kept: dict[str, Any] = {}
        for raw, value in values.items():
            key = str(raw)
            child = child_of(shape, key)
            where = f"{path}.{key}" if path else key
            if child is None:
                self._report(unknown_key(where, key, value, shape), where)
                continue
            ok, tidied = self.value(_written_out(where, value), child, where)
            if ok:
                kept[key] = tidied
        return kept

    def value(self, value: Any, shape: Shape, path: str) -> tuple[bool, Any]:
        """Whether the value may stay, and what it is then."""
        if value is None:
            return True, None
        if shape.kind in ("section", "map"):
            if not isinstance(value, Mapping):
                return self._refuse(path, value, shape)
            return True, self.section(value, shape, path)
        if shape.kind == "list" and shape.item is not None:
            return True, self._list(value, shape.item, path)
        return True, as_written(value) if shape.kind == "text" else value

    def _list(self, value: Any, item: Shape, path: str) -> Any:
        if isinstance(value, str):
            value = [value]
        if not isinstance(value, (list, tuple)):
            return value
        tidied = []
        for index, entry in enumerate(value):
            if item.kind == "section" and not isinstance(entry, Mapping):
                tidied.append(as_written(entry))
                continue
            ok, one = self.value(entry, item, f"{path}.{index}")
            if ok:
                tidied.append(one)
        return tidied

    def _refuse(self, path: str, value: Any, shape: Shape) -> tuple[bool, Any]:
        if _ACU.fullmatch(path):
            message = f"`acu` cannot be {shown(value)}"
            self._report(Problem(path, message, hint="write a range as MIN-MAX, e.g. 0.5-16"), path)
            return False, None
        name = path.rpartition(".")[2]
        example = next(iter(shape.keys), None) or "KEY"
        message = f"`{name}` is a section, so it cannot be {shown(value)}"
        self._report(Problem(path, message, hint=f"write `{name}:` and under it, indented, `{example}: ...`"), path)
        return False, None

    def _report(self, problem: Problem, path: str) -> None:
        located = {"line": self.layer.line_of(path), "source": self.layer.source}
        self.problems.append(Problem(**{**vars(problem), **located}))


def _written_out(path: str, value: Any) -> Any:
    """Short forms as mappings: `acu: 0.5-16`, `backend: local`; engines by AWS's name."""
    if _ACU.fullmatch(path) and isinstance(value, (str, int, float)) and not isinstance(value, bool):
        with suppress(ValueError):
            return parse_acu_range(value)
    if value is None and _REGION.fullmatch(path):
        return {}
    if path == "credentials.rotation" and value in ("on", "off", True, False):
        return {"enabled": value in ("on", True)}
    if path in _SWITCHES and (isinstance(value, bool) or value == {}):
        return {"enabled": value is not False}
    if path == "backend" and isinstance(value, str):
        return {"type": value}
    return canonical_engine(value) if path == "engine" else value
