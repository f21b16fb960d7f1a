"""The actions on clusters, except ModifyDBCluster."""

from __future__ import annotations

import datetime as dt
from typing import Any

from moto.core.utils import utcnow

from aurora_cli.sandbox.emulator.rds.actions import snapshots
from aurora_cli.sandbox.emulator.rds.actions.clusters import global_clusters, replicas
from aurora_cli.sandbox.emulator.rds.actions.clusters.checks import (
    check_available,
    check_features,
    check_groups,
    check_logs,
    check_password,
    check_scaling,
    check_unprotected,
)
from aurora_cli.sandbox.emulator.rds.actions.clusters.modification import drop_secret
from aurora_cli.sandbox.emulator.rds.backend import AuroraBackend
from aurora_cli.sandbox.emulator.rds.databases import serving
from aurora_cli.sandbox.emulator.rds.errors import (
    bad_combination,
    cluster_state,
    error,
    instance_state,
)
from aurora_cli.sandbox.emulator.rds.models import engines, names, networks, windows
from aurora_cli.sandbox.emulator.rds.models.cluster import AuroraCluster
from aurora_cli.sandbox.emulator.rds.models.instance import AuroraInstance
from aurora_cli.sandbox.emulator.rds.models.resource import StatusView
from aurora_cli.sandbox.emulator.rds.models.snapshot import RetainedBackup

LONGEST_STOP = dt.timedelta(days=7)
SCALING_V1 = {
    "MinCapacity": 2,
    "MaxCapacity": 16,
    "AutoPause": True,
    "SecondsUntilAutoPause": 300,
    "TimeoutAction": "RollbackCapacityChange",
    "SecondsBeforeTimeout": 300,
}
"""Defaults of a scaling configuration (RDS API reference, ScalingConfiguration)."""


def create(backend: AuroraBackend, params: Any) -> StatusView:
    """CreateDBCluster for an Aurora engine."""
    return add(backend, dict(params.items()))


def add(backend: AuroraBackend, values: dict[str, Any], *, placed: bool = False) -> StatusView:
    """Create a cluster from validated snake-case values.

    Args:
        placed: as if it had been created long ago, when AWS had other versions.
    """
    name = names.check_identifier(values["db_cluster_identifier"], "DBClusterIdentifier")
    if name in backend.clusters:
        raise error("DBClusterAlreadyExistsFault", "DB Cluster already exists")
    values["db_cluster_identifier"] = name
    _inherit(backend, values)
    follows = values.get("replication_source_identifier") or values.get("global_cluster_identifier")
    wanted = values.get("engine_version")
    values["engine_version"] = engines.resolve_version(values["engine"], wanted, new=not (placed or follows))
    networks.subnet_group(backend, values.get("db_subnet_group_name"))
    networks.check_security_groups(backend, values.get("vpc_security_group_ids"), values.get("db_subnet_group_name"))
    networks.check_network_type(backend, values.get("network_type"), values.get("db_subnet_group_name"))
    _check_password(values)
    _choose_window(values)
    check_features(values["engine"], values["engine_version"], values)
    check_logs(values["engine"], values["engine_version"], values.get("enable_cloudwatch_logs_exports"))
    check_scaling(values["engine"], values["engine_version"], values.get("serverless_v2_scaling_configuration"))
    check_groups(
        backend,
        engines.family(values["engine"], values["engine_version"]),
        values.get("db_cluster_parameter_group_name"),
    )
    cluster = AuroraCluster(backend, **values)
    backend.clusters[name] = cluster
    global_clusters.join(backend, cluster)
    if values.get("replication_source_identifier"):
        replicas.attach(backend, cluster)
    return StatusView(cluster, "creating")


def _inherit(backend: AuroraBackend, values: dict[str, Any]) -> None:
    if values.get("global_cluster_identifier"):
        global_clusters.inherit(backend, values)
    elif values.get("replication_source_identifier"):
        replicas.inherit(backend, values)


def _choose_window(values: dict[str, Any]) -> None:
    """With one of the two windows, AWS chooses the other; here one that does not overlap."""
    daily = windows.backup(values.get("preferred_backup_window"))
    weekly = windows.maintenance(values.get("preferred_maintenance_window"))
    if daily and not weekly:
        values["preferred_maintenance_window"] = windows.other_maintenance(daily)
    if weekly and not daily:
        values["preferred_backup_window"] = windows.other_backup(weekly)


def _check_password(values: dict[str, Any]) -> None:
    check_password(values["engine"], values.get("master_user_password"))
    if values.get("master_user_secret_kms_key_id") and not values.get("manage_master_user_password"):
        raise bad_combination("MasterUserSecretKmsKeyId is valid only if ManageMasterUserPassword is specified.")


