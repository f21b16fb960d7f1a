"""The calls on clusters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.rds.models import DBClusterParameterGroup

from aurora_cli.sandbox.emulator.rds import engines, names, networks, parameters, snapshot
from aurora_cli.sandbox.emulator.rds.cluster import AuroraCluster
from aurora_cli.sandbox.emulator.rds.faults import (
    bad_combination,
    bad_value,
    cluster_state,
    error,
    instance_not_found,
    instance_state,
)
from aurora_cli.sandbox.emulator.rds.secret import ManagedSecret
from aurora_cli.sandbox.emulator.rds.shown import Shown

if TYPE_CHECKING:
    from aurora_cli.sandbox.emulator.rds.backend import AuroraBackend
    from aurora_cli.sandbox.emulator.rds.instance import AuroraInstance

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
    "enable_performance_insights": "performance_insights_enabled",
    "performance_insights_kms_key_id": "performance_insights_kms_key_id",
    "performance_insights_retention_period": "performance_insights_retention_period",
    "monitoring_interval": "monitoring_interval",
    "monitoring_role_arn": "monitoring_role_arn",
    "network_type": "network_type",
}
"""Parameter of ModifyDBCluster -> attribute. These do not wait for the maintenance window (RDS API reference)."""

WAITING = {"enable_iam_database_authentication": "IAMDatabaseAuthenticationEnabled", "engine_version": "EngineVersion"}
"""These wait for the maintenance window without ApplyImmediately."""


def create(backend: AuroraBackend, params: Any) -> Shown:
    """CreateDBCluster for an Aurora engine."""
    return add(backend, dict(params.items()))


def add(backend: AuroraBackend, values: dict[str, Any]) -> Shown:
    """A new cluster from snake-case values, after the checks that RDS makes."""
    name = names.check_identifier(values["db_cluster_identifier"], "DBClusterIdentifier")
    if name in backend.clusters:
        raise error("DBClusterAlreadyExistsFault", "DB Cluster already exists")
    values["db_cluster_identifier"] = name
    values["engine_version"] = engines.resolve_version(values["engine"], values.get("engine_version"))
    networks.subnet_group(backend, values.get("db_subnet_group_name"))
    networks.check_security_groups(backend, values.get("vpc_security_group_ids"), values.get("db_subnet_group_name"))
    _check_password(values)
    _check_logs(values["engine"], values.get("enable_cloudwatch_logs_exports"))
    _check_scaling(values["engine"], values["engine_version"], values.get("serverless_v2_scaling_configuration"))
    _check_parameter_group(backend, values)
    cluster = AuroraCluster(backend, **values)
    backend.clusters[name] = cluster
    backend.join_global_cluster(cluster)
    return Shown(cluster, "creating")


def _check_parameter_group(backend: AuroraBackend, values: dict[str, Any]) -> None:
    group_name = values.get("db_cluster_parameter_group_name")
    if group_name:
        group = cluster_parameter_group(backend, group_name)
        parameters.check_family(group, engines.family(values["engine"], values["engine_version"]))


def _check_password(values: dict[str, Any]) -> None:
    if values.get("manage_master_user_password") and values.get("master_user_password"):
        raise bad_combination("You can't specify MasterUserPassword when ManageMasterUserPassword is enabled.")
    if values.get("master_user_secret_kms_key_id") and not values.get("manage_master_user_password"):
        raise bad_combination("MasterUserSecretKmsKeyId needs ManageMasterUserPassword.")


def _check_logs(engine: str, wanted: list[str] | None) -> None:
    known = engines.facts(engine)["log_types"]
    unknown = [name for name in wanted or () if name not in known]
    if unknown:
        raise bad_combination(f"You cannot use the log types '{', '.join(unknown)}' with engine version {engine}.")


def _check_scaling(engine: str, version: str, wanted: Any) -> None:
    if not wanted:
        return
    limits = engines.serverless_limits(engine, version)
    low, high, pause = (wanted.get(key) for key in ("MinCapacity", "MaxCapacity", "SecondsUntilAutoPause"))
    if limits is None:
        raise bad_combination(f"Aurora Serverless v2 isn't supported with {engine} {version}.")
    if low is not None and low < limits["MinCapacity"]:
        raise bad_value(f"Serverless v2 minimum capacity {low} is too low for {engine} {version}.")
    if high is not None and not 1 <= high <= limits["MaxCapacity"]:
        raise bad_value(f"Serverless v2 maximum capacity {high} isn't valid for {engine} {version}.")
    if low is not None and high is not None and low > high:
        raise bad_value("Serverless v2 minimum capacity can't be greater than the maximum capacity.")
    if pause is not None and (low or not 300 <= pause <= 86400):
        raise bad_value("SecondsUntilAutoPause needs a minimum capacity of 0 and 300 to 86400 seconds.")


def cluster_parameter_group(backend: AuroraBackend, name: str) -> DBClusterParameterGroup:
    """A cluster parameter group by name."""
    group: DBClusterParameterGroup = parameters.find(
        backend.db_cluster_parameter_groups, DBClusterParameterGroup, backend, name
    )
    return group


def modify(backend: AuroraBackend, params: Any) -> Shown:
    """ModifyDBCluster."""
    values = dict(params.items())
    cluster = backend.cluster(values["db_cluster_identifier"])
    _check_available(cluster, "modified")
    _check_modify(backend, cluster, values)
    for key, attribute in AT_ONCE.items():
        if values.get(key) is not None:
            setattr(cluster, attribute, values[key])
    _modify_windows_and_storage(cluster, values)
    _modify_logs(cluster, values.get("cloudwatch_logs_export_configuration"))
    _modify_secret(backend, cluster, values)
    cluster.set_serverless(values.get("serverless_v2_scaling_configuration"))
    if values.get("db_cluster_parameter_group_name"):
        _await_restart(cluster)
    _modify_waiting(backend, cluster, values)
    _rename(backend, cluster, values)
    return Shown(cluster, cluster.status)


def _check_modify(backend: AuroraBackend, cluster: AuroraCluster, values: dict[str, Any]) -> None:
    networks.check_security_groups(backend, values.get("vpc_security_group_ids"), cluster.db_subnet_group_name)
    logs = values.get("cloudwatch_logs_export_configuration") or {}
    _check_logs(cluster.engine, logs.get("EnableLogTypes"))
    _check_scaling(cluster.engine, cluster.engine_version, values.get("serverless_v2_scaling_configuration"))
    version = values.get("engine_version")
    if version:
        values["engine_version"] = version = engines.resolve_version(cluster.engine, version)
        _check_upgrade(cluster, version, values)
    if values.get("db_cluster_parameter_group_name"):
        group = cluster_parameter_group(backend, values["db_cluster_parameter_group_name"])
        parameters.check_family(group, engines.family(cluster.engine, version or cluster.engine_version))


def _check_upgrade(cluster: AuroraCluster, version: str, values: dict[str, Any]) -> None:
    current = cluster.engine_version
    if version != current and version not in engines.upgrade_targets(cluster.engine, current):
        raise bad_combination(f"Cannot upgrade {cluster.engine} from {current} to {version}")
    if engines.family(cluster.engine, version) == cluster.family:
        return
    if not values.get("allow_major_version_upgrade"):
        raise bad_combination(
            "The AllowMajorVersionUpgrade flag must be present when upgrading to a new major version."
        )
    if not values.get("db_cluster_parameter_group_name") and not cluster.parameter_group.startswith("default."):
        raise bad_combination(
            f"The current DB cluster parameter group {cluster.parameter_group} is custom. You must explicitly specify a new DB "
            "cluster parameter group, either default or custom, for the engine version upgrade."
        )


def _modify_windows_and_storage(cluster: AuroraCluster, values: dict[str, Any]) -> None:
    if values.get("preferred_maintenance_window"):
        cluster.preferred_maintenance_window = values["preferred_maintenance_window"].lower()
    if values.get("storage_type"):
        cluster.storage_type = values["storage_type"] if values["storage_type"] == "aurora-iopt1" else None


def _modify_logs(cluster: AuroraCluster, wanted: Any) -> None:
    wanted = wanted or {}
    off, on = wanted.get("DisableLogTypes") or [], wanted.get("EnableLogTypes") or []
    kept = [name for name in cluster.enabled_cloudwatch_logs_exports if name not in off]
    cluster.enabled_cloudwatch_logs_exports = kept + [name for name in on if name not in kept]


def _modify_secret(backend: AuroraBackend, cluster: AuroraCluster, values: dict[str, Any]) -> None:
    manage = values.get("manage_master_user_password")
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


def drop_secret(cluster: AuroraCluster) -> None:
    """The managed secret goes, at once and for good, as with RDS."""
    if cluster.manage_master_user_password:
        cluster.master_user_secret.delete_secret()
        del cluster.master_user_secret
        cluster.manage_master_user_password = False


def _modify_waiting(backend: AuroraBackend, cluster: AuroraCluster, values: dict[str, Any]) -> None:
    asked = {WAITING[key]: values[key] for key in WAITING if values.get(key) is not None}
    now = {"IAMDatabaseAuthenticationEnabled": cluster.iam_auth, "EngineVersion": cluster.engine_version}
    for key, value in asked.items():
        if now[key] == value:
            cluster.pending_modified_values.pop(key, None)
        else:
            cluster.pending_modified_values[key] = value
    if values.get("apply_immediately") and cluster.pending_modified_values:
        passing = "upgrading" if "EngineVersion" in cluster.pending_modified_values else "modifying"
        backend.defer(cluster.passing(passing), lambda: _apply_pending(cluster))


def _apply_pending(cluster: AuroraCluster) -> None:
    pending, cluster.pending_modified_values = cluster.pending_modified_values, {}
    cluster.iam_auth = pending.get("IAMDatabaseAuthenticationEnabled", cluster.iam_auth)
    if "EngineVersion" not in pending:
        return
    old_family = cluster.family
    cluster.engine_version = pending["EngineVersion"]
    if cluster.parameter_group == f"default.{old_family}":
        cluster.parameter_group = f"default.{cluster.family}"
    for member in cluster.instances:
        if member.db_parameter_group_name == f"default.{old_family}":
            member.db_parameter_group_name = f"default.{cluster.family}"


def _rename(backend: AuroraBackend, cluster: AuroraCluster, values: dict[str, Any]) -> None:
    wanted = values.get("new_db_cluster_identifier")
    if not wanted:
        return
    wanted = names.check_identifier(wanted, "NewDBClusterIdentifier")
    if wanted != cluster.db_cluster_identifier and wanted in backend.clusters:
        raise error("DBClusterAlreadyExistsFault", "DB Cluster already exists")
    members = list(cluster._members)
    del backend.clusters[cluster.db_cluster_identifier]
    cluster.db_cluster_identifier = wanted
    backend.clusters[wanted] = cluster
    for member in members:
        member.db_cluster_identifier = wanted


def _await_restart(cluster: AuroraCluster) -> None:
    for member in cluster.instances:
        member.cluster_parameters_status = "pending-reboot"


def delete(backend: AuroraBackend, params: Any) -> Shown:
    """DeleteDBCluster."""
    cluster = backend.cluster(params["DBClusterIdentifier"])
    final, skip = params.get("FinalDBSnapshotIdentifier"), params.get("SkipFinalSnapshot")
    if cluster.status == "deleting":
        raise cluster_state(f"Cluster {cluster.db_cluster_identifier} is already being deleted.")
    if cluster.deletion_protection:
        raise bad_combination("Cannot delete protected Cluster, please disable deletion protection and try again.")
    if cluster.instances:
        raise cluster_state("Cluster cannot be deleted, it still contains DB instances in non-deleting state.")
    if not skip and not final:
        raise bad_combination("FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified.")
    if skip and final:
        raise bad_combination("FinalDBSnapshotIdentifier can not be specified when deleting with SkipFinalSnapshot.")
    if final:
        snapshot.take(backend, cluster, final)
    backend.defer(cluster.passing("deleting", "deleting"), lambda: _gone(backend, cluster))
    return Shown(cluster, "deleting")


def _gone(backend: AuroraBackend, cluster: AuroraCluster) -> None:
    backend.leave_global_cluster(cluster)
    drop_secret(cluster)
    backend.custom_endpoints = {
        name: item for name, item in backend.custom_endpoints.items() if item.cluster is not cluster
    }
    backend.clusters.pop(cluster.db_cluster_identifier, None)


def fail_over(backend: AuroraBackend, params: Any) -> Shown:
    """FailoverDBCluster: to the named reader, or to the one with the lowest promotion tier."""
    cluster = backend.cluster(params["DBClusterIdentifier"])
    _check_available(cluster, "failed over")
    target = _failover_target(backend, cluster, params.get("TargetDBInstanceIdentifier"))
    backend.defer(cluster.passing("failing-over"), lambda: cluster.make_writer(target))
    return Shown(cluster, "failing-over")


def _failover_target(backend: AuroraBackend, cluster: AuroraCluster, name: str | None) -> AuroraInstance:
    cluster.designate_writer()
    readers = [member for member in cluster.instances if not member.is_cluster_writer and member.status == "available"]
    if name is not None:
        found = next((member for member in cluster.instances if member.db_instance_identifier == name.lower()), None)
        if found is None:
            raise instance_not_found(name)
        if found not in readers:
            raise instance_state(f"Instance {name} is the writer of its cluster, or it is not available.")
        return found
    if not readers:
        raise cluster_state(
            f"Database cluster:{cluster.db_cluster_identifier} should have at least two database instances in valid states "
            "or a valid target instance for failover."
        )
    return min(readers, key=lambda member: member.promotion_tier)


def stop(backend: AuroraBackend, params: Any) -> Shown:
    """StopDBCluster, with its instances."""
    cluster = backend.cluster(params["DBClusterIdentifier"])
    _check_available(cluster, "stopped")
    cluster.passing("stopping", "stopped")
    for member in cluster.instances:
        member.passing("stopping", "stopped")
    return Shown(cluster, "stopping")


def start(backend: AuroraBackend, params: Any) -> Shown:
    """StartDBCluster, with its instances."""
    cluster = backend.cluster(params["DBClusterIdentifier"])
    if cluster.status != "stopped":
        raise cluster_state(
            f"DbCluster {cluster.db_cluster_identifier} is in {cluster.status} state but expected it to be one of stopped."
        )
    cluster.passing("starting")
    for member in cluster.instances:
        member.passing("starting")
    return Shown(cluster, "starting")


def reboot(backend: AuroraBackend, params: Any) -> Shown:
    """RebootDBCluster: every instance restarts."""
    cluster = backend.cluster(params["DBClusterIdentifier"])
    _check_available(cluster, "rebooted")
    for member in cluster.instances:
        member.cluster_parameters_status = member.parameters_status = "in-sync"
        member.passing("rebooting")
    cluster.passing("rebooting")
    return Shown(cluster, "rebooting")


def _check_available(cluster: AuroraCluster, done: str) -> None:
    if cluster.status != "available":
        raise cluster_state(
            f"DBCluster {cluster.db_cluster_identifier} can't be {done}, because it is in the {cluster.status} state "
            "and not in the available state."
        )
