"""Validation of cluster parameters that several actions share."""

from __future__ import annotations

from typing import Any

from aurora_cli.sandbox.emulator.rds.backend import AuroraBackend
from aurora_cli.sandbox.emulator.rds.errors import bad_combination, bad_value, cluster_state
from aurora_cli.sandbox.emulator.rds.models import engines
from aurora_cli.sandbox.emulator.rds.models.cluster import AuroraCluster
from aurora_cli.sandbox.emulator.rds.models.parameter_group import check_family

LONGEST_PASSWORD = {"aurora-mysql": 41, "aurora-postgresql": 128}


def check_mode(values: dict[str, Any]) -> None:
    """Reject a new Aurora Serverless v1 cluster."""
    if values.get("engine_mode") == "serverless":
        raise bad_value("The engine mode serverless you requested is currently unavailable.")


def check_logs(engine: str, wanted: list[str] | None) -> None:
    """Reject log types that the engine does not export."""
    known = engines.facts(engine)["log_types"]
    unknown = [name for name in wanted or () if name not in known]
    if unknown:
        raise bad_combination(f"You cannot use the log types '{', '.join(unknown)}' with engine version {engine}.")


def check_scaling(engine: str, version: str, wanted: Any) -> None:
    """Reject a ServerlessV2ScalingConfiguration that the engine version does not support."""
    if not wanted:
        return
    limits = engines.serverless_limits(engine, version)
    low, high, pause = (wanted.get(key) for key in ("MinCapacity", "MaxCapacity", "SecondsUntilAutoPause"))
    if limits is None:
        raise bad_combination(f"Aurora Serverless v2 isn't supported with {engine} {version}.")
    if low is not None and low < limits["MinCapacity"]:
        raise bad_value(f"Serverless v2 minimum capacity {low} is too low for {engine} {version}.")
    if high is not None and not 1 <= high <= limits["MaxCapacity"]:
        raise bad_value(f"Serverless v2 maximum capacity {high} isn't valid for {engine} {version}.")
    if low is not None and high is not None and low > high:
        raise bad_value("Serverless v2 minimum capacity can't be greater than the maximum capacity.")
    if pause is not None and (low or not 300 <= pause <= 86400):
        raise bad_value("SecondsUntilAutoPause needs a minimum capacity of 0 and 300 to 86400 seconds.")


def check_password(engine: str, password: str | None) -> None:
    """Reject a master password that is not valid (RDS API reference, MasterUserPassword)."""
    if password is None:
        return
    longest = LONGEST_PASSWORD[engine]
    if not 8 <= len(password) <= longest:
        raise bad_value(f"The parameter MasterUserPassword is not a valid password. Use 8 to {longest} characters.")
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
    if cluster.status != "available":
        raise cluster_state(
            f"DBCluster {cluster.db_cluster_identifier} can't be {done}, because it is in the {cluster.status} state "
            "and not in the available state."
        )
