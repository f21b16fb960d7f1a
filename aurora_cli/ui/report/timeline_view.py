"""What happened to a cluster, one entry a row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aurora_cli.ui.console import Consoles, prose
from aurora_cli.ui.labels.status import status_cell
from aurora_cli.ui.tables import Value, print_table
from aurora_cli.ui.text import clean, duration, moment

if TYPE_CHECKING:
    from aurora_cli.operations.inspect.timeline import Happening, Timeline

_COLUMNS = ("When", "Source", "Event", "Outcome", "Took", "Message")


def print_timeline(consoles: Consoles, found: Timeline) -> None:
    """Prints the entries on stdout, oldest first, then what is missing."""
    rows = [_row(consoles, one) for one in found.events]
    if rows:
        print_table(consoles, "", _COLUMNS, rows, spare=("Took", "Outcome", "Source"))
    else:
        prose(consoles.out, f"Nothing has happened to {found.name} since {moment(found.since)}.")
    for note in found.notes:
        prose(consoles.out, clean(note))


def _row(consoles: Consoles, one: Happening) -> list[Value]:
    took = None if one.duration_s is None else duration(one.duration_s)
    outcome = status_cell(consoles.out, one.outcome) if one.outcome else None
    source = f"{one.source} ({one.who})" if one.who else one.source
    return [moment(one.when, exact=True), source, one.kind, outcome, took, one.message]
