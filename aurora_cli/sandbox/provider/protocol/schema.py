"""The schemas of the genuine provider, from package data."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from typing import Any

from aurora_cli.sandbox.provider.protocol.types import Type, parse_type

_ADDRESS = "registry.terraform.io/hashicorp/aws"
_FILES = ("schema.json", "schema_modules.json")


@dataclass(frozen=True)
class Attribute:
    """An attribute. `computed` without `optional` cannot be set by a configuration."""

    name: str
    type: Type
    type_json: Any
    required: bool = False
    optional: bool = False
    computed: bool = False
    sensitive: bool = False
    deprecated: bool = False
    write_only: bool = False


@dataclass(frozen=True)
class NestedBlock:
    """A nested block; `nesting` is single, list or set; a limit of 0 means no limit."""

    name: str
    nesting: str
    block: Block
    min_items: int = 0
    max_items: int = 0


@dataclass(frozen=True)
class Block:
    """The body of a resource, a data source or a nested block."""

    attributes: Mapping[str, Attribute]
    blocks: Mapping[str, NestedBlock]
    deprecated: bool = False

    @cached_property
    def type(self) -> Type:
        """The object type that a value of this block has."""
        inner = {name: attribute.type for name, attribute in self.attributes.items()}
        for name, nested in self.blocks.items():
            body = nested.block.type
            inner[name] = body if nested.nesting == "single" else Type(nested.nesting, element=body)
        return Type("object", attributes=inner)


@dataclass(frozen=True)
class Schema:
    """A block and the version of the state that it describes."""

    version: int
    block: Block


@dataclass(frozen=True)
class Function:
    """The signature of a provider-defined function: the JSON types of its parameters by name, and of its result."""

    parameters: Mapping[str, Any]
    returns: Any
    summary: str


@dataclass(frozen=True)
class ProviderSchema:
    """The provider block, `provider_meta`, resource types, data sources, ephemeral resources and functions."""

    provider: Schema
    meta: Schema
    resources: Mapping[str, Schema]
    data_sources: Mapping[str, Schema]
    ephemeral: Mapping[str, Schema]
    functions: Mapping[str, Function]


def load_provider_schema(resource_types: Iterable[str], data_sources: Iterable[str]) -> ProviderSchema:
    """The schemas of the provider block, of the named types, and of every packaged ephemeral resource and function.

    Raises:
        KeyError: the packaged schema of hashicorp/aws 6.62.0 does not have the name.
    """
    raw = packaged_schema()
    return ProviderSchema(
        provider=_schema(raw["provider"]),
        meta=_schema(raw["provider_meta"]),
        resources={name: _schema(raw["resource_schemas"][name]) for name in resource_types},
        data_sources={name: _schema(raw["data_source_schemas"][name]) for name in data_sources},
        ephemeral={name: _schema(value) for name, value in raw["ephemeral_resource_schemas"].items()},
        functions={name: _function(value) for name, value in raw["functions"].items()},
    )


def packaged_schema() -> dict[str, Any]:
    """The packaged schema as JSON values: what Aurora's stacks use, and what modules around them use."""
    found: dict[str, Any] = {}
    for name in _FILES:
        text = resources.files("aurora_cli.sandbox.provider").joinpath(f"data/{name}").read_text("utf-8")
        for key, part in json.loads(text)["provider_schemas"][_ADDRESS].items():
            found[key] = {**found.get(key, {}), **part}
    return found


def _function(raw: Mapping[str, Any]) -> Function:
    return Function({one["name"]: one["type"] for one in raw["parameters"]}, raw["return_type"], raw["summary"])


def _schema(raw: Mapping[str, Any]) -> Schema:
    return Schema(version=raw["version"], block=_block(raw["block"]))


def _block(raw: Mapping[str, Any]) -> Block:
    return Block(
        attributes={name: _attribute(name, value) for name, value in raw.get("attributes", {}).items()},
        blocks={name: _nested(name, value) for name, value in raw.get("block_types", {}).items()},
        deprecated=bool(raw.get("deprecated")),
    )


def _attribute(name: str, raw: Mapping[str, Any]) -> Attribute:
    flags = {key: bool(raw[key]) for key in raw if key not in ("type", "description", "description_kind")}
    return Attribute(name=name, type=parse_type(raw["type"]), type_json=raw["type"], **flags)


def _nested(name: str, raw: Mapping[str, Any]) -> NestedBlock:
    return NestedBlock(
        name=name,
        nesting=raw["nesting_mode"],
        block=_block(raw["block"]),
        min_items=raw.get("min_items", 0),
        max_items=raw.get("max_items", 0),
    )
