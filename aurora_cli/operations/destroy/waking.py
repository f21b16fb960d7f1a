"""A cluster must rest before it is taken down: AWS deletes no instance of a stopped one, and changes none that is changing."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from aurora_cli.aws.cluster.topology import read_topology
from aurora_cli.aws.cluster.waiters import busy_members, is_transitional, wait_until
from aurora_cli.aws.modify.stop_start import stop_start
from aurora_cli.events import timed, waiting

if TYPE_CHECKING:
    from aurora_cli.aws.cluster.topology import Topology
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
            look = partial(_look, work, address, one.identifier, whole=False)
            what = f"AWS to complete its work on {one.identifier}"
            wait_until(look, what=what, clock=work.app.clock, waiting=waiting(work.emit))


def _start(work: DestroyContext, address: str, one: Topology) -> None:
    with timed(work.emit, "start", "Starting the cluster, since AWS deletes only a running one"):
        look = partial(_look, work, address, one.identifier)
        change = partial(
            stop_start, work.client(address), one.identifier, clock=work.app.clock, waiting=waiting(work.emit)
        )
        if one.status == "stopping":
            change("stop", partial(look, whole=False), ask=False)
        change("start", partial(look, whole=True), ask=one.status in STOPPED)


def _look(work: DestroyContext, address: str, identifier: str, *, whole: bool) -> tuple[None, str | None]:
    """A status that passes of the cluster, or of all of it; none when it is gone or goes meanwhile."""
    topology = read_topology(work.client(address), identifier)
    if topology is None or topology.status == "deleting":
        return None, None
    busy = busy_members(topology if whole else replace(topology, members=()))
    return None, next((status for _, status in busy), None)
