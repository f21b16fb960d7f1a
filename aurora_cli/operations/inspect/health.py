"""Whether a live cluster is healthy: available, its replicas close behind, and none of its alarms in ALARM."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aurora_cli.aws.related.alarms import firing_alarms
from aurora_cli.aws.replication.lag import read_lag, read_reader_lag
from aurora_cli.errors import AccessDenied, AwsFailed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aurora_cli.aws.clock import Clock
    from aurora_cli.aws.cluster.topology import Topology
    from aurora_cli.aws.replication.lag import Lag
    from aurora_cli.context import AppContext
    from aurora_cli.spec.model.cluster import ClusterSpec

LAG_S = 5
"""Seconds that replicas may be behind, unless told otherwise."""


def ailment(
    app: AppContext, spec: ClusterSpec, topology: Topology, lag_s: float, unreadable: dict[str, None]
) -> str | None:
    """What CloudWatch says against a cluster, None for nothing. A lag that is not known is not held against it.

    Args:
        lag_s: seconds that replicas may be behind.
        unreadable: gets a sentence for what CloudWatch does not let us read.

    Raises:
        CredentialsError.
    """
    cloudwatch = app.aws(spec.region).client("cloudwatch")
    for what, lag in _lags(cloudwatch, topology, app.clock):
        if lag.unreadable:
            unreadable[f"The lag is not known: {lag.why}."] = None
        if lag.seconds is not None and lag.seconds > lag_s:
            return f"{what} is {lag.words()}, and {lag_s:g} s are allowed"
    if spec.monitoring.alarms is None or not spec.monitoring.alarms.enabled:
        return None
    try:
        alarms = firing_alarms(cloudwatch, f"{spec.base_name}-", topology.identifier)
    except (AccessDenied, AwsFailed) as error:
        unreadable[f"The alarms are not known: {error.message}"] = None
        return None
    return f"the alarm {alarms[0]} is in ALARM" if alarms else None


def _lags(cloudwatch: Any, topology: Topology, clock: Clock) -> Iterator[tuple[str, Lag]]:
    if topology.readers:
        yield "a reader", read_reader_lag(cloudwatch, topology, clock)
    if topology.replicates_from:
        yield "the replication", read_lag(cloudwatch, topology, clock)
