"""Reading YAML: values as written, lines, and everything that is refused."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from aurora_cli.errors import InvalidInput, SpecInvalid
from aurora_cli.spec.text.load import MAX_BYTES, load_file, load_yaml
from aurora_cli.spec.values.yaml_tree import MAX_DEPTH, MAX_NODES


def values(text: str) -> dict[str, Any]:
    return load_yaml(text, source="orders.yaml").values


def refusal(text: str) -> SpecInvalid:
    with pytest.raises(SpecInvalid) as caught:
        load_yaml(text, source="orders.yaml")
    return caught.value


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("16.10", "16.10"),
        ("16.8", 16.8),
        ("16", 16),
        ("0640", "0640"),
        ("0x1F", "0x1F"),
        ("1e3", "1e3"),
        ("1_000", "1_000"),
        ("-0", "-0"),
        (".inf", ".inf"),
        ("123456789012345678901234567890", "123456789012345678901234567890"),
        ("true", True),
        ("yes", "yes"),
        ("no", "no"),
        ("on", "on"),
        ("null", None),
        ("~", None),
        ("", None),
        ('"16"', "16"),
        ("'true'", "true"),
        ("!!str 16", "16"),
        ("2026-01-01", "2026-01-01"),
        ("03:00-04:00", "03:00-04:00"),
        ("|\n  two\n  lines", "two\nlines\n"),
    ],
)
def test_a_scalar_keeps_what_was_written(written: str, value: Any) -> None:
    loaded = values(f"key: {written}\n")["key"]
    assert loaded == value
    assert type(loaded) is type(value)


def test_lines_are_known_for_every_path() -> None:
    layer = load_yaml(
        "name: a\n\ninstances:\n  readers: 2\n  overrides:\n    2:\n      zone: x\nlist:\n  - a\n  - b\n", source="f"
    )
    assert layer.lines == {
        "name": 1,
        "instances": 3,
        "instances.readers": 4,
        "instances.overrides": 5,
        "instances.overrides.2": 6,
        "instances.overrides.2.zone": 7,
        "list": 8,
        "list.0": 9,
        "list.1": 10,
    }
    assert layer.line_of("instances.readers.more") == 4
    assert layer.line_of("nowhere") is None


def test_keys_are_text() -> None:
    assert values("1: a\ntrue: b\n16.10: c\n") == {"1": "a", "true": "b", "16.10": "c"}


def test_a_key_given_twice_names_both_lines() -> None:
    problem = refusal("name: a\nregion: b\nname: c\n").problems[0]
    assert (problem.path, problem.line) == ("name", 3)
    assert "line 1" in problem.message


def test_every_repeated_key_is_reported() -> None:
    assert [p.path for p in refusal("a: 1\na: 2\nb:\n  c: 1\n  c: 2\n").problems] == ["a", "b.c"]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", None, "empty"),
        ("# only a comment\n", None, "empty"),
        ("- a\n", 1, "a list"),
        ("just text\n", 1, "a single value"),
        ("a: 1\n---\nb: 2\n", 2, "more than one YAML document"),
        ("a:\n\tb: 1\n", 2, "a tab"),
        ("a: [1, 2\n", None, "not valid YAML"),
        ("a: 'open\n", None, "not valid YAML"),
        ("a: 1\n b: 2\n", 2, "not valid YAML"),
        ("a: !!python/object/apply:os.system [ls]\n", 1, "tag"),
        ("a: !custom 1\n", 1, "tag"),
        ("a: !!binary aGk=\n", 1, "tag"),
        ("a: *nobody\n", 1, "alias"),
        ("a: &x [*x]\n", 1, "alias"),
        ("? [a, b]\n: c\n", 1, "a key must be text"),
        ("a: {{ name }}\n", 1, "a key must be text"),
        ("<<: 3\n", 1, "<<"),
        ("a: \x00\n", None, "not valid YAML"),
    ],
)
def test_what_is_not_one_plain_mapping_is_refused(text: str, line: int | None, words: str) -> None:
    problem = refusal(text).problems[0]
    assert words in problem.message
    assert problem.source == "orders.yaml"
    if line is not None:
        assert problem.line == line


def test_anchors_aliases_and_merges_work() -> None:
    text = "base: &b {readers: 1, class: x}\nnetwork: &n\n  zones: 2\nother:\n  <<: [*n, *b]\n  readers: 5\nagain: *b\n"
    loaded = values(text)
    assert loaded["other"] == {"zones": 2, "readers": 5, "class": "x"}
    assert loaded["again"] == {"readers": 1, "class": "x"}


def test_an_alias_bomb_is_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    assert f"more than {MAX_NODES}" in refusal("\n".join(lines)).problems[0].message


def test_deep_nesting_is_refused() -> None:
    assert f"{MAX_DEPTH} levels" in refusal("a: " + "[" * 5000).problems[0].message


def test_too_many_values_are_refused() -> None:
    assert f"more than {MAX_NODES}" in refusal("a: [" + "1," * (MAX_NODES + 1) + "1]").problems[0].message


def test_a_large_text_is_refused_before_it_is_parsed() -> None:
    with pytest.raises(InvalidInput, match="larger than 1 MiB"):
        load_yaml("#" * (MAX_BYTES + 1), source="orders.yaml")


def test_a_file_is_read_with_its_name_as_source(tmp_path: Path) -> None:
    path = tmp_path / "orders.yaml"
    path.write_bytes("\ufeffname: größe\r\n".encode())
    layer = load_file(str(path), io.StringIO())
    assert layer.values == {"name": "größe"}
    assert layer.source == str(path)


def test_a_dash_is_standard_input() -> None:
    layer = load_file("-", io.StringIO("name: a\n"))
    assert (layer.values, layer.source) == ({"name": "a"}, "standard input")


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "no such file"), (b"\xff\xfe\x00", "not UTF-8"), (b"#" * (MAX_BYTES + 1), "larger than 1 MiB")],
)
def test_a_file_that_cannot_be_read_says_why(tmp_path: Path, content: bytes | None, words: str) -> None:
    path = tmp_path / "orders.yaml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InvalidInput, match=words):
        load_file(str(path), io.StringIO())


def test_a_folder_or_a_broken_name_is_an_input_error(tmp_path: Path) -> None:
    for name in (str(tmp_path), "a\0b"):
        with pytest.raises(InvalidInput):
            load_file(name, io.StringIO())
