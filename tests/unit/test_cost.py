"""Estimates, with figures that are worked out by hand."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from aurora_cli.aws.cluster.volume import Volume, read_volume
from aurora_cli.errors import AccessDenied
from aurora_cli.operations.blue_green.create import Create
from aurora_cli.operations.core.region_topology import LiveRegions
from aurora_cli.operations.cost.monthly import of_change
from aurora_cli.operations.cost.shapes import gib, live_shapes, shapes_of
from aurora_cli.operations.inspect import cost
from aurora_cli.operations.inspect.cost import _instead, _usage
from aurora_cli.operations.pipeline.step import Decision
from aurora_cli.operations.restore_in_place.replace import Replace
from aurora_cli.operations.upgrade.upgrade import Upgrade, UpgradeRequest
from aurora_cli.prices.amount import Amount
from aurora_cli.prices.estimate import Discounts, Estimate, estimate
from aurora_cli.prices.items import OPTIMIZED, STANDARD
from aurora_cli.prices.offers import as_table
from aurora_cli.prices.shape import Shape, Usage
from aurora_cli.prices.storage_choice import compare_storage
from aurora_cli.prices.table import PriceTable, Source, write_table
from aurora_cli.prices.words import planned
from tests.unit.conftest import Run
from tests.unit.spec_cases import resolved

TODAY = date(2026, 12, 1)
PRICES = {
    "instance:aurora:db.r7g.large": "0.30",
    "instance:aurora-iopt1:db.r7g.large": "0.40",
    "acu:aurora": "0.12",
    "acu:aurora-iopt1": "0.16",
    "storage:aurora": "0.10",
    "storage:aurora-iopt1": "0.225",
    "io": "0.20",
    "backup": "0.02",
    "extended-support:1-2": "0.10",
    "extended-support-acu:1-2": "0.09",
    "proxy": "0.015",
    "proxy-acu": "0.015",
    "insights": "0.0125",
    "vpc-endpoint": "0.01",
    "kms-key": "1",
    "secret": "0.40",
    "alarm": "0.10",
    "replicated-io": "0.20",
    "logs": "0.50",
}


def prices(region: str = "eu-west-1", **left_out: bool) -> PriceTable:
    known = {name: usd for name, usd in PRICES.items() if name not in left_out}
    quotes = [(region, name, Decimal(usd)) for name, usd in known.items()]
    return as_table(quotes, Source("by hand", TODAY))[0]


def shape(**changed: Any) -> Shape:
    usual: dict[str, Any] = {
        "name": "orders",
        "region": "eu-west-1",
        "engine": "aurora-postgresql",
        "storage": STANDARD,
    }
    return Shape(**{**usual, **changed})


def monthly(found: Estimate) -> dict[str, tuple[str, str] | None]:
    """Part -> from and to, in dollars a month."""
    sums = {line.part: line.to_dict()["monthly"] for line in found.lines}
    return {part: (one["from"], one["to"]) if one else None for part, one in sums.items()}


def once(text: str) -> tuple[str, str]:
    return text, text


def test_a_provisioned_cluster_part_by_part() -> None:
    found = estimate(
        [
            shape(
                instances={"db.r7g.large": Amount.of(3)},
                vcpus=Amount.of(6),
                extended_support="1-2",
                proxy=True,
                insights="advanced",
                endpoint_zones=6,
                keys=1,
                secrets=1,
                alarms=4,
                usage=Usage(storage=Decimal(500), io=Decimal("1234.5"), backup=Decimal("12.5")),
            )
        ],
        prices(),
    )
    assert monthly(found) == {
        "instances": once("657.00"),  # 3 x 730 h x 0.30
        "storage": once("50.00"),  # 500 x 0.10
        "io": once("246.90"),  # 1234.5 x 0.20
        "backup": once("0.25"),  # 12.5 x 0.02
        "extended_support": once("438.00"),  # 6 vCPU x 730 h x 0.10
        "proxy": once("65.70"),  # 6 vCPU x 730 h x 0.015
        "insights": once("54.75"),  # 6 vCPU x 730 h x 0.0125
        "vpc_endpoints": once("43.80"),  # 6 x 730 h x 0.01
        "kms_keys": once("1.00"),
        "secrets": once("0.40"),
        "alarms": once("0.40"),  # 4 x 0.10
    }
    # 657 + 50 + 246.9 + 0.25 + 438 + 65.7 + 54.75 + 43.8 + 1 + 0.4 + 0.4 = 1558.20; / 730 = 2.13452
    assert found.summary["monthly"] == {"from": "1558.20", "to": "1558.20"}
    assert found.summary["hourly"] == {"from": "2.1345", "to": "2.1345"}
    assert found.summary["at_least"] is False
    assert found.summary["prices_of"] == {"from": "2026-12-01", "to": "2026-12-01"}


def test_a_serverless_cluster_costs_from_its_least_to_its_largest_capacity() -> None:
    serverless = {"serverless": Amount.of(2), "acu": Amount.of(0.5, 16), "proxy": True, "extended_support": "1-2"}
    found = monthly(estimate([shape(**serverless)], prices()))
    assert found["capacity"] == ("87.60", "2803.20")  # 2 x 0.5 and 2 x 16 ACU x 730 h x 0.12
    assert found["extended_support"] == ("65.70", "2102.40")  # 1 and 32 ACU x 730 h x 0.09
    assert found["proxy"] == ("87.60", "350.40")  # 8 ACU at least, and 32, x 730 h x 0.015
    paused = monthly(estimate([shape(serverless=Amount.of(1), acu=Amount.of(0, 1))], prices()))
    assert paused["capacity"] == ("0.00", "87.60")  # 1 ACU x 730 h x 0.12


def test_a_proxy_is_charged_for_two_vcpus_at_least() -> None:
    small = shape(instances={"db.r7g.large": Amount.of(1)}, vcpus=Amount.of(1), proxy=True)
    assert monthly(estimate([small], prices()))["proxy"] == once("21.90")  # 2 x 730 h x 0.015


def test_what_is_unknown_is_never_zero() -> None:
    found = estimate(
        [shape(instances={"db.r7g.large": Amount.of(1)}, vcpus=Amount.of(2), proxy=True)], prices(proxy=True)
    )
    assert monthly(found) == {
        "instances": once("219.00"),  # 730 h x 0.30
        "storage": None,
        "io": None,
        "backup": None,
        "proxy": None,
    }
    assert {line.part: line.unknown for line in found.lines} == {
        "instances": None,
        "storage": "quantity",
        "io": "quantity",
        "backup": "quantity",
        "proxy": "price",
    }
    assert found.summary["at_least"] is True
    assert found.summary["monthly"] == {"from": "219.00", "to": "219.00"}
    nothing = estimate([shape(region="us-east-1")], prices()).summary
    assert nothing == {"currency": "USD", "monthly": None, "hourly": None, "at_least": True, "prices_of": None}


def test_io_is_never_charged_on_io_optimized() -> None:
    usage = Usage(storage=Decimal(100), io=Decimal(100_000))
    optimized = shape(storage=OPTIMIZED, instances={"db.r7g.large": Amount.of(1)}, vcpus=Amount.of(2), usage=usage)
    found = monthly(estimate([optimized], prices()))
    assert "io" not in found
    assert found["instances"] == once("292.00")  # 730 h x 0.40
    assert found["storage"] == once("22.50")  # 100 x 0.225


@pytest.mark.parametrize(
    ("million_io", "cheaper", "saving"),
    [
        # I/O-Optimized costs 2 x 730 x (0.40 - 0.30) + 200 x (0.225 - 0.10) = 146 + 25 = 171 more: 855 million requests.
        ("500", STANDARD, "71.00"),  # 171 - 500 x 0.20
        ("2000", OPTIMIZED, "229.00"),  # 2000 x 0.20 - 171
        ("855", None, None),
        (None, None, None),
    ],
)
@pytest.mark.parametrize("current", [STANDARD, OPTIMIZED])
def test_which_storage_is_cheaper(
    current: str, million_io: str | None, cheaper: str | None, saving: str | None
) -> None:
    usage = Usage(storage=Decimal(200), io=Decimal(million_io) if million_io else None)
    found = compare_storage(
        shape(storage=current, instances={"db.r7g.large": Amount.of(2)}, vcpus=Amount.of(4), usage=usage), prices()
    ).to_dict()
    assert found["cheaper"] == cheaper
    assert found["saving"] == (saving and {"from": saving, "to": saving})
    assert found["io_optimized_costs_more"] == {"from": "171.00", "to": "171.00"}
    assert found["break_even_million_io"] == {"from": "855.0", "to": "855.0"}
    assert found["break_even_million_io_per_gib"] is None


def test_without_the_storage_the_break_even_grows_with_it() -> None:
    found = compare_storage(shape(instances={"db.r7g.large": Amount.of(2)}, vcpus=Amount.of(4)), prices()).to_dict()
    assert found["break_even_million_io"] == {"from": "730.0", "to": "730.0"}  # 146 / 0.20
    assert Decimal(found["break_even_million_io_per_gib"]) == Decimal("0.625")  # 0.125 / 0.20
    assert found["cheaper"] is None


def test_the_cheaper_storage_may_depend_on_the_capacity() -> None:
    # 0.04 x 730 = 29.20 more for each ACU: 14.60 at half an ACU, 467.20 at 16; storage 12.50 more.
    usage = Usage(storage=Decimal(100), io=Decimal(1000))
    serverless = shape(serverless=Amount.of(1), acu=Amount.of(0.5, 16), usage=usage)
    found = compare_storage(serverless, prices()).to_dict()
    assert found["io_optimized_costs_more"] == {"from": "27.10", "to": "479.70"}
    assert found["break_even_million_io"] == {"from": "135.5", "to": "2398.5"}
    assert found["cheaper"] is None  # 1000 x 0.20 = 200 lies between


def test_storage_is_not_compared_without_a_price() -> None:
    found = compare_storage(shape(instances={"db.r6i.large": Amount.of(1)}, vcpus=Amount.of(2)), prices()).to_dict()
    assert found["unknown_prices"] == ["aurora db.r6i.large, 1 instance", "aurora-iopt1 db.r6i.large, 1 instance"]
    assert found["break_even_million_io"] is None


def test_discounts_are_the_users_and_on_what_aws_gives_them_for() -> None:
    both = shape(
        instances={"db.r7g.large": Amount.of(1)},
        vcpus=Amount.of(2),
        serverless=Amount.of(1),
        acu=Amount.of(1),
        usage=Usage(storage=Decimal(10)),
    )
    reserved = monthly(estimate([both], prices(), Discounts(reserved=Decimal(34))))
    assert reserved["instances"] == once("144.54")  # 219 x 0.66
    assert reserved["capacity"] == once("87.60")
    plan = estimate([both], prices(), Discounts(savings_plan=Decimal(20)))
    assert monthly(plan)["instances"] == once("175.20")  # 219 x 0.80
    assert monthly(plan)["capacity"] == once("70.08")  # 87.60 x 0.80
    assert monthly(plan)["storage"] == once("1.00")
    assert plan.lines[0].text == "db.r7g.large, 1 instance, 20 % off (Database Savings Plan)"
    each = monthly(estimate([both], prices(), Discounts(Decimal(34), Decimal(20))))
    assert (each["instances"], each["capacity"]) == (once("144.54"), once("70.08"))


def spec(**values: Any) -> Any:
    return resolved({"name": "orders", "region": "eu-west-1", "engine": "postgres", **values}).spec


def test_what_a_spec_asks_for() -> None:
    found = shapes_of(
        spec(
            instances={"class": "db.r7g.large", "readers": 2, "overrides": {"3": {"class": "db.r7g.xlarge"}}},
            autoscaling={"min": 2, "max": 4, "cpu": 70},
            proxy=True,
            encryption={"kms_key": "stack"},
            monitoring={"insights": {"mode": "advanced"}, "alarms": True},
            network={"vpc_endpoints": ["secretsmanager", "kms", "s3"], "zones": 3},
        ),
        TODAY,
    )
    (one,) = found
    # The writer and key 2, and up to two more readers of autoscaling; key 3.
    assert one.instances == {"db.r7g.large": Amount.of(2, 4), "db.r7g.xlarge": Amount.of(1)}
    assert one.vcpus == Amount.of(8, 12)  # 2 x 2 + 4, and 4 x 2 + 4
    assert one.endpoint_zones == 6  # S3's is a gateway, which costs nothing
    assert (one.proxy, one.insights, one.keys, one.secrets, one.logs) == (True, "advanced", 1, 1, True)
    assert one.alarms == 4  # CPU, replica lag, local storage, deadlocks
    assert one.extended_support is None
    old = spec(engine_version="13.20")
    assert shapes_of(old, TODAY)[0].extended_support == "1-2"
    assert shapes_of(old.model_copy(update={"extended_support": False}), TODAY)[0].extended_support is None


def test_each_region_of_a_global_database_is_paid_for() -> None:
    values = {"us-east-1": {"instances": {"readers": 1}}, "eu-central-1": {"headless": True}}
    found = shapes_of(spec(instances={"class": "db.r7g.large"}, **{"global": {"regions": values}}), TODAY)
    assert [(one.region, one.instances, one.replicated, one.secrets) for one in found] == [
        ("eu-west-1", {"db.r7g.large": Amount.of(1)}, False, 1),
        ("eu-central-1", {}, True, 0),
        ("us-east-1", {"db.r7g.large": Amount.of(2)}, True, 0),
    ]
    lines = estimate(found, prices("us-east-1")).to_dict()["lines"]
    assert {line["region"] for line in lines if line["unknown"] == "price"} == {"eu-west-1", "eu-central-1"}
    # A global database is charged for each write that is replicated, and nothing says how many those are.
    replicated = [line for line in lines if line["part"] == "replicated_io"]
    assert [(line["region"], line["monthly"]) for line in replicated] == [("eu-central-1", None), ("us-east-1", None)]


def live(status: str = "available") -> Any:
    classes = ("db.r7g.large", "db.r7g.large", "db.serverless")
    members = tuple(SimpleNamespace(class_=name) for name in classes)
    return SimpleNamespace(
        status=status,
        members=members,
        acu={"min": 1.0, "max": 4.0},
        engine="aurora-postgresql",
        engine_version="13.20",
        extended_support=None,
    )


def test_the_live_cluster_counts_before_its_spec() -> None:
    found = live_shapes(spec(instances={"class": "db.r6g.large"}), live(), LiveRegions(), TODAY)[0]
    assert (found.instances, found.serverless) == ({"db.r7g.large": Amount.of(2)}, Amount.of(1))
    assert (found.acu, found.vcpus, found.extended_support) == (Amount.of(1, 4), Amount.of(4), "1-2")
    stopped = live_shapes(spec(instances={"class": "db.r6g.large"}), live("stopped"), LiveRegions(), TODAY)[0]
    assert (stopped.instances, stopped.serverless) == ({}, Amount.of(0))
    absent = live_shapes(spec(instances={"class": "db.r6g.large"}), None, LiveRegions(), TODAY)[0]
    assert absent.instances == {"db.r6g.large": Amount.of(1)}


NOW = datetime(2026, 12, 1, 12, tzinfo=timezone.utc)


class CloudWatch:
    """Answers get_metric_data in pages, with these values for each metric, newest first."""

    def __init__(self, values: dict[str, list[float]], *, denied: bool = False) -> None:
        self.values, self.denied, self.asked = values, denied, 0

    def get_paginator(self, name: str) -> Any:
        assert name == "get_metric_data"
        return self

    def paginate(self, *, MetricDataQueries: list[Any], **given: Any) -> Any:  # noqa: N803
        self.asked += 1
        if self.denied:
            raise AccessDenied("AWS denies GetMetricData.")
        for query in MetricDataQueries:
            metric = query["MetricStat"]["Metric"]
            assert metric["Dimensions"] == [{"Name": "DBClusterIdentifier", "Value": "orders"}]
            period, found = query["MetricStat"]["Period"], self.values.get(metric["MetricName"], [])
            times = [NOW - timedelta(seconds=period * number) for number in range(len(found))]
            yield {"MetricDataResults": [{"Id": query["Id"], "Timestamps": times, "Values": found}]}


def volume(cloudwatch: CloudWatch) -> Volume:
    clock: Any = SimpleNamespace(now=lambda: NOW)
    return read_volume(cloudwatch, "orders", clock)


def test_io_of_the_measured_hours_becomes_that_of_a_month() -> None:
    cloudwatch = CloudWatch(
        {
            "VolumeBytesUsed": [3 * 2**30, 2**30],
            "VolumeReadIOPs": [600_000.0, 200_000.0],
            "VolumeWriteIOPs": [100_000.0, 100_000.0],
            "TotalBackupStorageBilled": [float(2**29)],
            "AuroraGlobalDBReplicatedWriteIO": [200_000.0],
        }
    )
    found = volume(cloudwatch)
    assert cloudwatch.asked == 1
    assert found == Volume(3 * 2**30, 1_000_000.0, 2, 2**29, 200_000.0, 1)
    usage = _usage(found)
    assert (usage.storage, usage.backup) == (Decimal(3), Decimal("0.5"))
    assert usage.io == 365  # a million in 2 hours, so 365 million in 730
    assert usage.replicated == 146  # 0.2 million in an hour
    assert usage.measured == "2 hours of the last 14 days"
    expected = Usage(Decimal(3), Decimal(9), Decimal("0.5"), Decimal(146), usage.measured)
    assert _instead(usage, Usage(io=Decimal(9))) == expected
    secondary = shape(replicated=True, usage=usage)
    assert monthly(estimate([secondary], prices()))["replicated_io"] == once("29.20")  # 146 x 0.20


@pytest.mark.parametrize("denied", [False, True])
def test_what_cloudwatch_does_not_say_is_unknown(denied: bool) -> None:
    assert _usage(volume(CloudWatch({}, denied=denied))) == Usage()


def test_the_storage_of_a_stopped_cluster_is_compared_as_if_it_ran(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_table(tmp_path / "prices.json", prices())
    given = spec(instances={"class": "db.r7g.large"})
    for name, value in (
        ("existing_stack", None),
        ("stored_spec", SimpleNamespace(spec=given)),
        ("begin_to_look", None),
        ("live_topology", live("stopped")),
        ("live_regions", LiveRegions()),
    ):
        monkeypatch.setattr(cost, name, lambda *_, value=value: value)
    monkeypatch.setattr(cost, "_measured", lambda _, one: one)
    monkeypatch.setattr(cost, "support_by_aws", lambda *_: None)
    clock = SimpleNamespace(now=lambda: NOW)
    app: Any = SimpleNamespace(price_file=tmp_path / "prices.json", clock=clock, target="aws", sandbox=False)
    found = cost.cost_of_cluster(app, "orders", Usage(Decimal(100), Decimal(200)), Discounts(), lambda _: None)
    # 730 x 0.10 + 100 x 0.125 = 85.50; 200 x 0.20 = 40, which is more than storage alone.
    assert (found.storage.cheaper, found.storage.extra) == (STANDARD, Amount.of(Decimal("85.50")))


def test_a_gib_is_what_aws_counts() -> None:
    assert gib(2**30 * 1.5) == Decimal("1.5")


def app(tmp_path: Path) -> Any:
    return SimpleNamespace(price_file=tmp_path / "prices.json", clock=SimpleNamespace(now=lambda: NOW))


def test_a_plan_says_what_it_costs_more(tmp_path: Path) -> None:
    write_table(tmp_path / "prices.json", prices())
    small, large = (spec(instances={"class": "db.r7g.large", "readers": readers}) for readers in (0, 2))
    found = of_change(app(tmp_path), small, large)
    assert found is not None
    # 3 x 219 + 0.40 for the secret, and 219 + 0.40 before.
    assert found["monthly"] == {"from": "657.40", "to": "657.40"}
    assert found["before"]["monthly"] == {"from": "219.40", "to": "219.40"}
    assert found["difference"] == {"from": "438.00", "to": "438.00"}
    assert planned(found, "eu-north-1") == "at least 657.40 USD a month, 438.00 more than before (prices of 2026-12-01)"
    back = of_change(app(tmp_path), large, small)
    assert back and planned(back, "eu-north-1").startswith("at least 219.40 USD a month, 438.00 less than before")
    same = of_change(app(tmp_path), small, small)
    assert same and planned(same, "eu-north-1").startswith("at least 219.40 USD a month, as before")
    new = of_change(app(tmp_path), None, small)
    assert new and planned(new, "eu-north-1") == "at least 219.40 USD a month (prices of 2026-12-01)"


def test_a_difference_from_less_to_more(tmp_path: Path) -> None:
    write_table(tmp_path / "prices.json", prices())
    fixed, serverless = spec(instances={"class": "db.r7g.large"}), spec(instances={"acu": "0.5-16"})
    found = of_change(app(tmp_path), fixed, serverless)
    # 0.5 ACU cost 43.80 and 16 ACU 1401.60, and the instance 219.
    assert found and found["difference"] == {"from": "-175.20", "to": "1182.60"}
    assert "from 175.20 less to 1,182.60 more than before" in planned(found, "eu-north-1")


def test_a_second_cluster_is_in_the_plan_that_makes_it(tmp_path: Path) -> None:
    write_table(tmp_path / "prices.json", prices())
    blue = spec(engine_version="13.20", instances={"class": "db.r7g.large"}, proxy=True)
    green = blue.model_copy(update={"engine_version": "16.8"})
    found = of_change(app(tmp_path), blue, blue, green)
    # Blue: 219 + 146 for Extended Support + 21.90 for the proxy + 0.40; green: 219, and no proxy and no secret.
    assert found and found["before"]["monthly"] == {"from": "387.30", "to": "387.30"}
    assert found["monthly"] == {"from": "606.30", "to": "606.30"}
    # What its volume costs is not known, and comes to that.
    assert found["difference"] == {"from": "219.00", "to": "219.00"}
    assert "606.30 USD a month, at least 219.00 more than before; 146.00 of it" in planned(found, "eu-west-1")


def test_the_proxy_of_a_stopped_cluster_has_an_unknown_price_and_not_none() -> None:
    found = live_shapes(spec(instances={"class": "db.r7g.large"}, proxy=True), live("stopped"), LiveRegions(), TODAY)
    lines = {line.part: line for line in estimate(found, prices()).lines}
    assert (lines["proxy"].unknown, lines["proxy"].text) == ("quantity", "RDS Proxy of a stopped cluster")
    assert estimate(found, prices()).at_least is True


def test_every_operation_that_makes_or_changes_a_cluster_says_what_it_costs() -> None:
    old = spec(engine_version="13.20", instances={"class": "db.r7g.large"})
    context: Any = SimpleNamespace(spec=old)
    upgraded = Upgrade("orders", UpgradeRequest("16.8", in_window=True))
    (after,) = upgraded.priced(context, Decision({"version": "16.8"}))
    assert after.engine_version == "16.8"
    desired: Any = SimpleNamespace(spec=old)
    assert upgraded.priced(context, Decision({"version": "14.20"}, desired))[0].engine_version == "14.20"
    assert Replace("orders").priced(context, Decision()) == [old, old]
    assert Create("orders", "16.8").priced(context, Decision({"ready": "bgd-1", "version": "16.8"})) == []


def test_a_plan_into_extended_support_says_what_that_costs(tmp_path: Path) -> None:
    write_table(tmp_path / "prices.json", prices())
    old, new = (spec(engine_version=v, instances={"class": "db.r7g.large"}) for v in ("13.20", "16.8"))
    found = of_change(app(tmp_path), new, old)
    # 2 vCPU x 730 h x 0.10 = 146 more than 219.40
    assert found and found["extended_support"] == {"monthly": {"from": "146.00", "to": "146.00"}}
    assert planned(found, "eu-west-1") == (
        "at least 365.40 USD a month, 146.00 more than before; 146.00 of it for Extended Support (prices of 2026-12-01)"
    )
    away = of_change(app(tmp_path), old, new)
    assert away and "146.00 less than before (prices" in planned(away, "eu-west-1")
    left_out = PriceTable({"eu-west-1": {k: v for k, v in prices().regions["eu-west-1"].items() if "support" not in k}})
    write_table(tmp_path / "prices.json", left_out)
    unknown = of_change(app(tmp_path), None, old)
    assert unknown and unknown["extended_support"] == {"monthly": None}
    assert "; Extended Support comes to it, at an unknown price" in planned(unknown, "eu-west-1")


def test_a_difference_is_unknown_where_a_price_is_or_the_storage_changes(tmp_path: Path) -> None:
    write_table(tmp_path / "prices.json", prices())
    known, other = (spec(instances={"class": f"db.{family}.large"}) for family in ("r7g", "r6i"))
    optimized = spec(instances={"class": "db.r7g.large"}, storage=OPTIMIZED)
    for after in (other, optimized):
        found = of_change(app(tmp_path), known, after)
        assert found and found["difference"] is None
        assert "; the difference is unknown" in planned(found, "eu-north-1")
    # What has no price on both sides is the same on both.
    same = [spec(instances={"class": "db.r6i.large"}, logs={"retention": days}) for days in (7, 30)]
    unchanged = of_change(app(tmp_path), *same)
    assert unchanged and unchanged["difference"] == {"from": "0.00", "to": "0.00"}


def test_a_plan_without_prices_says_so_and_a_damaged_table_stops_none(tmp_path: Path) -> None:
    nowhere = spec(region="eu-north-1", instances={"class": "db.r7g.large"})
    found = of_change(app(tmp_path), None, nowhere)
    assert found and planned(found, "eu-north-1") == "unknown, no price of eu-north-1 is known"
    (tmp_path / "prices.json").write_text("{")
    assert of_change(app(tmp_path), None, nowhere) is None


SPEC = """
name: orders
region: us-east-1
engine: postgres
instances: {class: db.r6g.large, readers: 1}
"""


def test_cost_of_a_file(run: Run, tmp_path: Path) -> None:
    (tmp_path / "orders.yaml").write_text(SPEC)
    done = run("cost", "-f", "orders.yaml", "--volume", "100", "--io", "1000", "-o", "json")
    assert done.status == 0
    document = done.document
    lines = {line["part"]: line for line in document["lines"]}
    # 2 x 730 h x 0.26; the packaged price is of 2026-03-18 at the earliest.
    assert lines["instances"]["monthly"] == {"from": "379.60", "to": "379.60"}
    assert lines["instances"]["price_of"] >= "2026-03-18"
    assert lines["backup"]["unknown"] == "quantity"
    assert document["at_least"] is True
    # 2 x 730 x (0.338 - 0.26) + 100 x 0.125 = 113.88 + 12.50 = 126.38, and 1000 x 0.20 = 200.
    assert document["storage"]["cheaper"] == OPTIMIZED
    assert document["storage"]["saving"] == {"from": "73.62", "to": "73.62"}
    text = " ".join(run("cost", "-f", "orders.yaml", "--io", "1000", "--volume", "100").out.split())
    assert "I/O-Optimized saves 73.62 USD a month at 1000.0 million I/O requests a month." in text
    assert "Both cost the same at 631.9 million I/O requests a month" in text  # 126.38 / 0.20
    assert re.search(r"below that Aurora Standard is cheaper \(prices of 20[0-9-]+ to 20[0-9-]+\)", text)
    assert "prices of 2024-07-01 to 2026-10-05" in text


def test_a_region_without_prices_is_told_with_the_command_that_reads_them(run: Run, tmp_path: Path) -> None:
    (tmp_path / "orders.yaml").write_text(SPEC.replace("us-east-1", "eu-north-1"))
    done = run("cost", "-f", "orders.yaml", "-o", "json")
    assert done.document["notes"] == [
        "Prices of eu-north-1 are missing. Read them: aurora-cli prices update eu-north-1"
    ]
    assert done.document["monthly"] is None
    assert done.document["at_least"] is True
    text = " ".join(run("cost", "-f", "orders.yaml").out.split())
    assert "Sum: unknown, since no price is known." in text
    assert "Not compared, since these prices are unknown: - Aurora Standard: cluster volume - " in text
    assert "- I/O-Optimized: db.r6g.large, 2 instances" in text


def test_in_the_sandbox_prices_are_read_from_a_file(run: Run, tmp_path: Path) -> None:
    (tmp_path / "orders.yaml").write_text(SPEC.replace("us-east-1", "eu-north-1"))
    notes = run("--sandbox", "cost", "-f", "orders.yaml", "-o", "json").document["notes"]
    assert notes == ["Prices of eu-north-1 are missing. Read them: aurora-cli --sandbox prices update --from FILE"]


def test_reserved_instances_and_savings_plans_are_options(run: Run, tmp_path: Path) -> None:
    (tmp_path / "orders.yaml").write_text(SPEC)
    for option, words in (("--reserved", "reserved instances"), ("--savings-plan", "Database Savings Plan")):
        document = run("cost", "-f", "orders.yaml", option, "25", "-o", "json").document
        line = next(one for one in document["lines"] if one["part"] == "instances")
        # 2 x 730 h x 0.26 x 0.75 = 284.70
        assert line["monthly"] == {"from": "284.70", "to": "284.70"}
        assert line["text"] == f"db.r6g.large, 2 instances, 25.0 % off ({words})"


@pytest.mark.parametrize("option", ["--volume", "--io", "--backup", "--reserved", "--savings-plan"])
@pytest.mark.parametrize("value", ["nan", "inf", "-1", "1e30"])
def test_an_amount_with_which_nothing_can_be_calculated_is_refused(run: Run, option: str, value: str) -> None:
    done = run("cost", "-f", "orders.yaml", option, value)
    assert done.status == 2
    assert f"Invalid value for '{option}'" in done.err


@pytest.mark.parametrize("words", [[], ["orders", "-f", "orders.yaml"]])
def test_cost_takes_a_name_or_a_file(run: Run, words: list[str]) -> None:
    done = run("cost", *words)
    assert done.status == 2
    assert "Specify the NAME of a cluster, or a spec with -f FILE." in done.err
