"""What DescribeGlobalClusters says about one member."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aurora_cli.aws.errors import aws_errors


@dataclass(frozen=True)
class GlobalRole:
    """The place of a cluster in a global database.

    Attributes:
        global_cluster: identifier of the global cluster.
        role: `primary` or `secondary`.
        primary: ARN of the primary cluster, None while there is none.
        status: AWS's status of the global cluster.
        members: ARNs of all members, the primary first.
    """

    global_cluster: str
    role: str
    primary: str | None
    status: str
    members: tuple[str, ...] = ()


def global_role(rds: Any, arn: str) -> GlobalRole | None:
    """The role of the cluster of that ARN, None outside a global database. Raises CredentialsError, AccessDenied, AwsFailed."""
    with aws_errors("reading the global clusters"):
        pages = rds.get_paginator("describe_global_clusters").paginate()
        found = [cluster for page in pages for cluster in page["GlobalClusters"]]
    return next((role for cluster in found if (role := _role(cluster, arn))), None)


def _role(cluster: dict[str, Any], arn: str) -> GlobalRole | None:
    members = cluster.get("GlobalClusterMembers") or []
    mine = next((m for m in members if m.get("DBClusterArn") == arn), None)
    if mine is None:
        return None
    ordered = sorted(members, key=lambda m: not m.get("IsWriter"))
    return GlobalRole(
        global_cluster=cluster["GlobalClusterIdentifier"],
        role="primary" if mine.get("IsWriter") else "secondary",
        primary=next((m["DBClusterArn"] for m in members if m.get("IsWriter")), None),
        status=cluster.get("Status", "unknown"),
        members=tuple(m["DBClusterArn"] for m in ordered),
    )
