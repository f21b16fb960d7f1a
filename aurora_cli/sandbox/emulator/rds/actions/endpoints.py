"""Cluster endpoints: writer, reader and custom. moto supports none of these actions."""

from __future__ import annotations

from typing import Any

from aurora_cli.sandbox.emulator.rds.backend import AuroraBackend
from aurora_cli.sandbox.emulator.rds.errors import error
from aurora_cli.sandbox.emulator.rds.models import names
from aurora_cli.sandbox.emulator.rds.models.cluster import AuroraCluster
from aurora_cli.sandbox.emulator.rds.models.endpoint import CustomEndpoint
from aurora_cli.sandbox.emulator.rds.models.resource import StatusView


def create(backend: AuroraBackend, params: Any) -> StatusView:
    """CreateDBClusterEndpoint."""
    cluster = backend.cluster(params["DBClusterIdentifier"])
    name = names.check_identifier(params["DBClusterEndpointIdentifier"], "DBClusterEndpointIdentifier")
    if name in backend.custom_endpoints:
        raise error("DBClusterEndpointAlreadyExistsFault", f"The DB cluster endpoint {name} already exists.")
    endpoint = CustomEndpoint(backend, cluster, params)
    backend.custom_endpoints[name] = endpoint
    return StatusView(endpoint, "creating")


def modify(backend: AuroraBackend, params: Any) -> StatusView:
    """ModifyDBClusterEndpoint."""
    endpoint = _find(backend, params["DBClusterEndpointIdentifier"])
    endpoint.choose(params)
    endpoint.enter("modifying")
    return StatusView(endpoint, "modifying")


def delete(backend: AuroraBackend, params: Any) -> StatusView:
    """DeleteDBClusterEndpoint."""
    endpoint = _find(backend, params["DBClusterEndpointIdentifier"])
    return backend.remove(endpoint, backend.custom_endpoints, endpoint.db_cluster_endpoint_identifier)


def describe(backend: AuroraBackend, params: Any) -> list[Any]:
    """DescribeDBClusterEndpoints: writer, reader and custom endpoints."""
    wanted, name = params.get("DBClusterIdentifier"), params.get("DBClusterEndpointIdentifier")
    if name:
        return [_find(backend, name)]
    clusters = [backend.cluster(wanted)] if wanted else backend.aurora_clusters()
    found: list[Any] = []
    for cluster in clusters:
        found += [_built_in(cluster, "WRITER", cluster.endpoint), _built_in(cluster, "READER", cluster.reader_endpoint)]
        found += backend.endpoints_of(cluster)
    kinds = {
        value.upper()
        for item in params.get("Filters") or []
        if item["Name"] == "db-cluster-endpoint-type"
        for value in item["Values"]
    }
    return [item for item in found if not kinds or _kind(item) in kinds]


def _built_in(cluster: AuroraCluster, kind: str, host: str) -> dict[str, Any]:
    status = "creating" if cluster.status == "creating" else "available"
    return {
        "DBClusterIdentifier": cluster.db_cluster_identifier,
        "Endpoint": host,
        "Status": status,
        "EndpointType": kind,
    }


def _kind(item: Any) -> str:
    return str(item["EndpointType"] if isinstance(item, dict) else item.endpoint_type)


def _find(backend: AuroraBackend, name: str) -> CustomEndpoint:
    found = backend.custom_endpoints.get(name.lower())
    if found is None:
        raise error("DBClusterEndpointNotFoundFault", f"The DB cluster endpoint {name} does not exist.")
    return found
