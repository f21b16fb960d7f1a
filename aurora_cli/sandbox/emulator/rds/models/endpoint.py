"""Custom endpoints of clusters, which moto does not support."""

from __future__ import annotations

from typing import Any

from moto.rds.models import RDSBackend, RDSBaseModel

from aurora_cli.sandbox.emulator.rds.databases import endpoints
from aurora_cli.sandbox.emulator.rds.errors import bad_value
from aurora_cli.sandbox.emulator.rds.models import names
from aurora_cli.sandbox.emulator.rds.models.cluster import AuroraCluster
from aurora_cli.sandbox.emulator.rds.models.resource import Transitional

TYPES = ("READER", "ANY")


class CustomEndpoint(Transitional, RDSBaseModel):
    """A custom endpoint of a cluster."""

    resource_type = "cluster-endpoint"

    def __init__(self, backend: RDSBackend, cluster: AuroraCluster, params: Any) -> None:
        super().__init__(backend)
        self.enter("creating")
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
        """Set type and members from a create or modify call."""
        wanted = (params.get("EndpointType") or self.custom_endpoint_type).upper()
        if wanted not in TYPES:
            raise bad_value(f"EndpointType must be one of {', '.join(TYPES)}.")
        static, excluded = params.get("StaticMembers"), params.get("ExcludedMembers")
        if static and excluded:
            raise bad_value("StaticMembers and ExcludedMembers can't both be specified.")
        self.custom_endpoint_type = wanted
        if static is not None or excluded is not None:
            self.static_members, self.excluded_members = list(static or []), list(excluded or [])

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
        """Its host."""
        return endpoints.host(endpoints.of_custom(self, self.name_in_aws), self.name_in_aws)

    @property
    def name_in_aws(self) -> str:
        """Its host name in AWS."""
        return names.host(f"{self.db_cluster_endpoint_identifier}.cluster-custom-", self.account_id, self.region)
