"""What is looked at before a deployment is made: the live cluster and all that hangs on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aurora_cli.aws.cluster.discovery import DiscoveredCluster, read_cluster
from aurora_cli.aws.engine.parameter_groups import parameter_value
from aurora_cli.aws.errors import aws_errors
from aurora_cli.aws.related import related_resources
from aurora_cli.errors import AccessDenied, AwsFailed
from aurora_cli.operations.blue_green.active import deployment_under_way
from aurora_cli.operations.blue_green.blockers import LOGICAL, Situation

if TYPE_CHECKING:
    from aurora_cli.aws.cluster.topology import Topology
    from aurora_cli.operations.pipeline.context import OperationContext
    from aurora_cli.spec.model.cluster import ClusterSpec

FIELDS = ("cluster_group", "instance_group")


def situation_of(context: OperationContext, topology: Topology, after: ClusterSpec, *, major: bool) -> Situation:
    """What `blockers` judges.

    Args:
        after: the spec of the green cluster.
        major: whether it is of another major version.

    Raises:
        CredentialsError, AccessDenied, AwsFailed.
    """
    spec, rds = context.spec, context.rds
    found = read_cluster(context.app.aws(spec.region), spec.name)
    group = str(found.cluster.get("DBClusterParameterGroup", ""))
    under_way = deployment_under_way(rds, spec.name)
    with aws_errors(f"reading what belongs to {spec.name}"):
        proxies = related_resources.proxies(rds, found.cluster)
    return Situation(
        name=spec.name,
        engine=spec.engine,
        status=topology.status,
        engine_mode=str(found.cluster.get("EngineMode") or "provisioned"),
        logical=parameter_value(rds, group, LOGICAL[spec.engine][0]),
        cluster_group=group,
        waiting=tuple(m.id for m in topology.members if "ClusterParameterGroup" in m.pending),
        managed_password=topology.secret_arn is not None,
        proxies=proxies,
        integrations=_integrations(context, found),
        global_cluster=found.global_cluster,
        replicates_from=topology.replicates_from,
        replicas=topology.replicas,
        activity_stream=topology.activity_stream is not None,
        event_scheduler=_scheduler(after),
        own_groups=_own_groups(spec, after, major=major),
        old_group=_old_group(spec, after) if major else (),
        deployment=under_way.id if under_way and under_way.status != "DELETING" else None,
    )


def _integrations(context: OperationContext, found: DiscoveredCluster) -> tuple[str, ...]:
    """Names of the zero-ETL integrations; none where they may not be read: AWS says so at the switchover then."""
    arn = found.cluster.get("DBClusterArn")
    try:
        with aws_errors("reading the zero-ETL integrations"):
            pages = context.rds.get_paginator("describe_integrations").paginate()
            every = [one for page in pages for one in page["Integrations"]]
    except (AccessDenied, AwsFailed):
        return ()
    return tuple(one["IntegrationName"] for one in every if one.get("SourceArn") == arn)


def _scheduler(after: ClusterSpec) -> str | None:
    if after.engine != "aurora-mysql":
        return None
    value = after.parameters.cluster.get("event_scheduler")
    return None if value is None else str(value)


def _own_groups(spec: ClusterSpec, after: ClusterSpec, *, major: bool) -> tuple[str, ...]:
    """With new groups for all, one of an instance's own would be lost."""
    if not major and spec.parameters == after.parameters:
        return ()
    own = spec.instances.overrides.items()
    return tuple(key for key, one in own if one.parameters or one.parameter_group)


def _old_group(spec: ClusterSpec, after: ClusterSpec) -> tuple[str, ...]:
    before, now = spec.parameters, after.parameters
    same = [name for name in FIELDS if getattr(now, name) and getattr(now, name) == getattr(before, name)]
    return tuple(f"parameters.{name}" for name in same)
