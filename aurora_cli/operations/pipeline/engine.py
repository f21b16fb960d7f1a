"""Carries out an operation: decide, show, ask, then step by step, each noted in the journal before and after.

A crash at any moment leaves the journal. The same command goes on from it: with the decision that was made at the start, past the
steps that have ended, and past one that was cut off after its call, since the live cluster is asked before a step is run.
"""

from __future__ import annotations

import shlex
from time import monotonic
from typing import TYPE_CHECKING

from aurora_cli.errors import AuroraError, AwsFailed, Interrupted
from aurora_cli.events import Note, StepFinished, StepStarted
from aurora_cli.operations.core.history import Entry, recorded
from aurora_cli.operations.core.instance_keys import ADDRESS_OF_OTHERS, identifiers
from aurora_cli.operations.core.rendered import write_rendered
from aurora_cli.operations.core.review import ChangeResult, PlannedStep, PlanReview
from aurora_cli.operations.core.stored import existing_stack
from aurora_cli.operations.core.unfinished import refuse_destroying, refuse_unfinished
from aurora_cli.operations.guard.engine_version import refuse_backwards
from aurora_cli.operations.pipeline.change import RunOptions
from aurora_cli.operations.pipeline.context import OperationContext
from aurora_cli.operations.pipeline.journal import kept_decision, new_journal
from aurora_cli.operations.pipeline.provider_fixes import fix_provider_gaps
from aurora_cli.operations.pipeline.recovery import follow_up
from aurora_cli.operations.pipeline.review import ask, regions_in, review_of, sequence_of
from aurora_cli.operations.pipeline.step import Operation, Step
from aurora_cli.operations.report.report import live_topology, report
from aurora_cli.stacks.journal import Journal, remove_journal
from aurora_cli.terraform.plan import Plan

if TYPE_CHECKING:
    from aurora_cli.aws.topology import Topology
    from aurora_cli.context import AppContext
    from aurora_cli.operations.core.results import ClusterReport
    from aurora_cli.spec.model import ClusterSpec
    from aurora_cli.spec.resolve import Resolved

SETTLE = "settle"
_AGAIN = "Run the same command again: it resumes from here."
UNSETTLED = "but the plan still differs in"
_SETTLE_TEXT = "Reconcile Terraform state with the spec"


def run_operation(app: AppContext, name: str, operation: Operation, terms: RunOptions) -> ChangeResult:
    """Carry out an operation on an existing cluster, or go on with it.

    Args:
        name: of the cluster.
        operation: what is to be done.
        terms: how it is approved and shown; `operation` in it is what the review and the history say.

    Returns:
        The report of the live cluster, the steps and their seconds.

    Raises:
        ClusterNotFound, StackLocked; OperationUnfinished: another one is under way; SpecConflict: a destroy is.
        GuardRefused, Declined: nothing was changed.
        PlanStale, TerraformFailed, AwsFailed, WaitTimeout, ...: the journal stays, and the same command goes on.
    """
    stack = existing_stack(app, name)
    with stack.lock(operation.name):
        refuse_destroying(stack)
        journal = refuse_unfinished(stack, operation.name, operation.arguments)
        app.begin(terms.emit)
        context = OperationContext(app, stack, terms.emit)
        context.journal = journal
        follow_up(context.terraform, terms.emit)
        return _Engine(context, operation, terms).run()


