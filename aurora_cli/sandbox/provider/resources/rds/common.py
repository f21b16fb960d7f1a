"""What RDS clusters and instances share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aurora_cli.sandbox.provider.api.errors import AwsError, has_code
from aurora_cli.sandbox.provider.engine.model import Item, Task


def engine_version(task: Task, item: Item) -> Any:
    """The state's version where it only leaves out the patch part of the real one, or is about to become real."""
    real, kept = item.get("EngineVersion"), task.get("engine_version")
    pending = (item.get("PendingModifiedValues") or {}).get("EngineVersion")
    if kept and (pending == kept or _leaves_out_patch(str(kept), str(real or ""))):
        return kept
    return real


def _leaves_out_patch(kept: str, real: str) -> bool:
    """True for `16` or `8.0` against `16.8` and `8.0.mysql_aurora.3.10.0`."""
    return real.startswith(f"{kept}.")


def is_available(task: Task, cluster_id: str) -> bool:
    """Whether a cluster is at rest."""
    cluster = task.call("DescribeDBClusters", DBClusterIdentifier=cluster_id)["DBClusters"][0]
    return bool(cluster.get("Status") == "available")


def repeat_until(task: Task, done: Callable[[], bool], refusal: AwsError, kind: str) -> None:
    """Look until it is done; the refusal is what AWS would say before, and the error when the time is over."""

    def look() -> None:
        if not done():
            raise refusal

    task.repeat_while(look, has_code(refusal.code), kind)


def role_not_ready(error: Exception) -> bool:
    """True while a new IAM role is not yet seen everywhere."""
    return isinstance(error, AwsError) and "IAM role ARN value is invalid" in error.aws_message
