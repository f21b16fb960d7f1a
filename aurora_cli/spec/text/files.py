"""The files that a spec names: which fields do is marked in the model, by `NamesFile`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from aurora_cli.spec.layers.shape import Shape, child_of, spec_shape


def file_beside(folder: Path, name: str) -> Path:
    """The file that a spec in a folder means by a name."""
    return folder / Path(name).expanduser()


def named_files(values: Any, shape: Shape | None = None) -> Iterator[str]:
    """The names of files in a spec, which need not be valid, as they are written there.

    Args:
        values: of the spec, nested.
        shape: of the values; default: of a whole spec.
    """
    shape = shape or spec_shape()
    if isinstance(values, list):
        for one in values:
            yield from named_files(one, shape.item if shape.item and not shape.names_file else shape)
    elif isinstance(values, Mapping):
        for key, value in values.items():
            child = child_of(shape, str(key))
            if child is not None:
                yield from named_files(value, child)
    elif shape.names_file and isinstance(values, str):
        yield values
