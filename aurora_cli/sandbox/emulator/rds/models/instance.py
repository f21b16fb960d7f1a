"""An instance of an Aurora cluster: moto's, with the values that RDS returns."""

from __future__ import annotations

import datetime as dt
from typing import Any

from moto.rds.models import DBInstanceClustered, DBParameterGroup, RDSBackend

from aurora_cli.sandbox.emulator.latency import Transition
from aurora_cli.sandbox.emulator.rds.databases import endpoints, serving
from aurora_cli.sandbox.emulator.rds.models import names, networks
from aurora_cli.sandbox.emulator.rds.models.resource import Happened, Transitional

DEFAULT_CA = "rds-ca-rsa2048-g1"
CA_LIFETIME = dt.timedelta(days=365)


class AuroraInstance(Transitional, DBInstanceClustered):
    """An Aurora instance.

    Args:
        backend: the backend of its Region.
        cluster: an AuroraCluster.
        values: validated parameters of CreateDBInstance in snake case.
    """

    backend: Any  # all backends are Aurora backends
    cluster: Any  # as are clusters
    restarts = 0
    """How many times it was rebooted."""

    def __init__(self, backend: RDSBackend, cluster: Any, **values: Any) -> None:
        values["port"] = cluster.asked_port
        values["db_subnet_group_name"] = cluster.db_subnet_group_name
        values["ca_certificate_identifier"] = values.get("ca_certificate_identifier") or DEFAULT_CA
        super().__init__(backend=backend, **values)
        self.enter("creating")
        self.pending_modified_values: dict[str, Any] = {}
        self.deleting = False
        self.dbi_resource_id = names.resource_id("db-")
        self.availability_zone = values.get("availability_zone") or networks.zone_with_most_room(
            backend, cluster.db_subnet_group_name, (member.availability_zone for member in cluster.instances)
        )
        self.is_cluster_writer = False
        cluster.welcome(self)
        self.publicly_accessible = bool(values.get("publicly_accessible"))
        self.db_parameter_group_name = values.get("db_parameter_group_name") or f"default.{cluster.family}"
        self.parameters_status = "in-sync"
        self.cluster_parameters_status = "in-sync"
        self.network_type = cluster.network_type
        self.backup_target = "region"
        self.activity_stream_status = "stopped"
        self.customer_owned_ip_enabled = False
        self.certified: dt.datetime = self.created
        self.set_insights(values)

    def shown(self, transition: Transition) -> str:
        """The status, which follows that of its server."""
        cluster: str = self.cluster.db_cluster_resource_id
        return serving.instance_status(cluster, self.dbi_resource_id, self.restarts, transition)

    def set_insights(self, values: dict[str, Any]) -> None:
        """Performance Insights and Database Insights, from the parameters of a create or modify call."""
        old = self.__dict__
        self.database_insights_mode = self.cluster.database_insights_mode
        enabled = values.get("enable_performance_insights", old.get("performance_insights_enabled"))
        self.performance_insights_enabled = bool(enabled or self.cluster.performance_insights_enabled)
        key = values.get("performance_insights_kms_key_id") or old.get("performance_insights_kms_key_id")
        days = values.get("performance_insights_retention_period") or old.get("performance_insights_retention_period")
        if not self.performance_insights_enabled:
            key = days = None
        else:
            key, days = self.backend.key_arn(key, "alias/aws/rds"), days or 7
        self.performance_insights_kms_key_id: str | None = key
        self.performance_insights_retention_period: int | None = days

    @property
    def address(self) -> str:
        """Its host."""
        return endpoints.host(endpoints.of_instance(self, self.name_in_aws), self.name_in_aws)

    @property
    def name_in_aws(self) -> str:
        """Its host name in AWS."""
        return names.host(f"{self.db_instance_identifier}.", self.account_id, self.region)

    @property
    def endpoint(self) -> dict[str, Any]:
        """Host, port and zone; shown once the instance is created."""
        if self.status == "creating":
            return {}
        port = endpoints.port(endpoints.of_instance(self, self.name_in_aws), self.cluster.asked_port)
        return {"Address": self.address, "Port": port, "HostedZoneId": names.hosted_zone(self.region)}

    def db_parameter_groups(self) -> list[DBParameterGroup]:
        """Its DB parameter group."""
        return [
            self.backend.parameter_group(self.db_parameter_group_name or self.default_db_parameter_group_details()[1])
        ]

    @property
    def db_parameter_group_status_list(self) -> list[dict[str, Any]]:
        """The group, and whether it is pending a reboot."""
        return [{"DBParameterGroupName": self.db_parameter_group_name, "ParameterApplyStatus": self.parameters_status}]

    def default_db_parameter_group_details(self) -> tuple[str, str]:
        """Family and name of the default group."""
        return self.cluster.family, f"default.{self.cluster.family}"

    @property
    def license_model(self) -> str:
        """The cluster's."""
        return str(self.cluster.license_model)

    @license_model.setter
    def license_model(self, value: str) -> None:
        """Not an instance's own in Aurora."""

    @property
    def iam_database_authentication_enabled(self) -> bool:
        """The cluster's."""
        return bool(self.cluster.iam_database_authentication_enabled)

    @property
    def enabled_cloudwatch_logs_exports(self) -> list[str]:
        """The cluster's."""
        return list(self.cluster.enabled_cloudwatch_logs_exports)

    @enabled_cloudwatch_logs_exports.setter
    def enabled_cloudwatch_logs_exports(self, value: list[str]) -> None:
        """Not an instance's own in Aurora."""

    @property
    def db_instance_port(self) -> int:
        """RDS shows 0 here; the port is in the endpoint."""
        return 0

    @property
    def latest_restorable_time(self) -> None:  # type: ignore[override]
        """A cluster's in Aurora."""
        return

    @property
    def storage_throughput(self) -> int:
        """Always 0 in Aurora."""
        return 0

    @storage_throughput.setter
    def storage_throughput(self, value: int | None) -> None:
        """Not an instance's own in Aurora."""

    @property
    def storage_type(self) -> str:
        """`aurora`, or `aurora-iopt1` with the cluster."""
        return self.cluster.storage_type or "aurora"

    @storage_type.setter
    def storage_type(self, value: str) -> None:
        """Not an instance's own in Aurora."""

    @property
    def certificate_details(self) -> dict[str, Any]:
        """The server certificate."""
        return {"CAIdentifier": self.ca_certificate_identifier, "ValidTill": self.certified + CA_LIFETIME}

    def save_automated_backup(self) -> None:
        """Backups are a cluster's in Aurora."""


class Restarted(Happened):
    """RDS-EVENT-0006."""

    def __init__(self, instance: AuroraInstance) -> None:
        name = instance.db_instance_identifier
        super().__init__(name, "db-instance", instance.arn, "DB instance restarted", "availability")
