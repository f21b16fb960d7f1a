"""What the resources say that there should be: the clusters with a server for each instance."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from moto.backends import get_backend
from moto.rds.models import rds_backends

from aurora_cli.json_input import json_object, parse_json
from aurora_cli.sandbox.database.front.endpoint import READER, Endpoint
from aurora_cli.sandbox.database.front.token import Secret
from aurora_cli.sandbox.database.model import Origin, WantedCluster, WantedInstance
from aurora_cli.sandbox.emulator.rds.backend import AuroraBackend
from aurora_cli.sandbox.emulator.rds.databases import endpoints, serving
from aurora_cli.sandbox.emulator.rds.databases.serving import SERVING
from aurora_cli.sandbox.emulator.rds.models.cluster import AuroraCluster
from aurora_cli.sandbox.emulator.rds.models.instance import AuroraInstance
from aurora_cli.sandbox.emulator.rds.models.proxy import ROLES
from aurora_cli.sandbox.emulator.rds.models.snapshot import RetainedBackup

INHERITED_PASSWORD = "from-the-source"  # noqa: S105 - what stands for it
"""The password of a restored cluster: the one that its data have."""
_DOWN = ("stopped", "deleting")


def clusters() -> Iterator[WantedCluster]:
    """Every cluster that has servers, in every Region; and, stopped, those whose automated backups are retained."""
    for backend in backends():
        for cluster in backend.aurora_clusters():
            if endpoints.is_served(cluster):
                yield _wanted(backend, cluster)
        for name, backup in backend.retained_backups.items():
            if serving.serves(backup.shown["Engine"]) and serving.has_data(name):
                yield _retained(backup)


def known() -> set[str]:
    """DbClusterResourceIds of all clusters and retained automated backups, with servers or without."""
    found = {cluster.db_cluster_resource_id for backend in backends() for cluster in backend.aurora_clusters()}
    return found.union(*(backend.retained_backups for backend in backends()))


def _retained(backup: RetainedBackup) -> WantedCluster:
    shown = backup.shown
    return WantedCluster(
        id=backup.resource_id,
        name=shown["DBClusterIdentifier"],
        region=shown["Region"],
        engine=shown["Engine"],
        version=shown["EngineVersion"],
        user=shown["MasterUsername"],
        password=None,
        running=False,
    )


def snapshots() -> set[str]:
    """Ids of the data of all snapshots, and of retained backups."""
    found = {snapshot.__dict__.get("data_id") for one in backends() for snapshot in one.cluster_snapshots.values()}
    return {data for data in found if data}


def all_endpoints() -> Iterator[Endpoint]:
    """Every endpoint that leads to a server."""
    for backend in backends():
        for cluster in backend.aurora_clusters():
            yield from _endpoints(backend, cluster)
        proxies: list[Any] = [(one, one, ROLES[0]) for one in backend.db_proxies.values()]
        proxies += [(one, one.proxy, one.target_role) for one in backend.db_proxy_endpoints.values()]
        for shown, proxy, role in proxies:
            yield from _some(endpoints.of_proxy(proxy, shown.name_in_aws, role))


def _endpoints(backend: AuroraBackend, cluster: AuroraCluster) -> Iterator[Endpoint]:
    yield from _some(endpoints.of_cluster(cluster, cluster.writer_name))
    yield from _some(endpoints.of_cluster(cluster, cluster.reader_name, READER))
    for member in cluster.instances:
        yield from _some(endpoints.of_instance(member, member.name_in_aws))
    for custom in backend.endpoints_of(cluster):
        yield from _some(endpoints.of_custom(custom, custom.name_in_aws))


def secret_of(key: str) -> Secret | None:
    """The secret of an access key of an IAM user, or of a role that somebody assumed; None if there is no such key."""
    for _, _, sts in get_backend("sts").iter_backends():
        for role in getattr(sts, "assumed_roles", ()):
            if role.access_key_id == key:
                return Secret(role.secret_access_key, role.session_token)
    for _, _, iam in get_backend("iam").iter_backends():
        found = getattr(iam, "access_keys", {}).get(key)
        if found is not None:
            return Secret(found.secret_access_key)
    return None


def _some(endpoint: Endpoint | None) -> Iterator[Endpoint]:
    if endpoint is not None:
        yield endpoint


def backends() -> Iterator[AuroraBackend]:
    """RDS of every account and Region that was used."""
    for _, _, backend in rds_backends.iter_backends():
        if isinstance(backend, AuroraBackend):
            yield backend


def _wanted(backend: AuroraBackend, cluster: AuroraCluster) -> WantedCluster:
    cluster.designate_writer()
    leader, copied = endpoints.leader_of(cluster), endpoints.blue_of(cluster)
    if SERVING.fleet is None or not SERVING.fleet.replicates_changes(cluster.engine):
        leader, copied = leader or copied, None
    follows, blue = _id(leader), _id(copied)
    return WantedCluster(
        id=cluster.db_cluster_resource_id,
        name=cluster.db_cluster_identifier,
        region=cluster.region,
        engine=cluster.engine,
        version=cluster.engine_version,
        user=cluster.master_username or "postgres",
        password=_password(cluster),
        database=cluster.database_name or None,
        pause_s=_pause(cluster),
        replica_lag_s=SERVING.replica_lag(cluster.db_cluster_identifier),
        running=cluster.destination not in _DOWN,
        instances=tuple(_instance(backend, member) for member in cluster.instances),
        parameters=_parameters(backend.db_cluster_parameter_groups.get(cluster.parameter_group)),
        origin=Origin(cluster=follows or blue) if follows or blue else cluster.data_origin,
        follows=follows,
        blue=blue,
        successor=_id(cluster.successor),
    )


def _id(cluster: Any) -> str | None:
    return None if cluster is None else str(cluster.db_cluster_resource_id)


def _instance(backend: AuroraBackend, instance: AuroraInstance) -> WantedInstance:
    return WantedInstance(
        id=instance.dbi_resource_id,
        name=instance.db_instance_identifier,
        writer=instance.is_cluster_writer,
        restarts=instance.restarts,
        capacity=_capacity(instance),
        parameters=_parameters(backend.db_parameter_groups.get(instance.db_parameter_group_name or "")),
    )


def _pause(cluster: AuroraCluster) -> float | None:
    """Serverless v2 instances pause if their least capacity is 0, and a cluster if all of its instances do."""
    given = cluster.serverless_v2_scaling_configuration or {}
    serverless = all(one.db_instance_class == "db.serverless" for one in cluster.instances)
    return float(given["SecondsUntilAutoPause"]) if serverless and given.get("MinCapacity") == 0 else None


def _capacity(instance: AuroraInstance) -> tuple[float, float] | None:
    given = instance.cluster.serverless_v2_scaling_configuration
    if instance.db_instance_class != "db.serverless" or not given:
        return None
    return float(given["MinCapacity"]), float(given["MaxCapacity"])


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
