"""What each change of a plan would delete, recreate, restart, fail over, weaken or expose."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from aurora_cli.aws.cluster.topology import Topology
from aurora_cli.operations.core.region_topology import LiveRegions
from aurora_cli.operations.core.review import Finding
from aurora_cli.spec.derived.cidr import Block, collapsed, everybody, parse, reach
from aurora_cli.terraform.plan.plan import Plan, ResourceChange
from aurora_cli.terraform.state.addresses import region_of

INSTANCE = "aws_rds_cluster_instance"
CLUSTER = "aws_rds_cluster"
GLOBAL = "aws_rds_global_cluster"
_HOLDS_DATA = {CLUSTER: "cluster", "aws_rds_global_cluster": "global cluster", "aws_kms_key": "KMS key"}
_RESTARTING = {
    (INSTANCE, "instance_class"),
    (INSTANCE, "ca_cert_identifier"),
    (CLUSTER, "engine_version"),
    (CLUSTER, "port"),
}
_ONE_BY_ONE = ("instance_class", "ca_cert_identifier")
_GIVEN = "The secret of the master password is deleted, and its rotation ends: the given password is used from then on."
_MANAGED = "AWS replaces the given master password with a new one in Secrets Manager. Clients must read the new secret."
_INGRESS = "aws_vpc_security_group_ingress_rule"
_BLOCKS = {"cidr_ipv4": 4, "cidr_ipv6": 6}


@dataclass(frozen=True)
class Situation:
    """What the guard knows beside the plan.

    Attributes:
        topology: the live cluster, or None if there is none yet (or it cannot be read).
        production: True for the production preset, whose last reader is guarded.
        next_writer: identifier of the instance that a step before the apply makes the writer, or None.
        regions: the live clusters of a global database in its other Regions.
        allowed: Terraform addresses that the user allowed by name.
        one_by_one: identifiers of instances whose class or certificate is changed by steps of their own, which say what
            restarts.
    """

    topology: Topology | None = None
    production: bool = False
    next_writer: str | None = None
    regions: LiveRegions = field(default_factory=LiveRegions)
    allowed: Collection[str] = ()
    one_by_one: Collection[str] = ()


def consequences(plan: Plan, situation: Situation) -> list[Finding]:
    """All of them, in the order of the plan; whether they are allowed is not looked at."""
    found = [finding for change in plan.resource_changes for finding in _of_change(change, plan, situation)]
    return [*found, *_opened(plan), *_last_reader(plan, situation)]


def _of_change(change: ResourceChange, plan: Plan, situation: Situation) -> Iterator[Finding]:
    if goes(change):
        yield from _departure(change, plan, situation)
    elif change.action == "update":
        yield from _restarts(change, situation)
        yield from _weakened(change)
    if change.action in ("create", "update", "replace"):
        yield from _exposed(change)


def _departure(change: ResourceChange, plan: Plan, situation: Situation) -> Iterator[Finding]:
    """What one change takes away."""
    verb = "replaced" if change.action == "replace" else "deleted"
    if change.type in (CLUSTER, GLOBAL) and situation.regions.database is not None:
        yield Finding("lost", change.address, _of_global(change, verb, situation.regions), refused=True)
    elif change.type in _HOLDS_DATA:
        name = change.before.get("cluster_identifier") or change.before.get("id") or change.address
        text = f"The {_HOLDS_DATA[change.type]} {name} would be {verb}{_why(change)}, and its data with it.{_way_out(change)}"
        yield Finding("lost", change.address, text, refused=True)
    elif change.type == INSTANCE:
        yield _instance_departure(change, verb, situation)
    elif change.type == "aws_db_subnet_group" and not _cluster_goes(plan, change.address):
        text = (
            f"The subnet group {change.before.get('name')} is in use by the cluster and would be {verb}{_why(change)}."
        )
        yield Finding("lost", change.address, text, refused=True)
    elif change.action == "replace":
        yield Finding("replaced", change.address, f"{change.address} is recreated{_why(change)}.")


def _way_out(change: ResourceChange) -> str:
    """What AWS changes without a new cluster, by an operation."""
    name, paths = change.before.get("cluster_identifier"), set(change.replace_paths)
    if change.type != CLUSTER or not paths:
        return ""
    if paths <= {"kms_key_id", "storage_encrypted"}:
        return f" Another KMS key comes with: aurora-cli blue-green create {name} --set encryption.kms_key=KEY"
    if paths <= {"db_subnet_group_name"}:
        return f" Another subnet group comes with: aurora-cli move {name} --subnet-group GROUP"
    return ""


def _of_global(change: ResourceChange, verb: str, regions: LiveRegions) -> str:
    """What the end of a member means: the loss of a copy, or of the data."""
    cause = _why(change)
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
    name = _identifier(change)
    if name == _writer_at_apply(change, situation):
        text = f"{name} is the writer and would be {verb}{_why(change)}."
        return Finding("lost", change.address, text, refused=True)
    if change.action == "replace":
        return Finding("replaced", change.address, f"The reader {name} is recreated{_why(change)}.")
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
    return _identifier(change) if change.before.get("writer") else None


def _last_reader(plan: Plan, situation: Situation) -> Iterator[Finding]:
    """A production cluster keeps a failover target."""
    if not situation.production or situation.topology is None or _cluster_goes(plan):
        return
    writer = situation.next_writer or (situation.topology.writer.id if situation.topology.writer else None)
    readers = {m.id for m in situation.topology.members if m.id != writer}
    if not readers or readers - removed_instances(plan):
        return
    for change in plan.resource_changes:
        if change.type == INSTANCE and goes(change) and _identifier(change) in readers:
            text = (
                f"{_identifier(change)} is one of the last readers of a production cluster: no failover target is left."
            )
            yield Finding("lost", change.address, text, refused=True)


def _restarts(change: ResourceChange, situation: Situation) -> Iterator[Finding]:
    """What restarts or fails over when it changes."""
    for attribute in change.changed:
        if (change.type, attribute.path) not in _RESTARTING:
            continue
        if attribute.path in _ONE_BY_ONE and _identifier(change) in situation.one_by_one:
            continue
        span = f"{attribute.path} changes from {attribute.before} to {attribute.after}"
        if change.type == CLUSTER:
            yield Finding("restart", change.address, f"All instances of the cluster restart: {span}.")
        else:
            yield _instance_restart(change, span, situation)


def _instance_restart(change: ResourceChange, span: str, situation: Situation) -> Finding:
    name = _identifier(change)
    writer = situation.topology.writer if situation.topology else None
    if writer is None or name != writer.id:
        return Finding("restart", change.address, f"{name} (reader) restarts: {span}.")
    if situation.topology and situation.topology.readers:
        text = f"{name} (the writer) restarts, and AWS may fail over to a reader: {span}."
        return Finding("failover", change.address, text)
    return Finding(
        "restart",
        change.address,
        f"{name} (the writer, without a reader) restarts: {span}. Writes stop for minutes.",
    )


def _weakened(change: ResourceChange) -> Iterator[Finding]:
    """What is less safe once it has changed."""
    for attribute in change.changed:
        if attribute.path == "deletion_protection" and attribute.before and not attribute.after:
            yield Finding("exposed", change.address, "Deletion protection is disabled.")
        elif attribute.path == "manage_master_user_password":
            yield Finding("lost", change.address, _GIVEN if attribute.before else _MANAGED)
        elif attribute.path == "backup_retention_period" and _shrinks(attribute.before, attribute.after):
            text = f"Automated backups older than {attribute.after} days are deleted (kept {attribute.before} days before)."
            yield Finding("lost", change.address, text)


def _shrinks(before: object, after: object) -> bool:
    return isinstance(before, (int, float)) and isinstance(after, (int, float)) and after < before


def _exposed(change: ResourceChange) -> Iterator[Finding]:
    """What is open to more than before."""
    if (
        change.type == INSTANCE
        and change.after.get("publicly_accessible")
        and not change.before.get("publicly_accessible")
    ):
        yield Finding("exposed", change.address, f"{change.after.get('identifier')} gets a public address.")


def _opened(plan: Plan) -> Iterator[Finding]:
    """Rules that let everybody in together with those that stay."""
    rules: dict[tuple[str | None, str], list[ResourceChange]] = {}
    for change in plan.resource_changes:
        if change.type == _INGRESS:
            rules.setdefault((region_of(change.address), change.name), []).append(change)
    for group in rules.values():
        for attribute, version in _BLOCKS.items():
            before = _sources(attribute, ((c, c.before) for c in group))
            after = _sources(attribute, ((c, c.after) for c in group if c.action not in ("delete", "forget")))
            new = [c.address for c, block in after if (c, block) not in before]
            blocks = [block for _, block in after]
            share = everybody(blocks, version)
            if new and share and reach(blocks, version) > reach((block for _, block in before), version):
                named = ", ".join(str(block) for block in collapsed(blocks)[:3])
                yield Finding("exposed", new[0], f"The database port opens to {share} ({named}).")


def _sources(
    attribute: str, rules: Iterable[tuple[ResourceChange, Mapping[str, object]]]
) -> list[tuple[ResourceChange, Block]]:
    found = [(change, parse(str(values.get(attribute) or ""))) for change, values in rules]
    return [(change, block) for change, block in found if block is not None]


def removed_instances(plan: Plan) -> set[str]:
    """Identifiers of the instances that the plan deletes or replaces."""
    return {_identifier(c) for c in plan.resource_changes if c.type == INSTANCE and goes(c)}


def goes(change: ResourceChange) -> bool:
    """Whether the plan deletes or replaces it."""
    return change.action in ("delete", "replace")


def _identifier(change: ResourceChange) -> str:
    """What an instance is called."""
    return str(change.before.get("identifier") or change.before.get("id") or change.address)


def _why(change: ResourceChange) -> str:
    """The clause that says why something is made anew; empty for what goes for good."""
    if change.action != "replace":
        return ""
    return f" because {', '.join(change.replace_paths)} cannot change in place" if change.replace_paths else ""


def _cluster_goes(plan: Plan, beside: str = "") -> bool:
    """Whether the cluster goes that is in the same Region as the address."""
    region = region_of(beside)
    return any(c.type == CLUSTER and goes(c) and region_of(c.address) == region for c in plan.resource_changes)
