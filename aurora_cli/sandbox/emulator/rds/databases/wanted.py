"""What the resources say that there should be: the clusters with a server for each instance."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from moto.rds.models import rds_backends

from aurora_cli.json_input import json_object, parse_json
from aurora_cli.sandbox.database.model import WantedCluster, WantedInstance
from aurora_cli.sandbox.emulator.rds.backend import AuroraBackend
from aurora_cli.sandbox.emulator.rds.models.cluster import AuroraCluster
from aurora_cli.sandbox.emulator.rds.models.instance import AuroraInstance

INHERITED_PASSWORD = "from-the-source"  # noqa: S105 - what stands for it
"""The password of a restored cluster: the one that its data have."""
_DOWN = ("stopped", "deleting")


def clusters() -> Iterator[WantedCluster]:
    """Every cluster that has servers, in every Region."""
    for backend in _backends():
        for cluster in backend.aurora_clusters():
            if is_served(cluster):
                yield _wanted(backend, cluster)


def snapshots() -> set[str]:
    """Ids of the data of all snapshots, and of retained backups."""
    found = {snapshot.__dict__.get("data_id") for one in _backends() for snapshot in one.cluster_snapshots.values()}
    return {data for data in found if data}


def is_served(cluster: AuroraCluster) -> bool:
    """Whether its instances have servers: replicas of other clusters, Serverless v1 and MySQL have none."""
    replica = cluster.replication_source_identifier
    return cluster.engine == "aurora-postgresql" and cluster.engine_mode != "serverless" and not replica


def _backends() -> Iterator[AuroraBackend]:
    for _, _, backend in rds_backends.iter_backends():
        if isinstance(backend, AuroraBackend):
            yield backend


def _wanted(backend: AuroraBackend, cluster: AuroraCluster) -> WantedCluster:
    cluster.designate_writer()
    return WantedCluster(
        id=cluster.db_cluster_resource_id,
        name=cluster.db_cluster_identifier,
        version=cluster.engine_version,
        user=cluster.master_username or "postgres",
        password=_password(cluster),
        database=cluster.database_name or None,
        running=cluster.destination not in _DOWN,
        instances=tuple(_instance(backend, member) for member in cluster.instances),
        parameters=_parameters(backend.db_cluster_parameter_groups.get(cluster.parameter_group)),
        origin=cluster.data_origin,
    )


def _instance(backend: AuroraBackend, instance: AuroraInstance) -> WantedInstance:
    return WantedInstance(
        id=instance.dbi_resource_id,
        name=instance.db_instance_identifier,
        writer=instance.is_cluster_writer,
        restarts=instance.restarts,
        parameters=_parameters(backend.db_parameter_groups.get(instance.db_parameter_group_name or "")),
    )


def _password(cluster: AuroraCluster) -> str | None:
    if cluster.manage_master_user_password:
        secret: Any = cluster.master_user_secret.secret
        text = secret.versions[secret.default_version_id]["secret_string"]
        return str(parse_json(text, json_object, lambda why: {}).get("password", ""))
    given: str | None = vars(cluster).get("_master_user_password")
    return None if given == INHERITED_PASSWORD else given


def _parameters(group: Any) -> dict[str, str]:
    """Of a group, those that are set."""
    if group is None:
        return {}
    return {name: str(given["ParameterValue"]) for name, given in group.parameters.items() if "ParameterValue" in given}
