"""What RDS clusters and instances share."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from aurora_cli.sandbox.provider.diagnostics import AwsError
from aurora_cli.sandbox.provider.resources.model import Item

if TYPE_CHECKING:
    from aurora_cli.sandbox.provider.engine.task import Task


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


def role_not_ready(error: Exception) -> bool:
    """True while a new IAM role is not yet seen everywhere."""
    return isinstance(error, AwsError) and "IAM role ARN value is invalid" in error.aws_message


def has_code(*codes: str) -> Callable[[Exception], bool]:
    """A test for AWS errors with one of these codes."""
    return lambda error: isinstance(error, AwsError) and error.code in codes
