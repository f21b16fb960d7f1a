"""The Aurora cluster: four ways to make it, one call to change it, protection to lift before it goes.

Which attribute goes out with which call, and what waits, is noted from the genuine provider's public source
(internal/service/rds/cluster.go of hashicorp/terraform-provider-aws).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from aurora_cli.sandbox.provider.catalogue.model import Call, Item, Naming, Read, Resource, Source, Wait
from aurora_cli.sandbox.provider.catalogue.rds_cluster_creation import (
    ALIASES,
    choose_creation,
    later_attributes,
    serverless_capacity,
)
from aurora_cli.sandbox.provider.catalogue.rds_common import engine_version, has_code, role_not_ready
from aurora_cli.sandbox.provider.catalogue.tagging import rds_tagging
from aurora_cli.sandbox.provider.problems import AwsError, ProviderError

if TYPE_CHECKING:
    from aurora_cli.sandbox.provider.engine.task import Task

_CREATING = (
    "backing-up",
    "creating",
    "migrating",
    "modifying",
    "preparing-data-migration",
    "rebooting",
    "resetting-master-credentials",
)
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
_DELETING = ("available", "backing-up", "deleting", "modifying", "promoting", "scaling-compute")

# Changes of these make no ModifyDBCluster; some have calls of their own.
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
        "apply_immediately",
    }
)


def _settled(task: Task, item: Item) -> str:
    """The status, as pending while changes that are to be made now are not yet made."""
    status = str(item.get("Status"))
    waiting = status == "available" and item.get("PendingModifiedValues") and _now(task)
    return "available-with-pending-modified-values" if waiting else status


_UPDATED = Wait(_settled, target=("available",), pending=_UPDATING)


def _now(task: Task) -> bool:
    return bool(task.get("apply_immediately")) or not task.prior


def _password(task: Task) -> Any:
    return task.config.get("master_password_wo") or task.get("master_password")


def _add_roles(task: Task) -> None:
    before = set(task.prior.get("iam_roles") or ())
    after = set(task.get("iam_roles") or ())
    for role in sorted(after - before):
        task.call("AddRoleToDBCluster", DBClusterIdentifier=task.id, RoleArn=role)
    for role in sorted(before - after):
        task.call("RemoveRoleFromDBCluster", DBClusterIdentifier=task.id, RoleArn=role)


def _modify_later(task: Task) -> None:
    """What a restore does not take goes out once the cluster is there."""
    later = {name for name in later_attributes(task) if task.get(name)}
    if not later and not (task.get("snapshot_identifier") and _password(task)):
        return
    task.send(
        Call(
            "ModifyDBCluster",
            send={
                "DBClusterIdentifier": "id",
                "ApplyImmediately": lambda task: True,
                "MasterUserPassword": _password,
                **_capacity(later),
            },
            attributes=frozenset(later),
        )
    )
    task.await_status(_UPDATED, "update")


def _change_http_endpoint(task: Task) -> None:
    if "enable_http_endpoint" in task.changed and task.get("engine_mode") == "provisioned":
        verb = "Enable" if task.get("enable_http_endpoint") else "Disable"
        task.call(f"{verb}HttpEndpoint", ResourceArn=task.get("arn"))


def _change_replication(task: Task) -> None:
    if "replication_source_identifier" not in task.changed:
        return
    if task.get("replication_source_identifier"):
        raise ProviderError(
            f"promoting read replica to primary for RDS Cluster ({task.id}): cannot change replication_source_identifier"
        )
    task.call("PromoteReadReplicaDBCluster", DBClusterIdentifier=task.id)
    task.await_status(_UPDATED, "update")


def _log_exports(task: Task) -> Item | None:
    if "enabled_cloudwatch_logs_exports" not in task.changed:
        return None
    before = set(task.prior.get("enabled_cloudwatch_logs_exports") or ())
    after = set(task.get("enabled_cloudwatch_logs_exports") or ())
    lists = {"EnableLogTypes": sorted(after - before), "DisableLogTypes": sorted(before - after)}
    return {name: types for name, types in lists.items() if types}


def _changed_password(task: Task) -> Any:
    return _password(task) if task.changed & {"master_password", "master_password_wo_version"} else None


def _wanted_version(task: Task) -> Any:
    differs = task.get("engine_version") != task.prior.get("engine_version_actual")
    return task.get("engine_version") if "engine_version" in task.changed or differs else None


def _together(task: Task, changed: frozenset[str]) -> frozenset[str]:
    """Attributes that go out with others: a domain with its role, insights with their key and retention."""
    groups = (
        {"domain", "domain_iam_role_name"},
        {
            "database_insights_mode",
            "performance_insights_enabled",
            "performance_insights_kms_key_id",
            "performance_insights_retention_period",
        },
    )
    return changed.union(*(group for group in groups if group & changed))


def _capacity(attributes: Collection[str]) -> dict[str, Source]:
    wanted = "serverlessv2_scaling_configuration" in attributes
    return {"ServerlessV2ScalingConfiguration": serverless_capacity} if wanted else {}


def _modify(task: Task) -> None:
    changed = task.changed - _NOT_MODIFIED
    if task.get("engine_mode") == "provisioned":
        changed -= {"enable_http_endpoint"}
    if not changed:
        return
    call = Call(
        "ModifyDBCluster",
        send={
            "DBClusterIdentifier": "id",
            "ApplyImmediately": lambda task: bool(task.get("apply_immediately")),
            "AllowMajorVersionUpgrade": lambda task: task.get("allow_major_version_upgrade") or None,
            "CloudwatchLogsExportConfiguration": _log_exports,
            "DBInstanceParameterGroupName": "db_instance_parameter_group_name",
            "EngineVersion": _wanted_version,
            "MasterUserPassword": _changed_password,
            **_capacity(changed),
        },
        omit=frozenset({"EngineMode", "NewDBClusterIdentifier"}),
    )
    busy = has_code("InvalidDBClusterStateFault")
    only = _together(task, changed)
    task.repeat_while(lambda: task.send(call, only=only), lambda error: busy(error) or role_not_ready(error), "update")
    task.await_status(_UPDATED, "update")


def _leave_global(task: Task, global_id: str) -> None:
    try:
        task.call(
            "RemoveFromGlobalCluster", GlobalClusterIdentifier=global_id, DbClusterIdentifier=task.get("arn") or task.id
        )
    except AwsError as error:
        if error.code not in ("GlobalClusterNotFoundFault", "DBClusterNotFoundFault"):
            raise
        return
    task.await_status(_UPDATED, "update")


def _change_global(task: Task) -> None:
    if "global_cluster_identifier" not in task.changed:
        return
    if task.get("global_cluster_identifier"):
        raise ProviderError(
            "existing RDS Clusters cannot be added to an existing RDS Global Cluster"
            if not task.prior.get("global_cluster_identifier")
            else "existing RDS Clusters cannot be migrated between existing RDS Global Clusters"
        )
    _leave_global(task, str(task.prior["global_cluster_identifier"]))


def _global_cluster(task: Task, item: Item) -> Mapping[str, Any]:
    if item.get("EngineMode") not in ("global", "provisioned"):
        return {}
    arn = item.get("DBClusterArn")
    try:
        answer = task.call("DescribeGlobalClusters", Filters=[{"Name": "db-cluster-id", "Values": [arn]}])
    except AwsError as error:
        if "Access Denied to API Version: APIGlobalDatabases" in error.aws_message:
            return {}
        raise
    for candidate in answer.get("GlobalClusters", ()):
        if arn in [member.get("DBClusterArn") for member in candidate.get("GlobalClusterMembers", ())]:
            return {"global_cluster_identifier": candidate["GlobalClusterIdentifier"]}
    return {"global_cluster_identifier": ""}


def _delete(task: Task) -> None:
    if task.get("global_cluster_identifier"):
        _leave_global(task, str(task.get("global_cluster_identifier")))
    skip, snapshot = bool(task.get("skip_final_snapshot")), task.get("final_snapshot_identifier")
    if not skip and not snapshot:
        raise ProviderError("RDS Cluster final_snapshot_identifier is required when skip_final_snapshot is false")
    params: dict[str, Any] = {"DBClusterIdentifier": task.id, "SkipFinalSnapshot": skip}
    if not skip:
        params["FinalDBSnapshotIdentifier"] = snapshot
    backups = task.get("delete_automated_backups")
    params["DeleteAutomatedBackups"] = True if backups is None else backups
    try:
        task.call("DeleteDBCluster", **params)
    except AwsError as error:
        if "already being deleted" in error.aws_message:
            return
        if not _is_protected(task, error):
            raise
        task.call("ModifyDBCluster", DBClusterIdentifier=task.id, DeletionProtection=False, ApplyImmediately=True)
        task.await_status(_UPDATED, "delete")
        task.call("DeleteDBCluster", **params)


def _is_protected(task: Task, error: AwsError) -> bool:
    """Refused for deletion protection that the configuration has lifted already."""
    refused = "Cannot delete protected Cluster" in error.aws_message
    return refused and not task.get("deletion_protection") and bool(task.get("apply_immediately"))


CLUSTER = Resource(
    type="aws_rds_cluster",
    service="rds",
    label="RDS Cluster",
    create=choose_creation(_password),
    naming=Naming("cluster_identifier", "cluster_identifier_prefix", "tf-"),
    aliases=ALIASES,
    exists=("DBClusterAlreadyExistsFault",),
    born="ClusterCreateTime",
    created=Wait("Status", target=("available",), pending=_CREATING),
    finish=(_add_roles, _modify_later),
    read=Read(
        Call("DescribeDBClusters", send={"DBClusterIdentifier": "id"}, match=False),
        item="DBClusters[0]",
        gone=("DBClusterNotFoundFault",),
        fields={
            "arn": "DBClusterArn",
            "ca_certificate_identifier": "CertificateDetails.CAIdentifier",
            "ca_certificate_valid_till": "CertificateDetails.ValidTill",
            "cluster_members": "DBClusterMembers[].DBInstanceIdentifier",
            "domain": "DomainMemberships[0].Domain",
            "domain_iam_role_name": "DomainMemberships[0].IAMRoleName",
            "engine_version": engine_version,
            "engine_version_actual": "EngineVersion",
            "iam_roles": "AssociatedRoles[].RoleArn",
            "scaling_configuration": lambda task, item: item.get("ScalingConfigurationInfo") or None,
            "serverlessv2_scaling_configuration": (
                lambda task, item: item.get("ServerlessV2ScalingConfiguration") or None
            ),
            "vpc_security_group_ids": "VpcSecurityGroups[].VpcSecurityGroupId",
        },
        sticky=frozenset({"database_name"}),
        more=(_global_cluster,),
    ),
    updates=(_change_http_endpoint, _change_replication, _modify, _change_global, _add_roles),
    delete=_delete,
    busy=("InvalidDBClusterStateFault",),
    deleted=Wait("Status", pending=_DELETING),
    tagging=rds_tagging("cluster", item="TagList"),
    import_attributes=lambda task: {"skip_final_snapshot": True, "delete_automated_backups": True},
    stored={"preferred_maintenance_window": str.lower},
    same={
        "engine_mode": lambda before, after: before == "provisioned" and not after,
        "storage_type": lambda before, after: not before and after == "aurora",
    },
    kept_blocks=frozenset({"scaling_configuration", "serverlessv2_scaling_configuration"}),
    kept=frozenset({"snapshot_identifier"}),
    replace_if={"storage_type": lambda prior, planned: not str(planned.get("engine")).startswith("aurora")},
)

ENTRIES = (CLUSTER,)
