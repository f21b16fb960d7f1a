"""Resources of RDS: their names are the stack's own."""

from __future__ import annotations

from typing import Any

from aurora_cli.aws.existing.entry import Entry, Item, Values, pairs


def _by_arn(key: str) -> Any:
    return lambda rds, item: pairs(rds.list_tags_for_resource(ResourceName=item[key])["TagList"])


def _carried(rds: Any, item: Item) -> dict[str, str]:
    return pairs(item.get("TagList"))


def _has_role(item: Item, values: Values) -> bool:
    roles = [role for role in item.get("AssociatedRoles") or () if role.get("Status") != "INVALID"]
    return any(role.get("RoleArn") == values["role_arn"] for role in roles)


def _streams(item: Item, values: Values) -> bool:
    return item.get("ActivityStreamStatus") in ("starting", "started")


def _is_target(item: Item, values: Values) -> bool:
    return (item.get("Type"), item.get("RdsResourceId")) == ("TRACKED_CLUSTER", values["db_cluster_identifier"])


ENTRIES = {
    "aws_rds_cluster": Entry(
        "rds",
        "describe_db_clusters",
        "DBClusters",
        "{cluster_identifier}",
        {"DBClusterIdentifier": "{cluster_identifier}"},
        tags=_carried,
        status="Status",
    ),
    "aws_rds_cluster_instance": Entry(
        "rds",
        "describe_db_instances",
        "DBInstances",
        "{identifier}",
        {"DBInstanceIdentifier": "{identifier}"},
        tags=_carried,
        status="DBInstanceStatus",
    ),
    "aws_rds_global_cluster": Entry(
        "rds",
        "describe_global_clusters",
        "GlobalClusters",
        "{global_cluster_identifier}",
        {"GlobalClusterIdentifier": "{global_cluster_identifier}"},
        tags=_by_arn("GlobalClusterArn"),
        status="Status",
    ),
    "aws_rds_cluster_endpoint": Entry(
        "rds",
        "describe_db_cluster_endpoints",
        "DBClusterEndpoints",
        "{cluster_endpoint_identifier}",
        {"DBClusterEndpointIdentifier": "{cluster_endpoint_identifier}"},
        tags=_by_arn("DBClusterEndpointArn"),
        status="Status",
    ),
    "aws_rds_cluster_role_association": Entry(
        "rds",
        "describe_db_clusters",
        "DBClusters",
        "{db_cluster_identifier},{role_arn}",
        {"DBClusterIdentifier": "{db_cluster_identifier}"},
        match=_has_role,
    ),
    "aws_rds_cluster_activity_stream": Entry(
        "rds",
        "describe_db_clusters",
        "DBClusters",
        "{resource_arn}",
        {"DBClusterIdentifier": "{resource_arn}"},
        match=_streams,
        status="ActivityStreamStatus",
    ),
    "aws_db_subnet_group": Entry(
        "rds",
        "describe_db_subnet_groups",
        "DBSubnetGroups",
        "{name}",
        {"DBSubnetGroupName": "{name}"},
        tags=_by_arn("DBSubnetGroupArn"),
    ),
    "aws_rds_cluster_parameter_group": Entry(
        "rds",
        "describe_db_cluster_parameter_groups",
        "DBClusterParameterGroups",
        "{name}",
        {"DBClusterParameterGroupName": "{name}"},
        tags=_by_arn("DBClusterParameterGroupArn"),
    ),
    "aws_db_parameter_group": Entry(
        "rds",
        "describe_db_parameter_groups",
        "DBParameterGroups",
        "{name}",
        {"DBParameterGroupName": "{name}"},
        tags=_by_arn("DBParameterGroupArn"),
    ),
    "aws_db_event_subscription": Entry(
        "rds",
        "describe_event_subscriptions",
        "EventSubscriptionsList",
        "{name}",
        {"SubscriptionName": "{name}"},
        tags=_by_arn("EventSubscriptionArn"),
        status="Status",
    ),
    "aws_db_proxy": Entry(
        "rds",
        "describe_db_proxies",
        "DBProxies",
        "{name}",
        {"DBProxyName": "{name}"},
        tags=_by_arn("DBProxyArn"),
        status="Status",
    ),
    "aws_db_proxy_endpoint": Entry(
        "rds",
        "describe_db_proxy_endpoints",
        "DBProxyEndpoints",
        "{db_proxy_name}/{db_proxy_endpoint_name}",
        {"DBProxyName": "{db_proxy_name}", "DBProxyEndpointName": "{db_proxy_endpoint_name}"},
        tags=_by_arn("DBProxyEndpointArn"),
        status="Status",
    ),
    "aws_db_proxy_target": Entry(
        "rds",
        "describe_db_proxy_targets",
        "Targets",
        "{db_proxy_name}/{target_group_name}/TRACKED_CLUSTER/{db_cluster_identifier}",
        {"DBProxyName": "{db_proxy_name}", "TargetGroupName": "{target_group_name}"},
        match=_is_target,
    ),
}
