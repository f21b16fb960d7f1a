"""Aurora clusters: reading, deletion, definition."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aurora_cli.sandbox.database.front.endpoint import is_own
from aurora_cli.sandbox.provider.api.errors import AwsError
from aurora_cli.sandbox.provider.engine.model import Call, Item, Naming, Read, Resource, Task, Wait
from aurora_cli.sandbox.provider.protocol.diagnostics import ProviderError
from aurora_cli.sandbox.provider.resources.rds.cluster_changes import (
    UPDATED,
    change_global,
    change_http_endpoint,
    change_replication,
    change_roles,
    leave_global,
    master_password,
    modify,
    modify_later,
)
from aurora_cli.sandbox.provider.resources.rds.cluster_creation import ALIASES, choose_creation
from aurora_cli.sandbox.provider.resources.rds.common import engine_version
from aurora_cli.sandbox.provider.resources.tagging import rds_tagging

_CREATING = (
    "backing-up",
    "creating",
    "migrating",
    "modifying",
    "preparing-data-migration",
    "rebooting",
    "resetting-master-credentials",
)
_DELETING = ("available", "backing-up", "deleting", "modifying", "promoting", "scaling-compute")


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


def _no_secret(task: Task, item: Item) -> Mapping[str, Any]:
    """An empty list instead of null without a managed password: configurations refer to its elements."""
    return {} if item.get("MasterUserSecret") else {"master_user_secret": []}


def _certificate(task: Task, item: Item) -> Mapping[str, Any]:
    """The certificate of a Multi-AZ DB cluster; those of Aurora have theirs in the instances."""
    found = item.get("CertificateDetails")
    if not found:
        return {}
    return {"ca_certificate_identifier": found.get("CAIdentifier"), "ca_certificate_valid_till": found.get("ValidTill")}


def _delete(task: Task) -> None:
    if task.get("global_cluster_identifier"):
        leave_global(task, str(task.get("global_cluster_identifier")))
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
        task.await_status(UPDATED, "delete")
        task.call("DeleteDBCluster", **params)


def _is_protected(task: Task, error: AwsError) -> bool:
    """Whether AWS rejects the deletion for deletion protection that the configuration disables."""
    refused = "Cannot delete protected Cluster" in error.aws_message
    return refused and not task.get("deletion_protection") and bool(task.get("apply_immediately"))


CLUSTER = Resource(
    type="aws_rds_cluster",
    service="rds",
    label="RDS Cluster",
    create=choose_creation(master_password),
    naming=Naming("cluster_identifier", "cluster_identifier_prefix", "tf-"),
    aliases=ALIASES,
    exists=("DBClusterAlreadyExistsFault",),
    created_at="ClusterCreateTime",
    created=Wait("Status", target=("available",), pending=_CREATING),
    finish=(change_roles, modify_later),
    read=Read(
        Call("DescribeDBClusters", send={"DBClusterIdentifier": "id"}, match=False),
        item="DBClusters[0]",
        gone=("DBClusterNotFoundFault",),
        fields={
            "arn": "DBClusterArn",
            "cluster_members": "DBClusterMembers[].DBInstanceIdentifier",
            "domain": "DomainMemberships[0].Domain",
            "domain_iam_role_name": "DomainMemberships[0].IAMRoleName",
            "engine_version": engine_version,
            "engine_version_actual": "EngineVersion",
            "iam_roles": "AssociatedRoles[].RoleArn",
            "master_user_secret": lambda task, item: item.get("MasterUserSecret") or [],
            "scaling_configuration": lambda task, item: item.get("ScalingConfigurationInfo") or None,
            "serverlessv2_scaling_configuration": (
                lambda task, item: item.get("ServerlessV2ScalingConfiguration") or None
            ),
            "vpc_security_group_ids": "VpcSecurityGroups[].VpcSecurityGroupId",
        },
        sticky=frozenset({"database_name"}),
        more=(_global_cluster, _no_secret, _certificate),
    ),
    updates=(change_http_endpoint, change_replication, modify, change_global, change_roles),
    delete=_delete,
    busy=("InvalidDBClusterStateFault",),
    deleted=Wait("Status", pending=_DELETING),
    tagging=rds_tagging("cluster", item="TagList"),
    import_attributes=lambda task: {"skip_final_snapshot": True, "delete_automated_backups": True},
    stored={"preferred_maintenance_window": str.lower},
    same={
        "engine_mode": lambda before, after: before == "provisioned" and not after,
        "storage_type": lambda before, after: not before and after == "aurora",
        "port": lambda before, after: is_own(before) and not is_own(after),  # the one asked for cannot be had here
    },
    kept_blocks=frozenset({"scaling_configuration", "serverlessv2_scaling_configuration"}),
    kept=frozenset({"snapshot_identifier", "serverlessv2_scaling_configuration.max_capacity"}),
    replace_if={"storage_type": lambda prior, planned: not str(planned.get("engine")).startswith("aurora")},
)

ENTRIES = (CLUSTER,)
