"""Deletion protection of clusters and global clusters: read it, lift it, set it back."""

from __future__ import annotations

from typing import Any

from aurora_cli.aws.errors import aws_errors
from aurora_cli.aws.replication.global_database import read_global
from aurora_cli.aws.restore.restore_sources import read_cluster


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
