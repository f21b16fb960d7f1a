"""What `status` tells about the upkeep of a cluster: versions, windows, backups, certificates, its place in a global database."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from aurora_cli.aws.cluster.maintenance import authorities, pending_actions
from aurora_cli.aws.replication.global_role import GlobalRole, global_role
from aurora_cli.errors import AccessDenied
from aurora_cli.operations.core.results import ClusterReport, Upkeep
from aurora_cli.operations.cost.support import ends_soon, support_words
from aurora_cli.operations.report.replication import lag_of
from aurora_cli.operations.report.report import moment

if TYPE_CHECKING:
    from aurora_cli.aws.cluster.topology import Topology
    from aurora_cli.context import AppContext
    from aurora_cli.operations.core.unfinished import Unfinished
    from aurora_cli.spec.model.cluster import ClusterSpec

CERTIFICATE_WARNING = timedelta(days=90)
AUTHORITY_WARNING = timedelta(days=365)


def upkeep_of(app: AppContext, spec: ClusterSpec, topology: Topology | None, under_way: Unfinished | None) -> Upkeep:
    """The upkeep of a cluster, as far as AWS has it. Raises CredentialsError, AwsFailed."""
    from aurora_cli.spec.facts.versions import rendered_version

    unfinished = under_way.to_dict() if under_way else None
    version = rendered_version(spec)
    if topology is None:
        return Upkeep(desired_version=version, unfinished=unfinished)
    role = _role(app, spec, topology)
    source = None if role else topology.replicates_from
    ends = [m.certificate_ends for m in topology.members if m.certificate_ends]
    return Upkeep(
        desired_version=version,
        maintenance_window=topology.maintenance_window,
        next_maintenance=moment(next_start(topology.maintenance_window, app.clock.now())),
        backup_window=topology.backup_window,
        backup_days=topology.backup_days,
        earliest_restore=moment(topology.earliest_restore),
        latest_restore=moment(topology.latest_restore),
        certificate_ends=moment(min(ends, default=None)),
        authority_ends=moment(_authority_ends(app, spec, topology)),
        actions=_actions(app, spec, topology),
        starts_itself=moment(topology.starts_itself),
        replicates_from=source,
        replication_lag_s=lag_of(app, spec.region, topology).seconds if source else None,
        global_role={**vars(role), "members": list(role.members)} if role else None,
        unfinished=unfinished,
        blue_green=_deployment(app, spec),
    )


def upkeep_warnings(app: AppContext, report: ClusterReport, upkeep: Upkeep) -> list[str]:
    """Sentences on what needs a hand."""
    return [
        *_about_deployment(report, upkeep),
        *_about_version(report, upkeep),
        *_about_support(report, upkeep, app.clock.now()),
        *_about_certificates(report, app.clock.now()),
        *_about_authority(report, upkeep, app.clock.now()),
        *_about_actions(upkeep),
        *_about_stop(report, upkeep),
        *_about_replication(report, upkeep),
    ]


def next_start(window: str | None, now: datetime) -> datetime | None:
    """When a weekly window (`sun:05:00-sun:06:00`, UTC) begins next; None for none."""
    from aurora_cli.spec.values.windows import WEEK, weekly

    found = weekly(window or "")
    if found is None:
        return None
    now = now.astimezone(timezone.utc)
    monday = (now - timedelta(days=now.weekday())).replace(hour=0, minute=0, second=0, microsecond=0)
    start = monday + timedelta(minutes=found.start)
    return start if start > now else start + timedelta(minutes=WEEK)


def _role(app: AppContext, spec: ClusterSpec, topology: Topology) -> GlobalRole | None:
    """A status does not fail for want of one permission."""
    try:
        return global_role(app.aws(spec.region).client("rds"), topology.arn)
    except AccessDenied:
        return None


def _authority_ends(app: AppContext, spec: ClusterSpec, topology: Topology) -> datetime | None:
    try:
        known = authorities(app.aws(spec.region).client("rds"))
    except AccessDenied:
        return None
    used = {m.certificate for m in topology.members if m.certificate}
    return min((ends for name, one in known.items() if name in used and (ends := one.ends)), default=None)


def _actions(app: AppContext, spec: ClusterSpec, topology: Topology) -> tuple[dict[str, Any], ...]:
    arns = {topology.arn, *(m.arn for m in topology.members if m.arn)}
    try:
        found = pending_actions(app.aws(spec.region).client("rds"), arns)
    except AccessDenied:
        return ()
    return tuple({**vars(one), "when": moment(one.when)} for one in found)


def _deployment(app: AppContext, spec: ClusterSpec) -> dict[str, Any] | None:
    from aurora_cli.operations.blue_green.active import deployment_under_way

    found = deployment_under_way(app.aws(spec.region).client("rds"), spec.name)
    return found.to_dict() if found else None


def _about_deployment(report: ClusterReport, upkeep: Upkeep) -> list[str]:
    if upkeep.blue_green is None:
        return []
    one = upkeep.blue_green
    return [
        f"It is part of the blue/green deployment {one['id']} ({one['status']}): aurora-cli blue-green status {report.name}"
    ]


def _about_version(report: ClusterReport, upkeep: Upkeep) -> list[str]:
    from aurora_cli.spec.facts.versions import sort_key

    wanted, runs = upkeep.desired_version, report.engine_version
    if not wanted or report.status == "not created" or f"{runs}.".startswith(f"{wanted}."):
        return []
    if sort_key(runs) > sort_key(wanted):
        way = f"aurora-cli upgrade {report.name} --to {runs}"
        return [
            f"AWS runs {runs}, newer than {wanted} in the spec: AWS upgraded it automatically. Update the spec: {way}"
        ]
    when = upkeep.next_maintenance or "the maintenance window"
    return [f"AWS runs {runs}, the spec says {wanted}: the upgrade is pending until {when}."]


def _about_support(report: ClusterReport, upkeep: Upkeep, now: datetime) -> list[str]:
    if report.status == "not created" or not ends_soon(upkeep.support_ends, now.date()):
        return []
    text = support_words(vars(upkeep), f"{report.engine} {report.engine_version}", now.date())
    return [f"{text} Upgrade: aurora-cli upgrade {report.name}"]


def _about_certificates(report: ClusterReport, now: datetime) -> list[str]:
    near = [
        f"{i.id} ({i.certificate_ends[:10]})"
        for i in report.instances
        if i.certificate_ends and datetime.fromisoformat(i.certificate_ends) - now < CERTIFICATE_WARNING
    ]
    text = (
        f"The server certificate ends soon: {', '.join(near)}. Clients with TLS then refuse it. RDS renews it automatically; to "
        f"use another authority, one instance at a time: aurora-cli rotate-ca {report.name}"
    )
    return [text] if near else []


def _about_authority(report: ClusterReport, upkeep: Upkeep, now: datetime) -> list[str]:
    ends = upkeep.authority_ends
    if ends is None or datetime.fromisoformat(ends) - now > AUTHORITY_WARNING:
        return []
    gentle = f"aurora-cli rotate-ca {report.name}"
    return [f"A certificate authority of the instances ends on {ends[:10]}. Change it one instance at a time: {gentle}"]


def _about_actions(upkeep: Upkeep) -> list[str]:
    return [
        f"AWS maintenance is pending for {one['resource']}: {one['text'] or one['action']}, "
        f"at {one['when'] or upkeep.next_maintenance or 'the next maintenance window'}."
        for one in upkeep.actions
    ]


def _about_replication(report: ClusterReport, upkeep: Upkeep) -> list[str]:
    if upkeep.replicates_from is None:
        return []
    return [
        f"It is a replica and does not accept writes. To promote it to a standalone cluster: aurora-cli promote {report.name}"
    ]


def _about_stop(report: ClusterReport, upkeep: Upkeep) -> list[str]:
    if report.status != "stopped":
        return []
    when = f" on {upkeep.starts_itself[:10]}" if upkeep.starts_itself else " seven days after the stop"
    return [f"AWS starts it automatically{when}; stop it again if needed."]
