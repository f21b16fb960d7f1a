"""JSON that may be anything ends in a value or in an error of ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest

from aurora_cli.errors import StackDamaged
from aurora_cli.json_input import as_dataclass, json_object, parse_json, read_json

BAD: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "it is not JSON: Expecting value in line 1"),
    "cut off": (b'{"key":\n{"a": 1', "it is not JSON: Expecting ',' delimiter in line 2"),
    "no text": (b"\xff\xfe\xfa", "can't decode"),
    "too deep": (b"[" * 100_000, "recursion"),
    "a list": (b"[1]", "list indices must be integers"),
    "a number": (b"1", "not subscriptable"),
    "null": (b"null", "not subscriptable"),
    "another key": (b'{"other": 1}', "'key' is missing"),
    "an odd value": (b'{"key": "x"}', "invalid literal"),
    "deep but closed": (b'{"key": ' + b"[" * 200 + b"]" * 200 + b"}", "nested deeper than 100 levels"),
    "a huge number": (b'{"key": ' + b"9" * 400 + b"}", "a number has 400 digits"),
    "a huge fraction": (b'{"key": 1e999}', "1e999 is not a finite number"),
    "not a number": (b'{"key": NaN}', "NaN is not a finite number"),
    "infinity": (b'{"key": -Infinity}', "-Infinity is not a finite number"),
    "half a character": (b'{"key": 1, "other": "\\ud800"}', "surrogates not allowed"),
    "another encoding": ('{"key": 1}'.encode("utf-16"), "can't decode"),
}


def number(data: Any) -> int:
    return int(data["key"])


@pytest.mark.parametrize("case", BAD)
def test_what_is_damaged_is_an_error_of_ours_or_the_value_instead(case: str, tmp_path: Path) -> None:
    text, why = BAD[case]
    path = tmp_path / "it.json"
    path.write_bytes(text)
    with pytest.raises(StackDamaged) as of_text:
        parse_json(text, number, StackDamaged)
    with pytest.raises(StackDamaged) as of_file:
        read_json(path, number, StackDamaged)
    assert why in of_text.value.message
    assert of_file.value.message == of_text.value.message
    assert parse_json(text, number, lambda why: 7) == read_json(path, number, lambda why: 7) == 7


def test_what_is_whole_is_built_from(tmp_path: Path) -> None:
    path = tmp_path / "it.json"
    path.write_text('{"key": 3}', encoding="utf-8")
    assert read_json(path, number, StackDamaged) == parse_json('{"key": 3}', number, StackDamaged) == 3


def test_an_absent_file_is_damaged_unless_it_may_be_absent(tmp_path: Path) -> None:
    path = tmp_path / "it.json"
    assert read_json(path, number, StackDamaged, absent=0) == 0
    with pytest.raises(StackDamaged, match="No such file"):
        read_json(path, number, StackDamaged)
    with pytest.raises(StackDamaged, match="directory"):
        read_json(tmp_path, number, StackDamaged, absent=0)


def test_an_error_of_ours_is_passed_on() -> None:
    def refuse(data: Any) -> int:
        raise StackDamaged("A newer version wrote it.")

    with pytest.raises(StackDamaged, match="newer version"):
        parse_json("1", refuse, lambda why: 0)


@pytest.mark.parametrize("text", ["[]", "null", "1", '"text"'])
def test_an_object_is_an_object(text: str) -> None:
    assert parse_json(text, json_object, lambda why: {"why": why}) == {"why": "it is not a JSON object"}


@dataclass(frozen=True)
class Step:
    """A part."""

    took: float | None = None


@dataclass(frozen=True)
class Whole:
    """One field of each kind that files of ours have."""

    name: str
    kind: Literal["a", "b"] = "a"
    count: int = 0
    on: bool = False
    words: tuple[str, ...] = ()
    pair: tuple[str, int] | None = None
    steps: Mapping[str, Step] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)


def test_a_dataclass_is_built_from_json_and_what_it_does_not_know_is_left_out() -> None:
    text = (
        '{"name": "n", "kind": "b", "count": 2, "on": true, "words": ["x"], "pair": ["p", 1], "steps": {"s": {"took": 3}},'
        ' "facts": {"f": [1]}, "other": 1}'
    )
    built = parse_json(text, lambda data: as_dataclass(Whole, data), StackDamaged)
    assert built == Whole("n", "b", 2, True, ("x",), ("p", 1), {"s": Step(3.0)}, {"f": [1]})


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[]", "it is not a JSON object"),
        ("{}", "'name' is missing"),
        ('{"name": null}', "'name' is not text"),
        ('{"name": "n", "kind": "c"}', "'kind' is not a known value"),
        ('{"name": "n", "kind": []}', "'kind' is not a known value"),
        ('{"name": "n", "count": true}', "'count' is not a number"),
        ('{"name": "n", "count": 1.5}', "'count' is not a number"),
        ('{"name": "n", "on": 1}', "'on' is not true or false"),
        ('{"name": "n", "words": "x"}', "'words' is not a list"),
        ('{"name": "n", "words": [1]}', "'words' is not text"),
        ('{"name": "n", "pair": ["p"]}', "'pair' is not a list"),
        ('{"name": "n", "steps": [1]}', "'steps' is not an object"),
        ('{"name": "n", "steps": {"s": {"took": "x"}}}', "'took' is not a number"),
    ],
)
def test_a_value_of_another_type_is_named(text: str, why: str) -> None:
    with pytest.raises(StackDamaged) as caught:
        parse_json(text, lambda data: as_dataclass(Whole, data), StackDamaged)
    assert why in caught.value.message
