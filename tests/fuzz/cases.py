"""Input that is not as it should be: how much of it a run tries, what is put in, and what every answer to it must be."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from tests.harness import Outcome

SOAK = int(os.environ.get("SOAK", "0"))
"""Cases of the whole soak, by `make soak`; 0 for the few of `make test`."""
DOCUMENTED = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}
_BROKEN = ("Traceback", "Internal error")
_DEEP = "[" * 100_000
_LONG = "9" * 400

RAW = st.sampled_from(
    [
        b"",
        b"\xff\xfe",
        b"\x80demo",
        b"\xef\xbb\xbf{}",
        "{}".encode("utf-16"),
        b"\x00" * 40,
        b"<html><body>Bad gateway</body></html>",
        _DEEP.encode(),
        b'{"a":' * 50_000,
        (b"[" * 900) + (b"]" * 900),
        _LONG.encode(),
        b"1e999",
        b"NaN",
        b'"\\ud800"',
    ]
)
"""Whole documents that are none."""
NUMBERS = [0, -1, 10**30, 10**400, 1e308, float("inf"), float("-inf"), float("nan")]
TEXTS = ["", "²", "\ud800", "\udc80demo", "\x1b[31m", "\x00", "a" * 5000, "../../etc", "inf", "nan", "1e999", "-", "é"]
_KEYS = st.sampled_from(["id", "type", "", "x"])
SCALAR = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.sampled_from([*NUMBERS, *TEXTS]), st.text(max_size=8)
)
VALUE = st.one_of(
    SCALAR,
    st.recursive(
        SCALAR, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(_KEYS, inner, max_size=2), max_leaves=4
    ),
)
"""Values that may be in the place of others."""
GONE = object()
"""Nothing in its place."""
EDITS = st.lists(st.tuples(st.integers(0, 10_000), st.one_of(st.just(GONE), VALUE)), min_size=1, max_size=3)
"""Which places of a document get which value."""


def cases(of_suite: int, share: float) -> settings:
    """How many cases a fuzzer tries: `of_suite` in `make test`, its share of SOAK in `make soak`, new ones each time."""
    return settings(
        max_examples=max(of_suite, int(SOAK * share)),
        derandomize=not SOAK,
        deadline=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )


def edited(document: Any, edits: list[tuple[int, Any]]) -> Any:
    """A copy of a JSON document with other values in some of its places."""
    whole = [json.loads(json.dumps(document))]
    for number, value in edits:
        holders = list(_places(whole))
        holder, key = holders[number % len(holders)]
        if value is GONE and holder is not whole:
            del holder[key]
        else:
            holder[key] = None if value is GONE else value
    return whole[0]


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    for key, child in list(value.items() if isinstance(value, dict) else enumerate(value)):
        yield value, key
        if isinstance(child, dict | list):
            yield from _places(child)


def assert_told(outcome: Outcome, *words: object) -> None:
    """The command did what was asked, or said in a sentence why not."""
    assert outcome.status in DOCUMENTED, (words, outcome)
    assert not any(mark in outcome.err + outcome.out for mark in _BROKEN), (words, outcome.err[-3000:])
    assert outcome.status == 0 or "error: " in outcome.err or outcome.out, (words, outcome)
