"""Backtrack of Aurora MySQL: the window, the call, the wait."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aurora_cli.aws.clock import Clock
from aurora_cli.aws.cluster.waiters import OnWait, wait_until
from aurora_cli.aws.describe import require_cluster
from aurora_cli.aws.errors import aws_errors
from aurora_cli.errors import OperationFailed


@dataclass(frozen=True)
class Window:
    """To where a cluster can go back.

    Attributes:
        engine, status: of the cluster.
        seconds: the window; 0 when backtrack is off.
        earliest: the oldest moment that is kept; None without a window.
        instances: identifiers of the instances, all of which lose their connections.
    """

    engine: str
    status: str
    seconds: int
    earliest: datetime | None
    instances: tuple[str, ...]


def read_window(rds: Any, cluster: str) -> Window:
    """The window of one cluster. Raises ClusterNotFound, CredentialsError, AccessDenied, AwsFailed."""
    one = require_cluster(rds, cluster)
    return Window(
        engine=one.get("Engine", ""),
        status=one.get("Status", "unknown"),
        seconds=int(one.get("BacktrackWindow") or 0),
        earliest=one.get("EarliestBacktrackTime"),
        instances=tuple(m["DBInstanceIdentifier"] for m in one.get("DBClusterMembers", ())),
    )


def go_back(rds: Any, cluster: str, to: datetime, *, clock: Clock, waiting: OnWait) -> datetime:
    """Take the cluster back to a moment, and wait until it is available there.

    Returns:
        The moment to which it went, which AWS may round.

    Raises:
        AwsFailed: AWS refuses; nothing was changed. OperationFailed: it failed on the way. WaitTimeout.
    """
    with aws_errors(f"backtracking {cluster}"):
        answer = rds.backtrack_db_cluster(DBClusterIdentifier=cluster, BacktrackTo=to)
    identifier = answer["BacktrackIdentifier"]

    def look() -> tuple[datetime, str | None]:
        with aws_errors(f"reading the backtrack of {cluster}"):
            found = rds.describe_db_cluster_backtracks(DBClusterIdentifier=cluster, BacktrackIdentifier=identifier)
        record = (found["DBClusterBacktracks"] or [answer])[0]
        status = str(record.get("Status", "")).lower()
        if status == "failed":
            raise OperationFailed(
                f"AWS could not backtrack {cluster} to {to.isoformat()}.",
                hint=f"The cluster is unchanged. Check with `aurora-cli status {cluster}`.",
            )
        if status == "completed":
            status = read_window(rds, cluster).status
        return record.get("BacktrackTo") or to, None if status == "available" else status

    return wait_until(
        look,
        what=f"{cluster} to backtrack",
        clock=clock,
        waiting=waiting,
        hint=f"The backtrack continues in AWS. Check with `aurora-cli status {cluster}`; do not start it again.",
    )
