"""Clones, kept backups, DB snapshots of RDS and files in S3: the other ways in which a cluster gets its data."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import TYPE_CHECKING, Any

from moto.iam.models import iam_backends
from moto.rds.models import DBSnapshot
from moto.s3.models import s3_backends

from aurora_cli.sandbox.emulator.rds.cluster import AuroraCluster
from aurora_cli.sandbox.emulator.rds.errors import bad_combination, bad_value, cluster_not_found, cluster_state, error
from aurora_cli.sandbox.emulator.rds.snapshot import carried_by

if TYPE_CHECKING:
    from aurora_cli.sandbox.emulator.rds.backend import AuroraBackend

AURORA_OF = {"postgres": "aurora-postgresql", "mysql": "aurora-mysql"}
_PARTITION = "aws"


class KeptBackup:
    """The automated backups of a cluster that is gone."""

    def __init__(self, cluster: AuroraCluster) -> None:
        self.carried = carried_by(cluster)
        self.resource_id = cluster.db_cluster_resource_id
        self.shown = {**_backup_of(cluster), "Status": "retained"}


def _backup_of(cluster: AuroraCluster) -> dict[str, Any]:
    return {
        "DBClusterIdentifier": cluster.db_cluster_identifier,
        "DBClusterArn": cluster.db_cluster_arn,
        "DbClusterResourceId": cluster.db_cluster_resource_id,
        "Engine": cluster.engine,
        "EngineVersion": cluster.engine_version,
        "MasterUsername": cluster.master_username,
        "Port": cluster.port,
        "StorageEncrypted": cluster.storage_encrypted,
        "BackupRetentionPeriod": cluster.backup_retention_period,
        "Region": cluster.region,
        "Status": "active",
        "RestoreWindow": {
            "EarliestTime": cluster.earliest_restorable_time,
            "LatestTime": cluster.latest_restorable_time,
        },
    }


def automated_backups(backend: AuroraBackend, params: Any) -> list[dict[str, Any]]:
    """DescribeDBClusterAutomatedBackups: of the clusters that are there, and those kept of others."""
    found = [_backup_of(cluster) for cluster in backend.aurora_clusters()]
    found += [kept.shown for kept in backend.kept_backups.values()]
    for member in ("DbClusterResourceId", "DBClusterIdentifier"):
        if params.get(member):
            found = [one for one in found if one[member] == params[member]]
    return found


def source_of(backend: AuroraBackend, params: Any) -> AuroraCluster | KeptBackup:
    """The cluster, or the backup of one, that RestoreDBClusterToPointInTime names, by identifier or by resource id.

    Raises:
        RDSClientError: there is none, or the kind of restore or the time does not go with it.
    """
    clone = params.get("RestoreType") == "copy-on-write"
    if clone and params.get("RestoreToTime"):
        raise bad_combination("RestoreToTime can't be specified when RestoreType is copy-on-write.")
    if bool(params.get("RestoreToTime")) == bool(params.get("UseLatestRestorableTime")):
        raise bad_combination("Specify either RestoreToTime or UseLatestRestorableTime.")
    source = _named(backend, params)
    if isinstance(source, AuroraCluster):
        if clone and not source.instances:
            raise cluster_state(f"The source cluster {source.db_cluster_identifier} has no instances to clone from.")
        _check_time(source, params.get("RestoreToTime"))
    return source


def _named(backend: AuroraBackend, params: Any) -> AuroraCluster | KeptBackup:
    wanted = params.get("SourceDbClusterResourceId")
    if not wanted:
        return backend.cluster(params["SourceDBClusterIdentifier"])
    for cluster in backend.aurora_clusters():
        if cluster.db_cluster_resource_id == wanted:
            return cluster
    if wanted not in backend.kept_backups:
        raise cluster_not_found(wanted)
    return backend.kept_backups[wanted]


def _check_time(source: AuroraCluster, wanted: dt.datetime | None) -> None:
    if wanted is None:
        return
    moment = wanted.replace(tzinfo=None)
    # AWS keeps whole seconds; so does the caller.
    if not source.earliest_restorable_time.replace(microsecond=0) <= moment <= source.latest_restorable_time:
        raise error(
            "InvalidRestoreFault", f"Cannot restore to {wanted.isoformat()}: it is outside the restorable window."
        )


def join_clones(source: AuroraCluster, clone: AuroraCluster) -> None:
    """Clones and their source share pages, and the id of their group."""
    source.clone_group_id = source.clone_group_id or str(uuid.uuid4())
    clone.clone_group_id = source.clone_group_id


def from_db_snapshot(backend: AuroraBackend, arn: str, params: Any) -> dict[str, Any]:
    """Values of a cluster made from a snapshot of an RDS for MySQL or PostgreSQL instance.

    Raises:
        RDSClientError: there is none, or it is of another engine.
    """
    name = arn.rpartition(":")[2]
    found = backend.database_snapshots.get(name)
    if not isinstance(found, DBSnapshot):
        raise error("DBSnapshotNotFound", f"DBSnapshot {name} not found.")
    database = found.database
    if AURORA_OF.get(database.engine) != params["Engine"]:
        raise bad_combination(f"A cluster of {params['Engine']} cannot be made from a snapshot of {database.engine}.")
    return {
        "master_username": database.master_username,
        "database_name": database.db_name or None,
        "port": database.port,
        "storage_encrypted": bool(database.storage_encrypted),
        "kms_key_id": database.kms_key_id if database.storage_encrypted else None,
        "master_user_password": "from-the-source",
        **dict(params.items()),
    }


def from_s3(backend: AuroraBackend, params: Any) -> dict[str, Any]:
    """Values of a cluster made from files in S3.

    Raises:
        RDSClientError: the engine takes none, or the bucket or the role is not there.
    """
    if params["Engine"] != "aurora-mysql" or params["SourceEngine"] != "mysql":
        raise bad_value("Only aurora-mysql is restored from S3, from a backup of mysql.")
    buckets = s3_backends[backend.account_id][_PARTITION].buckets
    if params["S3BucketName"] not in buckets:
        raise error("InvalidS3BucketFault", f"The specified Amazon S3 bucket {params['S3BucketName']} can't be found.")
    roles = iam_backends[backend.account_id][_PARTITION].roles.values()
    if params["S3IngestionRoleArn"] not in {role.arn for role in roles}:
        raise bad_value(f"IAM role ARN value is invalid: {params['S3IngestionRoleArn']}")
    return dict(params.items())
