"""Destroy a cluster, guided: show what goes and what stays, lift the protection, keep a final snapshot, then take it all down.

Three runs of Terraform do: `plan -destroy`, `show` to read it, `apply` of that very plan. The protection is lifted by the API in
between. The record says `destroying` from the confirmation on; the same command goes on after any crash.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aurora_cli.aws.cluster.topology import read_topology
from aurora_cli.errors import AuroraError, Declined, InvalidInput, StateAtRisk
from aurora_cli.events import Emit
from aurora_cli.operations.blue_green.active import refuse_in_deployment
from aurora_cli.operations.core.history import Entry
from aurora_cli.operations.core.unfinished import refuse_unfinished
from aurora_cli.operations.destroy.context import DestroyContext
from aurora_cli.operations.destroy.execute import take_down
from aurora_cli.operations.destroy.notices import LogGroup, delete_command, log_groups, remarks_of, stay, staying_groups
from aurora_cli.operations.destroy.reprotecting import Offer, offering
from aurora_cli.operations.destroy.review import Confirm, DestroyResult, DestroyReview
from aurora_cli.operations.pipeline.run import Run, opened_stack
from aurora_cli.operations.report.report import report
from aurora_cli.operations.restore_in_place.retained_cluster import refuse_aside
from aurora_cli.stacks.archive import archive_stack, archived_record
from aurora_cli.stacks.journal import remove_journal
from aurora_cli.terraform.plan.plan import Plan
from aurora_cli.terraform.state.addresses import CLUSTER_ADDRESS

if TYPE_CHECKING:
    from aurora_cli.context import AppContext

ABANDONED = ("scale", "migrate", "failover", "reboot", "rotate-ca", "upgrade")
"""Operations in progress that a destroy abandons: the cluster and its instances keep their names in them."""

__all__ = ["Confirm", "DestroyResult", "DestroyReview", "destroy"]


def destroy(
    app: AppContext,
    name: str,
    *,
    confirm: Confirm,
    emit: Emit,
    skip_final_snapshot: bool = False,
    dry_run: bool = False,
    offer: Offer = lambda: False,
) -> DestroyResult:
    """Destroy the cluster of that name and all that its stack made, in every Region.

    Args:
        confirm: shows the review and lets the user type the name; False declines.
        skip_final_snapshot: keep nothing. Otherwise a snapshot `<name>-final-...` stays, unless the spec says not to.
        dry_run: show only.
        offer: asked after a failure half-way whether the deletion protection shall be set back.

    Raises:
        ClusterNotFound, Declined, StackLocked, TerraformFailed, AwsFailed, Interrupted: the same command goes on from there, and
        `details["destroy"]` says what is gone and what is left.
    """
    if app.registry.find(name) is None and (destroyed := _destroyed_before(app, name, emit)) is not None:
        return destroyed
    with opened_stack(app, name, "destroy", emit, destroying=True) as stack:
        if not dry_run:
            refuse_unfinished(stack, replaceable=ABANDONED)
            refuse_aside(stack, "to destroy")
        return _Destroy(DestroyContext(app, stack, emit, skip_final_snapshot), confirm, offer, dry_run=dry_run).run()


class _Destroy(Run[DestroyReview, DestroyResult]):
    """Its last act is the stack's own end."""

    context: DestroyContext

    def __init__(self, context: DestroyContext, confirm: Confirm, offer: Offer, *, dry_run: bool) -> None:
        super().__init__(context, "destroy", dry_run=dry_run)
        self.confirm, self.offer = confirm, offer

    def run(self) -> DestroyResult:
        """As every operation; what stops it once it has begun says how far it came, and offers the protection back."""
        if self.dry_run:
            return super().run()
        with offering(self.context, self.offer):
            result = super().run()
        archive_stack(self.app.home, self.stack, self.app.clock.now())
        self.app.registry.remove(self.stack)
        return result

    def review(self, *, again: bool = False) -> DestroyReview:
        """Terraform's plan and the live clusters; refuses what AWS would refuse half-way."""
        work = self.context
        work.resumed = work.resumed or again
        work.plan_all(look_only=self.dry_run)
        review = _review(work)
        if not self.dry_run:
            _refuse_unknown(work)
            _refuse_replicas(work)
            refuse_in_deployment(work.rds, review.name, "the other cluster would remain", until_cleanup=True)
        return review

    def ask(self, review: DestroyReview) -> None:
        """Only its name lets a cluster go."""
        if not self.confirm(review):
            raise Declined("Nothing was destroyed: the name was not confirmed.")

    def withdraw(self) -> None:
        """The files of the stored spec are back."""
        self.context.withdraw()

    def carry_out(self, review: DestroyReview, entry: Entry) -> DestroyResult:
        """Everything that was shown, and no more."""
        remove_journal(self.stack.folder)
        take_down(self.context, entry)
        return _result(self.context, review, changed=True, dry_run=False, groups=_groups_left(self.context))

    def looked(self, review: DestroyReview) -> DestroyResult:
        """The review."""
        return _result(self.context, review, changed=False, dry_run=True)


