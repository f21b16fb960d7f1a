"""The endpoints of the resources, and the hosts that the API gives for them."""

from __future__ import annotations

from typing import Any

from aurora_cli.sandbox.database.front.endpoint import ANY, READER, WRITER, Endpoint
from aurora_cli.sandbox.emulator.rds.databases.serving import SERVING, serves
from aurora_cli.sandbox.emulator.rds.models.engines import PROXY_FAMILIES

FORCE_TLS = {"aurora-postgresql": "rds.force_ssl", "aurora-mysql": "require_secure_transport"}
FORCED_FROM = 17
"""Major version from which rds.force_ssl is on by default (Aurora User Guide, "Security with Aurora PostgreSQL")."""
PROXY_PORTS = {"aurora-postgresql": 5432, "aurora-mysql": 3306}


def host(endpoint: Endpoint | None, name: str) -> str:
    """The host that the API gives for an endpoint.

    Args:
        endpoint: None if nothing is behind it.
        name: its name in AWS, which is the host if nothing listens.
    """
    if SERVING.gate is None or endpoint is None:
        return name
    return SERVING.gate.address(endpoint) or name


def port(endpoint: Endpoint | None, asked: int) -> int:
    """The port that the API gives for an endpoint.

    Args:
        endpoint: None if nothing is behind it.
        asked: the port of its cluster, which it has if nothing listens.
    """
    return asked if SERVING.gate is None or endpoint is None else SERVING.gate.port(endpoint)


def is_served(cluster: Any) -> bool:
    """Whether the instances of a cluster have servers: replicas of RDS instances and Serverless v1 have none, nor have those of
    an engine that nothing serves here."""
    if not serves(cluster.engine) or cluster.engine_mode == "serverless":
        return False
    return not cluster.replication_source_identifier or leader_of(cluster) is not None


def leader_of(cluster: Any) -> Any:
    """The cluster that this one replicates; None if there is none."""
    arn = cluster.replication_source_identifier or ""
    if arn.count(":") != 6 or arn.split(":")[5] != "cluster":
        return None
    return cluster.backend.in_region_of(arn).clusters.get(arn.rpartition(":")[2])


def blue_of(cluster: Any) -> Any:
    """The blue cluster of a green one before its switchover; None for others."""
    deployment = cluster.backend.deployment_of(cluster)
    is_green = deployment is not None and deployment.green is cluster and deployment.blue.successor is not cluster
    return deployment.blue if is_green else None


def of_cluster(cluster: Any, name: str, kind: str = WRITER) -> Endpoint | None:
    """The cluster endpoint or the reader endpoint. Args: name: its name in AWS."""
    return _endpoint(cluster, name, kind) if SERVING.gate is not None else None


def of_instance(instance: Any, name: str) -> Endpoint | None:
    """The endpoint of an instance."""
    if SERVING.gate is None:
        return None
    return _endpoint(instance.cluster, name, ANY, (instance.dbi_resource_id,), one_instance=True)


def of_custom(custom: Any, name: str) -> Endpoint | None:
    """A custom endpoint, with the members that it has now."""
    if SERVING.gate is None:
        return None
    members = custom.cluster.instances
    static, excluded = custom.static_members, custom.excluded_members
    chosen = [one for one in members if not static or one.db_instance_identifier in static]
    chosen = [one for one in chosen if one.db_instance_identifier not in excluded]
    kind = READER if custom.custom_endpoint_type == "READER" else ANY
    return _endpoint(custom.cluster, name, kind, tuple(one.dbi_resource_id for one in chosen))


def of_proxy(proxy: Any, name: str, role: str) -> Endpoint | None:
    """An endpoint of an RDS proxy, which leads to the cluster that is its target."""
    engine = PROXY_FAMILIES.get(proxy.engine_family, "")
    if SERVING.gate is None or not serves(engine):
        return None
    targets = [one.rds_resource_id for one in proxy.group.targets]
    cluster = next((proxy.backend.clusters[one] for one in targets if one in proxy.backend.clusters), None)
    kind = WRITER if role == "READ_WRITE" else READER
    identifier = cluster.db_cluster_resource_id if cluster is not None else ""
    return Endpoint(
        name,
        PROXY_PORTS[engine],
        identifier,
        proxy.region,
        kind,
        force_tls=bool(proxy.require_tls),
        iam=True,
        fixed=True,
        engine=engine,
    )


def _endpoint(
    cluster: Any, name: str, kind: str, instances: tuple[str, ...] | None = None, *, one_instance: bool = False
) -> Endpoint | None:
    if not is_served(cluster):
        return None
    return Endpoint(
        name=name,
        port=int(cluster.asked_port),
        cluster=cluster.db_cluster_resource_id,
        region=cluster.region,
        kind=kind,
        instances=instances,
        force_tls=_forces_tls(cluster),
        iam=bool(cluster.iam_database_authentication_enabled),
        leader=_endpoint(cluster, cluster.writer_name, WRITER) if name != cluster.writer_name else None,
        one_instance=one_instance,
        engine=cluster.engine,
    )


def _forces_tls(cluster: Any) -> bool:
    group = cluster.backend.db_cluster_parameter_groups.get(cluster.parameter_group)
    given = group.parameters.get(FORCE_TLS[cluster.engine], {}).get("ParameterValue") if group is not None else None
    if cluster.engine == "aurora-mysql":
        return (given or "OFF").upper() in ("1", "ON")
    return int(cluster.engine_version.split(".")[0]) >= FORCED_FROM if given is None else given == "1"
