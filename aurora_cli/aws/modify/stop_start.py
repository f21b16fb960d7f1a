"""Stop a cluster or start it, with all its instances."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from aurora_cli.aws.clock import Clock
from aurora_cli.aws.cluster.topology import Topology
from aurora_cli.aws.cluster.waiters import OnWait, wait_until
from aurora_cli.aws.errors import aws_errors

Verb = Literal["stop", "start"]
Look = Callable[[], tuple[object, str | None]]
GOALS: dict[Verb, str] = {"stop": "stopped", "start": "available"}


def away_from_goal(topology: Topology, verb: Verb) -> str | None:
    """A status of the cluster or an instance that is not the one it leads to; instances that are being deleted do not count."""
    everything = [topology.status, *(m.status for m in topology.members if m.status != "deleting")]
    return next((status for status in everything if status != GOALS[verb]), None)


def stop_start(
    rds: Any, cluster: str, verb: Verb, look: Look, *, clock: Clock, waiting: OnWait, ask: bool = True
) -> None:
    """Ask AWS to stop or to start the cluster, and wait.

    Args:
        look: as `wait_until` takes it.
        ask: False when AWS is at it already.

    Raises:
        WaitTimeout: after an hour. CredentialsError, AccessDenied, AwsFailed.
    """
    if ask:
        with aws_errors(f"the {verb} of {cluster}"):
            (rds.stop_db_cluster if verb == "stop" else rds.start_db_cluster)(DBClusterIdentifier=cluster)
    wait_until(look, what=f"{cluster} to be {GOALS[verb]}", clock=clock, waiting=waiting)
