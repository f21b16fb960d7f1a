"""The price table of the home: from AWS's Pricing API, or from files of its bulk price list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aurora_cli.errors import InvalidInput
from aurora_cli.events import Emit, timed
from aurora_cli.prices.items import unit_of
from aurora_cli.prices.offers import SERVICES, Quote, as_table, read_answers, read_file
from aurora_cli.prices.table import Price, PriceTable, Source, known_prices, updated_table, write_table

if TYPE_CHECKING:
    from aurora_cli.context import AppContext


@dataclass(frozen=True)
class Updated:
    """What an update has brought.

    Attributes:
        file: the table in the home.
        regions: Region -> how many prices are new or were read again.
        ambiguous: `<region> <item>` with several prices, which were left out.
    """

    file: Path
    regions: dict[str, int]
    ambiguous: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """JSON form."""
        return {"file": str(self.file), "regions": self.regions, "ambiguous": list(self.ambiguous)}


def update_prices(app: AppContext, regions: Sequence[str], files: Sequence[Path], emit: Emit) -> Updated:
    """Read prices and keep them in the home, above those that are there.

    Args:
        regions: whose prices; for files, empty is all that they have.
        files: of the bulk price list; empty asks the Pricing API.

    Raises:
        InvalidInput: a file is no price list, the table of the home is damaged, or no Region is set. CredentialsError,
        AccessDenied, AwsFailed.
    """
    present = updated_table(app.price_file)
    found = PriceTable({})
    several: set[str] = set()
    for source, quotes in _from_files(regions, files, emit) if files else _from_api(app, regions, emit):
        table, ambiguous = as_table(quotes, source)
        found, several = table.over(found), several | set(ambiguous)
    write_table(app.price_file, found.over(present))
    return Updated(app.price_file, {r: len(p) for r, p in sorted(found.regions.items())}, tuple(sorted(several)))


def price_rows(app: AppContext, regions: Sequence[str]) -> list[dict[str, Any]]:
    """The prices that estimates use, the updated ones above the packaged. Raises InvalidInput for a damaged table."""
    return [_row(*one) for one in known_prices(app.price_file).rows(regions)]


def _row(region: str, name: str, price: Price) -> dict[str, Any]:
    return {
        "region": region,
        "item": name,
        "usd": f"{price.usd:f}",
        "unit": unit_of(name),
        "price_of": price.day.isoformat(),
        "table": price.table,
        "sources": [source.text for source in price.sources],
    }


def _from_files(regions: Sequence[str], files: Sequence[Path], emit: Emit) -> Iterator[tuple[Source, list[Quote]]]:
    for file in files:
        with timed(emit, f"prices of {file.name}", f"Reading {file}"):
            published, quotes = read_file(file, regions)
        yield Source(f"AWS Price List, {file.name}", published), quotes


def _from_api(app: AppContext, regions: Sequence[str], emit: Emit) -> Iterator[tuple[Source, list[Quote]]]:
    from aurora_cli.aws.pricing import endpoint_for, read_products

    if app.sandbox:
        raise InvalidInput(
            "The sandbox has no Pricing API.",
            hint="Read a file of AWS's bulk price list instead: aurora-cli prices update --from FILE",
        )
    fallback = app.fallback_region()
    wanted = list(regions) or [name for name in (app.region, fallback[0] if fallback else None) if name][:1]
    if not wanted:
        raise InvalidInput("No Region is set.", hint="Name one: aurora-cli prices update eu-west-1")
    today = app.clock.now().date()
    for region in wanted:
        for service in SERVICES:
            with timed(emit, f"prices {region} {service}", f"Reading the prices of {service} in {region}"):
                client = app.aws(endpoint_for(region)).client("pricing")
                quotes = list(read_answers(read_products(client, service, region)))
            yield Source(f"AWS Pricing API, {service} in {region}", today), quotes
