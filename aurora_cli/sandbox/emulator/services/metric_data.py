"""GetMetricData of many queries: moto looks at every datapoint for each period of each query."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from moto.cloudwatch.exceptions import ValidationError
from moto.cloudwatch.models import CloudWatchBackend, MetricDatumBase, Statistics

MOST_QUERIES = 500
"""Of a call (CloudWatch API reference, GetMetricData)."""

_Key = tuple[str, str, frozenset[tuple[str, str]]]


def install() -> None:
    """Answer calls of plain queries here, and leave those with expressions to moto."""
    of_moto = CloudWatchBackend.get_metric_data

    def get_metric_data(
        self: CloudWatchBackend,
        queries: list[dict[str, Any]],
        start_time: dt.datetime,
        end_time: dt.datetime,
        scan_by: str = "TimestampDescending",
    ) -> list[dict[str, Any]]:
        if len(queries) > MOST_QUERIES:
            raise ValidationError(f"The collection MetricDataQueries must not have a size greater than {MOST_QUERIES}.")
        if end_time <= start_time or any("MetricStat" not in query for query in queries):
            return of_moto(self, queries, start_time, end_time, scan_by)
        return answer(self.get_all_metrics(), queries, start_time, end_time, scan_by)

    CloudWatchBackend.get_metric_data = get_metric_data  # type: ignore[method-assign]


def answer(
    data: Iterable[MetricDatumBase],
    queries: list[dict[str, Any]],
    start: dt.datetime,
    end: dt.datetime,
    scan_by: str = "TimestampAscending",
) -> list[dict[str, Any]]:
    """The results of queries that each have a MetricStat, in the form that moto's response takes.

    Args:
        data: all datapoints of the Region.
        start, end: inclusive and exclusive, as CloudWatch has them; periods begin at `start`, as moto has them.
    """
    start, end = start.replace(microsecond=0), end.replace(microsecond=0)
    wanted = {_of_query(query["MetricStat"]["Metric"]) for query in queries}
    found: dict[_Key, list[MetricDatumBase]] = {}
    for datum in data:
        key = (datum.namespace, datum.name, frozenset((one.name, one.value) for one in datum.dimensions))
        if key in wanted and datum.timestamp is not None and start <= datum.timestamp < end:
            found.setdefault(key, []).append(datum)
    return [
        _result(query, found.get(_of_query(query["MetricStat"]["Metric"]), []), start, scan_by)
        for query in queries
        if query.get("ReturnData", True)
    ]


def _of_query(metric: dict[str, Any]) -> _Key:
    dimensions = frozenset((one["Name"], one["Value"]) for one in metric.get("Dimensions", []))
    return metric["Namespace"], metric["MetricName"], dimensions


def _result(query: dict[str, Any], data: list[MetricDatumBase], start: dt.datetime, scan_by: str) -> dict[str, Any]:
    asked = query["MetricStat"]
    unit, period, statistic = asked.get("Unit"), int(asked["Period"]), asked["Stat"]
    periods: dict[int, list[MetricDatumBase]] = {}
    for datum in data:
        if unit in (None, datum.unit):
            periods.setdefault(int((datum.timestamp - start).total_seconds() // period), []).append(datum)
    times, values = [], []
    for number in sorted(periods, reverse=scan_by == "TimestampDescending"):
        of_period = Statistics([statistic], start + dt.timedelta(seconds=number * period))
        of_period.metric_data = periods[number]
        times.append(of_period.timestamp)
        values.append(of_period.get_statistics_for_type(statistic))
    label = query.get("Label") or f"{asked['Metric']['MetricName']} {statistic}"
    return {"id": query["Id"], "label": label, "values": values, "timestamps": times, "status_code": "Complete"}
