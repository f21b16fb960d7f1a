"""What to say about a key that the spec does not have."""

from __future__ import annotations

from typing import Any

from aurora_cli.problem import Problem
from aurora_cli.spec.facts.tables import table
from aurora_cli.spec.layers.arguments import arguments
from aurora_cli.spec.layers.shape import Shape, leaf_paths
from aurora_cli.spec.values.suggestions import nearest, shown


def unknown_key(path: str, key: str, value: Any, shape: Shape) -> Problem:
    """The problem for an unknown key, with the key that was probably meant.

    Args:
        path: dotted path of the key.
        key: the key as written.
        value: what it was given; only its presence matters, it is never shown (it may be a secret).
        shape: the section it stands in.
    """
    section = path.rpartition(".")[0]
    place = f"`{section}`" if section else "a cluster's spec"
    message = f"`{shown(key)}` is not a key of {place}"
    return Problem(path, message, hint=_hint(key, shape, section))


def _hint(key: str, shape: Shape, section: str) -> str:
    folded = key.strip().lower().replace("-", "_")
    if folded in shape.keys:
        return f"write it as `{folded}`"
    elsewhere = _elsewhere(folded, section)
    advice = table("other_names")["names"].get(folded) or (None if elsewhere else _by_argument(folded))
    if advice:
        return str(advice)
    near = nearest(folded, shape.keys)
    if near:
        return f"did you mean `{near}`?"
    if elsewhere == folded:
        return f"`{folded}` applies to the whole cluster: write it at the top level of the spec"
    if elsewhere:
        return f"`{folded}` belongs elsewhere: `{elsewhere}`"
    return f"known keys here: {', '.join(sorted(shape.keys))}"


def _by_argument(key: str) -> str | None:
    path = next((path for path, one in arguments() if one.name == key), None)
    return f"write it as `{path}`" if path else None


def _elsewhere(key: str, section: str) -> str | None:
    """The place nearest to the top of the spec that has this key."""
    for path, _ in sorted(leaf_paths(), key=lambda leaf: leaf[0].count(".")):
        parts = path.split(".")
        if key in parts:
            found = ".".join(parts[: parts.index(key) + 1])
            if found.rpartition(".")[0] != section:
                return found
    return None
