"""The schema that is served is the genuine one, and the catalogue fits it."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import pytest
from tf.gen import tfplugin_pb2 as pb

from aurora_cli.sandbox.provider import data_sources, resources
from aurora_cli.sandbox.provider.core import Provider
from aurora_cli.sandbox.provider.engine.resource_facts import behaviour_of
from aurora_cli.sandbox.provider.protocol.diagnostics import ProviderError
from aurora_cli.sandbox.provider.servicer import Servicer

NESTING = {pb.Schema.NestedBlock.SINGLE: "single", pb.Schema.NestedBlock.LIST: "list", pb.Schema.NestedBlock.SET: "set"}
FLAGS = ("required", "optional", "computed", "sensitive", "deprecated")


@pytest.fixture(scope="module")
def genuine() -> dict[str, Any]:
    text = files("aurora_cli.sandbox.provider").joinpath("data/schema.json").read_text("utf-8")
    schemas: dict[str, Any] = json.loads(text)["provider_schemas"]["registry.terraform.io/hashicorp/aws"]
    return schemas


def block_as_json(block: Any) -> dict[str, Any]:
    attributes = {}
    for attribute in block.attributes:
        attributes[attribute.name] = {
            "type": json.loads(attribute.type),
            **{flag: True for flag in FLAGS if getattr(attribute, flag)},
            **({"write_only": True} if attribute.SerializeToString().endswith(b"\x58\x01") else {}),
        }
    blocks = {
        nested.type_name: {
            "nesting_mode": NESTING[nested.nesting],
            "block": block_as_json(nested.block),
            **({"min_items": nested.min_items} if nested.min_items else {}),
            **({"max_items": nested.max_items} if nested.max_items else {}),
        }
        for nested in block.block_types
    }
    deprecated = {"deprecated": True} if block.deprecated else {}
    inner = {"attributes": attributes, "block_types": blocks}
    return {**{key: value for key, value in inner.items() if value}, **deprecated}


def test_served_schema_is_the_genuine_one(genuine: dict[str, Any]) -> None:
    answer = Servicer(Provider(environ={})).GetProviderSchema(None, None)
    assert not answer.diagnostics
    assert set(answer.resource_schemas) == set(resources.MODULES)
    assert set(answer.data_source_schemas) == set(data_sources.SOURCES)
    for served, expected in (
        (answer.resource_schemas, genuine["resource_schemas"]),
        (answer.data_source_schemas, genuine["data_source_schemas"]),
    ):
        for name, schema in served.items():
            assert schema.version == expected[name]["version"]
            assert block_as_json(schema.block) == expected[name]["block"], name
    assert block_as_json(answer.provider.block) == genuine["provider"]["block"]


def test_what_terraform_asks_besides_resources() -> None:
    servicer = Servicer(Provider(environ={}))
    metadata = servicer.GetMetadata(pb.GetMetadata.Request(), None)
    assert {one.type_name for one in metadata.resources} == set(resources.MODULES)
    assert {one.type_name for one in metadata.data_sources} == set(data_sources.SOURCES)
    assert metadata.server_capabilities.get_provider_schema_optional
    assert not servicer.GetFunctions(pb.GetFunctions.Request(), None).functions
    called = servicer.CallFunction(pb.CallFunction.Request(name="arn_parse"), None)
    assert called.error.text == "The sandbox does not support the function arn_parse."
    moved = servicer.MoveResourceState(pb.MoveResourceState.Request(target_type_name="aws_vpc"), None)
    (refusal,) = moved.diagnostics
    assert refusal.summary == "Move Resource State Not Supported"
    assert refusal.severity == pb.Diagnostic.ERROR


@pytest.mark.parametrize("name", sorted(resources.MODULES))
def test_entries_name_what_the_schema_has(name: str) -> None:
    entry = resources.entry_of(name)
    attributes = Provider(environ={}).resource_schema(name).block.type.attributes
    named = {
        *entry.read.fields,
        *entry.read.skip,
        *entry.read.sticky,
        *entry.aliases.values(),
        *(path.partition(".")[0] for path in (*entry.stored, *entry.same, *entry.kept)),
        *entry.kept_blocks,
        *entry.replace_if,
        *entry.identifying,
        *({entry.naming.attribute, entry.naming.prefix_attribute} if entry.naming else ()),
    }
    assert named <= set(attributes)
    assert entry.service in resources.SERVICES
    assert {path.partition(".")[0] for path in behaviour_of(name).force_new} <= set(attributes)


def test_types_that_are_not_served_are_refused() -> None:
    with pytest.raises(ProviderError, match="no resource type aws_instance"):
        Provider(environ={}).resource_schema("aws_instance")


def test_calls_before_the_configuration_are_refused() -> None:
    provider = Provider(environ={})
    with pytest.raises(ProviderError, match="not configured"):
        provider.read("aws_vpc", {"id": "vpc-1"})
