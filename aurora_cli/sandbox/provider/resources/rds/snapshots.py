"""Snapshots of clusters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aurora_cli.sandbox.provider.engine.model import Call, Item, Read, Resource, Task, Wait
from aurora_cli.sandbox.provider.resources.parts import difference
from aurora_cli.sandbox.provider.resources.tagging import rds_tagging

_BY_ID = {"DBClusterSnapshotIdentifier": "id"}


def _shared_with(task: Task, item: Item) -> Mapping[str, Any]:
    answer = task.call("DescribeDBClusterSnapshotAttributes", DBClusterSnapshotIdentifier=task.id)
    attributes = answer["DBClusterSnapshotAttributesResult"].get("DBClusterSnapshotAttributes", ())
    shared = [one.get("AttributeValues", []) for one in attributes if one.get("AttributeName") == "restore"]
    return {"shared_accounts": shared[0] if shared else []}


def _share(task: Task) -> None:
    if "shared_accounts" not in task.changed:
        return
    lists = dict(zip(("ValuesToAdd", "ValuesToRemove"), difference(task, "shared_accounts"), strict=True))
    task.call(
        "ModifyDBClusterSnapshotAttribute",
        DBClusterSnapshotIdentifier=task.id,
        AttributeName="restore",
        **{name: values for name, values in lists.items() if values},
    )


def _finish(task: Task) -> None:
    if task.get("shared_accounts"):
        _share(task)


CLUSTER_SNAPSHOT = Resource(
    type="aws_db_cluster_snapshot",
    service="rds",
    label="RDS DB Cluster Snapshot",
    create=Call("CreateDBClusterSnapshot"),
    id=lambda task: str(task.get("db_cluster_snapshot_identifier")),
    exists=("DBClusterSnapshotAlreadyExistsFault",),
    created_at="SnapshotCreateTime",
    created=Wait("Status", target=("available",), pending=("creating", "copying")),
    finish=(_finish,),
    read=Read(
        Call("DescribeDBClusterSnapshots", send=_BY_ID, match=False),
        item="DBClusterSnapshots[0]",
        gone=("DBClusterSnapshotNotFoundFault",),
        fields={"source_db_cluster_snapshot_arn": "SourceDBClusterSnapshotArn"},
        more=(_shared_with,),
    ),
    updates=(_share,),
    delete=Call("DeleteDBClusterSnapshot", send=_BY_ID, match=False),
    busy=("InvalidDBClusterSnapshotStateFault", "InvalidDBClusterStateFault"),
    tagging=rds_tagging("cluster-snapshot", item="TagList"),
    import_attributes=lambda task: {"db_cluster_snapshot_identifier": task.id},
)

ENTRIES = (CLUSTER_SNAPSHOT,)
