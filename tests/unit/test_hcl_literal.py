"""Values as HCL literals: each means the value, and nothing in it becomes code."""

from __future__ import annotations

import unicodedata
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aurora_cli.errors import InvalidInput
from aurora_cli.hcl.literal import Expression, Name, to_hcl


@pytest.mark.parametrize(
    ("value", "literal"),
    [
        (None, "null"),
        (True, "true"),
        (False, "false"),
        (0, "0"),
        (-5, "-5"),
        (10**20, "100000000000000000000"),
        (0.5, "0.5"),
        (16.0, "16"),
        (-0.0, "0"),
        (1e-07, "0.0000001"),
        (1e22, "10000000000000000000000"),
        (Decimal("1.50"), "1.5"),
        ("", '""'),
        ("plain", '"plain"'),
        ('say "hi"', '"say \\"hi\\""'),
        ("C:\\new", '"C:\\\\new"'),
        ("a\tb\r\nc", '"a\\tb\\r\\nc"'),
        ("${aws_vpc.this.id}", '"$${aws_vpc.this.id}"'),
        ("%{ if true }", '"%%{ if true }"'),
        ("$${x}", '"$$${x}"'),
        ("100% $5 $", '"100% $5 $"'),
        ("é漢🙂", '"é漢🙂"'),
        ("\x00\x1b\x7f", '"\\u0000\\u001b\\u007f"'),
        ("a\u2028b\ufeff", '"a\\u2028b\\ufeff"'),
        ("\U000e0001", '"\\U000e0001"'),
        ([], "[]"),
        (["a", 1, True, None], '["a", 1, true, null]'),
        (("a",), '["a"]'),
        ({}, "{}"),
        ({"a": None}, "{}"),
        ({"name": "x", "other": 1}, '{\nname = "x"\nother = 1\n}'),
        ({"name": "x", "a b": None}, '{\nname = "x"\n}'),
        ({"name": "x", "a b": 1}, '{\n"name" = "x"\n"a b" = 1\n}'),
        ({"for": 1}, '{\n"for" = 1\n}'),
        ({"1": 1}, '{\n"1" = 1\n}'),
        ({"${x}": 1}, '{\n"$${x}" = 1\n}'),
        (Expression("aws_vpc.this.id"), "aws_vpc.this.id"),
        ([Expression("aws_vpc.this.id"), "aws_vpc.this.id"], '[aws_vpc.this.id, "aws_vpc.this.id"]'),
    ],
)
def test_literal(value: Any, literal: str) -> None:
    assert to_hcl(value) == literal


def test_whole_lines_are_written_as_a_heredoc() -> None:
    assert to_hcl('first "one"\n  ${second}\n') == '<<EOT\nfirst "one"\n  $${second}\nEOT'


@pytest.mark.parametrize(
    "text", ["one line\n", "no end\nof line", "a\nEOT\n", "a\n  EOT  \n", "a\x00\nb\n", "a\r\nb\r\n"]
)
def test_text_that_a_heredoc_would_change_is_quoted(text: str) -> None:
    assert to_hcl(text).startswith('"')


def test_a_heredoc_in_a_list_is_quoted_since_a_comma_must_follow() -> None:
    assert to_hcl(["a\nb\n"]) == '["a\\nb\\n"]'


def test_long_lists_are_written_one_item_a_line() -> None:
    items = ["x" * 30] * 4
    assert to_hcl(items) == "[\n" + f'"{"x" * 30}",\n' * 4 + "]"


def test_signs_that_join_are_escaped_in_keys_so_that_columns_can_be_counted() -> None:
    assert to_hcl({"über 漢": 1}) == '{\n"über 漢" = 1\n}'
    family = "\U0001f468\u200d\U0001f469"
    assert to_hcl({family: 1}) == '{\n"\\U0001f468\\u200d\\U0001f469" = 1\n}'


@pytest.mark.parametrize("value", [b"bytes", bytearray(b"x"), {"a"}, frozenset(), object(), 1j, range(3), {1: "x"}])
def test_other_types_are_refused(value: Any) -> None:
    with pytest.raises(TypeError):
        to_hcl(value)


@pytest.mark.parametrize("value", [float("inf"), float("-inf"), float("nan"), Decimal("Infinity")])
def test_numbers_without_digits_are_refused(value: Any) -> None:
    with pytest.raises(ValueError, match="no HCL literal"):
        to_hcl(value)


def test_text_that_terraform_would_change_is_refused() -> None:
    with pytest.raises(InvalidInput, match="normal form C") as caught:
        to_hcl("u\u0308ber")
    assert caught.value.hint is not None and "über" in caught.value.hint


def test_half_a_surrogate_pair_is_refused() -> None:
    with pytest.raises(InvalidInput, match="surrogate"):
        to_hcl("\ud800")


@pytest.mark.parametrize(
    "text",
    ["aws_vpc.this.id", "local.zones[0]", 'local.instances["1"].class', "data.aws_kms_key.storage.arn", "each.value"],
)
def test_references_are_expressions(text: str) -> None:
    assert to_hcl(Expression(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "1",
        "a.b ",
        "a.b\n",
        "a.b }",
        'a["${x}"]',
        "file(a.b)",
        "a.b + c.d",
        "a..b",
        'a["\\"]',
        "A.b",
        "a.b[x.y]",
    ],
)
def test_nothing_else_is_an_expression(text: str) -> None:
    with pytest.raises(ValueError, match="not a reference"):
        Expression(text)


def test_text_made_from_an_expression_is_text_again() -> None:
    assert to_hcl(Expression("local.name") + "-x") == '"local.name-x"'


_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}


def _quoted_value(literal: str) -> str:
    """A scanner of HCL's string literals after its specification; fails on a template or a loose quote."""
    assert literal[0] == literal[-1] == '"'
    out, rest = [], literal[1:-1]
    while rest:
        if rest[0] == "\\":
            length = {"u": 6, "U": 10}.get(rest[1], 2)
            code = rest[2:length]
            out.append(chr(int(code, 16)) if code else _ESCAPES[rest[1]])
            rest = rest[length:]
        elif rest[:3] in ("$${", "%%{"):
            out.append(rest[1:3])
            rest = rest[3:]
        else:
            assert rest[0] not in '"\n' and rest[:2] not in ("${", "%{")
            out.append(rest[0])
            rest = rest[1:]
    return "".join(out)


@given(st.text(st.characters(exclude_categories=["Cs"])) | st.text('${}%"\\\n\r\ta'))
def test_any_text_is_carried_unchanged(text: str) -> None:
    text = unicodedata.normalize("NFC", text)
    literal = to_hcl(text)
    if literal.startswith("<<EOT\n"):
        body = literal.removeprefix("<<EOT\n").removesuffix("EOT")
        assert "\n".join(_quoted_value(f'"{_escaped(line)}"') for line in body.split("\n")) == text
    else:
        assert "\n" not in literal
        assert _quoted_value(literal) == text


def _escaped(line: str) -> str:
    """A line of a heredoc, where backslashes and quotes are plain, in the form of a quoted literal."""
    return line.replace("\\", "\\\\").replace('"', '\\"')


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_any_number_keeps_its_value_without_an_exponent(number: float) -> None:
    literal = to_hcl(number)
    assert "e" not in literal.lower()
    assert float(literal) == number


@pytest.mark.parametrize("text", ["a b", "a.b", "", "1a", "for", "x = 1\n", '"x"'])
def test_a_name_of_an_argument_is_an_identifier(text: str) -> None:
    assert to_hcl(Name("engine_version")) == "engine_version"
    with pytest.raises(ValueError, match="not a name"):
        Name(text)
