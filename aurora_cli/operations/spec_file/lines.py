"""Which lines of the spec file say something else than the cluster has."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aurora_cli.errors import AuroraError
from aurora_cli.operations.core.specs import stored_spec
from aurora_cli.operations.spec_file.stored_values import above_inherited, kept_layer, named

if TYPE_CHECKING:
    from aurora_cli.spec.layers.layers import Layer
    from aurora_cli.spec.model.cluster import ClusterSpec
    from aurora_cli.stacks.stack import Stack


@dataclass(frozen=True)
class FileLine:
    """One line.

    Attributes:
        file: as it is shown.
        line: 1-based.
        path: dotted path of what the line names.
        said: the value in the file, in JSON.
        has: the value that the cluster has, in JSON; None for none.
    """

    file: str
    line: int
    path: str
    said: Any
    has: Any

    @property
    def text(self) -> str:
        """For people, without what the cluster has: `orders.yaml:12 says class: db.r6g.large`."""
        return f"{self.file}:{self.line} says {self.path.rpartition('.')[2]}: {in_words(self.said)}"

    def to_dict(self) -> dict[str, Any]:
        """JSON form, as in the published schema."""
        return {"line": self.line, "path": self.path, "says": self.said, "has": self.has}


def lines_that_differ(stack: Stack, file: str | None = None) -> tuple[FileLine, ...]:
    """The lines of a file that differ from the stored spec; none where there is no file that can be read.

    Args:
        file: default: the one that was applied last.

    Raises:
        StackDamaged: the record or the stored spec cannot be read.
    """
    file = file or stack.record.spec_file
    if file is None:
        return ()
    try:
        layer = read_file(file)
        wanted = resolved_beside(stack, layer, file)
    except AuroraError:  # it is being edited, or gone: its own command will say so
        return ()
    return tuple(lines_of(layer, wanted, stored_spec(stack).spec))


def read_file(file: str) -> Layer:
    """The layer in a file, under the name that is shown. Raises InvalidInput, SpecInvalid."""
    from aurora_cli.spec.text.load import load_found

    return load_found(Path(file))


def resolved_beside(stack: Stack, layer: Layer, file: str) -> ClusterSpec:
    """The spec that an apply of a file leads to with that in the file. Raises SpecInvalid, StackDamaged."""
    from aurora_cli.fleet.inherited import inherited_by
    from aurora_cli.spec.layers.layers import Layer
    from aurora_cli.spec.resolve.resolve import resolve
    from aurora_cli.spec.rules.all import check_names

    spec = stored_spec(stack).spec
    identity = {"name": spec.name, "region": spec.region, "engine": spec.engine}
    base = Layer({key: value for key, value in identity.items() if key not in layer.values}, "stack")
    layers = (*inherited_by(Path(file), layer).layers, layer)
    return resolve([base, *above_inherited(kept_layer(stack, layers), layers)], skip_checks=check_names()).spec


def lines_of(layer: Layer, wanted: ClusterSpec, stored: ClusterSpec) -> Iterator[FileLine]:
    """The lines of a file's layer that name what differs between the spec that it leads to and the stored one."""
    from aurora_cli.spec.layers.diff import differences
    from aurora_cli.spec.text.dump import plain_values

    has, seen = plain_values(stored), set()
    for change in differences(stored, wanted):
        found = line_of(layer, change.path, has)
        if found is not None and found.path not in seen:
            seen.add(found.path)
            yield found


def line_of(layer: Layer, path: str, has: Mapping[str, Any]) -> FileLine | None:
    """The line of a file's layer that names a leaf; of a section that the cluster does not have, its first line.

    Args:
        has: nested values of the cluster.
    """
    found = named(layer.values, path)
    if found is None:
        return None
    keys = found[0]
    whole = next((keys[:n] for n in range(1, len(keys)) if not isinstance(at_keys(has, keys[:n]), Mapping)), keys)
    dotted = ".".join(whole)
    line = layer.line_of(dotted)
    if line is None:
        return None
    return FileLine(layer.source, line, dotted, at_keys(layer.values, whole), _as_people_write(at_keys(has, whole)))


def at_keys(values: Any, keys: Sequence[str]) -> Any:
    """The value at the keys of nested values; None where there is none."""
    for key in keys:
        values = values.get(key) if isinstance(values, Mapping) else None
    return values


def _as_people_write(value: Any) -> Any:
    """A rule of a network that has nothing but its source is that source."""
    if not isinstance(value, list):
        return value
    return [one["source"] if isinstance(one, dict) and set(one) == {"source"} else one for one in value]


def in_words(value: Any) -> str:
    """A value as a message has it."""
    from aurora_cli.spec.values.suggestions import shown

    if value is None:
        return "none"
    return shown(json.dumps(value) if isinstance(value, (dict, list)) else value)
