"""What users of the version before rely on is still there: nothing is gone, and no default, code or exit status is another."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.previous_version import FOLDER
from tests.surface import surface

CHECKOUT = Path(__file__).resolve().parents[2]
BEFORE: dict[str, Any] = json.loads((FOLDER / "surface.json").read_text(encoding="utf-8"))


WIDER = {
    "commands.adopt.argument 0.required is gone": "with --from-state, a state with one cluster names it",
    "commands.sandbox faults add.--delay.type.param_type was 'Float' and is 'Duration'": "6s as well as 6",
    "commands.wait.--for.required is gone": "it has a default",
}
"""Changes that take all that was taken, and more."""


@pytest.fixture(scope="module")
def now() -> dict[str, Any]:
    """The surface of this checkout."""
    return surface(CHECKOUT)


@pytest.mark.parametrize("part", BEFORE)
def test_what_the_version_before_had_is_still_there(part: str, now: dict[str, Any]) -> None:
    assert [change for change in changed(BEFORE[part], now[part], part) if change not in WIDER] == []


def test_what_is_new_is_not_required(now: dict[str, Any]) -> None:
    asked = [
        f"{command} {name}"
        for command, before in BEFORE["commands"].items()
        for name, facts in now["commands"][command].items()
        if name not in before and facts.get("required")
    ]
    assert asked == []


def test_the_comparison_names_what_is_gone_and_what_is_another() -> None:
    before = {"a": {"default": 1, "choices": ["x", "y"]}, "b": {}, "anyOf": [{"type": "text"}], "required": ["name"]}
    after = {"a": {"default": 2, "choices": ["x", "z"]}, "anyOf": [{"type": "number"}], "required": ["name", "c"]}
    assert list(changed(before, after, "spec")) == [
        "spec.a.default was 1 and is 2",
        "spec.a.choices has no 'y' any more",
        "spec.b is gone",
        "spec.anyOf has no {'type': 'text'} any more",
        "spec.required was ['name'] and is ['name', 'c']",
    ]
    assert list(changed(before, {**before, "more": 1}, "spec")) == []


def changed(before: Any, after: Any, path: str) -> Iterator[str]:
    """What is gone or another; what has come does not count."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key, value in before.items():
            if key in after:
                yield from changed(value, after[key], f"{path}.{key}")
            else:
                yield f"{path}.{key} is gone"
    elif isinstance(before, list) and isinstance(after, list) and not path.endswith(".required"):
        for value in before:
            if not any(not list(changed(value, one, path)) for one in after):
                yield f"{path} has no {value!r} any more"
    elif before != after:
        yield f"{path} was {before!r} and is {after!r}"
