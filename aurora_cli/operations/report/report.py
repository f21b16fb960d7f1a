"""From the live topology to the report that people and scripts read."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from aurora_cli.aws.cluster.topology import Member, Topology, read_topology
from aurora_cli.operations.core.global_results import Endpoint, GlobalInfo
from aurora_cli.operations.core.region_topology import LiveRegions
from aurora_cli.operations.core.results import ClusterReport, InstanceInfo
from aurora_cli.operations.report.connection_strings import (
    CA_FILE,
    command_line,
    is_local,
    own_authority,
    target_of,
)
from aurora_cli.operations.report.global_database import global_info, global_warnings
from aurora_cli.operations.report.proxy_and_keys import key_warnings, proxy_endpoints

if TYPE_CHECKING:
    from aurora_cli.context import AppContext
    from aurora_cli.spec.model.cluster import ClusterSpec

SERVERLESS = "db.serverless"
RESTART = "pending-reboot"


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
    regions: LiveRegions = LiveRegions(),  # noqa: B008
) -> ClusterReport:
    """The report of one cluster.

    Args:
        app: for the target.
        spec: what was asked for.
        topology: what is there, or None.
        changed: whether this command changed anything.
        managed: identifiers of the instances that Terraform knows; the others are told apart.
        regions: the other Regions of a global database.
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
    authority = own_authority(app.sandbox_certificates, topology.writer_host)
    info = global_info(topology, regions, topology.port)
    writer = Endpoint(topology.writer_host, topology.port) if topology.writer_host else None
    reader = Endpoint(topology.reader_host, topology.port) if topology.reader_host else None
    proxy = proxy_endpoints(app, spec)
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
        secret_arn=regions.secret_arn or topology.secret_arn,
        connect=_connect(topology, info, authority) if writer else None,
        ca_file=authority,
        database=topology.database,
        username=topology.username,
        preset=spec.preset,
        deletion_protection=topology.deletion_protection,
        acu=capacity(topology),
        pending=topology.pending,
        warnings=(
            *_warnings(topology, spec, info),
            *_unreachable(app, topology),
            *(global_warnings(info, spec.region) if info else ()),
            *key_warnings(app, spec, topology),
        ),
        global_database=info,
        activity_stream=topology.activity_stream,
        proxy=proxy.get("proxy"),
        proxy_reader=proxy.get("proxy_reader"),
    )


def _connect(topology: Topology, info: GlobalInfo | None, authority: str | None) -> str:
    """By the writer endpoint of the global database if there is one: that one follows a switchover."""
    host = info.writer.host if info and info.writer else topology.writer_host or ""
    return command_line(topology.engine, target_of(topology, host, ca_file=authority or CA_FILE))


def _unreachable(app: AppContext, topology: Topology) -> list[str]:
    """Why the endpoints of a cluster in the sandbox lead nowhere, where they should not."""
    if topology.writer_host is None or is_local(topology.writer_host):
        return []
    found = app.sandbox_problem(topology.engine, topology.port)
    return [f"The endpoints lead nowhere. {found}"] if found else []


def capacity(topology: Topology) -> dict[str, float] | None:
    """The serverless range, as long as an instance uses it: AWS keeps the range when the last one has become provisioned."""
    return topology.acu if any(m.class_ == SERVERLESS for m in topology.members) else None


def moment(when: datetime | None) -> str | None:
    """RFC 3339 in UTC, to the second; None for None."""
    return when.astimezone(timezone.utc).isoformat(timespec="seconds") if when else None


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
        autoscaled=member.autoscaled,
        waits_for_reboot=member.waits_for_reboot,
        certificate=member.certificate,
        certificate_ends=moment(member.certificate_ends),
        maintenance_window=member.maintenance_window,
    )


def waiting_changes(topology: Topology) -> list[str]:
    """What AWS has taken and not yet done: a sentence for each instance and the cluster, with the window that it waits for."""
    said = [
        f"{_values(changes)} of {m.id} is pending until the maintenance window, {m.maintenance_window or 'of the instance'} UTC."
        for m in topology.members
        if (changes := {k: v for k, v in m.pending.items() if v != RESTART})
    ]
    restart = [m.id for m in topology.members if m.waits_for_reboot]
    if restart:
        gentle = f"aurora-cli reboot {topology.identifier} --rolling"
        said.append(f"Changed parameters are pending a reboot of {', '.join(restart)}. One at a time: {gentle}")
    if topology.pending:
        window = topology.maintenance_window or "of the cluster"
        said.append(
            f"{_values(topology.pending)} of the cluster is pending until the maintenance window, {window} UTC."
        )
    return said


def _values(pending: dict[str, Any]) -> str:
    """Without the value of a password, which AWS masks as it is."""
    shown = {name: "" if "password" in name.lower() else f" {value}" for name, value in pending.items()}
    return ", ".join(f"{name}{value}" for name, value in sorted(shown.items()))


def _warnings(topology: Topology, spec: ClusterSpec, info: GlobalInfo | None) -> list[str]:
    warnings = []
    follows = info is not None and info.primary_region not in (None, spec.region)
    zones = {m.zone for m in topology.members if m.zone}
    if not topology.members:
        warnings.append("The cluster has no instance: clients cannot connect.")
    elif topology.writer is None and not follows:
        warnings.append("AWS reports no writer at the moment.")
    elif not topology.readers and not follows:
        warnings.append("No reader, so no failover target: if the writer fails, AWS recreates it, which takes minutes.")
    elif len(zones) == 1 and len(topology.members) > 1:
        warnings.append(f"All instances are in one zone ({zones.pop()}).")
    warnings += waiting_changes(topology)
    acu = capacity(topology)
    if acu and acu["min"] == 0:
        warnings.append(
            "The cluster pauses when it is idle; the first connection after that takes 15 seconds or more. "
            f"To wake it up first: aurora-cli wait {spec.name} --for connectable"
        )
    if not topology.deletion_protection and spec.deletion_protection:
        warnings.append("Deletion protection is off in AWS, but on in the spec.")
    return warnings
