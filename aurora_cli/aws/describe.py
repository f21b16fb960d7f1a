"""Clusters and instances as DescribeDBClusters and DescribeDBInstances give them, by name."""

from __future__ import annotations

from typing import Any

from aurora_cli.aws.errors import aws_errors
from aurora_cli.errors import AwsFailed, ClusterNotFound

Item = dict[str, Any]

_ABSENT = {
    "DBClusterSnapshotNotFoundFault",
    "DBSnapshotNotFound",
    "DBSnapshotNotFoundFault",
    "DBClusterAutomatedBackupNotFoundFault",
    "GlobalClusterNotFoundFault",
}


def first(call: Any, key: str, doing: str, **params: Any) -> Item | None:
    """The first entry that a call describes, None when there is none. Raises CredentialsError, AccessDenied, AwsFailed."""
    try:
        with aws_errors(doing):
            found: list[Item] = call(**params)[key]
    except ClusterNotFound:
        return None
    except AwsFailed as error:
        if error.details.get("aws_code") in _ABSENT:
            return None
        raise
    return found[0] if found else None


def find_cluster(rds: Any, identifier: str) -> Item | None:
    """A cluster by identifier or ARN (also one that is shared with the account), or None. Raises as `first`."""
    shared = {"IncludeShared": True} if identifier.startswith("arn:") else {}
    doing = f"reading cluster {identifier}"
    return first(rds.describe_db_clusters, "DBClusters", doing, DBClusterIdentifier=identifier, **shared)


def require_cluster(rds: Any, identifier: str) -> Item:
    """A cluster by identifier. Raises ClusterNotFound, and as `first`."""
    found = find_cluster(rds, identifier)
    if found is None:
        raise ClusterNotFound(f"AWS has no cluster named {identifier}.")
    return found


def find_instance(rds: Any, identifier: str) -> Item | None:
    """An instance by identifier, or None. Raises as `first`."""
    doing = f"reading instance {identifier}"
    return first(rds.describe_db_instances, "DBInstances", doing, DBInstanceIdentifier=identifier)


def list_clusters(rds: Any) -> list[Item]:
    """Every cluster of the Region. Raises as `first`."""
    with aws_errors("listing the clusters"):
        return [one for page in rds.get_paginator("describe_db_clusters").paginate() for one in page["DBClusters"]]


def instances_of(rds: Any, cluster: str) -> list[Item]:
    """The instances of a cluster. Raises as `first`."""
    with aws_errors(f"reading the instances of {cluster}"):
        pages = rds.get_paginator("describe_db_instances").paginate(
            Filters=[{"Name": "db-cluster-id", "Values": [cluster]}]
        )
        return [one for page in pages for one in page["DBInstances"]]


def encryption_of(found: Item) -> str:
    """How storage is encrypted at rest: `none`, `sse-rds` (an AWS owned key) or `sse-kms` (a KMS key of an account).

    `StorageEncrypted` is false with an AWS owned key, which all clusters since 2026-02-18 have unless a KMS key is asked for
    (RDS API DBCluster.StorageEncryptionType; Aurora User Guide, encrypting resources).
    """
    by_key = found.get("StorageEncrypted") or found.get("Encrypted")
    return str(found.get("StorageEncryptionType") or ("sse-kms" if by_key else "none"))
