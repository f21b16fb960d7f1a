"""After other data has come in its place, Terraform's state, the spec and the cluster agree again. What holds data stays."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from aurora_cli.errors import OperationFailed
from aurora_cli.operations.pipeline.step import Step
from aurora_cli.operations.source.state import EMPTY

if TYPE_CHECKING:
    from aurora_cli.operations.pipeline.context import OperationContext
    from aurora_cli.terraform.plan.plan import Plan, ResourceChange

RECONCILE = "settle"
_MADE_ANEW = (
    "aws_appautoscaling_",
    "aws_rds_cluster_endpoint",
    "aws_rds_cluster_role_association",
    "aws_secretsmanager_secret_rotation",
    "aws_secretsmanager_secret_policy",
)
"""Resource types that hang on a cluster and hold no data: they may be made for the new one and go with the old one."""


def reconcile_step(context: OperationContext, created_from: str | None = None) -> Step:
    """The step.

    Args:
        created_from: how the cluster in place was made, if that is new; then its first user and database are its source's.
    """

    def run() -> str | None:
        record = context.stack.record
        if created_from is not None and record.created_from in (None, EMPTY):
            context.stack.update_record(created_from=created_from)
        context.bring_to_spec(refuse_harm(context.stack.name, _harmless))
        return None

    text = "Reconcile Terraform state and the settings that a restore omits with the spec"
    return Step(RECONCILE, text, lambda: False, run)


def refuse_harm(name: str, harmless: Callable[[ResourceChange], bool]) -> Callable[[Plan], None]:
    """For `bring_to_spec`: raises OperationFailed for a plan with a change that is not harmless."""

    def refuse(plan: Plan) -> None:
        harm = [change for change in plan.changes if not harmless(change)]
        if harm:
            what = ", ".join(f"{change.address} ({change.action})" for change in harm)
            raise OperationFailed(
                f"The plan would do more than apply the spec: {what}. It was not applied.",
                hint=f"Check with `aurora-cli plan {name}`, change the spec or AWS, then run the same command again.",
            )

    return refuse


def _harmless(change: ResourceChange) -> bool:
    if change.action in ("update", "no-op", "read"):
        return True
    if change.type == "aws_rds_cluster_instance":
        return change.action == "create"
    return change.type.startswith(_MADE_ANEW)
