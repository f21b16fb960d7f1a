"""Specs as YAML text, the starter file, and differences between specs."""

from __future__ import annotations

import re
from typing import Any

import pytest

from aurora_cli.spec.layers.diff import FieldChange, differences, leaves
from aurora_cli.spec.layers.presets import PRESETS
from aurora_cli.spec.model.cluster import ClusterSpec
from aurora_cli.spec.resolve.resolve import resolve
from aurora_cli.spec.text.load import dump_spec, load_yaml, starter
from tests.unit.spec_cases import EXISTING, POSTGRES, resolved

VARIANTS: list[dict[str, Any]] = [
    {},
    {"preset": "production", "backup.window": "03:00-04:00", "engine_version": "16.10"},
    {"instances.acu": "0-16", "instances.pause_after": "90m", "instances.overrides.2.promotion_tier": 15},
    {**EXISTING, "network.security_group_ids": ["sg-01234567"]},
    {"tags": {"1": "yes", "a.b": "16.10", "n": "null", "e": "", "s": " x ", "u": "漢", "q": "a: b"}},
    {"parameters.cluster": {"a": "1", "b": 1, "c": True, "d": 0.5, "e": 1e300, "rds.x": "on", "f": "0640"}},
    {"instances.overrides": {"2": {}, "3": {"promotion_tier": 4}}, "instances.readers": 2},
    {"logs.exports": [], "network.subnet_ids": []},
    {"backend": {"type": "s3", "bucket": "state", "key": "a/b"}},
    {"network.allow": [{"source": "10.0.0.0/16", "description": "#1: x"}, "2001:db8::/32"]},
]


def again(text: str) -> ClusterSpec:
    return resolve([load_yaml(text, source="again")]).spec


@pytest.mark.parametrize("changes", VARIANTS)
@pytest.mark.parametrize("comments", [True, False])
def test_what_is_written_loads_to_the_same_spec(changes: dict[str, Any], comments: bool) -> None:
    spec = resolved(changes).spec
    text = dump_spec(spec, comments=comments)
    assert again(text) == spec
    assert dump_spec(again(text), comments=comments) == text


def test_the_text_is_as_a_person_would_write_it() -> None:
    text = dump_spec(resolved({"instances.acu": "0.5-16", "engine_version": "16.10"}).spec)
    assert "  acu: 0.5-16\n" in text
    assert "  retention: 1d\n" in text
    assert 'engine_version: "16.10"\n' in text
    assert "  cidr: 10.0.0.0/16\n" in text
    assert "null" not in text
    assert "{}" not in text


def test_comments_say_what_sections_are_for() -> None:
    text = dump_spec(resolved().spec, comments=True)
    assert (
        "# Encryption of the storage by a KMS key. Only a blue/green deployment changes it later.\nencryption:\n"
        in text
    )


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("engine", ["postgres", "mysql", "aurora-postgresql", "aurora-mysql"])
def test_the_starter_file_is_a_good_spec(preset: str, engine: str) -> None:
    text = starter("orders", "eu-west-1", engine, preset)
    found = resolve([load_yaml(text, source="orders.yaml")])
    assert found.spec.preset == preset
    assert {p.check for p in found.warnings} <= {"allow-nobody"}


@pytest.mark.parametrize("engine", ["postgres", "mysql"])
def test_the_starter_file_is_still_good_when_its_comments_are_taken_up(engine: str) -> None:
    text = starter("orders", "eu-west-1", engine, "development")
    keep = [line for line in text.splitlines() if not line.startswith(("# An Amazon", "# Every key"))]
    dropped = re.compile(r" *# +(class|cidr|vpc_id|subnet_ids):")
    lines = [re.sub(r"^( *)# ", r"\1", line) for line in keep if not dropped.match(line)]
    lines = [line.replace("acu: 0.5-16", "acu: 0-16") for line in lines]
    spec = again("\n".join(lines))
    assert spec.database == "app"
    assert spec.tags == {"team": "payments"}
    assert spec.instances.pause_after == 600
    assert [rule.source for rule in spec.network.allow] == ["10.20.0.0/16", "sg-0123456789abcdef0"]
    assert spec.maintenance.window == "sun:05:00-sun:06:00"


def test_differences_name_the_leaves() -> None:
    old = resolved({"tags": {"a": "1", "b": "2"}, "instances.readers": 1}).spec
    new = resolved({"tags": {"a": "1", "c": "3"}, "instances.readers": 2, "instances.acu": "1-4"}).spec
    assert differences(old, new) == [
        FieldChange("tags.b", "2", None),
        FieldChange("instances.class", "db.t4g.medium", "db.serverless"),
        FieldChange("instances.readers", 1, 2),
        FieldChange("tags.c", None, "3"),
        FieldChange("instances.acu.min", None, 1),
        FieldChange("instances.acu.max", None, 4),
    ]
    assert differences(old, old) == []


def test_leaves_are_in_the_order_of_the_model() -> None:
    paths = list(leaves(resolved(base=POSTGRES).spec))
    assert paths[:5] == ["name", "resource_name", "region", "preset", "tags"]
    assert "instances.class" in paths
    assert "instances.acu" in paths


def test_what_differs_is_said_in_the_words_of_a_spec_file() -> None:
    rules = {"allow": ["10.0.0.0/16", {"source": "10.1.0.0/16", "description": "office"}]}
    with_rules = resolved({"network": rules}).spec
    found = differences(with_rules, resolved({"deletion_protection": True}).spec)
    words = {one.path: (one.before, one.after) for one in found}
    assert words["network.allow"] == ("[10.0.0.0/16, {source: 10.1.0.0/16, description: office}]", "[10.0.0.0/16]")
    assert not [said for pair in words.values() for said in pair if "(" in said or "None" in said or "True" in said]
