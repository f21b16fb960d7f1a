"""What resources share: transitional statuses, events, and the snapshot of a resource in a response."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from moto.core.utils import utcnow
from moto.rds.models import Event

from aurora_cli.sandbox.emulator.latency import Transition


class Transitional:
    """A resource with transitional statuses. moto sets a final one at once; a new resource enters its first after that."""

    final_status = "available"
    _transition: Transition

    @property
    def status(self) -> str:
        """The current status."""
        return self.shown(self._transition)

    @status.setter
    def status(self, value: str) -> None:
        self._transition = Transition(value, value)

    def shown(self, transition: Transition) -> str:
        """The status in a transition."""
        return transition.status

    @property
    def destination(self) -> str:
        """The status that it has, or is on the way to."""
        return self._transition.final

    def enter(self, status: str, final: str | None = None) -> Transition:
        """Enter a transitional status."""
        return self.go(Transition(status, final or self.final_status))

    def go(self, transition: Transition) -> Transition:
        """Enter a transition."""
        self._transition = transition
        return transition


def leave_pending(resource: Any, changes: Iterable[tuple[str, Any, Any]]) -> None:
    """Keep values that are pending until the maintenance window or until ApplyImmediately.

    Args:
        changes: name in PendingModifiedValues, the requested value or None, and the current value.
    """
    for name, wanted, current in changes:
        if wanted is None:
            continue
        if wanted == current:
            resource.pending_modified_values.pop(name, None)
        else:
            resource.pending_modified_values[name] = wanted


class Happened(Event):
    """An event of DescribeEvents (Aurora User Guide, "Amazon RDS event categories and event messages").

    Args:
        source: identifier of the resource.
        source_type: e.g. `db-cluster`.
        category: e.g. `failover`.
    """

    def __init__(self, source: str, source_type: str, arn: str, message: str, category: str) -> None:
        self.source_identifier, self.source_type, self.source_arn = source, source_type, arn
        self.message, self.event_categories = message, [category]
        self.date = utcnow()


class StatusView:
    """A resource with another status: the response to CreateDBCluster says `creating` even without latency."""

    def __init__(self, resource: Any, status: str) -> None:
        self._resource = resource
        self.status = status

    def __getattr__(self, name: str) -> Any:
        return getattr(self._resource, name)
