"""After other data has come in its place, Terraform's state, the spec and the cluster agree again. What holds data stays."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from aurora_cli.errors import OperationFailed
from aurora_cli.events import Note
from aurora_cli.operations.pipeline.step import Step
from aurora_cli.operations.source.state import EMPTY

if TYPE_CHECKING:
    from aurora_cli.operations.pipeline.context import OperationContext
    from aurora_cli.terraform.plan.plan import ResourceChange

RECONCILE = "settle"
_MADE_ANEW = (
    "aws_appautoscaling_",
    "aws_rds_cluster_endpoint",
    "aws_rds_cluster_role_association",
    "aws_secretsmanager_secret_rotation",
    "aws_secretsmanager_secret_policy",
)
"""Resource types that hang on a cluster and hold no data: they may be made for the new one and go with the old one."""
_ROUNDS = 3


def reconcile_step(context: OperationContext, created_from: str | None = None) -> Step:
    """The step.

    Args:
        created_from: how the cluster in place was made, if that is new; then its first user and database are its source's.
    """

    def run() -> str | None:
        record = context.stack.record
        if created_from is not None and record.created_from in (None, EMPTY):
            context.stack.update_record(created_from=created_from)
        bring_to_spec(context, _harmless)
        return None

    text = "Reconcile Terraform state and the settings that a restore omits with the spec"
    return Step(RECONCILE, text, lambda: False, run)


def bring_to_spec(context: OperationContext, harmless: Callable[[ResourceChange], bool]) -> None:
    """Plan and apply the stored spec until the plan is empty; a second round finds what hangs on the first.

    Raises:
        OperationFailed: the plan holds a change that is not harmless; it was not applied. TerraformFailed and its kin.
    """
    for _ in range(_ROUNDS):
        plan = context.plan(context.spec, context.stack.record.instance_keys)
        if plan.empty:
            return
        _refuse_loss(context, [change for change in plan.changes if not harmless(change)])
        context.count(context.terraform.apply())
    context.emit(Note("The plan still differs.", level="warning", hint=f"aurora-cli plan {context.stack.name}"))


def _refuse_loss(context: OperationContext, unexpected: list[ResourceChange]) -> None:
    if not unexpected:
        return
    context.terraform.plan_file.unlink(missing_ok=True)
    what = ", ".join(f"{change.address} ({change.action})" for change in unexpected)
    raise OperationFailed(
        f"The plan would do more than apply the spec: {what}. It was not applied.",
        hint=f"Check with `aurora-cli plan {context.stack.name}`, change the spec or AWS, then run the same command again.",
    )


def _harmless(change: ResourceChange) -> bool:
    if change.action in ("update", "no-op", "read"):
        return True
    if change.type == "aws_rds_cluster_instance":
        return change.action == "create"
    return change.type.startswith(_MADE_ANEW)
