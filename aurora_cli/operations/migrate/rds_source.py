"""An instance of RDS that an Aurora cluster is to replicate: whether it can, and what the cluster takes over from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aurora_cli.aws.engine.engine_versions import read_engine_versions
from aurora_cli.aws.engine.orderable import read_offers
from aurora_cli.errors import SourceUnfit

if TYPE_CHECKING:
    from aurora_cli.aws.engine.engine_versions import EngineVersion
    from aurora_cli.aws.restore.restore_sources import Origin

AURORA_OF = {"postgres": "aurora-postgresql", "mysql": "aurora-mysql"}
LARGEST_GIB = 128 * 1024
"""Storage of an Aurora cluster (Aurora quotas)."""


def refuse_unfit(found: Origin, region: str, into: str) -> None:
    """Say, before anything is made, why RDS would not let an Aurora cluster replicate it.

    Args:
        found: the instance.
        region: of the new cluster.
        into: its identifier, which may replicate already.

    Raises:
        SourceUnfit: with the way out.
    """
    _refuse_kind(found, into)
    _refuse_elsewhere(found, region)
    if not found.raw.get("BackupRetentionPeriod"):
        raise SourceUnfit(
            f"{found.name} has no automated backups, and RDS replicates only an instance that has.",
            hint=f"aws rds modify-db-instance --db-instance-identifier {found.name} --backup-retention-period 7 "
            "--apply-immediately (an instance of MySQL may restart)",
        )
    size = int(found.raw.get("AllocatedStorage") or 0)
    if size > LARGEST_GIB:
        raise SourceUnfit(
            f"{found.name} has {size} GiB, and a cluster holds {LARGEST_GIB} GiB.", hint="Move part of the data first."
        )
    if found.engine == "postgres":
        _refuse_other_replicas(found, into)


def _refuse_kind(found: Origin, into: str) -> None:
    if found.kind == "cluster":
        raise SourceUnfit(
            f"{found.name} is a cluster, not an RDS instance.",
            hint=f"For a copy: aurora-cli clone {found.name} {into}. For a replica in another Region: `source.replica_of`.",
        )
    if found.engine not in AURORA_OF:
        raise SourceUnfit(
            f"{found.name} is {found.engine}: Aurora replicates RDS for MySQL and for PostgreSQL.",
            hint="AWS Database Migration Service moves data between other engines.",
        )
    if found.status not in ("available", "backing-up", "storage-optimization"):
        raise SourceUnfit(f"{found.name} is {found.status}.", hint="Wait until it is available.")


def _refuse_elsewhere(found: Origin, region: str) -> None:
    home = found.arn.split(":")[3]
    if home != region:
        raise SourceUnfit(
            f"{found.name} is in {home}, and the cluster would be in {region}: a replica of an instance is in its Region.",
            hint=f"Create it in {home}, with --region {home}; then copy a snapshot or add a Region to reach another one.",
        )


def _refuse_other_replicas(found: Origin, into: str) -> None:
    """PostgreSQL only: RDS lets one cluster replicate it, and nothing else beside (Aurora User Guide, migrating by a replica)."""
    raw = found.raw
    others = [*(raw.get("ReadReplicaDBInstanceIdentifiers") or ()), *(raw.get("ReadReplicaDBClusterIdentifiers") or ())]
    others = [name for name in others if name.rpartition(":")[2] != into]
    if others:
        raise SourceUnfit(
            f"{found.name} already has a replica ({', '.join(others)}), and RDS for PostgreSQL supports an Aurora "
            "replica only without others.",
            hint="Delete or promote that one first.",
        )
    above = raw.get("ReadReplicaSourceDBInstanceIdentifier")
    if above:
        raise SourceUnfit(f"{found.name} is itself a replica of {above}.", hint=f"Replicate {above} instead.")


# --- what the cluster takes over ---


def values_from(rds: Any, found: Origin) -> dict[str, Any]:
    """Values of the spec: version, class, port and network as the instance has them; no reader until it stands on its own.

    Raises:
        SourceUnfit: the Region has no version that fits. AwsFailed and its kin.
    """
    engine = AURORA_OF[found.engine]
    version = fitting_version(engine, found, read_engine_versions(rds, engine))
    class_, port = found.raw.get("DBInstanceClass"), (found.raw.get("Endpoint") or {}).get("Port")
    same_class = class_ in read_offers(rds, engine, version).classes
    return {
        "engine_version": version,
        "instances": {"readers": 0, **({"class": class_} if same_class else {})},
        **({"port": int(port)} if port else {}),
        **_network(found.raw),
    }


def fitting_version(engine: str, found: Origin, versions: list[EngineVersion]) -> str:
    """The version to replicate into: of the same major, for PostgreSQL not an older minor; AWS's default if it fits.

    Raises:
        SourceUnfit: there is none.
    """
    from aurora_cli.spec.facts.versions import major_version, sort_key

    major, same_numbers = major_version(engine, found.version), found.engine == "postgres"
    fitting = [
        one
        for one in versions
        if major_version(engine, one.version) == major
        and not (same_numbers and sort_key(one.version) < sort_key(found.version))
    ]
    if not fitting:
        raise SourceUnfit(
            f"{found.name} is {found.engine} {found.version}, and no version of {engine} in its Region can replicate it.",
            hint=f"Upgrade {found.name} within RDS first; the versions: aurora-cli engines {engine}",
        )
    default = next((one.version for one in fitting if one.default), None)
    return default or max((one.version for one in fitting), key=sort_key)


def _network(raw: dict[str, Any]) -> dict[str, Any]:
    """The VPC of the instance: its subnets, and the security groups that let its clients in."""
    group = (raw.get("DBSubnetGroup") or {}).get("DBSubnetGroupName")
    groups = [one["VpcSecurityGroupId"] for one in raw.get("VpcSecurityGroups", ())]
    return {"network": {"subnet_group": group, "security_group_ids": groups}} if group else {}
