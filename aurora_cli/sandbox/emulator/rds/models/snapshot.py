"""Cluster snapshots and automated backups, with the attributes of their cluster."""

from __future__ import annotations

from typing import Any, cast

from moto.rds.models import DBClusterSnapshot, RDSBackend

from aurora_cli.sandbox.emulator.latency import Transition
from aurora_cli.sandbox.emulator.rds.databases import serving
from aurora_cli.sandbox.emulator.rds.models import names, networks
from aurora_cli.sandbox.emulator.rds.models.cluster import AuroraCluster
from aurora_cli.sandbox.emulator.rds.models.resource import Transitional

INHERITED = (
    "engine",
    "engine_version",
    "database_name",
    "master_username",
    "port",
    "storage_encrypted",
    "kms_key_id",
    "storage_type",
    "backup_retention_period",
    "preferred_backup_window",
    "preferred_maintenance_window",
)
"""Attributes that a restored cluster inherits from its source (RDS API reference, RestoreDBClusterFromSnapshot)."""


def inherited_from(cluster: AuroraCluster) -> dict[str, Any]:
    """The values that a cluster passes to its copies."""
    return {name: getattr(cluster, name) for name in INHERITED} | {"port": cluster.asked_port}


class AuroraClusterSnapshot(Transitional, DBClusterSnapshot):
    """A snapshot with the attributes of its cluster."""

    data_id: str | None = None
    """Of the copy of its cluster's data; None: it has none."""

    def __init__(self, backend: RDSBackend, cluster: AuroraCluster, name: str, kind: str, tags: Any) -> None:
        super().__init__(backend, cluster, name, kind, tags)
        self.enter("creating")
        self.availability_zones = cluster.availability_zones
        self.vpc_id = networks.subnet_group(backend, cluster.db_subnet_group_name).vpc_id
        self.kms_key_id = cluster.kms_key_id  # type: ignore[assignment]
        self.db_cluster_resource_id = cluster.db_cluster_resource_id
        self.iam_database_authentication_enabled = cluster.iam_database_authentication_enabled
        self.license_model = cluster.license_model
        self.engine_mode = cluster.engine_mode
        self.carried = inherited_from(cluster)
        self.source_db_cluster_snapshot_arn: str | None = None
        has_data = serving.serves(cluster.engine)
        self.data_id = names.random_text(names.LOWER, 12) if has_data else None

    @classmethod
    def copied(
        cls, backend: RDSBackend, source: AuroraClusterSnapshot, name: str, tags: Any, key: str | None
    ) -> AuroraClusterSnapshot:
        """A copy, encrypted with `key` if specified, else like the source."""
        made = cast("AuroraClusterSnapshot", cls.__new__(cls))
        DBClusterSnapshot.__init__(made, backend, source.cluster, name, "manual", tags)
        made.enter("copying")
        for kept in ("vpc_id", "db_cluster_resource_id", "iam_database_authentication_enabled", "license_model"):
            setattr(made, kept, getattr(source, kept))
        made.availability_zones, made.engine_mode = source.availability_zones, source.engine_mode
        made.kms_key_id = key or source.kms_key_id
        made.storage_encrypted = made.encrypted = bool(key or source.storage_encrypted)
        made.data_id = source.data_id
        made.carried = {**source.carried, "kms_key_id": made.kms_key_id, "storage_encrypted": made.storage_encrypted}
        made.source_db_cluster_snapshot_arn = source.db_cluster_snapshot_arn
        return made

    def shown(self, transition: Transition) -> str:
        """The status, which follows that of the copy."""
        return serving.snapshot_status(self.data_id, transition)

    @property
    def storage_encryption_type(self) -> str:
        """That of its cluster, or of the key that it was copied with."""
        return "sse-kms" if self.storage_encrypted else "sse-rds"

    @property
    def percent_progress(self) -> int:
        """0 or 100."""
        return 100 if self._transition.over else 0

    @percent_progress.setter
    def percent_progress(self, value: int) -> None:
        """moto sets 100; the transition determines it."""


class RetainedBackup:
    """The retained automated backups of a deleted cluster."""

    def __init__(self, cluster: AuroraCluster) -> None:
        self.carried = inherited_from(cluster)
        self.resource_id = cluster.db_cluster_resource_id
        self.shown = {**backup_of(cluster), "Status": "retained"}


def backup_of(cluster: AuroraCluster) -> dict[str, Any]:
    """The automated backups of a cluster, as in a response."""
    return {
        "DBClusterIdentifier": cluster.db_cluster_identifier,
        "DBClusterArn": cluster.db_cluster_arn,
        "DbClusterResourceId": cluster.db_cluster_resource_id,
        "Engine": cluster.engine,
        "EngineVersion": cluster.engine_version,
        "MasterUsername": cluster.master_username,
        "Port": cluster.port,
        "StorageEncrypted": cluster.storage_encrypted,
        "StorageEncryptionType": cluster.storage_encryption_type,
        "BackupRetentionPeriod": cluster.backup_retention_period,
        "Region": cluster.region,
        "Status": "active",
        "RestoreWindow": {
            "EarliestTime": cluster.earliest_restorable_time,
            "LatestTime": cluster.latest_restorable_time,
        },
    }
