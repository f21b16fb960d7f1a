"""What a plan would delete or make anew."""

from __future__ import annotations

from collections.abc import Iterator

from aurora_cli.operations.core.region_topology import LiveRegions
from aurora_cli.operations.core.review import Finding
from aurora_cli.operations.guard.inputs import (
    CLUSTER,
    GLOBAL,
    INSTANCE,
    Situation,
    cluster_goes,
    goes,
    identifier,
    removed_instances,
    why,
)
from aurora_cli.terraform.addresses import region_of
from aurora_cli.terraform.plan import Plan, ResourceChange

_HOLDS_DATA = {CLUSTER: "cluster", "aws_rds_global_cluster": "global cluster", "aws_kms_key": "KMS key"}


def departure(change: ResourceChange, plan: Plan, situation: Situation) -> Iterator[Finding]:
    """What one change takes away."""
    verb = "replaced" if change.action == "replace" else "deleted"
    if change.type in (CLUSTER, GLOBAL) and situation.regions.database is not None:
        yield Finding("lost", change.address, _of_global(change, verb, situation.regions), refused=True)
    elif change.type in _HOLDS_DATA:
        name = change.before.get("cluster_identifier") or change.before.get("id") or change.address
        text = f"The {_HOLDS_DATA[change.type]} {name} would be {verb}{why(change)}, and its data with it."
        yield Finding("lost", change.address, text, refused=True)
    elif change.type == INSTANCE:
        yield _instance_departure(change, verb, situation)
    elif change.type == "aws_db_subnet_group" and not cluster_goes(plan, change.address):
        text = (
            f"The subnet group {change.before.get('name')} is in use by the cluster and would be {verb}{why(change)}."
        )
        yield Finding("lost", change.address, text, refused=True)
    elif change.action == "replace":
        yield Finding("replaced", change.address, f"{change.address} is recreated{why(change)}.")


def _of_global(change: ResourceChange, verb: str, regions: LiveRegions) -> str:
    """What the end of a member means: the loss of a copy, or of the data."""
    cause = why(change)
    if change.type == GLOBAL:
        name = change.before.get("global_cluster_identifier") or change.address
        return f"The global cluster {name} would be {verb}{cause}: its clusters would become standalone, or be deleted with it."
    name = change.before.get("cluster_identifier") or change.address
    region = region_of(change.address)
    if region is None:
        return f"The cluster {name} would be {verb}{cause}, and its data with it."
    if region == regions.primary_region:
        return f"{region} is the primary Region now: the cluster {name} would be {verb}{cause}, and the newest data with it."
    return f"The copy of the data in {region} (cluster {name}) would be {verb}{cause}; the primary keeps its own."


def _instance_departure(change: ResourceChange, verb: str, situation: Situation) -> Finding:
    name = identifier(change)
    if name == _writer_at_apply(change, situation):
        text = f"{name} is the writer and would be {verb}{why(change)}."
        return Finding("lost", change.address, text, refused=True)
    if change.action == "replace":
        return Finding("replaced", change.address, f"The reader {name} is recreated{why(change)}.")
    return Finding("lost", change.address, f"The reader {name} is deleted; the data stays in the cluster.")


def _writer_at_apply(change: ResourceChange, situation: Situation) -> str | None:
    region = region_of(change.address)
    if region is not None:
        topology = situation.regions.secondaries.get(region)
        is_primary = region == situation.regions.primary_region
        return topology.writer.id if is_primary and topology and topology.writer else None
    if situation.next_writer:
        return situation.next_writer
    if situation.topology is not None:
        return situation.topology.writer.id if situation.topology.writer else None
    return identifier(change) if change.before.get("writer") else None


def last_reader(plan: Plan, situation: Situation) -> Iterator[Finding]:
    """A production cluster keeps a failover target."""
    if not situation.production or situation.topology is None or cluster_goes(plan):
        return
    writer = situation.next_writer or (situation.topology.writer.id if situation.topology.writer else None)
    readers = {m.id for m in situation.topology.members if m.id != writer}
    if not readers or readers - removed_instances(plan):
        return
    for change in plan.resource_changes:
        if change.type == INSTANCE and goes(change) and identifier(change) in readers:
            text = (
                f"{identifier(change)} is one of the last readers of a production cluster: no failover target is left."
            )
            yield Finding("lost", change.address, text, refused=True)
