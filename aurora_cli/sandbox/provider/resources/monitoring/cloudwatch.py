"""CloudWatch alarms and dashboards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aurora_cli.sandbox.provider.engine.model import Call, Item, Read, Resource, Task
from aurora_cli.sandbox.provider.resources.documents import equivalent_json, normal_json
from aurora_cli.sandbox.provider.resources.parts import again, given, same_text
from aurora_cli.sandbox.provider.resources.tagging import tagging


def _pairs(dimensions: Mapping[str, str] | None) -> list[Item] | None:
    """Convert a map of dimensions for the API."""
    return [{"Name": name, "Value": value} for name, value in sorted((dimensions or {}).items())] or None


def _names(dimensions: Any) -> dict[str, str]:
    return {pair["Name"]: pair["Value"] for pair in dimensions or ()}


def _queries(task: Task) -> list[Item] | None:
    return [_query(block) for block in task.get("metric_query") or ()] or None


def _query(block: Item) -> Item:
    plain = {key: value for key, value in block.items() if key != "metric" and value not in (None, "", 0)}
    plain["return_data"] = bool(block.get("return_data"))
    if not block.get("metric"):
        return plain
    metric = block["metric"][0]
    inner = {"MetricName": metric["metric_name"], "Namespace": metric.get("namespace")}
    inner["Dimensions"] = _pairs(metric.get("dimensions"))
    stat = {"Period": metric["period"], "Stat": metric["stat"], "Unit": metric.get("unit") or None}
    return {**plain, "MetricStat": {**stat, "Metric": {key: value for key, value in inner.items() if value}}}


def _read_queries(task: Task, item: Item) -> list[Item]:
    return [_read_query(query) for query in item.get("Metrics") or ()]


def _read_query(query: Item) -> Item:
    stat = query.get("MetricStat")
    if not stat:
        return {**query, "metric": []}
    metric = stat["Metric"]
    body = {
        "metric_name": metric.get("MetricName"),
        "namespace": metric.get("Namespace"),
        "dimensions": _names(metric.get("Dimensions")),
        "period": stat.get("Period"),
        "stat": stat.get("Stat"),
        "unit": stat.get("Unit"),
    }
    return {**query, "metric": [body]}


_PUT_ALARM = Call(
    "PutMetricAlarm",
    send={"Dimensions": lambda task: _pairs(task.get("dimensions")), "Metrics": _queries},
    zero=frozenset({"Threshold"}),
)


def _alarm_arn(task: Task) -> str:
    return task.arn(f"alarm:{task.id}")


def _refused_alarm(config: Mapping[str, Any]) -> str | None:
    if given(config, "metric_name") and given(config, "statistic") == given(config, "extended_statistic"):
        return "One of `statistic` or `extended_statistic` must be set for a cloudwatch metric alarm"
    queries = config.get("metric_query")
    both = isinstance(queries, list) and any(
        isinstance(query, Mapping) and given(query, "expression") and query.get("metric") for query in queries
    )
    return "No metric_query may have both `expression` and a `metric` specified" if both else None


ALARM = Resource(
    type="aws_cloudwatch_metric_alarm",
    service="cloudwatch",
    label="CloudWatch Metric Alarm",
    create=_PUT_ALARM,
    id=lambda task: str(task.get("alarm_name")),
    aliases={
        "AlarmArn": "arn",
        "EvaluateLowSampleCountPercentile": "evaluate_low_sample_count_percentiles",
    },
    read=Read(
        Call("DescribeAlarms", send={"AlarmNames": "id", "AlarmTypes": lambda task: ["MetricAlarm"]}, match=False),
        item="MetricAlarms[0]",
        gone=("ResourceNotFound",),
        fields={
            "dimensions": lambda task, item: _names(item.get("Dimensions")),
            "metric_query": _read_queries,
        },
        skip=frozenset({"dimensions"}),
    ),
    updates=(again(_PUT_ALARM),),
    delete=Call("DeleteAlarms", send={"AlarmNames": "id"}, match=False),
    tagging=tagging({"ResourceARN": _alarm_arn}),
    import_attributes=lambda task: {"alarm_name": task.id},
    same={"treat_missing_data": same_text},
    refused=_refused_alarm,
)


_PUT_DASHBOARD = Call("PutDashboard")

DASHBOARD = Resource(
    type="aws_cloudwatch_dashboard",
    service="cloudwatch",
    label="CloudWatch Dashboard",
    create=_PUT_DASHBOARD,
    id=lambda task: str(task.get("dashboard_name")),
    read=Read(
        Call("GetDashboard", send={"DashboardName": "id"}, match=False),
        item="@",
        gone=("ResourceNotFound", "DashboardNotFoundError"),
    ),
    updates=(again(_PUT_DASHBOARD),),
    delete=Call("DeleteDashboards", send={"DashboardNames": "id"}, match=False),
    import_attributes=lambda task: {"dashboard_name": task.id},
    stored={"dashboard_body": normal_json},
    same={"dashboard_body": equivalent_json},
)

ENTRIES = (ALARM, DASHBOARD)
