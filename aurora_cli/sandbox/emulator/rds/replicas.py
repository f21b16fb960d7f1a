"""Clusters that replicate another cluster or an RDS instance, until they are promoted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from moto.rds.models import rds_backends

from aurora_cli.sandbox.emulator.rds.cluster import AuroraCluster
from aurora_cli.sandbox.emulator.rds.faults import bad_combination, cluster_not_found, cluster_state, error
from aurora_cli.sandbox.emulator.rds.shown import Shown

if TYPE_CHECKING:
    from aurora_cli.sandbox.emulator.rds.backend import AuroraBackend

SOURCE_ENGINES = {
    "aurora-postgresql": ("aurora-postgresql", "postgres"),
    "aurora-mysql": ("aurora-mysql", "mysql"),
}


def inherit(backend: AuroraBackend, values: dict[str, Any]) -> None:
    """What a replica gets from its source.

    Raises:
        RDSClientError: there is no such source, or its engine does not fit.
    """
    source = source_of(backend, values["replication_source_identifier"])
    if source.engine not in SOURCE_ENGINES[values["engine"]]:
        raise bad_combination(f"A cluster of {values['engine']} cannot replicate from {source.engine}.")
    values.setdefault("master_username", source.master_username)
    values.setdefault("master_user_password", "from-the-source")
    if values.get("manage_master_user_password"):
        values.pop("master_user_password")


def source_of(backend: AuroraBackend, arn: str) -> Any:
    """The cluster or instance with this ARN, in any Region.

    Raises:
        RDSClientError: there is none.
    """
    parts = arn.split(":")
    if len(parts) != 7 or parts[5] not in ("cluster", "db"):
        raise error("InvalidParameterValue", f"Invalid ReplicationSourceIdentifier: {arn}")
    home = rds_backends[backend.account_id][parts[3]]
    found = (home.clusters if parts[5] == "cluster" else home.databases).get(parts[6])
    if found is None:
        raise cluster_not_found(arn) if parts[5] == "cluster" else error("DBInstanceNotFound", f"{arn} not found.")
    return found


def attach(backend: AuroraBackend, cluster: AuroraCluster) -> None:
    """Make the source know its replica."""
    source = source_of(backend, str(cluster.replication_source_identifier))
    if isinstance(source, AuroraCluster):
        source.read_replica_identifiers.append(cluster.db_cluster_arn)


def promote(backend: AuroraBackend, params: Any) -> Shown:
    """PromoteReadReplicaDBCluster: the replica goes on alone."""
    cluster = backend.cluster(params["DBClusterIdentifier"])
    if not cluster.replication_source_identifier:
        raise cluster_state(f"DBCluster {cluster.db_cluster_identifier} is not a read replica.")
    if cluster.global_cluster_identifier:
        raise cluster_state(f"DBCluster {cluster.db_cluster_identifier} is a member of a global cluster.")
    detach(backend, cluster)
    cluster.replication_source_identifier = None
    cluster.passing("promoting")
    return Shown(cluster, "promoting")


def detach(backend: AuroraBackend, cluster: AuroraCluster) -> None:
    """Make the source forget its replica; nothing for a cluster that is none."""
    arn = cluster.replication_source_identifier
    if not arn:
        return
    source = cast("Any", rds_backends[backend.account_id][arn.split(":")[3]]).clusters.get(arn.rpartition(":")[2])
    if isinstance(source, AuroraCluster) and cluster.db_cluster_arn in source.read_replica_identifiers:
        source.read_replica_identifiers.remove(cluster.db_cluster_arn)


def check_last_instance(cluster: AuroraCluster) -> None:
    """Refuse to delete the last instance of a cluster that replicates, or that is replicated."""
    if len(cluster.instances) > 1 or cluster.global_cluster_identifier:
        return
    if cluster.replication_source_identifier:
        raise cluster_state(
            "Cannot delete the last instance of the read replica DB cluster. Promote the DB cluster to a standalone DB "
            "cluster in order to delete it."
        )
    if cluster.read_replica_identifiers:
        raise cluster_state(
            "Cannot delete the last instance of the master cluster. Delete the replica cluster before deleting the last "
            "master cluster instance."
        )
