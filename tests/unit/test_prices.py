"""The price table, and AWS's price list in both of its forms."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from aurora_cli.aws.pricing import ENDPOINTS, endpoint_for, read_products
from aurora_cli.errors import AwsFailed, InvalidInput
from aurora_cli.prices import offers
from aurora_cli.prices.items import UNITS, of_engine, unit_of
from aurora_cli.prices.offers import as_table, item_of, read_answers, read_file
from aurora_cli.prices.shallow import DEEPEST, ShallowFile
from aurora_cli.prices.table import (
    PriceTable,
    Source,
    known_prices,
    packaged_table,
    updated_table,
    write_table,
)
from aurora_cli.spec.facts.partitions import REGIONS
from aurora_cli.spec.facts.sizes import vcpus_of
from aurora_cli.spec.facts.support import extended_support_year
from aurora_cli.spec.facts.tables import instance_classes
from tests.unit.conftest import Run

PG, MYSQL = "Aurora PostgreSQL", "Aurora MySQL"


def product(usage: str, *, service: str = "AmazonRDS", region: str = "eu-west-1", **attributes: str) -> dict[str, Any]:
    """A product in the form of the price list."""
    given = {"servicecode": service, "regionCode": region, "usagetype": usage, **attributes}
    return {"sku": f"SKU{abs(hash(usage + str(attributes))) % 10**9}", "productFamily": "x", "attributes": given}


def terms(sku: str, usd: str, *, begin: str = "0", **more: Any) -> dict[str, Any]:
    """The on-demand terms of a SKU."""
    rate = {"rateCode": f"{sku}.T.R", "unit": "Hrs", "beginRange": begin, "pricePerUnit": {"USD": usd}, **more}
    term = {"offerTermCode": "T", "sku": sku, "effectiveDate": "2026-11-01T00:00:00Z", "termAttributes": {}}
    return {f"{sku}.T": {**term, "priceDimensions": {f"{sku}.T.R": rate}}}


PRODUCTS: dict[str, tuple[dict[str, Any], str]] = {
    "instance:aurora:db.r7g.2xlarge@aurora-postgresql": (
        product("EU-InstanceUsage:db.r7g.2xl", databaseEngine=PG, instanceType="db.r7g.2xlarge"),
        "1.2320000000",
    ),
    "instance:aurora-iopt1:db.r7g.2xlarge@aurora-mysql": (
        product("EU-InstanceUsageIOOptimized:db.r7g.2xl", databaseEngine=MYSQL),
        "1.6010000000",
    ),
    "acu:aurora@aurora-mysql": (product("EU-Aurora:ServerlessV2Usage", databaseEngine=MYSQL), "0.14"),
    "acu:aurora-iopt1@aurora-mysql": (
        product("EU-Aurora:ServerlessV2IOOptimizedUsage", databaseEngine=MYSQL),
        "0.18",
    ),
    "storage:aurora": (product("EU-Aurora:StorageUsage", databaseEngine="Any"), "0.11"),
    "storage:aurora-iopt1": (product("EU-Aurora:IO-OptimizedStorageUsage", databaseEngine="Any"), "0.248"),
    "io": (product("EU-Aurora:StorageIOUsage", databaseEngine="Any"), "0.0000002200"),
    "backup@aurora-postgresql": (product("EU-Aurora:BackupUsage", databaseEngine=PG), "0.021"),
    "extended-support:1-2@aurora-mysql": (
        product("EU-ExtendedSupport:Yr1-Yr2:AuroraMySQL2", databaseEngine=MYSQL),
        "0.112",
    ),
    "extended-support:3@aurora-postgresql": (
        product("EU-ExtendedSupport:Yr3:AuroraPostgreSQL12", databaseEngine=PG),
        "0.224",
    ),
    "extended-support-acu:1-2@aurora-postgresql": (
        product("EU-ExtendedSupport:Yr1-Yr2:ASv2:AuroraPostgreSQL13", databaseEngine=PG),
        "0.095",
    ),
    "extended-support-acu:3@aurora-postgresql": (
        product("EU-ASv2-ExtendedSupport:Yr3:AuroraPostgreSQL13", databaseEngine=PG),
        "0.19",
    ),
    "proxy@aurora-postgresql": (product("EU-RDS:ProxyUsage", databaseEngine=PG), "0.018"),
    "kms-key": (product("eu-west-1-KMS-Keys", service="awskms"), "1.0000000000"),
    "vpc-endpoint": (product("EU-VpcEndpoint-Hours", service="AmazonVPC"), "0.011"),
    "alarm": (product("EU-CW:AlarmMonitorUsage", service="AmazonCloudWatch"), "0.10"),
    "logs": (product("EU-DataProcessing-Bytes", service="AmazonCloudWatch"), "0.57"),
    "secret": (product("EU-AWSSecretsManager-Secrets", service="AWSSecretsManager"), "0.40"),
}
NOT_OURS = [
    product("EU-InstanceUsage:db.r7g.2xl", databaseEngine="PostgreSQL", instanceType="db.r7g.2xlarge"),
    product("EU-Multi-AZUsage:db.r7g.2xl", databaseEngine="MySQL"),
    product("EU-ExtendedSupport:Yr3:PostgreSQL11", databaseEngine="PostgreSQL"),
    product("EU-Aurora:IO-OptimizedStorageUsage-LimitlessPreview", databaseEngine=PG),
    product("EU-CW:HighResAlarmMonitorUsage", service="AmazonCloudWatch"),
    product("EU-Aurora:StorageUsage", service="AmazonEC2"),
    {"sku": "X", "attributes": {"servicecode": "AmazonRDS"}},
]


def answers() -> Iterator[str]:
    """As `PriceList` of GetProducts has them."""
    for one in NOT_OURS:
        yield json.dumps({"product": one, "terms": {"OnDemand": terms("X", "9.99")}})
    for one, usd in PRODUCTS.values():
        offer = {"OnDemand": terms(one["sku"], usd), "Reserved": {"R": {"priceDimensions": {}}}}
        yield json.dumps(
            {"product": one, "serviceCode": "x", "terms": offer, "version": "1", "publicationDate": "2026"}
        )


def offer_file(path: Path, **changed: Any) -> Path:
    """A service price list file."""
    every = [*(one for one, _ in PRODUCTS.values()), *NOT_OURS]
    document = {
        "formatVersion": "v1.0",
        "disclaimer": "This pricing list is for informational purposes only.",
        "offerCode": "AmazonRDS",
        "version": "20261120000000",
        "publicationDate": "2026-11-20T10:11:12Z",
        "products": {one["sku"]: one for one in every},
        "terms": {
            "OnDemand": {one["sku"]: terms(one["sku"], usd) for one, usd in PRODUCTS.values()},
            "Reserved": {"X": {"X.T": {"priceDimensions": {}}}},
        },
        **changed,
    }
    path.write_text(json.dumps(document))
    return path


# A request costs 0.00000022, so a million costs 0.22; everything else is as the list has it.
EXPECTED = {name: Decimal("0.22") if name == "io" else Decimal(usd) for name, (_, usd) in PRODUCTS.items()}


def test_both_forms_of_the_price_list_give_the_same(tmp_path: Path) -> None:
    published, from_file = read_file(offer_file(tmp_path / "index.json"))
    from_answers = list(read_answers(answers()))
    assert published == date(2026, 11, 20)
    assert sorted(from_file) == sorted(from_answers)
    assert {name: usd for _, name, usd in from_file} == EXPECTED
    assert {region for region, _, _ in from_file} == {"eu-west-1"}


def test_the_usage_types_of_us_east_1_have_no_prefix() -> None:
    usual = product("Aurora:StorageIOUsage", region="us-east-1", databaseEngine="Any")
    prefixed = product("USE1-RDS:ProxyUsage", region="us-east-1", databaseEngine=PG)
    assert (item_of(usual), item_of(prefixed)) == (("us-east-1", "io"), ("us-east-1", "proxy@aurora-postgresql"))


def test_a_first_tier_counts_and_what_is_free_has_no_price() -> None:
    logs, storage = product("EU-DataProcessing-Bytes", service="AmazonCloudWatch"), PRODUCTS["storage:aurora"][0]
    tiers = terms("A", "0.57")
    tiers["A.T"]["priceDimensions"]["A.T.S"] = {"beginRange": "10240", "pricePerUnit": {"USD": "0.285"}}
    documents = [(logs, tiers), (storage, terms("B", "0.0000000000"))]
    texts = [json.dumps({"product": one, "terms": {"OnDemand": offer}}) for one, offer in documents]
    assert list(read_answers(texts)) == [("eu-west-1", "logs", Decimal("0.57"))]


def test_an_item_with_several_prices_is_left_out() -> None:
    quotes = [("eu-west-1", "io", Decimal(usd)) for usd in ("0.22", "0.24")] + [("eu-west-1", "alarm", Decimal("0.1"))]
    table, ambiguous = as_table(quotes, Source("a file", date(2026, 11, 20)))
    assert [name for _, name, _ in table.rows()] == ["alarm"]
    assert ambiguous == ["eu-west-1 io"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is not a price list in JSON"),
        ('{"formatVersion": "v1.0", "publicationDate": "2026-11-20", "products": {"A": {"sku"', "is not a price list"),
        ("[1, 2]", "is not a service price list: 'publicationDate' is missing."),
        ('{"publicationDate": "soon", "products": {}}', "is not a service price list"),
        ('{"publicationDate": "2026-11-20", "products": {"A": 1}, "terms": {}}', "is not a service price list"),
        ('{"publicationDate": "2026-11-20", "products": {}, "terms": {}}', "has no price of what a cluster costs."),
    ],
)
def test_what_is_no_price_list_is_told(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "index.json"
    path.write_text(content)
    with pytest.raises(InvalidInput) as refused:
        read_file(path)
    assert said in refused.value.message
    assert refused.value.hint


@pytest.mark.parametrize("usd", ["Infinity", "NaN", "1E+30", "1E+999999", "1E-999999", "9" * 5000, "abc"])
def test_a_price_that_cannot_be_is_not_kept(tmp_path: Path, usd: str) -> None:
    one = product("EU-KMS-Keys", service="awskms")
    offer_file(tmp_path / "a.json", products={"A": one}, terms={"OnDemand": {"A": terms("A", usd)}})
    with pytest.raises(InvalidInput, match="is not a service price list"):
        read_file(tmp_path / "a.json")


@pytest.mark.parametrize("region", [["eu-west-1"], "\x1b[31m", "", None, 5])
def test_a_product_of_no_region_is_left_out(region: Any) -> None:
    given = product("EU-KMS-Keys", service="awskms")
    given["attributes"]["regionCode"] = region
    assert item_of(given) is None


def test_a_region_that_a_file_lacks_is_told(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"has no price of what a cluster costs for us-east-1\."):
        read_file(offer_file(tmp_path / "index.json"), ["us-east-1"])


def test_an_answer_of_another_form_is_told() -> None:
    with pytest.raises(AwsFailed, match="The answer of GetProducts cannot be read"):
        list(read_answers(['{"product": 1}']))


def test_update_keeps_prices_in_the_home_and_the_rest_stays(run: Run, tmp_path: Path) -> None:
    offer_file(tmp_path / "first.json")
    done = run("prices", "update", "--from", "first.json", "-o", "json")
    assert done.status == 0
    assert done.document["regions"] == {"eu-west-1": len(PRODUCTS)}
    (tmp_path / "second.json").write_text(
        (tmp_path / "first.json")
        .read_text()
        .replace("0.0000002200", "0.0000002500")
        .replace("2026-11-20", "2026-12-24")
    )
    assert run("prices", "update", "eu-west-1", "--from", "second.json").out.startswith("eu-west-1: 18 prices.")
    rows = {row["item"]: row for row in run("prices", "show", "--region", "eu-west-1", "-o", "json").document["prices"]}
    assert (rows["io"]["usd"], rows["io"]["price_of"], rows["io"]["unit"]) == ("0.25", "2026-12-24", "million requests")
    assert {row["table"] for row in rows.values()} == {"updated"}
    packaged = run("prices", "show", "us-east-1", "-o", "json").document["prices"]
    assert {row["table"] for row in packaged} == {"packaged"}


def test_a_damaged_table_is_told_and_not_replaced(run: Run, tmp_path: Path) -> None:
    offer_file(tmp_path / "index.json")
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "prices.json").write_text('{"format": 1')
    for words in (["prices", "show"], ["prices", "update", "--from", "index.json"]):
        done = run(*words)
        assert done.status == 2
        assert "cannot be read: it is not JSON" in " ".join(done.err.split())
        assert "Remove the file, then write it again: aurora-cli prices update" in done.err
    assert (tmp_path / "home" / "prices.json").read_text() == '{"format": 1'


def test_the_sandbox_has_no_pricing_api(run: Run) -> None:
    done = run("--sandbox", "prices", "update")
    assert done.status == 2
    assert "The sandbox has no Pricing API." in done.err
    assert "aurora-cli --sandbox prices update --from FILE" in done.err


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"usd": "0", "sources": ["a"]}, "the price of io is 0"),
        ({"usd": "nan", "sources": ["a"]}, "the price of io is NaN"),
        ({"usd": "1e30", "sources": ["a"]}, "the price of io is 1e+30"),
        ({"usd": "1e-999999", "sources": ["a"]}, "the price of io is 1e-999999"),
        ({"usd": "0.2", "sources": []}, "the price of io has no source"),
        ({"usd": "0.2", "sources": ["b"]}, "'b' is missing"),
    ],
)
def test_a_row_that_is_no_price_damages_the_table(tmp_path: Path, row: dict[str, Any], said: str) -> None:
    sources = {"a": {"text": "a file", "date": "2026-11-20"}}
    document = {"format": 1, "currency": "USD", "sources": sources, "regions": {"eu-west-1": {"io": row}}}
    (tmp_path / "prices.json").write_text(json.dumps(document))
    with pytest.raises(InvalidInput) as refused:
        updated_table(tmp_path / "prices.json")
    assert said in refused.value.message


def test_a_table_is_read_as_it_was_written(tmp_path: Path) -> None:
    table, _ = as_table([("eu-west-1", "io", Decimal("1E+1"))], Source("a file", date(2026, 11, 20)))
    write_table(tmp_path / "new" / "prices.json", table)
    assert updated_table(tmp_path / "new" / "prices.json") == table
    assert '"usd": "10"' in (tmp_path / "new" / "prices.json").read_text()


def test_an_engine_has_its_own_price_before_that_of_both(tmp_path: Path) -> None:
    both = [("eu-west-1", "io", Decimal("0.2")), ("eu-west-1", of_engine("io", "aurora-mysql"), Decimal("0.3"))]
    table, _ = as_table(both, Source("a file", date(2026, 11, 20)))
    found = [table.find("eu-west-1", "io", engine) for engine in ("aurora-mysql", "aurora-postgresql")]
    assert [one.usd for one in found if one] == [Decimal("0.3"), Decimal("0.2")]
    assert table.find("eu-west-2", "io", "aurora-mysql") is None
    assert known_prices(tmp_path / "none.json") == packaged_table()


def test_the_packaged_table_has_known_names_and_dated_sources() -> None:
    rows = list(packaged_table().rows())
    classes = set(instance_classes())
    assert {region for region, _, _ in rows} <= set(REGIONS)
    assert {name.split(":")[2] for _, name, _ in rows if name.startswith("instance:")} <= classes
    assert all(price.day <= date(2026, 11, 30) and unit_of(name) for _, name, price in rows)
    used = {source for _, _, price in rows for source in price.sources}
    assert all(source.text for source in used)
    # Of every kind that the packaged table has, us-east-1 has a row, where prices are known best.
    kinds = {name.partition(":")[0] for region, name, _ in rows if region == "us-east-1"}
    assert {"instance", "acu", "storage", "io", "backup", "extended-support", "proxy"} <= kinds <= set(UNITS)


def test_the_pricing_api_is_asked_where_there_is_one_for_the_products_of_a_region() -> None:
    class Pricing:
        def __init__(self) -> None:
            self.asked: list[Any] = []

        def get_paginator(self, name: str) -> Any:
            assert name == "get_products"
            return self

        def paginate(self, **given: Any) -> Any:
            self.asked.append(given)
            return [{"PriceList": ["a", "b"]}, {"PriceList": ["c"]}]

    pricing = Pricing()
    assert list(read_products(pricing, "AmazonRDS", "eu-west-1")) == ["a", "b", "c"]
    (asked,) = pricing.asked
    assert asked["ServiceCode"] == "AmazonRDS"
    assert asked["Filters"] == [{"Type": "TERM_MATCH", "Field": "regionCode", "Value": "eu-west-1"}]
    assert {endpoint_for(region) for region in REGIONS} == set(ENDPOINTS)
    assert set(offers.SERVICES) == {service for service, _, _ in offers._PATTERNS}


def test_every_class_of_aurora_has_known_vcpus() -> None:
    assert [name for name in instance_classes() if vcpus_of(name) is None] == ["db.serverless"]
    found = {name: vcpus_of(name) for name in ("db.t3.small", "db.t4g.large", "db.r6g.large", "db.r8g.48xlarge")}
    assert found == {"db.t3.small": 2, "db.t4g.large": 2, "db.r6g.large": 2, "db.r8g.48xlarge": 192}
    assert vcpus_of("db.x9.metal") is None


@pytest.mark.parametrize(
    ("engine", "version", "day", "year"),
    [
        ("aurora-postgresql", "13.20", date(2026, 2, 28), None),
        ("aurora-postgresql", "13.20", date(2026, 3, 1), "1-2"),
        ("aurora-postgresql", "13.20", date(2028, 2, 29), "1-2"),
        ("aurora-postgresql", "13.20", date(2028, 3, 1), "3"),
        ("aurora-mysql", "5.7.mysql_aurora.2.12.5", date(2026, 12, 1), "1-2"),
        ("aurora-postgresql", "99.1", date(2026, 12, 1), None),
    ],
)
def test_the_year_of_extended_support(engine: str, version: str, day: date, year: str | None) -> None:
    assert extended_support_year(engine, version, day) == year


def test_tables_lie_over_each_other_by_item() -> None:
    below, _ = as_table([("a", "io", Decimal(1)), ("a", "alarm", Decimal(1))], Source("old", date(2026, 1, 1)))
    above, _ = as_table([("a", "io", Decimal(2)), ("b", "io", Decimal(2))], Source("new", date(2026, 2, 1)))
    found = {(region, name): price.usd for region, name, price in above.over(below).rows()}
    assert found == {("a", "alarm"): 1, ("a", "io"): 2, ("b", "io"): 2}
    assert list(PriceTable({}).rows()) == []


@pytest.mark.parametrize("opening", ["[", '{"a":', '[{"a":'])
def test_a_file_that_is_nested_too_deep_is_refused_at_once(tmp_path: Path, opening: str) -> None:
    path = tmp_path / "deep.json"
    path.write_text('{"publicationDate": "2026-11-20", "products": {"x": ' + opening * 100_000)
    with pytest.raises(InvalidInput, match="it is nested deeper than 64 levels"):
        read_file(path)


@pytest.mark.parametrize("size", [1, 2, 7, 65_536])
def test_brackets_in_texts_are_no_levels(size: int) -> None:
    deep = "[" * DEEPEST + "]" * DEEPEST
    text = json.dumps([{"a": "[" * 200, "b": '\\"[{'}, "]" * 300, "\\"] * 3).encode() + deep.encode()
    file = ShallowFile(io.BytesIO(text))
    assert b"".join(iter(lambda: file.read(size), b"")) == text
    one_more = ShallowFile(io.BytesIO(b"[" * (DEEPEST + 1)))
    with pytest.raises(ValueError, match="64 levels"):
        list(iter(lambda: one_more.read(size), b""))


def test_a_text_without_an_end_is_refused() -> None:
    file = ShallowFile(io.BytesIO(b'["' + b"x" * 2**21))
    with pytest.raises(ValueError, match="a mebibyte"):
        list(iter(lambda: file.read(65_536), b""))
