"""Read replica clusters of another cluster or an RDS instance."""

from __future__ import annotations

from typing import Any

from aurora_cli.sandbox.emulator.rds.actions.clusters.checks import check_available
from aurora_cli.sandbox.emulator.rds.backend import AuroraBackend
from aurora_cli.sandbox.emulator.rds.errors import (
    bad_combination,
    cluster_not_found,
    cluster_state,
    error,
    instance_state,
)
from aurora_cli.sandbox.emulator.rds.models.cluster import AuroraCluster
from aurora_cli.sandbox.emulator.rds.models.resource import StatusView

SOURCE_ENGINES = {
    "aurora-postgresql": ("aurora-postgresql", "postgres"),
    "aurora-mysql": ("aurora-mysql", "mysql"),
}


def inherit(backend: AuroraBackend, values: dict[str, Any]) -> None:
    """The values that a replica inherits from its source.

    Raises:
        RDSClientError: the source does not exist, or its engine does not match.
    """
    source = source_of(backend, values["replication_source_identifier"])
    if source.engine not in SOURCE_ENGINES[values["engine"]]:
        raise bad_combination(f"A cluster of {values['engine']} cannot replicate from {source.engine}.")
    if not isinstance(source, AuroraCluster):
        _check_instance(source)
    elif source.storage_encrypted and source.region != backend.region_name and not values.get("kms_key_id"):
        raise bad_combination("For encrypted cross-region replica, kmsKeyId should be explicitly specified")
    values.setdefault("master_username", source.master_username)
    values.setdefault("master_user_password", "from-the-source")


def _check_instance(source: Any) -> None:
    """Requirements for a source instance (User Guide, Aurora read replicas of RDS for MySQL and PostgreSQL)."""
    if not source.backup_retention_period:
        raise instance_state(
            "Automated backups are not enabled for this database instance. To enable automated backups, use ModifyDBInstance "
            "to set the backup retention period to a non-zero value."
        )
    if source.engine == "postgres" and (source.replicas or followers(source)):
        raise instance_state(f"DB instance {source.db_instance_identifier} already has a read replica.")


def followers(source: Any) -> list[str]:
    """Identifiers of the Aurora clusters that replicate an instance of RDS; the list itself."""
    found: list[str] = vars(source).setdefault("read_replica_db_cluster_identifiers", [])
    return found


def source_of(backend: AuroraBackend, arn: str) -> Any:
    """The cluster or instance with this ARN, in any Region.

    Raises:
        RDSClientError: it does not exist.
    """
    parts = arn.split(":")
    if len(parts) != 7 or parts[5] not in ("cluster", "db"):
        raise error("InvalidParameterValue", f"Invalid ReplicationSourceIdentifier: {arn}")
    home = backend.in_region_of(arn)
    found = (home.clusters if parts[5] == "cluster" else home.databases).get(parts[6])
    if found is None:
        raise cluster_not_found(arn) if parts[5] == "cluster" else error("DBInstanceNotFound", f"{arn} not found.")
    return found


def attach(backend: AuroraBackend, cluster: AuroraCluster) -> None:
    """Record the replica on its source."""
    source = source_of(backend, str(cluster.replication_source_identifier))
    if isinstance(source, AuroraCluster):
        source.read_replica_identifiers.append(cluster.db_cluster_arn)
    else:
        followers(source).append(cluster.db_cluster_identifier)


def promote(backend: AuroraBackend, params: Any) -> StatusView:
    """PromoteReadReplicaDBCluster: the replica becomes a standalone cluster."""
    cluster = backend.cluster(params["DBClusterIdentifier"])
    if not cluster.replication_source_identifier:
        raise cluster_state(f"DBCluster {cluster.db_cluster_identifier} is not a read replica.")
    if cluster.global_cluster_identifier:
        raise cluster_state(f"DBCluster {cluster.db_cluster_identifier} is a member of a global cluster.")
    check_available(cluster, "promoted")
    backend.defer(cluster.enter("promoting"), _promoted, backend, cluster)
    return StatusView(cluster, "promoting")


def _promoted(backend: AuroraBackend, cluster: AuroraCluster) -> None:
    detach(backend, cluster)
    cluster.replication_source_identifier = None


def detach(backend: AuroraBackend, cluster: AuroraCluster) -> None:
    """Remove the replica from its source; does nothing for any other cluster."""
    arn = cluster.replication_source_identifier
    if not arn:
        return
    home, name = backend.in_region_of(arn), arn.rpartition(":")[2]
    source = home.databases.get(name) if ":db:" in arn else home.clusters.get(name)
    known, mine = [], cluster.db_cluster_arn
    if isinstance(source, AuroraCluster):
        known = source.read_replica_identifiers
    elif source is not None:
        known, mine = followers(source), cluster.db_cluster_identifier
    if mine in known:
        known.remove(mine)


def check_last_instance(cluster: AuroraCluster) -> None:
    """Reject the deletion of the last instance of a replica or of a replication source."""
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
