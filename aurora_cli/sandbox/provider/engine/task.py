"""The task of a resource: values, calls, timeouts."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from botocore.model import OperationModel

from aurora_cli.sandbox.provider.api.errors import AwsError
from aurora_cli.sandbox.provider.api.runtime import ProviderRuntime
from aurora_cli.sandbox.provider.engine.model import Call, Resource, Wait
from aurora_cli.sandbox.provider.engine.requests import build_request
from aurora_cli.sandbox.provider.engine.resource_facts import Behaviour
from aurora_cli.sandbox.provider.engine.waits import await_status, parse_duration
from aurora_cli.sandbox.provider.protocol.schema import Schema
from aurora_cli.sandbox.provider.protocol.types import UNKNOWN, canonical

_DEFAULT_TIMEOUT = 20 * 60.0
_DONE_ALREADY = frozenset(
    {
        "DBClusterRoleAlreadyExists",
        "DBClusterRoleNotFound",
        "Gateway.NotAttached",
        "InvalidAssociationID.NotFound",
        "InvalidPermission.Duplicate",
        "InvalidPermission.NotFound",
        "InvalidRoute.NotFound",
        "Resource.AlreadyAssociated",
        "RouteAlreadyExists",
    }
)


@dataclass
class ResourceTask:
    """The implementation of `engine.model.Task`."""

    entry: Resource
    schema: Schema
    behaviour: Behaviour
    world: ProviderRuntime
    values: dict[str, Any]
    prior: Mapping[str, Any] = field(default_factory=dict)
    config: Mapping[str, Any] = field(default_factory=dict)
    id: str | None = None
    region: str = ""
    started: dt.datetime = field(default_factory=lambda: dt.datetime.now(dt.timezone.utc))

    def get(self, path: str) -> Any:
        if path == "id":
            return self.id
        value: Any = self.values
        for step in path.split("."):
            if isinstance(value, list):
                value = value[0] if value else None
            value = value.get(step) if isinstance(value, Mapping) else None
        return None if value is UNKNOWN else value

    @cached_property
    def changed(self) -> frozenset[str]:
        types = self.schema.block.type.attributes
        return frozenset(
            name
            for name, type_ in types.items()
            if canonical(self.values.get(name), type_) != canonical(self.prior.get(name), type_)
        )

    def send(
        self,
        call: Call,
        *,
        only: Collection[str] | None = None,
        extra: Mapping[str, Any] | None = None,
        repeat_lost: bool = True,
    ) -> dict[str, Any]:
        service, operation = self._split(call.operation)
        params = build_request(call, self, only=only) | dict(extra or {})
        return self.world.client.call(service, operation, params, region=self.region, repeat_lost=repeat_lost)

    def call(self, operation: str, **params: Any) -> dict[str, Any]:
        service, name = self._split(operation)
        try:
            return self.world.client.call(service, name, params, region=self.region)
        except AwsError as error:
            if error.repeated and error.code in _DONE_ALREADY:
                return {}
            raise

    def model(self, operation: str) -> OperationModel:
        return self.world.client.models.operation(*self._split(operation))

    def _split(self, operation: str) -> tuple[str, str]:
        service, _, name = operation.rpartition(":")
        return service or self.entry.service, name

    def await_status(self, wait: Wait, kind: str) -> None:
        await_status(self, wait, kind)

    def arn(self, resource: str, service: str | None = None) -> str:
        return (
            f"arn:{self.world.partition}:{service or self.entry.service}:{self.region}:{self.world.account}:{resource}"
        )

    def timeout(self, kind: str) -> float:
        block = self.values.get("timeouts") or {}
        text = (block.get(kind) if isinstance(block, Mapping) else None) or self.behaviour.timeouts.get(kind)
        return parse_duration(text) if isinstance(text, str) else _DEFAULT_TIMEOUT

    def repeat_while(self, action: Callable[[], Any], busy: Callable[[Exception], bool], kind: str) -> Any:
        pace = self.world.pace
        end = time.monotonic() + min(self.timeout(kind), pace.patience)
        pause = pace.first
        while True:
            try:
                return action()
            except Exception as error:
                if not busy(error) or time.monotonic() >= end or self.world.stop.pause(pause):
                    raise
            pause = min(pause * 1.5, pace.longest)
