"""Waits for a status, with the error messages of Terraform's SDK."""

from __future__ import annotations

import re
import time
from typing import Any

from aurora_cli.sandbox.provider.api.errors import NotFound, WaitFailed
from aurora_cli.sandbox.provider.engine.messages import error_context
from aurora_cli.sandbox.provider.engine.model import Item, Task, Wait
from aurora_cli.sandbox.provider.engine.reading import find_item
from aurora_cli.sandbox.provider.engine.response_mapping import search

_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_MISSING_CHECKS = 20  # NotFoundChecks of the SDK: polls without a result before a wait fails


def await_status(task: Task, wait: Wait, kind: str) -> None:
    """Like `wait_for`, with the error messages of the genuine provider.

    Raises:
        ProviderError: the wait failed.
    """
    with error_context(task, "waiting for", f" {kind}"):
        wait_for(task, wait, kind)


def wait_for(task: Task, wait: Wait, kind: str) -> None:
    """Wait for a target status; without one, until the resource no longer exists.

    Args:
        kind: `create`, `update` or `delete`, which determines the timeout.

    Raises:
        WaitFailed: unexpected status, timeout, or Terraform stops the provider.
        AwsError: the read failed.
    """
    timeout, polling = task.timeout(kind), task.runtime.polling
    end = time.monotonic() + timeout
    pause, missing = polling.first, 0
    while True:
        status = _status(task, wait)
        missing = missing + 1 if status is None else 0
        if _is_done(wait, status, missing):
            return
        if time.monotonic() >= end:
            raise WaitFailed(_out_of_time(wait, status, timeout))
        if task.runtime.stop.pause(pause):
            raise WaitFailed("context canceled")
        pause = min(pause * 1.5, polling.longest)


def _status(task: Task, wait: Wait) -> str | None:
    try:
        item = find_item(task)
    except NotFound:
        return None
    return str(_evaluate(task, wait, item))


def _evaluate(task: Task, wait: Wait, item: Item) -> Any:
    return wait.status(task, item) if callable(wait.status) else search(wait.status, item)


def _is_done(wait: Wait, status: str | None, missing: int) -> bool:
    if status is None:
        if not wait.target:
            return True
        if missing > _MISSING_CHECKS:
            raise WaitFailed("couldn't find resource (21 retries)")
        return False
    if status in wait.target:
        return True
    if wait.pending and status not in wait.pending:
        raise WaitFailed(
            f"unexpected state '{status}', wanted target '{', '.join(wait.target)}'. last error: %!s(<nil>)"
        )
    return False


def _out_of_time(wait: Wait, status: str | None, timeout: float) -> str:
    goal = f"state to become '{', '.join(wait.target)}'" if wait.target else "resource to be gone"
    return f"timeout while waiting for {goal} (last state: '{status or ''}', timeout: {format_duration(timeout)})"


def parse_duration(text: str) -> float:
    """Seconds of a Go duration such as `1h30m`; 0 for anything else."""
    parts = re.findall(r"(\d+(?:\.\d+)?)(ms|h|m|s)", text)
    return sum(float(number) * _UNITS[unit] for number, unit in parts)


def format_duration(seconds: float) -> str:
    """A Go duration: 7200 is `2h0m0s`."""
    whole = int(seconds)
    hours, minutes, rest = whole // 3600, whole % 3600 // 60, whole % 60
    if hours:
        return f"{hours}h{minutes}m{rest}s"
    return f"{minutes}m{rest}s" if minutes else f"{rest}s"
