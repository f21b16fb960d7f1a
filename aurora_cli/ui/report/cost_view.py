"""What a cluster costs: a row for each part, the sum, and which storage configuration is cheaper."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from aurora_cli.prices.words import UNKNOWN, ends, monthly, more_than, prices_of
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
    if document["advice"] is not None:
        section(console, "Size, by the load of the last 14 days")
        for one in document["advice"]:
            for sentence in _advice(one):
                prose(console, clean(sentence), indent=2)
        if not document["advice"]:
            prose(console, "No instance runs, so there is no load.", indent=2)
    section(console, "Aurora Standard or I/O-Optimized")
    for sentence in _storage(document["storage"]):
        prose(console, sentence, indent=2)


def _advice(found: Mapping[str, Any]) -> Iterator[str]:
    what = f"{found['instances']} instance{'s' * (found['instances'] != 1)}, {found['now']}{' ACU' * (found['kind'] == 'acu')}"
    if found["advised"] is None:
        yield f"{what}: no advice."
    elif found["advised"] == found["now"]:
        yield f"{what}: fits, at {_at(found, 'now')}."
    else:
        change = found["difference"]
        more = f", {more_than(change)} than now" if change else ""
        yield f"{what}: {found['advised']} would fit, at {_at(found, 'advised')}{more}."
    if found["monthly_measured"]:
        yield f"At the measured average it costs {ends(found['monthly_measured'])} USD a month."
    yield from found["reasons"]
    if found["command"]:
        yield f"It is an estimate, and no promise. To change it: {found['command']}"


def _at(found: Mapping[str, Any], which: str) -> str:
    monthly = found[f"monthly_{which}"]
    return f"{ends(monthly)} USD a month (price of {found['price_of']})" if monthly else "an unknown price"


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
        yield "Not compared, since these prices are unknown:"
        for text in found["unknown_prices"]:
            storage, _, what = text.partition(" ")
            yield f"- {_NAMES[storage]}: {what}"
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
    yield f"{even}; below that Aurora Standard is cheaper ({prices_of(found)})."