class _Engine:
    """One run of one operation, under the stack's lock."""

    def __init__(self, context: OperationContext, operation: Operation, terms: RunOptions) -> None:
        self.context, self.operation, self.terms = context, operation, terms
        self.emit, self.stack, self.app = terms.emit, context.stack, context.app
        self.resumed = context.journal is not None
        self.decision = kept_decision(context.journal) if context.journal else operation.decide(context)
        self.steps = self._all_steps()
        self.ended = self._ended()
        self.seconds: dict[str, float] = {}

    def run(self) -> ChangeResult:
        """Show, ask, do."""
        topology = self.context.live()
        try:
            plan = self._whole_plan()
        finally:
            self._withdraw()
        review = self._review(plan, topology)
        if self.terms.dry_run:
            state = self._report(topology, changed=False)
            return ChangeResult(state, review, changed=False, dry_run=True, sequence=review.sequence)
        with recorded(self.app, self.stack, self.terms.operation) as entry:
            if not self.resumed and plan.empty and self._nothing_left():
                return self._unchanged(review, topology, entry)
            ask(review, self.terms)
            return self._carry_out(review, entry)

    # --- before ---

    def _all_steps(self) -> list[Step]:
        steps = list(self.operation.steps(self.context, self.decision))
        if self.decision.desired is not None:
            steps.append(Step(SETTLE, _SETTLE_TEXT, lambda: False, self._settle))
        return steps

    def _ended(self) -> set[str]:
        """Names of the steps that need not be run any more."""
        journal = self.context.journal
        if journal is not None:
            return {step.name for step in self.steps if journal.step(step.name).finished}
        return {step.name for step in self.steps if step.done()}

    def _nothing_left(self) -> bool:
        return all(step.name in self.ended or step.name == SETTLE for step in self.steps)

    def _whole_plan(self) -> Plan:
        """From now to the end, in one plan: what is shown, and what bounds the plans of the steps."""
        desired = self.decision.desired
        if desired is None:
            return self.decision.plan or Plan.unchanged([])
        started = monotonic()
        self.emit(StepStarted("plan", "Planning the change"))
        meanwhile = self._plan_between(desired)
        plan = self.context.plan(desired.spec, self._keys(), dry_run=self.terms.dry_run)
        self.emit(StepFinished("plan", monotonic() - started))
        self.context.terraform.plan_file.unlink(missing_ok=True)
        refuse_backwards(plan, self.stack.name)
        self.context.approved = meanwhile | {(c.address, c.action) for c in plan.changes}
        come_and_gone = {address for address, action in meanwhile if action == "delete"}
        return plan.without(come_and_gone)

    def _plan_between(self, desired: Resolved) -> frozenset[tuple[str, str]]:
        """What happens to instances that come and go again: no plan from now to the end tells of them."""
        temporary = set(self.decision.between) - set(self._keys())
        if not temporary:
            return frozenset()
        plan = self.context.plan(desired.spec, self.decision.between, dry_run=self.terms.dry_run)
        goes = {(f'{ADDRESS_OF_OTHERS}["{key}"]', "delete") for key in temporary}
        return frozenset({*((c.address, c.action) for c in plan.changes), *goes})

    def _review(self, plan: Plan, topology: Topology) -> PlanReview:
        decision, spec = self.decision, self.context.spec
        return review_of(
            self.app,
            spec,
            self.terms,
            plan,
            topology=topology,
            regions=regions_in(self.app, spec, plan),
            next_writer=decision.next_writer,
            one_by_one=decision.one_by_one,
            warnings=decision.desired.warnings if decision.desired else (),
            resumed=self.context.journal is not None,
            sequence=self._sequence(),
            remarks=decision.remarks,
        )

    def _keys(self) -> tuple[str, ...]:
        return self.decision.keys or self.stack.record.instance_keys

    def _withdraw(self) -> None:
        """The files fit the stored spec until the first step."""
        if self.decision.desired is not None:
            write_rendered(self.stack, self.context.spec)

    # --- the steps ---

    def _carry_out(self, review: PlanReview, entry: Entry) -> ChangeResult:
        if not self.resumed:
            self.context.save(new_journal(self.app, self.operation, self.decision, self.steps, self.ended))
        self.stack.update_record(status="changing")
        for number, step in enumerate(self.steps, start=1):
            if step.name not in self.ended:
                self._take(step, number)
        self.stack.update_record(status="ready")
        remove_journal(self.stack.folder)
        entry.finish("succeeded", self.context.counts, self._summary())
        return ChangeResult(
            report=self._report(live_topology(self.app, self._spec()), changed=True),
            review=review,
            changed=True,
            summary=dict(self.context.counts),
            sequence=self._sequence(),
            without_writer_s=self._without_writer(),
        )

    def _take(self, step: Step, number: int) -> None:
        """One step: wait for rest, look whether it is done, run it."""
        started = monotonic()
        self.emit(StepStarted(step.name, f"Step {number} of {len(self.steps)}: {step.text}"))
        try:
            self.context.rested()
            remark = "already done" if step.done() else self._run(step)
        except KeyboardInterrupt as stop:
            self._say_stopped(number)
            raise Interrupted(self._how_far(), hint=_AGAIN) from stop
        except AuroraError as error:
            if isinstance(error, Interrupted):
                error.message = self._how_far()
            self._say_stopped(number)
            raise
        seconds = self.seconds.get(step.name)
        self.context.save(self._journal().with_step(step.name, finished=self._now(), elapsed_s=seconds))
        self.ended.add(step.name)
        self.emit(StepFinished(step.name, monotonic() - started, remark))

    def _say_stopped(self, number: int) -> None:
        again = shlex.join(("aurora-cli", *self.operation.command))
        self.emit(Note(f"Stopped at step {number} of {len(self.steps)}.", level="warning", hint=f"Resume: {again}"))

    def _how_far(self) -> str:
        return f"Stopped by request; {len(self.ended)} of {len(self.steps)} steps are done."

    def _run(self, step: Step) -> str | None:
        self.context.save(self._journal().with_step(step.name, began=self._now()))
        started = monotonic()
        try:
            remark = step.run()
        except AwsFailed as error:
            # The library repeats a call whose answer was lost, and AWS refuses the second one.
            if "InvalidDB" not in str(error.details.get("aws_code")) or not self._done_at_rest(step):
                raise
            remark = None
        self.seconds[step.name] = round(monotonic() - started, 1)
        return remark

    def _done_at_rest(self, step: Step) -> bool:
        self.context.rested()
        return step.done()

    def _journal(self) -> Journal:
        if self.context.journal is None:
            raise AssertionError("a step is taken after the journal was begun")
        return self.context.journal

    def _settle(self) -> str | None:
        """The spec of the end is stored and applied, and the plan after it is empty."""
        desired = self._desired()
        self._store(desired)
        applied = self.context.reach(desired.spec, self._keys())
        if (
            not fix_provider_gaps(self.app, desired.spec, live_topology(self.app, desired.spec), self.emit)
            and not applied
        ):
            return None
        plan = self.context.plan(desired.spec, self._keys())
        self.context.terraform.plan_file.unlink(missing_ok=True)
        if not plan.empty:
            left = ", ".join(sorted(c.address for c in plan.changes))
            text = f"Every step is done, {UNSETTLED} {left}."
            self.emit(Note(text, level="warning", hint=f"aurora-cli plan {self.stack.name}"))
        return None

    def _desired(self) -> Resolved:
        if self.decision.desired is None:
            raise AssertionError("only an operation with a spec at its end settles")
        return self.decision.desired

    def _store(self, desired: Resolved) -> None:
        from aurora_cli.spec.load import dump_spec

        self.stack.write_spec(dump_spec(desired.spec))
        self.stack.update_record(instance_keys=self._keys(), origins=dict(desired.origins))

    # --- after ---

    def _unchanged(self, review: PlanReview, topology: Topology, entry: Entry) -> ChangeResult:
        if self.decision.desired is not None:
            self._store(self.decision.desired)
            write_rendered(self.stack, self.decision.desired.spec, self._keys())
            self.stack.update_record(status="ready")
        entry.finish("unchanged", self.context.counts)
        state = self._report(topology, changed=False)
        return ChangeResult(state, review, changed=False, summary=self.context.counts, sequence=review.sequence)

    def _summary(self) -> str:
        taken = [f"{name} ({seconds:.0f} s)" for name, seconds in self.seconds.items() if name != SETTLE]
        return ("resumed: " if self.resumed else "") + ", ".join(taken)

    def _without_writer(self) -> float | None:
        away = [self.seconds[s.name] for s in self.steps if s.without_writer and s.name in self.seconds]
        return round(sum(away), 1) if away else None

    def _sequence(self) -> tuple[PlannedStep, ...]:
        return sequence_of(self.steps, self.ended, self.seconds)

    def _spec(self) -> ClusterSpec:
        return self.decision.desired.spec if self.decision.desired else self.context.spec

    def _report(self, topology: Topology | None, *, changed: bool) -> ClusterReport:
        managed = frozenset(identifiers(self._keys(), self._spec()).values())
        return report(self.app, self._spec(), topology, changed=changed, managed=managed)

    def _now(self) -> str:
        return self.app.clock.now().isoformat(timespec="microseconds")
