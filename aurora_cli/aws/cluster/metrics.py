"""Values of CloudWatch over a time: one call for all metrics of all instances of a cluster (CloudWatch API GetMetricData)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aurora_cli.aws.errors import aws_errors

IN_A_CALL = 500
"""Queries that a call takes (CloudWatch API reference, GetMetricData)."""


@dataclass(frozen=True)
class Query:
    """One metric of one instance or cluster.

    Attributes:
        metric: its name in the namespace AWS/RDS.
        dimension: `DBInstanceIdentifier` or `DBClusterIdentifier`.
        resource: the identifier.
    """

    metric: str
    statistic: str
    dimension: str
    resource: str
    period_s: int

    def to_request(self, identifier: str) -> dict[str, Any]:
        """One of MetricDataQueries."""
        dimensions = [{"Name": self.dimension, "Value": self.resource}]
        what = {"Namespace": "AWS/RDS", "MetricName": self.metric, "Dimensions": dimensions}
        return {"Id": identifier, "MetricStat": {"Metric": what, "Period": self.period_s, "Stat": self.statistic}}


Points = tuple[tuple[datetime, float], ...]
"""Times, each the start of a period, and values; oldest first."""


def read_metrics(cloudwatch: Any, queries: Sequence[Query], start: datetime, end: datetime) -> dict[Query, Points]:
    """The values of all queries, in as few calls as CloudWatch takes; none where it has none, which is not 0.

    Args:
        cloudwatch: a botocore client of the cluster's Region.
        start, end: with a time zone.

    Raises:
        CredentialsError, AccessDenied, AwsFailed.
    """
    found: dict[Query, dict[datetime, float]] = {query: {} for query in queries}
    with aws_errors("reading the metrics of the cluster"):
        for first in range(0, len(queries), IN_A_CALL):
            asked = {f"m{first + number}": query for number, query in enumerate(queries[first : first + IN_A_CALL])}
            pages = cloudwatch.get_paginator("get_metric_data").paginate(
                MetricDataQueries=[query.to_request(identifier) for identifier, query in asked.items()],
                StartTime=start,
                EndTime=end,
            )
            for page in pages:
                for one in page["MetricDataResults"]:
                    if one["Id"] in asked:
                        found[asked[one["Id"]]].update(zip(one["Timestamps"], one["Values"], strict=False))
    return {query: tuple(sorted(points.items())) for query, points in found.items()}