def _destroyed_before(app: AppContext, name: str, emit: Emit) -> DestroyResult | None:
    """The result for a cluster that an earlier destroy has taken down to the end, e.g. one that was killed before it said so."""
    record = archived_record(app.home, name)
    if record is None:
        return None
    app.begin(emit)
    if read_topology(app.aws(record.region).client("rds"), name) is not None:
        return None
    snapshot = record.final_snapshot_identifier
    review = DestroyReview(
        name, record.region, app.target, (), Plan(), snapshot, deletion_protection=False, resumed=True
    )
    return DestroyResult(name, record.region, app.target, False, False, snapshot, review)


def _refuse_unknown(work: DestroyContext) -> None:
    """Terraform would destroy nothing, and the cluster would run on."""
    topology = work.topology
    if topology is None or topology.status == "deleting" or any(r.address == CLUSTER_ADDRESS for r in work.resources):
        return
    raise StateAtRisk(
        f"AWS has the cluster {topology.identifier}, and Terraform's state does not hold it.",
        hint=f"Restore the state in {work.stack.terraform_dir} from a backup, or delete the cluster with the AWS CLI; then run "
        "the same command again.",
    )


def _groups_left(work: DestroyContext) -> tuple[LogGroup, ...]:
    """The cluster is gone by now: that the logs cannot be looked at is no failure of its destroy."""
    try:
        return log_groups(work)
    except AuroraError:
        return ()


def _review(work: DestroyContext) -> DestroyReview:
    live = report(work.app, work.spec, work.topology, changed=False, managed=work.ours(), regions=work.live)
    return DestroyReview(
        name=work.spec.name,
        region=work.spec.region,
        target=work.app.target,
        instances=live.instances,
        plan=work.plan,
        final_snapshot_identifier=work.snapshot,
        deletion_protection=bool(work.topology and work.topology.deletion_protection),
        kept=_kept(work),
        resumed=work.resumed,
        dependants=work.dependants.sentences(work.spec.name),
        remarks=remarks_of(work),
    )


def _refuse_replicas(work: DestroyContext) -> None:
    """AWS keeps the last instance of a cluster that is replicated: all the others would be gone by then."""
    if not work.dependants.replicas:
        return
    raise InvalidInput(
        f"{work.spec.name} is replicated by {', '.join(work.dependants.replicas)}, so AWS refuses to delete it.",
        hint="Destroy the replica first, or promote it: aurora-cli promote NAME. Nothing was changed.",
    )


def _kept(work: DestroyContext) -> tuple[str, ...]:
    kept = []
    if work.snapshot:
        where = f" in {work.snapshot_region}" if work.snapshot_region else ""
        kept.append(f"The final snapshot {work.snapshot}{where} (billed as backup storage until you delete it).")
    if work.key:
        kept.append(work.key.sentence())
    kept += stay(staying_groups(work))
    return tuple(kept)


def _result(
    work: DestroyContext, review: DestroyReview, *, changed: bool, dry_run: bool, groups: tuple[LogGroup, ...] = ()
) -> DestroyResult:
    """What is given back to the command."""
    kept = work.snapshot if not dry_run else None
    return DestroyResult(
        name=work.spec.name,
        region=work.spec.region,
        target=work.app.target,
        changed=changed,
        dry_run=dry_run,
        final_snapshot_identifier=kept,
        review=review,
        restore_hint=_restore_hint(work, kept) if kept and changed else None,
        log_groups=tuple({"region": r, "name": name, "delete": delete_command(r, name)} for r, name in groups),
    )


def _restore_hint(work: DestroyContext, snapshot: str) -> str:
    """With the Region that the snapshot is in, which may be another one than the cluster's."""
    where = [*(["--sandbox"] if work.app.sandbox else []), "--region", work.snapshot_region or work.spec.region]
    return f"aurora-cli {' '.join(where)} restore {work.spec.name} --from-snapshot {snapshot}"
