"""What a catalogue entry can say about a resource type, and the task that its functions get.

The engine matches members of a request or an answer to attributes by name (`DBSubnetGroupName` is `db_subnet_group_name`);
an entry holds what names do not tell.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from botocore.model import OperationModel

from aurora_cli.sandbox.provider.api.runtime import ProviderRuntime
from aurora_cli.sandbox.provider.engine.resource_facts import Behaviour
from aurora_cli.sandbox.provider.protocol.schema import Schema

Item = dict[str, Any]
Hook = Callable[["Task"], None]
Source = str | Callable[["Task"], Any]
Field = str | Callable[["Task", Item], Any]


@dataclass(frozen=True)
class Call:
    """One API call.

    Attributes:
        operation: e.g. `CreateVpc`; of another service than the entry's: `kms:DescribeKey`.
        send: request member -> attribute path (`id` for the resource's id) or a function of the task.
        match: fill the other members from attributes of the same name.
        omit: members that are not filled by name.
        zero: members that go out also when their value is empty or 0.
        attributes: fill by name from these attributes alone; None: from all.
    """

    operation: str
    send: Mapping[str, Source] = field(default_factory=dict)
    match: bool = True
    omit: frozenset[str] = frozenset()
    zero: frozenset[str] = frozenset()
    attributes: frozenset[str] | None = None


@dataclass(frozen=True)
class Read:
    """How the current state is found.

    Attributes:
        call: a describe call; no member is filled by name.
        item: JMESPath of the resource in the answer, or a function that picks it.
        shape: plain JMESPath of the item's structure in the answer's shape, where `item` is a function.
        gone: error codes that mean that it does not exist.
        fields: attribute -> JMESPath in the item, or a function of task and item.
        skip: attributes that the answer names but that are not taken over.
        sticky: attributes that keep their value when the answer has none.
        more: functions that make further calls and give more attributes.
        exists: says whether an item is still there, for services that go on showing what was deleted.
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
        target: statuses that end the wait; empty: until it is gone.
        pending: statuses on the way; any other fails. Empty: every status is on the way.
    """

    status: Field
    target: tuple[str, ...] = ()
    pending: tuple[str, ...] = ()


@dataclass(frozen=True)
class Update:
    """One call for changed attributes.

    Attributes:
        call: `send` goes out always; members filled by name only for attributes that changed.
        when: attributes whose change makes the call; None: those that its members are filled from.
        whole: fill members by name also for what did not change.
        wait: what follows.
    """

    call: Call
    when: frozenset[str] | None = None
    whole: bool = False
    wait: Wait | None = None


@dataclass(frozen=True)
class Tagging:
    """How tags of a service are read and changed.

    Attributes:
        add, remove: calls that take `tags` and `keys` from the task's tag change.
        item: JMESPath of the tags in the read item; None: `list` is called.
        list: call and JMESPath of the tags in its answer.
        resource_type: the type name in EC2's TagSpecifications.
    """

    add: Call
    remove: Call
    item: str | None = None
    list: tuple[Call, str] | None = None
    resource_type: str = ""


@dataclass(frozen=True)
class Listing:
    """How a resource without a name of its own is found again after the reply to its creation got lost.

    Attributes:
        call: lists candidates.
        ids: JMESPath of their ids.
        before: list before the creation too; needed when AWS would make a second one on a repeated call.
    """

    call: Call
    ids: str
    before: bool = False


@dataclass(frozen=True)
class Naming:
    """The attribute that names a resource, and the one for a generated name's prefix."""

    attribute: str
    prefix_attribute: str
    default_prefix: str = "terraform-"


@dataclass(frozen=True)
class Resource:
    """A resource type.

    Attributes:
        label: what the genuine provider calls it in errors, e.g. `RDS Cluster`.
        create: the call, or a function that chooses it.
        id: JMESPath in the answer of `create`, or a function of the task; None: the naming attribute.
        aliases: request or answer member -> attribute, where the names differ.
        finish: what follows on the creation, once the id is known.
        exists: error codes that say that the name is taken.
        busy: error codes on which a deletion is repeated for a while.
        born: JMESPath in the read item of the time of creation.
        telling: more attributes, besides tags and those that cannot change, by which a resource is known to be ours.
        updates: calls and functions for changes, in their order.
        delete: None when deleting only forgets.
        retag: changes tags where one call replaces all of them; instead of `tagging`.
        import_attributes: attributes that reading an imported resource needs, from the task with the import id.
        stored: attribute path -> how its value is stored.
        same: attribute path -> whether (prior, configured) are the same to the provider.
        kept_blocks: blocks whose absence from the configuration is no difference.
        kept: attributes whose removal from the configuration is no difference.
        replace_if: attribute -> whether its change from prior to planned replaces; over the packaged facts.
        framework: built on the plugin framework: values must be planned exactly.
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
    born: str = ""
    listing: Listing | None = None
    telling: frozenset[str] = frozenset()
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
    framework: bool = False


class Task(Protocol):
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
    prior: Mapping[str, Any]
    config: Mapping[str, Any]
    id: str | None
    region: str
    started: dt.datetime

    @property
    def changed(self) -> frozenset[str]:
        """Top-level attributes and blocks whose planned value differs from the state before."""

    def get(self, path: str) -> Any:
        """A value by its dotted path, through lists of one; None when it is not set or not known."""

    def send(
        self,
        call: Call,
        *,
        only: Collection[str] | None = None,
        extra: Mapping[str, Any] | None = None,
        repeat_lost: bool = True,
    ) -> dict[str, Any]:
        """Make a catalogue call, filled from this task's values; `extra` members go on top."""

    def call(self, operation: str, **params: Any) -> dict[str, Any]:
        """Make an API call with the parameters as they are; `kms:DescribeKey` names another service.

        A call that is refused because a first try of it, whose reply got lost, has done the work counts as done: its answer
        is then empty.
        """

    def model(self, operation: str) -> OperationModel:
        """botocore's model of `kms:DescribeKey` or `CreateVpc`."""

    def await_status(self, wait: Wait, kind: str) -> None:
        """Wait for a status; `kind` is `create`, `update` or `delete`, whose timeout holds.

        Raises:
            ProviderError: the wait failed.
        """

    def arn(self, resource: str, service: str | None = None) -> str:
        """An ARN in this task's Region and account."""

    def timeout(self, kind: str) -> float:
        """Seconds for `create`, `update` or `delete`: the timeouts block, else the provider's own value."""

    def repeat_while(self, action: Callable[[], Any], busy: Callable[[Exception], bool], kind: str) -> Any:
        """The action's result, repeated while it fails in a way that `busy` knows to pass."""
