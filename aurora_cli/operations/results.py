"""What operations give back: plain data with the published JSON keys."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

SCHEMA_VERSION = 1


@dataclass(frozen=True)
class Endpoint:
    """Where to connect."""

    host: str
    port: int


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
        promotion_tier: failover order, 0 first.
        pending: attribute -> value that waits for a reboot or the maintenance window.
        managed: False for an instance that Terraform does not know, e.g. one made by reader autoscaling.
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
        }


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
        target: `aws` or `sandbox`.
        warnings: sentences a person should read, e.g. "all instances are in one zone".
        pending: cluster attribute -> value that waits for the maintenance window.
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
    database: str | None = None
    username: str | None = None
    preset: str | None = None
    deletion_protection: bool | None = None
    acu: dict[str, float] | None = None
    pending: dict[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    proxy: Endpoint | None = None
    proxy_reader: Endpoint | None = None
    activity_stream: str | None = None

    def endpoints(self) -> dict[str, Any]:
        """The `endpoints` object: writer, reader, instances, custom, proxy, proxy_reader."""
        return {
            "writer": _endpoint(self.writer),
            "reader": _endpoint(self.reader),
            "instances": [
                {"id": i.id, "role": i.role, **(_endpoint(i.endpoint) or {"host": None, "port": None})}
                for i in self.instances
            ],
            "custom": [{"name": name, **(_endpoint(e) or {})} for name, e in sorted(self.custom.items())],
            "proxy": _endpoint(self.proxy),
            "proxy_reader": _endpoint(self.proxy_reader),
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
        }


def _endpoint(endpoint: Endpoint | None) -> dict[str, Any] | None:
    return {"host": endpoint.host, "port": endpoint.port} if endpoint else None
