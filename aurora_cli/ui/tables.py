"""Tables that stay readable when the screen is narrow, and never break a host name, an ARN or another single word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from aurora_cli.ui.console import Consoles, echo, fact, prose, symbols
from aurora_cli.ui.text import clean, unbroken

_GAP = 2
_WIDEST = 160
_READS_WELL = 24
"""Cells in which a sentence reads well."""
_ASCII_HEAD = box.Box("    \n    \n -- \n    \n    \n    \n    \n    \n", ascii=True)


@dataclass(frozen=True)
class Cell:
    """A value with a style of the theme."""

    text: str
    style: str = "none"


Value = str | int | float | Cell | None


def print_table(
    consoles: Consoles,
    title: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[Value]],
    *,
    indent: int = 0,
    spare: Sequence[str] = (),
) -> None:
    """Prints a table on stdout: as columns if every word fits, otherwise one block per row with a line per value.

    Args:
        title: heading; empty for none.
        columns: column headings.
        rows: values by column; None and the empty text are shown as a dash.
        indent: spaces before each line of the table.
        spare: columns that a narrow screen goes without, the first one first.
    """
    console = consoles.out
    if title:
        echo(console, Text(clean(title), style="heading"))
    if not rows:
        echo(console, Text(" " * indent + "none", style="second"))
        return
    cells = [[_cell(value) for value in row] for row in rows]
    for number in range(len(spare) + 1):
        kept = [i for i, column in enumerate(columns) if column not in spare[:number]]
        names, fewer = [columns[i] for i in kept], [[row[i] for i in kept] for row in cells]
        if _fits(console, names, fewer, indent):
            _print_columns(console, names, fewer, indent)
            return
    _print_blocks(console, columns, cells, indent)


def _cell(value: Value) -> Text:
    cell = value if isinstance(value, Cell) else Cell("" if value is None else str(value))
    return Text(unbroken(clean(cell.text)), style=cell.style) if cell.text else Text("-", style="second")


def _fits(console: Console, columns: Sequence[str], rows: Sequence[Sequence[Text]], indent: int) -> bool:
    least = sum(_least(column, [row[i] for row in rows]) for i, column in enumerate(columns))
    return indent + least + _GAP * (len(columns) - 1) <= min(console.width, _WIDEST)


def _least(column: str, cells: Sequence[Text]) -> int:
    """Cells that a column needs: no word is broken, and a sentence has room to read well."""
    widest = max(cell.cell_len for cell in cells)
    return max(_longest_word(Text(column)), *map(_longest_word, cells), min(widest, _READS_WELL))


def _widths(columns: Sequence[str], rows: Sequence[Sequence[Text]], room: int) -> list[int]:
    """Cells of each column: what it would like, the widest made narrower until all fit, none below what it needs."""
    each = [(column, [row[i] for row in rows]) for i, column in enumerate(columns)]
    least = [_least(column, cells) for column, cells in each]
    widths = [max(Text(column).cell_len, *(cell.cell_len for cell in cells)) for column, cells in each]
    while sum(widths) > room:
        widest = max(range(len(widths)), key=lambda i: (widths[i] > least[i], widths[i]))
        widths[widest] -= 1
    return widths


def _longest_word(text: Text) -> int:
    return max((Text(word).cell_len for word in text.plain.split(" ")), default=0)


def _print_columns(console: Console, columns: Sequence[str], rows: Sequence[Sequence[Text]], indent: int) -> None:
    look = None if indent else box.SIMPLE_HEAD if symbols(console).rule != "-" else _ASCII_HEAD
    padding = (0, _GAP if look is None else _GAP - 1, 0, 0)  # a box has a blank between its columns
    table = Table(box=look, pad_edge=False, padding=padding, header_style="second")
    table.show_edge = False
    width = min(console.width, _WIDEST) - indent
    widths = _widths(columns, rows, width - _GAP * (len(columns) - 1))
    for column, cells in zip(columns, widths, strict=True):
        table.add_column(Text(column), overflow="fold", width=cells)
    for row in rows:
        table.add_row(*row)
    for line in console.render_lines(table, console.options.update(width=width), pad=False):
        text = Text.assemble(" " * indent, *((segment.text, segment.style or "") for segment in line))
        text.rstrip()
        echo(console, text)


def _print_blocks(console: Console, columns: Sequence[str], rows: Sequence[Sequence[Text]], indent: int) -> None:
    label = max(len(column) for column in columns[1:]) if len(columns) > 1 else 0
    for row in rows:
        echo(console, Text(" " * indent).append_text(row[0]))
        for column, value in zip(columns[1:], row[1:], strict=True):
            if value.plain == "-":
                continue
            beside = indent + label + 4
            if " " not in value.plain or _longest_word(value) > console.width - indent - 4:
                fact(console, column.lower(), value, label, indent=indent + 2)
            elif _longest_word(value) <= console.width - beside:
                line = Text(" " * (indent + 2)).append(f"{column.lower():<{label}}  ", style="second")
                prose(console, line.append_text(value), hanging=beside)
            else:
                echo(console, Text(" " * (indent + 2)).append(column.lower(), style="second"))
                prose(console, value, indent=indent + 4)