def delete(backend: AuroraBackend, params: Any) -> StatusView:
    """DeleteDBCluster."""
    cluster = backend.cluster(params["DBClusterIdentifier"])
    final, skip = params.get("FinalDBSnapshotIdentifier"), params.get("SkipFinalSnapshot")
    if cluster.status == "deleting":
        raise cluster_state(f"Cluster {cluster.db_cluster_identifier} is already being deleted.")
    if cluster.status == "creating":
        raise cluster_state(f"DB cluster {cluster.db_cluster_identifier} is not currently in the available state.")
    global_clusters.check_alone(backend, cluster)
    check_unprotected(cluster)
    if cluster.instances:
        raise cluster_state("Cluster cannot be deleted, it still contains DB instances in non-deleting state.")
    if not skip and not final:
        raise bad_combination("FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified.")
    if skip and final:
        raise bad_combination("FinalDBSnapshotIdentifier can not be specified when deleting with SkipFinalSnapshot.")
    data = snapshots.take(backend, cluster, final).data_id if final else None
    if params.get("DeleteAutomatedBackups") is False:
        backend.retained_backups[cluster.db_cluster_resource_id] = RetainedBackup(cluster)
    backend.defer(cluster.go(serving.AfterSnapshot("deleting", data)), _deleted, backend, cluster)
    return StatusView(cluster, "deleting")


def _deleted(backend: AuroraBackend, cluster: AuroraCluster) -> None:
    drop_secret(cluster)
    replicas.detach(backend, cluster)
    for endpoint in backend.endpoints_of(cluster):  # in place: the lookup of tags refers to this dictionary
        del backend.custom_endpoints[endpoint.db_cluster_endpoint_identifier]
    backend.clusters.pop(cluster.db_cluster_identifier, None)


def fail_over(backend: AuroraBackend, params: Any) -> StatusView:
    """FailoverDBCluster: to the named reader, or to the one with the lowest promotion tier."""
    cluster = backend.cluster(params["DBClusterIdentifier"])
    check_available(cluster, "failed over")
    target = _failover_target(backend, cluster, params.get("TargetDBInstanceIdentifier"))
    backend.defer(cluster.enter("failing-over"), cluster.make_writer, target)
    return StatusView(cluster, "failing-over")


def _failover_target(backend: AuroraBackend, cluster: AuroraCluster, name: str | None) -> AuroraInstance:
    cluster.designate_writer()
    readers = [member for member in cluster.instances if not member.is_cluster_writer and member.status == "available"]
    if name is not None:
        found = next((member for member in cluster.instances if member.db_instance_identifier == name.lower()), None)
        if found is None:
            raise instance_state(f"Instance {name} isn't a member of the cluster {cluster.db_cluster_identifier}.")
        if found not in readers:
            raise instance_state(f"Instance {name} is the writer of its cluster or isn't available.")
        return found
    if not readers:
        raise cluster_state(
            f"Database cluster:{cluster.db_cluster_identifier} should have at least two database instances in valid states "
            "or a valid target instance for failover."
        )
    return cluster.next_writer(readers)


def stop(backend: AuroraBackend, params: Any) -> StatusView:
    """StopDBCluster, with its instances."""
    cluster = backend.cluster(params["DBClusterIdentifier"])
    check_available(cluster, "stopped")
    _check_stop(backend, cluster)
    cluster.automatic_restart_time = utcnow() + LONGEST_STOP
    cluster.enter("stopping", "stopped")
    for member in cluster.instances:
        member.enter("stopping", "stopped")
    return StatusView(cluster, "stopping")


def _check_stop(backend: AuroraBackend, cluster: AuroraCluster) -> None:
    """Aurora User Guide, "Stopping and starting an Amazon Aurora DB cluster": clusters that can't be stopped."""
    if global_clusters.is_member(backend, cluster):
        raise cluster_state("A DB cluster that is part of a global cluster can't be stopped.")
    if cluster.replication_source_identifier or cluster.read_replica_identifiers:
        raise cluster_state("A DB cluster that is a replication source or a replica can't be stopped.")
    if backend.deployment_of(cluster) is not None:
        raise cluster_state("A DB cluster that is part of a blue/green deployment can't be stopped.")


def start(backend: AuroraBackend, params: Any) -> StatusView:
    """StartDBCluster, with its instances."""
    cluster = backend.cluster(params["DBClusterIdentifier"])
    if cluster.status != "stopped":
        raise cluster_state(
            f"DbCluster {cluster.db_cluster_identifier} is in {cluster.status} state but expected it to be one of stopped."
        )
    cluster.automatic_restart_time = None
    cluster.enter("starting")
    for member in cluster.instances:
        member.enter("starting")
    return StatusView(cluster, "starting")


def add_serverless_v1(backend: AuroraBackend, values: dict[str, Any]) -> str:
    """Create an Aurora Serverless v1 cluster as if it had been created years ago; returns its ARN.

    Args:
        values: parameters of CreateDBCluster in snake case, and `scaling` with keys of ScalingConfigurationInfo.
    """
    scaling = {**SCALING_V1, **values.pop("scaling", {})}
    fixed = {"engine_mode": "serverless", "storage_encrypted": True}
    password = {"master_user_password": "from-the-past", "master_username": "boss"}
    add(backend, {**password, **values, **fixed}, placed=True)
    cluster = backend.cluster(values["db_cluster_identifier"])
    cluster.scaling_v1 = scaling
    return str(cluster.db_cluster_arn)
