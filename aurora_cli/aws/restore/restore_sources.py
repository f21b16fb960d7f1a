"""What the data of a new cluster may come from, as the RDS API reports it: clusters, instances, snapshots, kept backups."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from aurora_cli.aws.describe import encryption_of, find_cluster, find_instance, first, list_clusters
from aurora_cli.aws.errors import aws_errors


@dataclass(frozen=True)
class Origin:
    """Something that data can come from.

    Attributes:
        kind: `cluster`, `db` (an RDS instance), `cluster-snapshot`, `snapshot` (of an RDS instance) or `backup`.
        name: its identifier; of a backup the resource id.
        engine, version: as AWS says them, e.g. `mysql` and 8.0.36 for an RDS instance.
        encryption: of its storage, as `encryption_of` says.
        earliest, latest: the restorable times; None where there is no such window.
        instances: identifiers of the instances of a cluster.
        clone_group: id that clones of one source share, or None.
        backtrack: seconds of its backtrack window; 0 for none.
        cluster: the cluster that a snapshot is of.
        raw: the API's own description.
    """

    kind: str
    arn: str
    name: str
    engine: str
    version: str
    encryption: str
    status: str
    earliest: datetime | None = None
    latest: datetime | None = None
    instances: tuple[str, ...] = ()
    clone_group: str | None = None
    backtrack: int = 0
    cluster: str | None = None
    raw: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def by_kms_key(self) -> bool:
        """Whether a KMS key of an account encrypts it, which may be one that another account or Region cannot use."""
        return self.encryption == "sse-kms"

    @property
    def shared_by(self) -> str | None:
        """The account that shares the snapshot with this one; None for what is the account's own."""
        return self.arn.split(":")[4] if self.raw.get("SnapshotType") in ("shared", "public") else None


def read_cluster(rds: Any, name: str) -> Origin | None:
    """A cluster by identifier or ARN (also one that is shared with the account); None if there is none."""
    found = find_cluster(rds, name)
    return cluster_origin(found) if found else None


def cluster_origin(found: dict[str, Any]) -> Origin:
    """One entry of DescribeDBClusters."""
    return Origin(
        kind="cluster",
        arn=found["DBClusterArn"],
        name=found["DBClusterIdentifier"],
        engine=found["Engine"],
        version=found["EngineVersion"],
        encryption=encryption_of(found),
        status=found.get("Status", "unknown"),
        earliest=found.get("EarliestRestorableTime"),
        latest=found.get("LatestRestorableTime"),
        instances=tuple(m["DBInstanceIdentifier"] for m in found.get("DBClusterMembers", ())),
        clone_group=found.get("CloneGroupId"),
        backtrack=int(found.get("BacktrackWindow") or 0),
        raw=found,
    )


def read_instance(rds: Any, name: str) -> Origin | None:
    """An RDS instance, which is no member of a cluster, by identifier or ARN; None if there is none."""
    found = find_instance(rds, name.rpartition(":")[2])
    if not found or found.get("DBClusterIdentifier"):
        return None
    arn, status = found["DBInstanceArn"], found.get("DBInstanceStatus", "unknown")
    return _origin("db", arn, found["DBInstanceIdentifier"], found, status)


def read_snapshot(rds: Any, name: str) -> Origin | None:
    """A cluster snapshot, or a DB snapshot of an RDS instance, by identifier or ARN; None if there is neither."""
    shared, doing = {"IncludeShared": True} if name.startswith("arn:") else {}, f"looking for {name}"
    if ":snapshot:" not in name:
        found = first(
            rds.describe_db_cluster_snapshots, "DBClusterSnapshots", doing, DBClusterSnapshotIdentifier=name, **shared
        )
        if found:
            return snapshot_origin(found)
    if ":cluster-snapshot:" in name:
        return None
    found = first(rds.describe_db_snapshots, "DBSnapshots", doing, DBSnapshotIdentifier=name, **shared)
    if not found:
        return None
    status = found.get("Status", "unknown")
    return _origin("snapshot", found["DBSnapshotArn"], found["DBSnapshotIdentifier"], found, status)


def snapshot_origin(found: dict[str, Any]) -> Origin:
    """One entry of DescribeDBClusterSnapshots."""
    return Origin(
        kind="cluster-snapshot",
        arn=found["DBClusterSnapshotArn"],
        name=found["DBClusterSnapshotIdentifier"],
        engine=found["Engine"],
        version=found["EngineVersion"],
        encryption=encryption_of(found),
        status=found.get("Status", "unknown"),
        cluster=found.get("DBClusterIdentifier"),
        raw=found,
    )


def read_backup(rds: Any, resource_id: str) -> Origin | None:
    """The automated backups of a cluster, gone or not, by its resource id; None if there are none."""
    call = rds.describe_db_cluster_automated_backups
    found = first(call, "DBClusterAutomatedBackups", f"looking for {resource_id}", DbClusterResourceId=resource_id)
    if not found:
        return None
    window = found.get("RestoreWindow") or {}
    return Origin(
        kind="backup",
        arn=found.get("DBClusterArn", ""),
        name=resource_id,
        engine=found["Engine"],
        version=found["EngineVersion"],
        encryption=encryption_of(found),
        status=found.get("Status", "unknown"),
        earliest=window.get("EarliestTime"),
        latest=window.get("LatestTime"),
        cluster=found.get("DBClusterIdentifier"),
        raw=found,
    )


def all_clusters(rds: Any) -> list[Origin]:
    """Every cluster of the Region."""
    return [cluster_origin(one) for one in list_clusters(rds)]


def upgrade_targets(rds: Any, engine: str, version: str) -> list[str]:
    """Versions to which AWS upgrades that one, as it says now."""
    with aws_errors(f"reading the upgrade targets of {engine} {version}"):
        # A source may have a version that is no longer offered.
        answer = rds.describe_db_engine_versions(Engine=engine, EngineVersion=version, IncludeAll=True)
    return [t["EngineVersion"] for one in answer["DBEngineVersions"] for t in one.get("ValidUpgradeTarget", ())]


def _origin(kind: str, arn: str, name: str, found: dict[str, Any], status: str) -> Origin:
    return Origin(kind, arn, name, found["Engine"], found["EngineVersion"], encryption_of(found), status, raw=found)
