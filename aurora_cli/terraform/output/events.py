"""Terraform's `-json` messages as typed, frozen objects.

The format is Terraform's "machine-readable UI" (format 1.x): one JSON object a line, with `type` and a payload. Types
and fields that are not known here are kept as `Unknown`, and text that is not JSON as `LogLine`, so that a newer
Terraform, a plug-in that prints, or a line cut short by a crash never stops a run. `messages.py` reads them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Version:
    """The first message: which Terraform speaks.

    Attributes:
        terraform: its version, e.g. `1.11.4`; for OpenTofu its own version.
        ui: version of the message format.
    """

    terraform: str
    ui: str


@dataclass(frozen=True)
class Resource:
    """Which resource a message is about.

    Attributes:
        address: e.g. `aws_rds_cluster_instance.this["2"]`.
        type: e.g. `aws_rds_cluster_instance`.
        name: e.g. `this`.
        key: the `for_each` key or `count` index, or None.
    """

    address: str
    type: str = ""
    name: str = ""
    key: str | int | None = None


@dataclass(frozen=True)
class PlannedChange:
    """One resource that the plan would change. `action` is as in `ResourceStart`, plus `move`, `import`, `read`."""

    resource: Resource
    action: str
    reason: str | None = None


@dataclass(frozen=True)
class ResourceDrift:
    """A resource that was changed (`update`) or removed (`delete`) outside Terraform."""

    resource: Resource
    action: str


@dataclass(frozen=True)
class ChangeSummary:
    """Totals. `operation` is `plan`, `apply` or `destroy`; a replacement counts as one add and one remove."""

    operation: str
    add: int
    change: int
    remove: int
    imported: int = 0


@dataclass(frozen=True)
class Outputs:
    """The root outputs: name -> value. The value of a sensitive output is None: Terraform leaves it out."""

    values: Mapping[str, Any]
    sensitive: frozenset[str] = frozenset()


@dataclass(frozen=True)
class ResourceStart:
    """Work on a resource begins.

    Attributes:
        resource: which.
        action: create, update, delete, read or forget; a replacement is a delete and a create.
        id: what AWS calls it; None for a new one.
    """

    resource: Resource
    action: str
    id: str | None = None


@dataclass(frozen=True)
class ResourceProgress:
    """Work on a resource goes on; sent about every ten seconds. `elapsed_s` in seconds."""

    resource: Resource
    action: str
    elapsed_s: float


@dataclass(frozen=True)
class ResourceComplete:
    """Work on a resource is done. `elapsed_s` in seconds; `id` is what AWS calls it, if known."""

    resource: Resource
    action: str
    elapsed_s: float
    id: str | None = None


@dataclass(frozen=True)
class ResourceErrored:
    """Work on a resource failed; the reason follows as a `DiagnosticEvent`."""

    resource: Resource
    action: str
    elapsed_s: float


@dataclass(frozen=True)
class RefreshStart:
    """A resource is being read."""

    resource: Resource
    id: str | None = None


@dataclass(frozen=True)
class RefreshComplete:
    """A resource has been read."""

    resource: Resource
    id: str | None = None


@dataclass(frozen=True)
class Diagnostic:
    """An error or warning by Terraform or a provider.

    Attributes:
        severity: `error` or `warning`.
        summary: the headline.
        detail: more text, may be empty.
        address: the resource it belongs to, or None.
        file: where in the rendered files, as `main.tf:12`, or None.
    """

    severity: str
    summary: str
    detail: str = ""
    address: str | None = None
    file: str | None = None

    @property
    def is_error(self) -> bool:
        """Whether it stopped something."""
        return self.severity == "error"

    def to_dict(self) -> dict[str, Any]:
        """JSON form, as in `details.diagnostics` of an error."""
        return {k: v for k, v in vars(self).items() if v}


@dataclass(frozen=True)
class DiagnosticEvent:
    """A diagnostic arrived."""

    diagnostic: Diagnostic


@dataclass(frozen=True)
class LogLine:
    """Text for a person: progress of `init`, output of a provisioner, a line that is not JSON.

    Attributes:
        text: the line, without its end.
        level: `info`, `warn`, `error`, ...; `text` for a line that is not a message at all.
    """

    text: str
    level: str = "info"


@dataclass(frozen=True)
class Unknown:
    """A message of a type that is not known here."""

    type: str
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class InterruptRequested:
    """The user (or the system) asked us to stop. This one is ours, not Terraform's.

    Attributes:
        count: 1: Terraform was asked to stop and saves its state; 2: a warning, nothing was sent; 3: it was killed.
    """

    count: int


TerraformEvent = (
    Version
    | PlannedChange
    | ResourceDrift
    | ChangeSummary
    | Outputs
    | ResourceStart
    | ResourceProgress
    | ResourceComplete
    | ResourceErrored
    | RefreshStart
    | RefreshComplete
    | DiagnosticEvent
    | LogLine
    | Unknown
    | InterruptRequested
)

Emit = Callable[[Any], None]
"""Takes one event."""
