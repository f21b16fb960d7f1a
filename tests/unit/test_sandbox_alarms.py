"""The states of alarms, and the readers that autoscaling adds and removes, without servers."""

from __future__ import annotations

import datetime as dt
import gc
import json
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import boto3
import pytest
from moto import mock_aws
from moto.backends import get_backend
from moto.cloudwatch.models import MetricDatum
from moto.rds.exceptions import RDSClientError

from aurora_cli.sandbox.database.engine import Sample
from aurora_cli.sandbox.database.metrics import MINUTE_S, Metrics, Point, Sampled, minute
from aurora_cli.sandbox.emulator.alarms import datapoints, evaluation, readers, states
from aurora_cli.sandbox.emulator.alarms.evaluation import ALARM, OK, UNKNOWN, Rule
from aurora_cli.sandbox.emulator.alarms.target_tracking import Tracking, desired
from aurora_cli.sandbox.emulator.rds.actions import instances
from aurora_cli.sandbox.emulator.rds.databases import hooks
from aurora_cli.sandbox.emulator.rds.databases.serving import SERVING
from aurora_cli.sandbox.emulator.services import cloudwatch, metric_data
from aurora_cli.sandbox.isolation import Keys

KEPT = "kept"
BEHAVIOURS = ("missing", "ignore", "breaching", "notBreaching")


@pytest.mark.parametrize(
    ("shown", "datapoints", "expected"),
    [
        # The tables of "Configuring how CloudWatch alarms treat missing data": three of three, then two of three.
        ("0-X-X", 3, (OK, OK, OK, OK)),
        ("0----", 3, (OK, OK, OK, OK)),
        ("-----", 3, (UNKNOWN, KEPT, ALARM, OK)),
        ("0XX-X", 3, (ALARM, ALARM, ALARM, ALARM)),
        ("--X--", 3, (ALARM, KEPT, ALARM, OK)),
        ("----X", 3, (KEPT, KEPT, ALARM, OK)),
        ("0-X-X", 2, (ALARM, ALARM, ALARM, ALARM)),
        ("00X0X", 2, (ALARM, ALARM, ALARM, ALARM)),
        ("0-X--", 2, (OK, OK, ALARM, OK)),
        ("----0", 2, (OK, OK, ALARM, OK)),
        ("---X-", 2, (ALARM, KEPT, ALARM, OK)),
    ],
)
def test_an_alarm_has_the_state_that_the_user_guide_gives(
    shown: str, datapoints: int, expected: tuple[str, ...]
) -> None:
    points = [{"0": 10.0, "X": 90.0, "-": None}[one] for one in shown]
    found = [
        evaluation.state(Rule("GreaterThanThreshold", 80.0, 3, datapoints, missing), points, KEPT)
        for missing in BEHAVIOURS
    ]
    assert tuple(found) == expected


def test_a_change_of_state_has_its_reason() -> None:
    rule = Rule("GreaterThanThreshold", 80.0, 3, 2)
    assert evaluation.reason(rule, [None, None, 90.0, 10.0, 99.5], OK, ALARM) == (
        "Threshold Crossed: 2 out of the last 3 datapoints [99.5, 90.0] were greater than the threshold (80.0) (minimum 2 "
        "datapoints for OK -> ALARM transition)."
    )
    assert "[10.0] was not greater than" in evaluation.reason(rule, [None, None, None, None, 10.0], ALARM, OK)
    assert "3 datapoints were unknown" in evaluation.reason(rule, [None] * 5, OK, UNKNOWN)
    assert "treated as [Breaching]" in evaluation.reason(rule, [None] * 5, OK, ALARM)


def tracking(value: float | None, target: float = 50.0, **given: Any) -> Tracking:
    high, low = value is not None and value > target, value is not None and value < 0.9 * target
    return Tracking(target, value, **{"high": high, "low": low, **given})


