"""The end of a blue/green deployment: before the switchover the green cluster goes, after it the old one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from aurora_cli.aws.cluster.topology import Member, Topology, read_topology
from aurora_cli.aws.engine.blue_green import SWITCHING, Deployment, deployment_named
from aurora_cli.aws.restore.snapshots import snapshot_exists
from aurora_cli.errors import InvalidInput
from aurora_cli.operations.blue_green.active import deployment_under_way
from aurora_cli.operations.blue_green.removing import (
    deployment_step,
    group_steps,
    record_step,
    removal_steps,
    unprotect_step,
)
from aurora_cli.operations.core.final_snapshot import fresh_name
from aurora_cli.operations.pipeline.engine import run_operation
from aurora_cli.operations.pipeline.step import Decision, Operation, Step, typed
from aurora_cli.stacks.blue_green import BlueGreenRecord, read_blue_green

if TYPE_CHECKING:
    from aurora_cli.context import AppContext
    from aurora_cli.operations.core.review import ChangeResult, RunOptions
    from aurora_cli.operations.pipeline.context import OperationContext


def cleanup(app: AppContext, operation: Cleanup, *, options: RunOptions) -> ChangeResult:
    """End a deployment.

    Raises:
        InvalidInput: there is none, or the wishes do not go with it. What `run_operation` raises.
    """
    return run_operation(app, operation.cluster, operation, options)


class Cleanup(Operation):
    """The operation.

    Args:
        delete_green: before the switchover, delete the green cluster as well.
        keep_old: after the switchover, leave the old cluster.
        final_snapshot: keep one of the old cluster.

    Attributes:
        doomed: identifier of the cluster that is deleted, known once it was decided; None when none is.
    """

    name = "blue-green cleanup"

    def __init__(
        self, cluster: str, *, delete_green: bool = False, keep_old: bool = False, final_snapshot: bool = True
    ) -> None:
        self.cluster, self.delete_green, self.keep_old = cluster, delete_green, keep_old
        self.final_snapshot = final_snapshot
        self.doomed: str | None = None

    @property
    def arguments(self) -> Mapping[str, Any]:
        """What was asked for."""
        return {
            "delete_green": self.delete_green,
            "keep_old": self.keep_old,
            "final_snapshot": self.final_snapshot,
        }

    @property
    def command(self) -> tuple[str, ...]:
        """The words that go on with it."""
        flags = {
            "delete_green": self.delete_green,
            "keep_old": self.keep_old,
            "skip_final_snapshot": not self.final_snapshot,
        }
        return typed("blue-green", "cleanup", self.cluster, **flags)

    def decide(self, context: OperationContext) -> Decision:
        """What is there, and what goes."""
        record = read_blue_green(context.stack.folder)
        found = (
            deployment_named(context.rds, record.name) if record else deployment_under_way(context.rds, self.cluster)
        )
        if found is None and record is None:
            raise InvalidInput(
                f"{self.cluster} is not part of a blue/green deployment.",
                hint=f"aurora-cli blue-green status {self.cluster}",
            )
        if (found is not None and found.switched) or (record is not None and record.old_cluster):
            return self._after(context, found, record)
        return self._before(context, found, record)

    def _before(self, context: OperationContext, found: Deployment | None, record: BlueGreenRecord | None) -> Decision:
        if self.keep_old:
            raise InvalidInput(
                "--keep-old applies only after the switchover, which has not happened.",
                hint=f"Omit it, or: aurora-cli blue-green switchover {self.cluster}",
            )
        if found is not None and found.status == SWITCHING:
            raise InvalidInput(
                f"The deployment {found.id} is being switched over.",
                hint=f"aurora-cli blue-green status {self.cluster}",
            )
        green = read_topology(context.rds, found.target) if found and found.target else None
        goes = green is not None and self.delete_green
        facts = {
            "deployment": found.id if found else None,
            "green": green.identifier if green and goes else None,
            "protected": bool(green and goes and green.deletion_protection),
            "old": None,
            "groups": _groups(record.new_groups) if record and (goes or green is None) else [],
        }
        return Decision(facts, remarks=_about_green(self.cluster, green, goes=goes))

    def _after(self, context: OperationContext, found: Deployment | None, record: BlueGreenRecord | None) -> Decision:
        if record is None or record.old_cluster is None:
            raise InvalidInput(
                f"{self.cluster} was switched over outside this stack, and its spec and state are not updated yet.",
                hint=f"Update them first: aurora-cli blue-green switchover {self.cluster}",
            )
        if self.delete_green:
            raise InvalidInput(
                f"--delete-green applies only before the switchover: the green cluster is now {self.cluster}.",
                hint="Leave it out.",
            )
        old = read_topology(context.rds, record.old_cluster)
        goes = None if self.keep_old or old is None else old
        snapshot = None
        if goes and self.final_snapshot:
            snapshot = fresh_name(goes.identifier, lambda name: snapshot_exists(context.rds, name))
        facts = {
            "deployment": found.id if found else None,
            "green": None,
            "protected": bool(goes and goes.deletion_protection),
            "old": _kept_topology(goes) if goes else None,
            "snapshot": snapshot,
            "keeps_record": old is not None and self.keep_old,
            "groups": _groups(record.old_groups) if not self.keep_old else [],
        }
        return Decision(facts, remarks=_about_old(self.cluster, record.old_cluster, goes=goes is not None))

    def steps(self, context: OperationContext, decision: Decision) -> Sequence[Step]:
        """The deployment first: AWS keeps what is part of one."""
        facts, steps = decision.facts, []
        green, old = facts["green"], facts["old"]
        self.doomed = green or (old["identifier"] if old else None)
        if green and facts["protected"]:
            steps.append(unprotect_step(context, green))
        if facts["deployment"]:
            steps.append(deployment_step(context, facts["deployment"], green=green))
        if old:
            steps += removal_steps(context, _topology(old, protected=facts["protected"]), facts["snapshot"])
        steps += group_steps(context, [tuple(one) for one in facts["groups"]])
        return steps if facts.get("keeps_record") else [*steps, record_step(context)]


def _groups(groups: Sequence[Sequence[str]]) -> list[list[str]]:
    return [list(one) for one in groups]


def _kept_topology(old: Topology) -> dict[str, Any]:
    """As much of it as the steps need, in JSON values."""
    return {"identifier": old.identifier, "members": [[m.id, m.role] for m in old.members]}


def _topology(old: Mapping[str, Any], *, protected: bool) -> Topology:
    members = tuple(Member(identifier, role, "", "") for identifier, role in old["members"])
    return Topology(old["identifier"], "", "", "", "", 0, members, deletion_protection=protected)


def _about_green(cluster: str, green: Topology | None, *, goes: bool) -> tuple[str, ...]:
    if green is None:
        return (f"There is no green cluster. {cluster} is unchanged.",)
    if goes:
        return (
            f"LOST: the green cluster {green.identifier} with the changes made only in it. {cluster} is not touched.",
        )
    return (
        (
            f"{green.identifier} remains as a standalone cluster, is still billed, and no longer replicates {cluster}; "
            "its parameter groups remain too. To delete it: --delete-green"
        ),
    )


def _about_old(cluster: str, old: str, *, goes: bool) -> tuple[str, ...]:
    if goes:
        return (f"LOST: the old cluster {old} with its data as of the switchover. {cluster} is not touched.",)
    return (
        (
            f"{old} remains, is still billed, and keeps its parameter groups. To delete it later: aurora-cli blue-green cleanup "
            f"{cluster}"
        ),
    )
