"""The definition of a resource type, and the task that its functions receive.

The engine matches members of a request or a response to attributes by name (`DBSubnetGroupName` is `db_subnet_group_name`);
a definition adds the rest.
"""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from botocore.model import OperationModel

from aurora_cli.sandbox.provider.api.client import ProviderRuntime
from aurora_cli.sandbox.provider.api.errors import AwsError
from aurora_cli.sandbox.provider.engine.resource_facts import Behaviour
from aurora_cli.sandbox.provider.protocol.schema import Schema
from aurora_cli.sandbox.provider.protocol.types import UNKNOWN, canonical

Item = dict[str, Any]
Hook = Callable[["Task"], None]
Source = str | Callable[["Task"], Any]
Field = str | Callable[["Task", Item], Any]
Names = Collection[str] | None
Params = Mapping[str, Any] | None


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


@dataclass(frozen=True)
class Call:
    """An API call.

    Attributes:
        operation: e.g. `CreateVpc`; of another service: `kms:DescribeKey`.
        send: request member -> attribute path (`id` for the resource's id) or a function of the task.
        match: fill the other members from attributes of the same name.
        omit: members that are not filled by name.
        zero: members that are sent even if their value is empty or 0.
        attributes: fill by name only from these attributes; None: from all.
    """

    operation: str
    send: Mapping[str, Source] = field(default_factory=dict)
    match: bool = True
    omit: frozenset[str] = frozenset()
    zero: frozenset[str] = frozenset()
    attributes: frozenset[str] | None = None


@dataclass(frozen=True)
class Read:
    """How to read the current state.

    Attributes:
        call: a describe call; no member is filled by name.
        item: JMESPath of the resource in the response, or a function that selects it.
        shape: plain JMESPath of the item's structure in the response's shape, if `item` is a function.
        gone: error codes if it does not exist.
        fields: attribute -> JMESPath in the item, or a function of task and item.
        skip: attributes of the response that are ignored.
        sticky: attributes that keep their value if the response has none.
        more: functions that make further calls and return more attributes.
        exists: whether an item still exists, for services that also return deleted ones.
    """

    call: Call
    item: str | Callable[[Task, Item], Item | None]
    shape: str = ""
    gone: tuple[str, ...] = ()
    fields: Mapping[str, Field] = field(default_factory=dict)
    skip: frozenset[str] = frozenset()
    sticky: frozenset[str] = frozenset()
    more: tuple[Callable[[Task, Item], Mapping[str, Any]], ...] = ()
    exists: Callable[[Item], bool] = bool


@dataclass(frozen=True)
class Wait:
    """A wait for a status.

    Attributes:
        status: JMESPath in the read item, or a function of task and item.
        target: statuses that end the wait; empty: until it no longer exists.
        pending: transitional statuses; any other fails. Empty: every status.
    """

    status: Field
    target: tuple[str, ...] = ()
    pending: tuple[str, ...] = ()


@dataclass(frozen=True)
class Update:
    """A call for changed attributes.

    Attributes:
        call: `send` is always sent; members filled by name only for changed attributes.
        when: attributes whose change triggers the call; None: those that its members are filled from.
        whole: also fill members by name for unchanged attributes.
        wait: the wait after the call.
    """

    call: Call
    when: frozenset[str] | None = None
    whole: bool = False
    wait: Wait | None = None


@dataclass(frozen=True)
class Tagging:
    """How to read and change the tags of a service.

    Attributes:
        add, remove: calls that add and remove tags.
        item: JMESPath of the tags in the read item; None: call `list`.
        list: call and JMESPath of the tags in its response.
        resource_type: the type name in EC2's TagSpecifications.
    """

    add: Call
    remove: Call
    item: str | None = None
    list: tuple[Call, str] | None = None
    resource_type: str = ""


@dataclass(frozen=True)
class Listing:
    """How to find a resource without a unique name after the response to its creation is lost.

    Attributes:
        call: lists candidates.
        ids: JMESPath of their ids.
        before: also list before the creation, if a retry would create a second one.
    """

    call: Call
    ids: str
    before: bool = False


@dataclass(frozen=True)
class Naming:
    """The attribute of the name, and that of the prefix of a generated name."""

    attribute: str
    prefix_attribute: str
    default_prefix: str = "terraform-"


