"""The tables of the commands that look: clusters, history, checks, endpoints, where values of a spec come from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from rich.text import Text

from aurora_cli.operations.core.results import ClusterReport
from aurora_cli.ui.console import Consoles, echo, fact, lead, prose
from aurora_cli.ui.labels.attribute_labels import value_text
from aurora_cli.ui.labels.status import status_cell
from aurora_cli.ui.tables import Cell, Value, print_table
from aurora_cli.ui.text import clean, duration, moment

_CHECK_LEAD = 11
"""Width of a check's symbol and word."""
_LEAST_ROOM = 24
"""Characters beside the names of checks that read well."""


class ClusterRow(Protocol):
    """One cluster of `list`."""

    @property
    def name(self) -> str: ...
    @property
    def region(self) -> str: ...
    @property
    def engine(self) -> str: ...
    @property
    def engine_version(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def instances(self) -> int: ...
    @property
    def created_at(self) -> str: ...
    @property
    def problem(self) -> str | None: ...
    @property
    def operation(self) -> Mapping[str, Any] | None: ...
    @property
    def support(self) -> str | None: ...
    @property
    def support_ends(self) -> str | None: ...


class VersionRow(Protocol):
    """One engine version."""

    @property
    def version(self) -> str: ...
    @property
    def family(self) -> str: ...
    @property
    def default(self) -> bool: ...
    @property
    def minor(self) -> tuple[str, ...]: ...
    @property
    def major(self) -> tuple[str, ...]: ...


class TargetRows(Protocol):
    """Where a cluster can go."""

    @property
    def name(self) -> str: ...
    @property
    def running(self) -> str: ...
    @property
    def minor(self) -> Sequence[str]: ...
    @property
    def major(self) -> Sequence[str]: ...


class CheckRow(Protocol):
    """One check of `doctor`."""

    @property
    def name(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def message(self) -> str: ...
    @property
    def hint(self) -> str | None: ...


def print_clusters(consoles: Consoles, rows: Sequence[ClusterRow]) -> None:
    """Prints the clusters of a home, one a row; below, what is wrong with one, what runs on it or has not
    ended, and what Extended Support costs where standard support has ended, or does within a year."""
    columns = ("Name", "Region", "Engine", "Status", "Instances", "Support until", "Created")
    print_table(
        consoles,
        "",
        columns,
        [_cluster(consoles, row) for row in rows],
        spare=("Created", "Instances", "Support until", "Engine", "Region"),
    )
    for row in rows:
        said = row.problem or (row.operation["text"] if row.operation else None)
        if said:
            prose(consoles.out, Text(clean(f"{row.name}: {said}"), style="warning"), hanging=2)
        if row.support:
            prose(consoles.out, Text(clean(f"{row.name}: {row.support}"), style="warning"), hanging=2)


def print_engine_versions(consoles: Consoles, rows: Sequence[VersionRow]) -> None:
    """Prints engine versions with the newest minor version and the major ones that each can be upgraded to."""
    columns = ("Version", "Family", "Newest minor upgrade", "Major upgrades")
    print_table(consoles, "", columns, [_version(row) for row in rows], spare=("Family",))


def print_targets(consoles: Consoles, found: TargetRows) -> None:
    """Prints the versions that a cluster can be upgraded to, and whether each keeps the major version."""
    rows = [(v, "minor") for v in found.minor] + [(v, "major") for v in found.major]
    print_table(consoles, f"{found.name} runs {found.running}", ("Version", "Upgrade"), rows)


def _version(row: VersionRow) -> tuple[Value, ...]:
    name = f"{row.version} (default)" if row.default else row.version
    return name, row.family, row.minor[-1] if row.minor else None, ", ".join(row.major) or None


def print_history(consoles: Consoles, entries: Sequence[Mapping[str, Any]]) -> None:
    """Prints operations in the order given; each has the keys when, who, operation, outcome, duration_s and summary."""
    columns = ("When", "Who", "Operation", "Outcome", "Took", "Summary")
    print_table(consoles, "", columns, [_operation(consoles, entry) for entry in entries], spare=("Took", "Who"))


def print_checks(consoles: Consoles, checks: Sequence[CheckRow]) -> None:
    """Prints the checks of `doctor`: symbol and word, what was found, and what to do.

    What was found stands beside the check's name, or below it where the screen is too narrow for its longest word.
    """
    beside = _CHECK_LEAD + max((len(clean(c.name)) for c in checks), default=0) + 2
    longest = max((len(word) for c in checks for word in clean(c.message).split(" ")), default=0)
    column = beside if consoles.out.width - beside >= max(longest, _LEAST_ROOM) else None
    for check in checks:
        _print_check(consoles, check, column)


def _print_check(consoles: Consoles, check: CheckRow, column: int | None) -> None:
    cell = status_cell(consoles.out, check.status)
    line = lead(f"{cell.text:<{_CHECK_LEAD - 2}}  ", cell.style).append(clean(check.name), style="heading")
    if column is None:
        echo(consoles.out, line)
        _print_message(consoles, Text(clean(check.message)))
    else:
        line.append(" " * (column - line.cell_len)).append(clean(check.message))
        prose(consoles.out, line, hanging=column)
    if check.hint and check.status != "ok":
        prose(consoles.out, lead("hint: ", "busy").append(clean(check.hint)), indent=column or 4)


def _print_message(consoles: Consoles, text: Text) -> None:
    if max(len(word) for word in text.plain.split(" ")) > consoles.out.width - 4:
        echo(consoles.out, Text("    ").append_text(text))
    else:
        prose(consoles.out, text, indent=4)


def print_endpoints(consoles: Consoles, report: ClusterReport) -> None:
    """Prints every endpoint of a cluster: writer, reader, custom ones, the proxy's, then the instances' own."""
    found = [("writer", report.writer), ("reader", report.reader)]
    if report.global_database is not None:
        found.insert(0, ("global writer", report.global_database.writer))
        regions = report.global_database.regions
        found += [(f"reader in {r.region}", r.reader) for r in regions if r.region != report.region]
    found += [(f"custom {name}", endpoint) for name, endpoint in sorted(report.custom.items())]
    found += [("proxy", report.proxy), ("proxy reader", report.proxy_reader)]
    rows: list[list[Value]] = [[label, None, e.host, e.port] for label, e in found if e is not None]
    rows += [[f"instance {i.id}", i.role, i.endpoint.host, i.endpoint.port] for i in report.instances if i.endpoint]
    columns: tuple[str, ...] = ("Endpoint", "Role", "Host", "Port")
    ports = {row[3] for row in rows}
    title = f"Endpoints (port {ports.pop()})" if len(ports) == 1 else ""
    if title:
        columns, rows = columns[:3], [row[:3] for row in rows]
    print_table(consoles, title, columns, rows, spare=("Role",))


def print_resolved(consoles: Consoles, values: Mapping[str, Any], origins: Mapping[str, str]) -> None:
    """Prints every field of a resolved spec with its value and where the value came from.

    Args:
        values: dotted path -> value.
        origins: dotted path -> source; a path that is missing here takes the source of its parent, or `default`.
    """
    rows = [_resolved(path, value, source_of(path, origins)) for path, value in values.items()]
    print_table(consoles, "", ("Field", "Value", "From"), rows)


def flattened(document: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested mappings as dotted path -> value; lists and empty mappings are values."""
    flat: dict[str, Any] = {}
    for key, value in document.items():
        path = f"{prefix}{key}"
        if isinstance(value, Mapping) and value:
            flat.update(flattened(value, f"{path}."))
        else:
            flat[path] = value
    return flat


def source_of(path: str, origins: Mapping[str, str]) -> str:
    """The source of a path: its own, or that of the nearest parent, or `default`."""
    while path:
        if path in origins:
            return origins[path]
        path = path.rpartition(".")[0]
    return "default"


def _cluster(consoles: Consoles, row: ClusterRow) -> list[Value]:
    engine = f"{row.engine} {row.engine_version}".strip()
    return [
        row.name,
        row.region,
        engine,
        status_cell(consoles.out, row.status),
        row.instances or None,
        Cell(row.support_ends, "warning") if row.support and row.support_ends else row.support_ends,
        moment(row.created_at),
    ]


def _operation(consoles: Consoles, entry: Mapping[str, Any]) -> list[Value]:
    seconds = entry.get("duration_s")
    took = duration(float(seconds)) if isinstance(seconds, (int, float)) else None
    outcome = status_cell(consoles.out, str(entry.get("outcome") or "unknown"))
    return [moment(entry.get("when")), entry.get("who"), entry.get("operation"), outcome, took, entry.get("summary")]


def _resolved(path: str, value: Any, source: str) -> list[Value]:
    style = "second" if source == "default" else "none"
    return [path, Cell(value_text(value), style), Cell(source, style)]


def print_facts(consoles: Consoles, facts: Sequence[tuple[str, str]], *, err: bool = False) -> None:
    """Prints labels and values, one a line, values unbroken so that they can be copied; with `err` on standard error."""
    console = consoles.err if err else consoles.out
    column = max(len(label) for label, _ in facts)
    for label, value in facts:
        fact(console, clean(label), value, column)
