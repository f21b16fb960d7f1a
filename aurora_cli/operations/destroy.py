"""Destroy a cluster, guided: show what goes and what stays, lift the protection, keep a final snapshot, then take it all down.

Three runs of Terraform do: `plan -destroy`, `show` to read it, `apply` of that very plan. The protection is lifted by the API in
between. Terraform destroys with the values in its *state* (hashicorp/terraform#15530), so where the state wants another snapshot
than the user (none, or one whose name is taken), a small apply of the cluster alone sets it first, and the plan is made again.
The record says `destroying` from the confirmation on; the same command goes on after any crash.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Any

from aurora_cli.aws.failures import aws_errors
from aurora_cli.aws.snapshots import snapshot_exists
from aurora_cli.errors import Declined, InvalidInput, PlanStale
from aurora_cli.operations.dependants import Dependants, dependants_of
from aurora_cli.operations.events import Emit, Note, StepFinished, StepStarted
from aurora_cli.operations.files import write_rendered
from aurora_cli.operations.final_snapshot import CLUSTER_ADDRESS, carried, fresh_name
from aurora_cli.operations.logbook import Entry, recorded
from aurora_cli.operations.own_key import KEY_ADDRESS, OwnKey, own_key, without_key
from aurora_cli.operations.recovery import follow_up
from aurora_cli.operations.reporting import live_topology, report
from aurora_cli.operations.results import SCHEMA_VERSION, InstanceInfo
from aurora_cli.operations.stored import existing_stack, stored_spec
from aurora_cli.stacks.papers import keep_papers
from aurora_cli.terraform.plan import Plan

if TYPE_CHECKING:
    from aurora_cli.aws.topology import Topology
    from aurora_cli.context import AppContext
    from aurora_cli.spec.model import ClusterSpec
    from aurora_cli.stacks.stack import Stack
    from aurora_cli.terraform.runner import Terraform

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
        dependants: sentences on the clones and replicas that hang on the cluster.
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
    dependants: tuple[str, ...] = ()

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
            "dependants": list(self.dependants),
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
        skip_final_snapshot: keep nothing. Otherwise a snapshot `<name>-final-...` stays, unless the spec says not to.
        dry_run: show only.

    Raises:
        ClusterNotFound, Declined, StackLocked, TerraformFailed, AwsFailed, Interrupted: the same command goes on from there.
    """
    stack = existing_stack(app, name)
    app.begin(emit)
    with stack.lock("destroy"):
        run = _Destroy(app, stack, emit, skip_final_snapshot)
        try:
            review = run.review()
            if not dry_run:
                run.refuse_replicas()
            wanted = not dry_run and confirm(review)
        except BaseException:
            run.withdraw()
            raise
        if not wanted:
            run.withdraw()
        if dry_run:
            return run.result(review, changed=False, dry_run=True)
        if not wanted:
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
        self.dependants = Dependants()
        self.skip = skip_final_snapshot or not self.spec.backup.final_snapshot
        self.snapshot: str | None = None
        self.plan = Plan()
        self.key: OwnKey | None = None

    # --- review ---

    def review(self) -> DestroyReview:
        """Render for the take-down and plan it, without touching anything."""
        follow_up(self.terraform, self.emit)
        topology = live_topology(self.app, self.spec)
        self.dependants = dependants_of(self.rds, self.spec.name) if topology else Dependants()
        self._render()
        started = monotonic()
        self.emit(StepStarted("plan", "Looking at what there is"))
        self.terraform.init()
        self.plan = plan = self.terraform.plan(destroy=True)
        self.snapshot = None if self.skip else self._snapshot_name()
        self._look_at_key(topology)
        if self.key and self.key.kept:
            self.terraform.plan_file.unlink(missing_ok=True)  # it would take the key too
            self.plan = plan = without_key(plan)
        self.emit(StepFinished("plan", monotonic() - started))
        live = report(self.app, self.spec, topology, changed=False, managed=self._managed(plan))
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
            dependants=self.dependants.sentences(self.spec.name),
        )

    def refuse_replicas(self) -> None:
        """AWS keeps the last instance of a cluster that is replicated: all the others would be gone by then."""
        if not self.dependants.replicas:
            return
        raise InvalidInput(
            f"{self.spec.name} is replicated by {', '.join(self.dependants.replicas)}, so AWS does not let it go.",
            hint="Destroy or promote the replica first. Nothing was changed.",
        )

    def withdraw(self) -> None:
        """Put the files of the stored spec back, unless a destroy is under way already."""
        self.terraform.plan_file.unlink(missing_ok=True)
        if not self.resumed:
            write_rendered(self.stack, self.spec)

    def _render(self) -> None:
        write_rendered(
            self.stack,
            self.spec,
            teardown=True,
            final_snapshot_identifier=self.snapshot or self.stack.record.final_snapshot_identifier,
            skip_final_snapshot=self.skip,
            kept_key=self.key.arn if self.key and self.key.kept else None,
        )

    def _look_at_key(self, topology: Topology | None) -> None:
        """A key that is kept is written as its ARN, so that nothing in the files asks for it any more."""
        state = self.terraform.state_resources()
        self.key = own_key(self.rds, self.spec, topology, state, snapshot=self.snapshot)
        if self.key and self.key.kept:
            self._render()

    def _managed(self, plan: Plan) -> frozenset[str]:
        return frozenset(str(c.before.get("identifier")) for c in plan.resource_changes if c.type == INSTANCE)

    def _kept(self) -> tuple[str, ...]:
        kept = []
        if self.snapshot:
            kept.append(f"The final snapshot {self.snapshot} (billed as backup storage until you delete it).")
        if self.key:
            kept.append(self.key.sentence())
        return tuple(kept)

    def _snapshot_name(self) -> str | None:
        """The name that the cluster carries, if it is free; on a second run the name of the first: one snapshot, not two.

        None when Terraform has no cluster to take it of: a destroy promises nothing that it cannot keep.
        """
        kept = self.stack.record.final_snapshot_identifier
        if self.resumed and kept:
            return kept
        if not carried(self.plan):
            return None
        carried_name = carried(self.plan).get("final_snapshot_identifier")
        if carried_name and not self._is_taken(str(carried_name)):
            return str(carried_name)
        return fresh_name(self.spec.name, self._is_taken)

    def _is_taken(self, name: str) -> bool:
        return snapshot_exists(self.rds, name)

    # --- take down ---

    def take_down(self, entry: Entry) -> None:
        """Protection off and snapshot named; strangers gone; then everything. Each part may be repeated."""
        self.stack.update_record(status="destroying", final_snapshot_identifier=self.snapshot)
        topology = live_topology(self.app, self.spec)
        self._keep_key()
        if topology is not None:
            self._free_the_name(topology)
            self._unprotect(topology)
            self._remove_strangers(topology)
        started = monotonic()
        self.emit(StepStarted("destroy", "Destroying the cluster"))
        destroyed = self._apply()
        self.emit(StepFinished("destroy", monotonic() - started))
        if self.snapshot and not snapshot_exists(self.rds, self.snapshot):
            self.snapshot = None  # there was no cluster to take it of: promise nothing that cannot be restored
        summary = f"final snapshot {self.snapshot}" if self.snapshot else "no final snapshot"
        entry.finish("destroyed", {"add": 0, "change": 0, "destroy": destroyed}, summary)

    def _apply(self) -> int:
        """Apply the plan that was shown, or one like it when the state has changed since; how many resources went."""
        if self.terraform.plan_file.exists():
            try:
                return self.terraform.apply().destroy
            except PlanStale:
                self.emit(Note("Something changed since the plan was made; planning again.", level="warning"))
        return self.terraform.apply().destroy if self.terraform.make_plan(destroy=True) else 0

    def _keep_key(self) -> None:
        if self.key and self.key.kept and self.key.in_state:
            self.terraform.forget(KEY_ADDRESS)
            self.emit(Note(f"Terraform has forgotten the KMS key {self.key.arn}: what stays needs it."))

    def _free_the_name(self, topology: Topology) -> None:
        """The name of an earlier, interrupted destroy may have been used up by hand while the cluster stayed."""
        if self.snapshot and topology.status != "deleting" and snapshot_exists(self.rds, self.snapshot):
            self.snapshot = fresh_name(self.spec.name, self._is_taken)
            self.stack.update_record(final_snapshot_identifier=self.snapshot)

    def _unprotect(self, topology: Topology) -> None:
        """Lift the protection of a cluster that is ours, and see to it that it goes with the right snapshot."""
        if not carried(self.plan) or topology.status == "deleting":
            return
        started = monotonic()
        self.emit(StepStarted("unprotect", "Lifting the deletion protection and naming the final snapshot"))
        if self._carries_wrong_snapshot() or self._is_replica():
            self._set_in_state()
        if topology.deletion_protection:
            self._lift_protection()
        self.emit(StepFinished("unprotect", monotonic() - started))

    def _carries_wrong_snapshot(self) -> bool:
        now = carried(self.plan)
        if bool(now.get("skip_final_snapshot")) != self.skip:
            return True
        return not self.skip and now.get("final_snapshot_identifier") != self.snapshot

    def _is_replica(self) -> bool:
        return (self.stack.record.born or (self.spec.source and self.spec.source.kind)) == "replica_of"

    def _set_in_state(self) -> None:
        """The small apply. It is left out where Terraform would do more than change values: for a tainted cluster.

        The instances of a replica are told to promote it: its last one would not go otherwise.
        """
        self._render()
        instances = (f"{INSTANCE}.first", f"{INSTANCE}.others") if self._is_replica() else ()
        plan = self.terraform.plan(targets=(CLUSTER_ADDRESS, *instances))
        if not plan.empty and all(c.action == "update" for c in plan.changes):
            self.terraform.apply()
        self.terraform.plan_file.unlink(missing_ok=True)

    def _lift_protection(self) -> None:
        with aws_errors(f"lifting the deletion protection of {self.spec.name}"):
            self.rds.modify_db_cluster(
                DBClusterIdentifier=self.spec.name, DeletionProtection=False, ApplyImmediately=True
            )

    def _remove_strangers(self, topology: Topology) -> None:
        """Instances that Terraform does not know (made by reader autoscaling or by hand) would block the cluster's end."""
        ours = self._managed(self.plan)
        for member in topology.members:  # a failover may have made one of them the writer
            if member.id in ours or member.status == "deleting":
                continue
            self.emit(Note(f"Deleting {member.id}, an instance that Terraform does not manage.", level="warning"))
            with aws_errors(f"deleting {member.id}"):
                self.rds.delete_db_instance(DBInstanceIdentifier=member.id, SkipFinalSnapshot=True)

    # --- result ---

    def result(self, review: DestroyReview, *, changed: bool, dry_run: bool) -> DestroyResult:
        """What is given back to the command."""
        kept = self.snapshot if not dry_run else None
        hint = None
        if kept and changed:
            where = "--sandbox " if self.app.sandbox else ""
            hint = f"aurora-cli {where}--region {self.spec.region} restore {self.spec.name} --from-snapshot {kept}"
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
