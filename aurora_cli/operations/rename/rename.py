"""Rename a cluster: instances one by one, the cluster, Terraform's state, the stack. Nothing is made anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from aurora_cli.aws.describe import find_cluster, find_instance
from aurora_cli.aws.restore.snapshots import snapshot_exists
from aurora_cli.errors import InvalidInput, SpecConflict
from aurora_cli.operations.core.final_snapshot import fresh_name
from aurora_cli.operations.pipeline.engine import run_operation
from aurora_cli.operations.pipeline.role_steps import failover_target
from aurora_cli.operations.pipeline.step import Decision, Operation, Step
from aurora_cli.operations.rename.names import from_facts, hosts, instance_names, log_groups, renamed_spec
from aurora_cli.operations.rename.state_preview import try_out
from aurora_cli.operations.rename.steps import RenameSteps
from aurora_cli.operations.restore_in_place.refusals import refuse_bound
from aurora_cli.operations.restore_in_place.retained_cluster import refuse_aside
from aurora_cli.stacks.journal import read_journal
from aurora_cli.stacks.names import checked_name
from aurora_cli.terraform.state.addresses import as_now
from aurora_cli.terraform.state.state_rename import Renamed

if TYPE_CHECKING:
    from aurora_cli.aws.cluster.topology import Topology
    from aurora_cli.context import AppContext
    from aurora_cli.operations.core.review import ChangeResult, RunOptions
    from aurora_cli.operations.pipeline.context import OperationContext
    from aurora_cli.spec.resolve.resolve import Resolved


def rename(app: AppContext, name: str, new: str, options: RunOptions) -> ChangeResult:
    """Rename the cluster of a stack, and the stack with it; or go on with it.

    Raises:
        InvalidInput, SpecConflict: the new name is none, or taken; or others hold the cluster by its name.
        What `run_operation` raises.
    """
    operation = Rename(name, checked_name(new))
    if name == new:
        raise InvalidInput(f"{name} already has that name.", hint="Specify another one.")
    present = _present_name(app, operation)
    with app.registry.lock(new if present == name else name, "rename"):
        return run_operation(app, present, operation, options)


def _present_name(app: AppContext, operation: Rename) -> str:
    """The stack's name now: a rename that was cut off after the stack moved goes on there."""
    there = app.registry.find(operation.new)
    if there is None:
        return operation.cluster
    journal = read_journal(there.folder)
    if journal and journal.operation == operation.name and dict(journal.arguments) == dict(operation.arguments):
        return operation.new
    raise SpecConflict(f"A cluster {operation.new} already exists.", hint="Choose another name.")


@dataclass(frozen=True)
class Rename(Operation):
    """The operation."""

    cluster: str
    new: str
    name = "rename"

    @property
    def arguments(self) -> Mapping[str, Any]:
        """What was asked for."""
        return {"from": self.cluster, "to": self.new}

    @property
    def command(self) -> tuple[str, ...]:
        """The words that go on with it."""
        return ("rename", self.cluster, self.new)

    def decide(self, context: OperationContext) -> Decision:
        """The names, the order of the instances, and what Terraform changes afterwards."""
        topology = context.live()
        refuse_bound(context, topology, "renamed")
        refuse_aside(context.stack, "to rename")
        desired = renamed_spec(context.stack, self.new)
        names = self._names(context, desired)
        _refuse_taken(context, names)
        context.keys()  # a state that is kept elsewhere is at hand from here on
        plan = try_out(context, desired.spec, names)
        order, successor = _order(topology, names)
        facts = {
            "names": asdict(names),
            "resource_id": (find_cluster(context.rds, self.cluster) or {})["DbClusterResourceId"],
            "order": order,
            "successor": successor,
            "approved": [[change.address, change.action] for change in plan.changes],
        }
        return Decision(facts, remarks=_remarks(context, names, topology), plan=plan)

    def _names(self, context: OperationContext, desired: Resolved) -> Renamed:
        record = context.stack.record
        keys = record.instance_keys
        return Renamed(
            before=self.cluster,
            after=self.new,
            instances=instance_names(keys, context.spec, desired.spec),
            log_groups=log_groups(context.spec, desired.spec),
            snapshot=fresh_name(self.new, lambda name: snapshot_exists(context.rds, name)),
        )

    def steps(self, context: OperationContext, decision: Decision) -> Sequence[Step]:
        """See docs/reference/operations.md for their order."""
        names = from_facts(decision.facts)
        context.names = (names.before, names.after)
        context.approved = frozenset((as_now(address), action) for address, action in decision.facts["approved"])
        return RenameSteps(context, decision.facts).all()


def _order(topology: Topology, names: Renamed) -> tuple[list[str], str | None]:
    """The instances to rename, readers first, and the new name of the one that takes the writer's role over before it."""
    there = [m.id for m in topology.readers if m.id in names.instances]
    writer = topology.writer
    if writer is None or writer.id not in names.instances:
        return there, None
    successor = failover_target(topology, there)
    return [*there, writer.id], names.instances[successor.id] if successor else None


def _refuse_taken(context: OperationContext, names: Renamed) -> None:
    if find_cluster(context.rds, names.after) is not None:
        raise InvalidInput(
            f"{context.spec.region} already has a cluster named {names.after}. Nothing was changed.",
            hint="Choose another name.",
        )
    taken = [new for new in names.instances.values() if find_instance(context.rds, new) is not None]
    if taken:
        raise InvalidInput(
            f"{context.spec.region} already has an instance named {', '.join(taken)}. Nothing was changed.",
            hint="Choose another name.",
        )


def _remarks(context: OperationContext, names: Renamed, topology: Topology) -> tuple[str, ...]:
    base = context.spec.base_name
    remarks = [
        "Endpoints change, and the old host names stop working at once. Clients must use the new ones.",
        *hosts(context, names),
        f"Resources around the cluster keep the name {base}: subnet group, security group, parameter groups, roles.",
        f"Your spec file needs two lines from then on: `name: {names.after}` and `resource_name: {base}`.",
    ]
    if names.log_groups:
        remarks.append(
            f"New log groups receive the logs from then on; the old ones are kept: {', '.join(names.log_groups)}."
        )
    if topology.pending or any(m.pending for m in topology.members):
        remarks.append("Changes pending until the maintenance window are applied with the rename.")
    kept = [m.id for m in topology.members if m.id not in names.instances]
    if kept:
        remarks.append(f"These instances keep their names: {', '.join(kept)}.")
    if context.spec.autoscaling is not None:
        remarks.append("Reader autoscaling is registered again under the new name; its existing readers are kept.")
    return tuple(remarks)
