"""Whatever is in a spec file: a verdict with the lines that are wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from tests.fuzz.cases import EDITS, RAW, assert_told, cases, edited
from tests.harness import clean_environ, run_main

EXAMPLES = [path.read_text() for path in sorted((Path(__file__).parents[2] / "examples").glob("*.yaml"))]
DOCUMENTS = [json.loads(json.dumps(YAML(typ="safe").load(text), default=str)) for text in EXAMPLES]
PIECES = st.sampled_from(
    [
        b"\t",
        b"\x00",
        b"\xff",
        b"\x80",
        b"\xc2\x85",
        b": .inf\n",
        b": -.INF\n",
        b": .nan\n",
        b": 1e999\n",
        b": 0x" + b"f" * 400,
        b": " + b"9" * 5000,
        b"{" * 20_000,
        b"[" * 20_000,
        b"- " * 2000,
        b"? " * 500,
        b"&a [*a]\n",
        b"<<: *x\n",
        b"!!python/x y",
        b"%YAML 9.9\n---\n",
        b"---\n---\n",
        b"|" + b"9" * 30,
        b'"\\ud800"',
        b"'",
        b"2026-99-99",
        b": 1_000:59\n",
        b"\xef\xbb\xbf",
    ]
)
WORDS = st.sampled_from([("validate",), ("validate", "-o", "json"), ("spec", "show")])


def _verdict(words: tuple[str, ...], text: bytes) -> None:
    assert_told(run_main((*words, "-f", "-"), clean_environ(), text), words, text[:2000])


@cases(of_suite=8, share=0.1)
@given(document=st.sampled_from(DOCUMENTS), edits=EDITS, words=WORDS)
def test_values_of_any_kind(document: Any, edits: Any, words: tuple[str, ...]) -> None:
    _verdict(words, json.dumps(edited(document, edits)).encode())


@cases(of_suite=8, share=0.1)
@given(
    text=st.sampled_from(EXAMPLES),
    piece=st.one_of(PIECES, RAW),
    at=st.integers(0, 3000),
    cut=st.booleans(),
    words=WORDS,
)
def test_texts_of_any_kind(text: str, piece: bytes, at: int, cut: bool, words: tuple[str, ...]) -> None:
    data = text.encode()
    place = at % (len(data) + 1)
    _verdict(words, data[:place] + piece + (b"" if cut else data[place:]))
