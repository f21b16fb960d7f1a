"""Manual cluster snapshots."""

from __future__ import annotations

from typing import Any

from aurora_cli.aws.failures import aws_errors
from aurora_cli.errors import AwsFailed


def snapshot_exists(rds: Any, identifier: str) -> bool:
    """Whether a cluster snapshot of that name exists in the Region. Raises CredentialsError, AccessDenied, AwsFailed."""
    try:
        with aws_errors(f"looking for snapshot {identifier}"):
            answer = rds.describe_db_cluster_snapshots(DBClusterSnapshotIdentifier=identifier)
    except AwsFailed as error:
        if error.details.get("aws_code") == "DBClusterSnapshotNotFoundFault":
            return False
        raise
    return bool(answer["DBClusterSnapshots"])
