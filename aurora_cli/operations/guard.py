"""What a plan would lose, restart, fail over or expose, in words; and which of it stops the run.

Deletion protection covers the cluster and nothing else: a plan may remove every instance of a protected cluster, and a changed
create-time argument may replace the cluster itself. So the plan is read before it is applied.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace

from aurora_cli.aws.topology import Topology
from aurora_cli.errors import GuardRefused
from aurora_cli.operations.regions import LiveRegions
from aurora_cli.operations.review import Finding
from aurora_cli.terraform.addresses import region_of
from aurora_cli.terraform.plan import Plan, ResourceChange

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
_GIVEN = "The secret of the master password goes, and with it its rotation: the password is the given one from then on."
_MANAGED = (
    "The given master password ends: AWS makes a new one and keeps it in Secrets Manager. Clients must fetch it there."
)
_ANYWHERE = {"cidr_ipv4": "0.0.0.0/0", "cidr_ipv6": "::/0"}
_ORDER = {"lost": 0, "replaced": 1, "exposed": 2, "failover": 3, "restart": 4}


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


def inspect(plan: Plan, situation: Situation) -> tuple[Finding, ...]:
    """Every consequence a person must know, the refused and the gravest first."""
    findings = [finding for change in plan.resource_changes for finding in _of_change(change, plan, situation)]
    findings += _last_reader(plan, situation)
    allowed = {*situation.allowed, *_gone_with_cluster(plan, situation.allowed)}
    marked = (replace(f, allowed=f.refused and f.address in allowed) for f in findings)
    return tuple(sorted(marked, key=lambda f: (not f.refused, _ORDER[f.effect], f.address)))


def refuse(findings: Collection[Finding]) -> None:
    """Raise GuardRefused if a finding stops the run; does nothing otherwise."""
    stopping = [f for f in findings if f.refused and not f.allowed]
    if not stopping:
        return
    allows = " ".join(f"--allow '{address}'" for address in _to_be_allowed(stopping))
    raise GuardRefused(
        f"Nothing was changed: the plan would lose what holds data ({', '.join(dict.fromkeys(f.address for f in stopping))}).",
        hint=f"Change the spec so that this does not happen. If you do want it, allow it by name: {allows}",
        details={"findings": [vars(f) for f in stopping]},
    )


def _gone_with_cluster(plan: Plan, allowed: Collection[str]) -> set[str]:
    """Addresses of the instances of clusters that may go: without its cluster an instance is nothing."""
    clusters = {_identifier_of_cluster(c) for c in plan.resource_changes if c.address in allowed and _ends_cluster(c)}
    return {
        c.address
        for c in plan.resource_changes
        if c.type == INSTANCE and _goes(c) and c.before.get("cluster_identifier") in clusters
    }


def _ends_cluster(change: ResourceChange) -> bool:
    return change.type == CLUSTER and _goes(change)


def _identifier_of_cluster(change: ResourceChange) -> object:
    return change.before.get("cluster_identifier") or change.before.get("id")


def _to_be_allowed(stopping: Collection[Finding]) -> list[str]:
    """The addresses to name: a cluster's is enough for its instances, which a stack has of one cluster only."""
    addresses = list(dict.fromkeys(f.address for f in stopping))
    cluster = any(address.startswith(f"{CLUSTER}.") for address in addresses)
    return [a for a in addresses if not (cluster and a.startswith(f"{INSTANCE}."))]


def refuse_protected(plan: Plan) -> None:
    """Raise GuardRefused if the plan ends a cluster that AWS itself protects, whatever the user allowed.

    Terraform would take the instances down first, and stop at the cluster: an outage, and nothing gained.
    """
    for change in plan.resource_changes:
        if change.type == CLUSTER and _goes(change) and _stays_protected(change):
            name = change.before.get("cluster_identifier") or change.address
            raise GuardRefused(
                f"Nothing was changed: AWS protects the cluster {name} against deletion, so it cannot be replaced.",
                hint=f"Lift the protection first: aurora-cli apply {name} --set deletion_protection=false",
                details={"address": change.address},
            )


def _stays_protected(change: ResourceChange) -> bool:
    """Whether AWS protects it when Terraform comes to it: of a Region that is removed, the protection is lifted before."""
    removed = change.action == "delete" and region_of(change.address) is not None
    return bool(change.before.get("deletion_protection")) and not removed


def unknown_allows(plan: Plan, allowed: Collection[str]) -> list[str]:
    """Allowed addresses that no change of the plan has: most likely a typing error."""
    known = {change.address for change in plan.resource_changes}
    return sorted(set(allowed) - known)


def removed_instances(plan: Plan) -> set[str]:
    """Identifiers of the instances that the plan deletes or replaces."""
    return {_identifier(c) for c in plan.resource_changes if c.type == INSTANCE and _goes(c)}


def _goes(change: ResourceChange) -> bool:
    return change.action in ("delete", "replace")


def _identifier(change: ResourceChange) -> str:
    return str(change.before.get("identifier") or change.before.get("id") or change.address)


def _why(change: ResourceChange) -> str:
    if change.action != "replace":
        return ""
    return f" because {', '.join(change.replace_paths)} cannot change in place" if change.replace_paths else ""


