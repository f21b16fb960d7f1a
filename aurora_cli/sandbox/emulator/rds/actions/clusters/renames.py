"""Renames clusters and instances: endpoints change, tags and resource ids do not."""

from __future__ import annotations

from typing import Any

from moto.rds.exceptions import DBInstanceAlreadyExists

from aurora_cli.sandbox.emulator.rds.backend import AuroraBackend
from aurora_cli.sandbox.emulator.rds.errors import error
from aurora_cli.sandbox.emulator.rds.models import names
from aurora_cli.sandbox.emulator.rds.models.cluster import AuroraCluster
from aurora_cli.sandbox.emulator.rds.models.instance import AuroraInstance, Restarted


def rename_cluster(backend: AuroraBackend, cluster: AuroraCluster, values: dict[str, Any]) -> None:
    """NewDBClusterIdentifier of ModifyDBCluster; pending until the maintenance window without ApplyImmediately.

    Raises:
        RDSClientError: the identifier is not valid or already in use.
    """
    if not values.get("new_db_cluster_identifier"):
        return
    wanted = names.check_identifier(values["new_db_cluster_identifier"], "NewDBClusterIdentifier")
    if wanted != cluster.db_cluster_identifier and wanted in backend.clusters:
        raise error("DBClusterAlreadyExistsFault", "DB Cluster already exists")
    if not values.get("apply_immediately"):
        cluster.pending_modified_values["DBClusterIdentifier"] = wanted
        return
    backend.defer(cluster.enter("renaming"), name_cluster, backend, cluster, wanted)


def name_cluster(backend: AuroraBackend, cluster: AuroraCluster, wanted: str) -> None:
    """Rename a cluster immediately."""
    members = list(cluster._members)
    del backend.clusters[cluster.db_cluster_identifier]
    cluster.db_cluster_identifier = wanted
    backend.clusters[wanted] = cluster
    for member in members:
        member.db_cluster_identifier = wanted


def rename_instance(backend: AuroraBackend, instance: AuroraInstance, values: dict[str, Any]) -> None:
    """NewDBInstanceIdentifier of ModifyDBInstance; with ApplyImmediately the instance reboots.

    Raises:
        RDSClientError: the identifier is not valid or already in use.
    """
    if not values.get("new_db_instance_identifier"):
        return
    wanted = names.check_identifier(values["new_db_instance_identifier"], "NewDBInstanceIdentifier")
    if wanted in backend.databases:
        raise DBInstanceAlreadyExists
    if not values.get("apply_immediately"):
        instance.pending_modified_values["DBInstanceIdentifier"] = wanted
        return
    backend.defer(instance.enter("renaming"), _instance_renamed, backend, instance, wanted)


def _instance_renamed(backend: AuroraBackend, instance: AuroraInstance, wanted: str) -> None:
    before = instance.db_instance_identifier
    name_instance(backend, instance, wanted)
    instance.parameters_status = instance.cluster_parameters_status = "in-sync"
    for endpoint in backend.endpoints_of(instance.cluster):
        endpoint.static_members = [wanted if one == before else one for one in endpoint.static_members]
        endpoint.excluded_members = [wanted if one == before else one for one in endpoint.excluded_members]
    backend.events.append(Restarted(instance))


def name_instance(backend: AuroraBackend, instance: AuroraInstance, wanted: str) -> None:
    """Rename an instance immediately."""
    del backend.databases[instance.db_instance_identifier]
    instance.db_instance_identifier = wanted
    backend.databases[wanted] = instance
