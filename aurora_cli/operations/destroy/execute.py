"""The confirmed destroy, carried out. Each part may be repeated: the same command goes on after any crash."""

from __future__ import annotations

from aurora_cli.aws.related.kms import release_key
from aurora_cli.aws.replication.global_database import detach
from aurora_cli.errors import AccessDenied, OperationFailed, PlanStale
from aurora_cli.events import Note, timed
from aurora_cli.hcl.names import CLUSTER_TAG
from aurora_cli.operations.core.final_snapshot import fresh_name
from aurora_cli.operations.core.history import Entry
from aurora_cli.operations.destroy.context import DestroyContext
from aurora_cli.operations.destroy.kms_key import KEY_ADDRESS
from aurora_cli.operations.destroy.readers_outside import delete_unmanaged_instances, stop_scaling
from aurora_cli.operations.destroy.unprotecting import unprotect
from aurora_cli.operations.destroy.waking import wake
from aurora_cli.operations.pipeline.review import refuse_unapproved


def take_down(work: DestroyContext, entry: Entry) -> None:
    """At rest, without autoscaling and protection, the snapshot named; strangers gone; then everything.

    Raises:
        TerraformFailed, AwsFailed, Interrupted and their kin: the record says `destroying`, the same command goes on.
    """
    work.stack.update_record(
        status="destroying", final_snapshot_identifier=work.snapshot, snapshot_region=work.snapshot_region
    )
    if not work.resumed:
        work.stack.update_record(unprotected=(), scaled_between=())
    work.look_again()
    wake(work)
    work.look_again()
    _keep_key(work)
    _free_the_name(work)
    stop_scaling(work)
    unprotect(work)
    work.look_again()  # with the reader that autoscaling made meanwhile
    for address, one in work.clusters().items():
        delete_unmanaged_instances(work, address, one)
    _part_regions(work)
    with timed(work.emit, "destroy", "Destroying the cluster"):
        destroyed = _apply(work)
    _check_gone(work)
    if work.snapshot and not work.is_taken(work.snapshot):
        work.snapshot = None  # there was no cluster to take it of: promise nothing that cannot be restored
    summary = f"final snapshot {work.snapshot}" if work.snapshot else "no final snapshot"
    entry.finish("destroyed", {"add": 0, "change": 0, "destroy": destroyed}, summary)


def _check_gone(work: DestroyContext) -> None:
    """What Terraform says is gone is looked for in AWS before anyone is told so."""
    work.look_again()
    found = [work.topology, *work.live.secondaries.values()]
    left = [f"{one.identifier} ({one.status})" for one in found if one is not None and one.status != "deleting"]
    if left:
        raise OperationFailed(
            f"Terraform has ended its destroy, and AWS still has {', '.join(left)}.",
            hint=f"Run it again: aurora-cli destroy {work.spec.name}",
        )


def _apply(work: DestroyContext) -> int:
    """Apply the plan that was shown, or one of no more when the state has changed since; how many resources went.

    Raises:
        PlanStale: the new plan holds what was not shown.
    """
    if not work.terraform.plan_file.exists():
        plan = work.terraform.plan(destroy=True)
        refuse_unapproved(work.terraform, plan, {(change.address, change.action) for change in work.plan.changes})
        return work.terraform.apply().destroy if plan.changes else 0
    try:
        return work.terraform.apply().destroy
    except PlanStale:
        work.terraform.plan_file.unlink(missing_ok=True)
        return _apply(work)


def _keep_key(work: DestroyContext) -> None:
    """Without the tag of the stack: a later one of the same name must not take it for its own."""
    if work.key and work.key.kept and work.key.in_state:
        try:
            release_key(work.app.aws(work.key.region).client("kms"), work.key.arn, CLUSTER_TAG)
        except AccessDenied as error:
            work.emit(Note(error.message, level="warning", hint=error.hint))
        work.terraform.forget(KEY_ADDRESS)
        work.emit(Note(f"Terraform no longer manages the KMS key {work.key.arn}, which the remaining resources need."))


def _free_the_name(work: DestroyContext) -> None:
    """The name of an earlier, interrupted destroy may have been used up by hand while the cluster stayed."""
    cluster = work.clusters().get(work.snapshot_address())
    if work.snapshot and cluster and cluster.status != "deleting" and work.is_taken(work.snapshot):
        work.snapshot = fresh_name(work.spec.name, work.is_taken)
        work.stack.update_record(final_snapshot_identifier=work.snapshot)


def _part_regions(work: DestroyContext) -> None:
    """Terraform takes the secondary Regions down first. After a switchover the primary is among them, and AWS lets a
    primary go last: so the others leave the global cluster before."""
    database, primary = work.live.database, work.live.primary_region
    if database is None or primary in (None, work.spec.region):
        return
    for member in database.members:
        if not member.primary:
            work.emit(Note(f"Removing {member.identifier} ({member.region}) from the global cluster."))
            detach(work.rds, database.identifier, member.arn)
    work.terraform.plan_file.unlink(missing_ok=True)  # it was made of members
