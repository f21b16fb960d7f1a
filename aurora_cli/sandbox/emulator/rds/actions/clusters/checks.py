"""Validation of cluster parameters that several actions share."""

from __future__ import annotations

from typing import Any

from aurora_cli.sandbox.emulator.rds.backend import AuroraBackend
from aurora_cli.sandbox.emulator.rds.errors import bad_combination, bad_value, cluster_state
from aurora_cli.sandbox.emulator.rds.models import engines
from aurora_cli.sandbox.emulator.rds.models.cluster import AuroraCluster
from aurora_cli.sandbox.emulator.rds.models.parameter_group import check_family
from aurora_cli.spec.facts.support import support_ended

FLOORS = {
    "enable_http_endpoint": "data_api",
    "enable_local_write_forwarding": "local_write_forwarding",
    "enable_global_write_forwarding": "global_write_forwarding",
}
"""Parameter -> the feature of the packaged table that it turns on."""

LONGEST_PASSWORD = {"aurora-mysql": 41, "aurora-postgresql": 128}


def check_features(engine: str, version: str, values: dict[str, Any]) -> None:
    """Reject features that the engine version does not support; without Extended Support, a version past its standard support."""
    wanted = {feature for member, feature in FLOORS.items() if values.get(member)}
    wanted |= {"io_optimized"} if values.get("storage_type") == "aurora-iopt1" else set()
    for feature in sorted(wanted):
        if not engines.reaches(engine, version, engines.facts(engine)["floors"][feature]):
            raise bad_combination(f"{feature} isn't supported with {engine} {version}.")
    ended = support_ended(engine, version)
    if ended and values.get("engine_lifecycle_support") == "open-source-rds-extended-support-disabled":
        raise bad_combination(
            f"Standard support for {engine} {version} ended on {ended}. It requires Amazon RDS Extended Support."
        )


def check_logs(engine: str, version: str, wanted: list[str] | None) -> None:
    """Reject log types that the engine does not export."""
    known = engines.facts(engine)["log_types"]
    unknown = [name for name in wanted or () if name not in known]
    if unknown:
        raise bad_combination(
            f"You cannot use the log types '{', '.join(unknown)}' with engine version {engine} {version}. For supported log "
            "types, see the documentation."
        )


def check_scaling(engine: str, version: str, wanted: Any, *, initial: bool = True) -> None:
    """Reject a ServerlessV2ScalingConfiguration that the engine version does not support.

    Args:
        initial: the cluster has none yet.
    """
    if not wanted:
        return
    limits = engines.serverless_limits(engine, version)
    low, high, pause = (wanted.get(key) for key in ("MinCapacity", "MaxCapacity", "SecondsUntilAutoPause"))
    if limits is None:
        raise bad_combination(f"Aurora Serverless v2 isn't supported with {engine} {version}.")
    if initial and None in (low, high):
        raise bad_value(
            "Both MinCapacity and MaxCapacity must be specified when you initialize Serverless v2 scaling configuration."
        )
    if low is not None and low < limits["MinCapacity"]:
        raise bad_value(f"Serverless v2 minimum capacity {low} is too low for {engine} {version}.")
    if high is not None and high < 1:
        raise bad_value(
            f"Serverless v2 maximum capacity {high} isn't valid. The maximum capacity must be at least 1.0."
        )
    if high is not None and high > limits["MaxCapacity"]:
        raise bad_value(f"Serverless v2 maximum capacity {high} isn't valid for {engine} {version}.")
    if low is not None and high is not None and low > high:
        raise bad_value("Serverless v2 minimum capacity must be less than or equal to maximum capacity.")
    if pause is not None and low:
        raise bad_value("SecondsUntilAutoPause can only be specified when minimum capacity is 0.")
    if pause is not None and not 300 <= pause <= 86400:
        raise bad_value(f"Invalid SecondsUntilAutoPause {pause}. Valid range is: 300-86400")


def check_password(engine: str, password: str | None) -> None:
    """Reject a master password that is not valid (RDS API reference, MasterUserPassword)."""
    if password is None:
        return
    longest = LONGEST_PASSWORD[engine]
    if not 8 <= len(password) <= longest:
        wrong = "shorter than 8" if len(password) < 8 else f"longer than {longest}"
        raise bad_value(f"The parameter MasterUserPassword is not a valid password because it is {wrong} characters.")
    if set(password) & set('/@" ') or not password.isascii() or not password.isprintable():
        raise bad_value(
            "The parameter MasterUserPassword is not a valid password. Only printable ASCII characters besides '/', '@', '\"', "
            "' ' may be used."
        )


def check_groups(backend: AuroraBackend, family: str, cluster: str | None, instance: str | None = None) -> None:
    """Reject a cluster or DB parameter group of another engine version."""
    if cluster:
        check_family(backend.cluster_parameter_group(cluster), family)
    if instance:
        check_family(backend.parameter_group(instance), family)


def check_unprotected(cluster: AuroraCluster) -> None:
    """Reject the deletion of a cluster with deletion protection."""
    if cluster.deletion_protection:
        raise bad_combination("Cannot delete protected Cluster, please disable deletion protection and try again.")


def check_available(cluster: AuroraCluster, done: str) -> None:
    """Reject a change to a cluster that is not available."""
    if cluster.status != "available" and done == "modified":
        raise cluster_state(f"DB cluster is not available for modification with status {cluster.status}")
    if cluster.status != "available":
        raise cluster_state(
            f"DBCluster {cluster.db_cluster_identifier} can't be {done}, because it is in the {cluster.status} state "
            "and not in the available state."
        )
