"""What a cluster costs: a row for each part, the sum, and which storage configuration is cheaper."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from aurora_cli.prices.words import UNKNOWN, ends, monthly, prices_of
from aurora_cli.ui.console import Consoles, echo, prose, section
from aurora_cli.ui.tables import print_table
from aurora_cli.ui.text import clean

if TYPE_CHECKING:
    from aurora_cli.operations.inspect.cost import Cost

_NAMES = {"aurora": "Aurora Standard", "aurora-iopt1": "I/O-Optimized"}
_COLUMNS = ("Part", "Quantity", "Price (USD)", "Price of", "USD an hour", "USD a month")


def print_cost(consoles: Consoles, cost: Cost) -> None:
    """Prints the estimate on stdout."""
    console, document = consoles.out, cost.to_dict()
    several = len({line["region"] for line in document["lines"]}) > 1
    rows = [_row(line, several) for line in document["lines"]]
    print_table(consoles, f"{cost.name} in {cost.region}", _COLUMNS, rows, spare=("USD an hour",))
    echo(console)
    if document["prices_of"]:
        prose(console, f"Sum: {monthly(document)}, {ends(document['hourly'])} USD an hour.")
        what = f"On-demand list prices of AWS, {prices_of(document)}; without data transfer, taxes and free tiers."
        prose(console, what)
    else:
        prose(console, "Sum: unknown, since no price is known.")
    for note in cost.notes:
        prose(console, clean(note))
    section(console, "Aurora Standard or I/O-Optimized")
    for sentence in _storage(document["storage"]):
        prose(console, sentence, indent=2)


def _row(line: Mapping[str, Any], several: bool) -> list[str | None]:
    where = f" ({line['region']})" if several else ""
    amount = line["quantity"]
    plural = "s" * line["unit"].endswith("hour")
    quantity = UNKNOWN if amount is None else f"{_short(amount)} {line['unit']}{plural}"
    return [
        f"{line['text']}{where}",
        quantity,
        line["price"] or UNKNOWN,
        line["price_of"],
        ends(line["hourly"]),
        ends(line["monthly"]),
    ]


def _short(amount: Mapping[str, str]) -> str:
    """Without the zeros at the end."""
    return ends({end: f"{Decimal(value).normalize():f}" for end, value in amount.items()})


def _storage(found: Mapping[str, Any]) -> Iterator[str]:
    if found["unknown_prices"]:
        yield f"Not compared: prices are unknown ({', '.join(found['unknown_prices'])})."
        return
    now = _NAMES[found["current"]]
    if found["cheaper"] == found["current"]:
        yield f"{now} is the cheaper one, by {ends(found['saving'])} USD a month at {found['million_io']} million I/O requests."
    elif found["cheaper"]:
        other = _NAMES[found["cheaper"]]
        yield f"{other} saves {ends(found['saving'])} USD a month at {found['million_io']} million I/O requests a month."
    elif found["million_io"] is not None and found["io_optimized_costs_more_per_gib"] is None:
        yield f"Which is cheaper at {found['million_io']} million I/O requests a month depends on the capacity that is used."
    even = f"Both cost the same at {ends(found['break_even_million_io'])} million I/O requests a month"
    if found["break_even_million_io_per_gib"] is not None:
        even += f" and {found['break_even_million_io_per_gib']} million more for each GiB that is stored"
    yield f"{even}; below that Aurora Standard is cheaper."
