"""Ephemeral resources on the wire: they came with protocol 6.8, and the generated stubs are older.

Their requests have the fields of `ValidateResourceConfig.Request`, and their responses begin as its response does; what is
more is appended in the encoding of protocol buffers, which merges what follows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import grpc
from tf.gen import tfplugin_pb2 as pb

from aurora_cli.sandbox.provider.protocol.messages import schema_message
from aurora_cli.sandbox.provider.protocol.schema import Schema

Answer = Callable[[Any, Any], Any]

_RESULT = b"\x1a"  # field 3 of OpenEphemeralResource.Response, a DynamicValue
_SCHEMAS = (
    b"\x12",
    b"\x42",
)  # fields 2 (resource_schemas) and 8 (ephemeral_resource_schemas) of GetProviderSchema.Response
_METADATA = b"\x32"  # field 6 (ephemeral_resources) of GetMetadata.Response


def add_schemas(response: Any, schemas: Mapping[str, Schema]) -> None:
    """Add the schemas of ephemeral resources to a `GetProviderSchema.Response`."""
    for name, schema in schemas.items():
        entry = pb.GetProviderSchema.Response(resource_schemas={name: schema_message(schema)}).SerializeToString()
        response.MergeFromString(_SCHEMAS[1] + entry.removeprefix(_SCHEMAS[0]))


def add_metadata(response: Any, schemas: Mapping[str, Schema]) -> None:
    """Add the names of ephemeral resources to a `GetMetadata.Response`."""
    for name in schemas:
        response.MergeFromString(_field(_METADATA, pb.GetMetadata.ResourceMetadata(type_name=name).SerializeToString()))


def opened(value: Any) -> Any:
    """A response of OpenEphemeralResource that holds a `DynamicValue`."""
    response = pb.ValidateResourceConfig.Response()
    response.MergeFromString(_field(_RESULT, value.SerializeToString()))
    return response


def add_methods(server: Any, validate: Answer, open_: Answer) -> None:
    """Serve the methods of ephemeral resources. Nothing that we open has to be renewed or closed."""
    empty = pb.ValidateResourceConfig.Response()
    answers = {
        "ValidateEphemeralResourceConfig": validate,
        "OpenEphemeralResource": open_,
        "RenewEphemeralResource": lambda request, context: empty,
        "CloseEphemeralResource": lambda request, context: empty,
    }
    handlers = {
        name: grpc.unary_unary_rpc_method_handler(
            answer, pb.ValidateResourceConfig.Request.FromString, pb.ValidateResourceConfig.Response.SerializeToString
        )
        for name, answer in answers.items()
    }
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("tfplugin6.Provider", handlers),))


def _field(tag: bytes, content: bytes) -> bytes:
    length, size = len(content), b""
    while length > 0x7F:
        size += bytes((length & 0x7F | 0x80,))
        length >>= 7
    return tag + size + bytes((length,)) + content
