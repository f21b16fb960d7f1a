"""A cluster that replicates another database, as operations and `status` look at it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aurora_cli.aws.replication.lag import Lag, read_lag

if TYPE_CHECKING:
    from aurora_cli.aws.cluster.topology import Topology
    from aurora_cli.context import AppContext


def lag_of(app: AppContext, region: str, topology: Topology) -> Lag:
    """How far the replica is behind now; unknown where AWS does not tell."""
    return read_lag(app.aws(region).client("cloudwatch"), topology, app.clock)


def short(arn: str) -> str:
    """An ARN as people say it: `shop in us-east-1`."""
    parts = arn.split(":")
    return f"{parts[-1]} in {parts[3]}" if len(parts) > 6 else arn
