"""Carries out an operation: decide, plan, review, ask, then step by step, each noted in the journal before and after.

Every operation that changes a cluster comes here. Its last step brings Terraform's state to the spec that it leads to; create and
apply have that step alone. A crash at any moment leaves the journal, or where there is one step only, the record and Terraform's
state: the same command goes on from there, with the decision that was made at the start, past the steps that have ended, and past
one that was cut off after its call, since the live cluster is asked before a step is run.
"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from aurora_cli.events import Note, timed
from aurora_cli.operations.core.concern import Shown
from aurora_cli.operations.core.instances import identifiers
from aurora_cli.operations.core.region_topology import live_regions
from aurora_cli.operations.core.review import ChangeResult, PlannedStep, PlanReview
from aurora_cli.operations.core.specs import is_pristine, last_spec, stored_spec
from aurora_cli.operations.core.unfinished import refuse_unfinished, unfinished
from aurora_cli.operations.cost import monthly
from aurora_cli.operations.pipeline.change import Approved, SpecChange
from aurora_cli.operations.pipeline.context import OperationContext
from aurora_cli.operations.pipeline.journal import kept_decision, new_journal
from aurora_cli.operations.pipeline.provider_fixes import fix_provider_gaps
from aurora_cli.operations.pipeline.review import ask, review_of
from aurora_cli.operations.pipeline.run import Run, opened_stack
from aurora_cli.operations.pipeline.step import Operation, Step
from aurora_cli.operations.pipeline.step_run import StepRun
from aurora_cli.operations.pipeline.verify import verify
from aurora_cli.operations.recovery.recover import recover, remember_state
from aurora_cli.operations.report.report import live_topology, report
from aurora_cli.operations.spec_file.follow import require_file, with_spec_file
from aurora_cli.operations.spec_file.shared import write_shared_spec
from aurora_cli.stacks.journal import Journal, remove_journal
from aurora_cli.terraform.plan.plan import Plan
from aurora_cli.terraform.state.addresses import INSTANCES

if TYPE_CHECKING:
    from aurora_cli.aws.cluster.topology import Topology
    from aurora_cli.context import AppContext
    from aurora_cli.errors import AuroraError
    from aurora_cli.operations.core.history import Entry
    from aurora_cli.operations.core.results import ClusterReport
    from aurora_cli.operations.core.review import RunOptions
    from aurora_cli.spec.model.cluster import ClusterSpec
    from aurora_cli.spec.resolve.resolve import Resolved
    from aurora_cli.stacks.stack import Stack

RECONCILE = "settle"
"""Name of the last step; journals of earlier versions hold it."""


def run_operation(app: AppContext, name: str, operation: Operation, options: RunOptions) -> ChangeResult:
    """Carry out an operation on an existing cluster, or resume it.

    Args:
        name: of the cluster.
        operation: what is to be done.
        options: how it is approved and shown; `operation` in it is what the review and the history say.

    Returns:
        The report of the live cluster, the steps and their seconds.

    Raises:
        What `opened_stack` and `run_on_stack` raise.
    """
    with opened_stack(app, name, operation.name, options.emit) as stack:
        return run_on_stack(app, stack, operation, options)


def run_on_stack(
    app: AppContext, stack: Stack, operation: Operation, options: RunOptions, desired: ClusterSpec | None = None
) -> ChangeResult:
    """Carry out an operation on a stack whose lock is held; `begin` has been called.

    Args:
        desired: the spec to reach, for an operation that may find no stored spec; None for the stored one.

    Raises:
        OperationUnfinished: another operation is in progress. GuardRefused, Declined: nothing was changed.
        PlanStale, TerraformFailed, AwsFailed, WaitTimeout, Interrupted, ...: what was done is kept; the same command resumes.
        PlanNotEmpty: everything is done, and the next plan would change something still.
    """
    try:
        context = OperationContext(app, stack, options, desired or stored_spec(stack).spec)
        context.journal = _journal_of(stack, operation, options)
        recover(context, look_only=options.dry_run)
        require_file(stack, options)
        engine = _Engine(context, operation)
    except BaseException:
        if operation.one_step and is_pristine(stack):
            app.registry.remove(stack)
        raise
    result = engine.run()
    if not result.dry_run:
        write_shared_spec(stack, context.terraform, options.emit)
    if result.changed:
        remember_state(context)
    changed = engine.resumed or context.before != last_spec(stack)
    result = with_spec_file(stack, result, options, changed=changed)
    if engine.unverified is not None:
        raise engine.unverified
    return result


def _journal_of(stack: Stack, operation: Operation, options: RunOptions) -> Journal | None:
    """What this very operation goes on from. A plan of a spec may be looked at whatever is in progress."""
    if operation.one_step and options.dry_run:
        return None
    before = unfinished(stack)
    journal = refuse_unfinished(
        stack, operation.name, operation.arguments, (operation.name,) if operation.retargets else ()
    )
    if before is not None and journal is None:
        options.emit(Note(f"{before.so_far}. This takes its place.", level="warning", hint=f"Resume: {before.command}"))
    return journal


class _Engine(Run[PlanReview, ChangeResult]):
    """One run of one operation, under the stack's lock."""

    context: OperationContext

    def __init__(self, context: OperationContext, operation: Operation) -> None:
        super().__init__(context, context.options.operation, dry_run=context.options.dry_run)
        self.operation, self.options, self.replans = operation, context.options, operation.one_step
        self.resumed = context.journal is not None
        with context.sharing_looks():
            self.decision = kept_decision(context.journal) if context.journal else operation.decide(context)
            steps = list(operation.steps(context, self.decision))
            if self.decision.desired is not None and not operation.one_step:
                steps.append(Step(RECONCILE, operation.last_step, lambda: False, self._reconcile))
            self.steps = StepRun(context, operation, steps)
        self.change: SpecChange | None = None
        self.shown = Shown()
        self.topology: Topology | None = None
        self.read: Topology | None = None
        self.unverified: AuroraError | None = None

    # --- before ---

    def nothing_to_do(self, review: PlanReview) -> bool:
        """Nothing for Terraform, and no step left."""
        return review.plan.empty and not (self.resumed or self.steps.left() - {RECONCILE} or review.steps)

    def review(self, *, again: bool = False) -> PlanReview:
        """Plan from now to the end, and say what it means."""
        decision, spec = self.decision, self.context.spec
        if decision.desired is None:
            plan, topology, regions = (
                decision.plan or Plan.unchanged([]),
                self.context.look(),
                live_regions(self.app, spec),
            )
        else:
            self.change = self._new_change(decision.desired)
            plan = self._plan(self.change)
            topology, regions = self.change.topology, self.change.regions
            self.shown = self.change.review(plan)
        if topology is None and not self.operation.one_step:
            topology = self.context.live()  # says what is missing
        self.topology = topology
        return review_of(
            self.app,
            spec,
            self.options,
            plan,
            topology=topology,
            regions=regions,
            next_writer=decision.next_writer,
            one_by_one=decision.one_by_one,
            warnings=(*(decision.desired.warnings if decision.desired else ()), *self.shown.warnings),
            resumed=self.resumed or self._was_interrupted(),
            again=again,
            steps=self.shown.steps,
            sequence=self._sequence(plan),
            remarks=(*decision.remarks, *self.shown.remarks),
            behind=self.shown.behind,
            to=self._target(),
            cost=self._cost(),
            account=self.change.account if self.change else self.stack.record.account_id,
        )

    def _cost(self) -> dict[str, Any] | None:
        """Of what there is at the end and of the spec that the cluster has now; without a call."""
        priced = self.operation.priced(self.context, self.decision)
        before = last_spec(self.stack) if self.topology else None
        return monthly.of_change(self.app, before, *priced) if priced else None

    def _sequence(self, plan: Plan) -> tuple[PlannedStep, ...]:
        """The steps; where neither Terraform nor another step has anything to do, the last one has nothing to reconcile."""
        found, desired = self.steps.sequence(), self.decision.desired
        same = plan.empty and not self.shown.steps and desired is not None and desired.spec == self.context.spec
        if self.resumed or not same or self.steps.left() - {RECONCILE}:
            return found
        return tuple(replace(step, done=True) for step in found)

    def _target(self) -> str | None:
        found = self.decision.facts.get(self.operation.target) if self.operation.target else None
        return found if isinstance(found, str) else None

    def _was_interrupted(self) -> bool:
        """Whether an earlier run of the one step stopped half-way; it has no journal, the state is it."""
        stopped = self.operation.one_step and self.stack.record.status in ("creating", "changing")
        return stopped and unfinished(self.stack) is None and self.change is not None and bool(self.change.addresses)

    def _new_change(self, desired: Resolved) -> SpecChange:
        concerns = self.operation.resumed_concerns if self.resumed else self.operation.concerns
        return SpecChange(self.context, desired.spec, self._keys(), concerns)

    def _plan(self, change: SpecChange) -> Plan:
        """From now to the end, in one plan: what is shown, and what bounds the plans of the steps."""
        with timed(self.emit, "init", "Preparing Terraform"):
            change.prepare()
        with timed(self.emit, "plan", "Planning the change"):
            meanwhile = self._plan_between(change)
            plan = change.plan_beside_aws()
        self.context.saved = (change, plan)
        self.context.approved = meanwhile | {(c.address, c.action) for c in plan.changes}
        return plan.without({address for address, action in meanwhile if action == "delete"})

    def _plan_between(self, change: SpecChange) -> Approved:
        """What happens to instances that come and go again: no plan from now to the end tells of them."""
        temporary = set(self.decision.between) - set(change.keys or ())
        if not temporary:
            return frozenset()
        plan = self.context.plan(change.spec, self.decision.between)
        change.prepare()
        goes = {(f'{INSTANCES}["{key}"]', "delete") for key in temporary}
        return frozenset({*((c.address, c.action) for c in plan.changes), *goes})

    def _keys(self) -> tuple[str, ...] | None:
        return None if self.operation.one_step else self.decision.keys or self.stack.record.instance_keys

    def ask(self, review: PlanReview) -> None:
        """The guard, the concerns and the user let it go on."""
        ask(review, self.options, self.change.require if self.change else lambda plan: None)

    def withdraw(self) -> None:
        """The files fit the stored spec again, and a stack of which nothing was made is gone."""
        if self.change is not None:
            self.change.withdraw(remove=self.operation.one_step)

    # --- the steps ---

    def carry_out(self, review: PlanReview, entry: Entry) -> ChangeResult:
        """The steps, or the one; then the report."""
        if self.operation.one_step:
            self._reconcile()
        else:
            if not self.resumed:
                self.context.save(
                    new_journal(self.app, self.operation, self.decision, self.steps.all, self.steps.ended)
                )
            self.stack.update_record(status="changing")
            self.steps.take()
        self.stack.update_record(status="ready")
        remove_journal(self.stack.folder)
        self._verify(entry)
        with timed(self.emit, "read", "Reading the endpoints"):
            state = self._report(self.read or live_topology(self.app, self._spec()), changed=True)
        return ChangeResult(
            report=state,
            review=review,
            changed=True,
            summary=dict(self.context.counts),
            sequence=self.steps.sequence(),
            without_writer_s=self.steps.without_writer(),
            verified=self.context.terraform.settled is True,
        )

    def _verify(self, entry: Entry) -> None:
        """Everything is done, whatever the plan after it says."""
        entry.finish("succeeded", self.context.counts, self._summary())
        if self.change is None and self.context.unsettled is None:
            return  # it has no spec at its end, and left Terraform alone
        self.unverified = verify(self.context)
        if self.unverified is not None:
            entry.finish("failed", self.context.counts, self.unverified.message)

    def _reconcile(self) -> None:
        """The spec of the end is stored and applied; it is planned only if the last step has not applied it."""
        desired = self._desired()
        if self.context.saved is None:  # steps have changed something since the plan that was shown
            self.change = self._new_change(desired)
            self.change.prepare()
        change = self.change
        assert change is not None
        change.remember(desired)
        for act in change.at("before"):
            act()
        shown = self.context.saved[1] if self.operation.one_step and self.context.saved else None
        with timed(self.emit, "apply", "Applying the change") if shown and not shown.empty else nullcontext():
            applied = self.context.apply(change)
        for act in change.at("after"):
            act()
        self.context.count(*change.done)
        topology = live_topology(self.app, desired.spec)
        fixed = fix_provider_gaps(self.app, desired.spec, topology, self.emit)
        self.read = None if fixed else topology
        if fixed:
            self.context.refresh_state()
        if (applied or fixed) and not self.operation.one_step:
            change.prepare()
            self.context.keep_differences(change.plan())

    def _desired(self) -> Resolved:
        if self.decision.desired is None:
            raise AssertionError("only an operation with a spec at its end reconciles")
        return self.decision.desired

    # --- after ---

    def looked(self, review: PlanReview) -> ChangeResult:
        """The plan, and the cluster as it is."""
        state = None if self.topology is None else self._report(self.topology, changed=False)
        return ChangeResult(state, review, changed=False, dry_run=True, sequence=review.sequence)

    def unchanged(self, review: PlanReview, entry: Entry) -> ChangeResult:
        """The spec may be another one; the cluster is not."""
        if self.change is not None:
            self.context.terraform.plan_file.unlink(missing_ok=True)
            self.change.remember(self._desired())
            self.stack.update_record(status="ready")
        remove_journal(self.stack.folder)  # of one whose place this has taken
        for warning in self.shown.warnings:
            self.emit(Note(warning.message, level="warning", hint=warning.hint))
        for remark in self.shown.remarks:
            self.emit(Note(remark))
        entry.finish("unchanged", self.context.counts)
        state = self._report(self.topology, changed=False)
        return ChangeResult(
            state,
            review,
            changed=False,
            summary=self.context.counts,
            sequence=review.sequence,
            verified=self.context.terraform.settled is True,
        )

    def _summary(self) -> str:
        parts = ["resumed" if self.resumed else "", self.steps.summary(leave_out=RECONCILE)]
        return ": ".join(part for part in parts if part)

    def _spec(self) -> ClusterSpec:
        return self.decision.desired.spec if self.decision.desired else self.context.spec

    def _report(self, topology: Topology | None, *, changed: bool) -> ClusterReport:
        spec = self._spec()
        managed = frozenset(identifiers(self._keys() or self.stack.record.instance_keys, spec).values())
        regions = live_regions(self.app, spec, lag=True)
        return report(self.app, spec, topology, changed=changed, managed=managed, regions=regions)
