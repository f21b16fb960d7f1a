"""An Aurora global database as the RDS API reports it: which Region is the primary, how far the others are behind."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from aurora_cli.aws.answers import not_of_aws
from aurora_cli.aws.clock import Clock
from aurora_cli.aws.cluster.waiters import OnWait, wait_until
from aurora_cli.aws.describe import first
from aurora_cli.aws.errors import aws_errors
from aurora_cli.errors import AccessDenied, AwsFailed, ClusterNotFound

_HANDING_OVER = ("switching-over", "failing-over")
_LAG = "AuroraGlobalDBReplicationLag"
_PARTS_OF_ARN = 7
_NOT_FOUND = "GlobalClusterNotFoundFault"
_NOT_A_MEMBER = "is not found in global cluster"


@dataclass(frozen=True)
class GlobalMember:
    """One member cluster.

    Attributes:
        arn, region, identifier: the DB cluster.
        primary: whether it takes the writes now.
        write_forwarding: AWS's word (`enabled`, `disabled`, `enabling`, ...), or None for the primary.
        synchronization: AWS's word (`connected`, `pending-resync`), or None.
        lag_ms: milliseconds behind the primary, or None if CloudWatch has no value.
    """

    arn: str
    region: str
    identifier: str
    primary: bool
    write_forwarding: str | None = None
    synchronization: str | None = None
    lag_ms: float | None = None


@dataclass(frozen=True)
class GlobalTopology:
    """One live global cluster; `endpoint` is the host name that follows the primary Region."""

    identifier: str
    status: str
    members: tuple[GlobalMember, ...]
    endpoint: str | None = None
    deletion_protection: bool = False

    @property
    def primary(self) -> GlobalMember | None:
        """The member that takes the writes now; None while there is none."""
        return next((m for m in self.members if m.primary), None)

    def member(self, region: str) -> GlobalMember | None:
        """The member in a Region; there is at most one."""
        return next((m for m in self.members if m.region == region), None)


def read_global(rds: Any, identifier: str) -> GlobalTopology | None:
    """Read one global cluster from any of its Regions; None if AWS has none of that name.

    Raises:
        CredentialsError, AccessDenied, AwsFailed.
    """
    doing = f"reading global cluster {identifier}"
    found = first(rds.describe_global_clusters, "GlobalClusters", doing, GlobalClusterIdentifier=identifier)
    return _global(found) if found else None


def _global(item: dict[str, Any]) -> GlobalTopology:
    return GlobalTopology(
        identifier=item["GlobalClusterIdentifier"],
        status=item.get("Status", "unknown"),
        members=tuple(_member(m) for m in item.get("GlobalClusterMembers", ())),
        endpoint=item.get("Endpoint"),
        deletion_protection=bool(item.get("DeletionProtection")),
    )


def _member(item: dict[str, Any]) -> GlobalMember:
    arn = str(item["DBClusterArn"])
    parts = arn.split(":")
    if len(parts) < _PARTS_OF_ARN:
        raise not_of_aws("DescribeGlobalClusters", f"{arn} is not the ARN of a cluster")
    return GlobalMember(
        arn=arn,
        region=parts[3],
        identifier=parts[-1],
        primary=bool(item.get("IsWriter")),
        write_forwarding=item.get("GlobalWriteForwardingStatus"),
        synchronization=item.get("SynchronizationStatus"),
    )


def with_lag(member: GlobalMember, cloudwatch: Any, clock: Clock) -> GlobalMember:
    """The member with the newest lag of the last minutes, if CloudWatch has one and lets us read it."""
    if member.primary:
        return member
    now = clock.now()
    try:
        with aws_errors(f"reading the lag of {member.identifier}"):
            points = cloudwatch.get_metric_statistics(
                Namespace="AWS/RDS",
                MetricName=_LAG,
                Dimensions=[{"Name": "DBClusterIdentifier", "Value": member.identifier}],
                StartTime=now - timedelta(minutes=5),
                EndTime=now,
                Period=60,
                Statistics=["Average"],
            )["Datapoints"]
    except (AccessDenied, AwsFailed):
        return member  # the lag is a help, not what was asked for
    newest = max(points, key=lambda point: point["Timestamp"], default=None)
    return replace(member, lag_ms=float(newest["Average"])) if newest else member


def hand_over(
    rds: Any, identifier: str, region: str, *, clock: Clock, waiting: OnWait, allow_data_loss: bool = False
) -> GlobalTopology:
    """Make the member in `region` the primary. Does nothing if it is, and waits only if AWS is at it already.

    Args:
        rds: a botocore RDS client of the Region that takes over: the other one may be unreachable.
        allow_data_loss: fail over (what had not arrived is lost) instead of switching over (nothing is lost).

    Raises:
        ClusterNotFound, AwsFailed, CredentialsError; WaitTimeout when it has not taken over in time.
    """

    def look() -> tuple[GlobalTopology, str | None]:
        topology = read_global(rds, identifier)
        if topology is None:
            raise ClusterNotFound(f"AWS has no global cluster named {identifier}.")
        reached = _target(topology, region).primary and topology.status == "available"
        return topology, None if reached else topology.status

    before = look()[0]
    target = _target(before, region)
    if not target.primary and before.status not in _HANDING_OVER:
        _ask(rds, identifier, target.arn, allow_data_loss=allow_data_loss)
    return wait_until(
        look,
        what=f"{region} to become the primary",
        clock=clock,
        waiting=waiting,
        slowest_s=10.0,
        hint="Check again with `aurora-cli global status NAME`; the same command resumes.",
    )


def _ask(rds: Any, identifier: str, arn: str, *, allow_data_loss: bool) -> None:
    names = {"GlobalClusterIdentifier": identifier, "TargetDbClusterIdentifier": arn}
    if allow_data_loss:
        with aws_errors(f"failing over {identifier}"):
            rds.failover_global_cluster(**names, AllowDataLoss=True)
    else:
        with aws_errors(f"switching over {identifier}"):
            rds.switchover_global_cluster(**names)


def _target(topology: GlobalTopology, region: str) -> GlobalMember:
    member = topology.member(region)
    if member is None:
        raise ClusterNotFound(f"The global cluster {topology.identifier} has no cluster in {region}.")
    return member


def detach(rds: Any, identifier: str, arn: str) -> None:
    """Take a member out of its global cluster; fine when it has left. It goes on alone, with its data."""
    try:
        with aws_errors(f"removing {arn.rpartition(':')[2]} from {identifier}"):
            rds.remove_from_global_cluster(GlobalClusterIdentifier=identifier, DbClusterIdentifier=arn)
    except ClusterNotFound:
        return
    except AwsFailed as error:
        left = _NOT_A_MEMBER in str(error.details.get("aws_message"))
        if error.details.get("aws_code") != _NOT_FOUND and not left:
            raise


def lift_protection(rds: Any, cluster: str) -> None:
    """Let AWS delete the DB cluster. Raises CredentialsError, AccessDenied, AwsFailed."""
    with aws_errors(f"disabling the deletion protection of {cluster}"):
        rds.modify_db_cluster(DBClusterIdentifier=cluster, DeletionProtection=False, ApplyImmediately=True)


def lift_global_protection(rds: Any, identifier: str) -> None:
    """Let AWS delete the global cluster."""
    with aws_errors(f"disabling the deletion protection of {identifier}"):
        rds.modify_global_cluster(GlobalClusterIdentifier=identifier, DeletionProtection=False)


def master_secret(secretsmanager: Any, prefix: str) -> str | None:
    """ARN of the newest secret whose name begins with `prefix`; None if there is none."""
    with aws_errors(f"looking for the secret {prefix}..."):
        found = secretsmanager.list_secrets(Filters=[{"Key": "name", "Values": [prefix]}])["SecretList"]
    ours = [s for s in found if s.get("Name", "").startswith(prefix)]
    newest = max(ours, key=lambda secret: str(secret.get("CreatedDate", "")), default=None)
    return str(newest["ARN"]) if newest else None


def read_secret(secretsmanager: Any, arn: str) -> str | None:
    """The text in a secret, or None if nothing has been put into it."""
    try:
        with aws_errors("reading the master user's secret"):
            return str(secretsmanager.get_secret_value(SecretId=arn)["SecretString"])
    except AwsFailed as error:
        if error.details.get("aws_code") == "ResourceNotFoundException":
            return None
        raise
