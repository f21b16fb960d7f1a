"""Clusters that are restored from a snapshot, automated backups, another cluster or Amazon S3."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from moto.iam.models import iam_backends
from moto.rds.models import DBSnapshot
from moto.s3.models import s3_backends

from aurora_cli.sandbox.database.model import Origin
from aurora_cli.sandbox.emulator.rds.actions.clusters import lifecycle
from aurora_cli.sandbox.emulator.rds.backend import AuroraBackend
from aurora_cli.sandbox.emulator.rds.databases import serving
from aurora_cli.sandbox.emulator.rds.errors import bad_combination, bad_value, cluster_not_found, cluster_state, error
from aurora_cli.sandbox.emulator.rds.models import engines
from aurora_cli.sandbox.emulator.rds.models.cluster import AuroraCluster
from aurora_cli.sandbox.emulator.rds.models.resource import StatusView
from aurora_cli.sandbox.emulator.rds.models.snapshot import (
    AuroraClusterSnapshot,
    RetainedBackup,
    backup_of,
    inherited_from,
)

AURORA_OF = {"postgres": "aurora-postgresql", "mysql": "aurora-mysql"}


def automated_backups(backend: AuroraBackend, params: Any) -> list[dict[str, Any]]:
    """DescribeDBClusterAutomatedBackups: of existing clusters, and retained ones of deleted clusters."""
    found = [backup_of(cluster) for cluster in backend.aurora_clusters()]
    found += [kept.shown for kept in backend.retained_backups.values()]
    for member in ("DbClusterResourceId", "DBClusterIdentifier"):
        if params.get(member):
            found = [one for one in found if one[member] == params[member]]
    return found


def knows_snapshot(backend: AuroraBackend, params: Any) -> bool:
    """Whether the snapshot is of an Aurora cluster or of an RDS instance; moto handles the others."""
    wanted = params["SnapshotIdentifier"]
    return ":snapshot:" in wanted or isinstance(_snapshot(backend, wanted), AuroraClusterSnapshot)


def _snapshot(backend: AuroraBackend, wanted: str) -> Any:
    return backend.get_db_cluster_snapshot(wanted.rpartition(":")[2])


def from_snapshot(backend: AuroraBackend, params: Any) -> StatusView:
    """RestoreDBClusterFromSnapshot."""
    wanted = params["SnapshotIdentifier"]
    if ":snapshot:" in wanted:
        return lifecycle.add(backend, _from_db_snapshot(backend, wanted, params))
    source = _snapshot(backend, wanted)
    values = _restore_values(source, params)
    _check_version(source, values)
    made = lifecycle.add(backend, values)
    cluster = backend.clusters[made.db_cluster_identifier]
    if isinstance(cluster, AuroraCluster) and source.data_id:
        cluster.data_origin = Origin(snapshot=source.data_id)
    return made


def to_point_in_time(backend: AuroraBackend, params: Any) -> StatusView:
    """RestoreDBClusterToPointInTime."""
    source = _source_of(backend, params)
    made = lifecycle.add(backend, _restore_values(source, params))
    cluster = backend.cluster(made.db_cluster_identifier)
    if isinstance(source, AuroraCluster):
        cluster.data_origin = _origin(source.db_cluster_resource_id, params.get("RestoreToTime"))
        if params.get("RestoreType") == "copy-on-write":
            _join_clones(source, cluster)
    elif serving.has_data(source.resource_id):
        cluster.data_origin = _origin(source.resource_id, params.get("RestoreToTime"))
    return made


def _origin(source: str, time: dt.datetime | None) -> Origin:
    """What the data of a copy begin with: those of the source as they are now, or were at a time."""
    return Origin(cluster=source, time=time.timestamp() if time else None)


def delete_automated_backup(backend: AuroraBackend, params: Any) -> dict[str, Any]:
    """DeleteDBClusterAutomatedBackup: of a deleted cluster, with its data."""
    wanted = params["DbClusterResourceId"]
    if any(cluster.db_cluster_resource_id == wanted for cluster in backend.aurora_clusters()):
        raise error(
            "InvalidDBClusterAutomatedBackupStateFault",
            f"The automated backups {wanted} are in the active state and not in the retained state.",
        )
    kept = backend.retained_backups.pop(wanted, None)
    if kept is None:
        raise error("DBClusterAutomatedBackupNotFoundFault", f"No automated backup for {wanted} was found.")
    return {**kept.shown, "Status": "deleting"}


def _source_of(backend: AuroraBackend, params: Any) -> AuroraCluster | RetainedBackup:
    """The source of RestoreDBClusterToPointInTime, by identifier or resource id: a cluster or retained backups.

    Raises:
        RDSClientError: it does not exist, or does not support the restore type or time.
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
        window = (source.earliest_restorable_time, source.latest_restorable_time)
    else:
        window = (source.shown["RestoreWindow"]["EarliestTime"], source.shown["RestoreWindow"]["LatestTime"])
    _check_time(*window, params.get("RestoreToTime"))
    return source


