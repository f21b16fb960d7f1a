"""What the steps of an operation work with: the stack, the live cluster, Terraform, and the journal."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from aurora_cli.aws.cluster.waiters import busy, wait_until
from aurora_cli.errors import ClusterNotFound, OperationFailed, PlanStale
from aurora_cli.events import waiting
from aurora_cli.operations.core.concern import ChangeContext
from aurora_cli.operations.core.instances import keys_in_state
from aurora_cli.operations.core.rendered import write_rendered
from aurora_cli.operations.pipeline.change import Approved, SpecChange
from aurora_cli.operations.pipeline.concerns import EVERY_CHANGE
from aurora_cli.spec.derived.regions import secondary_spec
from aurora_cli.stacks.journal import Journal, write_journal

if TYPE_CHECKING:
    from aurora_cli.aws.cluster.topology import Member, Topology
    from aurora_cli.context import AppContext
    from aurora_cli.operations.core.review import RunOptions
    from aurora_cli.spec.model.cluster import ClusterSpec
    from aurora_cli.stacks.stack import Stack
    from aurora_cli.terraform.output.outcome import ApplySummary
    from aurora_cli.terraform.plan.plan import Plan


_ROUNDS = 3


class OperationContext(ChangeContext):
    """Everything that an operation on one stack needs, under the stack's lock.

    Attributes:
        journal: of an operation that takes several steps, once it was approved; None before that.
        approved: (address, action) of everything that was shown.
        saved: the change that was shown, with the plan that Terraform has kept of it; None once something was done.
        applied: what the files depended on that the last step has applied, if that step was an apply.
        counts: what Terraform has added, changed and destroyed in this run.
        unsettled: the plan after the last apply, if it is not empty.
    """

    def __init__(self, app: AppContext, stack: Stack, options: RunOptions, spec: ClusterSpec) -> None:
        super().__init__(app, stack, options, spec)
        self.journal: Journal | None = None
        self.counts = {"add": 0, "change": 0, "destroy": 0}
        self.approved: Approved = frozenset()
        self.saved: tuple[SpecChange, Plan] | None = None
        self.applied: tuple[ClusterSpec, dict[str, Any]] | None = None
        self.unsettled: Plan | None = None

    # --- the live cluster ---

    def in_region(self, region: str) -> OperationContext:
        """The same, where the live cluster is the one of a secondary Region; Terraform stays that of the whole."""
        there = copy(self)
        there.spec = secondary_spec(self.spec, region)
        there.names = (there.spec.name,)
        there.__dict__.pop("rds", None)  # a client of that Region is made on first use
        return there

    def live(self) -> Topology:
        """As `look`. Raises ClusterNotFound as well."""
        topology = self.look()
        if topology is None:
            raise ClusterNotFound(
                f"AWS has no cluster named {self.spec.name} in {self.spec.region}.",
                hint=f"Create it: aurora-cli apply {self.stack.name}",
            )
        return topology

    def member(self, identifier: str) -> Member | None:
        """One instance of the cluster as it is now, or None."""
        return next((m for m in self.live().members if m.id == identifier), None)

    def wait_until_stable(self) -> Topology:
        """The cluster, once AWS has ended what it is doing to it and its instances.

        Raises:
            WaitTimeout: an hour has passed. OperationFailed: an instance is in a bad way. ClusterNotFound, AwsFailed, ...
        """

        def look() -> tuple[Topology, str | None]:
            topology = self.live()
            return topology, busy(topology)

        stable: Topology = self.wait(look, "AWS to complete its current changes")
        return stable

    def healthy(self) -> Topology:
        """The cluster at rest, with every instance available: from here one of them may be taken down.

        Raises:
            OperationFailed: an instance, or the cluster, is not. What `wait_until_stable` raises.
        """
        topology = self.wait_until_stable()
        everything = [(topology.identifier, topology.status), *((m.id, m.status) for m in topology.members)]
        ill = [f"{name} is {status}" for name, status in everything if status not in ("available", "deleting")]
        if ill:
            raise OperationFailed(
                f"No further instance is taken down: {', '.join(ill)}.",
                hint="Bring it back first (see the events of RDS), then run the same command again.",
            )
        return topology

    def wait(self, look: Callable[[], tuple[Any, str | None]], what: str, **options: Any) -> Any:
        """Poll with progress; see `aws.waiters.wait_until`. Raises WaitTimeout."""

        def anew() -> tuple[Any, str | None]:
            self._seen.clear()
            return look()

        return wait_until(anew, what=what, clock=self.app.clock, waiting=waiting(self.emit), **options)

    # --- Terraform ---

    def keys(self, region: str | None = None) -> list[str]:
        """Keys of the instances in Terraform's state, lowest first: the cluster's own, or those of a secondary Region.

        Raises TerraformFailed and its kin.
        """
        if self.spec.backend.type != "local":
            write_rendered(self.stack, self.spec)
            self.terraform.init()
        return keys_in_state([r.address for r in self.terraform.state_resources()], region)

    def change(self, spec: ClusterSpec, keys: tuple[str, ...] | None, **options: Any) -> SpecChange:
        """A change to a spec, which may be one on the way to the last.

        Args:
            keys: instance keys; None to choose them by the state.
            options: further fields of `RenderOptions`.
        """
        return SpecChange(self, spec, keys, EVERY_CHANGE, **options)

    def plan(self, spec: ClusterSpec, keys: tuple[str, ...], **options: Any) -> Plan:
        """Render a spec and plan it; see `change`. Raises TerraformFailed and its kin."""
        change = self.change(spec, keys, **options)
        change.prepare()
        return change.plan()

    def apply_spec(self, spec: ClusterSpec, keys: tuple[str, ...], **options: Any) -> bool:
        """Render, plan and apply a spec; nothing that was not approved. False when nothing was to be done.

        Raises:
            PlanStale: the plan holds what was not in the one that was shown. TerraformFailed and its kin.
        """
        change = self.change(spec, keys, **options)
        change.prepare()
        applied = self.apply(change)
        self.count(*change.done)
        return applied

    def apply(self, change: SpecChange) -> bool:
        """Apply a change whose files are written: by the plan that was shown, if it is theirs and nothing was done since.

        Where the step before has applied these very files, nothing is left to plan.
        """
        files = change.files()
        if files == self.applied:
            return False
        plan = self.saved[1] if self.saved and self.saved[0].files() == files else None
        self.saved = None
        try:
            done = change.apply(plan or change.plan(), self.approved)
        except PlanStale:
            if plan is None or self.journal is None:
                raise
            done = change.apply(change.plan(), self.approved)
        self.applied = files
        return done

    def bring_to_spec(self, refuse: Callable[[Plan], None]) -> None:
        """Plan and apply the stored spec until the plan is empty; a second round finds what hangs on the first.

        Args:
            refuse: raises for a plan that must not be applied; nobody has been shown it.

        Raises:
            TerraformFailed and its kin; what `refuse` raises.
        """
        for _ in range(_ROUNDS):
            plan = self.plan(self.spec, self.stack.record.instance_keys)
            if plan.empty:
                return
            try:
                refuse(plan)
            except BaseException:
                self.terraform.plan_file.unlink(missing_ok=True)
                raise
            self.count(self.terraform.apply())
        self.keep_differences(self.plan(self.spec, self.stack.record.instance_keys))

    def refresh_state(self) -> None:
        """Have Terraform read what the RDS API has changed for us: it would take it for somebody else's work."""
        self.terraform.refresh()

    def keep_differences(self, plan: Plan) -> None:
        """After the last apply: what a plan would still change, which should be nothing. `verify` tells it."""
        self.terraform.plan_file.unlink(missing_ok=True)
        self.unsettled = None if plan.empty else plan

    def count(self, *done: ApplySummary) -> None:
        """Add what Terraform did."""
        for name in self.counts:
            self.counts[name] += sum(getattr(one, name) for one in done)

    # --- the journal ---

    def remember(self, **facts: Any) -> None:
        """Keep what a step has learned, e.g. an identifier that AWS chose; it is on disk when this returns."""
        if self.journal is None:
            raise ValueError("facts are kept only while the operation is in progress")
        self.save(replace(self.journal, facts={**self.journal.facts, **facts}))

    def fact(self, name: str) -> Any:
        """What `remember` has kept or the decision holds; None if nothing."""
        return self.journal.facts.get(name) if self.journal else None

    def save(self, journal: Journal) -> None:
        """Write the journal."""
        write_journal(self.stack.folder, journal)
        self.journal = journal
