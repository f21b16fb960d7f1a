"""The datapoints of a metric: of the servers, and those of PutMetricData."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from moto.cloudwatch.models import MetricDatum, MetricDatumBase, Statistics

from aurora_cli.sandbox.emulator.rds.databases.serving import SERVING

OF_SERVERS = "AWS/RDS"


@dataclass(frozen=True)
class Metric:
    """What an alarm watches.

    Attributes:
        statistic: `Average`, ..., or a percentile, e.g. `p95`.
        period_s: seconds of a datapoint.
        unit: None: whatever it is.
    """

    namespace: str
    name: str
    dimensions: Mapping[str, str]
    statistic: str
    period_s: float
    unit: str | None = None


def points(backend: Any, metric: Metric, number: int, now: float) -> list[float | None]:
    """The values of the last complete periods, the oldest first.

    Args:
        backend: moto's CloudWatch of the Region.
        now: seconds since the epoch.
    """
    data = list(_data(backend, metric))
    end = math.floor(now / metric.period_s)
    return [
        _statistic(
            [datum for when, datum in data if math.floor(when / metric.period_s) == end - back], metric.statistic
        )
        for back in range(number, 0, -1)
    ]


def _data(backend: Any, metric: Metric) -> Iterator[tuple[float, MetricDatumBase]]:
    for datum in backend.metric_data:
        own = {one.name: one.value for one in datum.dimensions}
        same = (datum.namespace, datum.name, own) == (metric.namespace, metric.name, metric.dimensions)
        if same and metric.unit in (None, datum.unit):
            yield _seconds(datum.timestamp), datum
    if metric.namespace != OF_SERVERS or SERVING.fleet is None:
        return
    for point in SERVING.fleet.metrics.points(backend.region_name):
        if point.name == metric.name and metric.dimensions in point.dimensions and metric.unit in (None, point.unit):
            yield point.time, MetricDatum(metric.namespace, point.name, point.value, [], None, point.unit)


def _seconds(time: dt.datetime) -> float:
    return (time if time.tzinfo else time.replace(tzinfo=dt.timezone.utc)).timestamp()


def _statistic(data: list[MetricDatumBase], name: str) -> float | None:
    if not data:
        return None
    if name.startswith("p"):
        values = sorted(datum.value for datum in data if isinstance(datum, MetricDatum))
        return values[max(math.ceil(len(values) * float(name[1:]) / 100), 1) - 1] if values else None
    found = Statistics([name], dt.datetime.now(dt.timezone.utc))
    found.metric_data = data
    value = found.get_statistics_for_type(name)
    return None if value is None else float(value)
