"""Rows of clusters as a table or as CSV, sorted by a column."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

from aurora_cli.commands.shared.output import print_csv, print_rows
from aurora_cli.commands.shared.session import Session
from aurora_cli.errors import InvalidInput

if TYPE_CHECKING:
    from aurora_cli.operations.fleet.columns import Columns

Row = TypeVar("Row")
Decorated = TypeVar("Decorated", bound=Callable[..., Any])
Cells = Mapping[str, Sequence["str | None"]]
"""The cells of each column."""


def sort_option(example: str) -> Callable[[Decorated], Decorated]:
    """--sort COLUMN; `sorted_by` checks and obeys it."""
    text = f"Sort by this column of the CSV, e.g. {example}."
    return click.option("--sort", metavar="COLUMN", help=text)


def check_sort(columns: Mapping[str, object], sort: str | None) -> None:
    """Raises InvalidInput: there is no such column."""
    if sort is not None and sort not in columns:
        raise InvalidInput(f"--sort cannot be '{sort}'.", hint=f"Columns are: {', '.join(columns)}.")


def sorted_by(columns: Columns[Row], rows: Sequence[Row], sort: str | None) -> list[Row]:
    """In the order of --sort; without it as they are."""
    from aurora_cli.operations.fleet.columns import ordered

    return ordered(columns, rows, sort) if sort else list(rows)


def print_cells(session: Session, columns: Columns[Row], cells: Cells, output: str, spare: Sequence[str] = ()) -> None:
    """As CSV, or as a table without the columns that are empty.

    Args:
        cells: may have an `error` beside the columns.
        spare: headings of what a narrow terminal does without, the first at first.
    """
    if output == "csv":
        print_csv(session, [list(cells), *zip(*cells.values(), strict=True)])
        return
    kept = {name: column for name, column in cells.items() if any(column)}
    headings = [columns[name].heading if name in columns else "Problem" for name in kept]
    print_rows(session, "", headings, list(zip(*kept.values(), strict=True)), spare=spare)
