"""KMS keys as AWS reports them."""

from __future__ import annotations

from typing import Any

from aurora_cli.aws.errors import aws_errors


def key_arn(kms: Any, key: str) -> str:
    """ARN of the key that an id or an alias stands for now. Raises CredentialsError, AccessDenied, AwsFailed."""
    with aws_errors(f"looking up the KMS key {key}"):
        return str(kms.describe_key(KeyId=key)["KeyMetadata"]["Arn"])


def release_key(kms: Any, key: str, tag: str) -> None:
    """Take a tag off a key, which may not have it. Raises CredentialsError, AccessDenied, AwsFailed."""
    with aws_errors(f"removing the tag {tag} of the KMS key {key}"):
        kms.untag_resource(KeyId=key, TagKeys=[tag])


def snapshots_with_key(rds: Any, arn: str) -> list[str]:
    """Names of the account's cluster snapshots in the Region, manual and automated, that the key encrypts.

    Raises:
        CredentialsError, AccessDenied, AwsFailed.
    """
    with aws_errors(f"looking for snapshots that {arn} encrypts"):
        pages = rds.get_paginator("describe_db_cluster_snapshots").paginate()
        found = [one for page in pages for one in page["DBClusterSnapshots"] if one.get("KmsKeyId") == arn]
    return sorted(str(one["DBClusterSnapshotIdentifier"]) for one in found)
