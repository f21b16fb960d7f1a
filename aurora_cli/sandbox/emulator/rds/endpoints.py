"""Cluster endpoints: the two that every cluster has, and custom ones. moto has none of these calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.rds.models import RDSBaseModel

from aurora_cli.sandbox.emulator.latency import Transition
from aurora_cli.sandbox.emulator.rds import names
from aurora_cli.sandbox.emulator.rds.cluster import AuroraCluster
from aurora_cli.sandbox.emulator.rds.errors import bad_value, error
from aurora_cli.sandbox.emulator.rds.snapshot_view import Shown

if TYPE_CHECKING:
    from aurora_cli.sandbox.emulator.rds.backend import AuroraBackend

TYPES = ("READER", "ANY")


class CustomEndpoint(RDSBaseModel):
    """A custom endpoint of a cluster."""

    resource_type = "cluster-endpoint"

    def __init__(self, backend: AuroraBackend, cluster: AuroraCluster, params: Any) -> None:
        super().__init__(backend)
        self._transition = Transition("creating", "available")
        self.cluster = cluster
        self.db_cluster_endpoint_identifier = str(params["DBClusterEndpointIdentifier"]).lower()
        self.db_cluster_endpoint_resource_identifier = names.resource_id("cluster-endpoint-")
        self.endpoint_type = "CUSTOM"
        self.tags = params.get("Tags") or []
        self.custom_endpoint_type = params["EndpointType"].upper()
        self.static_members: list[str] = []
        self.excluded_members: list[str] = []
        self.choose(params)

    def choose(self, params: Any) -> None:
        """Take type and members of a create or modify call."""
        wanted = (params.get("EndpointType") or self.custom_endpoint_type).upper()
        if wanted not in TYPES:
            raise bad_value(f"EndpointType must be one of {', '.join(TYPES)}.")
        static, excluded = params.get("StaticMembers"), params.get("ExcludedMembers")
        if static and excluded:
            raise bad_value("StaticMembers and ExcludedMembers cannot be given together.")
        self.custom_endpoint_type = wanted
        if static is not None or excluded is not None:
            self.static_members, self.excluded_members = list(static or []), list(excluded or [])

    def passing(self, status: str) -> Transition:
        """Enter a passing status."""
        self._transition = Transition(status, "available")
        return self._transition

    @property
    def status(self) -> str:
        """Where it is in its life."""
        return self._transition.status

    @property
    def resource_id(self) -> str:
        """Last part of its ARN."""
        return self.db_cluster_endpoint_identifier

    @property
    def db_cluster_endpoint_arn(self) -> str:
        """Its ARN."""
        return self.arn

    @property
    def db_cluster_identifier(self) -> str:
        """Its cluster."""
        return self.cluster.db_cluster_identifier

    @property
    def endpoint(self) -> str:
        """Its host name."""
        label = names.dns_label(self.account_id, self.region)
        return f"{self.db_cluster_endpoint_identifier}.cluster-custom-{label}.{self.region}.rds.amazonaws.com"


def create(backend: AuroraBackend, params: Any) -> Shown:
    """CreateDBClusterEndpoint."""
    cluster = backend.cluster(params["DBClusterIdentifier"])
    name = names.check_identifier(params["DBClusterEndpointIdentifier"], "DBClusterEndpointIdentifier")
    if name in backend.custom_endpoints:
        raise error("DBClusterEndpointAlreadyExistsFault", f"The DB cluster endpoint {name} already exists.")
    endpoint = CustomEndpoint(backend, cluster, params)
    backend.custom_endpoints[name] = endpoint
    return Shown(endpoint, "creating")


def modify(backend: AuroraBackend, params: Any) -> Shown:
    """ModifyDBClusterEndpoint."""
    endpoint = _find(backend, params["DBClusterEndpointIdentifier"])
    endpoint.choose(params)
    endpoint.passing("modifying")
    return Shown(endpoint, "modifying")


def delete(backend: AuroraBackend, params: Any) -> Shown:
    """DeleteDBClusterEndpoint."""
    endpoint = _find(backend, params["DBClusterEndpointIdentifier"])
    name = endpoint.db_cluster_endpoint_identifier
    backend.defer(endpoint.passing("deleting"), lambda: backend.custom_endpoints.pop(name, None))
    return Shown(endpoint, "deleting")


def describe(backend: AuroraBackend, params: Any) -> list[Any]:
    """DescribeDBClusterEndpoints: writer and reader endpoint of each cluster, and the custom ones."""
    wanted, name = params.get("DBClusterIdentifier"), params.get("DBClusterEndpointIdentifier")
    if name:
        return [_find(backend, name)]
    clusters = [backend.cluster(wanted)] if wanted else backend.aurora_clusters()
    found: list[Any] = []
    for cluster in clusters:
        found += [_built_in(cluster, "WRITER", cluster.endpoint), _built_in(cluster, "READER", cluster.reader_endpoint)]
        found += [item for item in backend.custom_endpoints.values() if item.cluster is cluster]
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
