"""Instances of Aurora clusters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from aurora_cli.sandbox.provider.api.errors import AwsError, NotFound
from aurora_cli.sandbox.provider.engine.model import Call, Item, Naming, Read, Resource, Source, Task, Update, Wait
from aurora_cli.sandbox.provider.resources.rds.common import engine_version, is_available, repeat_until
from aurora_cli.sandbox.provider.resources.tagging import rds_tagging

_INSTANCE_BUSY = (
    "backing-up",
    "configuring-enhanced-monitoring",
    "configuring-iam-database-auth",
    "configuring-log-exports",
    "creating",
    "maintenance",
    "modifying",
    "rebooting",
    "renaming",
    "resetting-master-credentials",
    "starting",
    "upgrading",
)
_INSTANCE_READY = Wait("DBInstanceStatus", ("available", "storage-optimization"), _INSTANCE_BUSY)
_SETTINGS = frozenset(
    {
        "auto_minor_version_upgrade",
        "copy_tags_to_snapshot",
        "db_parameter_group_name",
        "instance_class",
        "monitoring_interval",
        "monitoring_role_arn",
        "performance_insights_enabled",
        "performance_insights_kms_key_id",
        "performance_insights_retention_period",
        "preferred_backup_window",
        "preferred_maintenance_window",
        "promotion_tier",
        "publicly_accessible",
    }
)
_CREATED_WITH = _SETTINGS | {
    "availability_zone",
    "cluster_identifier",
    "custom_iam_instance_profile",
    "db_subnet_group_name",
    "engine",
    "engine_version",
    "identifier",
}
_MODIFIED = _SETTINGS | {"ca_cert_identifier"}


def _apply_immediately(task: Task) -> bool:
    return bool(task.get("apply_immediately"))


def _is_writer(task: Task, item: Item) -> Mapping[str, Any]:
    cluster_id = item.get("DBClusterIdentifier")
    try:
        clusters = task.call("DescribeDBClusters", DBClusterIdentifier=cluster_id)["DBClusters"]
    except AwsError as error:
        if error.code == "DBClusterNotFoundFault":
            raise NotFound from error
        raise
    members = clusters[0].get("DBClusterMembers", ()) if clusters else ()
    writers = [member["DBInstanceIdentifier"] for member in members if member.get("IsClusterWriter")]
    return {"writer": task.id in writers}


def _set_certificate_authority(task: Task) -> None:
    """Set a CA other than the default, which requires a modification and a reboot after the creation."""
    wanted = task.get("ca_cert_identifier")
    if not wanted:
        return
    instance = task.call("DescribeDBInstances", DBInstanceIdentifier=task.id)["DBInstances"][0]
    if instance.get("CACertificateIdentifier") == wanted:
        return
    task.call("ModifyDBInstance", DBInstanceIdentifier=task.id, CACertificateIdentifier=wanted, ApplyImmediately=True)
    task.await_status(_INSTANCE_READY, "create")
    task.call("RebootDBInstance", DBInstanceIdentifier=task.id)
    task.await_status(_INSTANCE_READY, "create")


def _delete_instance(task: Task) -> None:
    skip = {"SkipFinalSnapshot": True} if str(task.get("engine")).startswith("custom-") else {}
    try:
        task.call("DeleteDBInstance", DBInstanceIdentifier=task.id, **skip)
    except AwsError as error:
        already = error.code == "InvalidDBInstanceState" and "already being deleted" in error.aws_message
        if _last_of_replica(error) and task.get("force_destroy"):
            _promote_cluster(task)
            task.call("DeleteDBInstance", DBInstanceIdentifier=task.id, **skip)
        elif not already:
            raise


def _last_of_replica(error: AwsError) -> bool:
    return error.code == "InvalidDBClusterStateFault" and "last instance of the read replica" in error.aws_message


def _promote_cluster(task: Task) -> None:
    cluster_id = task.get("cluster_identifier")
    task.call("PromoteReadReplicaDBCluster", DBClusterIdentifier=cluster_id)
    refusal = AwsError("RDS", "PromoteReadReplicaDBCluster", "InvalidDBClusterStateFault", "still promoting")
    repeat_until(task, lambda: is_available(task, cluster_id), refusal, "delete")


_INSIGHTS = frozenset(
    {"performance_insights_enabled", "performance_insights_kms_key_id", "performance_insights_retention_period"}
)


def _insights(attribute: str) -> Callable[[Task], Any]:
    """Performance Insights, their key and their retention are sent together."""

    def changed(task: Task) -> Any:
        value = task.get(attribute)
        if not task.changed & _INSIGHTS:
            return None
        return bool(value) if attribute == "performance_insights_enabled" else value or None

    return changed


_INSIGHTS_SENT: Mapping[str, Source] = {
    "EnablePerformanceInsights": _insights("performance_insights_enabled"),
    "PerformanceInsightsKMSKeyId": _insights("performance_insights_kms_key_id"),
    "PerformanceInsightsRetentionPeriod": _insights("performance_insights_retention_period"),
}

CLUSTER_INSTANCE = Resource(
    type="aws_rds_cluster_instance",
    service="rds",
    label="RDS Cluster Instance",
    create=Call(
        "CreateDBInstance",
        attributes=_CREATED_WITH,
        send={"PubliclyAccessible": lambda task: bool(task.get("publicly_accessible"))},
        zero=frozenset({"PromotionTier"}),
    ),
    naming=Naming("identifier", "identifier_prefix", "tf-"),
    aliases={
        "DBInstanceIdentifier": "identifier",
        "DBClusterIdentifier": "cluster_identifier",
        "DBInstanceClass": "instance_class",
        "DBInstanceArn": "arn",
        "CACertificateIdentifier": "ca_cert_identifier",
        "EnablePerformanceInsights": "performance_insights_enabled",
    },
    exists=("DBInstanceAlreadyExists",),
    created_at="InstanceCreateTime",
    created=_INSTANCE_READY,
    finish=(_set_certificate_authority,),
    read=Read(
        Call("DescribeDBInstances", send={"DBInstanceIdentifier": "id"}, match=False),
        item="DBInstances[0]",
        gone=("DBInstanceNotFound",),
        fields={
            "endpoint": "Endpoint.Address",
            "port": "Endpoint.Port",
            "db_parameter_group_name": "DBParameterGroups[0].DBParameterGroupName",
            "db_subnet_group_name": "DBSubnetGroup.DBSubnetGroupName",
            "engine_version": engine_version,
            "engine_version_actual": "EngineVersion",
        },
        sticky=frozenset({"db_subnet_group_name"}),
        more=(_is_writer,),
    ),
    updates=(
        Update(
            Call(
                "ModifyDBInstance",
                send={"DBInstanceIdentifier": "id", "ApplyImmediately": _apply_immediately, **_INSIGHTS_SENT},
                attributes=_MODIFIED,
            ),
            when=_MODIFIED | _INSIGHTS | {"apply_immediately", "engine_version", "force_destroy"},
            wait=_INSTANCE_READY,
        ),
    ),
    delete=_delete_instance,
    busy=("InvalidDBClusterStateFault", "InvalidDBInstanceState"),
    deleted=Wait(
        "DBInstanceStatus", pending=("configuring-log-exports", "delete-precheck", "deleting", "modifying", "available")
    ),
    tagging=rds_tagging("db", item="TagList"),
    stored={"preferred_maintenance_window": str.lower},
)

ENTRIES = (CLUSTER_INSTANCE,)
