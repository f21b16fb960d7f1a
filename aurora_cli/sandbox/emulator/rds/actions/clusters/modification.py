"""ModifyDBCluster."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

from aurora_cli.sandbox.emulator.rds.actions.clusters import renames, upgrades
from aurora_cli.sandbox.emulator.rds.actions.clusters.checks import (
    check_available,
    check_features,
    check_groups,
    check_logs,
    check_password,
    check_scaling,
)
from aurora_cli.sandbox.emulator.rds.backend import AuroraBackend
from aurora_cli.sandbox.emulator.rds.errors import bad_combination, error
from aurora_cli.sandbox.emulator.rds.models import networks
from aurora_cli.sandbox.emulator.rds.models.cluster import AuroraCluster
from aurora_cli.sandbox.emulator.rds.models.resource import StatusView, leave_pending
from aurora_cli.sandbox.emulator.rds.models.secret import ManagedSecret

AT_ONCE = {
    "backup_retention_period": "backup_retention_period",
    "preferred_backup_window": "preferred_backup_window",
    "deletion_protection": "deletion_protection",
    "copy_tags_to_snapshot": "copy_tags_to_snapshot",
    "vpc_security_group_ids": "vpc_security_group_ids",
    "db_cluster_parameter_group_name": "parameter_group",
    "port": "port",
    "auto_minor_version_upgrade": "auto_minor_version_upgrade",
    "backtrack_window": "backtrack_window",
    "enable_http_endpoint": "enable_http_endpoint",
    "database_insights_mode": "database_insights_mode",
    "enable_local_write_forwarding": "local_write_forwarding",
    "enable_performance_insights": "performance_insights_enabled",
    "performance_insights_kms_key_id": "performance_insights_kms_key_id",
    "performance_insights_retention_period": "performance_insights_retention_period",
    "monitoring_interval": "monitoring_interval",
    "monitoring_role_arn": "monitoring_role_arn",
    "network_type": "network_type",
    "engine_lifecycle_support": "engine_lifecycle_support",
}
"""Parameter of ModifyDBCluster -> attribute. Applied at once, regardless of ApplyImmediately (RDS API reference)."""


def modify(backend: AuroraBackend, params: Any) -> StatusView:
    """ModifyDBCluster."""
    values = dict(params.items())
    cluster = backend.cluster(values["db_cluster_identifier"])
    check_available(cluster, "modified")
    _check_modify(backend, cluster, values)
    for key, attribute in AT_ONCE.items():
        if values.get(key) is not None:
            setattr(cluster, attribute, values[key])
    if values.get("enable_performance_insights") is False:
        for member in cluster.instances:
            member.performance_insights_enabled = False
    _modify_windows_and_storage(cluster, values)
    _modify_logs(cluster, values.get("cloudwatch_logs_export_configuration"))
    _modify_secret(backend, cluster, values)
    cluster.set_serverless(values.get("serverless_v2_scaling_configuration"))
    if values.get("db_cluster_parameter_group_name"):
        cluster.await_restart()
    _modify_waiting(backend, cluster, values)
    _modify_domain(cluster, values)
    _move(backend, cluster, values.get("db_subnet_group_name"))
    renames.rename_cluster(backend, cluster, values)
    return StatusView(cluster, cluster.status)


def _move(backend: AuroraBackend, cluster: AuroraCluster, group: str | None) -> None:
    """To another DB subnet group, with its instances."""
    if group is None or group == cluster.db_subnet_group_name:
        return
    cluster.db_subnet_group_name = networks.subnet_group(backend, group).name
    for member in cluster.instances:
        member.db_subnet_group_name = cluster.db_subnet_group_name
    cluster.enter("modifying")


def _check_move(backend: AuroraBackend, cluster: AuroraCluster, group: str | None) -> None:
    """RDS API reference, ModifyDBCluster.DBSubnetGroupName."""
    if group is None or group == cluster.db_subnet_group_name:
        return
    if cluster.global_cluster_identifier or cluster.replication_source_identifier or cluster.read_replica_identifiers:
        raise bad_combination("A member of a global database, a replica or a replication source can't be moved.")
    there = networks.group_zones(networks.subnet_group(backend, group))
    if any(member.availability_zone not in there for member in cluster.instances):
        raise bad_combination(f"The DB subnet group {group} doesn't cover the Availability Zones of the DB instances.")


def _check_modify(backend: AuroraBackend, cluster: AuroraCluster, values: dict[str, Any]) -> None:
    group = values.get("db_subnet_group_name") or cluster.db_subnet_group_name
    _check_move(backend, cluster, values.get("db_subnet_group_name"))
    networks.check_security_groups(backend, values.get("vpc_security_group_ids"), group)
    networks.check_network_type(backend, values.get("network_type"), group)
    logs = values.get("cloudwatch_logs_export_configuration") or {}
    check_features(cluster.engine, cluster.engine_version, values)
    check_logs(cluster.engine, cluster.engine_version, logs.get("EnableLogTypes"))
    scaling, initial = (
        values.get("serverless_v2_scaling_configuration"),
        not cluster.serverless_v2_scaling_configuration,
    )
    check_scaling(cluster.engine, cluster.engine_version, scaling, initial=initial)
    _check_storage(cluster, values.get("storage_type"))
    upgrades.prepare(backend, cluster, values)
    check_groups(backend, cluster.family, values.get("db_cluster_parameter_group_name"))


def _check_storage(cluster: AuroraCluster, wanted: str | None) -> None:
    again = cluster.io_optimized_next_allowed_modification_time
    if wanted == "aurora-iopt1" != cluster.storage_type and again is not None and datetime.now(timezone.utc) < again:
        text = (
            f"You can't modify the storage type of this DB cluster yet. Try again after {again:%Y-%m-%dT%H:%M:%S.000Z}."
        )
        raise error("StorageTypeNotAvailableFault", text)


def _modify_windows_and_storage(cluster: AuroraCluster, values: dict[str, Any]) -> None:
    if values.get("preferred_maintenance_window"):
        cluster.preferred_maintenance_window = values["preferred_maintenance_window"].lower()
    if values.get("storage_type"):
        _modify_storage(cluster, values["storage_type"])


def _modify_storage(cluster: AuroraCluster, wanted: str) -> None:
    """To Standard at any time, to I/O-Optimized once in 30 days (Aurora User Guide)."""
    if wanted == "aurora-iopt1" != cluster.storage_type:
        cluster.io_optimized_next_allowed_modification_time = datetime.now(timezone.utc) + timedelta(days=30)
    cluster.storage_type = wanted if wanted == "aurora-iopt1" else None


def _modify_logs(cluster: AuroraCluster, wanted: Any) -> None:
    wanted = wanted or {}
    off, on = wanted.get("DisableLogTypes") or [], wanted.get("EnableLogTypes") or []
    kept = [name for name in cluster.enabled_cloudwatch_logs_exports if name not in off]
    cluster.enabled_cloudwatch_logs_exports = kept + [name for name in on if name not in kept]


def _modify_secret(backend: AuroraBackend, cluster: AuroraCluster, values: dict[str, Any]) -> None:
    manage = values.get("manage_master_user_password")
    _check_password_change(cluster, values, manage=manage)
    if manage and not cluster.manage_master_user_password:
        cluster.master_user_secret = ManagedSecret(cluster, values.get("master_user_secret_kms_key_id"))
        cluster.manage_master_user_password = True
    elif manage is False and cluster.manage_master_user_password:
        drop_secret(cluster)
    elif values.get("rotate_master_user_password"):
        if not values.get("apply_immediately"):
            raise bad_combination("You must specify apply immediately when rotating the master user password.")
        cluster.master_user_secret.rotate_secret()
    if values.get("master_user_password"):
        cluster.master_user_password = values["master_user_password"]


def _check_password_change(cluster: AuroraCluster, values: dict[str, Any], *, manage: bool | None) -> None:
    given = values.get("master_user_password")
    check_password(cluster.engine, given)
    managed = cluster.manage_master_user_password if manage is None else manage
    if given and managed:
        raise bad_combination(
            "You can't specify MasterUserPassword for an instance with ManageMasterUserPassword enabled."
        )
    key = values.get("master_user_secret_kms_key_id")
    if key and manage is None:
        raise bad_combination(
            "A ManageMasterUserPassword value is required when MasterUserSecretKmsKeyId is specified."
        )
    if key and cluster.manage_master_user_password and key not in (cluster.master_user_secret.kms_key_id, ""):
        raise bad_combination("You can't change the KMS key of a secret that already manages the master user password.")
    if manage is False and cluster.manage_master_user_password and not given:
        raise bad_combination("You must specify MasterUserPassword when you turn off ManageMasterUserPassword.")
    if values.get("rotate_master_user_password") and not managed:
        raise bad_combination(
            "You can't rotate the master user password of a DB cluster that Amazon RDS doesn't manage."
        )


def drop_secret(cluster: AuroraCluster) -> None:
    """Delete the managed secret immediately and permanently, as RDS does."""
    if cluster.manage_master_user_password:
        cluster.master_user_secret.delete_secret()
        del cluster.master_user_secret
        cluster.manage_master_user_password = False


def _modify_waiting(backend: AuroraBackend, cluster: AuroraCluster, values: dict[str, Any]) -> None:
    """Changes that are pending until the maintenance window without ApplyImmediately."""
    iam = values.get("enable_iam_database_authentication")
    version = ("EngineVersion", values.get("engine_version"), cluster.engine_version)
    leave_pending(cluster, [("IAMDatabaseAuthenticationEnabled", iam, cluster.iam_auth), version])
    if values.get("apply_immediately") and cluster.pending_modified_values:
        apply_pending(backend, cluster)


def apply_pending(backend: AuroraBackend, cluster: AuroraCluster) -> None:
    """Begin to apply what is pending."""
    upgrade = "EngineVersion" in cluster.pending_modified_values
    transition = upgrades.begin(cluster) if upgrade else cluster.enter("modifying")
    backend.defer(transition, _apply_pending, cluster)


def _apply_pending(cluster: AuroraCluster) -> None:
    pending, cluster.pending_modified_values = cluster.pending_modified_values, {}
    cluster.iam_auth = pending.get("IAMDatabaseAuthenticationEnabled", cluster.iam_auth)
    if "EngineVersion" in pending:
        upgrades.finish(cluster, pending["EngineVersion"])


def _modify_domain(cluster: AuroraCluster, values: dict[str, Any]) -> None:
    """Join a directory; an empty name leaves it."""
    if values.get("domain") is not None:
        cluster.join_domain(values["domain"], values.get("domain_iam_role_name"))
