"""Backtrack of Aurora MySQL: rewinds the cluster in place and drops its connections."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any
from uuid import uuid4

from aurora_cli.sandbox.emulator.rds.actions.clusters.checks import check_available
from aurora_cli.sandbox.emulator.rds.actions.events import moment
from aurora_cli.sandbox.emulator.rds.backend import AuroraBackend
from aurora_cli.sandbox.emulator.rds.errors import bad_combination, bad_value, cluster_state


def backtrack(backend: AuroraBackend, params: Any) -> dict[str, Any]:
    """BacktrackDBCluster.

    Raises:
        RDSClientError: backtrack is not enabled, the time is outside the window, or the cluster is not available.
    """
    cluster = backend.cluster(params["DBClusterIdentifier"])
    check_available(cluster, "backtracked")
    earliest = cluster.earliest_backtrack_time
    if earliest is None:
        raise bad_combination(f"Backtrack is not enabled for the DB cluster {cluster.db_cluster_identifier}.")
    group = backend.cluster_parameter_group(cluster.parameter_group)
    log = str(group.parameters.get("binlog_format", {}).get("ParameterValue", "OFF"))
    if log.upper() != "OFF" and not params.get("Force"):
        raise cluster_state("The DB cluster has binary logging enabled. Specify Force to backtrack it.")
    to, now = moment(params["BacktrackTo"]), datetime.now(timezone.utc)
    if to > now:
        raise bad_value("The timestamp must not be in the future.")
    if to < earliest:
        if not params.get("UseEarliestTimeOnPointInTimeUnavailable"):
            raise bad_value(
                f"The timestamp {to.isoformat()} is before the earliest backtrack time {earliest.isoformat()}."
            )
        to = earliest
    record = {
        "DBClusterIdentifier": cluster.db_cluster_identifier,
        "BacktrackIdentifier": str(uuid4()),
        "BacktrackTo": to,
        "BacktrackedFrom": now,
        "BacktrackRequestCreationTime": now,
    }
    cluster.backtracks.append((record, cluster.enter("backtracking")))
    return {**record, "Status": "PENDING"}


def describe(backend: AuroraBackend, params: Any) -> list[dict[str, Any]]:
    """DescribeDBClusterBacktracks, newest first."""
    cluster = backend.cluster(params["DBClusterIdentifier"])
    wanted = params.get("BacktrackIdentifier")
    return [
        {**record, "Status": "COMPLETED" if transition.over else "APPLYING"}
        for record, transition in reversed(cluster.backtracks)
        if wanted in (None, record["BacktrackIdentifier"])
    ]
