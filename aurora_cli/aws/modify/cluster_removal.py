"""Delete a cluster that no Terraform manages, instance by instance."""

from __future__ import annotations

from typing import Any

from aurora_cli.aws.errors import aws_errors
from aurora_cli.errors import AwsFailed, ClusterNotFound


def delete_instance(rds: Any, identifier: str) -> None:
    """Begin to delete an instance; nothing for one that is gone or going. Raises CredentialsError, AccessDenied, AwsFailed."""
    try:
        with aws_errors(f"deleting {identifier}"):
            rds.delete_db_instance(DBInstanceIdentifier=identifier)
    except ClusterNotFound:
        return
    except AwsFailed as error:
        if "already being deleted" not in str(error.details.get("aws_message")):
            raise


def delete_cluster(rds: Any, identifier: str, snapshot: str | None) -> None:
    """Begin to delete a cluster without instances; nothing for one that is gone or going.

    Args:
        snapshot: name of the final snapshot; None for none.

    Raises:
        CredentialsError, AccessDenied, AwsFailed.
    """
    final = {"FinalDBSnapshotIdentifier": snapshot} if snapshot else {"SkipFinalSnapshot": True}
    try:
        with aws_errors(f"deleting {identifier}"):
            rds.delete_db_cluster(DBClusterIdentifier=identifier, **final)
    except ClusterNotFound:
        return
    except AwsFailed as error:
        if "already being deleted" not in str(error.details.get("aws_message")):
            raise