@dataclass(frozen=True)
class Resource:
    """A resource type.

    Attributes:
        label: its name in errors of the genuine provider, e.g. `RDS Cluster`.
        create: the call, or a function that selects it.
        id: JMESPath in the response of `create`, or a function of the task; None: the naming attribute.
        aliases: request or response member -> attribute, where the names differ.
        finish: functions that complete the creation.
        exists: error codes if the name is already in use.
        busy: error codes on which a deletion is retried.
        created_at: JMESPath of the creation time in the read item.
        identifying: further attributes, besides tags and immutable ones, that identify the created resource.
        updates: calls and functions for changes, in order.
        delete: None: a deletion only removes the state.
        retag: changes tags instead of `tagging`, if one call replaces all of them.
        import_attributes: attributes that the read of an imported resource requires, from the task with the import id.
        stored: attribute path -> conversion of its value for the state.
        same: attribute path -> whether (prior, configured) are equivalent.
        kept_blocks: blocks that stay without configuration; what is in them is planned as without configuration.
        kept: paths of attributes whose removal from the configuration is not a change.
        replace_if: attribute -> whether its change from prior to planned forces replacement; overrides the packaged facts.
        renewed: attribute -> those that are known after apply if it changes.
        refused: why the genuine type refuses to plan a configuration; None: it does not.
        framework: whether the genuine type uses the plugin framework, whose planned values must be exact.
    """

    type: str
    service: str
    label: str
    create: Call | Callable[[Task], Call]
    read: Read
    id: str | Callable[[Task], str] | None = None
    naming: Naming | None = None
    aliases: Mapping[str, str] = field(default_factory=dict)
    finish: tuple[Hook, ...] = ()
    created: Wait | None = None
    exists: tuple[str, ...] = ()
    busy: tuple[str, ...] = ()
    created_at: str = ""
    listing: Listing | None = None
    identifying: frozenset[str] = frozenset()
    updates: tuple[Update | Hook, ...] = ()
    delete: Call | Hook | None = None
    deleted: Wait | None = None
    tagging: Tagging | None = None
    retag: Hook | None = None
    import_attributes: Callable[[Task], Mapping[str, Any]] | None = None
    stored: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)
    same: Mapping[str, Callable[[Any, Any], bool]] = field(default_factory=dict)
    kept_blocks: frozenset[str] = frozenset()
    kept: frozenset[str] = frozenset()
    replace_if: Mapping[str, Callable[[Mapping[str, Any], Mapping[str, Any]], bool]] = field(default_factory=dict)
    renewed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    refused: Callable[[Mapping[str, Any]], str | None] | None = None
    framework: bool = False


@dataclass
class Task(ABC):
    """A create, read, update or delete in progress.

    Attributes:
        values: attributes for requests: the plan, or the state on read and delete.
        prior: the prior state, empty on create.
        config: the configuration, the only source of write-only values.
        id: the resource's id; None before its creation.
        region: the Region of its calls.
    """

    entry: Resource
    schema: Schema
    behaviour: Behaviour
    runtime: ProviderRuntime
    values: dict[str, Any]
    prior: Mapping[str, Any] = field(default_factory=dict)
    config: Mapping[str, Any] = field(default_factory=dict)
    id: str | None = None
    region: str = ""
    started: dt.datetime = field(default_factory=lambda: dt.datetime.now(dt.timezone.utc))

    @cached_property
    def changed(self) -> frozenset[str]:
        """Top-level attributes and blocks whose planned value differs from the prior state."""
        types = self.schema.block.type.attributes
        return frozenset(
            name
            for name, type_ in types.items()
            if canonical(self.values.get(name), type_) != canonical(self.prior.get(name), type_)
        )

    def get(self, path: str) -> Any:
        """A value by its dotted path, through lists of one element; None if it is not set or unknown."""
        if path == "id":
            return self.id
        value: Any = self.values
        for step in path.split("."):
            if isinstance(value, list):
                value = value[0] if value else None
            value = value.get(step) if isinstance(value, Mapping) else None
        return None if value is UNKNOWN else value

    def call(self, operation: str, **params: Any) -> dict[str, Any]:
        """Make an API call with these parameters; `kms:DescribeKey` is of another service.

        The response is empty if a retry is rejected because the first attempt, whose response was lost, succeeded.
        """
        service, name = self.split(operation)
        try:
            return self.runtime.client.call(service, name, params, region=self.region)
        except AwsError as error:
            if error.repeated and error.code in _DONE_ALREADY:
                return {}
            raise

    def split(self, operation: str) -> tuple[str, str]:
        """Service and name of an operation."""
        service, _, name = operation.rpartition(":")
        return service or self.entry.service, name

    def model(self, operation: str) -> OperationModel:
        """botocore's model of `kms:DescribeKey` or `CreateVpc`."""
        return self.runtime.client.models.operation(*self.split(operation))

    def arn(self, resource: str, service: str | None = None) -> str:
        """An ARN in this task's Region and account."""
        runtime = self.runtime
        return f"arn:{runtime.partition}:{service or self.entry.service}:{self.region}:{runtime.account}:{resource}"

    @abstractmethod
    def send(self, call: Call, *, only: Names = None, extra: Params = None, repeat_lost: bool = True) -> Item:
        """Make a call that is filled from the task's values; `extra` members override them."""

    @abstractmethod
    def await_status(self, wait: Wait, kind: str) -> None:
        """Wait for a status, with the timeout of `kind`: `create`, `update` or `delete`.

        Raises:
            ProviderError: the wait failed.
        """

    @abstractmethod
    def timeout(self, kind: str) -> float:
        """Timeout of `create`, `update` or `delete` in seconds: from the timeouts block, else the default."""

    @abstractmethod
    def repeat_while(self, action: Callable[[], Any], busy: Callable[[Exception], bool], kind: str) -> Any:
        """The result of the action, which is retried while `busy` matches its error."""
