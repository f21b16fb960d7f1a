"""After other data has come in its place, Terraform's state, the spec and the cluster agree again. What holds data stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aurora_cli.operations.pipeline.step import Step, refuse_harm
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


def reconcile_step(context: OperationContext, created_from: str | None = None) -> Step:
    """The step.

    Args:
        created_from: how the cluster in place was made, if that is new; then its first user and database are its source's.
    """

    def run() -> str | None:
        record = context.stack.record
        if created_from is not None and record.created_from in (None, EMPTY):
            context.stack.update_record(created_from=created_from)
        context.refresh_state()  # of a plan that finds nothing to change, Terraform keeps no new resource IDs
        context.bring_to_spec(refuse_harm(context.stack.name, _harmless))
        return None

    text = "Reconcile Terraform state and the settings that a restore omits with the spec"
    return Step(RECONCILE, text, lambda: False, run)


def _harmless(change: ResourceChange) -> bool:
    if change.action in ("update", "no-op", "read"):
        return True
    if change.type == "aws_rds_cluster_instance":
        return change.action == "create"
    return change.type.startswith(_MADE_ANEW)
