"""Settings of a cluster that a call of their own changes: deletion protection, capacity, Insights, the Data API,
Extended Support."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aurora_cli.aws.cluster.topology import LIFECYCLE
from aurora_cli.aws.errors import aws_errors, known_to_botocore
from aurora_cli.aws.replication.global_database import read_global
from aurora_cli.aws.restore.restore_sources import read_cluster


def set_capacity(rds: Any, identifier: str, low: float, high: float, pause_after: int | None = None) -> None:
    """Set the Serverless v2 range now (ModifyDBCluster), in ACUs; the pause delay in seconds goes with a minimum of 0 alone.

    Raises CredentialsError, AccessDenied, AwsFailed.
    """
    scaling: dict[str, float] = {"MinCapacity": low, "MaxCapacity": high}
    if low == 0 and pause_after is not None:
        scaling["SecondsUntilAutoPause"] = pause_after
    with aws_errors(f"setting the capacity of {identifier}"):
        rds.modify_db_cluster(
            DBClusterIdentifier=identifier, ServerlessV2ScalingConfiguration=scaling, ApplyImmediately=True
        )


def leave_advanced_insights(rds: Any, identifier: str) -> None:
    """Set the standard mode of Database Insights (ModifyDBCluster). Raises CredentialsError, AccessDenied, AwsFailed."""
    with aws_errors(f"setting the standard mode of Database Insights of {identifier}"):
        rds.modify_db_cluster(DBClusterIdentifier=identifier, DatabaseInsightsMode="standard", ApplyImmediately=True)


def enable_data_api(rds: Any, arn: str) -> None:
    """Turn the Data API of a cluster on (EnableHttpEndpoint). Raises CredentialsError, AccessDenied, AwsFailed."""
    with aws_errors("enabling the Data API"):
        rds.enable_http_endpoint(ResourceArn=arn)


def set_extended_support(rds: Any, identifier: str, *, on: bool) -> None:
    """Cover a cluster by Extended Support, or not (ModifyDBCluster.EngineLifecycleSupport).

    Raises:
        CredentialsError, AccessDenied; AwsFailed: also where the installed botocore does not know the parameter.
    """
    unknown = known_to_botocore(f"change Extended Support of {identifier}; the rest is applied")
    with aws_errors(f"setting Extended Support of {identifier}"), unknown:
        rds.modify_db_cluster(
            DBClusterIdentifier=identifier, EngineLifecycleSupport=LIFECYCLE[on], ApplyImmediately=True
        )


def move_to_subnet_group(rds: Any, identifier: str, group: str, security_groups: Sequence[str], network: str) -> None:
    """Have AWS move a cluster to another DB subnet group, now (ModifyDBCluster.DBSubnetGroupName).

    Args:
        security_groups: ids that it has after it; without them AWS takes the default group of the VPC.
        network: `IPV4` or `DUAL`; without it AWS takes `IPV4`.

    Raises:
        CredentialsError, AccessDenied; AwsFailed: also where the installed botocore does not know the parameter.
    """
    with aws_errors(f"moving {identifier} to {group}"), known_to_botocore(f"move {identifier}; nothing was changed"):
        rds.modify_db_cluster(
            DBClusterIdentifier=identifier,
            DBSubnetGroupName=group,
            VpcSecurityGroupIds=list(security_groups),
            NetworkType=network,
            ApplyImmediately=True,
        )


def is_open(rds: Any, identifier: str, *, is_global: bool = False) -> bool:
    """Whether the cluster is there to stay and AWS does not protect it: one that is being deleted is beyond protection.

    Raises:
        CredentialsError, AccessDenied, AwsFailed.
    """
    if is_global:
        database = read_global(rds, identifier)
        return database is not None and database.status != "deleting" and not database.deletion_protection
    found = read_cluster(rds, identifier)
    return found is not None and found.raw.get("Status") != "deleting" and not found.raw.get("DeletionProtection")


def protect(rds: Any, identifier: str, *, is_global: bool = False) -> None:
    """Have AWS protect the cluster against deletion.

    Raises:
        CredentialsError, AccessDenied, AwsFailed, ClusterNotFound.
    """
    with aws_errors(f"setting the deletion protection of {identifier}"):
        if is_global:
            rds.modify_global_cluster(GlobalClusterIdentifier=identifier, DeletionProtection=True)
        else:
            rds.modify_db_cluster(DBClusterIdentifier=identifier, DeletionProtection=True, ApplyImmediately=True)
