"""The one way in which a cluster is made or changed: render, plan, review, approve, apply that very plan, report.

Create, apply, scale and plan all come here; they differ in how they arrive at the spec. A crash at any moment leaves a stack that
the next run understands: the spec and the record are written before the apply, Terraform's state by Terraform itself.
"""

from __future__ import annotations

from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING

from aurora_cli.aws.quotas import read_proxy_quota, read_quotas
from aurora_cli.errors import Declined, GuardRefused, InvalidInput, OperationFailed, PlanStale, Problem, SpecConflict
from aurora_cli.operations import guard, limits
from aurora_cli.operations.events import Emit, Note, StepFinished, StepStarted, Waiting
from aurora_cli.operations.files import write_rendered
from aurora_cli.operations.final_snapshot import carried, follow_state, fresh_name, refuse_taken
from aurora_cli.operations.healing import as_kept, keep_survivors, tainted_survivors, would_keep
from aurora_cli.operations.keys import KeyChoice, choose_keys, identifiers, key_of, keys_in_state
from aurora_cli.operations.logbook import Entry, recorded
from aurora_cli.operations.orderable import OrderableCheck
from aurora_cli.operations.origins import check_origin
from aurora_cli.operations.passwords import (
    given_password,
    next_version,
    require_password,
    sends_password,
    sent_version,
    terraform_variables,
)
from aurora_cli.operations.recovery import follow_up
from aurora_cli.operations.reporting import live_topology, report
from aurora_cli.operations.review import Approve, ChangeResult, PlanReview, ReviewRefused
from aurora_cli.operations.rotation import RotationStep, rotation_step
from aurora_cli.operations.rotation import carry_out as carry_out_rotation
from aurora_cli.operations.sourcing import EMPTY, born_of, finishing, second_step, spent_source
from aurora_cli.operations.steps.unfinished import refuse_unfinished
from aurora_cli.operations.stored import is_pristine, last_spec, stored_spec

if TYPE_CHECKING:
    from aurora_cli.aws.topology import Topology
    from aurora_cli.context import AppContext
    from aurora_cli.spec.model import ClusterSpec
    from aurora_cli.spec.resolve import Resolved
    from aurora_cli.stacks.stack import Stack
    from aurora_cli.terraform.plan import Plan
    from aurora_cli.terraform.state import StateResource

CLUSTER_ADDRESS = "aws_rds_cluster.this"


@dataclass(frozen=True)
class Terms:
    """How a change is to be carried out.

    Attributes:
        operation: create, apply, scale or plan; as shown and as kept in the history.
        approve: shows the review and asks.
        emit: takes progress events.
        allow: Terraform addresses that the guard may let through.
        dry_run: stop after the plan, leave nothing behind.
        password: a master password from standard input.
        renew_password: send the given password although the cluster has one.
        skip_checks: names of checks that are left out.
    """

    operation: str
    approve: Approve
    emit: Emit
    allow: Collection[str] = ()
    dry_run: bool = False
    password: str | None = field(default=None, repr=False)
    renew_password: bool = False
    skip_checks: Collection[str] = ()


