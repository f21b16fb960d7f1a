"""Blue/green deployments as the RDS API has them."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from aurora_cli.aws.errors import aws_errors, known_to_botocore
from aurora_cli.errors import AccessDenied, AuroraError, AwsFailed

if TYPE_CHECKING:
    from aurora_cli.aws.clock import Clock

SWITCHED = "SWITCHOVER_COMPLETED"
SWITCHING = "SWITCHOVER_IN_PROGRESS"
READY = ("AVAILABLE", "SWITCHOVER_FAILED")
"""Statuses in which a switchover may begin: a failed one was rolled back."""
_LAG = "AuroraBinlogReplicaLag"
"""In seconds, of the green writer; Aurora PostgreSQL has no such metric for a logical replica."""


@dataclass(frozen=True)
class Deployment:
    """One deployment.

    Attributes:
        id, name: AWS's identifier (`bgd-...`), and the name that it was made with.
        status: AWS's word, e.g. AVAILABLE.
        details: AWS's sentence about the status, or None.
        source, target: identifiers of the blue and the green cluster, under the names that they have now.
        tasks: name -> status of what AWS does to make the green environment.
        resources: (identifier in blue, identifier in green, status) of each cluster and instance.
        created_at: RFC 3339 in UTC.
        lag_s: seconds that the green cluster is behind, as CloudWatch last had it; None where it has nothing.
    """

    id: str
    name: str
    status: str
    details: str | None
    source: str
    target: str | None
    tasks: tuple[tuple[str, str], ...] = ()
    resources: tuple[tuple[str, str, str], ...] = ()
    created_at: str | None = None
    lag_s: float | None = None

    @property
    def switched(self) -> bool:
        """Whether the green cluster has the production names."""
        return self.status == SWITCHED

    def to_dict(self) -> dict[str, Any]:
        """JSON form, as in the published schema."""
        resources = [dict(zip(("blue", "green", "status"), one, strict=True)) for one in self.resources]
        return {**asdict(self), "tasks": dict(self.tasks), "resources": resources}


def deployments(rds: Any, **asked: Any) -> list[Deployment]:
    """The deployments of the Region. Raises CredentialsError, AccessDenied, AwsFailed."""
    with aws_errors("reading the blue/green deployments"):
        pages = rds.get_paginator("describe_blue_green_deployments").paginate(**asked)
        return [_deployment(one) for page in pages for one in page["BlueGreenDeployments"]]


def deployment(rds: Any, identifier: str) -> Deployment | None:
    """The deployment of that identifier; None if there is none. Raises CredentialsError, AccessDenied, AwsFailed."""
    try:
        return next(iter(deployments(rds, BlueGreenDeploymentIdentifier=identifier)), None)
    except AwsFailed as error:
        if error.details.get("aws_code") == "BlueGreenDeploymentNotFoundFault":
            return None
        raise


def deployment_named(rds: Any, name: str) -> Deployment | None:
    """The deployment that was made with that name; None if there is none."""
    wanted = [{"Name": "blue-green-deployment-name", "Values": [name]}]
    return next((one for one in deployments(rds, Filters=wanted) if one.name == name), None)


def deployment_of(rds: Any, cluster: str) -> Deployment | None:
    """The deployment that a cluster is part of, as blue or as green; the newest if there are more."""
    found = [one for one in deployments(rds) if cluster in (one.source, one.target)]
    return max(found, key=lambda one: one.created_at or "", default=None)


def create_deployment(rds: Any, name: str, arn: str, tags: dict[str, str], **target: Any) -> Deployment:
    """Begin a deployment. The same name a second time gives the one that there is.

    Args:
        name: of the deployment, at most 60 letters, digits and single hyphens.
        arn: of the blue cluster.
        target: TargetEngineVersion, TargetDBClusterParameterGroupName, TargetDBParameterGroupName,
            TargetResourceConfigurations; None leaves one out.

    Raises:
        CredentialsError, AccessDenied, AwsFailed.
    """
    wanted = {key: value for key, value in target.items() if value is not None}
    try:
        unknown = known_to_botocore("create that blue/green deployment; nothing was changed")
        with aws_errors(f"creating the blue/green deployment {name}"), unknown:
            answer = rds.create_blue_green_deployment(
                BlueGreenDeploymentName=name,
                Source=arn,
                Tags=[{"Key": key, "Value": value} for key, value in sorted(tags.items())],
                **wanted,
            )
    except AwsFailed as error:
        there = deployment_named(rds, name) if _code(error) == "BlueGreenDeploymentAlreadyExistsFault" else None
        if there is None:
            raise
        return there
    return _deployment(answer["BlueGreenDeployment"])


def switch_over(rds: Any, identifier: str, timeout_s: int) -> None:
    """Begin the switchover. Raises CredentialsError, AccessDenied, AwsFailed."""
    with aws_errors("switching over"):
        rds.switchover_blue_green_deployment(BlueGreenDeploymentIdentifier=identifier, SwitchoverTimeout=timeout_s)


def delete_deployment(rds: Any, identifier: str, *, with_target: bool) -> None:
    """Delete a deployment, and with it the green environment if asked to. Nothing for one that is gone or going.

    Raises:
        CredentialsError, AccessDenied, AwsFailed.
    """
    asked = {"DeleteTarget": True} if with_target else {}
    try:
        with aws_errors("deleting the blue/green deployment"):
            rds.delete_blue_green_deployment(BlueGreenDeploymentIdentifier=identifier, **asked)
    except AwsFailed as error:
        now = deployment(rds, identifier) if "BlueGreenDeployment" in _code(error) else None
        if _code(error) != "BlueGreenDeploymentNotFoundFault" and (now is None or now.status != "DELETING"):
            raise


def with_lag(found: Deployment, engine: str, cloudwatch: Any, clock: Clock) -> Deployment:
    """The deployment with the newest lag of the last minutes, if CloudWatch has one in seconds and lets us read it."""
    if engine != "aurora-mysql" or found.target is None or found.switched:
        return found
    now = clock.now()
    try:
        with aws_errors("reading the lag of the green cluster"):
            points = cloudwatch.get_metric_statistics(
                Namespace="AWS/RDS",
                MetricName=_LAG,
                Dimensions=[
                    {"Name": "DBClusterIdentifier", "Value": found.target},
                    {"Name": "Role", "Value": "WRITER"},
                ],
                StartTime=now - timedelta(minutes=5),
                EndTime=now,
                Period=60,
                Statistics=["Maximum"],
            )["Datapoints"]
    except (AccessDenied, AwsFailed):
        return found  # the lag is a help, not what was asked for
    newest = max(points, key=lambda point: point["Timestamp"], default=None)
    return replace(found, lag_s=float(newest["Maximum"])) if newest else found


def _code(error: AuroraError) -> str:
    return str(error.details.get("aws_code"))


def _deployment(found: dict[str, Any]) -> Deployment:
    created = found.get("CreateTime")
    return Deployment(
        id=found["BlueGreenDeploymentIdentifier"],
        name=found.get("BlueGreenDeploymentName", ""),
        status=found.get("Status", "unknown"),
        details=found.get("StatusDetails"),
        source=_name(found.get("Source")) or "",
        target=_name(found.get("Target")),
        tasks=tuple((task["Name"], task["Status"]) for task in found.get("Tasks") or ()),
        resources=tuple(
            (_name(one.get("SourceMember")) or "", _name(one.get("TargetMember")) or "", one.get("Status", "unknown"))
            for one in found.get("SwitchoverDetails") or ()
        ),
        created_at=f"{created:%Y-%m-%dT%H:%M:%SZ}" if created else None,
    )


def _name(arn: str | None) -> str | None:
    return arn.rpartition(":")[2] if arn else None
