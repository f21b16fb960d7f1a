"""New identifiers for a cluster and its instances, by the RDS API: endpoints change with them, resource ids and tags stay."""

from __future__ import annotations

from typing import Any

from aurora_cli.aws.cluster.waiters import is_transitional
from aurora_cli.aws.describe import find_cluster, find_instance
from aurora_cli.aws.errors import aws_errors


def rename_cluster(rds: Any, before: str, after: str) -> None:
    """Ask AWS to rename a cluster now; one that it is renaming already is left to it. Raises AwsFailed and its kin."""
    found = find_cluster(rds, before)
    if found is None or found.get("Status") == "renaming":
        return
    with aws_errors(f"renaming {before} to {after}"):
        rds.modify_db_cluster(DBClusterIdentifier=before, NewDBClusterIdentifier=after, ApplyImmediately=True)


def rename_instance(rds: Any, before: str, after: str) -> None:
    """Ask AWS to rename an instance now, which restarts it. Raises AwsFailed and its kin."""
    found = find_instance(rds, before)
    if found is None or found.get("DBInstanceStatus") == "renaming":
        return
    with aws_errors(f"renaming {before} to {after}"):
        rds.modify_db_instance(DBInstanceIdentifier=before, NewDBInstanceIdentifier=after, ApplyImmediately=True)


def cluster_unrest(rds: Any, identifier: str, resource_id: str) -> str | None:
    """What is left to wait for until the cluster of that resource id is there under that identifier; None for nothing."""
    found = find_cluster(rds, identifier)
    if found is None or found.get("DbClusterResourceId") != resource_id:
        return "renaming"
    status = str(found.get("Status", "unknown"))
    return status if is_transitional(status) else None


def instance_unrest(rds: Any, identifier: str) -> str | None:
    """What is left to wait for until the instance is available; None for nothing."""
    found = find_instance(rds, identifier)
    status = str(found.get("DBInstanceStatus", "unknown")) if found else "renaming"
    return None if status == "available" else status
