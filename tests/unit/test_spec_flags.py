"""Layers from flags, --set and --tag."""

from __future__ import annotations

from typing import Any

import pytest

from aurora_cli.errors import InvalidInput
from aurora_cli.spec.layers.flags import layer_from_pairs, parse_set, parse_tag
from aurora_cli.spec.resolve.resolve import resolve
from tests.unit.spec_cases import POSTGRES


@pytest.mark.parametrize(
    ("text", "path", "value"),
    [
        ("backup.retention=14d", "backup.retention", "14d"),
        ("instances.readers=3", "instances.readers", 3),
        ("engine_version=16.10", "engine_version", "16.10"),
        ("tls.required=false", "tls.required", False),
        ("database=null", "database", None),
        ("database=", "database", ""),
        ("network.zones=[eu-west-1a, eu-west-1b]", "network.zones", ["eu-west-1a", "eu-west-1b"]),
        (
            "network.allow=[{source: 10.0.0.0/8, description: x}]",
            "network.allow",
            [{"source": "10.0.0.0/8", "description": "x"}],
        ),
        ('database="16"', "database", "16"),
        ("tags.note=a: b # c", "tags.note", "a: b # c"),
        ("tags.url=https://x/?a=b", "tags.url", "https://x/?a=b"),
        (r"tags.a\=b=c", "tags.a=b", "c"),
        (r"tags.a\\=c", "tags.a\\", "c"),
        (" port = 5433 ", "port", 5433),
        ("parameters.cluster.rds.log_retention_period=1440", "parameters.cluster.rds.log_retention_period", 1440),
    ],
)
def test_an_assignment_is_a_path_and_a_yaml_value(text: str, path: str, value: Any) -> None:
    assert parse_set(text) == (path, value)


@pytest.mark.parametrize(
    ("text", "words", "hint"),
    [
        ("backup.retention", "not PATH=VALUE", "write --set"),
        ("=3", "does not name a field", "write --set"),
        ("port=[1", "not valid YAML", "close every bracket"),
        ("tags={a: 1, a: 2}", "given twice", ""),
        ("prot=1", "no such field", "did you mean `port`?"),
        ("readers=1", "no such field", ""),
    ],
)
def test_an_assignment_that_cannot_be_read_says_why(text: str, words: str, hint: str) -> None:
    with pytest.raises(InvalidInput, match=words) as caught:
        parse_set(text)
    assert hint in (caught.value.hint or "")


def test_a_tag_is_text_on_both_sides() -> None:
    assert parse_tag("team=payments") == ("team", "payments")
    assert parse_tag("n=007") == ("n", "007")
    assert parse_tag("u=a=b") == ("u", "a=b")
    assert parse_tag(r"a\=b=c") == ("a=b", "c")
    assert parse_tag("empty=") == ("empty", "")


@pytest.mark.parametrize("text", ["team", "=x"])
def test_a_tag_without_a_key_or_an_equals_sign_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="--tag"):
        parse_tag(text)


def test_pairs_become_one_layer_for_each_source_in_order() -> None:
    layers = layer_from_pairs(
        [
            ("instances.readers", 1, "AURORA_READERS"),
            ("tags", {"a": "1"}, "--tag"),
            ("tags", {"b": "2"}, "--tag"),
            ("tags.c.d", "3", "--set"),
        ]
    )
    assert [(layer.source, layer.values) for layer in layers] == [
        ("AURORA_READERS", {"instances": {"readers": 1}}),
        ("--tag", {"tags": {"a": "1", "b": "2"}}),
        ("--set", {"tags": {"c.d": "3"}}),
    ]


def test_a_parameter_with_dots_in_its_name_arrives() -> None:
    above = layer_from_pairs([(*parse_set("parameters.cluster.rds.log_retention_period=1440"), "--set")])
    spec = resolve([*layer_from_pairs([(k, v, "base") for k, v in POSTGRES.items()]), *above]).spec
    assert spec.parameters.cluster == {"rds.log_retention_period": 1440}


def test_a_later_value_replaces_a_section_that_was_a_scalar() -> None:
    layers = layer_from_pairs([("instances.acu", "1-4", "a"), ("instances.acu.max", 8, "a")])
    assert layers[0].values == {"instances": {"acu": {"max": 8}}}


def test_a_bound_of_a_range_from_below_can_be_set_alone() -> None:
    below = layer_from_pairs([*((k, v, "base") for k, v in POSTGRES.items()), ("instances.acu", "1-4", "base")])
    spec = resolve([*below, *layer_from_pairs([("instances.acu.max", 8, "--set")])]).spec
    assert spec.instances.acu is not None
    assert (spec.instances.acu.min, spec.instances.acu.max) == (1, 8)
