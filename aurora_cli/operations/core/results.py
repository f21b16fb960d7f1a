"""What operations give back: plain data with the published JSON keys."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

from aurora_cli.operations.core.global_results import Endpoint, GlobalInfo, endpoint_dict

SCHEMA_VERSION = 1


class _Document(Protocol):
    """What a document is about; `target` is `aws` or `sandbox`."""

    @property
    def name(self) -> str: ...
    @property
    def region(self) -> str: ...
    @property
    def target(self) -> str: ...


def about(document: _Document) -> dict[str, Any]:
    """The fields that every published document about one cluster begins with."""
    names = {"name": document.name, "region": document.region, "target": document.target}
    return {"schema_version": SCHEMA_VERSION, **names}


@dataclass(frozen=True)
class InstanceInfo:
    """One instance as AWS reports it now.

    Attributes:
        id: DB instance identifier.
        role: `writer` or `reader`, from the cluster's member list.
        class_: DB instance class (JSON key `class`).
        zone: Availability Zone, or None while it is being made.
        status: AWS's status word, e.g. `available`.
        endpoint: its own endpoint, or None while it is being made.
        promotion_tier: promotion tier, 0 first.
        pending: attribute -> value that waits for a reboot or the maintenance window.
        managed: False for an instance that Terraform does not know, e.g. one created by reader autoscaling.
        autoscaled: whether reader autoscaling made it.
        waits_for_reboot: whether parameters wait for it to restart.
        certificate: certificate authority of its server certificate.
        certificate_ends: end of that certificate, RFC 3339 in UTC.
        maintenance_window: the weekly window for which its pending changes wait, in UTC.
        lag_ms: milliseconds that a reader is behind the writer, as `status` reads it; None where it is not known.
    """

    id: str
    role: str
    class_: str
    zone: str | None
    status: str
    endpoint: Endpoint | None = None
    promotion_tier: int | None = None
    pending: dict[str, Any] = field(default_factory=dict)
    managed: bool = True
    autoscaled: bool = False
    waits_for_reboot: bool = False
    certificate: str | None = None
    certificate_ends: str | None = None
    maintenance_window: str | None = None
    lag_ms: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """JSON form, as in the published schema."""
        return {
            "id": self.id,
            "role": self.role,
            "class": self.class_,
            "zone": self.zone,
            "status": self.status,
            "promotion_tier": self.promotion_tier,
            "pending": dict(self.pending),
            "managed": self.managed,
            "autoscaled": self.autoscaled,
            "waits_for_reboot": self.waits_for_reboot,
            "certificate": self.certificate,
            "certificate_ends": self.certificate_ends,
            "maintenance_window": self.maintenance_window,
            "lag_ms": self.lag_ms,
        }


@dataclass(frozen=True)
class Upkeep:
    """What `status` tells beside the rest; moments are RFC 3339 in UTC.

    Attributes:
        desired_version: of the spec; a major version alone when AWS chooses the minor one.
        maintenance_window, backup_window: weekly and daily, in UTC.
        next_maintenance: when the next maintenance window of the cluster begins; what is pending waits for it.
        backup_days: days that automated backups are kept.
        earliest_restore, latest_restore: the span of point-in-time restores.
        certificate_ends: end of the first server certificate that ends, of all instances.
        authority_ends: end of the certificate authority that ends first, of those that the instances use.
        actions: what AWS is about to do by itself: `{resource, action, text, when}`, as DescribePendingMaintenanceActions says.
        starts_itself: when AWS starts the stopped cluster by itself.
        replicates_from: ARN of what it replicates from, outside a global database.
        replication_lag_s: seconds that it is behind that, None when that is not known.
        global_role: `{global_cluster, role, primary, status, members}` as DescribeGlobalClusters says, or None.
        unfinished: the operation in progress: `{operation, command, started_at, started_by, done, left}`, or None.
        blue_green: the blue/green deployment that it is part of, or None.
        support_ends, extended_support_ends: last days of standard support and of Extended Support for its major version.
        extended_support_from, extended_support_cost, support_source: as in `EndOfSupport`.
    """

    desired_version: str | None = None
    maintenance_window: str | None = None
    next_maintenance: str | None = None
    backup_window: str | None = None
    backup_days: int | None = None
    earliest_restore: str | None = None
    latest_restore: str | None = None
    certificate_ends: str | None = None
    authority_ends: str | None = None
    actions: tuple[dict[str, Any], ...] = ()
    starts_itself: str | None = None
    replicates_from: str | None = None
    replication_lag_s: float | None = None
    global_role: dict[str, Any] | None = None
    unfinished: dict[str, Any] | None = None
    blue_green: dict[str, Any] | None = None
    support_ends: str | None = None
    extended_support_ends: str | None = None
    extended_support_from: str | None = None
    extended_support_cost: dict[str, Any] | None = None
    support_source: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """JSON form, as in the published schema."""
        return {**vars(self), "actions": list(self.actions)}


@dataclass(frozen=True)
class ClusterReport:
    """One cluster: what it is, how to reach it, and what to do next.

    Attributes:
        status: AWS's status of the cluster, `not created` before the first apply, `incomplete` for a half-built stack.
        changed: whether this command changed anything.
        writer: the cluster (writer) endpoint; None while there is none.
        reader: the reader endpoint; None while there is none.
        custom: custom endpoints: name -> Endpoint.
        proxy: endpoint of the RDS proxy; None without one.
        proxy_reader: the proxy's read-only endpoint; None without one.
        activity_stream: Kinesis stream of the activity stream; None without one.
        secret_arn: ARN of the master user's secret in Secrets Manager.
        connect: a psql or mysql command line without the password.
        ca_file: the certificate authority of the sandbox's database servers; None for AWS's, which must be downloaded.
        target: `aws` or `sandbox`.
        global_database: the global database that it is the home of; None for a plain cluster.
        warnings: sentences a person should read, e.g. "all instances are in one zone".
        pending: cluster attribute -> value that waits for the maintenance window.
        upkeep, operation: only in the report of `status`: upkeep, and what runs or has not ended, see `Activity`.
        cost: only in the report of `status`: the sum of an estimate; None where there is none.
    """

    name: str
    region: str
    engine: str
    engine_version: str
    status: str
    changed: bool
    target: str
    writer: Endpoint | None = None
    reader: Endpoint | None = None
    instances: tuple[InstanceInfo, ...] = ()
    custom: dict[str, Endpoint] = field(default_factory=dict)
    secret_arn: str | None = None
    connect: str | None = None
    ca_file: str | None = None
    database: str | None = None
    username: str | None = None
    preset: str | None = None
    deletion_protection: bool | None = None
    acu: dict[str, float] | None = None
    pending: dict[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    global_database: GlobalInfo | None = None
    proxy: Endpoint | None = None
    proxy_reader: Endpoint | None = None
    activity_stream: str | None = None
    upkeep: Upkeep | None = None
    operation: dict[str, Any] | None = None
    cost: dict[str, Any] | None = None

    def endpoints(self) -> dict[str, Any]:
        """The `endpoints` object: writer, reader, instances, custom; of a global database also global and regions."""
        return {**self._own_endpoints(), **self._global_endpoints()}

    def _of_status(self) -> dict[str, Any]:
        if self.upkeep is None:
            return {}
        return {"upkeep": self.upkeep.to_dict(), "operation": self.operation, "cost": self.cost}

    def _global_endpoints(self) -> dict[str, Any]:
        if self.global_database is None:
            return {}
        info = self.global_database.to_dict()
        kept = ("region", "role", "writer", "reader")
        return {"global": info["writer"], "regions": [{key: region[key] for key in kept} for region in info["regions"]]}

    def _own_endpoints(self) -> dict[str, Any]:
        """The `endpoints` object: writer, reader, instances, custom, proxy, proxy_reader."""
        return {
            "writer": endpoint_dict(self.writer),
            "reader": endpoint_dict(self.reader),
            "instances": [
                {"id": i.id, "role": i.role, **(endpoint_dict(i.endpoint) or {"host": None, "port": None})}
                for i in self.instances
            ],
            "custom": [{"name": name, **(endpoint_dict(e) or {})} for name, e in sorted(self.custom.items())],
            "proxy": endpoint_dict(self.proxy),
            "proxy_reader": endpoint_dict(self.proxy_reader),
        }

    def to_dict(self) -> dict[str, Any]:
        """JSON form, as in the published schema."""
        return {
            "schema_version": SCHEMA_VERSION,
            "name": self.name,
            "region": self.region,
            "engine": self.engine,
            "engine_version": self.engine_version,
            "changed": self.changed,
            "status": self.status,
            "target": self.target,
            "preset": self.preset,
            "endpoints": self.endpoints(),
            "instances": [i.to_dict() for i in self.instances],
            "secret_arn": self.secret_arn,
            "connect": self.connect,
            "database": self.database,
            "username": self.username,
            "deletion_protection": self.deletion_protection,
            "acu": self.acu,
            "activity_stream": self.activity_stream,
            "pending": dict(self.pending),
            "warnings": list(self.warnings),
            **self._of_status(),
            **({"global": self.global_database.to_dict()} if self.global_database else {}),
        }
