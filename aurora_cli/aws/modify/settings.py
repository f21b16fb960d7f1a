"""Settings of a cluster that are set by a call of their own, where Terraform's provider has not set them."""

from __future__ import annotations

from typing import Any

from aurora_cli.aws.errors import aws_errors


def set_capacity(rds: Any, identifier: str, low: float, high: float, pause_after: int | None = None) -> None:
    """Set the Serverless v2 range now (ModifyDBCluster), in ACUs; the pause delay in seconds goes with a minimum of 0 alone.

    Raises CredentialsError, AccessDenied, AwsFailed.
    """
    scaling: dict[str, float] = {"MinCapacity": low, "MaxCapacity": high}
    if low == 0 and pause_after is not None:
        scaling["SecondsUntilAutoPause"] = pause_after
    with aws_errors(f"setting the capacity of {identifier}"):
        rds.modify_db_cluster(
            DBClusterIdentifier=identifier, ServerlessV2ScalingConfiguration=scaling, ApplyImmediately=True
        )


def enable_data_api(rds: Any, arn: str) -> None:
    """Turn the Data API of a cluster on (EnableHttpEndpoint). Raises CredentialsError, AccessDenied, AwsFailed."""
    with aws_errors("enabling the Data API"):
        rds.enable_http_endpoint(ResourceArn=arn)
