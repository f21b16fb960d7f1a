"""Clusters of Serverless v1: AWS makes none any more, and those of the past are still there."""

from __future__ import annotations

from typing import Any

from aurora_cli.sandbox.emulator.rds.actions.clusters import lifecycle
from aurora_cli.sandbox.emulator.rds.backend import AuroraBackend

SCALING = {
    "MinCapacity": 2,
    "MaxCapacity": 16,
    "AutoPause": True,
    "SecondsUntilAutoPause": 300,
    "TimeoutAction": "RollbackCapacityChange",
    "SecondsBeforeTimeout": 300,
}
"""What a cluster has that was made without a scaling configuration (RDS API reference, ScalingConfiguration)."""


def place(backend: AuroraBackend, values: dict[str, Any]) -> str:
    """One as if it had been made years ago; gives its ARN.

    Args:
        values: parameters of CreateDBCluster in snake case, and `scaling` with keys of ScalingConfigurationInfo.
    """
    scaling = {**SCALING, **values.pop("scaling", {})}
    fixed = {"engine_mode": "serverless", "storage_encrypted": True}
    password = {"master_user_password": "from-the-past", "master_username": "boss"}
    lifecycle.add(backend, {**password, **values, **fixed})
    cluster = backend.cluster(values["db_cluster_identifier"])
    cluster.scaling_v1 = scaling
    return str(cluster.db_cluster_arn)
