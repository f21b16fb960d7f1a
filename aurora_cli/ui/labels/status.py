"""Status words of AWS and of ours, with a symbol and a style that say at a glance whether they are good news."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from aurora_cli.ui.console import symbols
from aurora_cli.ui.tables import Cell
from aurora_cli.ui.text import clean

_GOOD = frozenset({"available", "ready", "ok", "succeeded", "done"})
_BAD = frozenset(
    {"failed", "damaged", "lost", "stopped", "deleting", "inaccessible-encryption-credentials", "restore-error"}
)
_QUIET = frozenset({"skipped", "not created", "declined", "unchanged"})


def status_cell(console: Console, status: str) -> Cell:
    """The status with its symbol, as a table cell. AWS has many words: an unknown one counts as work in progress."""
    marks = symbols(console)
    word = status.lower()
    if word in _GOOD:
        return Cell(f"{marks.done} {status}", "good")
    if word in _BAD or word.startswith(("incompatible-", "storage-full", "inaccessible-")):
        return Cell(f"{marks.failed} {status}", "lost")
    if word in ("warning", "incomplete", "interrupted", "killed"):
        return Cell(f"{marks.warning} {status}", "warning")
    return Cell(f"{marks.waiting} {status}", "second") if word in _QUIET else Cell(f"{marks.running} {status}", "busy")


def status_text(console: Console, status: str) -> Text:
    """The status with its symbol, for a line of text."""
    cell = status_cell(console, status)
    return Text(clean(cell.text), style=cell.style)
