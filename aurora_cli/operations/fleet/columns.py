"""Facts of clusters as columns: what tables and CSV show, what rows are sorted by and what `--where` compares."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from aurora_cli.fleet.members import Member
    from aurora_cli.fleet.where import Term

Row = TypeVar("Row")


@dataclass(frozen=True)
class Column(Generic[Row]):
    """A fact for people.

    Attributes:
        heading: of the table.
        text: of a row; None where there is none.
        order: what rows are sorted by; default: the text.
    """

    heading: str
    text: Callable[[Row], str | None]
    order: Callable[[Row], Any] | None = None


Columns = Mapping[str, Column[Row]]


def of_the_spec(member: Callable[[Row], Member]) -> dict[str, Column[Row]]:
    """Name, account and Region, which all have."""

    def region(row: Row) -> str | None:
        found = member(row).values.get("region")
        return None if found is None else str(found)

    return {
        "name": Column("Cluster", lambda row: member(row).name or member(row).file),
        "account": Column("Account", lambda row: member(row).account),
        "region": Column("Region", region),
    }


def texts(columns: Columns[Row], rows: Sequence[Row]) -> dict[str, list[str | None]]:
    """The cells of each column."""
    return {name: [column.text(row) for row in rows] for name, column in columns.items()}


def narrowed(columns: Columns[Row], rows: Sequence[Row], terms: Sequence[Term]) -> list[Row]:
    """The rows for which all terms that are about these columns hold."""

    def fact(row: Row) -> Callable[[str], Any]:
        return lambda path: columns[path].text(row)

    return [row for row in rows if all(term.holds(fact(row)) for term in terms if term.path in columns)]


def ordered(columns: Columns[Row], rows: Sequence[Row], by: str) -> list[Row]:
    """Sorted by one column, and then by the first: the earliest, the lowest, what has the most; those without a value last."""
    found, first = columns[by], next(iter(columns.values()))
    known = [row for row in rows if found.text(row) is not None]
    known.sort(key=lambda row: ((found.order or found.text)(row), first.text(row) or ""))
    return [*known, *(row for row in rows if found.text(row) is None)]
