"""Aurora Serverless v1 clusters, which AWS no longer creates."""

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
"""Defaults of a scaling configuration (RDS API reference, ScalingConfiguration)."""


def place(backend: AuroraBackend, values: dict[str, Any]) -> str:
    """Create one as if it had been created years ago; returns its ARN.

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
