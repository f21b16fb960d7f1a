"""Cluster snapshots, and the clusters that come out of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.rds.models import DBClusterSnapshot

from aurora_cli.sandbox.emulator.latency import Transition
from aurora_cli.sandbox.emulator.rds import names, networks
from aurora_cli.sandbox.emulator.rds.cluster import AuroraCluster
from aurora_cli.sandbox.emulator.rds.faults import bad_combination, cluster_not_found, cluster_state, error

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
    if cluster.status not in ("available", "stopped"):
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


def source_of(backend: AuroraBackend, params: Any) -> AuroraCluster:
    """The cluster that RestoreDBClusterToPointInTime names, by identifier or by resource id.

    Raises:
        RDSClientError: there is none, or the kind of restore does not go with the time.
    """
    if params.get("RestoreType") == "copy-on-write" and params.get("RestoreToTime"):
        raise bad_combination("RestoreToTime can't be specified when RestoreType is copy-on-write.")
    if bool(params.get("RestoreToTime")) == bool(params.get("UseLatestRestorableTime")):
        raise bad_combination("Specify either RestoreToTime or UseLatestRestorableTime.")
    wanted = params.get("SourceDbClusterResourceId")
    if not wanted:
        return backend.cluster(params["SourceDBClusterIdentifier"])
    for cluster in backend.aurora_clusters():
        if cluster.db_cluster_resource_id == wanted:
            return cluster
    raise cluster_not_found(wanted)


def restore_values(source: AuroraClusterSnapshot | AuroraCluster, params: Any) -> dict[str, Any]:
    """Values of a cluster made from a snapshot or from another cluster; what the call names wins."""
    carried = source.carried if isinstance(source, AuroraClusterSnapshot) else carried_by(source)
    # The password comes along inside the data; the copy has no managed secret until it is asked for.
    values = {**carried, "master_user_password": "from-the-source", **dict(params.items())}
    if values.get("manage_master_user_password"):
        values.pop("master_user_password")
    return values