def carry_out(app: AppContext, stack: Stack, desired: Resolved, terms: Terms) -> ChangeResult:
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
        run = _Run(app, stack, desired, terms)
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

    def __init__(self, app: AppContext, stack: Stack, desired: Resolved, terms: Terms) -> None:
        self.app, self.stack, self.desired, self.terms = app, stack, desired, terms
        self.spec: ClusterSpec = desired.spec
        self.before: ClusterSpec | None = last_spec(stack)
        self.password = given_password(app, self.spec, terms.password, terms.emit)
        self.password_version = stack.record.password_version
        self.rotation: RotationStep | None = None
        self.terraform = app.terraform(stack, terms.emit, terraform_variables(self.password))
        self.resources: list[StateResource] = []
        self.addresses: list[str] = []
        self.choice = KeyChoice(())
        self.next_snapshot: str | None = None
        self.born: str | None = stack.record.born
        self.source_arn: str | None = stack.record.source_arn

    def look(self) -> ChangeResult:
        """Plan only, and leave the stack as it was."""
        try:
            review, topology = self._plan()
        finally:
            self._withdraw()
        state = report(self.app, self.spec, topology, changed=False)
        return ChangeResult(report=state if topology else None, review=review, changed=False, dry_run=True)

    def change(self, entry: Entry) -> ChangeResult:
        """Plan, ask, apply. A plan that went stale is made and shown a second time."""
        try:
            review, topology = self._plan()
            if not review.changes:
                return self._nothing_to_do(review, topology, entry)
            self._approved(review)
        except BaseException:
            self._withdraw()
            raise
        try:
            summary = self._apply(review)
        except PlanStale:
            self.terms.emit(Note("Something changed since the plan was made; planning again.", level="warning"))
            review, topology = self._plan(again=True)
            self._approved(review)
            summary = self._apply(review)
        return self._done(review, self._finish(summary), entry)

    # --- plan ---

    def _plan(self, *, again: bool = False) -> tuple[PlanReview, Topology | None]:
        follow_up(self.terraform, self.terms.emit)
        self._render()
        if not self.terms.dry_run:
            self._keep_survivors()
        with ThreadPoolExecutor(max_workers=1) as pool:  # beside Terraform: loading the AWS library takes its time too
            reading = pool.submit(self._look)
            checking = pool.submit(self._check_orderable)
            plan = self._terraform_plan()
            topology = reading.result()
            checking.result()
        plan = self._with_next_snapshot(plan)
        if self.terms.dry_run and tainted_survivors(
            self.resources
        ):  # to look must not write, not even Terraform's marks
            plan = as_kept(plan, would_keep(self.resources, topology, self.terms.emit))
        self.rotation = rotation_step(self.app, self.spec, self.before, topology)
        self._refuse_foreign_cluster(plan, topology)
        limits.refuse_what_aws_refuses(plan, topology, self.app.clock.now())
        self._refuse_stopped(plan, topology)
        return self._review(plan, topology, again=again), topology

    def _with_next_snapshot(self, plan: Plan) -> Plan:
        """Let the cluster that an allowed replacement makes carry a snapshot name of its own."""
        if CLUSTER_ADDRESS not in self.terms.allow or not carried(plan):
            return plan
        refuse_taken(self.app.aws(self.spec.region).client("rds"), plan)
        self.next_snapshot = fresh_name(self.spec.name)
        self._write(self.choice)
        return self._terraform_plan()

    def _look(self) -> Topology | None:
        return live_topology(self.app, self.spec)

    def _check_orderable(self) -> None:
        check = OrderableCheck(self.app, self.spec, self.before, self.terms.emit)
        if "orderable" not in self.terms.skip_checks and (check.differs or CLUSTER_ADDRESS not in self.addresses):
            check.run()

    def _keep_survivors(self) -> None:
        if tainted_survivors(self.resources):
            keep_survivors(self.terraform, self.resources, self._look, clock=self.app.clock, emit=self.terms.emit)

    def _read_state(self) -> None:
        self.resources = self.terraform.state_resources()
        self.addresses = [r.address for r in self.resources]
        follow_state(self.stack, self.resources)

    def _render(self) -> None:
        """Choose the instance keys, write the files, initialise."""
        if self.spec.backend.type == "local":
            self._read_state()
            self._look_at_source()
            self._write(self._choose())
            self._init()
            return
        self._write(KeyChoice(self.stack.record.instance_keys))
        self._init()
        self._read_state()
        self._look_at_source()
        self._write(self._choose())

    def _look_at_source(self) -> None:
        """Where the data comes from counts until the cluster is there; then what it was born from does."""
        self.born = born_of(self.resources, self.stack.record.born)
        if self.born is None:
            self.source_arn = check_origin(self.app, self.spec)

    def _choose(self) -> KeyChoice:
        existing = keys_in_state(self.addresses)
        count = self.spec.instances.readers + 1
        shrinks = len(existing) > count
        topology = self._look() if shrinks else None
        writer = key_of(topology.writer.id, self.spec) if topology and topology.writer else None
        self.choice = choose_keys(existing, count, writer)
        self._choose_password_version()
        self._refuse_missing_successor(topology)
        return self.choice

    def _choose_password_version(self) -> None:
        """A password is sent with a new cluster, with a switch from a managed one, and when it is renewed."""
        if not self.spec.credentials.given:
            return
        sent = sent_version(self.resources)
        self.password_version = next_version(sent, renew=self.terms.renew_password)
        if self.password_version != sent and not self.terms.dry_run:
            require_password(self.spec.name, self.password)

    def _refuse_missing_successor(self, topology: Topology | None) -> None:
        """The role cannot move to an instance that was deleted outside; Terraform would make it only after the move."""
        successor = identifiers(self.choice.keys, self.spec).get(self.choice.fail_over_to or "")
        if successor is None or topology is None or successor in {m.id for m in topology.members}:
            return
        raise OperationFailed(
            f"Nothing was changed: {successor} would have to become the writer, and AWS has no such instance.",
            hint=f"Have it made again with `aurora-cli scale {self.spec.name} --readers 1`, then run this command again.",
        )

    def _write(self, choice: KeyChoice, *, allow_destroy: bool = False) -> None:
        allowed = allow_destroy or CLUSTER_ADDRESS in self.terms.allow
        write_rendered(
            self.stack,
            self.spec,
            choice.keys,
            allow_destroy=allowed,
            final_snapshot_identifier=self.next_snapshot or self.stack.record.final_snapshot_identifier,
            born=self.born,
            source_arn=self.source_arn,
            password_version=self.password_version,
        )

    def _init(self) -> None:
        started = monotonic()
        self.terms.emit(StepStarted("init", "Preparing Terraform"))
        self.terraform.init()
        self.terms.emit(StepFinished("init", monotonic() - started))

    def _terraform_plan(self, title: str = "Planning the change") -> Plan:
        started = monotonic()
        self.terms.emit(StepStarted("plan", title))
        try:
            plan = self.terraform.plan()
        except GuardRefused:
            plan = self._what_is_refused()
        self.terms.emit(StepFinished("plan", monotonic() - started))
        return plan

    def _what_is_refused(self) -> Plan:
        """The plan that `prevent_destroy` stopped, to show what it would do and why; it cannot be applied."""
        self._write(self.choice, allow_destroy=True)
        try:
            return self.terraform.plan()
        finally:
            self.terraform.plan_file.unlink(missing_ok=True)
            self._write(self.choice)

    def _refuse_foreign_cluster(self, plan: Plan, topology: Topology | None) -> None:
        creates = any(c.address == CLUSTER_ADDRESS and c.action == "create" for c in plan.resource_changes)
        if topology is not None and creates:
            raise InvalidInput(
                f"{self.spec.region} already has a cluster named {self.spec.name}, and this stack does not manage it.",
                hint="Choose another name. An existing cluster is never taken over silently.",
            )

    def _refuse_stopped(self, plan: Plan, topology: Topology | None) -> None:
        if topology is not None and topology.status == "stopped" and not plan.empty and not self.terms.dry_run:
            raise InvalidInput(
                f"{self.spec.name} is stopped: it takes no changes.", hint=f"aurora-cli start {self.spec.name}"
            )

    def _review(self, plan: Plan, topology: Topology | None, *, again: bool) -> PlanReview:
        names = identifiers(self.choice.keys, self.spec)
        next_writer = names.get(self.choice.fail_over_to or "")
        situation = guard.Situation(
            topology=topology,
            production=self.spec.preset == "production",
            next_writer=next_writer,
            allowed=tuple(self.terms.allow),
        )
        old_writer = topology.writer.id if topology and topology.writer else "the present writer"
        steps = [f"Fail over from {old_writer} to {next_writer}: writes stop for some seconds."] if next_writer else []
        if self.terms.renew_password:
            steps.append("Send the new master password to AWS: from then on the old one is refused.")
        steps += second_step(self.spec) if self.born is None else ()
        steps += [self.rotation.text] if self.rotation else []
        return PlanReview(
            name=self.spec.name,
            region=self.spec.region,
            operation=self.terms.operation,
            target=self.app.target,
            plan=plan,
            findings=guard.inspect(plan, situation),
            warnings=self._warnings(plan),
            resumed=self.stack.record.status in ("creating", "changing") and bool(self.addresses),
            again=again,
            steps=tuple(steps),
        )

    def _warnings(self, plan: Plan) -> tuple[Problem, ...]:
        spent = spent_source(self.stack, self.spec, self.born)
        return (*self.desired.warnings, *spent, *limits.doubts(plan), *self._over_quota(plan))

    def _over_quota(self, plan: Plan) -> list[Problem]:
        """Asked only where something is made that has a quota."""
        made = limits.counts(plan)
        if not made:
            return []
        rds = self.app.aws(self.spec.region).client("rds")
        proxies = read_proxy_quota(rds) if "DBProxies" in made else {}
        return list(limits.over_quota(plan, {**read_quotas(rds), **proxies}))

    # --- approve ---

    def _approved(self, review: PlanReview) -> None:
        strange = guard.unknown_allows(review.plan, self.terms.allow)
        if strange:
            raise InvalidInput(
                f"--allow names what the plan does not change: {', '.join(strange)}.",
                hint="Copy the address from the plan, in quotes.",
            )
        if review.refused:
            self.terms.emit(ReviewRefused(review))
            guard.refuse(review.findings)
        guard.refuse_protected(review.plan)
        if self.spec.credentials.given and sends_password(review.plan):
            require_password(self.spec.name, self.password)
        if not self.terms.approve(review):
            raise Declined("Nothing was changed: the plan was not approved.")

    def _withdraw(self) -> None:
        """Leave the stack as it was before: gone if nothing was ever made, else with the files of its own spec."""
        self.terraform.plan_file.unlink(missing_ok=True)
        if is_pristine(self.stack, self.addresses):
            self.app.registry.remove(self.stack)
        elif self.stack.has_spec():
            write_rendered(self.stack, stored_spec(self.stack).spec)

    # --- apply ---

    def _apply(self, review: PlanReview) -> dict[str, int]:
        self._remember("creating" if CLUSTER_ADDRESS not in self.addresses else "changing")
        self._fail_over()
        summary = {"add": 0, "change": 0, "destroy": 0} if review.plan.empty else self._apply_plan()
        if self.rotation:
            carry_out_rotation(self.app, self.spec, self.rotation, self._look(), self.terms.emit)
        return summary

    def _apply_plan(self) -> dict[str, int]:
        started = monotonic()
        self.terms.emit(StepStarted("apply", "Making the change"))
        summary = self.terraform.apply()
        self.terms.emit(StepFinished("apply", monotonic() - started))
        return {"add": summary.add, "change": summary.change, "destroy": summary.destroy}

    def _finish(self, summary: dict[str, int]) -> dict[str, int]:
        """A restore does not take every setting: what it left out is set by a second apply, which may only update."""
        if not finishing(self.spec, self.born):
            return summary
        plan = self._terraform_plan("Looking at what the restore left out")
        if plan.empty or any(change.action != "update" for change in plan.changes):
            self.terraform.plan_file.unlink(missing_ok=True)
            return summary
        started = monotonic()
        self.terms.emit(StepStarted("finish", "Setting what the restore left out"))
        more = self.terraform.apply()
        self.terms.emit(StepFinished("finish", monotonic() - started))
        return {**summary, "change": summary["change"] + more.change}

    def _remember(self, status: str) -> None:
        from aurora_cli.spec.load import dump_spec

        self.stack.write_spec(dump_spec(self.spec))
        self.stack.update_record(
            status=status,
            instance_keys=self.choice.keys,
            origins=dict(self.desired.origins),
            final_snapshot_identifier=self.next_snapshot or self.stack.record.final_snapshot_identifier,
            born=self.born,
            source_arn=self.source_arn,
            password_version=self.password_version,
        )

    def _fail_over(self) -> None:
        if not self.choice.fail_over_to:
            return
        from aurora_cli.aws.failover import fail_over

        target = identifiers(self.choice.keys, self.spec)[self.choice.fail_over_to]
        started = monotonic()
        self.terms.emit(StepStarted("failover", f"Failing over to {target}"))
        fail_over(
            self.app.aws(self.spec.region).client("rds"),
            self.spec.name,
            target,
            clock=self.app.clock,
            waiting=lambda status, elapsed: self.terms.emit(Waiting(f"{target} to become the writer", status, elapsed)),
        )
        self.terms.emit(StepFinished("failover", monotonic() - started))

    # --- report ---

    def _nothing_to_do(self, review: PlanReview, topology: Topology | None, entry: Entry) -> ChangeResult:
        self.terraform.plan_file.unlink(missing_ok=True)
        for warning in spent_source(self.stack, self.spec, self.born):
            self.terms.emit(Note(warning.message, level="warning", hint=warning.hint))
        self._remember("ready")
        entry.finish("unchanged", {"add": 0, "change": 0, "destroy": 0})
        state = report(self.app, self.spec, topology, changed=False, managed=self._managed())
        return ChangeResult(report=state, review=review, changed=False)

    def _done(self, review: PlanReview, summary: dict[str, int], entry: Entry) -> ChangeResult:
        born = self.born or (self.spec.source and self.spec.source.kind) or EMPTY
        self.stack.update_record(status="ready", born=born)
        entry.finish("succeeded", summary)
        started = monotonic()
        self.terms.emit(StepStarted("read", "Reading the endpoints"))
        topology = live_topology(self.app, self.spec)
        self.terms.emit(StepFinished("read", monotonic() - started))
        state = report(self.app, self.spec, topology, changed=True, managed=self._managed())
        return ChangeResult(report=state, review=review, changed=True, summary=summary)

    def _managed(self) -> frozenset[str]:
        return frozenset(identifiers(self.choice.keys, self.spec).values())


def refuse_identity_change(old: ClusterSpec, new: ClusterSpec) -> None:
    """Raise SpecConflict when `new` is another cluster than `old`: another engine, region or home of the state."""
    for label, before, after in (
        ("engine", old.engine, new.engine),
        ("region", old.region, new.region),
        ("backend", old.backend, new.backend),
    ):
        if before != after:
            raise SpecConflict(
                f"{new.name} exists with another {label}: {_plain(before)}, not {_plain(after)}.",
                hint=f"The {label} of an existing cluster cannot change. Choose another name, or keep the {label}.",
            )


def _plain(value: object) -> str:
    return getattr(value, "type", None) or str(value)
