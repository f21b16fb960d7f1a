"""What a run of Terraform came to, gathered from its events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aurora_cli.terraform.output.events import (
    ChangeSummary,
    Diagnostic,
    DiagnosticEvent,
    Outputs,
    ResourceComplete,
    ResourceDrift,
    ResourceErrored,
    ResourceStart,
    TerraformEvent,
    Version,
)


@dataclass(frozen=True)
class ApplySummary:
    """What an apply did.

    Attributes:
        add, change, destroy: resources added, changed in place and destroyed; a replacement counts as one add and one destroy.
        outputs: the values of the outputs that are not sensitive.
    """

    add: int = 0
    change: int = 0
    destroy: int = 0
    outputs: Mapping[str, Any] = field(default_factory=dict)

    def counts(self) -> dict[str, int]:
        """`{"add": n, "change": n, "destroy": n}`, as kept in the history."""
        return {"add": self.add, "change": self.change, "destroy": self.destroy}


@dataclass
class Outcome:
    """The result of one run.

    Attributes:
        exit_status: Terraform's, 128 + n for a signal; None if nobody noted it.
        killed: True when we killed it.
        interrupts: how often we were asked to stop.
        stopped_by: who or what asked, see `Interrupts`.
        diagnostics: errors and warnings.
        drift: what was changed outside Terraform.
        version: of the program that ran.
    """

    exit_status: int | None = None
    killed: bool = False
    interrupts: int = 0
    stopped_by: str = "request"
    diagnostics: list[Diagnostic] = field(default_factory=list)
    drift: list[ResourceDrift] = field(default_factory=list)
    version: Version | None = None
    _summary: ChangeSummary | None = None
    _outputs: Outputs | None = None
    _begun: dict[str, ResourceStart] = field(default_factory=dict)
    _done: list[ResourceComplete] = field(default_factory=list)
    _failed: list[ResourceErrored] = field(default_factory=list)

    def take(self, event: TerraformEvent) -> None:
        """Add one event."""
        if isinstance(event, DiagnosticEvent):
            self.diagnostics.append(event.diagnostic)
        elif isinstance(event, (ResourceStart, ResourceComplete, ResourceErrored)):
            self._take_resource(event)
        elif isinstance(event, ResourceDrift):
            self.drift.append(event)
        elif isinstance(event, Version):
            self.version = event
        elif isinstance(event, ChangeSummary):
            self._summary = event
        elif isinstance(event, Outputs):
            self._outputs = event

    def _take_resource(self, event: ResourceStart | ResourceComplete | ResourceErrored) -> None:
        if isinstance(event, ResourceStart):
            self._begun[event.resource.address] = event
            return
        self._begun.pop(event.resource.address, None)
        if isinstance(event, ResourceComplete):
            self._done.append(event)
        else:
            self._failed.append(event)

    @property
    def applied(self) -> ApplySummary:
        """What was done: Terraform's own totals at a good end, else counted from the resources that were completed."""
        outputs = self._outputs
        values = {n: v for n, v in outputs.values.items() if n not in outputs.sensitive} if outputs else {}
        if self._summary is not None and self._summary.operation != "plan":
            return ApplySummary(self._summary.add, self._summary.change, self._summary.remove, values)
        actions = [event.action for event in self._done]
        return ApplySummary(actions.count("create"), actions.count("update"), actions.count("delete"), values)

    @property
    def created(self) -> dict[str, str | None]:
        """Address -> id of the resources whose creation was reported as complete and that were not deleted afterwards."""
        made: dict[str, str | None] = {}
        for event in self._done:
            if event.action == "create":
                made[event.resource.address] = event.id
            elif event.action == "delete":
                made.pop(event.resource.address, None)
        return made

    @property
    def creations(self) -> frozenset[str]:
        """Addresses whose creation was begun, however it ended: AWS may have each of them."""
        begun = {address for address, event in self._begun.items() if event.action == "create"}
        return frozenset({*self.created, *begun, *(e.resource.address for e in self._failed if e.action == "create")})

    @property
    def in_flight(self) -> tuple[str, ...]:
        """Addresses of the resources that were begun and whose end was not reported."""
        return tuple(self._begun)

    def facts(self) -> dict[str, Any]:
        """For the details of an error."""
        return {
            "exit_status": self.exit_status,
            "applied": self.applied.counts(),
            "in_flight": list(self.in_flight),
            "diagnostics": [d.to_dict() for d in self.diagnostics if d.is_error],
        }
