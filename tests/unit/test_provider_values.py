"""Values on the wire and their equality, as Terraform and its plugin SDK see them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aurora_cli.sandbox.provider.protocol.codec import conform, decode, encode
from aurora_cli.sandbox.provider.protocol.types import UNKNOWN, canonical, parse_type

BLOCK = parse_type(
    [
        "object",
        {"name": "string", "size": "number", "on": "bool", "tags": ["map", "string"], "zones": ["set", "string"]},
    ]
)


def wire(packed: bytes) -> Any:
    return SimpleNamespace(msgpack=packed, json=b"")


@given(
    st.fixed_dictionaries(
        {
            "name": st.none() | st.text(),
            "size": st.none() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False),
            "on": st.none() | st.booleans(),
            "tags": st.none() | st.dictionaries(st.text(), st.text()),
            "zones": st.none() | st.lists(st.text(), unique=True),
        }
    )
)
def test_values_come_back_as_they_went(value: dict[str, Any]) -> None:
    assert decode(wire(encode(value, BLOCK)), BLOCK) == value


def test_decimals_go_out_as_people_write_them() -> None:
    number = parse_type("number")
    assert msgpack.unpackb(encode(0.1, number)) == "0.1"
    assert msgpack.unpackb(encode(0.5, number)) == 0.5
    assert msgpack.unpackb(encode(2.0, number)) == 2
    assert decode(wire(msgpack.packb("0.1")), number) == 0.1


def test_unknown_values_with_refinements_are_unknown() -> None:
    refined = msgpack.packb({"name": msgpack.ExtType(12, b"\x81\x01\xc2")})
    assert decode(wire(refined), BLOCK)["name"] is UNKNOWN
    assert decode(wire(encode({"name": UNKNOWN}, BLOCK)), BLOCK)["name"] is UNKNOWN


def test_what_is_no_value_is_refused() -> None:
    with pytest.raises(TypeError, match="not a valid Terraform value"):
        encode({"name": object()}, BLOCK)


def test_conform_fills_and_drops() -> None:
    assert conform({"name": "x", "stale": 1}, BLOCK) == {
        "name": "x",
        "size": None,
        "on": None,
        "tags": None,
        "zones": None,
    }


@pytest.mark.parametrize(
    ("type_", "one", "other", "equal"),
    [
        ("string", None, "", True),
        ("string", "a", "A", False),
        ("number", 2, 2.0, True),
        ("bool", None, False, True),
        (["set", "string"], ["a", "b"], ["b", "a"], True),
        (["list", "string"], ["a", "b"], ["b", "a"], False),
        (["map", "string"], None, {}, True),
        (["list", ["object", {"x": "number"}]], [{"x": None}], [{"x": 0}], True),
        ("string", UNKNOWN, "a", False),
        (["set", "string"], [UNKNOWN], ["a"], False),
    ],
)
def test_equality_is_that_of_the_plugin_sdk(type_: Any, one: Any, other: Any, equal: bool) -> None:
    parsed = parse_type(type_)
    assert (canonical(one, parsed) == canonical(other, parsed)) is equal
