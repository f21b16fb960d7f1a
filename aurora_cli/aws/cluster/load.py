"""How busy the instances of a cluster were, as CloudWatch has measured it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from aurora_cli.aws.clock import Clock
from aurora_cli.aws.cluster.metric_data import Metric, Points, read_metrics

_METRICS = {
    "cpu": ("CPUUtilization", "Average"),
    "free": ("FreeableMemory", "Minimum"),
    "connections": ("DatabaseConnections", "Maximum"),
    "capacity": ("ServerlessDatabaseCapacity", "Average"),
    "peak": ("ServerlessDatabaseCapacity", "Maximum"),
}
"""Instance-level metrics (Aurora User Guide, Amazon CloudWatch metrics for Amazon Aurora)."""


@dataclass(frozen=True)
class InstanceLoad:
    """One instance in the last 14 days; None for what CloudWatch does not have.

    Attributes:
        hours: that have a value for the processor.
        cpu: percent of the processor in the busiest hour, on average over it.
        free_bytes: the least memory that was free.
        connections: the most that were open.
        capacity: ACUs on average; of a serverless instance.
        peak_capacity: the most ACUs.
    """

    id: str
    hours: int = 0
    cpu: float | None = None
    free_bytes: float | None = None
    connections: float | None = None
    capacity: float | None = None
    peak_capacity: float | None = None


def read_load(cloudwatch: Any, instances: Sequence[str], clock: Clock) -> tuple[InstanceLoad, ...]:
    """One call for all instances; what CloudWatch does not let us read is not known. Raises CredentialsError.

    Args:
        cloudwatch: a botocore client of the cluster's Region.
        instances: identifiers.
    """
    keys = {f"{key}_{number}": (key, one) for number, one in enumerate(instances) for key in _METRICS}
    metrics = {name: Metric(*_METRICS[key], "DBInstanceIdentifier", one) for name, (key, one) in keys.items()}
    found = read_metrics(cloudwatch, metrics, clock)
    return tuple(
        _load(one, {key: found[f"{key}_{number}"] for key in _METRICS}) for number, one in enumerate(instances)
    )


def _load(name: str, points: dict[str, Points]) -> InstanceLoad:
    capacity = points["capacity"].values()
    return InstanceLoad(
        id=name,
        hours=len(points["cpu"]),
        cpu=max(points["cpu"].values(), default=None),
        free_bytes=min(points["free"].values(), default=None),
        connections=max(points["connections"].values(), default=None),
        capacity=sum(capacity) / len(capacity) if capacity else None,
        peak_capacity=max(points["peak"].values(), default=None),
    )
