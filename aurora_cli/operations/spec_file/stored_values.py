"""What a file does not name, and stays as the cluster has it: the engine version, and what commands have changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from aurora_cli.operations.core.specs import stored_layer, stored_spec

if TYPE_CHECKING:
    from aurora_cli.operations.core.specs import SpecRequest
    from aurora_cli.spec.resolve.resolve import Layer
    from aurora_cli.stacks.stack import Stack

_ALWAYS = ("engine_version", "resource_name")
"""What stays whoever has set it: another version is an upgrade, and what is around a cluster keeps its name."""
_OF_OPERATIONS = ("upgrade", "rotate-ca", "promote")
"""Origins that only operations give. Records of earlier versions hold them, and not what has changed."""
_SERVERLESS = "db.serverless"


def with_stored_values(request: SpecRequest, stack: Stack) -> SpecRequest:
    """The request with what stays below its layers, and with where that came from.

    Raises:
        StackDamaged: the stored spec cannot be read.
    """
    if not request.layers:
        return request
    return replace(
        request,
        layers=above_inherited(kept_layer(stack, request.layers), request.layers),
        stored_origins=stack.record.origins,
    )


def above_inherited(kept: Layer, layers: Sequence[Layer]) -> tuple[Layer, ...]:
    """All layers, with what is kept above those that a file inherits."""
    inherited = [layer for layer in layers if layer.inherited]
    return (*inherited, kept, *(layer for layer in layers if not layer.inherited))


def kept_layer(stack: Stack, layers: Sequence[Layer]) -> Layer:
    """The values of the stored spec that stay where the layers do not name them. Raises StackDamaged."""
    from aurora_cli.spec.layers.flags import put
    from aurora_cli.spec.layers.merge import IDENTITY
    from aurora_cli.spec.values.engine_names import canonical_engine

    stored, spec, record = stored_layer(stack), stored_spec(stack).spec, stack.record
    kept: dict[str, Any] = {}
    if canonical_engine(said(layers, "engine") or spec.engine) == spec.engine:  # else it is refused, whatever stays
        by_origin = [path for path, origin in record.origins.items() if origin in _OF_OPERATIONS]
        for path in dict.fromkeys((*_ALWAYS, *record.changed, *by_origin)):
            found = None if path in IDENTITY else named(stored.values, path)
            if found is not None and not _is_implied(path, found[1], layers):
                put(kept, list(found[0]), found[1])
    return replace(stored, values=kept, lines={})


def named(values: Mapping[str, Any], path: str) -> tuple[tuple[str, ...], Any] | None:
    """Where nested values name a leaf: its keys, or those of what is written as one value around it, and the value there."""
    from aurora_cli.spec.layers.shape import split_path

    at: Any = values
    keys: list[str] = []
    for key in split_path(path):
        if not isinstance(at, Mapping):
            break
        if key not in at:
            return None
        keys.append(key)
        at = at[key]
    return tuple(keys), at


def said(layers: Sequence[Layer], path: str) -> Any:
    """The value of the highest layer that names a path; None where none does."""
    found = [one[1] for layer in layers if (one := named(layer.values, path)) is not None]
    return found[-1] if found else None


def _is_implied(path: str, value: Any, layers: Sequence[Layer]) -> bool:
    """What a layer names instead: a capacity is that of serverless instances, high availability takes a reader,
    a source has its own user."""
    if path == "username":
        return said(layers, "source") is not None
    if path == "instances.class":
        return value != _SERVERLESS and said(layers, "instances.acu") is not None
    return path == "instances.readers" and value == 0 and said(layers, "high_availability") in (True, "true")
