"""Specs whose source of data breaks a rule: base, rule, changes, path of the problem, and words of its message."""

from __future__ import annotations

from typing import Any

from tests.unit.spec_cases import MYSQL, POSTGRES

EU = "arn:aws:rds:eu-west-1:123456789012"
US = "arn:aws:rds:us-east-1:123456789012"
KEY = "arn:aws:kms:eu-west-1:123456789012:key/0d1e2f3a-0000-4000-8000-0123456789ab"
S3 = {"source.s3.bucket": "shop-backups", "source.s3.source_engine_version": "8.0.36"}

REFUSED: list[tuple[dict[str, Any], str, dict[str, Any], str, str]] = [
    (POSTGRES, "source-one", {"source.clone": "a", "source.snapshot": "b"}, "source", "`snapshot` and `clone`"),
    (POSTGRES, "source-name", {"source.clone": "my db"}, "source.clone", '"my db" is not a valid identifier'),
    (
        POSTGRES,
        "source-name",
        {"source.snapshot": "backup:job-1"},
        "source.snapshot",
        '"backup:job-1" is not a valid identifier',
    ),
    (
        POSTGRES,
        "source-name",
        {"source.clone": "awsbackup:job-1"},
        "source.clone",
        '"awsbackup:job-1" is not a valid identifier',
    ),
    (
        POSTGRES,
        "source-name",
        {"source.clone": f"{EU}:db:a"},
        "source.clone",
        "ARN of a db, but clone needs one of a cluster",
    ),
    (POSTGRES, "source-name", {"source.snapshot": f"{EU}:cluster:a"}, "source.snapshot", "ARN of a cluster"),
    (POSTGRES, "source-itself", {"source.clone": "orders"}, "name", "orders is the source"),
    (POSTGRES, "source-itself", {"source.replica_of": f"{EU}:cluster:orders"}, "name", "orders is the source"),
    (POSTGRES, "source-region", {"source.clone": f"{US}:cluster:a"}, "source.clone", "it is in us-east-1"),
    (
        POSTGRES,
        "source-region",
        {"source.snapshot": f"{US}:cluster-snapshot:a"},
        "source.snapshot",
        "it is in us-east-1",
    ),
    (
        POSTGRES,
        "source-time",
        {"source.point_in_time.cluster": "a", "source.point_in_time.time": "yesterday"},
        "source.point_in_time.time",
        '"yesterday" is not a valid time in UTC',
    ),
    (
        POSTGRES,
        "source-time-past",
        {"source.point_in_time.cluster": "a", "source.point_in_time.time": "2999-01-01T00:00:00Z"},
        "source.point_in_time.time",
        "is not in the past",
    ),
    (
        POSTGRES,
        "source-inherited",
        {"source.snapshot": "a", "username": "boss"},
        "username",
        "is taken from the source",
    ),
    (POSTGRES, "source-inherited", {"source.clone": "a", "database": "app"}, "database", "is taken from the source"),
    (
        MYSQL,
        "clone-backtrack",
        {"source.clone": "a", "backup.backtrack": "1h"},
        "backup.backtrack",
        "a cluster without backtrack",
    ),
    (POSTGRES, "s3-engine", {**S3, "engine_version": "16.8"}, "source.s3", "cannot be restored from files in S3"),
    (MYSQL, "s3-names", {**S3, "source.s3.bucket": "Shop_Backups"}, "source.s3.bucket", "not a valid bucket name"),
    (MYSQL, "s3-names", {**S3, "source.s3.role": "reader"}, "source.s3.role", '"reader" is not a valid role ARN'),
    (
        MYSQL,
        "s3-names",
        {**S3, "source.s3.source_engine_version": "8.0"},
        "source.s3.source_engine_version",
        "full MySQL version",
    ),
    (
        MYSQL,
        "s3-version",
        {**S3, "source.s3.source_engine_version": "5.7.44"},
        "source.s3.source_engine_version",
        "the backup is of MySQL 5.7, but the cluster is of 8.0",
    ),
    (
        MYSQL,
        "replica-key",
        {"source.replica_of": f"{US}:cluster:a"},
        "encryption.kms_key",
        "the source is in us-east-1",
    ),
    (
        POSTGRES,
        "replica-region-engine",
        {"source.replica_of": f"{US}:cluster:a", "encryption.kms_key": KEY},
        "source.replica_of",
        "in a global database only",
    ),
    (
        MYSQL,
        "replica-password",
        {"source.replica_of": "a", "credentials.rotation.every": "30d"},
        "credentials.rotation",
        "so it has no secret",
    ),
    (
        MYSQL,
        "proxy-master-secret",
        {"source.replica_of": "a", "proxy": True},
        "proxy.secrets",
        "no secret to authenticate with: a replica's users and passwords are those of its source",
    ),
    (
        MYSQL,
        "replica-backtrack",
        {"source.replica_of": "a", "backup.backtrack": "1h"},
        "backup.backtrack",
        "a replica does not support backtrack",
    ),
]
