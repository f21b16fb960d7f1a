"""The genuine provider as a process: plays Terraform's part in plugin protocol 5."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import grpc
from tf.gen import tfplugin_pb2 as pb

from aurora_cli.sandbox.provider.protocol.codec import decode, encode
from aurora_cli.sandbox.provider.protocol.schema import Attribute, Block, NestedBlock
from aurora_cli.sandbox.provider.protocol.types import UNKNOWN, parse_type
from tests.calibration.edits import Edit, Planned, Values, full

_COOKIE = {"TF_PLUGIN_MAGIC_COOKIE": "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2"}
_LIMIT = 256 << 20
_NESTING = {
    pb.Schema.NestedBlock.SINGLE: "single",
    pb.Schema.NestedBlock.LIST: "list",
    pb.Schema.NestedBlock.SET: "set",
}
_WRITE_ONLY = b"\x58\x01"
_CONFIG = {
    "region": "eu-west-1",
    "access_key": "calibration",
    "secret_key": "calibration",
    "skip_credentials_validation": True,
    "skip_requesting_account_id": True,
    "skip_metadata_api_check": "true",
    "skip_region_validation": True,
}


class GenuineProvider:
    """A process of `hashicorp/aws`, which makes no calls to plan and validate.

    Args:
        binary: the program, of a version that speaks protocol 5.
        rds: where its calls to RDS go, for `apply`.
    """

    def __init__(self, binary: Path, rds: str = "") -> None:
        environ = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TF_"))}
        self._process = subprocess.Popen(
            [str(binary)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**environ, **_COOKIE, "PLUGIN_PROTOCOL_VERSIONS": "5"},
        )
        assert self._process.stdout is not None
        address = self._process.stdout.readline().decode().split("|")[3]
        options = [("grpc.max_receive_message_length", _LIMIT), ("grpc.max_send_message_length", _LIMIT)]
        self._channel = grpc.insecure_channel(f"unix:{address}", options=options)
        answer = self._call("GetSchema", pb.GetProviderSchema.Request(), pb.GetProviderSchema.Response)
        self.blocks = {name: _block(one.block) for name, one in answer.resource_schemas.items()}
        block = _block(answer.provider.block)
        endpoints = [{"rds": rds}] if rds else []
        config = full(block, {**_CONFIG, "endpoints": endpoints, "max_retries": 1})
        request = pb.ConfigureProvider.Request(config=_value(config, block))
        configured = self._call("Configure", request, pb.ConfigureProvider.Response)
        assert not configured.diagnostics, configured.diagnostics

    def __enter__(self) -> GenuineProvider:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._channel.close()
        self._process.kill()
        self._process.wait()

    def _call(self, method: str, request: Any, response: Any) -> Any:
        call = self._channel.unary_unary(
            f"/tfplugin5.Provider/{method}",
            request_serializer=lambda message: message.SerializeToString(),
            response_deserializer=response.FromString,
        )
        return call(request, wait_for_ready=True, timeout=60)

    def validate(self, name: str, config: Mapping[str, Any]) -> list[tuple[str, str]]:
        """The errors of a configuration: dotted path of the argument, message."""
        block = self.blocks[name]
        request = pb.ValidateResourceConfig.Request(type_name=name, config=_value(full(block, config), block))
        answer = self._call("ValidateResourceTypeConfig", request, pb.ValidateResourceConfig.Response)
        return [
            (".".join(step.attribute_name for step in one.attribute.steps if step.attribute_name), _message(one))
            for one in answer.diagnostics
            if one.severity == pb.Diagnostic.ERROR
        ]

    def plan(self, name: str, edit: Edit) -> Planned | str:
        """The plan for an edit; the message if it is refused."""
        block = self.blocks[name]
        request = pb.PlanResourceChange.Request(
            type_name=name,
            prior_state=_value(edit.before, block),
            proposed_new_state=_value(proposed(block, edit.before, edit.after), block),
            config=_value(edit.after, block),
        )
        answer = self._call("PlanResourceChange", request, pb.PlanResourceChange.Response)
        errors = [_message(one) for one in answer.diagnostics if one.severity == pb.Diagnostic.ERROR]
        if errors:
            return errors[0]
        return decode(answer.planned_state, block.type), {
            path.steps[0].attribute_name for path in answer.requires_replace
        }

    def apply(self, name: str, edit: Edit, planned: Planned) -> None:
        """Apply a planned edit, and take no notice of how it ends."""
        block = self.blocks[name]
        request = pb.ApplyResourceChange.Request(
            type_name=name,
            prior_state=_value(edit.before, block),
            planned_state=_value(planned[0], block),
            config=_value(edit.after, block),
        )
        self._call("ApplyResourceChange", request, pb.ApplyResourceChange.Response)


def proposed(block: Block, prior: Mapping[str, Any] | None, config: Mapping[str, Any]) -> Values:
    """What Terraform proposes to a provider (`objchange.ProposedNew`): the configuration, with the prior values of computed
    attributes that it does not set. What is computed in a new resource is unknown.
    """
    found: Values = {}
    for name, attribute in block.attributes.items():
        value = config.get(name)
        if value is None and attribute.computed:
            value = UNKNOWN if prior is None else prior.get(name)
        found[name] = value
    for name, nested in block.blocks.items():
        given, before = config.get(name), (prior or {}).get(name) or []
        if nested.nesting == "single" or not isinstance(given, list):
            found[name] = given
        elif nested.nesting == "list":
            found[name] = [_element(nested.block, one, before[at : at + 1]) for at, one in enumerate(given)]
        else:
            found[name] = [_element(nested.block, one, _equal(nested.block, one, before)) for one in given]
    return found


def _element(block: Block, given: Any, before: list[Any]) -> Any:
    """An element of a block; one without a prior element has null for what is computed."""
    return given if given is UNKNOWN else proposed(block, before[0] if before else {}, given)


def _equal(block: Block, given: Any, before: list[Any]) -> list[Any]:
    """The prior elements of a set that the configuration may mean: equal in all that it sets."""
    if given is UNKNOWN:
        return []
    names = [name for name, one in block.attributes.items() if not (one.computed and given.get(name) is None)]
    return [one for one in before if all(one.get(name) == given.get(name) for name in names)]


def _message(diagnostic: Any) -> str:
    return f"{diagnostic.summary} {diagnostic.detail}".strip()


def _value(value: Any, block: Block) -> Any:
    return pb.DynamicValue(msgpack=encode(value, block.type))


def _block(block: Any) -> Block:
    """A block without attributes of nested types."""
    return Block(
        attributes={one.name: _attribute(one) for one in block.attributes if one.type},
        blocks={
            one.type_name: NestedBlock(
                one.type_name, _NESTING[one.nesting], _block(one.block), one.min_items, one.max_items
            )
            for one in block.block_types
        },
    )


def _attribute(one: Any) -> Attribute:
    flags = {name: bool(getattr(one, name)) for name in ("required", "optional", "computed")}
    type_json = json.loads(one.type)
    write_only = one.SerializeToString().endswith(_WRITE_ONLY)
    return Attribute(one.name, parse_type(type_json), type_json, write_only=write_only, **flags)
