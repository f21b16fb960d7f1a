"""The shortest spec that says the same: without what equals a default, or follows from the rest."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aurora_cli.errors import SpecInvalid
from aurora_cli.spec.layers.layers import Layer
from aurora_cli.spec.model.cluster import ClusterSpec
from aurora_cli.spec.resolve.resolve import resolve
from aurora_cli.spec.rules.all import check_names
from aurora_cli.spec.text.dump import dump_values, plain_values

_ALWAYS = frozenset(
    {
        ("name",),
        ("region",),
        ("engine",),
        ("engine_version",),
        ("instances", "class"),
        ("instances", "readers"),
        ("backup", "window"),
        ("maintenance", "window"),
        ("deletion_protection",),
    }
)
"""Defaults of another release may differ in these, or a reader looks for them."""


def dump_minimal(spec: ClusterSpec) -> str:
    """The spec as YAML that loads again to the same spec, without the leaves that are not needed for it."""
    return dump_values(minimal(spec))


def minimal(spec: ClusterSpec) -> dict[str, Any]:
    """The nested values, as written in YAML, without each leaf that can be left out with the same result."""
    left = plain_values(spec)
    for path in list(_leaves(left, ())):
        shorter = _without(left, path)
        if path not in _ALWAYS and _spec(shorter) == spec:
            left = shorter
    return left


def _spec(values: dict[str, Any]) -> ClusterSpec | None:
    try:
        return resolve([Layer(values, "adopted")], skip_checks=check_names()).spec
    except SpecInvalid:
        return None


def _leaves(values: dict[str, Any], prefix: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for name, value in values.items():
        if isinstance(value, dict):
            yield from _leaves(value, (*prefix, name))
        else:
            yield (*prefix, name)


def _without(values: dict[str, Any], path: tuple[str, ...]) -> dict[str, Any]:
    """A copy without the leaf, and without the sections that are empty then."""
    kept = dict(values)
    if len(path) == 1:
        kept.pop(path[0], None)
        return kept
    inner = _without(kept.get(path[0], {}), path[1:])
    if inner:
        kept[path[0]] = inner
    else:
        kept.pop(path[0], None)
    return kept
