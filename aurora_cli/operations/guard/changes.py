"""What a plan would restart, fail over, weaken or expose without taking anything away."""

from __future__ import annotations

from collections.abc import Iterator

from aurora_cli.operations.core.review import Finding
from aurora_cli.operations.guard.inputs import CLUSTER, INSTANCE, Situation, identifier
from aurora_cli.terraform.plan import ResourceChange

_RESTARTING = {
    (INSTANCE, "instance_class"),
    (INSTANCE, "ca_cert_identifier"),
    (CLUSTER, "engine_version"),
    (CLUSTER, "port"),
}
_ONE_BY_ONE = ("instance_class", "ca_cert_identifier")
_GIVEN = "The secret of the master password is deleted, and its rotation ends: the given password is used from then on."
_MANAGED = "AWS replaces the given master password with a new one in Secrets Manager. Clients must read the new secret."
_ANYWHERE = {"cidr_ipv4": "0.0.0.0/0", "cidr_ipv6": "::/0"}


def restarts(change: ResourceChange, situation: Situation) -> Iterator[Finding]:
    """What restarts or fails over when it changes."""
    for attribute in change.changed:
        if (change.type, attribute.path) not in _RESTARTING:
            continue
        if attribute.path in _ONE_BY_ONE and identifier(change) in situation.one_by_one:
            continue
        span = f"{attribute.path} changes from {attribute.before} to {attribute.after}"
        if change.type == CLUSTER:
            yield Finding("restart", change.address, f"All instances of the cluster restart: {span}.")
        else:
            yield _instance_restart(change, span, situation)


def _instance_restart(change: ResourceChange, span: str, situation: Situation) -> Finding:
    name = identifier(change)
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


def weakened(change: ResourceChange) -> Iterator[Finding]:
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


def exposed(change: ResourceChange) -> Iterator[Finding]:
    """What is open to more than before."""
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
