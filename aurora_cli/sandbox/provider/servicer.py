"""The gRPC service of a Terraform provider (tfplugin6): converts messages to calls of the core."""

from __future__ import annotations

import functools
import json
import sys
import traceback
from collections.abc import Callable
from typing import Any

from tf.gen import tfplugin_pb2 as pb
from tf.gen.tfplugin_pb2_grpc import ProviderServicer

from aurora_cli.sandbox.provider.core import Provider
from aurora_cli.sandbox.provider.protocol import ephemeral
from aurora_cli.sandbox.provider.protocol.codec import conform, decode
from aurora_cli.sandbox.provider.protocol.diagnostics import Diagnostic, ProviderError
from aurora_cli.sandbox.provider.protocol.messages import (
    diagnostic_messages,
    function_message,
    path_message,
    schema_message,
    value_message,
)
from aurora_cli.sandbox.provider.protocol.types import parse_type

Method = Callable[["Servicer", Any, Any], Any]


def answers(response: Any) -> Callable[[Method], Method]:
    """Convert an error of the method to diagnostics of its response; log an unexpected one."""

    def decorate(method: Method) -> Method:
        @functools.wraps(method)
        def guarded(self: Servicer, request: Any, context: Any) -> Any:
            try:
                return method(self, request, context)
            except ProviderError as error:
                return response(diagnostics=diagnostic_messages([error.diagnostic]))
            except Exception as error:
                traceback.print_exc(file=sys.stderr)
                defect = Diagnostic("The sandbox's provider failed", f"{type(error).__name__}: {error}")
                return response(diagnostics=diagnostic_messages([defect]))

        return guarded

    return decorate


@functools.cache
def schema_response() -> Any:
    """The schemas of all supported types, as a message; the same for every provider."""
    schema = Provider().schema
    response = pb.GetProviderSchema.Response(
        provider=schema_message(schema.provider),
        resource_schemas={name: schema_message(value) for name, value in schema.resources.items()},
        data_source_schemas={name: schema_message(value) for name, value in schema.data_sources.items()},
        provider_meta=schema_message(schema.meta),
        functions={name: function_message(value) for name, value in schema.functions.items()},
        server_capabilities=pb.ServerCapabilities(get_provider_schema_optional=True),
    )
    ephemeral.add_schemas(response, schema.ephemeral)
    return response


