"""One piece of work on one resource: its values, its calls, its clock."""

from __future__ import annotations

import datetime as dt
import re
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from aurora_cli.sandbox.provider.api.client import Client
from aurora_cli.sandbox.provider.api.stop import StopSignal
from aurora_cli.sandbox.provider.diagnostics import AwsError
from aurora_cli.sandbox.provider.engine.requests import build_request
from aurora_cli.sandbox.provider.engine.resource_facts import Behaviour
from aurora_cli.sandbox.provider.protocol.schema import Schema
from aurora_cli.sandbox.provider.protocol.types import UNKNOWN, canonical
from aurora_cli.sandbox.provider.resources.model import Call, Resource, Wait

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
_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}


@dataclass(frozen=True)
class PollPolicy:
    """How often a status is looked at.

    Attributes:
        first: seconds before the second look; each further pause is half as long again.
        longest: longest pause in seconds.
        patience: seconds for which a refused call ("still in use") is repeated.
    """

    first: float = 0.05
    longest: float = 0.5
    patience: float = 30.0


@dataclass(frozen=True)
class ProviderRuntime:
    """What all tasks of a process share."""

    client: Client
    stop: StopSignal
    pace: PollPolicy
    account: str
    partition: str
    claimed: set[str] = field(default_factory=set)


@dataclass
class Task:
    """A create, read, update or delete in the making.

    Attributes:
        values: attributes that requests are filled from: the plan, or the state on read and delete.
        prior: the state before, empty on create.
        config: the configuration; it alone holds write-only values.
        id: the resource's id, None before it has one.
        region: the Region that calls go to.
    """

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
        """A value by its dotted path, through lists of one; None when it is not set or not known."""
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
        """Top-level attributes and blocks whose planned value differs from the state before."""
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
        """Make a catalogue call, filled from this task's values; `extra` members go on top."""
        service, operation = self.split(call.operation)
        model = self.world.client.models.operation(service, operation)
        params = build_request(model, call, self, only=only) | dict(extra or {})
        return self.world.client.call(service, operation, params, region=self.region, repeat_lost=repeat_lost)

    def call(self, operation: str, **params: Any) -> dict[str, Any]:
        """Make an API call with the parameters as they are; `kms:DescribeKey` names another service.

        A call that is refused because a first try of it, whose reply got lost, has done the work counts as done: its answer
        is then empty.
        """
        service, name = self.split(operation)
        try:
            return self.world.client.call(service, name, params, region=self.region)
        except AwsError as error:
            if error.repeated and error.code in _DONE_ALREADY:
                return {}
            raise

    def split(self, operation: str) -> tuple[str, str]:
        """Service and operation of `kms:DescribeKey` or `CreateVpc`."""
        service, _, name = operation.rpartition(":")
        return service or self.entry.service, name

    def await_status(self, wait: Wait, kind: str) -> None:
        """Wait for a status; `kind` is `create`, `update` or `delete`, whose timeout holds.

        Raises:
            ProviderError: the wait failed.
        """
        from aurora_cli.sandbox.provider.engine.waits import await_status

        await_status(self, wait, kind)

    def arn(self, resource: str, service: str | None = None) -> str:
        """An ARN in this task's Region and account."""
        return (
            f"arn:{self.world.partition}:{service or self.entry.service}:{self.region}:{self.world.account}:{resource}"
        )

    def timeout(self, kind: str) -> float:
        """Seconds for `create`, `update` or `delete`: the timeouts block, else the provider's own value."""
        block = self.values.get("timeouts") or {}
        text = (block.get(kind) if isinstance(block, Mapping) else None) or self.behaviour.timeouts.get(kind)
        return parse_duration(text) if isinstance(text, str) else _DEFAULT_TIMEOUT

    def repeat_while(self, action: Callable[[], Any], busy: Callable[[Exception], bool], kind: str) -> Any:
        """The action's result, repeated while it fails in a way that `busy` knows to pass."""
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


def parse_duration(text: str) -> float:
    """Seconds of a Go duration such as `1h30m`; 0 for anything else."""
    parts = re.findall(r"(\d+(?:\.\d+)?)(ms|h|m|s)", text)
    return sum(float(number) * _UNITS[unit] for number, unit in parts)


def format_duration(seconds: float) -> str:
    """A Go duration: 7200 is `2h0m0s`."""
    whole = int(seconds)
    hours, minutes, rest = whole // 3600, whole % 3600 // 60, whole % 60
    if hours:
        return f"{hours}h{minutes}m{rest}s"
    return f"{minutes}m{rest}s" if minutes else f"{rest}s"
