"""Destroy a cluster, guided: show what goes and what stays, lift the protection, keep a final snapshot, then take it all down.

Terraform destroys with the values in its *state*, so protection and the snapshot's name are set by a small apply first
(hashicorp/terraform#15530). The record says `destroying` from then on; the same command goes on after any crash.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Any

from aurora_cli.aws.failures import aws_errors
from aurora_cli.aws.global_database import detach, lift_global_protection, lift_protection
from aurora_cli.aws.snapshots import snapshot_exists
from aurora_cli.errors import Declined
from aurora_cli.operations.events import Emit, Note, StepFinished, StepStarted
from aurora_cli.operations.files import write_rendered
from aurora_cli.operations.logbook import Entry, recorded
from aurora_cli.operations.master_password import variables_of
from aurora_cli.operations.recovery import follow_up
from aurora_cli.operations.regions import live_regions
from aurora_cli.operations.reporting import live_topology, report
from aurora_cli.operations.results import SCHEMA_VERSION, InstanceInfo
from aurora_cli.operations.stored import existing_stack, stored_spec
from aurora_cli.spec.regions import regions_of
from aurora_cli.stacks.papers import keep_papers
from aurora_cli.terraform.addresses import in_region, region_of
from aurora_cli.terraform.plan import Plan

if TYPE_CHECKING:
    from aurora_cli.aws.topology import Topology
    from aurora_cli.context import AppContext
    from aurora_cli.spec.model import ClusterSpec
    from aurora_cli.stacks.stack import Stack
    from aurora_cli.terraform.runner import Terraform

CLUSTER_ADDRESS = "aws_rds_cluster.this"
GLOBAL_ADDRESS = "aws_rds_global_cluster.this"
INSTANCE = "aws_rds_cluster_instance"


@dataclass(frozen=True)
class DestroyReview:
    """What a destroy would take down.

    Attributes:
        instances: the live instances that go.
        plan: Terraform's destroy plan.
        final_snapshot_identifier: name of the snapshot that stays, or None when none is taken.
        deletion_protection: True when the protection is on and will be lifted.
        kept: sentences on what stays.
        resumed: True when an earlier destroy stopped half-way.
    """

    name: str
    region: str
    target: str
    instances: tuple[InstanceInfo, ...]
    plan: Plan
    final_snapshot_identifier: str | None
    deletion_protection: bool
    kept: tuple[str, ...] = ()
    resumed: bool = False

    def to_dict(self) -> dict[str, Any]:
        """JSON form, as in the published schema."""
        return {
            "schema_version": SCHEMA_VERSION,
            "name": self.name,
            "region": self.region,
            "target": self.target,
            "operation": "destroy",
            "instances": [i.to_dict() for i in self.instances],
            "summary": self.plan.summary(),
            "resource_changes": [c.to_dict() for c in self.plan.changes],
            "final_snapshot_identifier": self.final_snapshot_identifier,
            "deletion_protection": self.deletion_protection,
            "kept": list(self.kept),
            "resumed": self.resumed,
        }


@dataclass(frozen=True)
class DestroyResult:
    """What a destroy did.

    Attributes:
        final_snapshot_identifier: the snapshot that was kept, or None.
        restore_hint: how to get the data back, or None when there is no snapshot.
    """

    name: str
    region: str
    target: str
    changed: bool
    dry_run: bool
    final_snapshot_identifier: str | None
    review: DestroyReview
    restore_hint: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """JSON form, as in the published schema."""
        return {
            "schema_version": SCHEMA_VERSION,
            "name": self.name,
            "region": self.region,
            "target": self.target,
            "changed": self.changed,
            "dry_run": self.dry_run,
            "status": "destroyed" if self.changed else "unchanged",
            "final_snapshot_identifier": self.final_snapshot_identifier,
            "restore_hint": self.restore_hint,
            "review": self.review.to_dict(),
        }


Confirm = Callable[[DestroyReview], bool]


def destroy(
    app: AppContext,
    name: str,
    *,
    confirm: Confirm,
    emit: Emit,
    skip_final_snapshot: bool = False,
    dry_run: bool = False,
) -> DestroyResult:
    """Destroy the cluster of that name and all that its stack made.

    Args:
        confirm: shows the review and lets the user type the name; False declines.
        skip_final_snapshot: keep nothing. Otherwise a snapshot `<name>-final-<UTC time>` stays, unless the spec says not to.
        dry_run: show only.

    Raises:
        ClusterNotFound, Declined, StackLocked, TerraformFailed, AwsFailed, Interrupted: the same command goes on from there.
    """
    stack = existing_stack(app, name)
    app.begin(emit)
    with stack.lock("destroy"):
        run = _Destroy(app, stack, emit, skip_final_snapshot)
        review = run.review()
        if dry_run:
            run.withdraw()
            return run.result(review, changed=False, dry_run=True)
        if not confirm(review):
            run.withdraw()
            raise Declined("Nothing was destroyed: the name was not confirmed.")
        with recorded(app, stack, "destroy") as entry:
            run.take_down(entry)
        keep_papers(app.home, stack, app.clock.now())
        app.registry.remove(stack)
        return run.result(review, changed=True, dry_run=False)


class _Destroy:
    """One destroy of one stack, under its lock."""

    def __init__(self, app: AppContext, stack: Stack, emit: Emit, skip_final_snapshot: bool) -> None:
        self.app, self.stack, self.emit = app, stack, emit
        self.spec: ClusterSpec = stored_spec(stack).spec
        self.resumed = stack.record.status == "destroying"
        self.terraform: Terraform = app.terraform(stack, emit)
        self.rds: Any = app.aws(self.spec.region).client("rds")
        self.skip = skip_final_snapshot or not self.spec.backup.final_snapshot
        self.live = live_regions(app, self.spec)
        self.snapshot_region = self._snapshot_region(stack.record.snapshot_region)
        self.former_regions: tuple[str, ...] = ()
        self.snapshot = None if self.skip else self._snapshot_name()

    # --- review ---

    def review(self) -> DestroyReview:
        """Render for the take-down and plan it, without touching anything."""
        follow_up(self.terraform, self.emit)
        topology = live_topology(self.app, self.spec)
        self._render()
        started = monotonic()
        self.emit(StepStarted("plan", "Looking at what there is"))
        self.terraform.init()
        self._keep_providers()
        plan = self.terraform.plan(destroy=True)
        self.terraform.plan_file.unlink(missing_ok=True)
        self.emit(StepFinished("plan", monotonic() - started))
        live = report(self.app, self.spec, topology, changed=False, managed=self._managed(plan), regions=self.live)
        return DestroyReview(
            name=self.spec.name,
            region=self.spec.region,
            target=self.app.target,
            instances=live.instances,
            plan=plan,
            final_snapshot_identifier=self.snapshot,
            deletion_protection=bool(topology and topology.deletion_protection),
            kept=self._kept(),
            resumed=self.resumed,
        )

    def withdraw(self) -> None:
        """Put the files of the stored spec back, unless a destroy is under way already."""
        if self.resumed:
            return
        write_rendered(self.stack, self.spec)

    def _render(self) -> None:
        write_rendered(
            self.stack,
            self.spec,
            teardown=True,
            final_snapshot_identifier=self.snapshot,
            skip_final_snapshot=self.skip,
            snapshot_region=self.snapshot_region,
            former_regions=self.former_regions,
        )

    def _keep_providers(self) -> None:
        """What is left of a Region that the spec has not any more can only be taken down through that Region's provider."""
        held = {region_of(r.address) for r in self.terraform.state_resources()}
        former = tuple(sorted(region for region in held if region and region not in regions_of(self.spec)))
        if former != self.former_regions:
            self.former_regions = former
            self._render()

    def _snapshot_region(self, recorded: str | None) -> str | None:
        """After a switchover the newest data is elsewhere, and so is the snapshot. A second run keeps to the first one's."""
        primary = self.live.primary_region
        return recorded if self.resumed or primary in (None, self.spec.region) else primary

    def _snapshots(self) -> Any:
        """The RDS API of the Region that the snapshot is in."""
        return self.app.aws(self.snapshot_region or self.spec.region).client("rds")

    def _managed(self, plan: Plan) -> frozenset[str]:
        return frozenset(str(c.before.get("identifier")) for c in plan.resource_changes if c.type == INSTANCE)

    def _kept(self) -> tuple[str, ...]:
        if self.snapshot:
            return (f"The final snapshot {self.snapshot} (billed as backup storage until you delete it).",)
        return ()

    def _snapshot_name(self) -> str:
        """A name that is free; on a second run the name of the first, so that one snapshot is taken and not two."""
        kept = self.stack.record.final_snapshot_identifier
        if self.resumed and kept:
            return kept
        stamp = self.app.clock.now().strftime("%Y%m%d%H%M%S")
        name = f"{self.spec.name}-final-{stamp}"
        number = 1
        while snapshot_exists(self._snapshots(), name):
            number += 1
            name = f"{self.spec.name}-final-{stamp}-{number}"
        return name

    # --- take down ---

    def take_down(self, entry: Entry) -> None:
        """Protection off and snapshot named; strangers gone; then everything. Each part may be repeated."""
        self.stack.update_record(
            status="destroying", final_snapshot_identifier=self.snapshot, snapshot_region=self.snapshot_region
        )
        topology = live_topology(self.app, self.spec)
        clusters = {CLUSTER_ADDRESS: topology} if topology is not None else {}
        clusters |= {in_region(name, CLUSTER_ADDRESS): one for name, one in self.live.secondaries.items()}
        if topology is not None:
            self._free_the_name(topology)
        self._unprotect(clusters)
        for address, one in clusters.items():
            self._remove_strangers(one, region_of(address) or self.spec.region)
        self._part_regions()
        started = monotonic()
        self.emit(StepStarted("destroy", "Destroying the cluster"))
        plan = self.terraform.plan(destroy=True)
        destroyed = 0
        if not plan.empty:
            destroyed = self.terraform.apply().destroy
        self.emit(StepFinished("destroy", monotonic() - started))
        if self.snapshot and not snapshot_exists(self._snapshots(), self.snapshot):
            self.snapshot = None  # there was no cluster to take it of: promise nothing that cannot be restored
        summary = f"final snapshot {self.snapshot}" if self.snapshot else "no final snapshot"
        entry.finish("destroyed", {"add": 0, "change": 0, "destroy": destroyed}, summary)

    def _free_the_name(self, topology: Topology) -> None:
        """The name of an earlier, interrupted destroy may have been used up by hand while the cluster stayed."""
        if self.snapshot and topology.status != "deleting" and snapshot_exists(self._snapshots(), self.snapshot):
            self.resumed = False
            self.snapshot = self._snapshot_name()
            self.stack.update_record(final_snapshot_identifier=self.snapshot)
            self._render()

    def _unprotect(self, clusters: Mapping[str, Topology]) -> None:
        """The small apply. What Terraform would replace or lose here (a tainted cluster) is done by the API instead."""
        resources = self.terraform.state_resources()
        held = {r.address for r in resources}
        self.terraform.provide(variables_of(self.app, self.spec, resources))
        targets = [a for a, one in clusters.items() if a in held and one.status != "deleting"]
        targets += [GLOBAL_ADDRESS] if GLOBAL_ADDRESS in held else []
        if not targets:
            return
        started = monotonic()
        self.emit(StepStarted("unprotect", "Lifting the deletion protection and naming the final snapshot"))
        plan = self.terraform.plan(targets=tuple(targets))
        if all(c.action == "update" for c in plan.changes):
            if not plan.empty:
                self.terraform.apply()
        else:
            self.terraform.plan_file.unlink(missing_ok=True)
            for address, one in clusters.items():
                if one.deletion_protection:
                    lift_protection(self.app.aws(region_of(address) or self.spec.region).client("rds"), one.identifier)
            if self.live.database and self.live.database.deletion_protection:
                lift_global_protection(self.rds, self.live.database.identifier)
        self.emit(StepFinished("unprotect", monotonic() - started))

    def _part_regions(self) -> None:
        """Terraform takes the secondary Regions down first. After a switchover the primary is among them, and AWS lets a
        primary go last: so the others leave the global cluster before."""
        database = self.live.database
        if database is None or self.live.primary_region in (None, self.spec.region):
            return
        for member in database.members:
            if not member.primary:
                self.emit(Note(f"Taking {member.identifier} ({member.region}) out of the global cluster."))
                detach(self.rds, database.identifier, member.arn)

    def _remove_strangers(self, topology: Topology, region: str) -> None:
        """Instances that Terraform does not know (made by reader autoscaling or by hand) would block the cluster's end."""
        ours = {r.attributes.get("identifier") for r in self.terraform.state_resources() if r.type == INSTANCE}
        for member in topology.members:  # a failover may have made one of them the writer
            if member.id in ours or member.status == "deleting":
                continue
            self.emit(Note(f"Deleting {member.id}, an instance that Terraform does not manage.", level="warning"))
            with aws_errors(f"deleting {member.id}"):
                rds = self.app.aws(region).client("rds")
                rds.delete_db_instance(DBInstanceIdentifier=member.id, SkipFinalSnapshot=True)

    # --- result ---

    def result(self, review: DestroyReview, *, changed: bool, dry_run: bool) -> DestroyResult:
        """What is given back to the command."""
        kept = self.snapshot if not dry_run else None
        hint = None
        if kept and changed:
            region = self.snapshot_region or self.spec.region
            hint = (
                f"aws rds restore-db-cluster-from-snapshot --region {region} --snapshot-identifier {kept}"
                f" --db-cluster-identifier {self.spec.name} --engine {self.spec.engine}"
            )
        return DestroyResult(
            name=self.spec.name,
            region=self.spec.region,
            target=self.app.target,
            changed=changed,
            dry_run=dry_run,
            final_snapshot_identifier=kept,
            review=review,
            restore_hint=hint,
        )
