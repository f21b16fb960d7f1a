"""`restore --discard-old`: the cluster that was set aside goes, after a final snapshot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aurora_cli.aws.describe import find_cluster, find_instance
from aurora_cli.aws.errors import aws_errors
from aurora_cli.aws.restore.snapshots import snapshot_exists
from aurora_cli.operations.core.final_snapshot import fresh_name
from aurora_cli.operations.pipeline.step import Decision, Operation, Step
from aurora_cli.operations.restore_in_place.undo import required_aside

if TYPE_CHECKING:
    from aurora_cli.operations.pipeline.context import OperationContext


@dataclass(frozen=True)
class Discard(Operation):
    """The operation."""

    cluster: str
    name = "restore"

    @property
    def arguments(self) -> Mapping[str, Any]:
        """What was asked for."""
        return {"discard": True}

    @property
    def command(self) -> tuple[str, ...]:
        """The words that go on with it."""
        return ("restore", self.cluster, "--discard-old", "--confirm", self.cluster)

    def decide(self, context: OperationContext) -> Decision:
        """What goes, and the name of its last snapshot."""
        aside = required_aside(context)
        found = find_cluster(context.rds, aside.cluster) or {}
        members = [m["DBInstanceIdentifier"] for m in found.get("DBClusterMembers", ())]
        snapshot = fresh_name(aside.cluster, lambda name: snapshot_exists(context.rds, name))
        back = f"aurora-cli restore {self.cluster} --replace --from-snapshot {snapshot}"
        remarks = (f"Its data is kept in the snapshot {snapshot}; restore it with: {back}",)
        facts = {"aside": aside.cluster, "members": members, "snapshot": snapshot}
        return Decision(facts, remarks=remarks if found else ())

    def steps(self, context: OperationContext, decision: Decision) -> Sequence[Step]:
        """Protection off, instances, cluster, and the note in the record."""
        aside, members = decision.facts["aside"], decision.facts["members"]
        steps = [
            Step(
                f"unprotect {aside}",
                f"Disable the deletion protection of {aside}",
                lambda: not (find_cluster(context.rds, aside) or {}).get("DeletionProtection"),
                lambda: _unprotect(context, aside),
            ),
            Step(
                f"delete {aside}",
                f"Delete {aside} after the snapshot {decision.facts['snapshot']}",
                lambda: find_cluster(context.rds, aside) is None,
                lambda: _delete_cluster(context, aside, decision.facts["snapshot"]),
            ),
            Step(
                "forget",
                f"Record that {aside} is deleted",
                lambda: not context.stack.record.aside,
                lambda: _forget(context),
            ),
        ]
        if members:
            deletion = Step(
                f"delete the instances of {aside}",
                f"Delete {', '.join(members)}",
                lambda: all(find_instance(context.rds, one) is None for one in members),
                lambda: _delete_instances(context, members),
            )
            steps.insert(1, deletion)
        return steps


def _unprotect(context: OperationContext, aside: str) -> None:
    with aws_errors(f"disabling the deletion protection of {aside}"):
        context.rds.modify_db_cluster(DBClusterIdentifier=aside, DeletionProtection=False, ApplyImmediately=True)


def _delete_instances(context: OperationContext, members: list[str]) -> None:
    for name in members:
        found = find_instance(context.rds, name)
        if found is not None and found["DBInstanceStatus"] != "deleting":
            with aws_errors(f"deleting {name}"):
                context.rds.delete_db_instance(DBInstanceIdentifier=name, SkipFinalSnapshot=True)
    for name in members:
        _await_gone(context, name)


def _await_gone(context: OperationContext, name: str) -> None:
    context.wait(lambda: (None, "deleting" if find_instance(context.rds, name) else None), f"{name} to be deleted")


def _delete_cluster(context: OperationContext, aside: str, snapshot: str) -> None:
    found = find_cluster(context.rds, aside)
    if found is not None and found["Status"] != "deleting":
        with aws_errors(f"deleting {aside}"):
            context.rds.delete_db_cluster(
                DBClusterIdentifier=aside, SkipFinalSnapshot=False, FinalDBSnapshotIdentifier=snapshot
            )
    context.wait(lambda: (None, "deleting" if find_cluster(context.rds, aside) else None), f"{aside} to be deleted")


def _forget(context: OperationContext) -> None:
    context.stack.update_record(aside={})
