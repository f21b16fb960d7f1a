"""When the support of a major version ends: by AWS, by the packaged table, and what is said of it."""

from __future__ import annotations

from datetime import date, datetime, timezone
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from aurora_cli.aws.engine.engine_versions import Support
from aurora_cli.context import AppContext
from aurora_cli.errors import AwsFailed
from aurora_cli.operations.core.results import Upkeep
from aurora_cli.operations.cost.support import OF_AWS, end_of_support, support_by_aws, support_words
from aurora_cli.operations.inspect.clusters import list_clusters
from aurora_cli.operations.inspect.doctor import engine_support
from aurora_cli.operations.inspect.maintenance import _about_support
from aurora_cli.prices.amount import Amount
from aurora_cli.prices.table import write_table
from aurora_cli.spec.facts import support as facts
from aurora_cli.spec.facts.support import (
    charged_from,
    extended_support_year,
    standard_support_end,
    support_ended,
)
from aurora_cli.spec.facts.tables import table
from aurora_cli.spec.rules.engine import engines
from aurora_cli.spec.text.dump import dump_spec
from tests.unit.conftest import Run
from tests.unit.spec_cases import resolved
from tests.unit.test_cost import prices, shape

NOW = datetime(2027, 1, 1, tzinfo=timezone.utc)
END = datetime(2027, 2, 28, 23, 59, tzinfo=timezone.utc)


def clock(month: int, year: int = 2027) -> Any:
    """In place of `datetime`."""
    return SimpleNamespace(now=lambda tz: datetime(year, month, 1, tzinfo=tz))


def test_an_end_counts_once_it_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    assert standard_support_end("aurora-postgresql", "14.20") == date(2027, 2, 28)
    assert standard_support_end("aurora-mysql", "8.0.mysql_aurora.3.10.0") == date(2028, 4, 30)
    assert standard_support_end("aurora-postgresql", "18.3") == date(2031, 2, 28)
    for engine in ("aurora-postgresql", "aurora-mysql"):
        ends, later = (table("engines")[engine][f"{kind}_support_ends"] for kind in ("standard", "extended"))
        assert ends.keys() == later.keys()
        assert all(ends[major] < later[major] for major in ends)
    monkeypatch.setattr(facts, "datetime", clock(3))
    assert support_ended("aurora-postgresql", "14.20") == date(2027, 2, 28)
    assert support_ended("aurora-postgresql", "15.15") is None


def test_a_near_end_is_told_with_the_date_of_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "datetime", clock(1))
    monkeypatch.setattr(facts, "datetime", clock(1))
    (found,) = [p for p in resolved({"engine_version": "14.20"}).warnings if p.check == "engine-version-support"]
    assert found.message.startswith("standard support for aurora-postgresql 14 ends on 2027-02-28, as of 20")


def test_an_end_that_is_far_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "datetime", clock(1, 2026))
    monkeypatch.setattr(facts, "datetime", clock(1, 2026))
    assert resolved({"engine_version": "14.24"}).warnings == resolved({"engine_version": "16.8"}).warnings


def lifecycle(name: str, end: datetime) -> dict[str, Any]:
    return {"LifecycleSupportName": f"open-source-rds-{name}", "LifecycleSupportEndDate": end}


