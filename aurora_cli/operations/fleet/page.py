"""What the page of a fleet shows: inventory, versions, risks of the newest plans, drift, history."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from aurora_cli import __version__
from aurora_cli.events import Emit
from aurora_cli.operations.cost.support import SUPPORT_WARNING
from aurora_cli.operations.fleet.columns import ordered
from aurora_cli.operations.fleet.drift import FAILED, FleetDrift, fleet_drift
from aurora_cli.operations.fleet.each import answers_of
from aurora_cli.operations.fleet.inventory import COLUMNS, InventoryRow, inventory, total_cost
from aurora_cli.operations.fleet.plan import FleetPlan, as_plan
from aurora_cli.operations.fleet.runs import newest_run
from aurora_cli.operations.fleet.view import said_of
from aurora_cli.operations.inspect.maintenance import CERTIFICATE_WARNING
from aurora_cli.prices.words import amount, prices_of

if TYPE_CHECKING:
    from aurora_cli.context import AppContext
    from aurora_cli.fleet.members import Member
    from aurora_cli.operations.fleet.executors.executor import Executor

_OPERATIONS, _SHOWN = 20, 100
"""Operations that are read of each cluster, and the newest of all that are shown."""
_BAD, _SOON, _GOOD, _PLAIN = "bad", "soon", "good", ""
_TONES = {"failed": _BAD, "lost": _BAD, "replaced": _BAD, "drifted": _BAD, "unknown": _BAD}
_TONES |= {"failover": _SOON, "restart": _SOON, "exposed": _SOON, "available": _GOOD, "in sync": _GOOD}


@dataclass(frozen=True)
class Cell:
    """A value. `tone` is `bad`, `soon`, `good` or empty; the text says the same without it."""

    text: str
    tone: str = _PLAIN


@dataclass(frozen=True)
class Table:
    """A section of the page.

    Attributes:
        key: its anchor.
        title, note: heading, and a sentence below it.
        columns: headings; the first column names the row.
        rows: cells by column.
        empty: what stands there without a row.
    """

    key: str
    title: str
    note: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    empty: str


@dataclass(frozen=True)
class Page:
    """The page.

    Attributes:
        made_at, version, target: when, by which version, and whether of AWS or of the sandbox.
        facts: what stands at the top: name and value.
        tables: sections.
        failed: names of clusters that could not be read.
    """

    made_at: str
    version: str
    target: str
    facts: Sequence[tuple[str, Cell]]
    tables: Sequence[Table]
    failed: Sequence[str]


def fleet_page(
    app: AppContext,
    members: Sequence[Member],
    words: Sequence[str],
    executor: Executor,
    emit: Emit,
    *,
    with_drift: bool,
) -> Page:
    """Read every cluster, and put together what the page shows.

    Args:
        words: global options for each command.
        with_drift: compare them with AWS too.

    Raises:
        InvalidInput: the home cannot be used. Interrupted.
    """
    _, rows = inventory(app, members, words, executor, emit, history=_OPERATIONS)
    drift = fleet_drift(app, members, words, executor, emit) if with_drift else None
    now = app.clock.now()
    failed = [str(row.member.name or row.member.file) for row in rows if row.error]
    failed += [str(one.member.name or one.member.file) for one in drift.members if one.state == FAILED] if drift else []
    tables = [_inventory(rows, now), _attention(rows), _versions(rows, now), _risks(app, members)]
    tables += [_drift(drift)] if drift else []
    made_at = now.strftime("%Y-%m-%d %H:%M UTC")
    facts = list(_facts(rows, drift, now))
    unread = list(dict.fromkeys(failed))
    return Page(made_at, __version__, app.target, facts, [*tables, _history(rows)], unread)


def _cell(value: Any) -> Cell:
    text = "" if value is None else str(value)
    return Cell(text, _TONES.get(text, _PLAIN))


def _ends(value: str | None, now: datetime, warning: timedelta) -> Cell:
    """A last day, with what it means today."""
    if not value:
        return Cell("")
    left = date.fromisoformat(value[:10]) - now.date()
    if left < timedelta():
        return Cell(f"{value[:10]} (ended)", _BAD)
    return Cell(f"{value[:10]} (in {left.days} days)", _SOON) if left <= warning else Cell(value[:10])


def _facts(rows: Sequence[InventoryRow], drift: FleetDrift | None, now: datetime) -> Iterator[tuple[str, Cell]]:
    yield "Clusters", Cell(str(len(rows)))
    for status, number in sorted(Counter(row.status for row in rows).items()):
        yield status.capitalize(), Cell(str(number), _TONES.get(status, _PLAIN))
    ends = [_ends(row.upkeep("support_ends"), now, SUPPORT_WARNING).tone for row in rows]
    for title, tone in (("Out of standard support", _BAD), ("Support ends within a year", _SOON)):
        yield title, Cell(str(ends.count(tone)), tone if tone in ends else _PLAIN)
    total = total_cost(rows)
    if total["monthly"]:
        yield "USD a month", Cell(f"{amount(total)} ({prices_of(total)})")
    yield "With pending changes", Cell(str(sum(bool(row.pending) for row in rows)))
    if drift:
        drifted = drift.counts["drifted"]
        yield "Drifted", Cell(str(drifted), _BAD if drifted else _GOOD)


def _inventory(rows: Sequence[InventoryRow], now: datetime) -> Table:
    shown = [name for name, column in COLUMNS.items() if any(column.text(row) for row in rows)]

    def cell(name: str, row: InventoryRow) -> Cell:
        if name == "support_ends":
            return _ends(row.upkeep(name), now, SUPPORT_WARNING)
        if name == "certificate_ends":
            return _ends(row.upkeep(name), now, CERTIFICATE_WARNING)
        return _cell(COLUMNS[name].text(row))

    found = [[cell(name, row) for name in shown] for row in ordered(COLUMNS, rows, "name")]
    note = (
        "What AWS reports; end of standard support of the engine version, and of the first server certificate; "
        "the monthly cost without storage and I/O."
    )
    return Table("inventory", "Inventory", note, [COLUMNS[name].heading for name in shown], found, "No clusters.")


def _attention(rows: Sequence[InventoryRow]) -> Table:
    said = [
        [Cell(str(row.member.name or row.member.file)), Cell(str(sentence), _BAD if row.error else _PLAIN)]
        for row in ordered(COLUMNS, rows, "name")
        for sentence in ([row.error["message"]] if row.error else row.warnings)
    ]
    return Table("attention", "Warnings", "What status says.", ["Cluster", "Warning"], said, "No warnings.")


def _versions(rows: Sequence[InventoryRow], now: datetime) -> Table:
    groups: dict[tuple[str, str], list[InventoryRow]] = {}
    for row in ordered(COLUMNS, rows, "support_ends"):
        version = COLUMNS["running_version"].text(row)
        if version:
            groups.setdefault((str(row.answer.document.get("engine")), version), []).append(row)
    found = [
        [
            Cell(f"{engine} {version}"),
            _ends(same[0].upkeep("support_ends"), now, SUPPORT_WARNING),
            _ends(same[0].upkeep("extended_support_ends"), now, SUPPORT_WARNING),
            Cell(str(len(same))),
            Cell(", ".join(str(row.member.name) for row in same)),
        ]
        for (engine, version), same in groups.items()
    ]
    columns = ["Version", "Standard support ends", "Extended Support ends", "Clusters", "Names"]
    return Table("versions", "Versions", "The first to end comes first.", columns, found, "No clusters are created.")


def _risks(app: AppContext, members: Sequence[Member]) -> Table:
    plan = _newest_plan(app, members)
    columns = ["Cluster", "Region", "Risk", "What would happen"]
    if plan is None:
        empty = "There are no plans of these clusters. Plan them: aurora-cli fleet plan"
        return Table("risks", "Risks of the newest plans", "", columns, [], empty)
    counts = ", ".join(f"{number} {risk}" for risk, number in plan.counts.items() if number)
    found = [
        [_cell(one.member.name), _cell(one.member.values.get("region")), _cell(one.risk), Cell(said_of(one))]
        for one in plan.members
    ]
    return Table("risks", "Risks of the newest plans", f"Run {plan.run}: {counts}.", columns, found, "")


def _newest_plan(app: AppContext, members: Sequence[Member]) -> FleetPlan | None:
    """As far as it is about these clusters."""
    run = newest_run(app, "plan")
    answers = answers_of(run, [member for member in members if member.name in run.clusters]) if run else []
    return as_plan(run.id, answers) if run and answers else None


def _drift(drift: FleetDrift) -> Table:
    found = [
        [_cell(one.member.name or one.member.file), _cell(one.state), Cell(said)]
        for one in drift.members
        for said in one.said or [""]
    ]
    note = "Changes made outside Terraform."
    return Table("drift", "Drift", note, ["Cluster", "State", "What differs"], found, "No clusters.")


def _history(rows: Sequence[InventoryRow]) -> Table:
    entries: list[tuple[str, Mapping[str, Any]]] = [
        (str(row.member.name), one) for row in rows for one in row.operations
    ]
    entries.sort(key=lambda entry: str(entry[1]["when"]), reverse=True)
    found = [
        [
            Cell(one["when"][:16].replace("T", " ")),
            Cell(name),
            Cell(str(one["operation"])),
            Cell(str(one["outcome"]), {"succeeded": _GOOD, "running": _PLAIN}.get(one["outcome"], _SOON)),
            _cell(one["who"]),
            _cell(one["summary"]),
        ]
        for name, one in entries[:_SHOWN]
    ]
    columns = ["When (UTC)", "Cluster", "Operation", "Outcome", "By", "Summary"]
    note = f"The newest {_SHOWN} operations on these clusters that this home knows."
    return Table("history", "History", note, columns, found, "No operations.")
