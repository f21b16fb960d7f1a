"""The actions on instances of Aurora clusters."""

from __future__ import annotations

from typing import Any

from moto.core.utils import utcnow
from moto.rds.exceptions import DBInstanceAlreadyExists

from aurora_cli.sandbox.emulator.rds.actions.clusters import renames, replicas
from aurora_cli.sandbox.emulator.rds.actions.clusters.checks import check_groups
from aurora_cli.sandbox.emulator.rds.backend import AuroraBackend
from aurora_cli.sandbox.emulator.rds.databases import serving
from aurora_cli.sandbox.emulator.rds.errors import bad_combination, bad_value, cluster_state, error, instance_state
from aurora_cli.sandbox.emulator.rds.models import engines, names, networks
from aurora_cli.sandbox.emulator.rds.models.cluster import AuroraCluster
from aurora_cli.sandbox.emulator.rds.models.instance import AuroraInstance, Restarted
from aurora_cli.sandbox.emulator.rds.models.resource import StatusView, leave_pending

MOST_INSTANCES = 16

AT_ONCE = (
    "auto_minor_version_upgrade",
    "copy_tags_to_snapshot",
    "monitoring_interval",
    "monitoring_role_arn",
    "promotion_tier",
    "publicly_accessible",
)
"""Parameters of ModifyDBInstance that are applied at once, regardless of ApplyImmediately."""

WAITING = {"db_instance_class": "DBInstanceClass", "ca_certificate_identifier": "CACertificateIdentifier"}
"""Parameters that are pending until the maintenance window without ApplyImmediately, because the instance reboots."""


def create(backend: AuroraBackend, params: Any) -> StatusView:
    """CreateDBInstance in a cluster."""
    values = dict(params.items())
    name = names.check_identifier(values["db_instance_identifier"], "DBInstanceIdentifier")
    if name in backend.databases:
        raise DBInstanceAlreadyExists
    values["db_instance_identifier"] = name
    cluster = backend.cluster(values["db_cluster_identifier"])
    _check_create(backend, cluster, values)
    serving.check_room()
    instance = AuroraInstance(backend, cluster, **values)  # type: ignore[abstract]
    backend.databases[name] = instance
    instance.add_event("DB_INSTANCE_CREATE")
    return StatusView(instance, "creating")


def _check_create(backend: AuroraBackend, cluster: AuroraCluster, values: dict[str, Any]) -> None:
    if cluster.status != "available":
        raise cluster_state(
            f"DBCluster {cluster.db_cluster_identifier} is in the {cluster.status} state and not in the available state."
        )
    if cluster.engine_mode == "serverless":
        raise bad_combination("You can't add DB instances to a DB cluster in the serverless DB engine mode.")
    if values["engine"] != cluster.engine:
        raise bad_combination(
            f"The engine name requested for your DB instance ({values['engine']}) doesn't match the engine name of your DB "
            f"cluster ({cluster.engine})."
        )
    version = values.get("engine_version") or cluster.engine_version
    if version != cluster.engine_version and not cluster.engine_version.startswith(f"{version}."):
        raise bad_combination(
            f"The engine version requested for your DB instance ({version}) doesn't match the engine version of your DB "
            f"cluster ({cluster.engine_version})."
        )
    # The primary of a global cluster has one reader fewer for each secondary (Aurora User Guide, global database limitations).
    secondaries = len(cluster.read_replica_identifiers) if cluster.global_cluster_identifier else 0
    if len(cluster.instances) >= MOST_INSTANCES - secondaries:
        raise error(
            "InstanceQuotaExceeded", f"This DB cluster can have at most {MOST_INSTANCES - secondaries} DB instances."
        )
    _check_class(backend, cluster, values["db_instance_class"])
    if cluster.network_type == "DUAL" and values.get("publicly_accessible"):
        raise bad_combination("A DB instance in a dual-stack DB cluster can't be publicly accessible.")
    networks.check_zone(backend, cluster.db_subnet_group_name, values.get("availability_zone"))
    check_groups(backend, cluster.family, None, values.get("db_parameter_group_name"))


def _check_class(backend: AuroraBackend, cluster: AuroraCluster, name: str) -> None:
    if name not in engines.classes(cluster.engine, backend.region_name):
        raise bad_combination(
            f"RDS does not support creating a DB instance with the following combination: DBInstanceClass={name}, "
            f"Engine={cluster.engine}, EngineVersion={cluster.engine_version}, LicenseModel={cluster.license_model}. For "
            "supported combinations of instance class and database engine version, see the documentation."
        )
    if name == "db.serverless" and not cluster.serverless_v2_scaling_configuration:
        raise cluster_state(
            "Set the Serverless v2 scaling configuration on the parent DB cluster before creating a Serverless v2 DB instance."
        )


