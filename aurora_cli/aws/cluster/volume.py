"""What CloudWatch knows of the cluster volume: its size, its I/O, the backups that are billed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from aurora_cli.aws.clock import Clock
from aurora_cli.aws.errors import aws_errors
from aurora_cli.errors import AccessDenied, AwsFailed

WINDOW = timedelta(days=14)
_HOUR, _DAY = 3600, 86400
_METRICS = {
    "bytes": ("VolumeBytesUsed", "Maximum", _HOUR),
    "read": ("VolumeReadIOPs", "Sum", _HOUR),
    "written": ("VolumeWriteIOPs", "Sum", _HOUR),
    "billed": ("TotalBackupStorageBilled", "Maximum", _DAY),
    "replicated": ("AuroraGlobalDBReplicatedWriteIO", "Sum", _HOUR),
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
    now = clock.now()
    try:
        with aws_errors(f"reading the metrics of the volume of {cluster}"):
            pages = cloudwatch.get_paginator("get_metric_data").paginate(
                MetricDataQueries=[_query(key, cluster) for key in _METRICS],
                StartTime=now - WINDOW,
                EndTime=now,
                ScanBy="TimestampDescending",
            )
            points = _points(one for page in pages for one in page["MetricDataResults"])
    except (AccessDenied, AwsFailed):
        return Volume()
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


def _query(key: str, cluster: str) -> dict[str, Any]:
    metric, statistic, period = _METRICS[key]
    dimensions = [{"Name": "DBClusterIdentifier", "Value": cluster}]
    what = {"Namespace": "AWS/RDS", "MetricName": metric, "Dimensions": dimensions}
    return {"Id": key, "MetricStat": {"Metric": what, "Period": period, "Stat": statistic}}


def _points(results: Any) -> dict[str, dict[datetime, float]]:
    found: dict[str, dict[datetime, float]] = {key: {} for key in _METRICS}
    for one in results:
        found.setdefault(one["Id"], {}).update(zip(one["Timestamps"], one["Values"], strict=False))
    return found


def _newest(points: dict[datetime, float]) -> float | None:
    return points[max(points)] if points else None