class FakeRds:
    """DescribeDBMajorEngineVersions, with one major version."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error

    def get_paginator(self, call: str) -> FakeRds:
        assert call == "describe_db_major_engine_versions"
        return self

    def paginate(self, **asked: Any) -> list[dict[str, Any]]:
        if self.error:
            raise self.error
        later = END.replace(year=2030)
        lifecycles = [lifecycle("standard-support", END), lifecycle("extended-support", later)]
        return [{"DBMajorEngineVersions": [{"MajorEngineVersion": "14", "SupportedEngineLifecycles": lifecycles}]}]


def support(rds: FakeRds, version: str = "14.20") -> Any:
    app: Any = SimpleNamespace(aws=lambda region: SimpleNamespace(client=lambda service: rds))
    return support_by_aws(app, "eu-west-1", "aurora-postgresql", version)


def test_aws_is_asked_and_the_table_serves_where_it_cannot_be() -> None:
    assert support(FakeRds()) == Support(date(2027, 2, 28), date(2030, 2, 28))
    assert support(FakeRds(), "15.15") is None
    assert support(FakeRds(AwsFailed("no"))) is None
    later = Support(date(2027, 3, 31), date(2030, 3, 31))
    by_aws, by_table = (
        end_of_support("aurora-postgresql", "14.20", [shape()], prices(), NOW.date(), one) for one in (later, None)
    )
    assert (by_aws.ends, by_aws.charged_from, by_aws.source) == (date(2027, 3, 31), date(2027, 4, 1), OF_AWS)
    assert (by_table.ends, by_table.charged_from) == (date(2027, 2, 28), date(2027, 3, 1))
    assert by_table.source == f"packaged table of {table('engines')['read']}"


def test_charges_begin_on_the_day_after_and_twice_they_began_later() -> None:
    assert charged_from("aurora-postgresql", "13.20") == date(2026, 3, 1)
    assert charged_from("aurora-postgresql", "11.9") == date(2024, 4, 1)
    assert charged_from("aurora-mysql", "5.7.mysql_aurora.2.12.5") == date(2024, 12, 1)
    assert charged_from("aurora-postgresql", "99") is None
    assert extended_support_year("aurora-postgresql", "11.9", date(2026, 3, 31)) == "1-2"
    assert extended_support_year("aurora-postgresql", "11.9", date(2026, 4, 1)) == "3"


def test_charges_that_begin_on_a_leap_day_have_a_third_year() -> None:
    end = date(2028, 2, 28)  # as AWS could say; two years later there is no 29th of February
    years = {
        day: extended_support_year("aurora-postgresql", "15.4", day, end)
        for day in (end, date(2028, 2, 29), date(2030, 2, 28), date(2030, 3, 1))
    }
    assert list(years.values()) == [None, "1-2", "1-2", "3"]


def two_vcpus() -> Any:
    return shape(instances={"db.r7g.large": Amount.of(1)}, vcpus=Amount.of(2), extended_support=None)


@pytest.mark.parametrize(
    ("version", "today", "says"),
    [
        # 2 vCPU x 730 h x 0.10 = 146.00
        (
            "13.20",
            date(2026, 12, 1),
            (
                "ended on 2026-02-28 (TABLE); Extended Support is charged from 2026-03-01: 146.00 USD a month "
                "(prices of 2026-12-01) until 2029-02-28."
            ),
        ),
        (
            "14.20",
            date(2026, 12, 1),
            (
                "ends on 2027-02-28 (TABLE); Extended Support is charged from 2027-03-01: 146.00 USD a month "
                "(prices of 2026-12-01) until 2030-02-28."
            ),
        ),
        # The price of the third year is not in the table.
        (
            "13.20",
            date(2028, 3, 1),
            (
                "ended on 2026-02-28 (TABLE); Extended Support is charged from 2026-03-01, at an unknown price until "
                "2029-02-28."
            ),
        ),
    ],
)
def test_what_extended_support_costs_is_told_in_a_sentence(version: str, today: date, says: str) -> None:
    found = end_of_support("aurora-postgresql", version, [two_vcpus()], prices(), today, None).to_dict()
    text = says.replace("TABLE", f"packaged table of {table('engines')['read']}")
    assert support_words(found, "postgres", today) == f"Standard support for postgres {text}"


def test_without_extended_support_nothing_is_charged() -> None:
    found = end_of_support("aurora-postgresql", "13.20", [], prices(), NOW.date(), None).to_dict()
    assert (found["extended_support_from"], found["extended_support_cost"]) == (None, None)
    assert support_words(found, "postgres", NOW.date()).endswith("is disabled, so AWS upgrades the cluster after it.")


def test_list_and_doctor_say_it_of_each_cluster(run: Run, tmp_path: Path) -> None:
    write_table(tmp_path / "home" / "prices.json", prices())
    clock: Any = SimpleNamespace(now=lambda: NOW)
    app = AppContext(home_folder=tmp_path / "home", environ={}, clock=clock)
    app.home.prepare()
    values: dict[str, dict[str, Any]] = {
        "old": {"engine_version": "13.20", "instances.class": "db.r7g.large", "instances.readers": 1},
        "off": {"engine_version": "14.20", "instances.class": "db.r7g.large", "extended_support": False},
        "scaled": {"engine_version": "13.20", "instances.acu": "0.5-4"},
        "new": {"engine_version": "17.5", "instances.class": "db.r7g.large"},
    }
    for name, given in values.items():
        spec = resolved({"name": name, **given}).spec
        app.registry.create(name, region="eu-west-1", target="aws", spec=dump_spec(spec))
    for _ in range(2):  # from the specs, and then from what is kept of them
        rows = {row.name: row.to_dict() for row in list_clusters(app)}
        assert {name: row["support_ends"] for name, row in rows.items()} == {
            "new": "2030-02-28",
            "off": "2027-02-28",
            "old": "2026-02-28",
            "scaled": "2026-02-28",
        }
        costs = {name: row["extended_support_cost"] for name, row in rows.items()}
        assert costs["off"] is None
        # 4 vCPU x 730 h x 0.10; 0.5 and 4 ACU x 730 h x 0.09; 2 vCPU x 730 h x 0.10
        assert costs["old"]["monthly"] == {"from": "292.00", "to": "292.00"}
        assert costs["scaled"]["monthly"] == {"from": "32.85", "to": "262.80"}
        assert costs["new"]["monthly"] == {"from": "146.00", "to": "146.00"}
        assert rows["new"]["extended_support_from"] == "2030-03-01"
    text = " ".join(run("list").out.split())
    assert "old: Standard support for aurora-postgresql 13.20 ended on 2026-02-28" in text
    assert "scaled: Standard support for aurora-postgresql 13.20 ended on 2026-02-28" in text
    check = engine_support(app, asked=False)
    assert (check.status, "scaled: Standard support" in check.message) == ("warning", True)


@pytest.mark.parametrize(
    ("end", "says"),
    [
        ("2027-02-28", "Standard support for aurora-postgresql 14.20 ends on 2027-02-28; Extended Support is"),
        ("2026-02-28", "Standard support for aurora-postgresql 14.20 ended on 2026-02-28; Extended Support is"),
        ("2029-02-28", None),
        (None, None),
    ],
)
def test_an_end_within_a_year_is_a_warning(end: str | None, says: str | None) -> None:
    report: Any = SimpleNamespace(name="orders", engine="aurora-postgresql", engine_version="14.20", status="available")
    found = _about_support(report, Upkeep(support_ends=end), NOW)
    assert (found[0] if found else None) is None if says is None else found[0].startswith(says)
