"""Cluster endpoints: writer, reader and custom. moto supports none of these actions."""

from __future__ import annotations

from typing import Any

from aurora_cli.sandbox.emulator.rds.actions.clusters.checks import check_available
from aurora_cli.sandbox.emulator.rds.backend import AuroraBackend
from aurora_cli.sandbox.emulator.rds.errors import error, instance_not_found
from aurora_cli.sandbox.emulator.rds.models import names
from aurora_cli.sandbox.emulator.rds.models.cluster import AuroraCluster
from aurora_cli.sandbox.emulator.rds.models.endpoint import CustomEndpoint
from aurora_cli.sandbox.emulator.rds.models.resource import StatusView
from aurora_cli.spec.facts.tables import table


def create(backend: AuroraBackend, params: Any) -> StatusView:
    """CreateDBClusterEndpoint."""
    cluster = backend.cluster(params["DBClusterIdentifier"])
    name = names.check_identifier(params["DBClusterEndpointIdentifier"], "DBClusterEndpointIdentifier")
    if name in backend.custom_endpoints:
        raise error("DBClusterEndpointAlreadyExistsFault", f"The DB cluster endpoint {name} already exists.")
    check_available(cluster, "given a custom endpoint")
    most = table("limits")["custom_endpoints_per_cluster"]
    if len(backend.endpoints_of(cluster)) >= most:
        raise error(
            "DBClusterEndpointQuotaExceededFault", f"The cluster already has the {most} custom endpoints of its quota."
        )
    _check_members(cluster, params)
    endpoint = CustomEndpoint(backend, cluster, params)
    backend.custom_endpoints[name] = endpoint
    return StatusView(endpoint, "creating")


def modify(backend: AuroraBackend, params: Any) -> StatusView:
    """ModifyDBClusterEndpoint."""
    endpoint = _find(backend, params["DBClusterEndpointIdentifier"])
    _check_members(endpoint.cluster, params)
    endpoint.choose(params)
    endpoint.enter("modifying")
    return StatusView(endpoint, "modifying")


def _check_members(cluster: AuroraCluster, params: Any) -> None:
    known = {member.db_instance_identifier for member in cluster.instances}
    for name in [*(params.get("StaticMembers") or ()), *(params.get("ExcludedMembers") or ())]:
        if name.lower() not in known:
            raise instance_not_found(name)


def delete(backend: AuroraBackend, params: Any) -> StatusView:
    """DeleteDBClusterEndpoint."""
    endpoint = _find(backend, params["DBClusterEndpointIdentifier"])
    return backend.remove(endpoint, backend.custom_endpoints, endpoint.db_cluster_endpoint_identifier)


def describe(backend: AuroraBackend, params: Any) -> list[Any]:
    """DescribeDBClusterEndpoints: writer, reader and custom endpoints."""
    wanted, name = params.get("DBClusterIdentifier"), params.get("DBClusterEndpointIdentifier")
    if name:
        known = backend.custom_endpoints.get(name.lower())
        return [known] if known else []  # of an unknown endpoint the list is empty: no error of the API's model says so
    clusters = [backend.cluster(wanted)] if wanted else backend.aurora_clusters()
    found: list[Any] = []
    for cluster in clusters:
        found += [_built_in(cluster, "WRITER", cluster.endpoint), _built_in(cluster, "READER", cluster.reader_endpoint)]
        found += backend.endpoints_of(cluster)
    return found


def _built_in(cluster: AuroraCluster, kind: str, host: str) -> dict[str, Any]:
    status = "creating" if cluster.status == "creating" else "available"
    return {
        "DBClusterIdentifier": cluster.db_cluster_identifier,
        "Endpoint": host,
        "Status": status,
        "EndpointType": kind,
    }


def _find(backend: AuroraBackend, name: str) -> CustomEndpoint:
    found = backend.custom_endpoints.get(name.lower())
    if found is None:
        raise error("DBClusterEndpointNotFoundFault", f"The DB cluster endpoint {name} does not exist.")
    return found
