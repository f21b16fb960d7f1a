"""What a route to the database gives: a transaction, statements, their results."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Protocol

from aurora_cli.errors import OperationFailed

Value = str | int | float | bool | None
READ_ONLY = "25006"
"""SQLSTATE of a statement that would write in a read-only transaction."""


@dataclass(frozen=True)
class Column:
    """A column of a result, with the server's name of its type."""

    name: str
    type: str


@dataclass
class Result:
    """What a statement gives. `rows` can be read once; what is below is known when they have been.

    Attributes:
        columns: empty for a statement that returns no rows.
        rows: numbers and booleans as such, everything else as the server writes it.
        command: as the server names what it did, e.g. `INSERT 0 5`; empty where it does not.
        affected: rows that were inserted, updated or deleted; None where the server does not say.
    """

    columns: tuple[Column, ...]
    rows: Iterator[Sequence[Value]]
    command: str = ""
    affected: int | None = None


class Database(Protocol):
    """A route to a database.

    Attributes:
        via: `data-api` or `direct`.
    """

    @property
    def via(self) -> str: ...

    def begin(self, *, read_only: bool) -> None:
        """Begin a transaction."""

    def execute(self, statement: str, *, last: bool) -> Result:
        """Run one statement; of the last one, rows that nobody reads need not be sent. Raises StatementFailed, as `rows` does."""

    def end(self, *, commit: bool) -> None:
        """End the transaction."""

    def close(self) -> None:
        """End the connection."""


def driver(module: str, package: str) -> Any:
    """A driver of the extra `sql`, imported when it is needed. Raises OperationFailed."""
    try:
        return import_module(module)
    except ImportError as missing:
        raise OperationFailed(
            f"A connection requires {package}, which is not installed.",
            hint="pip install 'rds-aurora-cli[sql]', or enable the Data API with `data_api: true` in the spec.",
        ) from missing


def sentence(text: object) -> str:
    """What a server or a driver says, on one line without a full stop."""
    return " ".join(str(text).split()).removesuffix(".")
