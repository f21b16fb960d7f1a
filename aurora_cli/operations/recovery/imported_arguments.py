"""Arguments that no API gives back, written into the state as the creation has had them.

An import leaves them empty, or at a value that loses data (`skip_final_snapshot = true`); a plan would then list them as changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aurora_cli.terraform.plan.redaction import SENSITIVE
from aurora_cli.terraform.state.import_fixups import with_values
from aurora_cli.terraform.state.state import address_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aurora_cli.operations.core.concern import StackContext
    from aurora_cli.terraform.plan.plan import ResourceChange

_CLUSTER = "aws_rds_cluster"
_SOURCES = ("restore_to_point_in_time", "snapshot_identifier", "s3_import", "replication_source_identifier")
_PASSWORD = ("manage_master_user_password", "master_user_secret_kms_key_id", "master_password_wo_version")
ARGUMENTS = {
    _CLUSTER: (
        *("apply_immediately", "delete_automated_backups", "skip_final_snapshot", "final_snapshot_identifier"),
        *("enable_global_write_forwarding", "enable_local_write_forwarding", "source_region", *_SOURCES, *_PASSWORD),
    ),
    "aws_rds_cluster_instance": ("apply_immediately", "force_destroy"),
    "aws_rds_cluster_parameter_group": ("skip_destroy",),
    "aws_db_parameter_group": ("skip_destroy",),
    "aws_cloudwatch_log_group": ("skip_destroy",),
    "aws_kms_key": ("bypass_policy_lockout_safety_check", "deletion_window_in_days"),
    "aws_security_group": ("revoke_rules_on_delete",),
    "aws_secretsmanager_secret": ("force_overwrite_replica_secret", "recovery_window_in_days"),
    "aws_iam_role": ("force_detach_policies",),
    "aws_subnet": ("enable_dns64",),
}
"""Resource type -> arguments. Source: the read functions of the provider's resources, which do not set them."""


def set_arguments(context: StackContext, created: Sequence[ResourceChange]) -> None:
    """Set them in the state, of resources that were imported.

    Args:
        created: what an interrupted run had planned to create.

    Raises:
        StateAtRisk; TerraformFailed, StateLocked, ...: the state is as it was.
    """
    planned = {change.address: change for change in created if change.type in ARGUMENTS}
    if not planned:
        return

    def values(resource: Mapping[str, Any], instance: Mapping[str, Any]) -> Mapping[str, Any]:
        change = planned.get(address_of(resource, instance))
        return _arguments(change, instance["attributes"]) if change else {}

    context.terraform.save_state_text(with_values(context.terraform.state_text(), values))


def _arguments(change: ResourceChange, imported: Mapping[str, Any]) -> dict[str, Any]:
    given = {name: change.after.get(name) for name in ARGUMENTS[change.type] if name in change.after}
    if change.type == _CLUSTER:
        restored = any(given.get(name) for name in _SOURCES)  # which takes no password: the plan that follows sets it
        managed = bool(imported.get("master_user_secret"))
        kept = restored or (given.get("manage_master_user_password") and not managed)
        given = {name: value for name, value in given.items() if not (kept and name in _PASSWORD)}
    return {name: value for name, value in given.items() if value != SENSITIVE}
