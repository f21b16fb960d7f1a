"""Terraform's `-json` messages as typed, frozen objects.

The format is Terraform's "machine-readable UI" (format 1.x): one JSON object a line, with `type` and a payload. Types
and fields that are not known here are kept as `Unknown`, and text that is not JSON as `LogLine`, so that a newer
Terraform, a plug-in that prints, or a line cut short by a crash never stops a run.
"""

from __future__ import annotations

import json
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
        address: e.g. `aws_rds_cluster_instance.others["2"]`.
        type: e.g. `aws_rds_cluster_instance`.
        name: e.g. `others`.
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


def parse_line(line: bytes) -> TerraformEvent:
    """The event in one line of Terraform's output; never raises, whatever the bytes are."""
    text = line.decode("utf-8", errors="replace").rstrip("\r\n")
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return LogLine(text, level="text")
    if not isinstance(data, dict) or not isinstance(data.get("type"), str):
        return _untyped(data, text)
    parser = _PARSERS.get(data["type"])
    return parser(data) if parser else Unknown(data["type"], data)


def diagnostic_from(data: Any) -> Diagnostic:
    """A diagnostic from its JSON object (in `-json` messages and `validate -json`); missing fields become empty."""
    fields = _mapping(data)
    place = _mapping(fields.get("range"))
    file = _text(place.get("filename"))
    line = _mapping(place.get("start")).get("line")
    return Diagnostic(
        severity=_text(fields.get("severity")) or "error",
        summary=_text(fields.get("summary")),
        detail=_text(fields.get("detail")),
        address=_text(fields.get("address")) or None,
        file=f"{file}:{line}" if file and line else file or None,
    )


def _untyped(data: Any, text: str) -> TerraformEvent:
    if isinstance(data, dict) and "@message" in data:
        return LogLine(_text(data["@message"]), _text(data.get("@level")) or "info")
    return LogLine(text, level="text")


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _whole(value: Any) -> int:
    return value if isinstance(value, int) else 0


def _seconds(hook: Mapping[str, Any]) -> float:
    value = hook.get("elapsed_seconds")
    return float(value) if isinstance(value, (int, float)) else 0.0


def _resource(owner: Mapping[str, Any]) -> Resource:
    data = _mapping(owner.get("resource"))
    key = data.get("resource_key")
    return Resource(
        address=_text(data.get("addr")),
        type=_text(data.get("resource_type")),
        name=_text(data.get("resource_name")),
        key=key if isinstance(key, (str, int)) else None,
    )


def _action(owner: Mapping[str, Any]) -> str:
    action = _text(owner.get("action"))
    return {"noop": "no-op", "remove": "forget"}.get(action, action)


def _id(hook: Mapping[str, Any]) -> str | None:
    return _text(hook.get("id_value")) or None


def _hook(data: Mapping[str, Any]) -> dict[str, Any]:
    return _mapping(data.get("hook"))


def _version(data: Mapping[str, Any]) -> TerraformEvent:
    return Version(_text(data.get("terraform")) or _text(data.get("tofu")), _text(data.get("ui")))


def _planned_change(data: Mapping[str, Any]) -> TerraformEvent:
    change = _mapping(data.get("change"))
    return PlannedChange(_resource(change), _action(change), _text(change.get("reason")) or None)


def _drift(data: Mapping[str, Any]) -> TerraformEvent:
    change = _mapping(data.get("change"))
    return ResourceDrift(_resource(change), _action(change))


def _summary(data: Mapping[str, Any]) -> TerraformEvent:
    changes = _mapping(data.get("changes"))
    numbers = (_whole(changes.get(name)) for name in ("add", "change", "remove", "import"))
    return ChangeSummary(_text(changes.get("operation")), *numbers)


def _outputs(data: Mapping[str, Any]) -> TerraformEvent:
    outputs = {name: _mapping(value) for name, value in _mapping(data.get("outputs")).items()}
    values = {name: output.get("value") for name, output in outputs.items()}
    return Outputs(values, frozenset(name for name, output in outputs.items() if output.get("sensitive") is True))


def _start(data: Mapping[str, Any]) -> TerraformEvent:
    hook = _hook(data)
    return ResourceStart(_resource(hook), _action(hook), _id(hook))


def _progress(data: Mapping[str, Any]) -> TerraformEvent:
    hook = _hook(data)
    return ResourceProgress(_resource(hook), _action(hook), _seconds(hook))


def _complete(data: Mapping[str, Any]) -> TerraformEvent:
    hook = _hook(data)
    return ResourceComplete(_resource(hook), _action(hook), _seconds(hook), _id(hook))


def _errored(data: Mapping[str, Any]) -> TerraformEvent:
    hook = _hook(data)
    return ResourceErrored(_resource(hook), _action(hook), _seconds(hook))


def _refresh_start(data: Mapping[str, Any]) -> TerraformEvent:
    return RefreshStart(_resource(_hook(data)), _id(_hook(data)))


def _refresh_complete(data: Mapping[str, Any]) -> TerraformEvent:
    return RefreshComplete(_resource(_hook(data)), _id(_hook(data)))


def _diagnostic(data: Mapping[str, Any]) -> TerraformEvent:
    return DiagnosticEvent(diagnostic_from(data.get("diagnostic")))


def _log(data: Mapping[str, Any]) -> TerraformEvent:
    return LogLine(_text(data.get("@message")), _text(data.get("@level")) or "info")


_PARSERS: dict[str, Callable[[Mapping[str, Any]], TerraformEvent]] = {
    "version": _version,
    "planned_change": _planned_change,
    "resource_drift": _drift,
    "change_summary": _summary,
    "outputs": _outputs,
    "apply_start": _start,
    "apply_progress": _progress,
    "apply_complete": _complete,
    "apply_errored": _errored,
    "refresh_start": _refresh_start,
    "refresh_complete": _refresh_complete,
    "diagnostic": _diagnostic,
    "log": _log,
    "init_output": _log,
    "provision_progress": _log,
}
