"""What resources have in common: passing statuses, and how an answer shows a resource while it goes on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from aurora_cli.sandbox.emulator.latency import Transition


class Passing:
    """A resource with statuses that end by themselves. moto sets a final one at once: a new one enters its first after that."""

    resting = "available"
    _transition: Transition

    @property
    def status(self) -> str:
        """Where it is in its life."""
        return self._transition.status

    @status.setter
    def status(self, value: str) -> None:
        self._transition = Transition(value, value)

    def passing(self, status: str, final: str | None = None) -> Transition:
        """Enter a passing status."""
        self._transition = Transition(status, final or self.resting)
        return self._transition


def leave_pending(resource: Any, changes: Iterable[tuple[str, Any, Any]]) -> None:
    """Keep values until the maintenance window, or until they are to be applied at once.

    Args:
        changes: name in PendingModifiedValues, the value that is asked for or None, and the value now.
    """
    for name, wanted, current in changes:
        if wanted is None:
            continue
        if wanted == current:
            resource.pending_modified_values.pop(name, None)
        else:
            resource.pending_modified_values[name] = wanted


class Shown:
    """Everything of a resource but its status: the answer to CreateDBCluster says `creating` even when it is quick."""

    def __init__(self, resource: Any, status: str) -> None:
        self._resource = resource
        self.status = status

    def __getattr__(self, name: str) -> Any:
        return getattr(self._resource, name)
