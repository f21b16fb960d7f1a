"""JSON that may be anything ends in a value or in an error of ours."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from aurora_cli.errors import StackDamaged
from aurora_cli.json_input import json_object, parse_json, read_json

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
