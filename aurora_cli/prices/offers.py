"""AWS's price list, from either of its forms: the answers of GetProducts and the files of the bulk API.

Both hold products with attributes and, by SKU, terms with price dimensions (AWS Billing User Guide, reading the service price
list file); a file has all products first and then all terms, an answer has each product with its own.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

from aurora_cli.errors import AwsFailed, InvalidInput
from aurora_cli.json_input import json_object, parse_json
from aurora_cli.prices.items import OPTIMIZED, STANDARD, item, of_engine
from aurora_cli.prices.shallow import ShallowFile
from aurora_cli.prices.table import UPDATED, Price, PriceTable, Source, checked_price

SERVICES = ("AmazonRDS", "AmazonCloudWatch", "AmazonVPC", "awskms", "AWSSecretsManager")
"""Service codes whose lists have something that a cluster costs."""

_ENGINES = {"Aurora MySQL": "aurora-mysql", "Aurora PostgreSQL": "aurora-postgresql", "Any": ""}
_REGION = re.compile(r"[a-z]+(-[a-z0-9]+)+", re.ASCII)
_SIZES = re.compile(r"\.(\d*)xl$", re.ASCII)
_MILLION = Decimal(1_000_000)
_COUNTED_SINGLY = ("io", "backtrack", "replicated-io")
_YEARS = {"Yr1-Yr2": "1-2", "Yr3": "3"}

_OF_RDS: tuple[tuple[str, str], ...] = (
    (r"InstanceUsage:(?P<class>db\..+)", f"instance:{STANDARD}"),
    (r"InstanceUsageIOOptimized:(?P<class>db\..+)", f"instance:{OPTIMIZED}"),
    (r"Aurora:ServerlessV2Usage", f"acu:{STANDARD}"),
    (r"Aurora:ServerlessV2IOOptimizedUsage", f"acu:{OPTIMIZED}"),
    (r"Aurora:StorageUsage", f"storage:{STANDARD}"),
    (r"Aurora:IO-OptimizedStorageUsage", f"storage:{OPTIMIZED}"),
    (r"Aurora:StorageIOUsage", "io"),
    (r"Aurora:BackupUsage", "backup"),
    (r"Aurora:BacktrackUsage", "backtrack"),
    (r"Aurora:ReplicatedWriteIO\w*", "replicated-io"),
    (r"(?:ASv2-ExtendedSupport:(?P<years>Yr1-Yr2|Yr3):|ExtendedSupport:(?P<year>Yr1-Yr2|Yr3):ASv2:)Aurora\w+",
     "extended-support-acu"),
    (r"ExtendedSupport:(?P<years>Yr1-Yr2|Yr3):Aurora\w+", "extended-support"),
    (r"RDS:ProxyUsage", "proxy"),
    (r"RDS:Proxy-ASv2-Usage", "proxy-acu"),
)  # fmt: skip
_OF_OTHERS: tuple[tuple[str, str, str], ...] = (
    ("AmazonCloudWatch", r"CW:AlarmMonitorUsage", "alarm"),
    ("AmazonCloudWatch", r"DataProcessing-Bytes", "logs"),
    ("AmazonCloudWatch", r"TimedStorage-ByteHrs", "logs-stored"),
    ("AmazonVPC", r"VpcEndpoint-Hours", "vpc-endpoint"),
    ("awskms", r"KMS-Keys", "kms-key"),
    ("AWSSecretsManager", r"AWSSecretsManager-Secrets", "secret"),
)
_PATTERNS = [
    *(("AmazonRDS", re.compile(rf"(?:.+-)?(?:{usage})", re.ASCII), name) for usage, name in _OF_RDS),
    *((service, re.compile(rf"(?:.+-)?{usage}", re.ASCII), name) for service, usage, name in _OF_OTHERS),
]
"""A usage type begins with a code of its Region and a hyphen, except in us-east-1 mostly. The first that fits counts."""

Quote = tuple[str, str, Decimal]
"""Region, item, US dollars for one unit of it."""


def item_of(product: Mapping[str, Any]) -> tuple[str, str] | None:
    """The Region of a product of the price list, and the item that it is; None for what no cluster pays."""
    given = product["attributes"]
    region, usage = given.get("regionCode"), given.get("usagetype")
    if not usage or not _REGION.fullmatch(str(region)):
        return None
    for service, pattern, name in _PATTERNS:
        match = pattern.fullmatch(usage) if given.get("servicecode") == service else None
        if match:
            named = _named(name, given, match.groupdict())
            return (region, named) if named else None
    return None


def _named(name: str, given: Mapping[str, Any], parts: Mapping[str, str | None]) -> str | None:
    kind, *rest = name.split(":")
    if parts.get("class"):
        rest.append(_class(given.get("instanceType") or "", str(parts["class"])))
    years = parts.get("years") or parts.get("year")
    if years:
        rest.append(_YEARS[years])
    if given["servicecode"] != "AmazonRDS":
        return item(kind, *rest)
    engine = _ENGINES.get(given.get("databaseEngine", "Any"))
    if engine is None:
        return None
    return of_engine(item(kind, *rest), engine) if engine else item(kind, *rest)


def _class(attribute: str, usage: str) -> str:
    """The DB instance class; usage types shorten its size: `db.r7g.2xl`."""
    return attribute if attribute.startswith("db.") else _SIZES.sub(r".\1xlarge", usage)


def price_of(name: str, terms: Mapping[str, Any]) -> Decimal | None:
    """US dollars for one unit of an item: the newest on-demand term, its first tier. None if it is free or not in dollars."""
    term = max(terms.values(), key=lambda one: str(one.get("effectiveDate", "")), default=None)
    tiers = list(term["priceDimensions"].values()) if term else []
    first = min(tiers, key=lambda one: Decimal(one.get("beginRange") or 0), default=None)
    usd = first["pricePerUnit"].get("USD") if first else None
    value = Decimal(usd) if usd else Decimal(0)
    if value <= 0:
        return None
    price = value * (_MILLION if name.partition("@")[0] in _COUNTED_SINGLY else 1)
    return checked_price(price, name).normalize()


def read_answers(answers: Iterable[str]) -> Iterator[Quote]:
    """The prices in strings of `PriceList`, as GetProducts gives them. Raises AwsFailed for one of another form."""
    for text in answers:
        found = parse_json(
            text, _from_answer, lambda why: AwsFailed(f"The answer of GetProducts cannot be read: {why}.")
        )
        if found:
            yield found


def _from_answer(data: Any) -> Quote | None:
    given = json_object(data)
    found = item_of(given["product"])
    return _quote(found, given["terms"].get("OnDemand", {})) if found else None


def _quote(found: tuple[str, str], terms: Mapping[str, Any]) -> Quote | None:
    usd = price_of(found[1], terms)
    return (*found, usd) if usd is not None else None


def read_file(path: Path, regions: Collection[str] = ()) -> tuple[date, list[Quote]]:
    """The publication date and the prices of a service price list file. It is streamed: files have hundreds of megabytes.

    Args:
        regions: only of these; empty for all.

    Raises:
        InvalidInput: it cannot be read, is no price list in JSON, or has no price of these Regions.
    """
    with _readable(path):
        published = _published(path)
        wanted = {
            str(sku): found
            for sku, product in _members(path, "products")
            if (found := item_of(product)) and (not regions or found[0] in regions)
        }
        terms = ((sku, wanted.get(str(sku)), term) for sku, term in _members(path, "terms.OnDemand"))
        quotes = [quote for _, found, term in terms if found and (quote := _quote(found, term))]
    if not quotes:
        where = f" for {', '.join(sorted(regions))}" if regions else ""
        raise InvalidInput(
            f"{path} has no price of what a cluster costs{where}.",
            hint=f"Take the file of one of these services in JSON: {', '.join(SERVICES)}.",
        )
    return published, quotes


def _members(path: Path, prefix: str) -> Iterator[tuple[str, Any]]:
    import ijson

    with path.open("rb") as file:
        yield from ijson.kvitems(ShallowFile(file), prefix)


def _published(path: Path) -> date:
    import ijson

    file: BinaryIO
    with path.open("rb") as file:
        found = next(iter(ijson.items(ShallowFile(file), "publicationDate")), None)
    if found is None:
        raise KeyError("publicationDate")
    return date.fromisoformat(str(found)[:10])


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Whatever is wrong with a file, in a sentence."""
    import ijson

    form = "Download a service price list file in JSON, e.g. the index.json of AmazonRDS in one Region."
    try:
        yield
    except OSError as problem:
        raise InvalidInput(f"{path} cannot be read: {problem.strerror or problem}.") from problem
    except (ijson.JSONError, UnicodeDecodeError) as problem:
        raise InvalidInput(f"{path} is not a price list in JSON: {problem}.", hint=form) from problem
    except (KeyError, TypeError, AttributeError, ValueError, ArithmeticError) as problem:
        what = f"{problem} is missing" if isinstance(problem, KeyError) else str(problem)
        raise InvalidInput(f"{path} is not a service price list: {what}.", hint=form) from problem


def as_table(quotes: Iterable[Quote], source: Source) -> tuple[PriceTable, list[str]]:
    """The table of these prices, and the items of which there are several prices in one Region: those are left out."""
    found: dict[tuple[str, str], set[Decimal]] = {}
    for region, name, usd in quotes:
        found.setdefault((region, name), set()).add(usd)
    regions: dict[str, dict[str, Price]] = {}
    for (region, name), values in found.items():
        if len(values) == 1:
            regions.setdefault(region, {})[name] = Price(min(values), (source,), UPDATED)
    return PriceTable(regions), sorted(f"{region} {name}" for (region, name), many in found.items() if len(many) > 1)
