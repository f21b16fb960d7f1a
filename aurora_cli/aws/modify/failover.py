"""Move the writer role to another instance, and wait until the API says that it has moved."""

from __future__ import annotations

from typing import Any

from aurora_cli.aws.clock import Clock
from aurora_cli.aws.cluster.topology import Topology, read_topology
from aurora_cli.aws.cluster.waiters import OnWait, wait_until
from aurora_cli.aws.errors import aws_errors
from aurora_cli.errors import ClusterNotFound

DEFAULT_TIMEOUT_S = 600.0


def fail_over(
    rds: Any, cluster: str, target: str, *, clock: Clock, waiting: OnWait, timeout_s: float = DEFAULT_TIMEOUT_S
) -> Topology:
    """Make `target` the writer. Does nothing if it is the writer already.

    Args:
        rds: a botocore RDS client.
        cluster: DB cluster identifier.
        target: DB instance identifier of the reader to promote.
        clock: time to wait by.
        waiting: told at each look.
        timeout_s: seconds to wait for the role to move and the cluster to be available.

    Returns:
        The topology with the new writer.

    Raises:
        ClusterNotFound, AwsFailed, CredentialsError; WaitTimeout when the role has not moved in time.
    """

    def look() -> tuple[Topology, str | None]:
        topology = read_topology(rds, cluster)
        if topology is None:
            raise ClusterNotFound(f"AWS has no cluster named {cluster}.")
        moved = topology.writer is not None and topology.writer.id == target
        return topology, None if moved and topology.status == "available" else topology.status

    writer = look()[0].writer
    if writer is None or writer.id != target:
        with aws_errors(f"failing over {cluster} to {target}"):
            rds.failover_db_cluster(DBClusterIdentifier=cluster, TargetDBInstanceIdentifier=target)
    return wait_until(
        look,
        what=f"{target} to become the writer",
        clock=clock,
        waiting=waiting,
        timeout_s=timeout_s,
        slowest_s=5.0,
        hint=f"Check with `aurora-cli status {cluster}`, then run the command again: it resumes.",
    )
