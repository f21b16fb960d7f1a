"""A cluster must rest before it is taken down: AWS deletes no instance of a stopped one, and changes none that is changing."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from aurora_cli.aws.errors import aws_errors
from aurora_cli.aws.topology import read_topology
from aurora_cli.aws.waiters import busy_members, is_transitional, wait_until
from aurora_cli.events import StepFinished, StepStarted, waiting

if TYPE_CHECKING:
    from aurora_cli.aws.topology import Topology
    from aurora_cli.operations.destroy.context import DestroyContext

STOPPED = ("stopped", "stopping")
STARTED_FIRST = (
    "{name} is {status}: it is started first, since AWS cannot delete instances of a stopped cluster. "
    "This takes minutes."
)


def wake(work: DestroyContext) -> None:
    """Start what is stopped, and wait for what AWS is at work on. Nothing to do for a cluster that is being deleted.

    Raises:
        WaitTimeout: AWS has not ended its work within an hour. CredentialsError, AccessDenied, AwsFailed.
    """
    for address, one in work.clusters().items():
        if one.status in STOPPED or one.status == "starting":
            _start(work, address, one)
        elif one.status != "deleting" and is_transitional(one.status):
            _wait(work, address, one.identifier, f"AWS to complete its work on {one.identifier}", whole=False)


def _start(work: DestroyContext, address: str, one: Topology) -> None:
    started = monotonic()
    work.emit(StepStarted("start", "Starting the cluster, since AWS deletes only a running one"))
    if one.status == "stopping":
        _wait(work, address, one.identifier, f"{one.identifier} to be stopped", whole=False)
    if one.status in STOPPED:
        with aws_errors(f"starting {one.identifier}"):
            work.client(address).start_db_cluster(DBClusterIdentifier=one.identifier)
    _wait(work, address, one.identifier, f"{one.identifier} to be available", whole=True)
    work.emit(StepFinished("start", monotonic() - started))


def _wait(work: DestroyContext, address: str, identifier: str, what: str, *, whole: bool) -> None:
    """Until the cluster, or all of it, is in no passing status; fine when it is gone or goes meanwhile."""

    def look() -> tuple[None, str | None]:
        topology = read_topology(work.client(address), identifier)
        if topology is None or topology.status == "deleting":
            return None, None
        if whole:
            return None, next((status for _, status in busy_members(topology)), None)
        return None, topology.status if is_transitional(topology.status) else None

    wait_until(look, what=what, clock=work.app.clock, waiting=waiting(work.emit))
