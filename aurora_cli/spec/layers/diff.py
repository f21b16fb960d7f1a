"""A spec as flat leaves, and what differs between two."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from aurora_cli.spec.layers.shape import key_of
from aurora_cli.spec.model.cluster import ClusterSpec
from aurora_cli.spec.model.fields import ShortForm


@dataclass(frozen=True)
class FieldChange:
    """One leaf that differs.

    Attributes:
        path: dotted path.
        old: value before; None when it was not there.
        new: value now; None when it is gone.
    """

    path: str
    old: Any
    new: Any

    @property
    def before(self) -> str:
        """The old value in words."""
        return value_words(self.old)

    @property
    def after(self) -> str:
        """The new value in words."""
        return value_words(self.new)


def value_words(value: Any) -> str:
    """A value as a spec file writes it, on one line; `not set` for none."""
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, BaseModel):
        given = value.model_dump(by_alias=True, exclude_none=True)
        first = next(iter(type(value).model_fields), "")
        return value_words(given[first] if isinstance(value, ShortForm) and [*given] == [first] else given)
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {value_words(one)}' for key, one in value.items())}}}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(value_words, value))}]"
    return str(value)


def leaves(spec: ClusterSpec) -> dict[str, Any]:
    """Dotted path -> value, in the order of the model. Entries of maps are leaves of their own; lists are one leaf."""
    found: dict[str, Any] = {}
    _collect(spec, "", found)
    return found


def differences(old: ClusterSpec, new: ClusterSpec) -> list[FieldChange]:
    """The leaves that differ, in the order of the model."""
    before, after = leaves(old), leaves(new)
    paths = list(dict.fromkeys([*before, *after]))
    changed = [path for path in paths if before.get(path) != after.get(path)]
    return [FieldChange(path, before.get(path), after.get(path)) for path in changed]


def _collect(model: BaseModel, prefix: str, found: dict[str, Any]) -> None:
    for name, info in type(model).model_fields.items():
        path, value = f"{prefix}{key_of(name, info)}", getattr(model, name)
        if isinstance(value, BaseModel):
            _collect(value, f"{path}.", found)
        elif isinstance(value, dict) and value:
            _collect_map(value, path, found)
        else:
            found[path] = value


def _collect_map(values: dict[str, Any], path: str, found: dict[str, Any]) -> None:
    for key, value in values.items():
        if isinstance(value, BaseModel):
            _collect(value, f"{path}.{key}.", found)
        else:
            found[f"{path}.{key}"] = value
