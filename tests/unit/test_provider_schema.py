"""The schema that is served is the genuine one, and the catalogue fits it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from google.protobuf.unknown_fields import UnknownFieldSet  # type: ignore[import-untyped]
from tf.gen import tfplugin_pb2 as pb

from aurora_cli.sandbox.provider import data_sources, resources
from aurora_cli.sandbox.provider.core import Provider
from aurora_cli.sandbox.provider.engine.resource_facts import behaviour_of
from aurora_cli.sandbox.provider.protocol.codec import decode, encode
from aurora_cli.sandbox.provider.protocol.diagnostics import ProviderError
from aurora_cli.sandbox.provider.protocol.schema import packaged_schema
from aurora_cli.sandbox.provider.protocol.types import Type, parse_type
from aurora_cli.sandbox.provider.servicer import Servicer

NESTING = {pb.Schema.NestedBlock.SINGLE: "single", pb.Schema.NestedBlock.LIST: "list", pb.Schema.NestedBlock.SET: "set"}
FLAGS = ("required", "optional", "computed", "sensitive", "deprecated")


@pytest.fixture(scope="module")
def genuine() -> dict[str, Any]:
    return packaged_schema()


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
    assert set(answer.resource_schemas) == {*resources.MODULES, *resources.SCHEMA_ONLY}
    assert set(answer.data_source_schemas) == {*data_sources.SOURCES, *data_sources.SCHEMA_ONLY}
    assert set(genuine["resource_schemas"]) == set(answer.resource_schemas)
    assert set(genuine["data_source_schemas"]) == set(answer.data_source_schemas)
    for served, expected in (
        (answer.resource_schemas, genuine["resource_schemas"]),
        (answer.data_source_schemas, genuine["data_source_schemas"]),
    ):
        for name, schema in served.items():
            assert schema.version == expected[name]["version"]
            assert block_as_json(schema.block) == expected[name]["block"], name
    assert block_as_json(answer.provider.block) == genuine["provider"]["block"]
    assert block_as_json(answer.provider_meta.block) == {
        "attributes": {"user_agent": {"type": ["list", "string"], "optional": True}}
    }


def test_ephemeral_resources_are_in_the_fields_of_the_newer_protocol() -> None:
    """The stubs do not know the fields: field 8 of the schema's response, 6 of the metadata's."""
    servicer = Servicer(Provider(environ={}))
    names = set(data_sources.EPHEMERAL)
    assert names == set(Provider(environ={}).schema.ephemeral)
    for field, answer in (
        (8, servicer.GetProviderSchema(None, None)),
        (6, servicer.GetMetadata(pb.GetMetadata.Request(), None)),
    ):
        fields = [one for one in UnknownFieldSet(answer) if one.field_number == field]
        entries = [pb.GetMetadata.ResourceMetadata.FromString(one.data).type_name for one in fields]
        assert set(entries) == names


FUNCTIONS: tuple[tuple[str, tuple[str, ...], Any], ...] = (
    (
        "arn_parse",
        ("arn:aws:rds:eu-west-1:123456789012:cluster:orders",),
        {
            "partition": "aws",
            "service": "rds",
            "region": "eu-west-1",
            "account_id": "123456789012",
            "resource": "cluster:orders",
        },
    ),
    ("arn_parse", ("orders",), "arn: invalid prefix"),
    ("arn_parse", ("arn:aws:rds",), "arn: not enough sections"),
    ("arn_build", ("aws", "iam", "", "123456789012", "role/a"), "arn:aws:iam::123456789012:role/a"),
    ("trim_iam_role_path", ("arn:aws:iam::123456789012:role/db/ops/a",), "arn:aws:iam::123456789012:role/a"),
    ("trim_iam_role_path", ("arn:aws:s3::123456789012:role/a",), 'service must be "iam"'),
    ("trim_iam_role_path", ("arn:aws:iam:eu-west-1:123456789012:role/a",), "region must be empty"),
    ("trim_iam_role_path", ("arn:aws:iam::123456789012:user/a",), 'resource must begin with "role/"'),
    ("user_agent", ("demo", "1.0", "a module"), "demo/1.0 (a module)"),
    ("user_agent", ("demo", "", ""), "demo"),
    ("user_agent", ("", "", ""), "product_name must be set"),
)


@pytest.mark.parametrize(("name", "arguments", "expected"), FUNCTIONS)
def test_functions_of_the_provider(name: str, arguments: tuple[str, ...], expected: Any) -> None:
    servicer = Servicer(Provider(environ={}))
    signature = servicer.GetFunctions(pb.GetFunctions.Request(), None).functions[name]
    assert len(signature.parameters) == len(arguments)
    sent = [pb.DynamicValue(msgpack=encode(one, Type("string"))) for one in arguments]
    answer = servicer.CallFunction(pb.CallFunction.Request(name=name, arguments=sent), None)
    result = parse_type(json.loads(getattr(signature, "return").type))
    assert (answer.error.text or decode(answer.result, result)) == expected


def test_what_terraform_asks_besides_resources() -> None:
    servicer = Servicer(Provider(environ={}))
    metadata = servicer.GetMetadata(pb.GetMetadata.Request(), None)
    assert set(resources.MODULES) < {one.type_name for one in metadata.resources}
    assert set(data_sources.SOURCES) < {one.type_name for one in metadata.data_sources}
    assert {one.name for one in metadata.functions} == {one[0] for one in FUNCTIONS}
    assert metadata.server_capabilities.get_provider_schema_optional
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
    with pytest.raises(ProviderError, match="no resource type aws_ecs_service"):
        Provider(environ={}).resource_schema("aws_ecs_service")


def test_what_has_only_a_schema_validates_and_is_refused_in_a_plan() -> None:
    """Terraform validates also what has count = 0, and plans only what there is."""
    servicer, type_ = Servicer(Provider(environ={})), Provider(environ={}).resource_schema("aws_instance").block.type
    config = pb.DynamicValue(msgpack=encode({}, type_))
    valid = servicer.ValidateResourceConfig(
        pb.ValidateResourceConfig.Request(type_name="aws_instance", config=config), None
    )
    assert not valid.diagnostics
    with pytest.raises(ProviderError) as refusal:
        Provider(environ={}).entry("aws_instance")
    assert "does not support the resource type aws_instance" in str(refusal.value)
    assert "count = 0" in refusal.value.diagnostic.detail
    with pytest.raises(ProviderError, match="does not support the data source aws_ami"):
        Provider(environ={}).read_source("aws_ami", {})


def test_calls_before_the_configuration_are_refused() -> None:
    provider = Provider(environ={})
    with pytest.raises(ProviderError, match="not configured"):
        provider.read("aws_vpc", {"id": "vpc-1"})
