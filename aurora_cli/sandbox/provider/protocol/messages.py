"""Converts objects to protobuf messages of tfplugin6."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from tf.gen import tfplugin_pb2 as pb

from aurora_cli.sandbox.provider.protocol.codec import encode
from aurora_cli.sandbox.provider.protocol.diagnostics import Diagnostic, Path
from aurora_cli.sandbox.provider.protocol.schema import Attribute, Block, Function, NestedBlock, Schema
from aurora_cli.sandbox.provider.protocol.types import Type

# `write_only` is field 11 of Schema.Attribute since protocol 6.8; the generated stubs are older: merged as raw bytes.
_WRITE_ONLY = b"\x58\x01"

_NESTING = {
    "single": pb.Schema.NestedBlock.SINGLE,
    "list": pb.Schema.NestedBlock.LIST,
    "set": pb.Schema.NestedBlock.SET,
}


def schema_message(schema: Schema) -> Any:
    """A `Schema` message."""
    return pb.Schema(version=schema.version, block=_block(schema.block))


def _block(block: Block) -> Any:
    return pb.Schema.Block(
        attributes=[_attribute(attribute) for attribute in block.attributes.values()],
        block_types=[_nested(nested) for nested in block.blocks.values()],
        deprecated=block.deprecated,
    )


def _attribute(attribute: Attribute) -> Any:
    message = pb.Schema.Attribute(
        name=attribute.name,
        type=json.dumps(attribute.type_json).encode(),
        required=attribute.required,
        optional=attribute.optional,
        computed=attribute.computed,
        sensitive=attribute.sensitive,
        deprecated=attribute.deprecated,
    )
    if attribute.write_only:
        message.MergeFromString(_WRITE_ONLY)
    return message


def _nested(nested: NestedBlock) -> Any:
    return pb.Schema.NestedBlock(
        type_name=nested.name,
        block=_block(nested.block),
        nesting=_NESTING[nested.nesting],
        min_items=nested.min_items,
        max_items=nested.max_items,
    )


def function_message(function: Function) -> Any:
    """A `Function` message."""
    return pb.Function(
        parameters=[
            pb.Function.Parameter(name=name, type=json.dumps(type_json).encode())
            for name, type_json in function.parameters.items()
        ],
        summary=function.summary,
        **{"return": pb.Function.Return(type=json.dumps(function.returns).encode())},
    )


def value_message(value: Any, type_: Type) -> Any:
    """A `DynamicValue`; None is null."""
    return pb.DynamicValue(msgpack=encode(value, type_))


def path_message(path: Path) -> Any:
    """An `AttributePath`: strings are attribute names, integers are list positions."""
    steps = [
        pb.AttributePath.Step(element_key_int=step)
        if isinstance(step, int)
        else pb.AttributePath.Step(attribute_name=step)
        for step in path
    ]
    return pb.AttributePath(steps=steps)


def diagnostic_messages(diagnostics: Iterable[Diagnostic]) -> Sequence[Any]:
    """The diagnostics for a response."""
    return [_diagnostic(diagnostic) for diagnostic in diagnostics]


def _diagnostic(diagnostic: Diagnostic) -> Any:
    message = pb.Diagnostic(
        severity=pb.Diagnostic.ERROR if diagnostic.severity == "error" else pb.Diagnostic.WARNING,
        summary=diagnostic.summary,
        detail=diagnostic.detail,
    )
    if diagnostic.path:
        message.attribute.CopyFrom(path_message(diagnostic.path))
    return message
