"""What CloudWatch has measured: the calls, the periods, and plots with figures that are worked out by hand."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any

import pytest

from aurora_cli.aws.cluster.metric_data import IN_A_CALL, Metric, read_values
from aurora_cli.aws.cluster.metric_names import METRICS, PlottedMetric, metrics_of
from aurora_cli.aws.cluster.topology import Member, Topology
from aurora_cli.operations.inspect.metrics import LONGEST_S, Measured, Series, aligned, is_mark, period_of, queries_of
from aurora_cli.operations.inspect.timeline import Happening
from aurora_cli.ui.report.metrics_view import print_metrics, value_text
from aurora_cli.ui.sparkline import ASCII_BARS, bars, mark_line, resample
from tests.unit.ui_screens import screen

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=timezone.utc)


def minutes(*numbers: float) -> list[datetime]:
    return [NOON + timedelta(minutes=number) for number in numbers]


def topology(readers: int, class_: str = "db.r7g.large", engine: str = "aurora-postgresql") -> Topology:
    ids = [f"orders-{number}" for number in range(1, readers + 2)]
    members = [
        Member(id=one, role="writer" if one == ids[-1] else "reader", class_=class_, status="available") for one in ids
    ]
    return Topology("orders", "", "available", engine, "16.4", 5432, tuple(members))


class Answering:
    """A CloudWatch client with two pages for each call."""

    def __init__(self) -> None:
        self.calls: list[list[str]] = []
        self.queries: list[dict[str, Any]] = []

    def get_paginator(self, name: str) -> Any:
        assert name == "get_metric_data"
        return SimpleNamespace(paginate=self._pages)

    def _pages(self, MetricDataQueries: list[dict[str, Any]], **times: datetime) -> list[dict[str, Any]]:  # noqa: N803
        assert set(times) == {"StartTime", "EndTime", "ScanBy"}
        self.calls.append([one["Id"] for one in MetricDataQueries])
        self.queries += MetricDataQueries
        first = MetricDataQueries[0]["Id"]
        newest = {"Id": first, "Timestamps": minutes(2, 1), "Values": [2.0, 1.0], "StatusCode": "PartialData"}
        return [
            {"MetricDataResults": [newest, {"Id": "other", "Timestamps": minutes(0), "Values": [9.0]}]},
            {"MetricDataResults": [{"Id": first, "Timestamps": minutes(0), "Values": [0.0]}]},
        ]


def test_sixteen_instances_are_one_call_and_few_enough_datapoints() -> None:
    asked = {f"m{n}": query for n, (_, _, query) in enumerate(queries_of(topology(15), period_of(3 * 3600)))}
    # 9 metrics of each provisioned instance of PostgreSQL, the lag of 15 readers, 3 of the cluster: 162
    assert len(asked) == 16 * 9 + 15 + 3
    assert len(asked) <= IN_A_CALL
    assert len(asked) * 180 < 100_800  # datapoints of a page (CloudWatch API reference, GetMetricData)
    client = Answering()
    found = read_values(client, asked, NOON, NOON + timedelta(hours=3))
    assert [len(call) for call in client.calls] == [len(asked)]
    assert found["m0"] == dict(zip(minutes(0, 1, 2), [0.0, 1.0, 2.0], strict=True))
    assert [key for key in asked if found[key]] == ["m0"]


def test_more_than_500_queries_are_several_calls() -> None:
    asked = {f"m{n}": Metric("CPUUtilization", "Average", "DBInstanceIdentifier", f"i-{n}", 60) for n in range(501)}
    client = Answering()
    found = read_values(client, asked, NOON, NOON)
    assert [len(call) for call in client.calls] == [500, 1]
    assert [len(found[f"m{n}"]) for n in (0, 1, 500)] == [3, 0, 3]
    assert client.queries[7] == {
        "Id": "m7",
        "MetricStat": {
            "Metric": {
                "Namespace": "AWS/RDS",
                "MetricName": "CPUUtilization",
                "Dimensions": [{"Name": "DBInstanceIdentifier", "Value": "i-7"}],
            },
            "Period": 60,
            "Stat": "Average",
        },
    }


def test_what_is_asked_is_what_the_engine_and_the_instance_have() -> None:
    asked = [(metric.name, member and member.id, query.period) for metric, member, query in queries_of(topology(1), 60)]
    assert asked[:2] == [("CPUUtilization", "orders-2", 60), ("CPUUtilization", "orders-1", 60)]  # the writer first
    assert ("AuroraReplicaLag", "orders-1", 60) in asked
    assert ("AuroraReplicaLag", "orders-2", 60) not in asked
    assert asked[-1] == ("VolumeWriteIOPs", None, 300)
    names = {name for name, _, _ in asked}
    assert not names & {"Queries", "SelectLatency", "ServerlessDatabaseCapacity"}
    serverless = {metric.name for metric, _, _ in queries_of(topology(0, "db.serverless", "aurora-mysql"), 900)}
    assert {"Queries", "SelectLatency", "ServerlessDatabaseCapacity", "ACUUtilization"} <= serverless
    assert "FreeLocalStorage" not in serverless
    assert len({one.name for one in METRICS}) == len(METRICS) == len(metrics_of("aurora-mysql"))


@pytest.mark.parametrize(
    ("since", "period"),
    [(300, 60), (3 * 3600, 60), (3 * 3600 + 1, 120), (86400, 600), (14 * 86400, 7200), (LONGEST_S, 43200)],
)
def test_the_period_gives_180_datapoints_at_most(since: int, period: int) -> None:
    assert period_of(since) == period
    assert since / period <= 180
    if since > 15 * 86400:
        assert period % 300 == 0  # values of a minute are kept for 15 days


def test_a_start_is_that_of_its_period() -> None:
    assert aligned(NOON + timedelta(minutes=7, seconds=59), 300) == NOON + timedelta(minutes=5)
    assert aligned(NOON, 86400) == NOON.replace(hour=0)


def test_backups_are_no_marks() -> None:
    kinds = ["backup", "notification", "failover, notification", "availability", "", "maintenance"]
    shown = [kind for kind in kinds if is_mark(Happening("", "rds", "orders", kind, ""))]
    assert shown == ["failover, notification", "availability", "", "maintenance"]
    assert is_mark(Happening("", "operation", "orders", "backup", ""))


def test_a_column_has_the_points_in_it_and_none_is_a_blank() -> None:
    points = list(zip(minutes(0, 1, 2, 5), [1.0, 3.0, 5.0, 0.0], strict=True))
    end = NOON + timedelta(minutes=6)
    assert resample(points, 60, NOON, end, 3) == [2.0, 5.0, 0.0]
    assert resample(points, 60, NOON, end, 3, "Maximum") == [3.0, 5.0, 0.0]
    assert resample(points, 60, NOON, end, 3, "Minimum") == [1.0, 5.0, 0.0]
    assert resample(points, 60, NOON, end, 6) == [1.0, 3.0, 5.0, None, None, 0.0]
    assert resample(points, 60, NOON, end, 12)[:8] == [1.0, 1.0, 3.0, 3.0, 5.0, 5.0, None, None]
    assert resample([(NOON, 7.0)], 300, NOON, end, 6) == [7.0] * 5 + [None]
    assert resample([(NOON - timedelta(minutes=9), 7.0), (end, 7.0)], 60, NOON, end, 2) == [None, None]
    assert resample([], 60, NOON, end, 2) == [None, None]


def test_bars_begin_at_0_and_fill_eight_levels() -> None:
    assert bars([0.0, None, 12.5, 50.0, 87.5, 100.0, 200.0, -1.0], 100.0) == "▁ ▂▅███▁"
    assert bars([0.0, 0.0], 0.0) == "▁▁"
    assert bars([0.0, 50.0, 100.0], 100.0, ASCII_BARS) == "_+@"


def test_marks_are_in_their_columns() -> None:
    end = NOON + timedelta(minutes=10)
    assert mark_line(minutes(0, 5, 10), NOON, end, 10) == "1    2   3"
    assert mark_line(minutes(0, 0.5, 3), NOON, end, 10) == "*  3"
    assert mark_line([], NOON, end, 10) == ""
    assert mark_line(minutes(*range(36)), NOON, NOON + timedelta(minutes=36), 36)[-2:] == "z*"


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0, "Count", "0"),
        (12.345, "Percent", "12.3 %"),
        (100.0, "Percent", "100 %"),
        (0.00123, "Count/Second", "0.00123/s"),
        (1234.5, "Count/Second", "1234/s"),
        (3.14159, "Milliseconds", "3.14 ms"),
        (512, "Bytes", "512 B"),
        (1.5 * 2**30, "Bytes", "1.5 GiB"),
        (130 * 2**40, "Bytes", "130 TiB"),
    ],
)
def test_a_figure_has_its_unit(value: float, unit: str, text: str) -> None:
    assert value_text(value, unit) == text


def measured(*series: Series, events: tuple[Happening, ...] = ()) -> Measured:
    return Measured("orders", "eu-west-1", "aws", NOON, NOON + timedelta(hours=1), 60, series, events, ("A note.",))


def series(metric: str, role: str | None, *values: float) -> Series:
    found: PlottedMetric = next(one for one in METRICS if one.name == metric)
    member = Member(id=f"orders-{role}", role=role, class_="db.r7g.large", status="available") if role else None
    return Series(found, member, 60, tuple(zip(minutes(*range(len(values))), values, strict=True)))


FAILOVER = Happening("2026-03-01T12:30:10+00:00", "rds", "orders-2", "failover", "A new writer was promoted.")


@pytest.mark.parametrize("width", [60, 80, 200])
def test_a_plot_has_a_line_for_each_instance(width: int) -> None:
    shown = screen(width)
    cpu = [series("CPUUtilization", "writer", *[50.0] * 30, *[100.0] * 30), series("CPUUtilization", "reader")]
    print_metrics(
        shown.consoles,
        measured(*cpu, series("FreeableMemory", "writer"), series("VolumeReadIOPs", None, 0, 8), events=(FAILOVER,)),
    )
    lines = shown.out.splitlines()
    assert max(map(len, lines)) <= width
    assert lines[0] == "orders in eu-west-1"
    assert "2026-03-01 12:00 UTC to 2026-03-01 13:00 UTC, a value each 1m" in shown.out_words
    writer = next(line for line in lines if (line.startswith("orders-writer (writer)") and "▅" in line) or "▅" in line)
    assert writer.count("▅") == writer.count("█") > 0
    assert writer.split()[-2:] == ["100", "%"]
    at = next(line for line in lines if line.strip() == "1")
    assert writer.index("█") == at.index("1")  # the failover is where the load rises
    axis = next(line for line in lines if line.split() == ["12:00", "12:30", "13:00"])
    assert axis.index("12:00") == writer.index("▅")
    assert "orders-reader" in shown.out
    assert "Free memory  minimum  no data" in lines
    assert "1 2026-03-01 12:30:10 UTC orders-2, failover: A new writer was promoted." in shown.out_words
    assert lines[-1] == "A note."


def test_marks_in_one_column_are_said_to_be_several() -> None:
    shown = screen(80)
    print_metrics(shown.consoles, measured(series("CPUUtilization", "writer", 1), events=(FAILOVER, FAILOVER)))
    assert "* several of them" in shown.out.splitlines()
    assert any(line.strip() == "*" for line in shown.out.splitlines())


def test_data_is_exact_and_what_is_missing_has_no_values() -> None:
    document = measured(series("CPUUtilization", "writer", 0.1 + 0.2), series("FreeableMemory", "writer")).to_dict()
    assert document["metrics"] == [
        {
            "metric": "CPUUtilization",
            "title": "CPU",
            "unit": "Percent",
            "statistic": "Average",
            "instance": "orders-writer",
            "role": "writer",
            "period_s": 60,
            "values": [{"time": "2026-03-01T12:00:00+00:00", "value": 0.30000000000000004}],
        },
        {
            "metric": "FreeableMemory",
            "title": "Free memory",
            "unit": "Bytes",
            "statistic": "Minimum",
            "instance": "orders-writer",
            "role": "writer",
            "period_s": 60,
            "values": [],
        },
    ]
    assert (document["since"], document["until"]) == ("2026-03-01T12:00:00+00:00", "2026-03-01T13:00:00+00:00")
