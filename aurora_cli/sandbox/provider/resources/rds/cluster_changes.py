"""Updates of an Aurora cluster: ModifyDBCluster, and further calls for what it does not support.

The attributes of each call and the waits follow the source of the genuine provider
(internal/service/rds/cluster.go of hashicorp/terraform-provider-aws).
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from aurora_cli.sandbox.provider.api.errors import accepted, has_code
from aurora_cli.sandbox.provider.engine.model import Call, Item, Source, Task, Wait
from aurora_cli.sandbox.provider.protocol.diagnostics import ProviderError
from aurora_cli.sandbox.provider.resources.parts import difference
from aurora_cli.sandbox.provider.resources.rds.cluster_creation import later_attributes, serverless_capacity
from aurora_cli.sandbox.provider.resources.rds.common import MEMBER_GONE, role_not_ready

_UPDATING = (
    "backing-up",
    "configuring-iam-database-auth",
    "configuring-enhanced-monitoring",
    "modifying",
    "promoting",
    "renaming",
    "resetting-master-credentials",
    "scaling-compute",
    "scaling-storage",
    "upgrading",
    "available-with-pending-modified-values",
)
# Changes of these do not trigger ModifyDBCluster; some trigger other calls.
_NOT_MODIFIED = frozenset(
    {
        "allow_major_version_upgrade",
        "delete_automated_backups",
        "final_snapshot_identifier",
        "global_cluster_identifier",
        "iam_roles",
        "replication_source_identifier",
        "skip_final_snapshot",
        "tags",
        "tags_all",
        "timeouts",
    }
)


def _settled(task: Task, item: Item) -> str:
    """The status; pending while immediate changes are not yet applied."""
    status = str(item.get("Status"))
    waiting = status == "available" and item.get("PendingModifiedValues") and _now(task)
    return "available-with-pending-modified-values" if waiting else status


UPDATED = Wait(_settled, target=("available",), pending=_UPDATING)


def _now(task: Task) -> bool:
    return bool(task.get("apply_immediately")) or not task.prior


def master_password(task: Task) -> Any:
    """The master password of the configuration or the plan; None if AWS manages it."""
    return task.config.get("master_password_wo") or task.get("master_password")


def change_roles(task: Task) -> None:
    """Attach and detach IAM roles."""
    added, removed = difference(task, "iam_roles")
    for role in added:
        task.call("AddRoleToDBCluster", DBClusterIdentifier=task.id, RoleArn=role)
    for role in removed:
        task.call("RemoveRoleFromDBCluster", DBClusterIdentifier=task.id, RoleArn=role)


def modify_later(task: Task) -> None:
    """After a restore, set what the restore call does not support."""
    later = {name for name in later_attributes(task) if task.get(name)}
    if not later and not (task.get("snapshot_identifier") and master_password(task)):
        return
    task.send(
        Call(
            "ModifyDBCluster",
            send={
                "DBClusterIdentifier": "id",
                "ApplyImmediately": lambda task: True,
                "MasterUserPassword": master_password,
                **_capacity(later),
            },
            attributes=frozenset(later),
        )
    )
    task.await_status(UPDATED, "update")


def change_http_endpoint(task: Task) -> None:
    """Enable or disable the Data API, which is a separate call for a provisioned cluster."""
    if "enable_http_endpoint" in task.changed and task.get("engine_mode") == "provisioned":
        verb = "Enable" if task.get("enable_http_endpoint") else "Disable"
        task.call(f"{verb}HttpEndpoint", ResourceArn=task.get("arn"))


def change_replication(task: Task) -> None:
    """Promote a replica whose source was removed from the configuration."""
    if "replication_source_identifier" not in task.changed:
        return
    if task.get("replication_source_identifier"):
        raise ProviderError(
            f"promoting read replica to primary for RDS Cluster ({task.id}): cannot change replication_source_identifier"
        )
    task.call("PromoteReadReplicaDBCluster", DBClusterIdentifier=task.id)
    task.await_status(UPDATED, "update")


def _log_exports(task: Task) -> Item | None:
    if "enabled_cloudwatch_logs_exports" not in task.changed:
        return None
    added, removed = difference(task, "enabled_cloudwatch_logs_exports")
    return {"EnableLogTypes": added, "DisableLogTypes": removed}


def _changed_password(task: Task) -> Any:
    changed = task.changed & {"master_password", "master_password_wo_version"}
    return master_password(task) or None if changed else None


def _managed_password(task: Task) -> bool | None:
    """Whether AWS manages the password, also if the argument was taken out of the configuration."""
    return bool(task.get("manage_master_user_password")) if "manage_master_user_password" in task.changed else None


def _wanted_version(task: Task) -> Any:
    differs = task.get("engine_version") != task.prior.get("engine_version_actual")
    return task.get("engine_version") if "engine_version" in task.changed or differs else None


_INSIGHTS = frozenset(
    {"performance_insights_enabled", "performance_insights_kms_key_id", "performance_insights_retention_period"}
)


def _together(task: Task, changed: frozenset[str]) -> frozenset[str]:
    """The mode of Database Insights takes what else belongs to them along, except for a key that is not set."""
    if "database_insights_mode" not in changed:
        return changed
    keyless = _INSIGHTS - {"performance_insights_kms_key_id"}
    return changed | (_INSIGHTS if task.get("performance_insights_kms_key_id") else keyless)


def _text(attribute: str) -> Callable[[Task], str]:
    return lambda task: str(task.get(attribute) or "")


def _instance_group(task: Task) -> str | None:
    """Sent whenever it is set, since no API returns it, and once more when it is taken out."""
    name = "db_instance_parameter_group_name"
    return str(task.get(name) or "") if task.get(name) or name in task.changed else None


def _capacity(attributes: Collection[str]) -> dict[str, Source]:
    wanted = "serverlessv2_scaling_configuration" in attributes
    return {"ServerlessV2ScalingConfiguration": serverless_capacity} if wanted else {}


def modify(task: Task) -> None:
    """Send the changes, and wait until they are applied."""
    changed = task.changed - _NOT_MODIFIED
    if not changed:
        return
    if task.get("engine_mode") == "provisioned":
        changed -= {"enable_http_endpoint"}
    domain: dict[str, Source] = {}
    if changed & {"domain", "domain_iam_role_name"}:
        domain = {"Domain": _text("domain"), "DomainIAMRoleName": _text("domain_iam_role_name")}
    call = Call(
        "ModifyDBCluster",
        send={
            "DBClusterIdentifier": "id",
            "ApplyImmediately": lambda task: bool(task.get("apply_immediately")),
            "AllowMajorVersionUpgrade": lambda task: task.get("allow_major_version_upgrade") or None,
            "CloudwatchLogsExportConfiguration": _log_exports,
            "DBInstanceParameterGroupName": _instance_group,
            "EngineVersion": _wanted_version,
            "ManageMasterUserPassword": _managed_password,
            "MasterUserPassword": _changed_password,
            **_capacity(changed),
            **domain,
        },
        omit=frozenset({"EngineLifecycleSupport", "EngineMode", "NewDBClusterIdentifier"}),
    )
    busy = has_code("InvalidDBClusterStateFault")
    only = _together(task, changed)
    task.repeat_while(lambda: task.send(call, only=only), lambda error: busy(error) or role_not_ready(error), "update")
    task.await_status(UPDATED, "update")


def leave_global(task: Task, global_id: str) -> None:
    """Remove the cluster from its global cluster, if it is a member."""
    with accepted(*MEMBER_GONE):
        task.call(
            "RemoveFromGlobalCluster", GlobalClusterIdentifier=global_id, DbClusterIdentifier=task.get("arn") or task.id
        )
        task.await_status(UPDATED, "update")


def change_global(task: Task) -> None:
    """Leave a global cluster; a cluster can only join one on creation."""
    if "global_cluster_identifier" not in task.changed:
        return
    if task.get("global_cluster_identifier"):
        raise ProviderError(
            "existing RDS Clusters cannot be added to an existing RDS Global Cluster"
            if not task.prior.get("global_cluster_identifier")
            else "existing RDS Clusters cannot be migrated between existing RDS Global Clusters"
        )
    leave_global(task, str(task.prior["global_cluster_identifier"]))
