"""Aurora Serverless v1 in the spec: understood, checked, and never made.

AWS makes no new Serverless v1 clusters since 2025-01-08, and ended it on 2025-03-31. Every property of CDK's `ServerlessCluster`
has its place here, so that one can be read and its Serverless v2 equivalent worked out (`serverless_v1_equivalent.py`).
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from aurora_cli.spec.model.fields import Days, Model, Seconds, Whole, lower_case

LAST_NEW = "2025-01-08"
END_OF_LIFE = "2025-03-31"
CAPACITIES: dict[str, tuple[int, ...]] = {
    "aurora-mysql": (1, 2, 4, 8, 16, 32, 64, 128, 256),
    "aurora-postgresql": (2, 4, 8, 16, 32, 64, 192, 384),
}
"""Capacities that Serverless v1 had, in ACUs (RDS API ScalingConfiguration)."""

RemovalPolicy = Literal["destroy", "retain", "snapshot"]
TimeoutAction = Literal["ForceApplyCapacityChange", "RollbackCapacityChange"]
_ACTIONS = {"forceapplycapacitychange": "ForceApplyCapacityChange", "rollbackcapacitychange": "RollbackCapacityChange"}


def canonical_action(value: Any) -> Any:
    """AWS's name for a timeout action: CDK's `FORCE_APPLY_CAPACITY_CHANGE` gives `ForceApplyCapacityChange`."""
    return _ACTIONS.get(value.replace("_", "").strip().lower(), value) if isinstance(value, str) else value


class V1Scaling(Model):
    """Capacity of Serverless v1 in ACUs (2 GiB each), and when it pauses."""

    auto_pause: Seconds | None = Field(None, ge=0, description="Idle time before a pause, 5m to 1d; 0 is never.")
    min_capacity: Whole | None = Field(None, description="Smallest capacity in ACUs; default 2.")
    max_capacity: Whole | None = Field(None, description="Largest capacity in ACUs; default 16.")
    timeout: Seconds | None = Field(None, description="Time to find a scaling point, 1m to 10m; default 5m.")
    timeout_action: Annotated[TimeoutAction, BeforeValidator(canonical_action)] | None = Field(
        None, description="ForceApplyCapacityChange or RollbackCapacityChange (default), if none is found."
    )


class V1Credentials(Model):
    """The master user. Serverless v1 had no password managed by RDS."""

    username: str | None = Field(None, description="Master user; default admin.")
    secret: str | None = Field(None, description="ARN or name of the secret that CDK created.")


class ServerlessV1(Model):
    """A Serverless v1 cluster with the properties of CDK's `ServerlessCluster`: AWS makes no new ones."""

    engine: str | None = Field(None, description="Engine; the same as the spec's `engine`.")
    backup_retention: Days | None = Field(None, ge=1, le=35, description="Days that backups are kept, 1 to 35.")
    cluster_identifier: str | None = Field(None, description="Cluster identifier; default the spec's `name`.")
    copy_tags_to_snapshot: bool = Field(True, description="Copy the cluster's tags to its snapshots.")
    credentials: V1Credentials | None = Field(None, description="The master user.")
    default_database_name: str | None = Field(None, description="Initial database name.")
    deletion_protection: bool | None = Field(None, description="Default true with `removal_policy: retain`.")
    enable_data_api: bool = Field(False, description="SQL over HTTPS.")
    parameter_group: str | None = Field(None, description="Existing cluster parameter group.")
    removal_policy: Annotated[RemovalPolicy, BeforeValidator(lower_case)] = Field(
        "snapshot", description="Removal policy: `destroy`, `retain` the cluster, or `snapshot`."
    )
    scaling: V1Scaling = Field(default_factory=lambda: V1Scaling.model_validate({}))
    security_groups: list[str] = Field(default_factory=list, description="Existing security groups.")
    storage_encryption_key: str | None = Field(None, description="KMS key (ARN, id or alias/...).")
    subnet_group: str | None = Field(None, description="Existing DB subnet group.")
    vpc: str | None = Field(None, description="Existing VPC.")
    vpc_subnets: list[str] = Field(default_factory=list, description="Existing subnets of that VPC.")
