"""How far replicas are behind, as CloudWatch tells it, and the call that ends the replication of a cluster."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from aurora_cli.aws.clock import Clock
from aurora_cli.aws.cluster.metric_data import Metric, read_values
from aurora_cli.aws.cluster.topology import Topology
from aurora_cli.aws.errors import aws_errors
from aurora_cli.errors import AccessDenied, AwsFailed

BINLOG = "AuroraBinlogReplicaLag"
FROM_RDS_POSTGRESQL = "RDSToAuroraPostgreSQLReplicaLag"
OF_READERS = "AuroraReplicaLag"
READERS = "AuroraReplicaLagMaximum"
"""In milliseconds."""
_WINDOW = timedelta(minutes=5)
_PERIOD_S = 60


@dataclass(frozen=True)
class Lag:
    """The newest lag of the last five minutes.

    Attributes:
        seconds: None when it is not known.
        why: why it is not known, as the end of a sentence; None when it is.
        unreadable: whether CloudWatch refused to tell.
    """

    seconds: float | None
    why: str | None = None
    unreadable: bool = False

    def words(self) -> str:
        """For people: `3 s behind`, or that it is not known and why."""
        return f"{self.seconds:.0f} s behind" if self.seconds is not None else f"behind by an unknown lag: {self.why}"

    def within(self, seconds: float) -> bool:
        """Whether it is known and at most that long."""
        return self.seconds is not None and self.seconds <= seconds


def metric_of(topology: Topology) -> str | None:
    """The metric of a replica's lag; None where AWS has none (Aurora User Guide, instance-level metrics for Aurora)."""
    if topology.engine == "aurora-mysql":
        return BINLOG
    return FROM_RDS_POSTGRESQL if ":db:" in (topology.replicates_from or "") else None


def read_lag(cloudwatch: Any, topology: Topology, clock: Clock) -> Lag:
    """The lag of a replica cluster. Its writer, or the instance that becomes it, applies what arrives and has the metric.

    Args:
        cloudwatch: a botocore CloudWatch client of the replica's Region.

    Raises:
        CredentialsError. Without permission the lag is unknown, and no more.
    """
    metric, applying = metric_of(topology), topology.writer or next(iter(topology.members), None)
    if metric is None:
        return Lag(None, "AWS has no metric for this kind of replication")
    if applying is None:
        return Lag(None, "it has no instance")
    return _read(cloudwatch, topology, clock, metric, ("DBInstanceIdentifier", applying.id))


def read_reader_lag(cloudwatch: Any, topology: Topology, clock: Clock) -> Lag:
    """How far the slowest reader is behind the writer (Aurora User Guide, cluster-level metrics). Raises CredentialsError."""
    found = _read(cloudwatch, topology, clock, READERS, ("DBClusterIdentifier", topology.identifier))
    return Lag(None if found.seconds is None else found.seconds / 1000, found.why, found.unreadable)


def _read(cloudwatch: Any, topology: Topology, clock: Clock, metric: str, dimension: tuple[str, str]) -> Lag:
    now = clock.now()
    try:
        with aws_errors(f"reading the lag of {topology.identifier}"):
            points = cloudwatch.get_metric_statistics(
                Namespace="AWS/RDS",
                MetricName=metric,
                Dimensions=[{"Name": dimension[0], "Value": dimension[1]}],
                StartTime=now - _WINDOW,
                EndTime=now,
                Period=_PERIOD_S,
                Statistics=["Maximum"],
            )["Datapoints"]
    except (AccessDenied, AwsFailed) as error:
        return Lag(None, f"CloudWatch could not be read ({error.message.rstrip('.')})", unreadable=True)
    return _newest(points, metric)


def _newest(points: list[dict[str, Any]], metric: str) -> Lag:
    newest = max(points, key=lambda point: point["Timestamp"], default=None)
    if newest is None:
        return Lag(None, f"CloudWatch has no value for {metric} in the last five minutes")
    seconds = float(newest["Maximum"])
    return Lag(seconds) if seconds >= 0 else Lag(None, f"{metric} is -1: the replication does not run")


def reader_lags(cloudwatch: Any, readers: Sequence[str], clock: Clock) -> dict[str, float]:
    """Milliseconds that Aurora Replicas are behind the writer, newest of the last five minutes; one call for all of them.

    Args:
        readers: identifiers of instances.

    Returns:
        those that CloudWatch has a value for, and lets us read.

    Raises:
        CredentialsError.
    """
    if not readers:
        return {}
    asked = {
        f"m{number}": Metric(OF_READERS, "Maximum", "DBInstanceIdentifier", name, _PERIOD_S)
        for number, name in enumerate(readers)
    }
    now = clock.now()
    try:
        found = read_values(cloudwatch, asked, now - _WINDOW, now)
    except (AccessDenied, AwsFailed):
        return {}  # the lag is a help, not what was asked for
    return {one.of: float(points[max(points)]) for key, one in asked.items() if (points := found[key])}


def promote(rds: Any, cluster: str) -> None:
    """Ask AWS to make a replica a cluster of its own (RDS API PromoteReadReplicaDBCluster). Raises AwsFailed and its kin."""
    with aws_errors(f"promoting {cluster}"):
        rds.promote_read_replica_db_cluster(DBClusterIdentifier=cluster)
