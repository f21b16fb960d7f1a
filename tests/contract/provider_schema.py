"""Checks rendered blocks against the schema of hashicorp/aws 6.62.0: every finding is one line of text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from tests.contract.terraform_reader import Block, is_expression, text_of

SCHEMA_FILE = Path(__file__).parents[2] / "aurora_cli/sandbox/provider/data/schema.json"
_SECTIONS = {"resource": "resource_schemas", "data": "data_source_schemas"}
_META_ATTRIBUTES = {"for_each", "depends_on", "provider"}
_LIFECYCLE = {"create_before_destroy", "prevent_destroy", "ignore_changes", "replace_triggered_by"}
_REFERENCE = re.compile(r"(?<![\w.])((?:data\.)?aws_\w+\.\w+)(?:\[[^\]]*\])?(?:\.(\w+))?")
_LOCAL = re.compile(r"(?<![\w.])local\.(\w+)")
_VARIABLE = re.compile(r"(?<![\w.])var\.(\w+)")


@cache
def provider() -> dict[str, Any]:
    document = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    return dict(document["provider_schemas"]["registry.terraform.io/hashicorp/aws"])


def problems(blocks: Sequence[Block]) -> list[str]:
    """Everything in which the blocks of one folder break the schema or refer to what is not there."""
    found = [line for block in blocks for line in _block_problems(block)]
    return found + list(_dangling(blocks))


def _block_problems(block: Block) -> Iterator[str]:
    where = ".".join((block.kind, *block.labels))
    if block.kind == "provider":
        yield from _body(where, block, provider()["provider"]["block"])
    elif block.kind in _SECTIONS:
        schema = provider()[_SECTIONS[block.kind]].get(block.labels[0])
        if schema is None:
            yield f"{where}: no such type"
        else:
            yield from _body(where, _without_meta(block), schema["block"])
            yield from _lifecycle(where, block, schema["block"])
    elif block.kind not in ("terraform", "locals", "output", "moved", "variable"):
        yield f"{where}: unexpected kind of block"


def _without_meta(block: Block) -> Block:
    attributes = {name: value for name, value in block.attributes.items() if name not in _META_ATTRIBUTES}
    return Block(block.kind, block.labels, attributes, tuple(b for b in block.blocks if b.kind != "lifecycle"))


def _body(where: str, block: Block, schema: dict[str, Any]) -> Iterator[str]:
    attributes = schema.get("attributes", {})
    for name, value in block.attributes.items():
        if name not in attributes:
            yield f"{where}: no attribute {name}"
        else:
            yield from _attribute(f"{where}.{name}", value, attributes[name])
    for name, attribute in attributes.items():
        if attribute.get("required") and name not in block.attributes:
            yield f"{where}: {name} is required"
    yield from _nested(where, block, schema.get("block_types") or {})


def _attribute(where: str, value: Any, attribute: dict[str, Any]) -> Iterator[str]:
    if not attribute.get("required") and not attribute.get("optional"):
        yield f"{where}: computed only"
    if attribute.get("deprecated"):
        yield f"{where}: deprecated"
    if not _fits(value, attribute["type"]):
        yield f"{where}: {value!r} is no {attribute['type']}"


def _fits(value: Any, kind: Any) -> bool:
    if is_expression(value):
        return True
    if isinstance(kind, list):
        collection, element = kind
        if collection == "map":
            return isinstance(value, dict) and all(_fits(item, element) for item in value.values())
        return collection in ("list", "set") and isinstance(value, list) and all(_fits(i, element) for i in value)
    if isinstance(value, bool):
        return bool(kind == "bool")
    return bool(kind == {str: "string", int: "number", float: "number"}.get(type(value)))


def _nested(where: str, block: Block, types: dict[str, Any]) -> Iterator[str]:
    for kind in {nested.kind for nested in block.blocks} - set(types):
        yield f"{where}: no block {kind}"
    for kind, schema in types.items():
        nested = block.nested(kind)
        most = 1 if schema["nesting_mode"] in ("single", "group") else schema.get("max_items") or len(nested)
        if not schema.get("min_items", 0) <= len(nested) <= most:
            yield f"{where}: {len(nested)} blocks {kind}"
        for one in nested:
            yield from _body(f"{where}.{kind}", one, schema["block"])


def _lifecycle(where: str, block: Block, schema: dict[str, Any]) -> Iterator[str]:
    for lifecycle in block.nested("lifecycle"):
        for name in set(lifecycle.attributes) - _LIFECYCLE:
            yield f"{where}: no lifecycle argument {name}"
        for name in lifecycle.attributes.get("ignore_changes", []):
            if name not in schema["attributes"] and name not in schema.get("block_types", {}):
                yield f"{where}: ignores {name}, which it has not"


def _dangling(blocks: Sequence[Block]) -> Iterator[str]:
    declared = {_address(block): block for block in blocks if block.kind in _SECTIONS}
    names = {name for block in blocks if block.kind == "locals" for name in block.attributes}
    variables = {block.labels[0] for block in blocks if block.kind == "variable"}
    for block in blocks:
        for text in _expressions(block):
            yield from (f"var.{name} is not there" for name in _VARIABLE.findall(text) if name not in variables)
            for address, attribute in _REFERENCE.findall(text):
                yield from _reference(address, attribute, declared)
            yield from (f"local.{name} is not there" for name in _LOCAL.findall(text) if name not in names)


def _reference(address: str, attribute: str, declared: dict[str, Block]) -> Iterator[str]:
    if address not in declared:
        yield f"{address} is not there"
    elif attribute:
        kind = declared[address].kind
        if attribute not in provider()[_SECTIONS[kind]][declared[address].labels[0]]["block"]["attributes"]:
            yield f"{address} has no {attribute}"


def _address(block: Block) -> str:
    prefix = "data." if block.kind == "data" else ""
    return prefix + ".".join(block.labels)


def _expressions(block: Block) -> Iterator[str]:
    """All code in a block; where a moved resource came from may be gone."""
    for name, value in block.attributes.items():
        if (block.kind, name) != ("moved", "from"):
            yield from _code_in(value)
    for nested in block.blocks:
        yield from _expressions(nested)


def _code_in(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for item in value.values():
            yield from _code_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from _code_in(item)
    elif isinstance(value, str) and _has_code(value):
        yield value


def _has_code(value: str) -> bool:
    if is_expression(value):
        return True
    try:
        text_of(value)
    except ValueError:
        return True
    return False
