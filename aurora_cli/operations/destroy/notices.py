"""What a person should know of a destroy beside the plan: what comes first, what goes unknown to Terraform, what stays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from aurora_cli.aws.errors import aws_errors
from aurora_cli.aws.related.log_groups import log_groups_of
from aurora_cli.aws.related.related_resources import proxies
from aurora_cli.errors import AccessDenied
from aurora_cli.operations.core.unfinished import unfinished
from aurora_cli.operations.destroy.waking import STARTED_FIRST, STOPPED

if TYPE_CHECKING:
    from aurora_cli.operations.destroy.context import DestroyContext

_ENDPOINT, _PROXY, _LOG_GROUP = "aws_rds_cluster_endpoint", "aws_db_proxy", "aws_cloudwatch_log_group"

LogGroup = tuple[str, str]
"""Region and name."""


def remarks_of(work: DestroyContext) -> tuple[str, ...]:
    """Sentences for the review. Raises CredentialsError, AwsFailed."""
    return (
        *_unfinished(work),
        *_stopped(work),
        *_autoscaled(work),
        *_endpoints(work),
        *_proxies(work),
        *_stream(work),
        *work.blockers,
    )


def _unfinished(work: DestroyContext) -> Iterator[str]:
    progress = unfinished(work.stack)
    if progress is not None:
        yield f"{progress.so_far}. It is abandoned."


def _stopped(work: DestroyContext) -> Iterator[str]:
    for one in work.clusters().values():
        if one.status in STOPPED:
            yield STARTED_FIRST.format(name=one.identifier, status=one.status)


def _autoscaled(work: DestroyContext) -> Iterator[str]:
    if work.topology and (work.spec.autoscaling or any(m.autoscaled for m in work.topology.members)):
        yield "Autoscaling is stopped first, so that no reader is recreated."


def _endpoints(work: DestroyContext) -> Iterator[str]:
    theirs = (
        sorted(set(work.topology.custom) - _planned(work, _ENDPOINT, "cluster_endpoint_identifier"))
        if work.topology
        else []
    )
    if theirs:
        yield f"Custom endpoints that Terraform does not manage are deleted with the cluster: {', '.join(theirs)}."


def _proxies(work: DestroyContext) -> Iterator[str]:
    if work.topology is None:
        return
    try:
        with aws_errors(f"looking for proxies of {work.spec.name}"):
            found = proxies(work.rds, {"DBClusterIdentifier": work.spec.name})
    except AccessDenied:
        return
    theirs = sorted(set(found) - _planned(work, _PROXY, "name"))
    if theirs:
        yield f"RDS proxies that Terraform does not manage remain, without a target: {', '.join(theirs)}."
    if theirs and any(c.type == "aws_vpc" for c in work.plan.resource_changes):
        yield "AWS refuses to delete the VPC of this stack while they are in it: delete them first, or destroy again afterwards."


def _stream(work: DestroyContext) -> Iterator[str]:
    planned = any(c.type == "aws_rds_cluster_activity_stream" for c in work.plan.resource_changes)
    if work.topology and work.topology.activity_stream and not planned:
        yield f"AWS stops the activity stream and deletes {work.topology.activity_stream} with the cluster."


def _planned(work: DestroyContext, kind: str, attribute: str) -> set[str]:
    return {str(c.before.get(attribute)) for c in work.plan.resource_changes if c.type == kind}


def log_groups(work: DestroyContext) -> tuple[LogGroup, ...]:
    """The log groups that are there now, in every Region of the cluster. Raises CredentialsError, AwsFailed."""
    places = {work.spec.region: work.spec.name}
    places |= {region: one.identifier for region, one in work.live.secondaries.items()}
    proxied = tuple(_planned(work, _PROXY, "name"))
    return tuple(
        (region, group)
        for region, name in places.items()
        for group in log_groups_of(
            work.app.aws(region).client("logs"), name, proxied if region == work.spec.region else ()
        )
    )


def staying_groups(work: DestroyContext) -> tuple[LogGroup, ...]:
    """Those that Terraform will not delete. Raises CredentialsError, AwsFailed."""
    planned = _planned(work, _LOG_GROUP, "name")
    return tuple((region, name) for region, name in log_groups(work) if name not in planned)


def stay(groups: Iterable[LogGroup]) -> Iterator[str]:
    """A sentence for each, with the way to delete it."""
    for region, name in groups:
        yield f"The log group {name}, created by RDS. To delete it: {delete_command(region, name)}"


def delete_command(region: str, name: str) -> str:
    """The command that deletes a log group."""
    return f"aws logs delete-log-group --region {region} --log-group-name {name}"
