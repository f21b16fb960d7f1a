"""When the support of a major version ends: by AWS, by the packaged table, and what is said of it."""

from __future__ import annotations

from datetime import date, datetime, timezone
from types import SimpleNamespace
from typing import Any

import pytest

from aurora_cli.aws.engine.engine_versions import Support
from aurora_cli.errors import AwsFailed
from aurora_cli.operations.core.results import Upkeep
from aurora_cli.operations.inspect.maintenance import _about_support, _support
from aurora_cli.spec.facts import versions
from aurora_cli.spec.facts.tables import table
from aurora_cli.spec.facts.versions import standard_support_end, support_ended
from aurora_cli.spec.rules.engine import engines
from tests.unit.spec_cases import resolved

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
    monkeypatch.setattr(versions, "datetime", clock(3))
    assert support_ended("aurora-postgresql", "14.20") == date(2027, 2, 28)
    assert support_ended("aurora-postgresql", "15.15") is None


def test_a_near_end_is_told_with_the_date_of_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "datetime", clock(1))
    monkeypatch.setattr(versions, "datetime", clock(1))
    (found,) = [p for p in resolved({"engine_version": "14.20"}).warnings if p.check == "engine-version-support"]
    assert found.message.startswith("standard support for aurora-postgresql 14 ends on 2027-02-28, as of 20")


def test_an_end_that_is_far_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "datetime", clock(1, 2026))
    monkeypatch.setattr(versions, "datetime", clock(1, 2026))
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
    topology: Any = SimpleNamespace(engine="aurora-postgresql", engine_version=version)
    return _support(app, resolved({}).spec, topology)


def test_aws_is_asked_and_the_table_serves_where_it_cannot_be() -> None:
    assert support(FakeRds()) == Support(date(2027, 2, 28), date(2030, 2, 28))
    assert support(FakeRds(), "15.15") == Support(date(2028, 2, 29))
    assert support(FakeRds(AwsFailed("no"))) == Support(date(2027, 2, 28))


@pytest.mark.parametrize(
    ("end", "says"),
    [
        ("2027-02-28", "Standard support for aurora-postgresql 14.20 ends on 2027-02-28; AWS then charges"),
        ("2026-02-28", "Standard support for aurora-postgresql 14.20 ended on 2026-02-28; AWS then charges"),
        ("2029-02-28", None),
        (None, None),
    ],
)
def test_an_end_within_a_year_is_a_warning(end: str | None, says: str | None) -> None:
    report: Any = SimpleNamespace(name="orders", engine="aurora-postgresql", engine_version="14.20", status="available")
    found = _about_support(report, Upkeep(support_ends=end), NOW)
    assert (found[0] if found else None) is None if says is None else found[0].startswith(says)
