"""Metrics of the last 14 days from CloudWatch, several in one call."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from aurora_cli.aws.clock import Clock
from aurora_cli.aws.errors import aws_errors
from aurora_cli.errors import AccessDenied, AwsFailed

WINDOW = timedelta(days=14)
HOUR, DAY = 3600, 86400
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
    """The values of each metric, by the same keys: empty for what CloudWatch does not have or does not let us read.

    Args:
        cloudwatch: a botocore client of the Region.
        metrics: by keys of lower-case letters, digits and underscores; at most 500.

    Raises:
        CredentialsError.
    """
    found: dict[str, Points] = {key: {} for key in metrics}
    if not metrics:
        return found
    now = clock.now()
    try:
        with aws_errors("reading metrics"):
            pages = cloudwatch.get_paginator("get_metric_data").paginate(
                MetricDataQueries=[_query(key, one) for key, one in metrics.items()],
                StartTime=now - WINDOW,
                EndTime=now,
                ScanBy="TimestampDescending",
            )
            for one in (result for page in pages for result in page["MetricDataResults"]):
                found.setdefault(one["Id"], {}).update(zip(one["Timestamps"], one["Values"], strict=False))
    except (AccessDenied, AwsFailed):
        return {key: {} for key in metrics}
    return found


def _query(key: str, metric: Metric) -> dict[str, Any]:
    dimensions = [{"Name": metric.dimension, "Value": metric.of}]
    what = {"Namespace": "AWS/RDS", "MetricName": metric.name, "Dimensions": dimensions}
    return {"Id": key, "MetricStat": {"Metric": what, "Period": metric.period, "Stat": metric.statistic}}
