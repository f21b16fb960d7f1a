"""Monitoring as the templates need it: the role, Database Insights, the topic, alarms, events and the dashboard."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aurora_cli.hcl.literal import Expression
from aurora_cli.hcl.names import LONGEST_ROLE, bounded
from aurora_cli.hcl.values.instances import Instance
from aurora_cli.spec.derived.members import SERVERLESS, override_of
from aurora_cli.spec.model.cluster import ClusterSpec

PERIOD = 60
_GIB = 2**30
_DAYS = {"standard": 7, "advanced": 465}


@dataclass(frozen=True)
class Monitoring:
    """What the templates ask about monitoring.

    Attributes:
        role_name: name of the role that is made for Enhanced Monitoring; None if none is.
        insights_days: days that Insights are kept; None without Insights.
        topic: ARN of, or reference to, the SNS topic; None when nothing is sent.
        own_topic: the topic is made here.
        emails: subscribers.
        alarms: key -> metric, statistic, comparison, threshold, description.
        evaluation_periods: minutes that a threshold must be passed.
        events: source (`cluster`, `instances`) -> categories.
    """

    role_name: str | None
    insights_days: int | None
    topic: str | None
    own_topic: bool
    emails: tuple[str, ...]
    alarms: dict[str, dict[str, Any]]
    evaluation_periods: int
    events: dict[str, list[str]]


def monitoring_of(spec: ClusterSpec, instances: tuple[Instance, ...]) -> Monitoring:
    """The monitoring part of a resolved spec."""
    given, insights = spec.monitoring, spec.monitoring.insights
    alarms = _alarms(spec, instances)
    events = {name: sorted(set(values)) for name, values in given.events.model_dump().items() if values}
    sends = bool(alarms or events)
    own_topic = sends and given.notifications.topic is None
    made = Expression("aws_sns_topic.alerts.arn")
    return Monitoring(
        role_name=_role_name(spec, instances),
        insights_days=(insights.retention or _DAYS[insights.mode]) if insights else None,
        topic=(given.notifications.topic or made) if sends else None,
        own_topic=own_topic,
        emails=tuple(sorted(set(given.notifications.emails))) if sends else (),
        alarms=alarms,
        evaluation_periods=given.alarms.after // PERIOD if given.alarms else 0,
        events=events,
    )


def _role_name(spec: ClusterSpec, instances: tuple[Instance, ...]) -> str | None:
    """Role names are unique in an account, over all Regions."""
    enhanced = spec.monitoring.enhanced
    own = [override_of(spec, instance.key).monitoring_interval for instance in instances]
    needed = any(own) or (enhanced is not None and bool(enhanced.interval) and None in own)
    if not needed or (enhanced and enhanced.role):
        return None
    return bounded(f"{spec.base_name}-{spec.region}-monitoring", LONGEST_ROLE)


def _alarms(spec: ClusterSpec, instances: tuple[Instance, ...]) -> dict[str, dict[str, Any]]:
    given = spec.monitoring.alarms
    if given is None or not given.enabled:
        return {}
    serverless = any(instance.class_name == SERVERLESS for instance in instances)
    storage = given.free_local_storage * _GIB
    wanted = {
        "cpu": _above("CPUUtilization", given.cpu, "CPU of the busiest instance, in percent"),
        "connections": _above("DatabaseConnections", given.connections, "Connections of the busiest instance"),
        "acu": _above("ACUUtilization", given.acu * serverless, "Used part of the largest capacity, in percent"),
        "replica-lag": _above(
            "AuroraReplicaLagMaximum",
            given.replica_lag * 1000 * has_readers(spec, instances),
            "Milliseconds behind the writer",
        ),
        "free-local-storage": {
            **_above("FreeLocalStorage", storage, "Bytes left for temporary files on the fullest instance"),
            "statistic": "Minimum",
            "comparison": "LessThanThreshold",
        },
        "deadlocks": _above("Deadlocks", given.deadlocks, "Deadlocks a second on the worst instance"),
    }
    return {key: alarm for key, alarm in wanted.items() if alarm["threshold"]}


def has_readers(spec: ClusterSpec, instances: tuple[Instance, ...]) -> bool:
    """Whether the cluster has, or may get, a reader."""
    return len(instances) > 1 or spec.autoscaling is not None


def _above(metric: str, threshold: float, description: str) -> dict[str, Any]:
    return {
        "metric": metric,
        "statistic": "Maximum",
        "comparison": "GreaterThanThreshold",
        "threshold": threshold,
        "description": description,
    }


_WIDTH, _HEIGHT, _COLUMNS = 8, 6, 3
_ROLES = ("WRITER", "READER")
_BY_ROLE = (
    ("CPU, percent", "CPUUtilization", "Maximum"),
    ("Connections", "DatabaseConnections", "Maximum"),
    ("Freeable memory, bytes", "FreeableMemory", "Minimum"),
    ("Free local storage, bytes", "FreeLocalStorage", "Minimum"),
    ("Commit latency, milliseconds", "CommitLatency", "Average"),
    ("Deadlocks a second", "Deadlocks", "Maximum"),
)
_OF_THE_CLUSTER = (
    ("Replica lag, milliseconds", ("AuroraReplicaLagMaximum",), "Maximum"),
    ("Volume I/O operations", ("VolumeReadIOPs", "VolumeWriteIOPs"), "Sum"),
    ("Volume, bytes", ("VolumeBytesUsed",), "Maximum"),
)
_SERVERLESS = (
    ("Capacity, ACU", "ServerlessDatabaseCapacity", "Maximum"),
    ("ACU used, percent", "ACUUtilization", "Maximum"),
)


def dashboard_of(spec: ClusterSpec, instances: tuple[Instance, ...]) -> dict[str, Any] | None:
    """The body of the dashboard; None if the spec wants none. The metrics are of the roles, so they follow a failover."""
    if not spec.monitoring.dashboard:
        return None
    serverless = any(instance.class_name == SERVERLESS for instance in instances)
    graphs = [_by_role(spec, *graph) for graph in (*_BY_ROLE, *(_SERVERLESS if serverless else ()))]
    graphs += [_of_the_cluster(spec, *graph) for graph in _OF_THE_CLUSTER]
    return {"widgets": [_widget(place, graph) for place, graph in enumerate(graphs)]}


def _by_role(spec: ClusterSpec, title: str, metric: str, statistic: str) -> dict[str, Any]:
    metrics = [["AWS/RDS", metric, "DBClusterIdentifier", spec.name, "Role", role] for role in _ROLES]
    return _graph(spec, title, metrics, statistic)


def _of_the_cluster(spec: ClusterSpec, title: str, metrics: tuple[str, ...], statistic: str) -> dict[str, Any]:
    return _graph(spec, title, [["AWS/RDS", m, "DBClusterIdentifier", spec.name] for m in metrics], statistic)


def _graph(spec: ClusterSpec, title: str, metrics: list[list[str]], statistic: str) -> dict[str, Any]:
    period = 300 if statistic == "Sum" else 60
    return {"title": title, "region": spec.region, "stat": statistic, "period": period, "metrics": metrics}


def _widget(place: int, graph: dict[str, Any]) -> dict[str, Any]:
    column, row = place % _COLUMNS, place // _COLUMNS
    size = {"x": column * _WIDTH, "y": row * _HEIGHT, "width": _WIDTH, "height": _HEIGHT}
    return {"type": "metric", **size, "properties": graph}
