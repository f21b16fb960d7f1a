"""What the load of 14 days fits in, with figures that are worked out by hand."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from aurora_cli.aws.cluster.load import InstanceLoad, read_load
from aurora_cli.operations.cost.sizing import advise
from aurora_cli.prices.estimate import NO_DISCOUNTS
from aurora_cli.prices.sizing import Class, Need, fitting_class, fitting_range, most_connections
from aurora_cli.spec.facts.sizes import memory_of, vcpus_of
from aurora_cli.spec.facts.tables import instance_classes
from tests.unit.test_cost import prices, spec

PG, MYSQL = "aurora-postgresql", "aurora-mysql"
SIZES = ("large", "xlarge", "2xlarge", "4xlarge")
R7G = [Class(f"db.r7g.{size}", 2 * 2**n, Decimal(16 * 2**n)) for n, size in enumerate(SIZES)]
LARGE, XLARGE, DOUBLE = R7G[:3]
ALL = 14 * 24


def need(cpu: str = "30", free: str = "4", connections: int = 100, hours: int = ALL) -> Need:
    return Need(hours, Decimal(cpu), Decimal(free), connections)


@pytest.mark.parametrize(
    ("now", "wanted", "advised"),
    [
        # 4 vCPUs x 30 / 60 = 2 vCPUs. In use: 32 - 20 = 12 GiB of the 16 x 0.95 = 15.2 that a large one has for it.
        (XLARGE, need("30", "20"), "db.r7g.large"),
        (XLARGE, need("31", "20"), "db.r7g.xlarge"),  # 4 x 31 / 60 = 2.07 vCPUs
        (XLARGE, need("30", "16.8"), "db.r7g.large"),  # 15.2 GiB in use
        (XLARGE, need("30", "16.7"), "db.r7g.xlarge"),  # 15.3 GiB in use
        (XLARGE, need("61", "20"), "db.r7g.2xlarge"),  # 4 x 61 / 60 = 4.07
        (LARGE, need("10", "0.8"), "db.r7g.large"),  # 15.2 GiB in use, 5 % free
        (LARGE, need("10", "0.7"), "db.r7g.xlarge"),
        # A large one has 16 GiB / 9531392 = 1802 connections, 80 % are 1441.
        (XLARGE, need("10", "30", 1441), "db.r7g.large"),
        (XLARGE, need("10", "30", 1442), "db.r7g.xlarge"),
        (R7G[3], need("100", "20"), None),  # 16 / 0.6 = 26.7 vCPUs
    ],
)
def test_the_smallest_class_in_which_the_busiest_moment_fits(now: Class, wanted: Need, advised: str | None) -> None:
    assert fitting_class(PG, now, wanted, R7G).advised == advised


def test_the_reasons_name_what_was_measured() -> None:
    found = fitting_class(PG, XLARGE, need("30", "20", hours=100), R7G)
    assert found.reasons == (
        "The busiest hour took 30 % of 4 vCPUs.",
        "At the least 20.0 of 32 GiB of memory were free.",
        "At most 100 connections were open, of 3604 by default.",  # 32 GiB / 9531392
        "Only 100 hours of the last 14 days were measured.",
    )
    assert "No class of db.r7g leaves enough room for that." in fitting_class(PG, LARGE, need("100"), [LARGE]).reasons


def test_connections_by_default() -> None:
    assert [most_connections(PG, Decimal(gib)) for gib in (4, 16, 64)] == [450, 1802, 5000]
    # log2(4 GiB / 805306368) x 45 = 108; log2(16 GiB / 8187281408) x 1000 = 1069; log2(64 GiB / ...) x 1000 = 3069
    assert [most_connections(MYSQL, Decimal(gib)) for gib in (4, 16, 64)] == [108, 1069, 3069]


@pytest.mark.parametrize(
    ("peak", "advised"),
    [
        ("2", "0.5-3"),  # 2 x 1.5
        ("2.1", "0.5-3.5"),  # 3.15, in steps of a half
        ("16", "0.5-24"),
        ("0.5", "0.5-1"),  # AWS takes no maximum below 1
        ("200", "0.5-256"),
    ],
)
def test_a_range_has_half_as_much_again_as_the_highest_capacity(peak: str, advised: str) -> None:
    found = fitting_range(Decimal("0.5"), Decimal(16), ALL, Decimal(peak), Decimal(256))
    assert (found.now, found.advised) == ("0.5-16", advised)


@pytest.mark.parametrize("hours", [0, 23])
def test_too_little_is_told_and_nothing_advised(hours: int) -> None:
    few = f"CloudWatch has too little: {hours} hours of the last 14 days, and 24 are needed."
    for found in (
        fitting_class(PG, LARGE, need(hours=hours), R7G),
        fitting_range(Decimal(1), Decimal(4), hours, Decimal(2), Decimal(256)),
    ):
        assert (found.advised, found.reasons) == (None, (few,))


def topology(*classes: str) -> Any:
    members = [SimpleNamespace(id=f"orders-{n}", class_=name) for n, name in enumerate(classes, 1)]
    return SimpleNamespace(members=members, engine=PG, engine_version="16.8", acu={"min": 0.5, "max": 16})


def test_advice_has_its_price_and_the_busiest_instance_counts() -> None:
    loads = [
        InstanceLoad("orders-1", ALL, 29.0, 20 * 2.0**30, 90.0),
        InstanceLoad("orders-2", ALL, 5.0, 30 * 2.0**30, 3.0),
    ]
    known = prices()
    (found,) = advise(spec(), topology("db.r7g.xlarge", "db.r7g.xlarge"), loads, known, NO_DISCOUNTS)
    document = found.to_dict()
    assert document["advised"] == "db.r7g.large"
    assert document["monthly_advised"] == {"from": "438.00", "to": "438.00"}  # 2 x 730 h x 0.30
    assert (document["monthly_now"], document["difference"]) == (None, None)  # the price of an xlarge is not known
    assert document["command"] == "aurora-cli scale orders --class db.r7g.large"
    busy = [loads[0], InstanceLoad("orders-2", ALL, 50.0, 30 * 2.0**30, 3.0)]  # 4 x 50 / 60 = 3.3 vCPUs
    (found,) = advise(spec(), topology("db.r7g.xlarge", "db.r7g.xlarge"), busy, known, NO_DISCOUNTS)
    assert (found.sizing.advised, found.command) == ("db.r7g.xlarge", None)


def test_advice_for_serverless_instances_has_the_measured_average_too() -> None:
    loads = [InstanceLoad(f"orders-{n}", ALL, 20.0, 2.0**30, 9.0, average, 4.0) for n, average in ((1, 1.5), (2, 0.5))]
    (found,) = advise(spec(), topology("db.serverless", "db.serverless"), loads, prices(), NO_DISCOUNTS)
    document = found.to_dict()
    assert (document["now"], document["advised"]) == ("0.5-16", "0.5-6")
    assert document["monthly_now"] == {"from": "87.60", "to": "2803.20"}  # 2 x 0.5 and 2 x 16 ACU x 730 h x 0.12
    assert document["monthly_advised"] == {"from": "87.60", "to": "1051.20"}  # 2 x 6
    assert document["monthly_measured"] == {"from": "175.20", "to": "175.20"}  # 2 ACU x 730 h x 0.12
    assert document["command"] == "aurora-cli scale orders --acu 0.5-6"


def test_the_load_is_read_in_one_call() -> None:
    now = datetime(2026, 12, 1, tzinfo=timezone.utc)
    values = {"CPUUtilization": [10.0, 40.0], "FreeableMemory": [3e9, 2e9], "DatabaseConnections": [7.0, 9.0]}
    asked: list[Any] = []

    def paginate(**given: Any) -> list[Any]:
        asked.append(given)
        metrics = {query["Id"]: query["MetricStat"]["Metric"] for query in given["MetricDataQueries"]}
        results = [
            {"Id": key, "Timestamps": [now, now - timedelta(hours=1)], "Values": values.get(one["MetricName"], [])}
            for key, one in metrics.items()
            if one["Dimensions"] == [{"Name": "DBInstanceIdentifier", "Value": "orders-1"}]
        ]
        return [{"MetricDataResults": results}]

    cloudwatch: Any = SimpleNamespace(get_paginator=lambda name: SimpleNamespace(paginate=paginate))
    clock: Any = SimpleNamespace(now=lambda: now)
    found = read_load(cloudwatch, ["orders-1", "orders-2"], clock)
    assert found == (InstanceLoad("orders-1", 2, 40.0, 2e9, 9.0), InstanceLoad("orders-2"))
    assert len(asked) == 1


def test_every_class_has_a_known_memory_but_the_oldest() -> None:
    unknown = {name.rpartition(".")[0] for name in instance_classes() if memory_of(name) is None}
    assert unknown == {"db", "db.r3"}
    found = {name: memory_of(name) for name in ("db.t4g.medium", "db.r7g.large", "db.x2g.16xlarge", "db.r8g.48xlarge")}
    assert found == {"db.t4g.medium": 4, "db.r7g.large": 16, "db.x2g.16xlarge": 1024, "db.r8g.48xlarge": 1536}
    assert vcpus_of("db.r8g.48xlarge") == 192
