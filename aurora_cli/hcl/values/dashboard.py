"""The CloudWatch dashboard of a cluster: its body as nested values."""

from __future__ import annotations

from typing import Any

from aurora_cli.hcl.values.instances import Instance
from aurora_cli.spec.derived.members import SERVERLESS
from aurora_cli.spec.model.cluster import ClusterSpec

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
