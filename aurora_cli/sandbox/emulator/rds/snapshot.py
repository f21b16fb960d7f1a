"""Cluster snapshots, and the clusters that come out of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from moto.rds.models import DBClusterSnapshot, rds_backends

from aurora_cli.sandbox.emulator.latency import Transition
from aurora_cli.sandbox.emulator.rds import engines, names, networks
from aurora_cli.sandbox.emulator.rds.cluster import AuroraCluster
from aurora_cli.sandbox.emulator.rds.errors import bad_combination, cluster_state, error

if TYPE_CHECKING:
    from aurora_cli.sandbox.emulator.rds.backend import AuroraBackend

CARRIED = (
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
"""What a restored cluster has of its source (RDS API reference, RestoreDBClusterFromSnapshot)."""


def carried_by(cluster: AuroraCluster) -> dict[str, Any]:
    """What a cluster hands to its copies."""
    return {name: getattr(cluster, name) for name in CARRIED}


class AuroraClusterSnapshot(DBClusterSnapshot):
    """A snapshot with what it says of its cluster."""

    def __init__(self, backend: AuroraBackend, cluster: AuroraCluster, name: str, kind: str, tags: Any) -> None:
        self._transition = Transition("creating", "available")
        super().__init__(backend, cluster, name, kind, tags)
        self.availability_zones = cluster.availability_zones
        self.vpc_id = networks.subnet_group(backend, cluster.db_subnet_group_name).vpc_id
        self.kms_key_id = cluster.kms_key_id  # type: ignore[assignment]
        self.db_cluster_resource_id = cluster.db_cluster_resource_id
        self.iam_database_authentication_enabled = cluster.iam_database_authentication_enabled
        self.license_model = cluster.license_model
        self.engine_mode = cluster.engine_mode
        self.carried = carried_by(cluster)
        self.source_db_cluster_snapshot_arn: str | None = None

    @classmethod
    def copied(
        cls, backend: AuroraBackend, source: AuroraClusterSnapshot, name: str, tags: Any, key: str | None
    ) -> AuroraClusterSnapshot:
        """A copy, encrypted with `key` if one is given, else as the source is."""
        made = cast("AuroraClusterSnapshot", cls.__new__(cls))
        made._transition = Transition("copying", "available")
        DBClusterSnapshot.__init__(made, backend, source.cluster, name, "manual", tags)
        for kept in ("vpc_id", "db_cluster_resource_id", "iam_database_authentication_enabled", "license_model"):
            setattr(made, kept, getattr(source, kept))
        made.availability_zones, made.engine_mode = source.availability_zones, source.engine_mode
        made.kms_key_id = key or source.kms_key_id
        made.storage_encrypted = made.encrypted = bool(key or source.storage_encrypted)
        made.carried = {**source.carried, "kms_key_id": made.kms_key_id, "storage_encrypted": made.storage_encrypted}
        made.source_db_cluster_snapshot_arn = source.db_cluster_snapshot_arn
        return made

    @property
    def status(self) -> str:
        """Where it is in its life."""
        return self._transition.status

    @status.setter
    def status(self, value: str) -> None:
        """moto sets `available`; the transition knows better."""

    @property
    def percent_progress(self) -> int:
        """0 or 100."""
        return 100 if self._transition.over else 0

    @percent_progress.setter
    def percent_progress(self, value: int) -> None:
        """moto sets 100; the transition knows better."""


def take(
    backend: AuroraBackend, cluster: AuroraCluster, name: str, *, kind: str = "manual", tags: Any = None
) -> AuroraClusterSnapshot:
    """A new snapshot.

    Raises:
        RDSClientError: the name is taken or not a name, or the cluster is not available.
    """
    check_free(backend, name)
    if cluster.status != "available":
        raise cluster_state(f"Cluster {cluster.db_cluster_identifier} is not in an available state.")
    snapshot = AuroraClusterSnapshot(backend, cluster, name.lower(), kind, tags)
    backend.cluster_snapshots[name.lower()] = snapshot
    return snapshot


def check_free(backend: AuroraBackend, name: str) -> None:
    """Refuse a snapshot name that is taken or breaks the naming rule."""
    names.check_identifier(name, "DBClusterSnapshotIdentifier", longest=255)
    if name in backend.cluster_snapshots:
        raise error(
            "DBClusterSnapshotAlreadyExistsFault",
            f"Cannot create the cluster snapshot because one with the identifier {name} already exists.",
        )


def copy(backend: AuroraBackend, params: Any) -> AuroraClusterSnapshot:
    """CopyDBClusterSnapshot, within a Region or from another one.

    Raises:
        RDSClientError: there is no such snapshot, the name is taken, or a copy from elsewhere has no key of this Region.
    """
    wanted, name = params["SourceDBClusterSnapshotIdentifier"], params["TargetDBClusterSnapshotIdentifier"]
    region = wanted.split(":")[3] if wanted.startswith("arn:") else backend.region_name
    home = cast("Any", rds_backends[backend.account_id][region])
    source = home.cluster_snapshots.get(wanted.rpartition(":")[2])
    if not isinstance(source, AuroraClusterSnapshot):
        raise error("DBClusterSnapshotNotFoundFault", f"DBClusterSnapshot {wanted} not found.")
    check_free(backend, name)
    if source.storage_encrypted and region != backend.region_name and not params.get("KmsKeyId"):
        raise bad_combination("A KMS key of this Region is needed to copy an encrypted snapshot from another Region.")
    key = backend.key_arn(params["KmsKeyId"], "alias/aws/rds") if params.get("KmsKeyId") else None
    made = AuroraClusterSnapshot.copied(backend, source, name, tags_of_copy(source, params), key)
    backend.cluster_snapshots[made.db_cluster_snapshot_identifier] = made
    return made


def tags_of_copy(source: AuroraClusterSnapshot, params: Any) -> Any:
    """The tags that are given; else those of the source, if they are asked for."""
    return params.get("Tags") or (list(source.tags) if params.get("CopyTags") else [])


def check_version(source: Any, values: dict[str, Any]) -> None:
    """A snapshot is restored as its own version, or as one that this could be upgraded to."""
    engine, had = values["engine"], source.carried["engine_version"]
    wanted = engines.resolve_version(engine, values.get("engine_version"))
    if wanted != had and wanted not in engines.upgrade_targets(engine, had):
        raise bad_combination(f"Cannot upgrade {engine} from {had} to {wanted}")


def restore_values(source: Any, params: Any) -> dict[str, Any]:
    """Values of a cluster made from a snapshot, from kept backups or from another cluster; what the call names wins."""
    carried = carried_by(source) if isinstance(source, AuroraCluster) else source.carried
    if params.get("KmsKeyId"):
        carried = {**carried, "storage_encrypted": True}
    # The password comes along inside the data; the copy has no managed secret until it is asked for.
    values = {**carried, "master_user_password": "from-the-source", **dict(params.items())}
    if values.get("manage_master_user_password"):
        values.pop("master_user_password")
    return values
