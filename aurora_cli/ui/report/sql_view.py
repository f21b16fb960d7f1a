"""Results of SQL statements: as tables for people, as JSON, or as CSV row by row."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, Protocol

from aurora_cli.ui.console import Consoles, document, echo
from aurora_cli.ui.serialize import SCHEMA_VERSION, to_text
from aurora_cli.ui.tables import Cell, print_table
from aurora_cli.ui.text import clean, count

TABLE_ROWS = 1000
_CHUNK = 500
_QUOTED = re.compile('[",\r\n]')

Value = str | int | float | bool | None


class Shown(Protocol):
    """A result, as `operations.sql.database.Result`."""

    columns: Any
    rows: Iterator[Sequence[Value]]
    command: str
    affected: int | None


class SqlView:
    """Shows the results of one run.

    Args:
        output: table, json or csv.
        most: rows to show of each result; None for all.
    """

    def __init__(self, consoles: Consoles, output: str, most: int | None) -> None:
        self._consoles, self._output = consoles, output
        self._most = TABLE_ROWS if most is None and output == "table" else most
        self._results: list[dict[str, Any]] = []

    def show(self, result: Shown) -> None:
        """Show one result; reads its rows. Raises what reading them does."""
        if self._output == "json":
            self._keep(result)
        elif not result.columns:
            self._say(result.command or _affected(result.affected))
        elif self._output == "csv":
            self._csv(result)
        else:
            self._table(result)

    def finish(self, facts: dict[str, Any]) -> None:
        """Write the document, if it is one."""
        if self._output == "json":
            whole = {"schema_version": SCHEMA_VERSION, **facts, "results": self._results}
            document(self._consoles.out, to_text(whole, "json", ascii_only=not _is_unicode(self._consoles)))

    def _rows(self, result: Shown) -> Iterator[Sequence[Value]]:
        """As many as are to be shown; says so where there are more."""
        rows = iter(result.rows)
        yield from rows if self._most is None else islice(rows, self._most)
        self.truncated = self._most is not None and next(rows, None) is not None
        if self.truncated:
            close = getattr(rows, "close", None)
            if close is not None:
                close()
            self._say(f"Only the first {count(self._most or 0, 'row')}; --max-rows N shows more, and -o csv all.")

    def _keep(self, result: Shown) -> None:
        columns = [{"name": column.name, "type": column.type} for column in result.columns]
        rows = [list(row) for row in self._rows(result)]
        kept = {"columns": columns, "rows": rows, "row_count": len(rows) if columns else result.affected}
        self._results.append({**kept, "command": result.command or None, "truncated": self.truncated})

    def _table(self, result: Shown) -> None:
        rows = [[_cell(value) for value in row] for row in self._rows(result)]
        print_table(self._consoles, "", [column.name for column in result.columns], rows)
        self._say(count(len(rows), "row"))

    def _csv(self, result: Shown) -> None:
        lines: list[str] = [_line([column.name for column in result.columns])]
        for row in self._rows(result):
            lines.append(_line(row))
            if len(lines) == _CHUNK:
                self._write(lines)
        self._write(lines)

    def _write(self, lines: list[str]) -> None:
        shown = lines if not self._consoles.out.is_terminal else [clean(line) for line in lines]
        document(self._consoles.out, "".join(f"{line}\n" for line in shown))
        lines.clear()

    def _say(self, text: str) -> None:
        echo(self._consoles.err, clean(text))


def _is_unicode(consoles: Consoles) -> bool:
    return consoles.out.encoding.lower().replace("-", "").startswith("utf")


def _affected(number: int | None) -> str:
    return "done" if number is None else count(number, "row")


def _text(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _cell(value: Value) -> Cell:
    """NULL is not the text `NULL`, and an empty text is not nothing."""
    return Cell("NULL", "second") if value is None else Cell(_text(value) or "''", "none" if _text(value) else "second")


def _line(values: Sequence[Value]) -> str:
    """As COPY ... CSV writes it: NULL is nothing, and an empty text has quotes."""
    return ",".join("" if value is None else _field(_text(value)) for value in values)


def _field(text: str) -> str:
    quoted = text.replace('"', '""')
    return f'"{quoted}"' if not text or _QUOTED.search(text) else text
