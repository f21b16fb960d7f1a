"""Cluster snapshots."""

from __future__ import annotations

from typing import Any

from aurora_cli.sandbox.emulator.rds.backend import AuroraBackend
from aurora_cli.sandbox.emulator.rds.databases import serving
from aurora_cli.sandbox.emulator.rds.errors import bad_combination, cluster_state, error
from aurora_cli.sandbox.emulator.rds.models import names
from aurora_cli.sandbox.emulator.rds.models.cluster import AuroraCluster
from aurora_cli.sandbox.emulator.rds.models.snapshot import AuroraClusterSnapshot


def create(backend: AuroraBackend, params: Any) -> AuroraClusterSnapshot:
    """CreateDBClusterSnapshot."""
    cluster, name = backend.cluster(params["DBClusterIdentifier"]), params["DBClusterSnapshotIdentifier"]
    return take(backend, cluster, name, tags=params.get("Tags"))


def take(
    backend: AuroraBackend, cluster: AuroraCluster, name: str, *, kind: str = "manual", tags: Any = None
) -> AuroraClusterSnapshot:
    """Create a snapshot.

    Raises:
        RDSClientError: the identifier is in use or not valid, or the cluster is not available.
    """
    check_free(backend, name)
    if cluster.status != "available":
        raise cluster_state(f"Cluster {cluster.db_cluster_identifier} is not in an available state.")
    snapshot = AuroraClusterSnapshot(backend, cluster, name.lower(), kind, tags)
    backend.cluster_snapshots[name.lower()] = snapshot
    if snapshot.data_id is not None:
        serving.take_snapshot(cluster.db_cluster_resource_id, snapshot.data_id)
    return snapshot


def check_free(backend: AuroraBackend, name: str) -> None:
    """Reject a snapshot identifier that is in use or not valid."""
    names.check_identifier(name, "DBClusterSnapshotIdentifier", longest=255)
    if name in backend.cluster_snapshots:
        raise error(
            "DBClusterSnapshotAlreadyExistsFault",
            f"Cannot create the cluster snapshot because one with the identifier {name} already exists.",
        )


def copy(backend: AuroraBackend, params: Any) -> AuroraClusterSnapshot:
    """CopyDBClusterSnapshot, within a Region or from another one.

    Raises:
        RDSClientError: the snapshot does not exist, the identifier is in use, or the KMS key of this Region is missing.
    """
    wanted, name = params["SourceDBClusterSnapshotIdentifier"], params["TargetDBClusterSnapshotIdentifier"]
    home = backend.in_region_of(wanted)
    source = home.cluster_snapshots.get(wanted.rpartition(":")[2])
    if not isinstance(source, AuroraClusterSnapshot):
        raise error("DBClusterSnapshotNotFoundFault", f"DBClusterSnapshot not found: {wanted}")
    check_free(backend, name)
    if source.storage_encrypted and home is not backend and not params.get("KmsKeyId"):
        raise bad_combination("KmsKeyId must be specified to copy an encrypted snapshot from another Region.")
    key = backend.key_arn(params["KmsKeyId"], "alias/aws/rds") if params.get("KmsKeyId") else None
    made = AuroraClusterSnapshot.copied(backend, source, name, tags_of_copy(source, params), key)
    backend.cluster_snapshots[made.db_cluster_snapshot_identifier] = made
    return made


def tags_of_copy(source: AuroraClusterSnapshot, params: Any) -> Any:
    """The specified tags, else those of the source with CopyTags."""
    return params.get("Tags") or (list(source.tags) if params.get("CopyTags") else [])
