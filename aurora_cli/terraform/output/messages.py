"""Reads one line of Terraform's `-json` output; see `events.py` for what comes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from aurora_cli.json_input import parse_json
from aurora_cli.terraform.output.events import (
    ChangeSummary,
    Diagnostic,
    DiagnosticEvent,
    LogLine,
    Outputs,
    PlannedChange,
    RefreshComplete,
    RefreshStart,
    Resource,
    ResourceComplete,
    ResourceDrift,
    ResourceErrored,
    ResourceProgress,
    ResourceStart,
    TerraformEvent,
    Unknown,
    Version,
)


def parse_line(line: bytes) -> TerraformEvent:
    """The event in one line of Terraform's output; never raises, whatever the bytes are."""
    text = line.decode("utf-8", errors="replace").rstrip("\r\n")
    return parse_json(text, lambda data: _event(data, text), lambda why: LogLine(text, level="text"))


def _event(data: Any, text: str) -> TerraformEvent:
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
