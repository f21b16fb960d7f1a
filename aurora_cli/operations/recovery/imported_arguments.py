"""Arguments that no API gives back, written into the state as the creation has had them.

An import leaves them empty, or at a value that loses data (`skip_final_snapshot = true`); a plan would then list them as changes.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from aurora_cli.json_input import json_object, read_json
from aurora_cli.terraform.plan.redaction import SENSITIVE
from aurora_cli.terraform.state.import_fixups import with_values
from aurora_cli.terraform.state.state import address_of
from aurora_cli.writing import write_atomic

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
    "aws_rds_cluster_activity_stream": ("engine_native_audit_fields_included",),
    "aws_rds_cluster_instance": ("apply_immediately", "force_destroy"),
    "aws_rds_global_cluster": ("force_destroy", "source_db_cluster_identifier"),
    "aws_rds_cluster_parameter_group": ("skip_destroy",),
    "aws_db_parameter_group": ("skip_destroy",),
    "aws_cloudwatch_log_group": ("skip_destroy",),
    "aws_kms_key": ("bypass_policy_lockout_safety_check", "deletion_window_in_days"),
    "aws_security_group": ("revoke_rules_on_delete",),
    "aws_secretsmanager_secret": ("force_overwrite_replica_secret", "recovery_window_in_days"),
    "aws_iam_role": ("force_detach_policies",),
    "aws_sns_topic": ("content_based_deduplication", "fifo_topic"),
    "aws_sns_topic_subscription": ("confirmation_timeout_in_minutes", "endpoint_auto_confirms"),
    "aws_subnet": ("enable_dns64",),
}
"""Resource type -> arguments. Source: the read functions of the provider's resources, which do not set them."""


_NOTE = "imports.json"


def begin_imports(context: StackContext, created: Sequence[ResourceChange]) -> None:
    """Note what `finish_imports` is to set: the state holds the resources for a moment without it.

    Args:
        created: what an interrupted run had planned to create, and is about to be imported.
    """
    planned = {
        one.address: {
            name: one.after[name] for name in ARGUMENTS[one.type] if one.after.get(name, SENSITIVE) != SENSITIVE
        }
        for one in created
        if one.type in ARGUMENTS
    }
    write_atomic(context.stack.folder / _NOTE, json.dumps(planned, indent=2) + "\n")


def finish_imports(context: StackContext) -> None:
    """Set the arguments of the resources that were imported, also after a crash between the two; nothing if there are none.

    Raises:
        StateAtRisk; TerraformFailed, StateLocked, ...: the state is as it was, and the next run tries again.
    """
    note = context.stack.folder / _NOTE
    planned: dict[str, dict[str, Any]] = read_json(note, json_object, lambda why: {})
    if planned:

        def values(resource: Mapping[str, Any], instance: Mapping[str, Any]) -> Mapping[str, Any]:
            given = planned.get(address_of(resource, instance), {})
            return _known(given, instance["attributes"]) if resource["type"] == _CLUSTER else given

        context.terraform.save_state_text(with_values(context.terraform.state_text(), values))
    note.unlink(missing_ok=True)


def _known(given: dict[str, Any], imported: Mapping[str, Any]) -> dict[str, Any]:
    """Without what a cluster has not got: a restore takes no password, and the plan that follows sets it."""
    restored = any(given.get(name) for name in _SOURCES)
    managed = bool(imported.get("master_user_secret"))
    if restored or (given.get("manage_master_user_password") and not managed):
        return {name: value for name, value in given.items() if name not in _PASSWORD}
    return given
