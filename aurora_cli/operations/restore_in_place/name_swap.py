"""Two clusters change names: the one that serves is set aside, another takes its place. Ids in Terraform's state stay true."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from aurora_cli.aws.describe import find_cluster, find_instance
from aurora_cli.aws.modify.rename import (
    cluster_unrest,
    instance_unrest,
    rename_cluster,
    rename_instance,
)
from aurora_cli.operations.pipeline.step import Step

if TYPE_CHECKING:
    from aurora_cli.operations.pipeline.context import OperationContext

OUTAGE = (
    "The cluster cannot be reached from here until its new writer has restarted under its name: "
    "two renames of the cluster and one of the instances, minutes each."
)


@dataclass(frozen=True)
class Exchange:
    """Who goes and who comes.

    Attributes:
        live: identifier that serves, before and after.
        outgoing: resource id of the cluster that has it now.
        aside: identifier that this one gets.
        incoming: present identifier of the cluster that takes its place.
        leaving: instance identifiers of the outgoing cluster -> those that they get.
        coming: instance identifiers of the incoming cluster -> those that they get.
    """

    live: str
    outgoing: str
    aside: str
    incoming: str
    leaving: Mapping[str, str]
    coming: Mapping[str, str]

    def to_facts(self) -> dict[str, Any]:
        """For the journal."""
        return asdict(self)


def exchange_steps(context: OperationContext, exchange: Exchange, keep: Callable[[], None]) -> list[Step]:
    """The steps.

    Args:
        keep: notes in the stack's record who is set aside; called before the first rename.
    """
    live, aside, coming = exchange.live, exchange.aside, exchange.incoming

    def incoming() -> str:
        return _incoming(context, coming)

    def set_aside() -> str | None:
        context.remember(incoming_id=incoming())
        keep()
        return _rename(context, live, aside, lambda: exchange.outgoing)

    return [
        Step(
            f"set aside {live}",
            f"Rename {live} to {aside}",
            lambda: cluster_unrest(context.rds, aside, exchange.outgoing) is None,
            set_aside,
            OUTAGE,
            without_writer=True,
        ),
        Step(
            f"put in place {coming}",
            f"Rename {coming} to {live}",
            lambda: bool(incoming()) and cluster_unrest(context.rds, live, incoming()) is None,
            lambda: _rename(context, coming, live, incoming),
            without_writer=True,
        ),
        _instances(context, f"instances of {aside}", exchange.leaving, aside, lambda: exchange.outgoing),
        _instances(context, f"instances of {live}", exchange.coming, live, incoming, serving=True),
    ]


def _incoming(context: OperationContext, name: str) -> str:
    """Resource id of the cluster that comes; empty before it is there."""
    known = context.fact("incoming_id")
    if known:
        return str(known)
    found = find_cluster(context.rds, name)
    return str(found["DbClusterResourceId"]) if found else ""


def _rename(context: OperationContext, before: str, after: str, resource_id: Callable[[], str]) -> str | None:
    rename_cluster(context.rds, before, after)
    context.wait(lambda: (None, cluster_unrest(context.rds, after, resource_id())), f"{after} to have its name")
    return None


def await_instance(context: OperationContext, name: str) -> None:
    """Wait until an instance is available. Raises WaitTimeout."""
    context.wait(lambda: (None, instance_unrest(context.rds, name)), f"{name} to be available")


def _instances(
    context: OperationContext,
    name: str,
    names: Mapping[str, str],
    cluster: str,
    resource_id: Callable[[], str],
    *,
    serving: bool = False,
) -> Step:
    """All at the same time: nobody uses them now."""

    def done() -> bool:
        found = find_cluster(context.rds, cluster)
        if found is None or found["DbClusterResourceId"] != resource_id():
            return False
        there = {m["DBInstanceIdentifier"] for m in found.get("DBClusterMembers", ())}
        return set(names.values()) <= there and all(instance_unrest(context.rds, one) is None for one in names.values())

    def run() -> str | None:
        for before, after in names.items():
            if find_instance(context.rds, before) is not None:
                rename_instance(context.rds, before, after)
        for after in names.values():
            await_instance(context, after)
        return None

    text = f"Rename {', '.join(f'{old} to {new}' for old, new in names.items())}"
    return Step(name, text, done, run, without_writer=serving)
