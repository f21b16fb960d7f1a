"""`wait --for healthy`: what CloudWatch says against a cluster that is available."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone
from types import SimpleNamespace
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from aurora_cli.aws.clock import Clock
from aurora_cli.aws.cluster.connectivity import NoAnswer
from aurora_cli.aws.cluster.topology import Member, Topology
from aurora_cli.context import AppContext
from aurora_cli.errors import InvalidInput
from aurora_cli.operations.inspect import wait
from aurora_cli.operations.inspect.health import LAG_S, ailment
from aurora_cli.spec.resolve.resolve import resolve
from aurora_cli.spec.text.load import load_yaml

MEMBERS = (
    Member("shop-1", "writer", "db.r7g.large", "available"),
    Member("shop-2", "reader", "db.r7g.large", "available"),
)
WITH_READER = Topology(
    "shop", "arn:aws:rds:eu-west-1:1:cluster:shop", "available", "aurora-mysql", "8.0", 3306, MEMBERS
)


class CloudWatch:
    """Both as the app and as the client."""

    clock = Clock()

    def __init__(self, lag_ms: float | None = None, alarms: tuple[str, ...] = (), denied: bool = False) -> None:
        self.lag_ms, self.alarms, self.denied = lag_ms, alarms, denied

    def aws(self, region: str) -> CloudWatch:
        return self

    def client(self, service: str) -> CloudWatch:
        assert service == "cloudwatch"
        return self

    def get_paginator(self, name: str) -> CloudWatch:
        return self

    def get_metric_statistics(self, **asked: Any) -> dict[str, Any]:
        self._refuse("GetMetricStatistics")
        point = {"Timestamp": datetime.now(timezone.utc), "Maximum": self.lag_ms}
        return {"Datapoints": [point] if asked["MetricName"] == "AuroraReplicaLagMaximum" and self.lag_ms else []}

    def paginate(self, **asked: Any) -> list[dict[str, Any]]:
        self._refuse("DescribeAlarms")
        assert (asked["AlarmNamePrefix"], asked["StateValue"]) == ("shop-", "ALARM")
        return [{"MetricAlarms": [alarm(name)]} for name in self.alarms]

    def _refuse(self, name: str) -> None:
        if self.denied:
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, name)


def alarm(name: str) -> dict[str, Any]:
    cluster = "shop-eu" if name.startswith("shop-eu-") else "shop"
    return {
        "AlarmName": name,
        "StateValue": "OK" if "idle" in name else "ALARM",
        "Dimensions": [{"Name": "DBClusterIdentifier", "Value": cluster}],
    }


ASKED = NoAnswer("it was asked", reached=True)


def said(seen: CloudWatch, topology: Topology = WITH_READER) -> tuple[str | None, list[str]]:
    text = "name: shop\nengine: mysql\nregion: eu-west-1\nmonitoring: {alarms: {cpu: 90}}"
    notes: dict[str, None] = {}
    spec = resolve([load_yaml(text, source="shop.yaml")]).spec
    return ailment(cast(AppContext, seen), spec, topology, LAG_S, notes), list(notes)


def test_lag_and_alarms_count() -> None:
    assert said(CloudWatch()) == (None, [])
    assert said(CloudWatch(lag_ms=4000.0)) == (None, [])
    assert said(CloudWatch(lag_ms=9000.0)) == ("a reader is 9 s behind, and 5 s are allowed", [])
    assert said(CloudWatch(alarms=("shop-cpu",))) == ("the alarm shop-cpu is in ALARM", [])
    assert said(CloudWatch(alarms=("shop-idle",))) == (None, [])
    assert said(CloudWatch(alarms=("shop-eu-cpu",))) == (None, []), "of another cluster"


def test_what_may_not_be_read_is_said_and_no_reason_to_wait() -> None:
    found, notes = said(CloudWatch(denied=True))
    assert (found, len(notes)) == (None, 2)
    assert "DescribeAlarms" in notes[1] and "GetMetricStatistics" in notes[0]


@pytest.mark.parametrize("condition", ["healthy=", "healthy=soon", "healthy=5x"])
def test_a_lag_is_a_duration(condition: str) -> None:
    with pytest.raises(InvalidInput, match="not a valid condition"):
        wait.wait_for(AppContext(environ={}), "shop", condition, timeout_s=1, emit=lambda event: None)


@pytest.mark.parametrize(
    ("answer", "acu", "sandbox", "expected"),
    [
        (None, None, None, (None, [])),
        (NoAnswer("db does not answer", reached=True), None, None, ("db does not answer", [])),
        (
            NoAnswer("db: no such host", reached=False),
            None,
            None,
            (None, ["This machine does not reach its endpoint."]),
        ),
        (ASKED, {"min": 0.0, "max": 4.0}, None, (None, ["It may be paused, and a connection would wake it."])),
        (ASKED, None, "It is off.", (None, ["It is off."])),
    ],
)
def test_it_takes_connections_as_far_as_this_machine_reaches_it(
    monkeypatch: pytest.MonkeyPatch,
    answer: NoAnswer | None,
    acu: dict[str, float] | None,
    sandbox: str | None,
    expected: tuple[str | None, list[str]],
) -> None:
    def knock(*args: object) -> NoAnswer | None:
        assert answer is not ASKED, "it must be left alone"
        return answer

    monkeypatch.setattr(wait, "knock", knock)
    app = SimpleNamespace(sandbox_problem=lambda engine, port, off: sandbox)
    members = (replace(WITH_READER.members[0], class_="db.serverless"),)
    notes: dict[str, None] = {}
    found = wait._takes_nobody(
        cast(AppContext, app), replace(WITH_READER, writer_host="db", members=members, acu=acu), notes
    )
    prefix = "Whether it takes connections is not known. "
    assert (found, [note.removeprefix(prefix) for note in notes]) == expected
