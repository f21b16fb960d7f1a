"""The last screen: what the cluster is, how to reach it, and what to do next. Printed on stdout."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from rich.console import Console
from rich.text import Text

from aurora_cli.operations.core.global_results import Endpoint, RegionInfo
from aurora_cli.operations.core.results import ClusterReport, InstanceInfo
from aurora_cli.operations.report.connection_strings import ca_command, ca_unknown
from aurora_cli.redact import is_secret_name
from aurora_cli.ui.console import Consoles, echo, fact, lead, prose, section, symbols
from aurora_cli.ui.labels.attribute_labels import label_of, value_text
from aurora_cli.ui.labels.status import status_cell, status_text
from aurora_cli.ui.report.next_steps import next_steps
from aurora_cli.ui.report.upkeep_view import print_upkeep
from aurora_cli.ui.tables import Value, print_table
from aurora_cli.ui.text import clean, duration, listed, retyped

SERVERLESS = "db.serverless"
REGION_COLUMNS = ("Region", "Role", "Instances", "Lag", "Forwards writes", "Status")
INSTANCE_COLUMNS = ("Id", "Role", "Class", "Zone", "Status", "Lag")
WIDE = 90


def print_report(consoles: Consoles, report: ClusterReport, operation: str, *, options: Sequence[str] = ()) -> None:
    """Prints the report of a cluster.

    Args:
        operation: the command that was run: create, apply, scale, status, ...
        options: global options to repeat in the commands proposed at the end, e.g. `["--home", "/srv/aurora"]`;
            `--sandbox` is added by itself.
    """
    print_parts(consoles, report, operation, WHOLE, options=options)
    _print_next(consoles.out, report, operation, options)


def print_parts(
    consoles: Consoles, report: ClusterReport, operation: str, parts: Sequence[str], *, options: Sequence[str] = ()
) -> None:
    """Prints the headline, these parts (keys of `_PARTS`) and the warnings."""
    report = _typed(report, options)
    _print_headline(consoles.out, report, operation)
    for part in parts:
        _PARTS[part](consoles, report)
    _print_warnings(consoles.out, report)


def _typed(report: ClusterReport, options: Sequence[str]) -> ClusterReport:
    """The report with commands that reach this cluster when they are copied."""
    options = [*options, *(["--sandbox"] if report.target == "sandbox" else [])]
    upkeep = report.upkeep
    if upkeep and upkeep.unfinished:
        command = retyped(upkeep.unfinished["command"], options)
        upkeep = replace(upkeep, unfinished={**upkeep.unfinished, "command": command})
    return replace(report, upkeep=upkeep, warnings=tuple(retyped(warning, options) for warning in report.warnings))


def _print_headline(console: Console, report: ClusterReport, operation: str) -> None:
    dot = symbols(console).dot
    line = lead(clean(report.name), "heading").append("  ")
    line.append_text(status_text(console, report.status))
    if report.target == "sandbox":
        line.append("  ").append(" SANDBOX ", style="sandbox")
    prose(console, line)
    facts = [f"{report.engine} {report.engine_version}".strip(), report.region]
    facts += [f"{report.preset} preset"] if report.preset else []
    prose(console, Text(clean(f" {dot} ".join(facts)), style="second"))
    if not report.changed and operation != "status":
        prose(console, Text("It already matches what was asked for: nothing was changed."))


def _print_instances(consoles: Consoles, report: ClusterReport) -> None:
    if not report.instances:
        return
    section(consoles.out, f"Instances ({len(report.instances)})")
    ordered = sorted(report.instances, key=lambda i: (i.role != "writer", i.role, i.zone or "~", i.id))
    wide = consoles.out.width >= WIDE
    shown = len(INSTANCE_COLUMNS) - all(i.lag_ms is None for i in ordered)
    print_table(
        consoles,
        "",
        INSTANCE_COLUMNS[:shown],
        [_instance(consoles.out, i, report.acu, wide)[:shown] for i in ordered],
        indent=2,
        spare=("Zone", "Class"),
    )
    mark = symbols(consoles.out).info
    for instance in ordered:
        if _note(instance):
            line = lead(f"{mark} ", "warning").append(clean(f"{instance.id}: {_note(instance)}"))
            prose(consoles.out, line, indent=2, hanging=2)


def _instance(console: Console, instance: InstanceInfo, acu: dict[str, float] | None, wide: bool) -> list[Value]:
    class_ = instance.class_
    if class_ == SERVERLESS:
        class_ = f"serverless {_range(acu)}" if acu and wide else "serverless"
    status = status_cell(console, instance.status)
    return [instance.id, instance.role, class_, instance.zone, status, _lag(instance.lag_ms)]


def _lag(milliseconds: float | None) -> str | None:
    return None if milliseconds is None else f"{milliseconds:.0f} ms"


def _note(instance: InstanceInfo) -> str:
    window = f" ({instance.maintenance_window} UTC)" if instance.maintenance_window else ""
    parts = []
    if instance.pending:
        parts = [f"is pending a reboot or the maintenance window{window}: {_pending(instance.pending)}"]
    origin = "created by reader autoscaling" if instance.autoscaled else "created outside Terraform"
    return "; ".join(parts if instance.managed else [*parts, origin])


def _pending(pending: dict[str, Any]) -> str:
    def value(name: str, content: Any) -> str:
        return "(hidden)" if is_secret_name(name) else value_text(content)

    return listed([f"{label_of(name)} {value(name, content)}" for name, content in pending.items()])


def _print_regions(consoles: Consoles, report: ClusterReport) -> None:
    info = report.global_database
    if info is None:
        return
    section(consoles.out, f"Regions of {clean(info.identifier)} ({len(info.regions)})")
    print_table(
        consoles,
        "",
        REGION_COLUMNS,
        [_region(consoles.out, region) for region in info.regions],
        indent=2,
        spare=("Forwards writes", "Instances"),
    )


def _region(console: Console, region: RegionInfo) -> list[Value]:
    return [
        region.region,
        region.role,
        region.instances,
        _lag(region.lag_ms),
        region.write_forwarding,
        status_cell(console, region.status),
    ]


def _print_endpoints(consoles: Consoles, report: ClusterReport) -> None:
    console, info = consoles.out, report.global_database
    named = [("global", info.writer)] if info else []
    named += [(r.region, r.reader) for r in info.regions if r.region != report.region] if info else []
    named += [("writer", report.writer), ("reader", report.reader), *sorted(report.custom.items())]
    named += [("proxy", report.proxy), ("proxy reader", report.proxy_reader)]
    found = [(clean(name), endpoint) for name, endpoint in named if endpoint is not None]
    if not found:
        return
    ports = {endpoint.port for _, endpoint in found}
    section(console, f"Endpoints (port {ports.pop()})" if len(ports) == 1 else "Endpoints")
    column = max(len(name) for name, _ in found)
    for name, endpoint in found:
        fact(console, name, _host(endpoint, bool(ports)), column, indent=2)


def _host(endpoint: Endpoint, with_port: bool) -> str:
    return clean(endpoint.authority if with_port else endpoint.host)


def _print_access(consoles: Consoles, report: ClusterReport) -> None:
    _print_section(consoles.out, "Access", [*_access(report), *_waiting(report)])


def _print_pending(consoles: Consoles, report: ClusterReport) -> None:
    _print_section(consoles.out, "Pending", _waiting(report))


def _print_section(console: Console, title: str, found: Sequence[tuple[str, str | None]]) -> None:
    facts = [(label, clean(value)) for label, value in found if value]
    if not facts:
        return
    section(console, title)
    column = max(len(label) for label, _ in facts)
    for label, value in facts:
        fact(console, label, value, column, indent=2)


def _access(report: ClusterReport) -> list[tuple[str, str | None]]:
    protection = None if report.deletion_protection is None else "on" if report.deletion_protection else "off"
    return [
        ("connect", report.connect),
        ("certificates", _certificates(report)),
        ("password in", report.secret_arn),
        ("activity stream", report.activity_stream),
        ("database", report.database),
        ("user", report.username),
        ("capacity", _capacity(report.acu) if report.acu else None),
        ("deletion protection", protection),
    ]


def _certificates(report: ClusterReport) -> str | None:
    """How to get them, where the line that connects does not name a file that is there."""
    if report.connect is None or report.ca_file is not None:
        return None
    return ca_command(report.region) or ca_unknown(report.region)


def _waiting(report: ClusterReport) -> list[tuple[str, str | None]]:
    return [("waiting", _pending(report.pending) if report.pending else None)]


def _capacity(acu: dict[str, float]) -> str:
    text = _range(acu)
    pause = acu.get("pause_after")
    return f"{text}, pauses after {duration(pause)} without connections" if pause else text


def _range(acu: dict[str, float]) -> str:
    return f"{value_text(float(acu.get('min', 0)))}-{value_text(float(acu.get('max', 0)))} ACU"


def _print_warnings(console: Console, report: ClusterReport) -> None:
    if not report.warnings:
        return
    echo(console)
    mark = symbols(console).warning
    for warning in report.warnings:
        prose(console, lead(f"{mark} warning: ", "warning").append(clean(warning)), hanging=2)


def _print_next(console: Console, report: ClusterReport, operation: str, options: Sequence[str]) -> None:
    steps = next_steps(report, operation, options)
    if not steps:
        return
    section(console, "Next")
    column = max(len(step.command) for step in steps)
    explained = column + max(len(step.why) for step in steps) + 6 <= console.width
    for step in steps:
        line = Text(f"  {step.command}", style="command")
        if explained:
            line.append(" " * (column - len(step.command) + 2)).append(f"# {step.why}", style="second")
        echo(console, line)


_PARTS: dict[str, Callable[[Consoles, ClusterReport], None]] = {
    "instances": _print_instances,
    "regions": _print_regions,
    "endpoints": _print_endpoints,
    "access": _print_access,
    "pending": _print_pending,
    "upkeep": lambda consoles, report: print_upkeep(consoles.out, report),
}
WHOLE = ("instances", "regions", "endpoints", "access", "upkeep")
