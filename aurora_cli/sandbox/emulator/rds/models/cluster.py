"""An Aurora cluster: moto's, with the values that RDS returns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from moto.core.utils import utcnow
from moto.rds.models import DBCluster, RDSBackend

from aurora_cli.sandbox.database.front.endpoint import READER
from aurora_cli.sandbox.database.model import Origin
from aurora_cli.sandbox.emulator.latency import Transition
from aurora_cli.sandbox.emulator.rds.databases import endpoints, serving
from aurora_cli.sandbox.emulator.rds.models import engines, names, networks
from aurora_cli.sandbox.emulator.rds.models.instance import AuroraInstance
from aurora_cli.sandbox.emulator.rds.models.resource import Transitional
from aurora_cli.spec.facts.sizes import size_of

LICENSES = {"aurora-postgresql": "postgresql-license", "aurora-mysql": "general-public-license"}
DEFAULT_PAUSE_S = 300
_AT_ONCE = timedelta(seconds=2)


@dataclass(frozen=True)
class Groups:
    """Parameter groups for a major version; None: the default one."""

    cluster: str | None = None
    instance: str | None = None


class AuroraCluster(Transitional, DBCluster):
    """An Aurora cluster.

    Args:
        backend: the backend of its Region.
        values: validated parameters of CreateDBCluster in snake case, with the full engine version.
    """

    backend: Any  # all backends are Aurora backends
    data_origin: Origin | None = None
    """What its data began with; None: nothing."""
    successor: AuroraCluster | None = None
    """The cluster that got its name by a blue/green switchover."""
    before_upgrade: dict[str, str] = {}  # noqa: RUF012 - never changed in place
    """What an upgrade to a major version has changed, if it fails."""
    writer_is_new = False
    """Whether the writer has its role since it was created, and by that alone."""

    def __init__(self, backend: RDSBackend, **values: Any) -> None:
        self.enter("creating")
        # Aurora always reports 1; moto looks it up by storage type and knows none of Aurora's.
        super().__init__(backend, **{**values, "allocated_storage": values.get("allocated_storage") or 1})
        self.pending_modified_values: dict[str, Any] = {}
        self.hosted_zone_id = names.hosted_zone(self.region)
        self.license_model = LICENSES[self.engine]
        self.preferred_maintenance_window = self.preferred_maintenance_window.lower()
        self.network_type = values.get("network_type") or "IPV4"
        self.engine_lifecycle_support = values.get("engine_lifecycle_support") or "open-source-rds-extended-support"
        self.local_write_forwarding = bool(values.get("enable_local_write_forwarding"))
        self.born = datetime.now(timezone.utc)
        self.created_with_backtrack = bool(values.get("backtrack_window"))
        self.backtracks: list[tuple[dict[str, Any], Transition]] = []
        self.clone_group_id: str | None = None
        self.scaling_v1: dict[str, Any] | None = None
        self.automatic_restart_time: datetime | None = None
        self.stream = Transition("stopped", "stopped")
        self.activity_stream_mode: str | None = None
        self.activity_stream_kms_key_id: str | None = None
        self.activity_stream_kinesis_stream_name: str | None = None
        self.io_optimized_next_allowed_modification_time: datetime | None = None
        self.groups_of_next_version = Groups()
        if values.get("master_user_password"):  # moto keeps none of a global cluster
            self.master_user_password = values["master_user_password"]
        self._place(values)
        self.encrypt(values)
        self._observe(values)
        self._scale(values)
        self.join_domain(values.get("domain"), values.get("domain_iam_role_name"))
        self._hide_what_aurora_has_not()

    def shown(self, transition: Transition) -> str:
        """The status, which follows that of its servers."""
        return serving.cluster_status(self.db_cluster_resource_id, transition)

    def _place(self, values: dict[str, Any]) -> None:
        self.db_subnet_group_name = networks.subnet_group(self.backend, values.get("db_subnet_group_name")).name
        self.availability_zones = networks.cluster_zones(self.backend, self.db_subnet_group_name)
        if not self.vpc_security_group_ids:
            self.vpc_security_group_ids = networks.default_security_groups(self.backend, self.db_subnet_group_name)
        self.parameter_group = values.get("db_cluster_parameter_group_name") or f"default.{self.family}"

    def encrypt(self, values: dict[str, Any]) -> None:
        """With a KMS key, or (nothing) with one that AWS owns."""
        self.storage_encrypted = bool(values.get("storage_encrypted"))
        self.kms_key_id: str | None = None  # type: ignore[assignment]
        if self.storage_encrypted:
            self.kms_key_id = self.backend.key_arn(values.get("kms_key_id"), "alias/aws/rds")

    def _observe(self, values: dict[str, Any]) -> None:
        self.enabled_cloudwatch_logs_exports = list(values.get("enable_cloudwatch_logs_exports") or [])
        self.database_insights_mode = values.get("database_insights_mode") or "standard"
        self.monitoring_interval = values.get("monitoring_interval")
        self.monitoring_role_arn = values.get("monitoring_role_arn")
        self.performance_insights_enabled = values.get("enable_performance_insights")
        self.performance_insights_kms_key_id = values.get("performance_insights_kms_key_id")
        self.performance_insights_retention_period = values.get("performance_insights_retention_period")
        if self.performance_insights_enabled:
            self.performance_insights_retention_period = self.performance_insights_retention_period or 7

    def join_domain(self, domain: str | None, role: str | None) -> None:
        """Kerberos: one directory, or none."""
        joined = [{"Domain": domain, "Status": "joined", "FQDN": f"{domain}.example.com", "IAMRoleName": role}]
        self.domain_memberships = joined if domain else []  # type: ignore[assignment]

    def _scale(self, values: dict[str, Any]) -> None:
        self.set_serverless(values.get("serverless_v2_scaling_configuration"))

    def set_serverless(self, wanted: Any) -> None:
        """Apply a ServerlessV2ScalingConfiguration; members that it omits keep their value.

        SecondsUntilAutoPause exists only while the minimum capacity is 0 (RDS API reference).
        """
        if not wanted:
            return
        old = self.serverless_v2_scaling_configuration or {}
        now = {key: wanted.get(key, old.get(key)) for key in ("MinCapacity", "MaxCapacity", "SecondsUntilAutoPause")}
        pause = now.pop("SecondsUntilAutoPause")
        if now["MinCapacity"] == 0:
            now["SecondsUntilAutoPause"] = pause or DEFAULT_PAUSE_S
        self.serverless_v2_scaling_configuration = now

    def _hide_what_aurora_has_not(self) -> None:
        self.publicly_accessible = None  # type: ignore[assignment]
        self.storage_type = self.storage_type if self.storage_type == "aurora-iopt1" else None
        if self.engine == "aurora-postgresql":
            self.backtrack_window = None  # type: ignore[assignment]

    @property
    def earliest_backtrack_time(self) -> datetime | None:
        """The earliest backtrack time; None without a backtrack window."""
        if self.engine != "aurora-mysql" or not self.backtrack_window:
            return None
        return max(self.born, datetime.now(timezone.utc) - timedelta(seconds=int(self.backtrack_window)))

    @property
    def earliest_restorable_time(self) -> datetime:
        """The start of the restore window."""
        first: datetime = vars(self)["earliest_restorable_time"]
        return serving.earliest_restorable(self.db_cluster_resource_id) or first

    @earliest_restorable_time.setter
    def earliest_restorable_time(self, value: datetime) -> None:
        vars(self)["earliest_restorable_time"] = value

    @property
    def family(self) -> str:
        """Parameter group family of its engine version."""
        return engines.family(self.engine, self.engine_version)

    @property
    def instances(self) -> list[AuroraInstance]:
        """Members that are not being deleted, oldest first."""
        return [member for member in self._members if not member.deleting]  # type: ignore[attr-defined,misc]

    def welcome(self, new: AuroraInstance) -> None:
        """Make a new instance the writer of a cluster without one. Which of several that are created at once is open in AWS.

        Here it is the first by name, so that a run can be repeated.
        """
        writer = next((one for one in self.instances if one.is_cluster_writer), None)
        at_once = self.writer_is_new and all(utcnow() - one.created < _AT_ONCE for one in self.instances)
        if writer is None or (at_once and _place(new) < _place(writer)):
            self.make_writer(new)
            self.writer_is_new = new.is_cluster_writer = True

    def designate_writer(self) -> None:
        """Without a writer, promote the reader that AWS would promote."""
        if self.instances and not any(member.is_cluster_writer for member in self.instances):
            self.make_writer(self.next_writer(self.instances))

    def next_writer(self, readers: list[AuroraInstance]) -> AuroraInstance:
        """The reader with the lowest promotion tier, and of several the largest (Aurora User Guide, fault tolerance)."""
        return min(readers, key=lambda member: (member.promotion_tier, -size_of(member.db_instance_class)))

    def make_writer(self, target: AuroraInstance) -> None:
        """Make this member the only writer."""
        self.writer_is_new = False
        for member in self._members:
            member.is_cluster_writer = member is target

    def await_restart(self) -> None:
        """Mark the changed parameter group as pending a reboot of the instances."""
        for member in self.instances:
            member.cluster_parameters_status = "pending-reboot"

    @property
    def db_cluster_members(self) -> list[dict[str, Any]]:
        """Members with their roles."""
        self.designate_writer()
        return [
            {
                "DBInstanceIdentifier": member.db_instance_identifier,
                "IsClusterWriter": member.is_cluster_writer and not self.follows_a_global_primary,
                "DBClusterParameterGroupStatus": member.cluster_parameters_status,  # type: ignore[attr-defined]
                "PromotionTier": member.promotion_tier,
            }
            for member in self._members
        ]

    @property
    def follows_a_global_primary(self) -> bool:
        """Whether it is a secondary of a global cluster: all of its members are readers."""
        return bool(self.global_cluster_identifier and self.replication_source_identifier)

    @property
    def endpoint(self) -> str:
        """Host of the writer."""
        return endpoints.host(endpoints.of_cluster(self, self.writer_name), self.writer_name)

    @property
    def reader_endpoint(self) -> str:
        """Host of the readers."""
        return endpoints.host(endpoints.of_cluster(self, self.reader_name, READER), self.reader_name)

    @property
    def port(self) -> int:
        """At which its endpoints listen; the one that was asked for, unless that cannot be had."""
        return endpoints.port(endpoints.of_cluster(self, self.writer_name), self.asked_port)

    @port.setter
    def port(self, value: int) -> None:
        vars(self)["port"] = value

    @property
    def asked_port(self) -> int:
        """The port that was asked for."""
        return int(vars(self)["port"])

    @property
    def writer_name(self) -> str:
        """Host name of the writer in AWS."""
        return names.host(f"{self.db_cluster_identifier}.cluster-", self.account_id, self.region)

    @property
    def reader_name(self) -> str:
        """Host name of the readers in AWS."""
        return names.host(f"{self.db_cluster_identifier}.cluster-ro-", self.account_id, self.region)

    @property
    def storage_encryption_type(self) -> str:
        """AWS encrypts every new cluster; with its own key where none is asked for."""
        return "sse-kms" if self.storage_encrypted else "sse-rds"

    @property
    def custom_endpoints(self) -> list[str]:
        """Host names of its custom endpoints."""
        return [one.endpoint for one in self.backend.endpoints_of(self)]

    @property
    def scaling_configuration_info(self) -> dict[str, Any] | None:  # type: ignore[override]
        """Serverless v1 only."""
        return self.scaling_v1 if self.engine_mode == "serverless" else None

    @property
    def global_write_forwarding_requested(self) -> bool | None:  # type: ignore[override]
        """StatusView only if it was requested."""
        return self._global_write_forwarding_requested or None

    @property
    def local_write_forwarding_status(self) -> str | None:
        """StatusView only while readers forward writes."""
        return "enabled" if self.local_write_forwarding else None

    @property
    def activity_stream_status(self) -> str:
        """Of the database activity stream."""
        return self.stream.status

    @property
    def http_endpoint_enabled(self) -> bool:
        """The Data API."""
        return bool(self._enable_http_endpoint)

    @property
    def enable_http_endpoint(self) -> bool:
        """As set: a provisioned Aurora cluster, too, supports the Data API."""
        return self._enable_http_endpoint

    @enable_http_endpoint.setter
    def enable_http_endpoint(self, value: bool | None) -> None:
        self._enable_http_endpoint = bool(value)

    def save_automated_backup(self) -> None:
        """RDS takes the first automated backup later; moto's would block the identifier for a recreated cluster."""


def _place(instance: AuroraInstance) -> tuple[int, str]:
    """By name, in which numbers count as numbers."""
    return len(instance.db_instance_identifier), instance.db_instance_identifier