class Servicer(ProviderServicer):  # type: ignore[misc]
    """Serves a provider."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    @answers(pb.GetMetadata.Response)
    def GetMetadata(self, request: Any, context: Any) -> Any:  # noqa: N802 - names are the protocol's
        response = pb.GetMetadata.Response(server_capabilities=pb.ServerCapabilities(get_provider_schema_optional=True))
        response.resources.extend(
            pb.GetMetadata.ResourceMetadata(type_name=name) for name in self._provider.schema.resources
        )
        response.data_sources.extend(
            pb.GetMetadata.DataSourceMetadata(type_name=name) for name in self._provider.schema.data_sources
        )
        response.functions.extend(
            pb.GetMetadata.FunctionMetadata(name=name) for name in self._provider.schema.functions
        )
        ephemeral.add_metadata(response, self._provider.schema.ephemeral)
        return response

    @answers(pb.GetProviderSchema.Response)
    def GetProviderSchema(self, request: Any, context: Any) -> Any:  # noqa: N802
        return schema_response()

    @answers(pb.ValidateProviderConfig.Response)
    def ValidateProviderConfig(self, request: Any, context: Any) -> Any:  # noqa: N802
        return pb.ValidateProviderConfig.Response()

    @answers(pb.ValidateResourceConfig.Response)
    def ValidateResourceConfig(self, request: Any, context: Any) -> Any:  # noqa: N802
        config = decode(request.config, self._provider.resource_schema(request.type_name).block.type)
        found = self._provider.validate(request.type_name, config)
        return pb.ValidateResourceConfig.Response(diagnostics=diagnostic_messages(found))

    @answers(pb.ValidateDataResourceConfig.Response)
    def ValidateDataResourceConfig(self, request: Any, context: Any) -> Any:  # noqa: N802
        return pb.ValidateDataResourceConfig.Response()

    @answers(pb.UpgradeResourceState.Response)
    def UpgradeResourceState(self, request: Any, context: Any) -> Any:  # noqa: N802
        type_ = self._provider.resource_schema(request.type_name).block.type
        state = conform(json.loads(request.raw_state.json), type_)
        return pb.UpgradeResourceState.Response(upgraded_state=value_message(state, type_))

    @answers(pb.ConfigureProvider.Response)
    def ConfigureProvider(self, request: Any, context: Any) -> Any:  # noqa: N802
        self._provider.configure(decode(request.config, self._provider.schema.provider.block.type) or {})
        return pb.ConfigureProvider.Response()

    @answers(pb.ReadResource.Response)
    def ReadResource(self, request: Any, context: Any) -> Any:  # noqa: N802
        type_ = self._provider.resource_schema(request.type_name).block.type
        state = self._provider.read(request.type_name, decode(request.current_state, type_))
        return pb.ReadResource.Response(new_state=value_message(state, type_), private=request.private)

    @answers(pb.PlanResourceChange.Response)
    def PlanResourceChange(self, request: Any, context: Any) -> Any:  # noqa: N802
        type_ = self._provider.resource_schema(request.type_name).block.type
        config = decode(request.config, type_)
        if decode(request.proposed_new_state, type_) is None:
            return pb.PlanResourceChange.Response(planned_state=value_message(None, type_))
        change = self._provider.plan(request.type_name, decode(request.prior_state, type_), config)
        return pb.PlanResourceChange.Response(
            planned_state=value_message(change.planned, type_),
            requires_replace=[path_message(path) for path in change.requires_replace],
            planned_private=request.prior_private,
            legacy_type_system=not self._provider.entry(request.type_name).framework,
        )

    @answers(pb.ApplyResourceChange.Response)
    def ApplyResourceChange(self, request: Any, context: Any) -> Any:  # noqa: N802
        from aurora_cli.sandbox.provider.engine.lifecycle import Unfinished

        name, type_ = request.type_name, self._provider.resource_schema(request.type_name).block.type
        prior = decode(request.prior_state, type_)
        planned, config = decode(request.planned_state, type_), decode(request.config, type_)
        diagnostics: list[Diagnostic] = []
        try:
            state = self._provider.apply(name, prior, planned, config)
        except Unfinished as half:
            state, diagnostics = half.state, [half.cause.diagnostic]
        except ProviderError as error:
            state, diagnostics = prior, [error.diagnostic]
        return pb.ApplyResourceChange.Response(
            new_state=value_message(state, type_),
            private=request.planned_private,
            diagnostics=diagnostic_messages(diagnostics),
            legacy_type_system=not self._provider.entry(name).framework,
        )

    @answers(pb.ImportResourceState.Response)
    def ImportResourceState(self, request: Any, context: Any) -> Any:  # noqa: N802
        type_ = self._provider.resource_schema(request.type_name).block.type
        state = self._provider.import_state(request.type_name, request.id)
        imported = pb.ImportResourceState.ImportedResource(
            type_name=request.type_name, state=value_message(state, type_)
        )
        return pb.ImportResourceState.Response(imported_resources=[imported])

    @answers(pb.MoveResourceState.Response)
    def MoveResourceState(self, request: Any, context: Any) -> Any:  # noqa: N802
        raise ProviderError(
            "Move Resource State Not Supported",
            f'The "{request.target_type_name}" resource type does not support moving resource state across resource types.',
        )

    @answers(pb.ReadDataSource.Response)
    def ReadDataSource(self, request: Any, context: Any) -> Any:  # noqa: N802
        type_ = self._provider.schema.data_sources[request.type_name].block.type
        found = self._provider.read_source(request.type_name, decode(request.config, type_))
        return pb.ReadDataSource.Response(state=value_message(found, type_))

    @answers(pb.ValidateResourceConfig.Response)
    def ValidateEphemeralResourceConfig(self, request: Any, context: Any) -> Any:  # noqa: N802
        return pb.ValidateResourceConfig.Response()

    @answers(pb.ValidateResourceConfig.Response)
    def OpenEphemeralResource(self, request: Any, context: Any) -> Any:  # noqa: N802
        type_ = self._provider.schema.ephemeral[request.type_name].block.type
        found = self._provider.open_ephemeral(request.type_name, decode(request.config, type_))
        return ephemeral.opened(value_message(found, type_))

    @answers(pb.GetFunctions.Response)
    def GetFunctions(self, request: Any, context: Any) -> Any:  # noqa: N802
        schema = self._provider.schema
        return pb.GetFunctions.Response(functions={n: function_message(one) for n, one in schema.functions.items()})

    def CallFunction(self, request: Any, context: Any) -> Any:  # noqa: N802
        from aurora_cli.sandbox.provider import functions

        signature = self._provider.schema.functions[request.name]
        types = [parse_type(one) for one in signature.parameters.values()]
        values = [decode(one, type_) for one, type_ in zip(request.arguments, types, strict=True)]
        try:
            result = functions.call(request.name, values)
        except ValueError as error:
            return pb.CallFunction.Response(error=pb.FunctionError(text=str(error)))
        return pb.CallFunction.Response(result=value_message(result, parse_type(signature.returns)))

    def StopProvider(self, request: Any, context: Any) -> Any:  # noqa: N802
        self._provider.stop.set()
        return pb.StopProvider.Response()
