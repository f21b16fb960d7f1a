"""Global clusters, whose members are clusters in several Regions."""

from __future__ import annotations

from typing import Any

from aurora_cli.sandbox.provider.api.errors import AwsError, accepted
from aurora_cli.sandbox.provider.engine.model import Call, Item, Read, Resource, Task, Wait
from aurora_cli.sandbox.provider.resources.rds.common import MEMBER_GONE, is_available, repeat_until
from aurora_cli.sandbox.provider.resources.tagging import rds_tagging

_BY_ID = {"GlobalClusterIdentifier": "id"}
_READY = Wait("Status", target=("available",), pending=("creating", "modifying", "upgrading"))


def _engine(task: Task) -> Any:
    """Without an engine and a source the genuine provider requests `aurora`."""
    return task.get("engine") or (None if task.get("source_db_cluster_identifier") else "aurora")


def _version(task: Task, item: Item) -> Any:
    """The configured version if it differs from the actual one only by `global_` or the patch version."""
    real, kept = str(item.get("EngineVersion") or ""), task.get("engine_version")
    if kept and (real.replace("global_", "") == kept or real.startswith(f"{kept}.")):
        return kept
    return real


def _find(task: Task) -> Item:
    found: Item = task.call("DescribeGlobalClusters", GlobalClusterIdentifier=task.id)["GlobalClusters"][0]
    return found


def _change(task: Task) -> None:
    if "engine_version" in task.changed:
        _upgrade(task, str(task.get("engine_version")))
    if task.changed - {"tags", "tags_all"}:
        protect = bool(task.get("deletion_protection"))
        task.call("ModifyGlobalCluster", GlobalClusterIdentifier=task.id, DeletionProtection=protect)
        task.await_status(_READY, "update")


def _upgrade(task: Task, version: str) -> None:
    """A major version upgrade applies to the global cluster, a minor one to each member, as in AWS."""
    try:
        task.call(
            "ModifyGlobalCluster", GlobalClusterIdentifier=task.id, AllowMajorVersionUpgrade=True, EngineVersion=version
        )
    except AwsError as error:
        if "only supports Major Version Upgrades" not in error.aws_message:
            raise
        # Secondary clusters first: the primary must not have a later version.
        members = sorted(_find(task).get("GlobalClusterMembers", ()), key=lambda member: bool(member.get("IsWriter")))
        for member in members:
            _upgrade_member(task, str(member["DBClusterArn"]), version)
    task.await_status(_READY, "update")


def _upgrade_member(task: Task, arn: str, version: str) -> None:
    home, task.region = task.region, arn.split(":")[3]
    try:
        task.call("ModifyDBCluster", DBClusterIdentifier=arn, ApplyImmediately=True, EngineVersion=version)
        _await_member(task, arn)
    finally:
        task.region = home


def _await_member(task: Task, arn: str) -> None:
    refusal = AwsError("RDS", "DescribeDBClusters", "InvalidDBClusterStateFault", "still upgrading")
    repeat_until(task, lambda: is_available(task, arn), refusal, "update")


def _delete(task: Task) -> None:
    """The members that the state has are removed, also those that are gone, and those that AWS has since; the writer last."""
    if task.get("force_destroy"):
        writers = {str(one["db_cluster_arn"]): one["is_writer"] for one in task.get("global_cluster_members") or ()}
        writers |= {
            str(one["DBClusterArn"]): one.get("IsWriter") for one in _find(task).get("GlobalClusterMembers", ())
        }
        for arn in sorted(writers, key=lambda one: bool(writers[one])):
            _remove_member(task, arn)
    task.call("DeleteGlobalCluster", GlobalClusterIdentifier=task.id)


def _remove_member(task: Task, arn: str) -> None:
    with accepted(*MEMBER_GONE):
        task.call("RemoveFromGlobalCluster", GlobalClusterIdentifier=task.id, DbClusterIdentifier=arn)
        refusal = AwsError("RDS", "RemoveFromGlobalCluster", "InvalidGlobalClusterStateFault", "still a member")
        repeat_until(task, lambda: arn not in _members(task), refusal, "delete")


def _members(task: Task) -> list[str]:
    return [member["DBClusterArn"] for member in _find(task).get("GlobalClusterMembers", ())]


def _arn(task: Task) -> str:
    """The ARN of a global cluster has no Region."""
    return f"arn:{task.runtime.partition}:rds::{task.runtime.account}:global-cluster:{task.id}"


GLOBAL_CLUSTER = Resource(
    type="aws_rds_global_cluster",
    service="rds",
    label="RDS Global Cluster",
    create=Call(
        "CreateGlobalCluster",
        send={
            "Engine": _engine,
            "DeletionProtection": lambda task: task.get("deletion_protection") or None,
            "StorageEncrypted": lambda task: task.get("storage_encrypted") or None,
        },
    ),
    id=lambda task: str(task.get("global_cluster_identifier")),
    aliases={"GlobalClusterArn": "arn"},
    exists=("GlobalClusterAlreadyExistsFault",),
    created=_READY,
    read=Read(
        Call("DescribeGlobalClusters", send=_BY_ID, match=False),
        item="GlobalClusters[0]",
        gone=("GlobalClusterNotFoundFault",),
        fields={
            "database_name": lambda task, item: item.get("DatabaseName") or "",
            "engine_version": _version,
            "engine_version_actual": "EngineVersion",
            "global_cluster_members": "GlobalClusterMembers[].{db_cluster_arn: DBClusterArn, is_writer: IsWriter}",
        },
    ),
    updates=(_change,),
    delete=_delete,
    busy=("InvalidGlobalClusterStateFault",),
    deleted=Wait("Status", pending=("available", "deleting")),
    tagging=rds_tagging(_arn, item="TagList"),
    import_attributes=lambda task: {"global_cluster_identifier": task.id},
)

ENTRIES = (GLOBAL_CLUSTER,)
