"""The plan of a change, what it means in words, and the question whether to go on."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from time import monotonic
from typing import TYPE_CHECKING

from aurora_cli.aws.quotas import read_proxy_quota, read_quotas
from aurora_cli.errors import GuardRefused, InvalidInput, Problem
from aurora_cli.events import StepFinished, StepStarted
from aurora_cli.operations.core.final_snapshot import carried, fresh_name, refuse_taken
from aurora_cli.operations.core.region_topology import LiveRegions, live_at, live_regions
from aurora_cli.operations.core.review import PlanReview
from aurora_cli.operations.guard.engine_version import refuse_versions
from aurora_cli.operations.passwords.generated import is_made_here
from aurora_cli.operations.passwords.given import require_password, sends_password
from aurora_cli.operations.passwords.rotation import RotationStep, rotation_step
from aurora_cli.operations.pipeline.draft import Draft
from aurora_cli.operations.pipeline.notices import remarks_on
from aurora_cli.operations.pipeline.recovery import follow_up
from aurora_cli.operations.pipeline.review import ask, review_of
from aurora_cli.operations.pipeline.untaint import as_kept, keep_survivors, tainted_survivors, would_keep
from aurora_cli.operations.preflight import quotas
from aurora_cli.operations.preflight.orderable import OrderableCheck
from aurora_cli.operations.source.state import ignored_source_change, second_step
from aurora_cli.spec.regions import regions_of, secondary_spec
from aurora_cli.terraform.addresses import CLUSTER_ADDRESS, GLOBAL_ADDRESS, in_region, region_of

if TYPE_CHECKING:
    from aurora_cli.aws.topology import Topology
    from aurora_cli.terraform.plan import Plan
    from aurora_cli.terraform.state import StateResource

NEW_SIGN_IN = (
    "The master user gets a new password, in a secret of its own: AWS manages none in a global database. "
    "Clients that use the master user must read the new secret."
)


class Proposal:
    """The plan of one draft.

    Attributes:
        live: the live clusters of a global database in its other Regions.
        rotation: what happens to the rotation of the password beside Terraform's changes.
    """

    def __init__(self, draft: Draft) -> None:
        self.draft, self.app, self.spec, self.terms = draft, draft.app, draft.spec, draft.terms
        self.terraform = draft.terraform
        self.live = LiveRegions()
        self.rotation: RotationStep | None = None

    # --- plan ---

    def make(self, *, again: bool = False) -> tuple[PlanReview, Topology | None]:
        """Write the files, plan, and say what the plan means; and the live cluster, if there is one.

        Args:
            again: True when the first plan went stale.
        """
        follow_up(self.terraform, self.terms.emit)
        self.draft.prepare()
        if not self.terms.dry_run:
            self._keep_survivors()
        with ThreadPoolExecutor(max_workers=1) as pool:  # beside Terraform: loading the AWS library takes its time too
            reading = pool.submit(self._look_everywhere)
            checking = pool.submit(self._check_orderable)
            plan = self.plan()
            topology = reading.result()
            checking.result()
        plan = self._with_next_snapshot(plan)
        if self.terms.dry_run:
            plan = self._as_kept(plan, topology)
        self.rotation = rotation_step(self.app, self.spec, self.draft.before, topology)
        self._refuse_foreign_cluster(plan, topology)
        refuse_versions(plan, self.spec.name)
        quotas.refuse_what_aws_refuses(plan, topology, self.app.clock.now())
        self._refuse_stopped(plan, topology)
        return self._review(plan, topology, again=again), topology

    def plan(self, title: str = "Planning the change") -> Plan:
        """Terraform's plan; of one that `prevent_destroy` stops, what it would do."""
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
        self.draft.write(allow_destroy=True)
        try:
            return self.terraform.plan()
        finally:
            self.terraform.plan_file.unlink(missing_ok=True)
            self.draft.write()

    def _with_next_snapshot(self, plan: Plan) -> Plan:
        """Let the cluster that an allowed replacement makes carry a snapshot name of its own."""
        if CLUSTER_ADDRESS not in self.terms.allow or not carried(plan):
            return plan
        refuse_taken(self.app.aws(self.spec.region).client("rds"), plan)
        self.draft.next_snapshot = fresh_name(self.spec.name)
        self.draft.write()
        return self.plan()

    def _look_everywhere(self) -> Topology | None:
        regions = self.draft.regions()
        if regions or GLOBAL_ADDRESS in self.draft.addresses:
            self.live = live_regions(self.app, self.spec, regions, identifier=self.draft.global_identifier())
        return self.draft.look()

    def _check_orderable(self) -> None:
        if "orderable" in self.terms.skip_checks:
            return
        check = OrderableCheck(self.app, self.spec, self.draft.before, self.terms.emit)
        if check.differs or not self.draft.exists():
            check.run()
        for region, given in regions_of(self.spec).items():
            if not given.headless:
                self._check_orderable_in(region)

    def _check_orderable_in(self, region: str) -> None:
        before = self.draft.before
        was = secondary_spec(before, region) if before and region in regions_of(before) else None
        own = secondary_spec(self.spec, region)
        check = OrderableCheck(self.app, own, was, self.terms.emit, prefix=f"global.regions.{region}.")
        if check.differs or in_region(region, CLUSTER_ADDRESS) not in self.draft.addresses:
            check.run()

    # --- what an interrupted creation left ---

    def _keep_survivors(self) -> None:
        if tainted_survivors(self.draft.resources):
            keep_survivors(
                self.terraform,
                self.draft.resources,
                lambda r: live_at(self.app, self.spec, r.address),
                clock=self.app.clock,
                emit=self.terms.emit,
            )

    def _as_kept(self, plan: Plan, topology: Topology | None) -> Plan:
        """To look must not write, not even Terraform's marks."""
        if not tainted_survivors(self.draft.resources):
            return plan
        regions = self.live.secondaries

        def look(resource: StateResource) -> Topology | None:
            region = region_of(resource.address)
            return topology if region is None else regions.get(region)

        return as_kept(plan, would_keep(self.draft.resources, look, self.terms.emit))

    # --- review ---

    def _refuse_foreign_cluster(self, plan: Plan, topology: Topology | None) -> None:
        creates = any(c.address == CLUSTER_ADDRESS and c.action == "create" for c in plan.resource_changes)
        if topology is not None and creates:
            raise InvalidInput(
                f"{self.spec.region} already has a cluster named {self.spec.name}, and this stack does not manage it.",
                hint=f"Choose another name, or import it: aurora-cli adopt {self.spec.name}",
            )
        self._refuse_unknown_password(topology, creates=creates)

    def _refuse_unknown_password(self, topology: Topology | None, *, creates: bool) -> None:
        """`kept` asks for a password that is there: not for a cluster to be made, nor where AWS keeps it in a secret."""
        if not self.spec.credentials.kept:
            return
        if topology is not None and topology.secret_arn:
            raise InvalidInput(
                f"AWS manages the master password of {self.spec.name}, and without its secret nobody would know it.",
                hint="Set `credentials.password` to `managed`, or to `given` with a password of your own.",
            )
        if creates:
            raise InvalidInput(
                f"{self.spec.name} would be created, but `credentials.password: kept` requires an existing cluster.",
                hint="Set `credentials.password` to `managed`, or leave it out.",
            )

    def _refuse_stopped(self, plan: Plan, topology: Topology | None) -> None:
        if topology is not None and topology.status == "stopped" and not plan.empty and not self.terms.dry_run:
            raise InvalidInput(
                f"{self.spec.name} is stopped and cannot be changed.", hint=f"aurora-cli start {self.spec.name}"
            )

    def _review(self, plan: Plan, topology: Topology | None, *, again: bool) -> PlanReview:
        return review_of(
            self.app,
            self.spec,
            self.terms,
            plan,
            topology=topology,
            regions=self.live,
            next_writer=self.draft.next_writer(),
            warnings=self._warnings(plan),
            resumed=self.draft.stack.record.status in ("creating", "changing") and bool(self.draft.addresses),
            again=again,
            steps=self._steps(topology),
            remarks=remarks_on(self.spec, plan, topology),
        )

    def _steps(self, topology: Topology | None) -> tuple[str, ...]:
        """What happens beside Terraform's changes, in words."""
        successor, steps = self.draft.next_writer(), []
        if successor:
            writer = topology.writer.id if topology and topology.writer else "the current writer"
            steps.append(f"Fail over from {writer} to {successor}: writes stop for some seconds.")
        if self.terms.renew_password:
            steps.append("Send the new master password to AWS: from then on the old one is refused.")
        steps += second_step(self.spec) if self.draft.born is None else ()
        steps += [self.rotation.text] if self.rotation else []
        if self.draft.becomes_global() and is_made_here(self.spec):
            steps.append(NEW_SIGN_IN)
        return tuple(steps)

    def _warnings(self, plan: Plan) -> tuple[Problem, ...]:
        spent = ignored_source_change(self.draft.stack, self.spec, self.draft.born)
        return (*self.draft.desired.warnings, *spent, *quotas.doubts(plan), *self._over_quota(plan))

    def _over_quota(self, plan: Plan) -> list[Problem]:
        """Asked only where something is made that has a quota."""
        made = quotas.counts(plan)
        if not made:
            return []
        rds = self.app.aws(self.spec.region).client("rds")
        proxies = read_proxy_quota(rds) if "DBProxies" in made else {}
        return list(quotas.over_quota(plan, {**read_quotas(rds), **proxies}))

    # --- approve ---

    def ask(self, review: PlanReview) -> None:
        """Raise GuardRefused, InvalidInput or Declined unless the plan may be applied."""
        ask(review, self.terms, lambda: self._require_password(review.plan))

    def _require_password(self, plan: Plan) -> None:
        if self.spec.credentials.given and sends_password(plan):
            require_password(self.spec.name, self.draft.password)
