"""Checks rendered blocks against a schema of hashicorp/aws, that of 6.62.0 or another: every finding is one line of text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from aurora_cli.hcl.provider_floor import BASE, OPTIONAL_SINCE, SINCE
from aurora_cli.spec.facts.versions import sort_key
from tests.contract.terraform_reader import Block, is_expression, read_all, text_of

SCHEMA_FILE = Path(__file__).parents[2] / "aurora_cli/sandbox/provider/data/schema.json"
LATER = {**SINCE, **OPTIONAL_SINCE}
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


@cache
def oldest_provider() -> dict[str, Any]:
    """The genuine 5.100.0: `terraform providers schema -json`, of the types that are rendered and without descriptions."""
    return dict(json.loads((Path(__file__).parent / "provider_5_100.json").read_text(encoding="utf-8")))


def required_provider(files: Mapping[str, str]) -> str:
    """The constraint of `versions.tf`."""
    (terraform,) = read_all({"versions.tf": files["versions.tf"]})
    (providers,) = terraform.nested("required_providers")
    return text_of(providers.attributes["aws"]["version"])


def floor_problems(files: Mapping[str, str]) -> list[str]:
    """What the files of one folder use and their `versions.tf` does not ask for, or asks for in vain.

    Whoever renders what 5.100 does not have adds its version to `provider_floor`, from the provider's changelog.
    """
    newer = {line: _argument(line) for line in problems(read_all(files), oldest_provider())}
    unknown = sorted(line for line, argument in newer.items() if argument not in LATER)
    if unknown:
        return [f"{line}: not in {BASE}, and no version in provider_floor" for line in unknown]
    least = max((BASE, *(LATER[argument] for argument in newer.values())), key=sort_key)
    asked = required_provider(files)
    return [] if asked == f">= {least}" else [f"{asked}, but what is used came with {least}"]


def _argument(problem: str) -> str:
    """`aws_db_proxy.auth` of a line of `problems`."""
    found = re.fullmatch(
        r"resource\.(\w+)\.\w+: (?:no (?:attribute|block) |\d+ blocks )?(\w+)(?: is required)?", problem
    )
    return f"{found[1]}.{found[2]}" if found else problem


def problems(blocks: Sequence[Block], schema: dict[str, Any] | None = None) -> list[str]:
    """Everything in which the blocks of one folder break the schema or refer to what is not there."""
    schema = schema or provider()
    found = [line for block in blocks for line in _block_problems(block, schema)]
    return found + list(_dangling(blocks, schema))


def _block_problems(block: Block, provider: dict[str, Any]) -> Iterator[str]:
    where = ".".join((block.kind, *block.labels))
    if block.kind == "provider":
        own = {name: value for name, value in block.attributes.items() if name != "alias"}
        yield from _body(where, Block(block.kind, block.labels, own, block.blocks), provider["provider"]["block"])
    elif block.kind in _SECTIONS:
        schema = provider[_SECTIONS[block.kind]].get(block.labels[0])
        if schema is None:
            yield f"{where}: no such type"
        else:
            yield from _body(where, _without_meta(block), schema["block"])
            yield from _lifecycle(where, block, schema["block"])
    elif block.kind not in ("terraform", "locals", "output", "moved", "module", "variable"):
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


def _dangling(blocks: Sequence[Block], provider: dict[str, Any]) -> Iterator[str]:
    declared = {_address(block): block for block in blocks if block.kind in _SECTIONS}
    names = {name for block in blocks if block.kind == "locals" for name in block.attributes}
    variables = {block.labels[0] for block in blocks if block.kind == "variable"}
    for block in blocks:
        for text in _expressions(block):
            for address, attribute in _REFERENCE.findall(text):
                yield from _reference(address, attribute, declared, provider)
            yield from (f"local.{name} is not there" for name in _LOCAL.findall(text) if name not in names)
            yield from (f"var.{name} is not there" for name in _VARIABLE.findall(text) if name not in variables)


def _reference(address: str, attribute: str, declared: dict[str, Block], provider: dict[str, Any]) -> Iterator[str]:
    if address not in declared:
        yield f"{address} is not there"
    elif attribute:
        kind = declared[address].kind
        type_ = provider[_SECTIONS[kind]].get(declared[address].labels[0])
        if type_ and attribute not in type_["block"]["attributes"]:
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
