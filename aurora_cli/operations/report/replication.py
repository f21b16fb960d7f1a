"""A cluster that replicates another database, as operations and `status` look at it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aurora_cli.aws.replication.lag import Lag, read_lag, reader_lags
from aurora_cli.operations.report.connection_strings import is_local

if TYPE_CHECKING:
    from aurora_cli.aws.cluster.topology import Topology
    from aurora_cli.context import AppContext


def lag_of(app: AppContext, region: str, topology: Topology) -> Lag:
    """How far the replica is behind now; unknown where AWS does not tell."""
    return read_lag(app.aws(region).client("cloudwatch"), topology, app.clock)


def lags_of_readers(app: AppContext, region: str, topology: Topology) -> dict[str, float]:
    """Milliseconds that readers are behind, by their identifiers; without those of which AWS does not tell."""
    if app.target == "sandbox" and not is_local(topology.writer_host):
        return {}  # no servers
    readers = [member.id for member in topology.members if member.role == "reader" and member.status == "available"]
    return reader_lags(app.aws(region).client("cloudwatch"), readers, app.clock) if readers else {}


def short(arn: str) -> str:
    """An ARN as people say it: `shop in us-east-1`."""
    parts = arn.split(":")
    return f"{parts[-1]} in {parts[3]}" if len(parts) > 6 else arn
