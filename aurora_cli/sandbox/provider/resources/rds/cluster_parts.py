"""Custom endpoints, role associations and activity streams of a cluster."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aurora_cli.sandbox.provider.engine.model import Call, Item, Read, Resource, Task, Update, Wait
from aurora_cli.sandbox.provider.resources.parts import import_parts, listed
from aurora_cli.sandbox.provider.resources.tagging import rds_tagging

_BY_ENDPOINT = {"DBClusterEndpointIdentifier": "id"}

ENDPOINT = Resource(
    type="aws_rds_cluster_endpoint",
    service="rds",
    label="RDS Cluster Endpoint",
    create=Call("CreateDBClusterEndpoint", send={"EndpointType": "custom_endpoint_type"}),
    id=lambda task: str(task.get("cluster_endpoint_identifier")),
    aliases={
        "DBClusterIdentifier": "cluster_identifier",
        "DBClusterEndpointIdentifier": "cluster_endpoint_identifier",
        "DBClusterEndpointArn": "arn",
    },
    exists=("DBClusterEndpointAlreadyExistsFault",),
    created=Wait("Status", target=("available",), pending=("creating",)),
    read=Read(
        Call("DescribeDBClusterEndpoints", send=_BY_ENDPOINT, match=False),
        item="DBClusterEndpoints[0]",
        gone=("DBClusterEndpointNotFoundFault", "DBClusterNotFoundFault"),
    ),
    updates=(
        Update(
            Call(
                "ModifyDBClusterEndpoint",
                send={
                    **_BY_ENDPOINT,
                    "EndpointType": "custom_endpoint_type",
                    "StaticMembers": lambda task: listed(task.get("static_members")),
                    "ExcludedMembers": lambda task: listed(task.get("excluded_members")),
                },
            ),
            when=frozenset({"custom_endpoint_type", "static_members", "excluded_members"}),
            wait=Wait("Status", target=("available",), pending=("modifying",)),
        ),
    ),
    delete=Call("DeleteDBClusterEndpoint", send=_BY_ENDPOINT, match=False),
    busy=("InvalidDBClusterStateFault", "InvalidDBClusterEndpointStateFault"),
    deleted=Wait("Status", pending=("available", "deleting")),
    tagging=rds_tagging("cluster-endpoint"),
    import_attributes=lambda task: {"cluster_endpoint_identifier": task.id},
    same={"custom_endpoint_type": lambda before, after: str(before).upper() == str(after).upper()},
)


def _pick_role(task: Task, answer: Item) -> Item | None:
    clusters = answer["DBClusters"]
    roles = clusters[0].get("AssociatedRoles", ()) if clusters else ()
    return next((role for role in roles if role["RoleArn"] == task.get("role_arn")), None)


def _associate(task: Task) -> Call:
    return Call("AddRoleToDBCluster", send={"DBClusterIdentifier": "db_cluster_identifier"})


def _dissociate(task: Task) -> None:
    feature = {"FeatureName": task.get("feature_name")} if task.get("feature_name") else {}
    task.call(
        "RemoveRoleFromDBCluster",
        DBClusterIdentifier=task.get("db_cluster_identifier"),
        RoleArn=task.get("role_arn"),
        **feature,
    )


def _import_role(task: Task) -> Mapping[str, Any]:
    cluster, role = import_parts(task, ",", 2, "DB-CLUSTER-ID,ROLE-ARN")
    return {"db_cluster_identifier": cluster, "role_arn": role}


ROLE_ASSOCIATION = Resource(
    type="aws_rds_cluster_role_association",
    service="rds",
    label="RDS Cluster IAM Role Association",
    create=_associate,
    id=lambda task: f"{task.get('db_cluster_identifier')},{task.get('role_arn')}",
    exists=("DBClusterRoleAlreadyExists",),
    created=Wait("Status", target=("ACTIVE",), pending=("PENDING",)),
    read=Read(
        Call("DescribeDBClusters", send={"DBClusterIdentifier": "db_cluster_identifier"}, match=False),
        item=_pick_role,
        shape="DBClusters[0].AssociatedRoles[0]",
        gone=("DBClusterNotFoundFault", "DBClusterRoleNotFound"),
    ),
    delete=_dissociate,
    busy=("InvalidDBClusterStateFault",),
    deleted=Wait("Status", pending=("ACTIVE", "PENDING")),
    import_attributes=_import_role,
)

_STREAM_WAIT = Wait("ActivityStreamStatus", target=("started",), pending=("starting",))


def _native_fields(task: Task, item: Item) -> Any:
    """AWS does not return it; the configured value is preserved."""
    return bool(task.get("engine_native_audit_fields_included"))


ACTIVITY_STREAM = Resource(
    type="aws_rds_cluster_activity_stream",
    service="rds",
    label="RDS Cluster Activity Stream",
    create=Call("StartActivityStream", send={"ApplyImmediately": lambda task: True}),
    id=lambda task: str(task.get("resource_arn")),
    created=_STREAM_WAIT,
    read=Read(
        Call("DescribeDBClusters", send={"DBClusterIdentifier": "id"}, match=False),
        item="DBClusters[0]",
        gone=("DBClusterNotFoundFault",),
        fields={
            "resource_arn": "DBClusterArn",
            "kms_key_id": "ActivityStreamKmsKeyId",
            "kinesis_stream_name": "ActivityStreamKinesisStreamName",
            "mode": "ActivityStreamMode",
            "engine_native_audit_fields_included": _native_fields,
        },
        exists=lambda item: item.get("ActivityStreamStatus") not in (None, "stopped"),
    ),
    delete=Call("StopActivityStream", send={"ResourceArn": "id", "ApplyImmediately": lambda task: True}, match=False),
    busy=("InvalidDBClusterStateFault", "InvalidDBInstanceState"),
    deleted=Wait("ActivityStreamStatus", pending=("started", "stopping")),
    import_attributes=lambda task: {"resource_arn": task.id},
)

ENTRIES = (ENDPOINT, ROLE_ASSOCIATION, ACTIVITY_STREAM)
