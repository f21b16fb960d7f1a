"""The calls that upgrade a cluster, and what AWS tells about things that upgrades trip over."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from aurora_cli.aws.clock import Clock
from aurora_cli.aws.cluster.topology import Topology, read_topology
from aurora_cli.aws.cluster.waiters import OnWait, busy_members, wait_until
from aurora_cli.aws.errors import aws_errors
from aurora_cli.errors import AccessDenied, AwsFailed, OperationFailed

LONGEST_S = 6 * 3600.0
"""A major upgrade of a large cluster takes hours."""
_LOOKS_UNTIL_IT_BEGINS, _LOOKS_AFTER_IT = 20, 3
"""Looks at a cluster at rest before an upgrade counts as given up: some minutes, since AWS takes its time to begin."""


def upgrade_cluster(
    rds: Any,
    cluster: str,
    version: str,
    *,
    cluster_group: str | None = None,
    instance_group: str | None = None,
    major: bool = False,
    at_once: bool = True,
) -> None:
    """ModifyDBCluster with a version; for a major one the groups of its family go with it.

    Args:
        cluster_group, instance_group: of the new family; only with `major`.
        at_once: False leaves it to the maintenance window.

    Raises:
        CredentialsError, AccessDenied, AwsFailed.
    """
    more: dict[str, Any] = {"AllowMajorVersionUpgrade": True} if major else {}
    groups = {"DBClusterParameterGroupName": cluster_group, "DBInstanceParameterGroupName": instance_group}
    more |= {key: name for key, name in groups.items() if major and name}
    with aws_errors(f"upgrading {cluster} to {version}"):
        rds.modify_db_cluster(DBClusterIdentifier=cluster, EngineVersion=version, ApplyImmediately=at_once, **more)


def upgrade_global(rds: Any, identifier: str, version: str) -> None:
    """ModifyGlobalCluster: every member goes to the major version at once, with default parameter groups."""
    with aws_errors(f"upgrading {identifier} to {version}"):
        rds.modify_global_cluster(
            GlobalClusterIdentifier=identifier, EngineVersion=version, AllowMajorVersionUpgrade=True
        )


def runs(topology: Topology, version: str) -> bool:
    """Whether the cluster and every instance run the version."""
    members = (m.engine_version for m in topology.members if m.status != "deleting")
    return topology.engine_version == version and all(one in (None, version) for one in members)


def await_version(rds: Any, cluster: str, version: str, *, clock: Clock, waiting: OnWait) -> Topology:
    """The cluster once it and its instances run the version and are at rest.

    Raises:
        OperationFailed: AWS has given the upgrade up, or the cluster is gone. WaitTimeout: after six hours.
    """
    watch = _Watch(rds, cluster, version)
    found: Topology = wait_until(
        watch.look, what=f"{cluster} to run {version}", clock=clock, waiting=waiting, timeout_s=LONGEST_S
    )
    return found


class _Watch:
    """Looks at an upgrade, and knows one that AWS has given up: it was at work, rests, and the version is the old one."""

    def __init__(self, rds: Any, cluster: str, version: str) -> None:
        self.rds, self.cluster, self.version = rds, cluster, version
        self.idle, self.began = 0, False

    def look(self) -> tuple[Topology, str | None]:
        topology = read_topology(self.rds, self.cluster)
        if topology is None:
            raise OperationFailed(f"{self.cluster} does not exist any more.", hint="See the RDS events.")
        busy = ", ".join(f"{name} is {status}" for name, status in busy_members(topology))
        if not busy and runs(topology, self.version):
            return topology, None
        self._count(topology, busy)
        return topology, busy or f"{self.cluster} runs {topology.engine_version}"

    def _count(self, topology: Topology, busy: str) -> None:
        waits = "EngineVersion" in topology.pending
        self.began = self.began or bool(busy)
        self.idle = 0 if busy or waits else self.idle + 1
        if self.idle > (_LOOKS_AFTER_IT if self.began else _LOOKS_UNTIL_IT_BEGINS):
            raise OperationFailed(
                f"AWS has not upgraded {self.cluster}: it is {topology.status} and still runs {topology.engine_version}.",
                hint="The reason is in the events of the cluster and, for Aurora MySQL, in the log upgrade-prechecks.log. "
                "Fix the cause, then run the same command again.",
            )


def known_parameters(rds: Any, family: str) -> set[str] | None:
    """Names of the cluster and instance parameters of a family; None where AWS may not be asked."""
    found: set[str] = set()
    try:
        for call in ("describe_engine_default_cluster_parameters", "describe_engine_default_parameters"):
            with aws_errors(f"reading the parameters of {family}"):
                pages = rds.get_paginator(call).paginate(DBParameterGroupFamily=family)
                found |= {one["ParameterName"] for p in pages for one in p["EngineDefaults"].get("Parameters", ())}
    except (AccessDenied, AwsFailed):
        return None
    return found


def integrations_of(rds: Any, arn: str) -> list[str]:
    """Names of the zero-ETL integrations that read from the cluster; empty where AWS may not be asked."""
    try:
        with aws_errors("reading the zero-ETL integrations"):
            pages = rds.get_paginator("describe_integrations").paginate()
            found = [one for page in pages for one in page["Integrations"]]
    except (AccessDenied, AwsFailed):
        return []
    return [one["IntegrationName"] for one in found if one.get("SourceArn") == arn]


def waiting_maintenance(rds: Any, arns: Iterable[str]) -> list[str]:
    """What maintenance waits for the cluster or its instances, e.g. `system-update of demo-1`; empty if unknown."""
    wanted = set(arns)
    try:
        with aws_errors("reading the pending maintenance"):
            pages = rds.get_paginator("describe_pending_maintenance_actions").paginate()
            found = [one for page in pages for one in page["PendingMaintenanceActions"]]
    except (AccessDenied, AwsFailed):
        return []
    return [
        f"{detail['Action']} of {one['ResourceIdentifier'].rpartition(':')[2]}"
        for one in found
        if one.get("ResourceIdentifier") in wanted
        for detail in one.get("PendingMaintenanceActionDetails", ())
    ]
