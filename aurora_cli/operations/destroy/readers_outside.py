"""Instances that Terraform does not know: created by reader autoscaling or by hand. They would block the cluster's end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aurora_cli.aws.cluster.waiters import wait_until
from aurora_cli.aws.describe import find_instance
from aurora_cli.aws.errors import aws_errors
from aurora_cli.aws.modify.reader_scaling import read_bounds, set_bounds
from aurora_cli.errors import AccessDenied, AwsFailed, ClusterNotFound
from aurora_cli.events import Note, waiting

if TYPE_CHECKING:
    from aurora_cli.aws.cluster.topology import Topology
    from aurora_cli.operations.destroy.context import DestroyContext

_GOES_ALREADY = ("InvalidDBInstanceState", "InvalidDBInstanceStateFault")


def stop_scaling(work: DestroyContext) -> None:
    """Have autoscaling make no reader any more: a new one would take the place of each that is deleted.

    What it was is kept in the record until the stack is gone, so that it can be set back.

    Raises:
        CredentialsError, AccessDenied, AwsFailed.
    """
    if work.topology is None or work.topology.status == "deleting":
        return
    scaling = work.app.aws(work.spec.region).client("application-autoscaling")
    try:
        bounds = read_bounds(scaling, work.spec.name)
    except AccessDenied:
        if work.spec.autoscaling or any(m.autoscaled for m in work.topology.members):
            raise
        return
    if bounds and bounds != (0, 0):
        work.stack.update_record(scaled_between=bounds)
        set_bounds(scaling, work.spec.name, (0, 0))
        work.emit(Note("Autoscaling creates no more readers."))


def delete_unmanaged_instances(work: DestroyContext, address: str, topology: Topology) -> None:
    """Delete the instances that Terraform does not know; those that are gone or go already are fine.

    Raises:
        CredentialsError, AccessDenied, AwsFailed.
    """
    ours = work.ours()
    for member in topology.members:  # a failover may have made one of them the writer
        if member.id in ours or member.status == "deleting":
            continue
        work.emit(Note(f"Deleting {member.id}, an instance that Terraform does not manage.", level="warning"))
        if member.status == "creating":
            _await_created(work, address, member.id)
        try:
            with aws_errors(f"deleting {member.id}"):
                work.client(address).delete_db_instance(DBInstanceIdentifier=member.id, SkipFinalSnapshot=True)
        except ClusterNotFound:
            continue
        except AwsFailed as error:  # autoscaling was quicker
            if error.details.get("aws_code") not in _GOES_ALREADY:
                raise


def _await_created(work: DestroyContext, address: str, identifier: str) -> None:
    """AWS refuses to delete an instance that it creates. Raises CredentialsError, AccessDenied, AwsFailed, WaitTimeout."""

    def look() -> tuple[None, str | None]:
        found = find_instance(work.client(address), identifier)
        status = found["DBInstanceStatus"] if found is not None else None
        return None, status if status == "creating" else None

    wait_until(look, what=f"{identifier} to be created", clock=work.app.clock, waiting=waiting(work.emit))
