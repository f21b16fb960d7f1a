"""Metrics from CloudWatch, all of them in one call (CloudWatch API GetMetricData)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from aurora_cli.aws.clock import Clock
from aurora_cli.aws.errors import aws_errors
from aurora_cli.errors import AccessDenied, AwsFailed

WINDOW = timedelta(days=14)
HOUR, DAY = 3600, 86400
IN_A_CALL = 500
"""Queries that a call takes (CloudWatch API reference, GetMetricData)."""
Points = dict[datetime, float]


class Metric(NamedTuple):
    """One metric of `AWS/RDS`.

    Attributes:
        dimension: `DBClusterIdentifier` or `DBInstanceIdentifier`.
        of: the identifier.
        period: seconds of a value.
    """

    name: str
    statistic: str
    dimension: str
    of: str
    period: int = HOUR


def read_metrics(cloudwatch: Any, metrics: Mapping[str, Metric], clock: Clock) -> dict[str, Points]:
    """The values of 14 days, by the same keys: empty for what CloudWatch does not have or does not let us read.

    Args:
        cloudwatch: a botocore client of the Region.
        metrics: by keys of lower-case letters, digits and underscores.

    Raises:
        CredentialsError.
    """
    now = clock.now()
    try:
        return read_values(cloudwatch, metrics, now - WINDOW, now)
    except (AccessDenied, AwsFailed):
        return {key: {} for key in metrics}


def read_values(cloudwatch: Any, metrics: Mapping[str, Metric], start: datetime, end: datetime) -> dict[str, Points]:
    """The values of each metric, by the same keys: empty for what CloudWatch does not have. As few calls as it takes.

    Args:
        cloudwatch, metrics: as of `read_metrics`.
        start, end: with a time zone.

    Raises:
        CredentialsError, AccessDenied, AwsFailed.
    """
    found: dict[str, Points] = {key: {} for key in metrics}
    keys = list(metrics)
    with aws_errors("reading metrics"):
        for first in range(0, len(keys), IN_A_CALL):
            pages = cloudwatch.get_paginator("get_metric_data").paginate(
                MetricDataQueries=[_query(key, metrics[key]) for key in keys[first : first + IN_A_CALL]],
                StartTime=start,
                EndTime=end,
                ScanBy="TimestampDescending",
            )
            for one in (result for page in pages for result in page["MetricDataResults"]):
                found.setdefault(one["Id"], {}).update(zip(one["Timestamps"], one["Values"], strict=False))
    return found


def _query(key: str, metric: Metric) -> dict[str, Any]:
    dimensions = [{"Name": metric.dimension, "Value": metric.of}]
    what = {"Namespace": "AWS/RDS", "MetricName": metric.name, "Dimensions": dimensions}
    return {"Id": key, "MetricStat": {"Metric": what, "Period": metric.period, "Stat": metric.statistic}}
