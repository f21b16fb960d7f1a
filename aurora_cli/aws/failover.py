"""Move the writer role to another instance, and wait until the API says that it has moved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aurora_cli.aws.clock import Clock
from aurora_cli.aws.errors import aws_errors
from aurora_cli.aws.topology import Topology, read_topology
from aurora_cli.errors import ClusterNotFound, WaitTimeout

DEFAULT_TIMEOUT_S = 600.0
_FIRST_LOOK_S = 0.2
_SLOWEST_LOOK_S = 5.0


def fail_over(
    rds: Any,
    cluster: str,
    target: str,
    *,
    clock: Clock,
    waiting: Callable[[str, float], None] = lambda status, elapsed: None,
    timeout_s: float = DEFAULT_TIMEOUT_S,
) -> Topology:
    """Make `target` the writer. Does nothing if it is the writer already.

    Args:
        rds: a boto3 RDS client.
        cluster: DB cluster identifier.
        target: DB instance identifier of the reader to promote.
        clock: time to wait by.
        waiting: called at each look with AWS's status and the seconds so far.
        timeout_s: seconds to wait for the role to move and the cluster to be available.

    Returns:
        The topology with the new writer.

    Raises:
        ClusterNotFound, AwsFailed, CredentialsError; WaitTimeout when the role has not moved in time.
    """
    topology = _read(rds, cluster)
    if topology.writer is None or topology.writer.id != target:
        with aws_errors(f"failing over {cluster} to {target}"):
            rds.failover_db_cluster(DBClusterIdentifier=cluster, TargetDBInstanceIdentifier=target)
    started, pause = clock.monotonic(), _FIRST_LOOK_S
    while True:
        topology = _read(rds, cluster)
        elapsed = clock.monotonic() - started
        if topology.writer and topology.writer.id == target and topology.status == "available":
            return topology
        if elapsed > timeout_s:
            raise WaitTimeout(
                f"{target} has not become the writer of {cluster} within {timeout_s:.0f} s; its status is {topology.status}.",
                hint=f"Check with `aurora-cli status {cluster}`, then run the command again: it resumes.",
            )
        waiting(topology.status, elapsed)
        clock.sleep(pause)
        pause = min(pause * 2, _SLOWEST_LOOK_S)


def _read(rds: Any, cluster: str) -> Topology:
    topology = read_topology(rds, cluster)
    if topology is None:
        raise ClusterNotFound(f"AWS has no cluster named {cluster}.")
    return topology
