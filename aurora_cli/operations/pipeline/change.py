"""The one way in which a cluster is made or changed: render, plan, review, approve, apply that very plan, report.

Create, apply, scale and plan all come here; they differ in how they arrive at the spec. A crash at any moment leaves a stack that
the next run understands: the spec and the record are written before the apply, Terraform's state by Terraform itself.
"""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from aurora_cli.errors import PlanStale, SpecConflict
from aurora_cli.events import Note, StepFinished, StepStarted
from aurora_cli.operations.core.history import Entry, recorded
from aurora_cli.operations.core.options import RunOptions
from aurora_cli.operations.core.region_topology import live_regions
from aurora_cli.operations.core.review import ChangeResult, PlanReview
from aurora_cli.operations.core.stored import is_pristine
from aurora_cli.operations.core.unfinished import refuse_unfinished
from aurora_cli.operations.pipeline.apply import NOTHING, Summary, finish, make_the_change
from aurora_cli.operations.pipeline.draft import Draft
from aurora_cli.operations.pipeline.proposal import Proposal
from aurora_cli.operations.pipeline.provider_fixes import fix_provider_gaps
from aurora_cli.operations.report.report import report
from aurora_cli.operations.source.state import EMPTY, ignored_source_change

if TYPE_CHECKING:
    from aurora_cli.aws.topology import Topology
    from aurora_cli.context import AppContext
    from aurora_cli.operations.core.results import ClusterReport
    from aurora_cli.spec.model import ClusterSpec
    from aurora_cli.spec.resolve import Resolved
    from aurora_cli.stacks.stack import Stack

__all__ = ["RunOptions", "carry_out", "refuse_identity_change"]


def carry_out(app: AppContext, stack: Stack, desired: Resolved, terms: RunOptions) -> ChangeResult:
    """Bring the cluster of `stack` to the desired spec.

    Args:
        app: the composition root; `begin` has been called.
        stack: the stack, which may be new and empty. Its lock is held.
        desired: the spec to reach, with the origins of its values and its warnings.
        terms: how.

    Returns:
        The report of the live cluster and whether anything was changed.

    Raises:
        GuardRefused, Declined: nothing was changed. OperationUnfinished: an operation in steps is under way.
        TerraformFailed, Interrupted and their kin: what was done is in the state, the same command goes on from there.
    """
    try:
        run = _Run(Draft(app, stack, desired, terms))
    except BaseException:
        if is_pristine(stack):
            app.registry.remove(stack)
        raise
    if terms.dry_run:
        return run.look()
    refuse_unfinished(stack)
    with recorded(app, stack, terms.operation) as entry:
        return run.change(entry)


class _Run:
    """One change of one stack, under its lock."""

    def __init__(self, draft: Draft) -> None:
        self.draft, self.app, self.spec, self.emit = draft, draft.app, draft.spec, draft.terms.emit
        self.proposal = Proposal(draft)

    def look(self) -> ChangeResult:
        """Plan only, and leave the stack as it was."""
        try:
            review, topology = self.proposal.make()
        finally:
            self.draft.withdraw()
        state = report(self.app, self.spec, topology, changed=False)
        return ChangeResult(report=state if topology else None, review=review, changed=False, dry_run=True)

    def change(self, entry: Entry) -> ChangeResult:
        """Plan, ask, apply. A plan that went stale is made and shown a second time."""
        try:
            review, topology = self.proposal.make()
            if not review.changes:
                return self._nothing_to_do(review, topology, entry)
            self.proposal.ask(review)
        except BaseException:
            self.draft.withdraw()
            raise
        try:
            summary = make_the_change(self.proposal, review)
        except PlanStale:
            self.emit(Note("Something changed since the plan; planning again.", level="warning"))
            review, topology = self.proposal.make(again=True)
            self.proposal.ask(review)
            summary = make_the_change(self.proposal, review)
        return self._done(review, finish(self.proposal, summary), entry)

    def _nothing_to_do(self, review: PlanReview, topology: Topology | None, entry: Entry) -> ChangeResult:
        self.draft.terraform.plan_file.unlink(missing_ok=True)
        for warning in ignored_source_change(self.draft.stack, self.spec, self.draft.born):
            self.emit(Note(warning.message, level="warning", hint=warning.hint))
        self.draft.remember("ready")
        entry.finish("unchanged", dict(NOTHING))
        return ChangeResult(report=self._report(topology, changed=False), review=review, changed=False)

    def _done(self, review: PlanReview, summary: Summary, entry: Entry) -> ChangeResult:
        born = self.draft.born or (self.spec.source and self.spec.source.kind) or EMPTY
        self.draft.stack.update_record(status="ready", born=born)
        entry.finish("succeeded", summary)
        started = monotonic()
        self.emit(StepStarted("read", "Reading the endpoints"))
        topology = self.draft.look()
        if fix_provider_gaps(self.app, self.spec, topology, self.emit):
            topology = self.draft.look()
        self.emit(StepFinished("read", monotonic() - started))
        state = self._report(topology, changed=True)
        return ChangeResult(report=state, review=review, changed=True, summary=summary)

    def _report(self, topology: Topology | None, *, changed: bool) -> ClusterReport:
        regions = live_regions(self.app, self.spec, lag=True)
        managed = frozenset(self.draft.instances().values())
        return report(self.app, self.spec, topology, changed=changed, managed=managed, regions=regions)


def refuse_identity_change(old: ClusterSpec, new: ClusterSpec) -> None:
    """Raise SpecConflict when `new` is another cluster than `old`: another engine, region or home of the state."""
    for label, before, after in (
        ("engine", old.engine, new.engine),
        ("region", old.region, new.region),
        ("backend", old.backend, new.backend),
        ("resource_name", old.base_name, new.base_name),
    ):
        if before != after:
            raise SpecConflict(
                f"{new.name} exists with another {label}: {_plain(before)}, not {_plain(after)}.",
                hint=f"The {label} of an existing cluster cannot change. Choose another name, or keep the {label}.",
            )


def _plain(value: object) -> str:
    return getattr(value, "type", None) or str(value)
