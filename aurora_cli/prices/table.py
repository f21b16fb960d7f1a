"""Price tables: the packaged one, the one that `prices update` keeps in the home, and the two together.

Both are JSON of the same form, see docs/reference/prices.md. Each price names its sources, and each source has a date.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from aurora_cli.errors import InvalidInput
from aurora_cli.json_input import json_object, parse_json, read_json
from aurora_cli.prices.items import of_engine, unit_of
from aurora_cli.writing import make_missing, write_atomic

FORMAT = 1
_LEAST, _MOST = Decimal("1e-9"), Decimal("1e6")
"""Between which a price is: with others, sums would lose their digits, or a file its readers."""
PACKAGED = "packaged"
UPDATED = "updated"


@dataclass(frozen=True)
class Source:
    """Where prices come from.

    Attributes:
        text: what was read.
        day: when it was published or read.
    """

    text: str
    day: date


@dataclass(frozen=True)
class Price:
    """One price.

    Attributes:
        usd: for one unit of its item.
        sources: where it is from.
        table: `packaged` or `updated`.
    """

    usd: Decimal
    sources: tuple[Source, ...]
    table: str

    @property
    def day(self) -> date:
        """When it held: that of its newest source."""
        return max(source.day for source in self.sources)


@dataclass(frozen=True)
class PriceTable:
    """Prices by Region and item."""

    regions: Mapping[str, Mapping[str, Price]]

    def find(self, region: str, name: str, engine: str) -> Price | None:
        """The price of an item in a Region for an engine; None where the table has none."""
        known = self.regions.get(region, {})
        return known.get(of_engine(name, engine)) or known.get(name)

    def over(self, below: PriceTable) -> PriceTable:
        """This table, and the other one where this one has no price."""
        names = [*dict.fromkeys((*below.regions, *self.regions))]
        return PriceTable({name: {**below.regions.get(name, {}), **self.regions.get(name, {})} for name in names})

    def rows(self, regions: Collection[str] = ()) -> Iterator[tuple[str, str, Price]]:
        """Region, item and price, sorted; of some Regions or of all."""
        for region in sorted(self.regions):
            if not regions or region in regions:
                yield from ((region, name, price) for name, price in sorted(self.regions[region].items()))


@cache
def packaged_table() -> PriceTable:
    """The table of this version."""
    text = resources.files(__package__).joinpath("prices.json").read_bytes()

    def damaged(why: str) -> InvalidInput:
        return InvalidInput(f"The packaged price table cannot be read: {why}.", hint="Install aurora-cli again.")

    return parse_json(text, lambda data: _table(data, PACKAGED), damaged)


def updated_table(path: Path) -> PriceTable:
    """The table of a file that `prices update` has written; an empty one where there is no file.

    Raises:
        InvalidInput: the file is damaged.
    """

    def damaged(why: str) -> InvalidInput:
        return InvalidInput(
            f"The price table {path} cannot be read: {why}.",
            hint="Remove the file, then write it again: aurora-cli prices update",
        )

    return read_json(path, lambda data: _table(data, UPDATED), damaged, absent=PriceTable({}))


def known_prices(path: Path) -> PriceTable:
    """The updated table over the packaged one. Raises InvalidInput for a damaged file."""
    return updated_table(path).over(packaged_table())


def write_table(path: Path, table: PriceTable) -> None:
    """Write the updated table; a crash leaves the old one. Raises InvalidInput where it cannot be written."""
    sources = list(dict.fromkeys(source for _, _, price in table.rows() for source in price.sources))
    keys = {source: str(number) for number, source in enumerate(sources, 1)}
    document = {
        "format": FORMAT,
        "currency": "USD",
        "sources": {keys[one]: {"text": one.text, "date": one.day.isoformat()} for one in sources},
        "regions": {
            region: {
                name: {"usd": f"{price.usd:f}", "sources": [keys[one] for one in price.sources]}
                for name, price in sorted(prices.items())
            }
            for region, prices in sorted(table.regions.items())
        },
    }
    try:
        make_missing(path.parent)
        write_atomic(path, json.dumps(document, indent=1) + "\n")
    except OSError as problem:
        raise InvalidInput(
            f"The price table {path} cannot be written: {problem.strerror or problem}.",
            hint="Choose another home with --home or AURORA_HOME.",
        ) from problem


def _table(data: Any, table: str) -> PriceTable:
    given = json_object(data)
    if given["format"] != FORMAT:
        raise ValueError(f"its format is {given['format']!r}, and this version reads {FORMAT}")
    sources = {key: Source(one["text"], date.fromisoformat(one["date"])) for key, one in given["sources"].items()}
    return PriceTable(
        {
            region: {name: _price(name, row, sources, table) for name, row in json_object(prices).items()}
            for region, prices in json_object(given["regions"]).items()
        }
    )


def checked_price(usd: Decimal, name: str) -> Decimal:
    """The price of an item, in US dollars. Raises ValueError for one that cannot be."""
    if not usd.is_finite() or not _LEAST <= usd <= _MOST:
        raise ValueError(f"the price of {name} is {usd:.3g}")
    return usd


def _price(name: str, row: Any, sources: Mapping[str, Source], table: str) -> Price:
    unit_of(name)
    usd = checked_price(Decimal(row["usd"]), name)
    found = tuple(sources[key] for key in row["sources"])
    if not found:
        raise ValueError(f"the price of {name} has no source")
    return Price(usd, found, table)
