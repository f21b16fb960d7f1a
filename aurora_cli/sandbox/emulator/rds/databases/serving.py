"""The servers of this emulator, if there are any, and the statuses that follow from them.

A resource is in its final status when its time is over, as without servers, and when its server is as it should be.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from aurora_cli.sandbox.emulator.latency import Transition

if TYPE_CHECKING:
    from aurora_cli.sandbox.database.fleet import Fleet
    from aurora_cli.sandbox.database.front.gate import Gate


class Serving:
    """What the models know of the servers.

    Attributes:
        fleet: the servers; None: clusters have none.
        gate: the addresses of their endpoints; None: they have none.
        reason: why there are none.
        off: whether they are switched off.
        most: number of servers that may run at the same time.
        replica_lag: seconds that the readers of a cluster are behind on purpose, by its identifier.
    """

    fleet: Fleet | None = None
    gate: Gate | None = None
    reason: str | None = None
    off = False
    most = 24
    replica_lag: Callable[[str], float] = staticmethod(lambda cluster: 0.0)


SERVING = Serving()


def serves(engine: str) -> bool:
    """Whether there are servers for an engine."""
    return SERVING.fleet is not None and engine in SERVING.fleet.engines


def cluster_status(cluster: str, transition: Transition) -> str:
    """The status of a cluster.

    Args:
        cluster: its DbClusterResourceId.
    """
    fleet, status = SERVING.fleet, transition.status
    if fleet is None or not transition.over or status != "available":
        return _at_rest(cluster, transition)
    if transition.passing in ("starting", "failing-over", "upgrading"):
        if fleet.cluster_starting(cluster):
            return transition.passing
        transition.passing = status
    return fleet.cluster_move(cluster) or status


def _at_rest(cluster: str, transition: Transition) -> str:
    """Of what should have no server: it is stopped when the servers are."""
    fleet, over = SERVING.fleet, transition.over
    stopping = fleet is not None and over and transition.status == "stopped" and fleet.cluster_stopping(cluster)
    return transition.passing if stopping else transition.status


def instance_status(cluster: str, instance: str, restarts: int, transition: Transition) -> str:
    """The status of an instance.

    Args:
        cluster: its cluster's DbClusterResourceId.
        instance: its DbiResourceId.
        restarts: how many times it was rebooted.
    """
    fleet, status = SERVING.fleet, transition.status
    if fleet is None or not transition.over or status != "available":
        return _at_rest(cluster, transition)
    if fleet.instance_settled(cluster, instance, restarts):
        transition.passing = status  # from now on it is restarted
        return status
    problem = fleet.problem(cluster)
    if problem is not None:
        return problem[0]
    return transition.passing if transition.passing != status else "starting"


def earliest_restorable(cluster: str) -> datetime | None:
    """The earliest time to which the data of a cluster can be restored, in UTC without a zone; None if it has no backup."""
    earliest = SERVING.fleet.earliest_backup(cluster) if SERVING.fleet is not None else None
    return None if earliest is None else datetime.fromtimestamp(earliest, timezone.utc).replace(tzinfo=None)


def deployment_status(green: str, passage: Transition) -> str:
    """The status of a blue/green deployment: the green cluster gets the changes of the blue one, or no longer needs them.

    Args:
        green: its DbClusterResourceId.
    """
    takes = SERVING.fleet.takes_changes(green) if SERVING.fleet is not None else None
    waits = {"AVAILABLE": False, "SWITCHOVER_COMPLETED": True}.get(passage.status)
    return passage.passing if takes is not None and takes is waits else passage.status


def remarks(green: str) -> tuple[str, ...]:
    """The tables of a blue cluster in which rows cannot be changed while it has this green one, by its DbClusterResourceId."""
    return SERVING.fleet.remarks(green) if SERVING.fleet is not None else ()


def has_data(cluster: str) -> bool:
    """Whether there are data of a cluster, which may be deleted. Args: cluster: its DbClusterResourceId."""
    return SERVING.fleet is not None and SERVING.fleet.has_data(cluster)


def snapshot_status(data: str | None, transition: Transition) -> str:
    """The status of a snapshot.

    Args:
        data: id of its data; None: it has none.
    """
    if SERVING.fleet is None or data is None or not transition.over:
        return transition.status
    return {"there": transition.status, "due": transition.passing}.get(SERVING.fleet.snapshot_state(data), "failed")


class AfterSnapshot(Transition):
    """A status that ends when the data of a snapshot are copied, and not before its time.

    Args:
        data: id of the data; None: there are none.
    """

    def __init__(self, status: str, data: str | None) -> None:
        super().__init__(status, status)
        self._data = data

    @property
    def over(self) -> bool:
        """Whether the time is over, and the copy made."""
        copying = (
            SERVING.fleet is not None and self._data is not None and SERVING.fleet.snapshot_state(self._data) == "due"
        )
        return super().over and not copying


def take_snapshot(cluster: str, data: str) -> None:
    """Begin to copy the data of a cluster."""
    if SERVING.fleet is not None:
        SERVING.fleet.take_snapshot(cluster, data)


def check_room() -> None:
    """Reject an instance for which there is no server.

    Raises:
        RDSClientError: as many as may are running.
    """
    if SERVING.fleet is not None and SERVING.fleet.running >= SERVING.most:
        from aurora_cli.sandbox.emulator.rds.errors import error  # moto, which is loaded later than this

        raise error(
            "InsufficientDBInstanceCapacity",
            f"The sandbox already runs {SERVING.most} database servers. Delete or stop a cluster, or start the sandbox with "
            "AURORA_SANDBOX_SERVERS set to a larger number.",
        )
