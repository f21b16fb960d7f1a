"""Which paths a resolved spec may have, so that a misspelt one in `where` or `require` is an error and does not match nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from fnmatch import fnmatchcase
from typing import Any

from aurora_cli.spec.layers.shape import Shape, child_of, spec_shape, split_path
from aurora_cli.spec.layers.unknown import unknown_key
from aurora_cli.spec.values.suggestions import did_you_mean, listing, nearest, shown

LABEL = "label."
BESIDE_THE_SPEC = ("file", "account")
"""Facts of a spec that are no fields of it."""


def check_term(path: str, glob: str, more: Collection[str] = ()) -> None:
    """Refuse a term of `where` that no spec can ever match. Whether there is such a label is for who knows the specs.

    Args:
        more: further paths that are known.

    Raises:
        ValueError: with the reason, and the path or value that was probably meant.
    """
    name = path.removeprefix(LABEL)
    if path in (*BESIDE_THE_SPEC, *more) or name not in (path, ""):
        return
    if path in (LABEL, "label"):
        raise ValueError("name the label, e.g. `label.team=payments`")
    shape = spec_shape()
    walked: tuple[str, ...] = ()
    for key in split_path(path):
        shape = step_into(_entry(shape), key, walked, () if walked else (*BESIDE_THE_SPEC, "label", *more))
        walked = (*walked, key)
    value = _entry(shape)
    if value.kind in ("section", "map"):
        example = next(iter(value.keys), "KEY")
        raise ValueError(f"`{path}` is a section: compare a value in it, e.g. `{path}.{example}`")
    choices = [_text(one) for one in value.choices]
    if choices and glob and not any(fnmatchcase(one, glob) for one in choices):
        raise ValueError(never(path, glob, choices))


def step_into(shape: Shape, key: str, walked: Sequence[str] = (), beside: Collection[str] = ()) -> Shape:
    """The shape under a key. Raises ValueError for one that is not known there.

    Args:
        walked: keys that lead to the shape.
        beside: further keys to suggest.
    """
    found = child_of(shape, key)
    if found is not None:
        return found
    if shape.kind not in ("section", "map"):
        raise ValueError(f"`{'.'.join(walked)}` is a value, and has no `{shown(key)}` in it")
    problem = unknown_key(".".join((*walked, key)), key, None, shape)
    meant = nearest(key, (*shape.keys, *beside))
    raise ValueError(f"{problem.message}; {f'did you mean `{meant}`?' if meant in beside else problem.hint}")


def never(path: str, value: Any, choices: Iterable[Any]) -> str:
    """What to say about a value that a field never has."""
    known = [_text(one) for one in choices]
    hint = did_you_mean(_text(value), known)
    return f"`{path}` is never {shown(_text(value))}, but {listing(known)}{f'; {hint}' if hint else ''}"


def _entry(shape: Shape) -> Shape:
    """What is compared: of a list, one entry."""
    return shape.item if shape.kind == "list" and shape.item else shape


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
