"""RDS of one account and Region."""

from __future__ import annotations

import re
from collections.abc import Callable, MutableMapping
from typing import Any, cast

from moto.rds import urls
from moto.rds.models import DBClusterParameterGroup, DBParameterGroup, RDSBackend, rds_backends

from aurora_cli.sandbox.emulator.latency import Transition
from aurora_cli.sandbox.emulator.rds.errors import bad_value, cluster_not_found, error, instance_not_found
from aurora_cli.sandbox.emulator.rds.models import parameter_group
from aurora_cli.sandbox.emulator.rds.models.cluster import AuroraCluster
from aurora_cli.sandbox.emulator.rds.models.deployment import Deployment
from aurora_cli.sandbox.emulator.rds.models.endpoint import CustomEndpoint
from aurora_cli.sandbox.emulator.rds.models.global_database import GlobalDatabase
from aurora_cli.sandbox.emulator.rds.models.instance import AuroraInstance
from aurora_cli.sandbox.emulator.rds.models.proxy import ProxyEndpoint
from aurora_cli.sandbox.emulator.rds.models.resource import StatusView, Transitional
from aurora_cli.sandbox.emulator.rds.models.snapshot import RetainedBackup

NOT_FOUND_CODES = {
    "cluster": "DBClusterNotFoundFault",
    "db": "DBInstanceNotFound",
    "snapshot": "DBSnapshotNotFound",
    "db-proxy": "DBProxyNotFoundFault",
    "db-proxy-endpoint": "DBProxyEndpointNotFoundFault",
}
"""Kind in an ARN -> the error of the tagging actions; the model has none for the other kinds."""


def forget(table: MutableMapping[str, Any], name: str | None) -> None:
    """Delete a resource from its table, if it is there."""
    table.pop(str(name), None)


class AuroraBackend(RDSBackend):
    """moto's backend with custom endpoints and deferred work."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.custom_endpoints: dict[str, CustomEndpoint] = {}
        self.retained_backups: dict[str, RetainedBackup] = {}
        self.deployments: dict[str, Deployment] = {}
        self.resource_map[CustomEndpoint] = self.custom_endpoints
        self.db_proxy_endpoints: dict[str, ProxyEndpoint] = {}
        self.arn_regex = re.compile(self.arn_regex.pattern.replace("(db|", "(cluster-endpoint|global-cluster|db|"))
        self._deferred: list[tuple[Transition, Callable[..., Any], tuple[Any, ...]]] = []

    @property
    def _url_module(self) -> Any:
        return urls

    def defer(self, transition: Transition, action: Callable[..., Any], *given: Any) -> None:
        """Call the action when the transition is over; immediately without latency.

        Args:
            action: a function of a module or a method, which can be saved with the resources.
        """
        if transition.over:
            action(*given)
        else:
            self._deferred.append((transition, action, given))

    def run_due(self) -> None:
        """Call the actions that are due. Every RDS request starts with it."""
        due = [(action, given) for transition, action, given in self._deferred if transition.over]
        self._deferred = [item for item in self._deferred if not item[0].over]
        for action, given in due:
            action(*given)

    def remove(self, resource: Transitional, table: MutableMapping[str, Any], name: str) -> StatusView:
        """Set a resource to `deleting`, and delete it from its table afterwards."""
        self.defer(resource.enter("deleting", "deleting"), forget, table, name)
        return StatusView(resource, "deleting")

    def aurora_clusters(self) -> list[AuroraCluster]:
        """Aurora clusters, oldest first."""
        return [cluster for cluster in self.clusters.values() if isinstance(cluster, AuroraCluster)]

    def cluster(self, identifier: str) -> AuroraCluster:
        """An Aurora cluster by identifier or ARN.

        Raises:
            RDSClientError: there is none.
        """
        own = self.in_region_of(identifier) is self
        found = self.clusters.get(identifier.rpartition(":")[2]) if own else None
        if not isinstance(found, AuroraCluster):
            raise cluster_not_found(identifier)
        return found

    def in_region_of(self, arn: str) -> AuroraBackend:
        """The backend of the Region of an ARN; this one for any other identifier."""
        region = arn.split(":")[3] if arn.startswith("arn:") else self.region_name
        return cast("AuroraBackend", rds_backends[self.account_id][region])

    @property
    def global_home(self) -> AuroraBackend:
        """The backend that holds the global clusters of the account; moto stores them in this Region."""
        return cast("AuroraBackend", rds_backends[self.account_id]["us-east-1"])

    @property
    def global_databases(self) -> dict[str, GlobalDatabase]:
        """All global clusters of the account."""
        return cast("dict[str, GlobalDatabase]", self.global_home.global_clusters)

    def instance(self, identifier: str) -> AuroraInstance:
        """An instance of an Aurora cluster.

        Raises:
            RDSClientError: there is none.
        """
        found = self.databases.get(identifier.rpartition(":")[2])
        if not isinstance(found, AuroraInstance):
            raise instance_not_found(identifier)
        return found

    def serves_instance(self, identifier: str) -> bool:
        """Whether the identifier is of an Aurora instance or of none."""
        found = self.databases.get(identifier)
        return found is None or isinstance(found, AuroraInstance)

    def instances_in(self, subnet_group: str) -> list[AuroraInstance]:
        """Instances of the clusters that use a subnet group."""
        clusters = [cluster for cluster in self.aurora_clusters() if cluster.db_subnet_group_name == subnet_group]
        return [member for cluster in clusters for member in cluster.instances]

    def endpoints_of(self, cluster: AuroraCluster) -> list[CustomEndpoint]:
        """The custom endpoints of a cluster."""
        return [one for one in self.custom_endpoints.values() if one.cluster is cluster]

    def deployment_of(self, cluster: AuroraCluster) -> Deployment | None:
        """The deployment that a cluster is part of, before or after the switchover."""
        return next((one for one in self.deployments.values() if cluster in (one.blue, one.green)), None)

    def parameter_group(self, name: str) -> DBParameterGroup:
        """A DB parameter group by name.

        Raises:
            RDSClientError: there is none.
        """
        return cast(DBParameterGroup, parameter_group.find(self, DBParameterGroup, name, parameter_group.NOT_FOUND))

    def cluster_parameter_group(self, name: str) -> DBClusterParameterGroup:
        """The cluster parameter group that a cluster names.

        Raises:
            RDSClientError: there is none.
        """
        code = parameter_group.NOT_FOUND_BY_CLUSTER
        return cast(DBClusterParameterGroup, parameter_group.find(self, DBClusterParameterGroup, name, code))

    def key_arn(self, key: str | None, default: str) -> str:
        """ARN of a KMS key.

        Raises:
            RDSClientError: the key does not exist.
        """
        if key is None:
            return self.kms.describe_key(default).arn
        return self._validate_kms_key(key)

    def _get_resource_for_tagging(self, arn: str) -> Any:
        kind = arn.split(":")[5] if arn.count(":") > 5 else ""
        if kind == "global-cluster":
            return self.global_databases.get(arn.rpartition(":")[2]) or self._untaggable(arn, kind)
        if kind == "db-proxy-endpoint":  # its ARN ends with an id instead of its name
            found = (one for one in self.db_proxy_endpoints.values() if one.arn == arn)
            return next(found, None) or self._untaggable(arn, kind)
        return super()._get_resource_for_tagging(arn) or self._untaggable(arn, kind)

    def _untaggable(self, arn: str, kind: str) -> Any:
        if kind in NOT_FOUND_CODES:
            raise error(NOT_FOUND_CODES[kind], f"The resource {arn} does not exist.")
        raise bad_value("The specified resource name does not match an RDS resource in this region.")