def _of_change(change: ResourceChange, plan: Plan, situation: Situation) -> Iterator[Finding]:
    if _goes(change):
        yield from _departure(change, plan, situation)
    elif change.action == "update":
        yield from _restarts(change, situation)
        yield from _weakened(change)
    if change.action in ("create", "update", "replace"):
        yield from _exposed(change)


def _departure(change: ResourceChange, plan: Plan, situation: Situation) -> Iterator[Finding]:
    verb = "replaced" if change.action == "replace" else "deleted"
    if change.type in (CLUSTER, GLOBAL) and situation.regions.database is not None:
        yield Finding("lost", change.address, _of_global(change, verb, situation.regions), refused=True)
    elif change.type in _HOLDS_DATA:
        name = change.before.get("cluster_identifier") or change.before.get("id") or change.address
        text = f"The {_HOLDS_DATA[change.type]} {name} would be {verb}{_why(change)}, and its data with it."
        yield Finding("lost", change.address, text, refused=True)
    elif change.type == INSTANCE:
        yield _instance_departure(change, verb, situation)
    elif change.type == "aws_db_subnet_group" and not _cluster_goes(plan, change.address):
        text = (
            f"The subnet group {change.before.get('name')} is in use by the cluster and would be {verb}{_why(change)}."
        )
        yield Finding("lost", change.address, text, refused=True)
    elif change.action == "replace":
        yield Finding("replaced", change.address, f"{change.address} is made anew{_why(change)}.")


def _of_global(change: ResourceChange, verb: str, regions: LiveRegions) -> str:
    """What the end of a member means: the loss of a copy, or of the data."""
    why = _why(change)
    if change.type == GLOBAL:
        name = change.before.get("global_cluster_identifier") or change.address
        return f"The global cluster {name} would be {verb}{why}: its clusters would go on apart, or go with it."
    name = change.before.get("cluster_identifier") or change.address
    region = region_of(change.address)
    if region is None:
        return f"The cluster {name} would be {verb}{why}, and its data with it."
    if region == regions.primary_region:
        return (
            f"{region} is the primary Region now: the cluster {name} would be {verb}{why}, and the newest data with it."
        )
    return f"The copy of the data in {region} (cluster {name}) would be {verb}{why}; the primary keeps its own."


def _cluster_goes(plan: Plan, beside: str = "") -> bool:
    """Whether the cluster goes that is in the same Region as the address."""
    region = region_of(beside)
    return any(c.type == CLUSTER and _goes(c) and region_of(c.address) == region for c in plan.resource_changes)


def _instance_departure(change: ResourceChange, verb: str, situation: Situation) -> Finding:
    identifier = _identifier(change)
    if identifier == _writer_at_apply(change, situation):
        text = f"{identifier} is the writer and would be {verb}{_why(change)}."
        return Finding("lost", change.address, text, refused=True)
    if change.action == "replace":
        return Finding("replaced", change.address, f"The reader {identifier} is made anew{_why(change)}.")
    return Finding("lost", change.address, f"The reader {identifier} is deleted; the data stays in the cluster.")


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
        if change.type == INSTANCE and _goes(change) and _identifier(change) in readers:
            text = (
                f"{_identifier(change)} is among the last readers of a production cluster: no failover target is left."
            )
            yield Finding("lost", change.address, text, refused=True)


def _restarts(change: ResourceChange, situation: Situation) -> Iterator[Finding]:
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
    identifier = _identifier(change)
    writer = situation.topology.writer if situation.topology else None
    if writer is None or identifier != writer.id:
        return Finding("restart", change.address, f"{identifier} (reader) restarts: {span}.")
    if situation.topology and situation.topology.readers:
        text = f"{identifier} (the writer) restarts, and AWS may fail over to a reader: {span}."
        return Finding("failover", change.address, text)
    return Finding(
        "restart",
        change.address,
        f"{identifier} (the writer, without a reader) restarts: {span}. Writes stop for minutes.",
    )


def _weakened(change: ResourceChange) -> Iterator[Finding]:
    for attribute in change.changed:
        if attribute.path == "deletion_protection" and attribute.before and not attribute.after:
            yield Finding("exposed", change.address, "Deletion protection goes off.")
        elif attribute.path == "manage_master_user_password":
            yield Finding("lost", change.address, _GIVEN if attribute.before else _MANAGED)
        elif attribute.path == "backup_retention_period" and _shrinks(attribute.before, attribute.after):
            text = f"Automated backups older than {attribute.after} days go (kept {attribute.before} days until now)."
            yield Finding("lost", change.address, text)


def _shrinks(before: object, after: object) -> bool:
    return isinstance(before, (int, float)) and isinstance(after, (int, float)) and after < before


def _exposed(change: ResourceChange) -> Iterator[Finding]:
    if change.type == "aws_vpc_security_group_ingress_rule":
        for attribute, anywhere in _ANYWHERE.items():
            if change.after.get(attribute) == anywhere and change.before.get(attribute) != anywhere:
                text = f"The database port opens to every address ({anywhere})."
                yield Finding("exposed", change.address, text)
    if (
        change.type == INSTANCE
        and change.after.get("publicly_accessible")
        and not change.before.get("publicly_accessible")
    ):
        yield Finding("exposed", change.address, f"{change.after.get('identifier')} gets a public address.")
