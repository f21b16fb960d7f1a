"""What follows when a server does not do what it should.

A writer that does not start is replaced by a reader (Aurora User Guide, "High availability for Amazon Aurora"). A cluster whose
data cannot be upgraded keeps its version ("Upgrading Amazon Aurora PostgreSQL DB clusters").
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from aurora_cli.sandbox.emulator.rds.actions.clusters import upgrades
from aurora_cli.sandbox.emulator.rds.databases import wanted
from aurora_cli.sandbox.emulator.rds.models.cluster import AuroraCluster
from aurora_cli.sandbox.emulator.rds.models.resource import Happened


def fail_over(stranded: Mapping[str, Collection[str]]) -> None:
    """Give the writer's role to the reader that AWS would promote, with an event. Call while no other call is served.

    Args:
        stranded: DbClusterResourceId -> DbiResourceIds of the instances that can take over.
    """
    for backend in wanted.backends():
        for cluster in backend.aurora_clusters():
            _fail_over(cluster, stranded.get(cluster.db_cluster_resource_id, ()))


def _fail_over(cluster: AuroraCluster, able: Collection[str]) -> None:
    writer = next((one for one in cluster.instances if one.is_cluster_writer), None)
    readers = [one for one in cluster.instances if one is not writer and one.dbi_resource_id in able]
    if not readers or writer is None:
        return
    target = cluster.next_writer(readers)
    cluster.enter("failing-over")
    cluster.make_writer(target)
    distance = "same" if target.availability_zone == writer.availability_zone else "cross"
    _tell(cluster, f"Started {distance} AZ failover to DB instance: {target.db_instance_identifier}", "failover")


def take_back_upgrades(failed: Mapping[str, str]) -> None:
    """Give clusters the version and the parameter groups that they had before an upgrade that has failed, with an event.

    Args:
        failed: DbClusterResourceId -> why.
    """
    for backend in wanted.backends():
        for cluster in backend.aurora_clusters():
            why = failed.get(cluster.db_cluster_resource_id)
            if why is not None:
                version = cluster.engine_version
                upgrades.take_back(cluster)
                _tell(
                    cluster,
                    f"Unable to upgrade the DB cluster from {cluster.engine_version} to {version}. {why}",
                    "failure",
                )


def _tell(cluster: AuroraCluster, message: str, category: str) -> None:
    event = Happened(cluster.db_cluster_identifier, "db-cluster", cluster.db_cluster_arn, message, category)
    cluster.backend.events.append(event)
