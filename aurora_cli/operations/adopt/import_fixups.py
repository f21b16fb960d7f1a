"""The Terraform-only arguments of an adopted cluster: as the rendered files have them, and safe for its end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aurora_cli.aws.cluster.discovery import DiscoveredCluster
from aurora_cli.hcl.values.parameters import GROUPS
from aurora_cli.operations.adopt.imports import CLUSTER, GROUP, INSTANCE, STREAM

if TYPE_CHECKING:
    from aurora_cli.spec.model.cluster import ClusterSpec


def imported_values(
    found: DiscoveredCluster, spec: ClusterSpec, version: str, snapshot: str
) -> dict[str, dict[str, Any]]:
    """Resource type -> attribute -> value.

    Args:
        found: the cluster.
        spec: what describes it.
        version: the engine version that is rendered; the major one where AWS owns the minor one.
        snapshot: name of the final snapshot. Import sets `skip_final_snapshot`, which would lose the data with the cluster.
    """
    secret = found.cluster.get("MasterUserSecret") or {}
    at_once = spec.maintenance.apply_immediately
    cluster: dict[str, Any] = {
        "apply_immediately": at_once,
        "engine_version": version,
        "skip_final_snapshot": False,
        "final_snapshot_identifier": snapshot,
        "delete_automated_backups": not spec.backup.keep_automated,
        "enable_global_write_forwarding": _is_on(found, "GlobalWriteForwardingStatus"),
        "enable_local_write_forwarding": _is_on(found, "LocalWriteForwardingStatus"),
    }
    if secret:
        cluster["manage_master_user_password"] = True
        cluster["master_user_secret_kms_key_id"] = secret.get("KmsKeyId")
    return {
        CLUSTER: cluster,
        INSTANCE: {"apply_immediately": at_once, "force_destroy": False},
        "aws_cloudwatch_log_group": {"skip_destroy": False},
        STREAM: {"engine_native_audit_fields_included": False},
        GROUPS["instance"]: {"skip_destroy": False},
        GROUP: {"revoke_rules_on_delete": False},
        "aws_secretsmanager_secret_rotation": {"rotate_immediately": False},
    }


def _is_on(found: DiscoveredCluster, status: str) -> bool:
    return found.cluster.get(status) in ("enabled", "enabling")
