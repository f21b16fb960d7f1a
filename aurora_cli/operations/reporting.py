"""From the live topology to the report that people and scripts read."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from aurora_cli.aws.topology import Member, Topology, read_topology
from aurora_cli.operations.results import ClusterReport, Endpoint, InstanceInfo
from aurora_cli.operations.surroundings import key_warnings, proxy_endpoints

if TYPE_CHECKING:
    from aurora_cli.context import AppContext
    from aurora_cli.spec.model import ClusterSpec

MYSQL = "aurora-mysql"
SERVERLESS = "db.serverless"


def live_topology(app: AppContext, spec: ClusterSpec) -> Topology | None:
    """The cluster as AWS reports it now; None if AWS has none of that name."""
    return read_topology(app.aws(spec.region).client("rds"), spec.name)


def report(
    app: AppContext,
    spec: ClusterSpec,
    topology: Topology | None,
    *,
    changed: bool,
    managed: frozenset[str] = frozenset(),
) -> ClusterReport:
    """The report of one cluster.

    Args:
        app: for the target.
        spec: what was asked for.
        topology: what is there, or None.
        changed: whether this command changed anything.
        managed: identifiers of the instances that Terraform knows; the others are told apart.
    """
    if topology is None:
        return ClusterReport(
            name=spec.name,
            region=spec.region,
            engine=spec.engine,
            engine_version=spec.engine_version or "",
            status="not created",
            changed=changed,
            target=app.target,
            preset=spec.preset,
        )
    writer = Endpoint(topology.writer_host, topology.port) if topology.writer_host else None
    reader = Endpoint(topology.reader_host, topology.port) if topology.reader_host else None
    return ClusterReport(
        name=spec.name,
        region=spec.region,
        engine=topology.engine,
        engine_version=topology.engine_version,
        status=topology.status,
        changed=changed,
        target=app.target,
        writer=writer,
        reader=reader,
        instances=tuple(_instance(m, managed) for m in _by_role(topology)),
        custom={name: Endpoint(host, topology.port) for name, host in topology.custom.items()},
        secret_arn=topology.secret_arn,
        connect=connect_line(topology, tls=spec.tls.required) if writer else None,
        database=topology.database,
        username=topology.username,
        preset=spec.preset,
        deletion_protection=topology.deletion_protection,
        acu=capacity(topology),
        pending=topology.pending,
        warnings=(*_warnings(topology, spec), *key_warnings(app, spec, topology)),
        activity_stream=topology.activity_stream,
        **proxy_endpoints(app, spec),
    )


def capacity(topology: Topology) -> dict[str, float] | None:
    """The serverless range, as long as an instance uses it: AWS keeps the range when the last one has become provisioned."""
    return topology.acu if any(m.class_ == SERVERLESS for m in topology.members) else None


def connect_line(topology: Topology, *, tls: bool) -> str:
    """A psql or mysql command line for the writer endpoint, without the password (the client asks for it)."""
    host, user = topology.writer_host or "", topology.username or ""
    if topology.engine == MYSQL:
        words = ["mysql", f"--host={host}", f"--port={topology.port}", f"--user={user}", "--password"]
        words += ["--ssl-mode=REQUIRED"] if tls else []
        words += [topology.database] if topology.database else []
        return shlex.join(words)
    fields = [f"host={host}", f"port={topology.port}", f"dbname={topology.database or 'postgres'}", f"user={user}"]
    fields += ["sslmode=require"] if tls else []
    return shlex.join(["psql", " ".join(fields)])


def _by_role(topology: Topology) -> list[Member]:
    return sorted(topology.members, key=lambda m: (m.role != "writer", m.zone or "", m.id))


def _instance(member: Member, managed: frozenset[str]) -> InstanceInfo:
    return InstanceInfo(
        id=member.id,
        role=member.role,
        class_=member.class_,
        zone=member.zone,
        status=member.status,
        endpoint=Endpoint(member.host, member.port or 0) if member.host else None,
        promotion_tier=member.promotion_tier,
        pending=member.pending,
        managed=not managed or member.id in managed,
    )


def _warnings(topology: Topology, spec: ClusterSpec) -> list[str]:
    warnings = []
    zones = {m.zone for m in topology.members if m.zone}
    if not topology.members:
        warnings.append("The cluster has no instance: nothing can connect to it.")
    elif topology.writer is None:
        warnings.append("AWS reports no writer at the moment.")
    elif not topology.readers:
        warnings.append(
            "No reader, so no failover target: when the writer fails, AWS makes a new one, which takes minutes."
        )
    elif len(zones) == 1:
        warnings.append(f"All instances are in one zone ({zones.pop()}).")
    waiting = [m.id for m in topology.members if m.pending]
    if waiting:
        warnings.append(f"Changes wait for a reboot or the maintenance window on: {', '.join(waiting)}.")
    if topology.pending:
        warnings.append(
            f"Changes of the cluster wait for the maintenance window: {', '.join(sorted(topology.pending))}."
        )
    acu = capacity(topology)
    if acu and acu["min"] == 0:
        warnings.append("The cluster pauses when it is idle; the first connection after that takes 15 seconds or more.")
    if not topology.deletion_protection and spec.deletion_protection:
        warnings.append("Deletion protection is off in AWS, though the spec wants it on.")
    return warnings