@pytest.mark.parametrize(
    ("current", "policies", "since", "wanted"),
    [
        (1, [tracking(90.0)], (1e9, 1e9), 2),
        (2, [tracking(160.0)], (1e9, 1e9), 5),  # not more than there may be
        (5, [tracking(90.0)], (1e9, 1e9), 5),
        (2, [tracking(160.0)], (299.0, 1e9), 2),  # the cooldown
        (2, [tracking(60.0), tracking(120.0, 100.0)], (1e9, 1e9), 3),  # who asks for most
        (2, [tracking(60.0), tracking(10.0, 100.0)], (1e9, 1e9), 3),
        (4, [tracking(20.0)], (1e9, 1e9), 2),
        (4, [tracking(20.0)], (1e9, 299.0), 4),
        (4, [tracking(0.0)], (1e9, 1e9), 1),  # not fewer than there may be
        (4, [tracking(20.0), tracking(95.0, 100.0)], (1e9, 1e9), 4),  # one does not agree
        (4, [tracking(20.0, scale_in=False)], (1e9, 1e9), 4),
        (4, [tracking(None, high=False, low=False)], (1e9, 1e9), 4),
        (0, [], (0.0, 0.0), 1),
        (6, [], (0.0, 0.0), 5),
    ],
)
def test_policies_ask_for_a_number_of_readers(
    current: int, policies: list[Tracking], since: tuple[float, float], wanted: int
) -> None:
    assert desired(current, 1, 5, policies, *since) == wanted


