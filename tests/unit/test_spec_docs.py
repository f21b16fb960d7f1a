"""The documentation, the JSON Schema and the examples fit the model."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from aurora_cli.spec.layers.presets import PRESETS
from aurora_cli.spec.layers.shape import leaf_paths
from aurora_cli.spec.resolve.resolve import resolve
from aurora_cli.spec.text.load import dump_spec, load_file, load_yaml
from aurora_cli.spec.text.reference import fields, markdown, page
from aurora_cli.spec.text.schema import json_schema
from tests.unit.spec_cases import EXISTING, MYSQL, resolved

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "reference" / "spec.md"
EXAMPLES = sorted((ROOT / "examples").glob("*.yaml"))
VALIDATOR = jsonschema.Draft202012Validator(json_schema())


def test_the_reference_is_up_to_date() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text == page(text)
    assert markdown() in text


def test_every_field_is_in_the_reference_with_a_description() -> None:
    documented = {f.path for f in fields()}
    for path, _ in leaf_paths():
        assert path in documented or path.startswith("instances.acu."), path
    for field in fields():
        assert len(field.description) > 5, field.path
        assert field.default


def test_yaml_in_the_page_is_a_good_spec() -> None:
    blocks = re.findall(r"^```yaml\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.M | re.S)
    assert blocks
    for block in blocks:
        assert resolve([load_yaml(block, source="docs/reference/spec.md")]).warnings == ()


def test_the_examples_are_there() -> None:
    assert {path.stem for path in EXAMPLES} >= {"smallest", "production", "serverless", "existing-network", "mysql"}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_a_good_spec_and_says_what_it_is_for(path: Path) -> None:
    assert path.read_text(encoding="utf-8").startswith("# ")
    layer = load_file(str(path), io.StringIO())
    found = resolve([layer])
    assert {p.check for p in found.warnings} <= ({"allow-nobody"} if path.stem == "smallest" else set())
    VALIDATOR.validate(layer.values)


def test_the_schema_is_a_schema_and_every_part_is_described() -> None:
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["required"] == ["name"]
    assert schema["additionalProperties"] is False
    for part in (schema, *schema["$defs"].values()):
        assert part["description"]
        for name, value in part.get("properties", {}).items():
            assert "description" in value or "$ref" in value or name == "type", name


GOOD: list[dict[str, Any]] = [
    {"name": "a"},
    {"name": "a", "region": "eu-west-1", "engine": "postgres", "engine_version": 16.8},
    {"name": "a", "instances": {"acu": "0.5-16", "readers": 2, "class": "db.serverless", "pause_after": 300}},
    {"name": "a", "instances": {"acu": {"min": 0, "max": 4}, "overrides": {"1": {"class": "x", "promotion_tier": 0}}}},
    {"name": "a", "network": {"zones": ["x", "y"], "allow": ["10.0.0.0/8", {"source": "sg-1", "description": "d"}]}},
    {"name": "a", "network": {"zones": 3}, "backend": "local", "tags": {"a": 1, "b": "x", "c": True}},
    {"name": "a", "backend": {"type": "s3", "bucket": "b"}, "backup": {"retention": 7}, "logs": {"retention": "2w"}},
    {"name": "a", "parameters": {"cluster": {"x": 1, "y": "on", "z": 0.5, "b": True}}},
]
BAD: list[dict[str, Any]] = [
    {},
    {"name": "a", "nam": "b"},
    {"name": "a", "instances": {"readers": 16}},
    {"name": "a", "instances": {"class_": "x"}},
    {"name": "a", "engine": "oracle"},
    {"name": "a", "preset": "prod"},
    {"name": "a", "backend": {"type": "s3"}},
    {"name": "a", "network": {"allow": [{"from": "x"}]}},
]


@pytest.mark.parametrize("values", GOOD)
def test_the_schema_takes_what_people_write(values: dict[str, Any]) -> None:
    VALIDATOR.validate(values)


@pytest.mark.parametrize("values", BAD)
def test_the_schema_refuses_what_the_tool_refuses(values: dict[str, Any]) -> None:
    assert not VALIDATOR.is_valid(values)


@pytest.mark.parametrize("preset", PRESETS)
def test_what_the_tool_writes_fits_the_schema(preset: str) -> None:
    for found in (resolved({"preset": preset}), resolved(EXISTING), resolved({"instances.acu": "0-8"}, MYSQL)):
        VALIDATOR.validate(load_yaml(dump_spec(found.spec), source="dump").values)
