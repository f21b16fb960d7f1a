"""Resources of RDS: their names are the stack's own."""

from __future__ import annotations

from typing import Any

from aurora_cli.aws.existing.entry import Entry, Item, Values, pairs


def _by_arn(key: str) -> Any:
    return lambda rds, item: pairs(rds.list_tags_for_resource(ResourceName=item[key])["TagList"])


def _carried(rds: Any, item: Item) -> dict[str, str]:
    return pairs(item.get("TagList"))


def _named(
    what: str, parameter: str, attribute: str, tags: Any, *, items: str = "", status: str | None = None
) -> Entry:
    """Found by a name of its own, which is its id too: `describe_<what>` with `parameter`, the attribute of the resource.

    Args:
        items: key of the response, where it is not the plural of the parameter without `Name` or `Identifier`.
    """
    key = items or parameter.removesuffix("Name").removesuffix("Identifier") + "s"
    name = f"{{{attribute}}}"
    return Entry("rds", f"describe_{what}", key, name, {parameter: name}, tags=tags, status=status)


def _has_role(item: Item, values: Values) -> bool:
    roles = [role for role in item.get("AssociatedRoles") or () if role.get("Status") != "INVALID"]
    return any(role.get("RoleArn") == values["role_arn"] for role in roles)


def _streams(item: Item, values: Values) -> bool:
    return item.get("ActivityStreamStatus") in ("starting", "started")


def _is_target(item: Item, values: Values) -> bool:
    return (item.get("Type"), item.get("RdsResourceId")) == ("TRACKED_CLUSTER", values["db_cluster_identifier"])


ENTRIES = {
    "aws_rds_cluster": _named("db_clusters", "DBClusterIdentifier", "cluster_identifier", _carried, status="Status"),
    "aws_rds_cluster_instance": _named(
        "db_instances", "DBInstanceIdentifier", "identifier", _carried, status="DBInstanceStatus"
    ),
    "aws_rds_global_cluster": _named(
        "global_clusters",
        "GlobalClusterIdentifier",
        "global_cluster_identifier",
        _by_arn("GlobalClusterArn"),
        status="Status",
    ),
    "aws_rds_cluster_endpoint": _named(
        "db_cluster_endpoints",
        "DBClusterEndpointIdentifier",
        "cluster_endpoint_identifier",
        _by_arn("DBClusterEndpointArn"),
        status="Status",
    ),
    "aws_db_subnet_group": _named("db_subnet_groups", "DBSubnetGroupName", "name", _by_arn("DBSubnetGroupArn")),
    "aws_rds_cluster_parameter_group": _named(
        "db_cluster_parameter_groups", "DBClusterParameterGroupName", "name", _by_arn("DBClusterParameterGroupArn")
    ),
    "aws_db_parameter_group": _named(
        "db_parameter_groups", "DBParameterGroupName", "name", _by_arn("DBParameterGroupArn")
    ),
    "aws_db_event_subscription": _named(
        "event_subscriptions",
        "SubscriptionName",
        "name",
        _by_arn("EventSubscriptionArn"),
        items="EventSubscriptionsList",
        status="Status",
    ),
    "aws_db_proxy": _named(
        "db_proxies", "DBProxyName", "name", _by_arn("DBProxyArn"), items="DBProxies", status="Status"
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
}