@pytest.mark.parametrize(("given", "seconds"), [("", 60.0), ("1.5", 1.5), ("0", 60.0), ("x", 60.0), ("61", 60.0)])
def test_a_minute_can_be_shorter(given: str, seconds: float, capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    environ = {"AURORA_SANDBOX_MINUTE": given, "AURORA_SANDBOX_DATABASE": "off"}
    assert minute(environ) == seconds
    hooks.start(tmp_path, environ, Keys("a", "b"))
    told = f"AURORA_SANDBOX_MINUTE={given} is not a number of seconds from 0.1 to 60; it is 60.\n"
    assert capfd.readouterr().err == ("" if given in ("", "1.5") else told)


class Answering:
    """A server that is sampled: connections, commits, deadlocks and lag."""

    key, pid, folder = "one", None, Path("/")

    def __init__(self) -> None:
        self.said = Sample(3, 100, 0, 250.0)

    def sample(self) -> Sample:
        return self.said


def test_what_is_of_an_instance_is_of_its_cluster_and_its_role_too() -> None:
    server = Answering()
    metrics = Metrics(lambda: [Sampled("eu-west-1", "demo", "demo-2", cast(Any, server))])
    metrics.sample()
    server.said = Sample(3, 100, 4, 300.0)
    time.sleep(0.001)
    metrics.sample()
    found = {point.name: point for point in metrics.points("eu-west-1")}
    assert found["DatabaseConnections"].dimensions == [
        {"DBInstanceIdentifier": "demo-2"},
        {"DBClusterIdentifier": "demo"},
        {"DBClusterIdentifier": "demo", "Role": "READER"},
    ]
    assert found["AuroraReplicaLagMaximum"].dimensions == [{"DBClusterIdentifier": "demo"}]
    assert found["AuroraReplicaLagMaximum"].value == 300.0
    assert found["Deadlocks"].value > 0 and found["FreeLocalStorage"].value > 0


# With moto


@pytest.fixture(scope="module")
def extended() -> Iterator[None]:
    """moto's CloudWatch as the emulator has it."""
    from moto.cloudwatch.models import CloudWatchBackend

    with pytest.MonkeyPatch.context() as patch:
        for name in ("put_metric_alarm", "set_alarm_state", "delete_alarms", "get_metric_statistics"):
            patch.setattr(CloudWatchBackend, name, getattr(CloudWatchBackend, name))
        cloudwatch.install()
        yield
    cloudwatch._PROVIDERS.clear()
    gc.collect()  # moto finds classes as long as they exist


@pytest.fixture
def aws(extended: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        yield {name: boto3.client(cast(Any, name), region_name="eu-west-1") for name in ("cloudwatch", "sns", "sqs")}


def put_alarm(aws: dict[str, Any], topic: str, **given: Any) -> None:
    values = {
        "AlarmName": "load",
        "Namespace": "Own",
        "MetricName": "Load",
        "Dimensions": [{"Name": "Part", "Value": "a"}],
        "Statistic": "Maximum",
        "ComparisonOperator": "GreaterThanThreshold",
        "Threshold": 5,
        "Period": 60,
        "EvaluationPeriods": 1,
        "TreatMissingData": "notBreaching",
        "AlarmActions": [topic],
        "OKActions": [topic],
    }
    aws["cloudwatch"].put_metric_alarm(**{**values, **given})


def put_value(aws: dict[str, Any], value: float, age_s: float, part: str = "a") -> None:
    datum = {"MetricName": "Load", "Value": value, "Timestamp": time.time() - age_s}
    aws["cloudwatch"].put_metric_data(
        Namespace="Own", MetricData=[{**datum, "Dimensions": [{"Name": "Part", "Value": part}]}]
    )


def state(aws: dict[str, Any]) -> str:
    found: str = aws["cloudwatch"].describe_alarms(AlarmNames=["load"])["MetricAlarms"][0]["StateValue"]
    return found


def test_an_alarm_follows_what_an_application_puts_and_tells_its_topic(aws: dict[str, Any]) -> None:
    topic = aws["sns"].create_topic(Name="alerts")["TopicArn"]
    queue = aws["sqs"].create_queue(QueueName="alerts")["QueueUrl"]
    arn = aws["sqs"].get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    aws["sns"].subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    put_alarm(aws, topic)
    assert state(aws) == UNKNOWN
    assert states.update(MINUTE_S) is True and state(aws) == OK
    put_value(aws, 99.0, 60.0, part="b")
    assert states.update(MINUTE_S) is False
    put_value(aws, 7.0, 60.0)
    assert states.update(MINUTE_S) is True and state(aws) == ALARM
    put_alarm(aws, topic, Threshold=6)
    assert state(aws) == ALARM
    put_alarm(aws, topic, Threshold=8)
    assert states.update(MINUTE_S) is True and state(aws) == OK
    for _ in range(2):
        aws["cloudwatch"].set_alarm_state(AlarmName="load", StateValue=ALARM, StateReason="a test")
    assert states.update(MINUTE_S) is True and state(aws) == OK
    received = aws["sqs"].receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    told = [json.loads(json.loads(one["Body"])["Message"]) for one in received]
    changes = [(UNKNOWN, OK), (OK, ALARM), (ALARM, OK), (OK, ALARM), (ALARM, OK)]
    assert [(one["OldStateValue"], one["NewStateValue"]) for one in told] == changes
    assert told[1]["Trigger"]["MetricName"] == "Load" and "[7.0] was greater" in told[1]["NewStateReason"]


def test_alarms_of_which_nobody_is_told_change_all_the_same(aws: dict[str, Any]) -> None:
    put_alarm(aws, "arn:aws:sns:eu-west-1:123456789012:gone", ActionsEnabled=False)
    put_alarm(aws, "arn:aws:sns:eu-west-1:123456789012:gone", AlarmName="other", Statistic="Sum")
    assert states.update(MINUTE_S) is True and state(aws) == OK


def test_a_shorter_minute_makes_shorter_periods(aws: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time() // 60 * 60
    monkeypatch.setattr(states, "time", SimpleNamespace(time=lambda: now))
    put_alarm(aws, "", AlarmActions=[], OKActions=[])
    put_value(aws, 7.0, time.time() - now + 5)
    assert states.update(1.0) is True and state(aws) == OK
    assert states.update(MINUTE_S) is True and state(aws) == ALARM


def test_statistics_of_a_cluster_are_not_those_of_its_roles(
    aws: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time()
    points = [
        Point(
            "eu-west-1",
            "CPUUtilization",
            "Percent",
            "DBInstanceIdentifier",
            f"demo-{one}",
            now,
            10.0 * one,
            "demo",
            role,
        )
        for one, role in ((1, "WRITER"), (2, "READER"), (3, "READER"))
    ]
    fleet = SimpleNamespace(metrics=SimpleNamespace(points=lambda region: points))
    monkeypatch.setattr(SERVING, "fleet", fleet)

    def average(**dimensions: str) -> float:
        (found,) = aws["cloudwatch"].get_metric_statistics(
            Namespace="AWS/RDS",
            MetricName="CPUUtilization",
            Dimensions=[{"Name": name, "Value": value} for name, value in dimensions.items()],
            StartTime=now - 60,
            EndTime=now + 60,
            Period=300,
            Statistics=["Sum"],
        )["Datapoints"]
        return float(found["Sum"])

    assert average(DBClusterIdentifier="demo") == 60.0
    assert average(DBClusterIdentifier="demo", Role="READER") == 50.0
    assert average(DBInstanceIdentifier="demo-1") == 10.0
    backend = get_backend("cloudwatch")["123456789012"]["eu-west-1"]
    put_alarm(
        aws,
        "",
        Namespace="AWS/RDS",
        MetricName="CPUUtilization",
        Statistic="Average",
        Threshold=24.0,
        AlarmActions=[],
        OKActions=[],
        Dimensions=[{"Name": "DBClusterIdentifier", "Value": "demo"}, {"Name": "Role", "Value": "READER"}],
        DatapointsToAlarm=1,
        EvaluationPeriods=3,
    )
    points[:] = [Point(**{**vars(one), "time": now - 60}) for one in points]
    assert states.update(MINUTE_S) is True and backend.alarms["load"].state_value == ALARM


# Readers


class Scaling:
    """A cluster whose readers scale from 1 to 3 at 50 connections each, and what becomes of it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.load, self.alarm = 0.0, ""
        self.cluster: Any = SimpleNamespace(
            status="available", db_cluster_identifier="demo", engine="aurora-postgresql", backend=self, instances=[]
        )
        for name in ("demo-1", "demo-2"):
            self.add({"db_instance_identifier": name, "db_instance_class": "db.r7g.large", "promotion_tier": 1})
        self.cluster.instances[0].is_cluster_writer = True
        high, low = (SimpleNamespace(name=f"x-Alarm{side}-1", state_value="OK") for side in ("High", "Low"))
        self.alarms = {one.name: one for one in (high, low)}
        given = {"TargetValue": 50.0, "ScaleOutCooldown": 0, "ScaleInCooldown": 0}
        policy = SimpleNamespace(
            resource_id="cluster:demo",
            policy_name="p",
            alarms=[high, low],
            target_tracking_scaling_policy_configuration=given,
        )
        self.backend: Any = SimpleNamespace(region_name="eu-west-1", policies={"p": policy})
        self.target = SimpleNamespace(resource_id="cluster:demo", min_capacity=1, max_capacity=3, suspended_state={})
        cloudwatch = SimpleNamespace(region_name="eu-west-1", alarms=self.alarms)
        monkeypatch.setattr(states, "backends", lambda service: [cloudwatch])
        monkeypatch.setattr(states, "metric_of", lambda alarm, minute_s: object())
        monkeypatch.setattr(datapoints, "points", lambda *_: [self.load])
        monkeypatch.setattr(instances, "create", lambda backend, values: self.add(values))
        monkeypatch.setattr(instances, "delete", lambda backend, params: self.remove(**params))

    def add(self, values: dict[str, Any]) -> None:
        if len(self.cluster.instances) > 3:
            raise RDSClientError("InsufficientDBInstanceCapacity", "There is no server for it.")
        extra = dict.fromkeys(("publicly_accessible", "db_parameter_group_name", "copy_tags_to_snapshot"))
        more = {"is_cluster_writer": False, "created": len(self.cluster.instances), "auto_minor_version_upgrade": True}
        self.cluster.instances.append(SimpleNamespace(**{**extra, **more, "status": "available", **values}))

    def remove(self, DBInstanceIdentifier: str) -> None:  # noqa: N803 - as the API names it
        kept = [one for one in self.cluster.instances if one.db_instance_identifier != DBInstanceIdentifier]
        self.cluster.instances[:] = kept

    def scale(self, load: float) -> bool:
        self.load = load
        self.alarms["x-AlarmHigh-1"].state_value = "ALARM" if load > 50 else "OK"
        self.alarms["x-AlarmLow-1"].state_value = "ALARM" if load < 45 else "OK"
        return readers._scale(self.backend, self.target, self.cluster, MINUTE_S)

    @property
    def names(self) -> list[str]:
        return [one.db_instance_identifier.partition("autoscaling-")[0] for one in self.cluster.instances]

    @property
    def told(self) -> list[tuple[str, str]]:
        shown = [one.shown() for one in readers.activities(self.backend)]
        return [(one["StatusCode"], one["Description"]) for one in shown]


@pytest.fixture
def scaling(monkeypatch: pytest.MonkeyPatch) -> Scaling:
    return Scaling(monkeypatch)


def test_readers_are_added_and_only_those_are_removed(scaling: Scaling) -> None:
    assert scaling.scale(48.0) is False and scaling.told == []
    assert scaling.scale(90.0) is True
    assert scaling.names == ["demo-1", "demo-2", "application-"]
    assert scaling.told == [("InProgress", "Setting replica count to 2.")]
    new = scaling.cluster.instances[-1]
    assert (new.db_instance_class, new.promotion_tier) == ("db.r7g.large", 15)
    assert scaling.scale(48.0) is True and scaling.told[0][0] == "Successful"
    assert scaling.scale(0.0) is True and scaling.names == ["demo-1", "demo-2"]
    scaling.target.min_capacity = 0
    assert scaling.scale(0.0) is True  # the last activity has ended
    assert scaling.scale(0.0) is False and scaling.names == ["demo-1", "demo-2"]
    causes = [one.cause for one in readers.activities(scaling.backend)]
    assert ["-AlarmHigh-" in one for one in causes] == [True, False]


def test_nothing_scales_while_an_instance_is_on_its_way(scaling: Scaling) -> None:
    scaling.cluster.instances[1].status = "creating"
    assert scaling.scale(90.0) is False
    scaling.cluster.instances[1].status = "available"
    scaling.target.suspended_state = {"DynamicScalingOutSuspended": True}
    assert scaling.scale(90.0) is False and scaling.names == ["demo-1", "demo-2"]


def test_a_reader_that_cannot_be_created_is_told(scaling: Scaling) -> None:
    scaling.target.max_capacity = 9
    assert scaling.scale(500.0) is True
    (told,) = [one.shown() for one in readers.activities(scaling.backend)]
    assert told["StatusCode"] == "Failed"
    assert told["StatusMessage"] == "Failed to set replica count to 9. Reason: There is no server for it."


def test_a_smaller_limit_removes_readers(scaling: Scaling) -> None:
    scaling.scale(500.0)
    scaling.target.max_capacity = 2
    assert scaling.scale(48.0) is True
    assert readers.activities(scaling.backend)[-1].cause == "maximum capacity was set to 2"
    assert scaling.names == ["demo-1", "demo-2", "application-"]


def test_a_server_that_is_deleted_while_it_is_sampled_ends_no_samples_of_others() -> None:
    def gone() -> Any:
        raise FileNotFoundError("/clusters/cluster-1/aaaa")

    server = SimpleNamespace(sample=gone, key="aaaa", pid=None, folder=Path("/nowhere"))
    metrics = Metrics(lambda: [Sampled("eu-west-1", "demo", "demo-1", cast(Any, server))])
    metrics.sample()
    assert metrics.points("eu-west-1") == []


def test_many_queries_of_metric_data_are_answered_from_one_look_at_the_datapoints() -> None:
    noon = dt.datetime(2026, 3, 1, 12, 0)
    data = [
        MetricDatum("AWS/RDS", name, value, dimensions, noon + dt.timedelta(seconds=second), unit)
        for name, value, dimensions, second, unit in (
            ("CPUUtilization", 10.0, [{"Name": "DBInstanceIdentifier", "Value": "a"}], -1, "Percent"),
            ("CPUUtilization", 20.0, [{"Name": "DBInstanceIdentifier", "Value": "a"}], 0, "Percent"),
            ("CPUUtilization", 40.0, [{"Name": "DBInstanceIdentifier", "Value": "a"}], 59, "Percent"),
            ("CPUUtilization", 60.0, [{"Name": "DBInstanceIdentifier", "Value": "a"}], 120, "Percent"),
            ("CPUUtilization", 99.0, [{"Name": "DBClusterIdentifier", "Value": "a"}], 0, "Percent"),
            ("CPUUtilization", 70.0, [{"Name": "DBInstanceIdentifier", "Value": "a"}], 180, "Percent"),
        )
    ]

    def query(**changed: Any) -> dict[str, Any]:
        dimensions = [{"Name": "DBInstanceIdentifier", "Value": changed.pop("of", "a")}]
        metric = {"Namespace": "AWS/RDS", "MetricName": "CPUUtilization", "Dimensions": dimensions}
        return {"Id": "m", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Average", **changed}}

    asked = [query(), query(Stat="Maximum"), query(of="b"), query(Unit="Bytes"), {**query(), "ReturnData": False}]
    found = metric_data.answer(data, asked, noon, noon + dt.timedelta(minutes=3))
    assert [one["values"] for one in found] == [[30.0, 60.0], [40.0, 60.0], [], []]
    assert found[0]["timestamps"] == [noon, noon + dt.timedelta(minutes=2)]
    assert found[0]["label"] == "CPUUtilization Average"
    backwards = metric_data.answer(data, asked[:1], noon, noon + dt.timedelta(minutes=3), "TimestampDescending")
    assert backwards[0]["values"] == [60.0, 30.0]
