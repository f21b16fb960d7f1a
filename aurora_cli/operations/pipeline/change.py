"""One spec on its way: read the state, write the files, plan, review, apply that very plan.

The change that a user approves and every step towards it are made here. A crash at any moment leaves a stack that the next run
understands: the spec and the record are written before the apply, Terraform's state by Terraform itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import fields
from functools import partial
from typing import TYPE_CHECKING, Any

from aurora_cli.errors import GuardRefused, InvalidInput
from aurora_cli.events import timed
from aurora_cli.operations.core.concern import Change, ChangeContext, Concern, Shown
from aurora_cli.operations.core.rendered import write_rendered
from aurora_cli.operations.core.specs import is_pristine, stored_spec
from aurora_cli.operations.pipeline.provider_fixes import apply_plan, make_way
from aurora_cli.operations.pipeline.review import refuse_unapproved
from aurora_cli.operations.recovery.import_existing import without_existing
from aurora_cli.operations.recovery.untaint import (
    as_kept,
    keep_survivors,
    live_resource,
    tainted_survivors,
    would_keep,
)
from aurora_cli.operations.spec_file.store import store_spec
from aurora_cli.stacks.record import StackRecord
from aurora_cli.terraform.state.addresses import CLUSTER_ADDRESS

if TYPE_CHECKING:
    from aurora_cli.spec.model.cluster import ClusterSpec
    from aurora_cli.spec.resolve.resolve import Resolved
    from aurora_cli.terraform.output.outcome import ApplySummary
    from aurora_cli.terraform.plan.plan import Plan

Approved = frozenset[tuple[str, str]]
"""(address, action) of the plan that was approved."""
_RECORDED = {f.name for f in fields(StackRecord)}


class SpecChange(Change):
    """One spec to be planned and applied, which may be one on the way to the last.

    Args:
        keys: instance keys; None to choose them by the state.
        concerns: what varies, in the order of their moments.
        options: further fields of `RenderOptions`.
    """

    def __init__(
        self,
        context: ChangeContext,
        spec: ClusterSpec,
        keys: tuple[str, ...] | None,
        concerns: Iterable[type[Concern]],
        **options: Any,
    ) -> None:
        super().__init__(context, spec, keys)
        self.app, self.stack, self.terraform, self.emit = context.app, context.stack, context.terraform, context.emit
        self.concerns = tuple(concern(self) for concern in concerns)
        self._options = options
        self.done: list[ApplySummary] = []

    # --- plan ---

    def prepare(self) -> None:
        """Read the state, write the files, initialise. A state that is kept elsewhere is read after that.

        Raises:
            TerraformFailed and its kin; what the concerns refuse.
        """
        if self.spec.backend.type != "local":
            self._write()
            self.terraform.init()
            self._read()
            self._write()
        else:
            self._read()
            self._write()
            self.terraform.init()
        if tainted_survivors(self.resources) and not self.context.options.dry_run:
            keep_survivors(
                self.terraform,
                self.resources,
                partial(live_resource, self.context),
                clock=self.app.clock,
                emit=self.emit,
            )

    def plan(self, started: Callable[[], object] | None = None) -> Plan:
        """Terraform's plan of the files; of one that `prevent_destroy` stops, what it would do. Raises TerraformFailed, ...

        Args:
            started: called once Terraform works.
        """
        try:
            plan = self.terraform.plan(started=started)
        except GuardRefused:
            plan = self._plan_of_refused()
        if self.context.unrecorded:
            plan = without_existing(self.context, plan)
        # To look must not write, not even a mark.
        if self.context.options.dry_run and tainted_survivors(self.resources):
            return as_kept(plan, would_keep(self.resources, partial(live_resource, self.context), self.emit))
        return plan

    def plan_beside_aws(self) -> Plan:
        """The plan, while AWS is asked what the review needs: the live clusters, and what the concerns want to know."""
        with ThreadPoolExecutor(max_workers=1) as pool:  # loading the AWS library takes its time too
            asking: list[Future[None]] = []
            plan = self.plan(started=lambda: asking.append(pool.submit(self._ask_aws)))
            for one in asking:
                one.result()
        again = [changed(plan) for changed in self.at("plans_again")]
        if any(again):
            self._write()
            plan = self.plan()
        return plan

    @property
    def account(self) -> str | None:
        """Number of the AWS account that it is planned in; None before `prepare`."""
        found = (one.values.get("account_id") for one in self.concerns)
        return next((str(account) for account in found if account), None)

    def review(self, plan: Plan) -> Shown:
        """What the concerns say of it. Raises what they refuse."""
        self._refuse_foreign_cluster(plan)
        said: list[Shown] = [look(plan) for look in self.at("review")]
        return Shown(
            tuple(step for one in said for step in one.steps),
            tuple(warning for one in said for warning in one.warnings),
            tuple(remark for one in said for remark in one.remarks),
            tuple(text for one in said for text in one.behind),
        )

    def require(self, plan: Plan) -> None:
        """Refuse what lacks something. Raises what the concerns raise."""
        for require in self.at("require"):
            require(plan)

    # --- apply ---

    def remember(self, desired: Resolved) -> None:
        """Keep the spec and what was chosen, before the apply: the next run goes on from there."""
        chosen = {name: value for name, value in self._values().items() if name in _RECORDED}
        status = "changing" if CLUSTER_ADDRESS in self.addresses else "creating"
        store_spec(self.app, self.stack, desired, self.context.options, status=status, **chosen)

    def apply(self, plan: Plan, approved: Approved) -> bool:
        """Apply the plan, which Terraform has saved; False when nothing was to be done.

        Raises:
            PlanStale: the plan holds what was not approved, or the state was changed since. TerraformFailed and its kin.
        """
        refuse_unapproved(self.terraform, plan, approved)
        if plan.empty:
            return False
        if make_way(self.app, plan, self.emit):
            refuse_unapproved(self.terraform, self.plan(), approved)
        self.done.append(
            apply_plan(self.terraform, self.plan, app=self.app, spec=self.spec, approved=approved, emit=self.emit)
        )
        return True

    def apply_again(self, title: str) -> None:
        """See `Change`."""
        with timed(self.emit, "plan", f"Planning {title}"):
            plan = self.plan()
        if plan.empty or any(change.action != "update" for change in plan.changes):
            self.terraform.plan_file.unlink(missing_ok=True)
            return
        with timed(self.emit, "finish", f"Setting {title}"):
            self.done.append(self.terraform.apply())

    def files(self) -> tuple[ClusterSpec, dict[str, Any]]:
        """What the files depend on; of two changes with the same, a plan is the plan of the other."""
        return self.spec, {"instance_keys": self.keys, **self._values(), **self._options}

    def withdraw(self, *, remove: bool) -> None:
        """Leave the stack as it was before: with the files of its own spec.

        Args:
            remove: the stack goes if nothing was ever made.
        """
        self.terraform.plan_file.unlink(missing_ok=True)
        if remove and is_pristine(self.stack, self.addresses):
            self.app.registry.remove(self.stack)
        elif self.stack.has_spec():
            write_rendered(self.stack, stored_spec(self.stack).spec)

    # --- parts ---

    def at(self, moment: str) -> list[Any]:
        """The methods of the concerns that have something to do at a moment, in order."""
        mine = [concern for concern in self.concerns if getattr(type(concern), moment) is not getattr(Concern, moment)]
        return [getattr(concern, moment) for concern in mine]

    def _values(self) -> dict[str, Any]:
        return {name: value for concern in self.concerns for name, value in concern.values.items()}

    def _read(self) -> None:
        self.resources = self.terraform.state_resources()
        self.addresses = [r.address for r in self.resources]
        for read in self.at("read"):
            read()

    def _write(self, **options: Any) -> None:
        spec, values = self.files()
        write_rendered(self.stack, spec, values.pop("instance_keys"), **{**values, **options})

    def _ask_aws(self) -> None:
        self.topology = self.context.look()
        for ask in self.at("ask_aws"):
            ask()

    def _plan_of_refused(self) -> Plan:
        """It shows what would be done and why; it cannot be applied."""
        self._write(allow_destroy=True)
        try:
            return self.terraform.plan()
        finally:
            self.terraform.plan_file.unlink(missing_ok=True)
            self._write()

    def _refuse_foreign_cluster(self, plan: Plan) -> None:
        creates = any(c.address == CLUSTER_ADDRESS and c.action == "create" for c in plan.resource_changes)
        if self.topology is not None and creates:
            raise InvalidInput(
                f"{self.spec.region} already has a cluster named {self.spec.name}, and this stack does not manage it.",
                hint=f"Choose another name, or import it: aurora-cli adopt {self.spec.name}",
            )