def _named(backend: AuroraBackend, params: Any) -> AuroraCluster | RetainedBackup:
    wanted = params.get("SourceDbClusterResourceId")
    if not wanted:
        return backend.cluster(params["SourceDBClusterIdentifier"])
    for cluster in backend.aurora_clusters():
        if cluster.db_cluster_resource_id == wanted:
            return cluster
    if wanted not in backend.retained_backups:
        raise cluster_not_found(wanted)
    return backend.retained_backups[wanted]


def _check_time(earliest: dt.datetime, latest: dt.datetime, wanted: dt.datetime | None) -> None:
    if wanted is None:
        return
    moment = wanted.replace(tzinfo=None)
    # AWS and the caller use whole seconds.
    if not earliest.replace(microsecond=0) <= moment <= latest:
        raise error(
            "InvalidRestoreFault", f"Cannot restore to {wanted.isoformat()}: it is outside the restorable window."
        )


def _join_clones(source: AuroraCluster, clone: AuroraCluster) -> None:
    """Clones and their source share the id of a clone group."""
    source.clone_group_id = source.clone_group_id or str(uuid.uuid4())
    clone.clone_group_id = source.clone_group_id


def _from_db_snapshot(backend: AuroraBackend, arn: str, params: Any) -> dict[str, Any]:
    """Values of a cluster that is restored from a snapshot of an RDS for MySQL or PostgreSQL instance.

    Raises:
        RDSClientError: it does not exist, or its engine does not match.
    """
    name = arn.rpartition(":")[2]
    found = backend.database_snapshots.get(name)
    if not isinstance(found, DBSnapshot):
        raise error("DBSnapshotNotFound", f"DBSnapshot {name} not found.")
    database = found.database
    if AURORA_OF.get(database.engine) != params["Engine"]:
        raise bad_combination(f"A snapshot of {database.engine} can't be restored to a cluster of {params['Engine']}.")
    return {
        "master_username": database.master_username,
        "database_name": database.db_name or None,
        "port": database.port,
        "storage_encrypted": bool(database.storage_encrypted),
        "kms_key_id": database.kms_key_id if database.storage_encrypted else None,
        "master_user_password": "from-the-source",
        **dict(params.items()),
    }


def from_s3(backend: AuroraBackend, params: Any) -> StatusView:
    """RestoreDBClusterFromS3.

    Raises:
        RDSClientError: the engine does not support it, or the bucket or the role does not exist.
    """
    if params["Engine"] != "aurora-mysql" or params["SourceEngine"] != "mysql":
        raise bad_value("RestoreDBClusterFromS3 supports only the engine aurora-mysql and the source engine mysql.")
    version = engines.resolve_version(params["Engine"], params.get("EngineVersion"), new=True)
    if not params["SourceEngineVersion"].startswith(f"{engines.major(params['Engine'], version)}."):
        raise bad_combination(f"A backup of MySQL {params['SourceEngineVersion']} can't be restored to {version}.")
    buckets = s3_backends[backend.account_id][backend.partition].buckets
    if params["S3BucketName"] not in buckets:
        raise error("InvalidS3BucketFault", f"The specified Amazon S3 bucket {params['S3BucketName']} can't be found.")
    roles = iam_backends[backend.account_id][backend.partition].roles.values()
    if params["S3IngestionRoleArn"] not in {role.arn for role in roles}:
        raise bad_value(f"IAM role ARN value is invalid: {params['S3IngestionRoleArn']}")
    return lifecycle.add(backend, dict(params.items()))


def _check_version(source: Any, values: dict[str, Any]) -> None:
    """A snapshot is restored to its own version, or to a valid upgrade target of it."""
    engine, had = values["engine"], source.carried["engine_version"]
    wanted = engines.resolve_version(engine, values.get("engine_version"))
    engines.check_upgrade(engine, had, wanted)


def _restore_values(source: Any, params: Any) -> dict[str, Any]:
    """Values of a restored cluster: those of the call override those of the source."""
    carried = inherited_from(source) if isinstance(source, AuroraCluster) else source.carried
    if params.get("KmsKeyId"):
        carried = {**carried, "storage_encrypted": True}
    # The password is part of the data. The copy has no managed secret until one is requested.
    values = {**carried, "master_user_password": "from-the-source", **dict(params.items())}
    if values.get("manage_master_user_password"):
        values.pop("master_user_password")
    return values
