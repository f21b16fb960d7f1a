"""A blue/green deployment: both clusters side by side, what AWS does, what comes next."""

from __future__ import annotations

from rich.text import Text

from aurora_cli.operations.blue_green.report import BlueGreenStatus, Side
from aurora_cli.ui.console import Consoles, echo, lead, prose
from aurora_cli.ui.labels.status import status_cell
from aurora_cli.ui.report.lists import print_facts
from aurora_cli.ui.tables import print_table
from aurora_cli.ui.text import clean

COLUMNS = ("", "Cluster", "Version", "Status", "Writer endpoint")


def print_blue_green(consoles: Consoles, found: BlueGreenStatus) -> None:
    """Prints the status on standard output."""
    console = consoles.out
    echo(console)
    prose(console, lead("Blue/green deployment", "heading"))
    if found.deployment is not None:
        _print_deployment(consoles, found)
    sides = [(word, side) for word, side in (("blue", found.blue), ("green", found.green)) if side is not None]
    if found.deployment is not None or found.green is not None:
        rows = [
            [word, side.cluster, side.engine_version, status_cell(console, _status(side)), side.writer]
            for word, side in sides
        ]
        print_table(consoles, "", COLUMNS, rows, indent=2)
    for sentence in found.next:
        prose(console, Text(clean(sentence)), indent=2)


def _print_deployment(consoles: Consoles, found: BlueGreenStatus) -> None:
    one = found.deployment
    assert one is not None
    tasks = ", ".join(f"{name} {status.lower()}" for name, status in one.tasks if status != "COMPLETED")
    lag = None if one.lag_s is None else f"{one.lag_s:.0f} s"
    facts = [
        ("id", one.id),
        ("status", one.status),
        ("details", one.details),
        ("tasks", tasks),
        ("replica lag", lag),
    ]
    print_facts(consoles, [(label, value) for label, value in facts if value])


def _status(side: Side) -> str:
    """The cluster's, or that of an instance that is not available."""
    return next((status for status in (side.status, *side.instances.values()) if status != "available"), side.status)
