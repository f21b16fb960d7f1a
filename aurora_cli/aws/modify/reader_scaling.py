"""Application Auto Scaling of a cluster's readers, by its bounds: at 0 and 0 it makes no reader any more.

Source: Aurora User Guide, "Amazon Aurora Auto Scaling with Aurora Replicas"; RegisterScalableTarget in the API reference.
"""

from __future__ import annotations

from typing import Any

from aurora_cli.aws.errors import aws_errors

_READERS = {"ServiceNamespace": "rds", "ScalableDimension": "rds:cluster:ReadReplicaCount"}


def read_bounds(scaling: Any, cluster: str) -> tuple[int, int] | None:
    """Fewest and most readers; None for a cluster whose readers do not scale.

    Args:
        scaling: a botocore client of Application Auto Scaling.

    Raises:
        CredentialsError, AccessDenied, AwsFailed.
    """
    with aws_errors(f"reading the autoscaling of {cluster}"):
        found = scaling.describe_scalable_targets(**_READERS, ResourceIds=[f"cluster:{cluster}"])["ScalableTargets"]
    return (int(found[0]["MinCapacity"]), int(found[0]["MaxCapacity"])) if found else None


def set_bounds(scaling: Any, cluster: str, bounds: tuple[int, int]) -> None:
    """Set fewest and most readers. A schedule may not raise them while the most is 0, and may again with any other.

    Raises:
        CredentialsError, AccessDenied, AwsFailed.
    """
    of = {**_READERS, "ResourceId": f"cluster:{cluster}"}
    with aws_errors(f"setting the autoscaling of {cluster}"):
        if scaling.describe_scheduled_actions(**of)["ScheduledActions"]:
            of["SuspendedState"] = {"ScheduledScalingSuspended": bounds[1] == 0}  # type: ignore[assignment]
        scaling.register_scalable_target(**of, MinCapacity=bounds[0], MaxCapacity=bounds[1])
