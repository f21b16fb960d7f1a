"""Creation of a cluster: new, or from a snapshot, S3 or a point in time, with the attributes of each call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aurora_cli.sandbox.provider.engine.model import Call, Source, Task

ALIASES = {
    "DBClusterIdentifier": "cluster_identifier",
    "DBClusterParameterGroup": "db_cluster_parameter_group_name",
    "DBSubnetGroup": "db_subnet_group_name",
    "DbClusterResourceId": "cluster_resource_id",
    "EnableCloudwatchLogsExports": "enabled_cloudwatch_logs_exports",
    "EnableIAMDatabaseAuthentication": "iam_database_authentication_enabled",
    "EnablePerformanceInsights": "performance_insights_enabled",
    "HttpEndpointEnabled": "enable_http_endpoint",
    "IAMDatabaseAuthenticationEnabled": "iam_database_authentication_enabled",
}


def serverless_capacity(task: Task) -> dict[str, Any] | None:
    """ServerlessV2ScalingConfiguration; SecondsUntilAutoPause is only sent with a minimum capacity of 0, which AWS requires.

    The block stays in the plan if the configuration has none any more, without its minimum, which is then sent as 0.
    """
    block = task.get("serverlessv2_scaling_configuration")
    if not block:
        return None
    lowest = block[0].get("min_capacity") or 0
    others = {name: block[0].get(name) for name in ("max_capacity", *(() if lowest else ("seconds_until_auto_pause",)))}
    return {"min_capacity": lowest, **{name: value for name, value in others.items() if value}}


_WAYS = ("snapshot", "s3", "point-in-time", "plain")

# attribute -> per way: y sent with the call, l sent later with ModifyDBCluster, - not sent
_SENT = {
    "allocated_storage": "---y",
    "auto_minor_version_upgrade": "---y",
    "availability_zones": "yy-y",
    "backtrack_window": "yyyy",
    "backup_retention_period": "lyly",
    "ca_certificate_identifier": "---y",
    "cluster_identifier": "yyyy",
    "cluster_scalability_type": "---y",
    "copy_tags_to_snapshot": "yyyy",
    "database_insights_mode": "---y",
    "database_name": "yy-y",
    "db_cluster_instance_class": "---y",
    "db_cluster_parameter_group_name": "yyyy",
    "db_subnet_group_name": "yyyy",
    "db_system_id": "---y",
    "deletion_protection": "yyyy",
    "domain": "yyyy",
    "domain_iam_role_name": "yyyy",
    "enable_global_write_forwarding": "---y",
    "enable_http_endpoint": "---y",
    "enable_local_write_forwarding": "---y",
    "enabled_cloudwatch_logs_exports": "yyyy",
    "engine": "yy-y",
    "engine_lifecycle_support": "yy-y",
    "engine_mode": "y--y",
    "engine_version": "yy-y",
    "global_cluster_identifier": "---y",
    "iam_database_authentication_enabled": "-yyy",
    "iops": "---y",
    "kms_key_id": "yyyy",
    "manage_master_user_password": "lyly",
    "master_user_secret_kms_key_id": "lyly",
    "master_username": "-y-y",
    "monitoring_interval": "y-yy",
    "monitoring_role_arn": "y-yy",
    "network_type": "yyyy",
    "performance_insights_enabled": "---y",
    "performance_insights_kms_key_id": "---y",
    "performance_insights_retention_period": "---y",
    "port": "yyyy",
    "preferred_backup_window": "lyly",
    "preferred_maintenance_window": "lyly",
    "replication_source_identifier": "---y",
    "scaling_configuration": "y-ly",
    "serverlessv2_scaling_configuration": "l-ly",
    "snapshot_identifier": "y---",
    "source_region": "---y",
    "storage_encrypted": "-y-y",
    "storage_type": "yyyy",
    "vpc_security_group_ids": "yyyy",
}
_IF_TRUE = ("enable_global_write_forwarding", "enable_http_endpoint", "enable_local_write_forwarding")
_INSIGHTS = frozenset(
    {"performance_insights_enabled", "performance_insights_kms_key_id", "performance_insights_retention_period"}
)


def way_of(task: Task) -> str:
    """The way in which the configuration creates the cluster; the first that applies."""
    if task.get("snapshot_identifier"):
        return "snapshot"
    if task.get("s3_import"):
        return "s3"
    return "point-in-time" if task.get("restore_to_point_in_time") else "plain"


def _attributes(task: Task, mark: str) -> frozenset[str]:
    column = _WAYS.index(way_of(task))
    return frozenset(name for name, marks in _SENT.items() if marks[column] == mark)


def later_attributes(task: Task) -> frozenset[str]:
    """The attributes that are sent with ModifyDBCluster after the creation."""
    joins_global = way_of(task) == "plain" and task.get("global_cluster_identifier")
    return _attributes(task, "l") | (_INSIGHTS if joins_global else frozenset())


def choose_creation(password: Callable[[Task], Any]) -> Callable[[Task], Call]:
    """A function that returns a task's create call; `password` returns the master password."""

    def choose(task: Task) -> Call:
        way = way_of(task)
        attributes = _attributes(task, "y")
        if task.get("global_cluster_identifier"):
            attributes -= {"replication_source_identifier"} | _INSIGHTS
        operation, send = _OPERATIONS[way]
        extra: dict[str, Source] = {"MasterUserPassword": password} if way in ("plain", "s3") else {}
        if "serverlessv2_scaling_configuration" in attributes:
            extra["ServerlessV2ScalingConfiguration"] = serverless_capacity
        extra["DeletionProtection"] = lambda task: bool(task.get("deletion_protection"))
        attributes -= {name for name in _IF_TRUE if not task.get(name)}
        zero = frozenset({"AllocatedStorage", "Iops"}) & _configured(task)
        return Call(operation, send={**send, **extra}, attributes=attributes, zero=zero)

    return choose


def _configured(task: Task) -> frozenset[str]:
    names = {"allocated_storage": "AllocatedStorage", "iops": "Iops"}
    return frozenset(member for name, member in names.items() if task.config.get(name) is not None)


def _inside(block: str, names: dict[str, str]) -> dict[str, Source]:
    return {member: f"{block}.{name}" for member, name in names.items()}


_OPERATIONS: dict[str, tuple[str, dict[str, Source]]] = {
    "plain": ("CreateDBCluster", {}),
    "snapshot": ("RestoreDBClusterFromSnapshot", {}),
    "s3": (
        "RestoreDBClusterFromS3",
        _inside(
            "s3_import",
            {
                "S3BucketName": "bucket_name",
                "S3Prefix": "bucket_prefix",
                "S3IngestionRoleArn": "ingestion_role",
                "SourceEngine": "source_engine",
                "SourceEngineVersion": "source_engine_version",
            },
        ),
    ),
    "point-in-time": (
        "RestoreDBClusterToPointInTime",
        {
            **_inside(
                "restore_to_point_in_time",
                {
                    "RestoreToTime": "restore_to_time",
                    "SourceDBClusterIdentifier": "source_cluster_identifier",
                    "SourceDbClusterResourceId": "source_cluster_resource_id",
                    "UseLatestRestorableTime": "use_latest_restorable_time",
                },
            ),
            "RestoreType": lambda task: task.get("restore_to_point_in_time.restore_type") or "",
        },
    ),
}
