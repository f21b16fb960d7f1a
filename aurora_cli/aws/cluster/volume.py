"""What CloudWatch knows of the cluster volume: its size, its I/O, the backups that are billed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aurora_cli.aws.clock import Clock
from aurora_cli.aws.cluster.metric_data import DAY, HOUR, Metric, Points, read_metrics

_METRICS = {
    "bytes": ("VolumeBytesUsed", "Maximum", HOUR),
    "read": ("VolumeReadIOPs", "Sum", HOUR),
    "written": ("VolumeWriteIOPs", "Sum", HOUR),
    "billed": ("TotalBackupStorageBilled", "Maximum", DAY),
    "replicated": ("AuroraGlobalDBReplicatedWriteIO", "Sum", HOUR),
}
"""Cluster-level metrics (Aurora User Guide, Amazon CloudWatch metrics for Amazon Aurora)."""


@dataclass(frozen=True)
class Volume:
    """The volume of a cluster in the last 14 days.

    Attributes:
        size_bytes: its newest size; None where CloudWatch has none.
        io_requests: billed read and write requests in `hours`; None where CloudWatch has none.
        hours: the hours that have a value for I/O.
        backup_bytes: backups and snapshots that are billed; None where CloudWatch has no value.
        replicated_writes: write requests of a global database that came from the primary Region in `replicated_hours`; CloudWatch
            has them in secondary Regions alone.
        replicated_hours: the hours that have a value for those.
    """

    size_bytes: float | None = None
    io_requests: float | None = None
    hours: int = 0
    backup_bytes: float | None = None
    replicated_writes: float | None = None
    replicated_hours: int = 0


def read_volume(cloudwatch: Any, cluster: str, clock: Clock) -> Volume:
    """One call for all metrics; what CloudWatch does not let us read is not known. Raises CredentialsError.

    Args:
        cloudwatch: a botocore client of the cluster's Region.
        cluster: its identifier.
    """
    points = read_metrics(
        cloudwatch,
        {
            key: Metric(name, statistic, "DBClusterIdentifier", cluster, period)
            for key, (name, statistic, period) in _METRICS.items()
        },
        clock,
    )
    hours = points["read"].keys() | points["written"].keys()
    requests = sum(points["read"].values()) + sum(points["written"].values())
    replicated = points["replicated"]
    return Volume(
        size_bytes=_newest(points["bytes"]),
        io_requests=requests if hours else None,
        hours=len(hours),
        backup_bytes=_newest(points["billed"]),
        replicated_writes=sum(replicated.values()) if replicated else None,
        replicated_hours=len(replicated),
    )


def _newest(points: Points) -> float | None:
    return points[max(points)] if points else None
