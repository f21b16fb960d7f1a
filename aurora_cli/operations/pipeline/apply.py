"""The approved change, carried out: what comes before Terraform's apply, that apply, and what follows it."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from aurora_cli.aws.global_database import lift_global_protection, lift_protection
from aurora_cli.events import StepFinished, StepStarted, waiting
from aurora_cli.operations.passwords.rotation import carry_out as carry_out_rotation
from aurora_cli.operations.pipeline.provider_fixes import apply_plan
from aurora_cli.operations.source.state import finishing
from aurora_cli.spec.regions import regions_of

if TYPE_CHECKING:
    from aurora_cli.operations.core.review import PlanReview
    from aurora_cli.operations.pipeline.proposal import Proposal

Summary = dict[str, int]
NOTHING = {"add": 0, "change": 0, "destroy": 0}


def make_the_change(proposal: Proposal, review: PlanReview) -> Summary:
    """Apply the plan that was approved, with what belongs before and after it; how many resources it touched.

    Raises:
        PlanStale: the state was changed since the plan was made. TerraformFailed and its kin.
    """
    draft = proposal.draft
    draft.remember("changing" if draft.exists() else "creating")
    _fail_over(proposal)
    _unprotect_removed_regions(proposal)
    summary = dict(NOTHING) if review.plan.empty else _apply(proposal, review)
    if proposal.rotation:
        carry_out_rotation(draft.app, draft.spec, proposal.rotation, draft.look(), draft.terms.emit)
    return summary


def _apply(proposal: Proposal, review: PlanReview) -> Summary:
    emit = proposal.terms.emit
    started = monotonic()
    emit(StepStarted("apply", "Applying the change"))
    summary = apply_plan(
        proposal.terraform,
        lambda: proposal.plan("Planning what is left"),
        app=proposal.app,
        spec=proposal.spec,
        approved={(c.address, c.action) for c in review.plan.changes},
        emit=emit,
    )
    emit(StepFinished("apply", monotonic() - started))
    return {"add": summary.add, "change": summary.change, "destroy": summary.destroy}


def finish(proposal: Proposal, summary: Summary) -> Summary:
    """A restore does not take every setting: what it left out is set by a second apply, which may only update."""
    draft, emit = proposal.draft, proposal.terms.emit
    if not finishing(draft.spec, draft.born):
        return summary
    plan = proposal.plan("Planning what the restore left out")
    if plan.empty or any(change.action != "update" for change in plan.changes):
        proposal.terraform.plan_file.unlink(missing_ok=True)
        return summary
    started = monotonic()
    emit(StepStarted("finish", "Setting what the restore left out"))
    more = proposal.terraform.apply()
    emit(StepFinished("finish", monotonic() - started))
    return {**summary, "change": summary["change"] + more.change}


def _fail_over(proposal: Proposal) -> None:
    draft, emit = proposal.draft, proposal.terms.emit
    target = draft.next_writer()
    if target is None:
        return
    from aurora_cli.aws.failover import fail_over

    started = monotonic()
    emit(StepStarted("failover", f"Failing over to {target}"))
    fail_over(
        draft.app.aws(draft.spec.region).client("rds"),
        draft.spec.name,
        target,
        clock=draft.app.clock,
        waiting=waiting(emit, f"{target} to become the writer"),
    )
    emit(StepFinished("failover", monotonic() - started))


def _unprotect_removed_regions(proposal: Proposal) -> None:
    """What the user let go by name is protected in AWS still, and gone from the files that could say otherwise."""
    app, spec, live = proposal.app, proposal.spec, proposal.live
    if spec.global_ is None and live.database is not None and live.database.deletion_protection:
        lift_global_protection(app.aws(spec.region).client("rds"), live.database.identifier)
    for region, topology in live.secondaries.items():
        if region not in regions_of(spec) and topology.deletion_protection:
            lift_protection(app.aws(region).client("rds"), topology.identifier)
