"""Helpers for RDS clusters and instances."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aurora_cli.sandbox.provider.api.errors import AwsError, has_code
from aurora_cli.sandbox.provider.engine.model import Item, Task

MEMBER_GONE = (
    "GlobalClusterNotFoundFault",
    "DBClusterNotFoundFault",
    "InvalidParameterValue:is not found in global cluster",
)
"""Answers to RemoveFromGlobalCluster for a cluster that has left."""


def engine_version(task: Task, item: Item) -> Any:
    """The version in the state if it is a prefix of the actual version or is pending."""
    real, kept = item.get("EngineVersion"), task.get("engine_version")
    pending = (item.get("PendingModifiedValues") or {}).get("EngineVersion")
    if kept and (pending == kept or _leaves_out_patch(str(kept), str(real or ""))):
        return kept
    return real


def _leaves_out_patch(kept: str, real: str) -> bool:
    """Whether `16` or `8.0` matches `16.8` or `8.0.mysql_aurora.3.10.0`."""
    return real.startswith(f"{kept}.")


def is_available(task: Task, cluster_id: str) -> bool:
    """Whether a cluster is available."""
    cluster = task.call("DescribeDBClusters", DBClusterIdentifier=cluster_id)["DBClusters"][0]
    return bool(cluster.get("Status") == "available")


def repeat_until(task: Task, done: Callable[[], bool], refusal: AwsError, kind: str) -> None:
    """Poll until the condition holds; `refusal` is the error after the timeout."""

    def look() -> None:
        if not done():
            raise refusal

    task.repeat_while(look, has_code(refusal.code), kind)


def role_not_ready(error: Exception) -> bool:
    """Whether the error is due to the eventual consistency of a new IAM role."""
    return isinstance(error, AwsError) and "IAM role ARN value is invalid" in error.aws_message
