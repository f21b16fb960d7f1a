"""What the steps of an operation work with: the stack, the live cluster, Terraform, and the journal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from aurora_cli.aws.topology import read_topology
from aurora_cli.aws.waiters import busy_members, wait_until
from aurora_cli.errors import ClusterNotFound, OperationFailed
from aurora_cli.events import Emit, waiting
from aurora_cli.operations.core.instance_keys import keys_in_state
from aurora_cli.operations.core.region_topology import former_regions, live_at, made_around
from aurora_cli.operations.core.rendered import write_rendered
from aurora_cli.operations.core.stored import stored_spec
from aurora_cli.operations.passwords.generated import is_made_here, variables_of, wanted_password
from aurora_cli.operations.passwords.given import sent_version
from aurora_cli.operations.pipeline.provider_fixes import apply_plan, refuse_unapproved
from aurora_cli.operations.pipeline.untaint import as_kept, keep_survivors, tainted_survivors, would_keep
from aurora_cli.stacks.journal import Journal, write_journal

if TYPE_CHECKING:
    from aurora_cli.aws.topology import Member, Topology
    from aurora_cli.context import AppContext
    from aurora_cli.spec.model import ClusterSpec
    from aurora_cli.stacks.stack import Stack
    from aurora_cli.terraform.plan import Plan
    from aurora_cli.terraform.runner import Terraform
    from aurora_cli.terraform.state import StateResource


class OperationContext:
    """Everything that an operation on one stack needs, under the stack's lock.

    Attributes:
        spec: the stored spec, as it was before the operation.
        journal: of the operation once it was approved; None before that.
        counts: what Terraform has added, changed and destroyed in this run.
        names: identifiers under which the cluster may be found, the first that is there counts: an operation may rename it.
    """

    def __init__(self, app: AppContext, stack: Stack, emit: Emit) -> None:
        self.app, self.stack, self.emit = app, stack, emit
        self.spec: ClusterSpec = stored_spec(stack).spec
        self.journal: Journal | None = None
        self.counts = {"add": 0, "change": 0, "destroy": 0}
        self.approved: frozenset[tuple[str, str]] = frozenset()
        self.names: tuple[str, ...] = (self.spec.name,)

    # --- the live cluster ---

    @cached_property
    def rds(self) -> Any:
        """A boto3 RDS client of the cluster's Region."""
        return self.app.aws(self.spec.region).client("rds")

    def live(self) -> Topology:
        """The cluster as AWS reports it now. Raises ClusterNotFound, CredentialsError, AccessDenied, AwsFailed."""
        found = (read_topology(self.rds, name) for name in self.names)
        topology = next((one for one in found if one is not None), None)
        if topology is None:
            raise ClusterNotFound(
                f"AWS has no cluster named {self.spec.name} in {self.spec.region}.",
                hint=f"Create it: aurora-cli apply {self.spec.name}",
            )
        return topology

    def member(self, identifier: str) -> Member | None:
        """One instance of the cluster as it is now, or None."""
        return next((m for m in self.live().members if m.id == identifier), None)

    def rested(self) -> Topology:
        """The cluster, once AWS has ended what it is doing to it and its instances.

        Raises:
            WaitTimeout: an hour has passed. OperationFailed: an instance is in a bad way. ClusterNotFound, AwsFailed, ...
        """

        def look() -> tuple[Topology, str | None]:
            topology = self.live()
            busy = busy_members(topology)
            return topology, ", ".join(f"{name} is {status}" for name, status in busy) or None

        rested: Topology = self.wait(look, "AWS to complete its current changes")
        return rested

    def healthy(self) -> Topology:
        """The cluster at rest, with every instance available: from here one of them may be taken down.

        Raises:
            OperationFailed: an instance, or the cluster, is not. What `rested` raises.
        """
        topology = self.rested()
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
        return wait_until(look, what=what, clock=self.app.clock, waiting=waiting(self.emit), **options)

    # --- Terraform ---

    @cached_property
    def terraform(self) -> Terraform:
        """Terraform of the stack."""
        return self.app.terraform(self.stack, self.emit)

    def keys(self) -> list[str]:
        """Keys of the instances in Terraform's state, lowest first. Raises TerraformFailed and its kin."""
        if self.spec.backend.type != "local":
            write_rendered(self.stack, self.spec)
            self.terraform.init()
        return keys_in_state([r.address for r in self.terraform.state_resources()])

    def plan(self, spec: ClusterSpec, keys: tuple[str, ...], *, dry_run: bool = False, **options: Any) -> Plan:
        """Render a spec, which may be one on the way to the last, and plan it.

        Args:
            dry_run: write nothing into the state: what an interrupted creation left is only shown as kept.
            options: further fields of `RenderOptions`.

        Raises:
            TerraformFailed and its kin.
        """
        write_rendered(self.stack, spec, keys, **options)
        self.terraform.init()
        resources = self.terraform.state_resources()
        addresses = [r.address for r in resources]
        write_rendered(
            self.stack,
            spec,
            keys,
            former_regions=former_regions(spec, addresses),
            global_from_existing=made_around(spec, addresses),
            password_version=self._password(spec, resources),
            **options,
        )
        if not tainted_survivors(resources):
            return self.terraform.plan()
        if dry_run:
            return as_kept(self.terraform.plan(), would_keep(resources, self._look_at, self.emit))
        keep_survivors(self.terraform, resources, self._look_at, clock=self.app.clock, emit=self.emit)
        return self.terraform.plan()

    def _look_at(self, resource: StateResource) -> Topology | None:
        return live_at(self.app, self.spec, resource.address)

    def _password(self, spec: ClusterSpec, resources: Sequence[StateResource]) -> int | None:
        """Number of the password to render: what secret and cluster have, or what an earlier run did not bring to both.

        It is never sent empty: a password that waits in the secret is handed on, and a new one made where it holds none.
        """
        if not is_made_here(spec):
            return sent_version(resources) or self.stack.record.password_version
        made = wanted_password(self.app, spec, resources)
        self.terraform.provide(variables_of(self.app, spec, made))
        return made.version

    def reach(self, spec: ClusterSpec, keys: tuple[str, ...], **options: Any) -> bool:
        """Render, plan and apply a spec on the way; nothing that was not approved. False when nothing was to be done.

        Args:
            options: further fields of `RenderOptions`.

        Raises:
            PlanStale: the plan holds what was not in the one that was shown. TerraformFailed and its kin.
        """
        plan = self.plan(spec, keys, **options)
        refuse_unapproved(self.terraform, plan, self.approved)
        if plan.empty:
            return False
        done = apply_plan(
            self.terraform,
            lambda: self.plan(spec, keys),
            app=self.app,
            spec=spec,
            approved=self.approved,
            emit=self.emit,
        )
        for name in self.counts:
            self.counts[name] += getattr(done, name)
        return True

    # --- the journal ---

    def began(self, step: str) -> str | None:
        """When a step was last begun, RFC 3339 in UTC; None if it never was."""
        return self.journal.step(step).began if self.journal else None

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
