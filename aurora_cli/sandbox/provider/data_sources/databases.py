"""Clusters, subnet groups and keys by name."""

from __future__ import annotations

from typing import Any

from aurora_cli.sandbox.provider.data_sources.query import Query, only
from aurora_cli.sandbox.provider.engine.tags import tag_map
from aurora_cli.sandbox.provider.resources.rds.cluster_creation import ALIASES


def _cluster(query: Query) -> dict[str, Any]:
    name = query.config["cluster_identifier"]
    operation = "rds:DescribeDBClusters"
    item = only(query.call(operation, DBClusterIdentifier=name)["DBClusters"], "RDS Cluster")
    return {
        **query.attributes(operation, "DBClusters[0]", item, ALIASES),
        "id": item["DBClusterIdentifier"],
        "arn": item["DBClusterArn"],
        "cluster_members": [member["DBInstanceIdentifier"] for member in item.get("DBClusterMembers", ())],
        "iam_roles": [role["RoleArn"] for role in item.get("AssociatedRoles", ())],
        "vpc_security_group_ids": [group["VpcSecurityGroupId"] for group in item.get("VpcSecurityGroups", ())],
        "tags": tag_map(item.get("TagList")),
    }


def _subnet_group(query: Query) -> dict[str, Any]:
    operation = "rds:DescribeDBSubnetGroups"
    answer = query.call(operation, DBSubnetGroupName=query.config["name"])
    item = only(answer["DBSubnetGroups"], "RDS DB Subnet Group")
    aliases = {
        "DBSubnetGroupArn": "arn",
        "DBSubnetGroupDescription": "description",
        "DBSubnetGroupName": "name",
        "SubnetGroupStatus": "status",
    }
    return {
        **query.attributes(operation, "DBSubnetGroups[0]", item, aliases),
        "id": item["DBSubnetGroupName"],
        "subnet_ids": [subnet["SubnetIdentifier"] for subnet in item.get("Subnets", ())],
    }


def _key(query: Query) -> dict[str, Any]:
    grants = {"GrantTokens": query.config["grant_tokens"]} if query.config.get("grant_tokens") else {}
    item = query.call("kms:DescribeKey", KeyId=query.config["key_id"], **grants)["KeyMetadata"]
    found = query.attributes("kms:DescribeKey", "KeyMetadata", item, {"AWSAccountId": "aws_account_id"})
    # key_id may be an alias, and keeps its configured value.
    return {**found, "id": item["KeyId"], "key_id": query.config["key_id"], "arn": item["Arn"]}


READERS = {
    "aws_db_subnet_group": _subnet_group,
    "aws_kms_key": _key,
    "aws_rds_cluster": _cluster,
}