def modify(backend: AuroraBackend, params: Any) -> StatusView:
    """ModifyDBInstance of a cluster's instance."""
    values = dict(params.items())
    instance = backend.instance(values["db_instance_identifier"])
    _check_available(instance)
    if values.get("db_instance_class"):
        _check_class(backend, instance.cluster, values["db_instance_class"])
    for key in AT_ONCE:
        if values.get(key) is not None:
            setattr(instance, key, values[key])
    if values.get("preferred_maintenance_window"):
        instance.preferred_maintenance_window = values["preferred_maintenance_window"].lower()
    instance.set_insights(values)
    _modify_parameter_group(backend, instance, values.get("db_parameter_group_name"))
    _modify_waiting(backend, instance, values)
    renames.rename_instance(backend, instance, values)
    return StatusView(instance, instance.status)


def _modify_parameter_group(backend: AuroraBackend, instance: AuroraInstance, name: str | None) -> None:
    if name and name != instance.db_parameter_group_name:
        check_groups(backend, instance.cluster.family, None, name)
        instance.db_parameter_group_name = name
        instance.parameters_status = "pending-reboot"


def _modify_waiting(backend: AuroraBackend, instance: AuroraInstance, values: dict[str, Any]) -> None:
    leave_pending(instance, [(shown, values.get(key), getattr(instance, key)) for key, shown in WAITING.items()])
    if values.get("apply_immediately") and instance.pending_modified_values:
        apply_pending(backend, instance)


def apply_pending(backend: AuroraBackend, instance: AuroraInstance) -> None:
    """Begin to apply what is pending."""
    backend.defer(instance.enter("modifying"), _apply_pending, instance)


def _apply_pending(instance: AuroraInstance) -> None:
    pending, instance.pending_modified_values = instance.pending_modified_values, {}
    if "CACertificateIdentifier" in pending:
        instance.certified = utcnow()
    for key, shown in WAITING.items():
        setattr(instance, key, pending.get(shown, getattr(instance, key)))


def delete(backend: AuroraBackend, params: Any) -> StatusView:
    """DeleteDBInstance of a cluster's instance. If it is the writer, a reader is promoted."""
    instance = backend.instance(params["DBInstanceIdentifier"])
    if instance.deleting:
        raise instance_state(f"Instance {params['DBInstanceIdentifier']} is already being deleted.")
    if instance.status == "creating":
        _check_available(instance)
    _check_runs(instance.cluster)
    replicas.check_last_instance(instance.cluster)
    instance.deleting = True
    instance.is_cluster_writer = False
    instance.cluster.designate_writer()
    backend.defer(instance.enter("deleting", "deleting"), _deleted, backend, instance)
    return StatusView(instance, "deleting")


def _check_runs(cluster: AuroraCluster) -> None:
    """Aurora User Guide, "Stopping and starting an Amazon Aurora DB cluster": instances of a stopped cluster can't be deleted."""
    if cluster.status in ("stopping", "stopped"):
        raise cluster_state(
            f"DbCluster {cluster.db_cluster_identifier} is in {cluster.status} state. Start it to delete its instances."
        )


def _deleted(backend: AuroraBackend, instance: AuroraInstance) -> None:
    backend.databases.pop(instance.db_instance_identifier, None)


def reboot(backend: AuroraBackend, params: Any) -> StatusView:
    """RebootDBInstance: applies static parameters."""
    instance = backend.instance(params["DBInstanceIdentifier"])
    if instance.status != "available":
        raise instance_state("Instance cannot currently reboot due to an in-progress management operation.")
    restart(backend, instance)
    return StatusView(instance, "rebooting")


def restart(backend: AuroraBackend, instance: AuroraInstance) -> None:
    """Start a reboot."""
    instance.restarts += 1
    backend.defer(instance.enter("rebooting"), _restarted, backend, instance)


def _restarted(backend: AuroraBackend, instance: AuroraInstance) -> None:
    """Complete a reboot: apply the parameter groups, and record an event."""
    instance.parameters_status = instance.cluster_parameters_status = "in-sync"
    backend.events.append(Restarted(instance))


def refuse_snapshot(backend: AuroraBackend, params: Any) -> None:
    """CreateDBSnapshot of a cluster's instance."""
    raise bad_value(
        "The specified instance is a member of a cluster and a snapshot cannot be created directly. Please use the "
        "CreateDBClusterSnapshot API instead."
    )


def refuse_stop(backend: AuroraBackend, params: Any) -> None:
    """StopDBInstance and StartDBInstance of a cluster's instance."""
    engine = backend.instance(params["DBInstanceIdentifier"].lower()).engine
    raise bad_combination(f"{engine} DB instances are not eligible for stopping and starting.")


def _check_available(instance: AuroraInstance) -> None:
    if instance.status != "available":
        raise instance_state(
            f"Database instance is not in available state: {instance.db_instance_identifier} is {instance.status}."
        )
