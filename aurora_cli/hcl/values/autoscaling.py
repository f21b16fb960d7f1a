"""Autoscaling of readers as the templates need it."""

from __future__ import annotations

from typing import Any

from aurora_cli.spec.model.cluster import ClusterSpec

_METRICS = {
    "cpu": "RDSReaderAverageCPUUtilization",
    "connections": "RDSReaderAverageDatabaseConnections",
}


def targets_of(spec: ClusterSpec) -> dict[str, dict[str, Any]]:
    """Policy -> metric and value to keep to; the API takes one policy for each metric."""
    given = spec.autoscaling
    values = {name: getattr(given, name) for name in _METRICS} if given else {}
    return {name: {"metric": _METRICS[name], "value": value} for name, value in values.items() if value is not None}


def schedules_of(spec: ClusterSpec) -> dict[str, dict[str, Any]]:
    """Schedule -> its values."""
    schedules = spec.autoscaling.schedules if spec.autoscaling else {}
    return {name: one.model_dump() for name, one in schedules.items()}
