"""Documents for scripts."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from aurora_cli.errors import GuardRefused, SpecInvalid
from aurora_cli.problem import Problem
from aurora_cli.ui.console import make_consoles
from aurora_cli.ui.serialize import DataFormat, emit_data, error_document, to_text
from tests.unit.ui_screens import screen

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)
documents = st.dictionaries(st.text(), values, max_size=4)


@given(documents)
def test_json_gives_back_what_went_in_and_holds_no_control_character(document: dict[str, Any]) -> None:
    text = to_text(document, "json")
    assert json.loads(text) == document
    assert not {c for c in text if c != "\n" and (c < " " or "\x7f" <= c <= "\x9f")}
    text.encode("utf-8")


@given(documents)
def test_yaml_gives_back_what_went_in_and_holds_no_escape_sequence(document: dict[str, Any]) -> None:
    text = to_text(document, "yaml")
    assert YAML(typ="safe", pure=True).load(io.StringIO(text)) == document
    assert "\x1b" not in text
    assert "\x9b" not in text


@pytest.mark.parametrize("format_", ["json", "yaml"])
def test_keys_keep_their_order_and_the_document_ends_with_a_line_break(format_: DataFormat) -> None:
    text = to_text({"zebra": 1, "apple": {"b": 1, "a": 2}}, format_)
    assert text.index("zebra") < text.index("apple")
    assert text.endswith("\n")
    assert not text.endswith("\n\n")


def test_letters_are_not_escaped_unless_the_stream_needs_it() -> None:
    assert "é" in to_text({"a": "é"}, "json")
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    emit_data(make_consoles("auto", {}, stream, stream), {"a": "é"}, "json")
    assert json.loads(raw.getvalue()) == {"a": "é"}


def test_yaml_words_that_older_readers_take_for_booleans_are_quoted() -> None:
    assert to_text({"a": "yes", "b": "off"}, "yaml") == 'a: "yes"\nb: "off"\n'


def test_a_long_value_stays_on_one_line() -> None:
    shown = screen(40)
    emit_data(shown.consoles, {"host": "h" * 300}, "yaml")
    assert shown.out == f"host: {'h' * 300}\n"
    assert shown.err == ""


def test_a_closed_pipe_is_left_to_the_caller() -> None:
    class Closed(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        emit_data(make_consoles("auto", {}, Closed(), io.StringIO()), {}, "json")


def test_an_error_is_a_document_too() -> None:
    error = GuardRefused("It would be lost.", hint="--allow 'x'", details={"password": "p", "addresses": ["x"]})
    assert error_document(error) == {
        "schema_version": 1,
        "error": {
            "code": "guard",
            "message": "It would be lost.",
            "hint": "--allow 'x'",
            "details": {"password": "(hidden)", "addresses": ["x"]},
        },
    }


def test_the_problems_of_a_spec_are_in_its_document() -> None:
    error = SpecInvalid("broken", problems=[Problem("instances.readers", "too many", line=3, source="a.yaml")])
    assert error_document(error)["error"]["details"]["problems"][0]["line"] == 3


@pytest.mark.parametrize("format_", ["json", "yaml"])
def test_half_a_pair_never_gets_out(format_: DataFormat) -> None:
    """Names of files may hold any bytes; a parser may refuse what is no Unicode."""
    text = to_text({"a\udcff": ["b\ud800"]}, format_)
    assert YAML(typ="safe").load(text) == {"a\ufffd": ["b\ufffd"]}
    assert "\\ud" not in text
