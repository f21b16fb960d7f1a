"""Readers that come and go with the load of real connections, and alarms that follow the servers' metrics."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from aurora_cli.aws.clock import Clock
from aurora_cli.aws.replication.lag import reader_lags
from aurora_cli.sandbox.faults import FaultRule
from aurora_cli.sandbox.processes import wait_until
from tests.sandbox.database_life import Life, living
from tests.sandbox.emulator import new_client

pytestmark = [pytest.mark.sandbox, pytest.mark.thorough]
TARGET = {
    "ServiceNamespace": "rds",
    "ResourceId": "cluster:demo",
    "ScalableDimension": "rds:cluster:ReadReplicaCount",
}
WAIT_S = 60.0
LAG_S = 1.5


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Life]:
    with living(tmp_path_factory.mktemp("databases"), AURORA_SANDBOX_MINUTE="0.6") as made:
        yield made


def test_load_makes_a_reader_appear_and_its_end_makes_it_go(life: Life) -> None:
    life.create(readers=1)
    life.settle()
    scaling = new_client(life.sandbox.status(), "application-autoscaling")
    scaling.register_scalable_target(**TARGET, MinCapacity=1, MaxCapacity=2)
    policy = {
        "TargetValue": 4.0,
        "PredefinedMetricSpecification": {"PredefinedMetricType": "RDSReaderAverageDatabaseConnections"},
        "ScaleOutCooldown": 60,
        "ScaleInCooldown": 120,
    }
    made = scaling.put_scaling_policy(
        **TARGET,
        PolicyName="connections",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration=policy,
    )
    assert [one["AlarmName"].rpartition("-Alarm")[0] for one in made["Alarms"]] == ["TargetTracking-cluster:demo"] * 2
    put_alarm(life)
    with ExitStack() as stack:
        for _ in range(6):
            stack.enter_context(life.connect(life.cluster()["ReaderEndpoint"]))
        assert wait_until(lambda: len(autoscaled(life)) == 1, timeout_s=WAIT_S), activities(scaling)
        assert wait_until(lambda: state(life) == "ALARM", timeout_s=WAIT_S)
        life.settle()
        (name,) = autoscaled(life)
        member = life.rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]
        assert (member["DBInstanceClass"], member["PromotionTier"]) == ("db.r6g.large", 15)
        shown = life.rows("SELECT server_id FROM aurora_replica_status() ORDER BY 1")
        assert shown == [(name,), ("demo-1",), ("demo-2",)]
        assert wait_until(lambda: activities(scaling)[0]["StatusCode"] == "Successful", timeout_s=WAIT_S)
    assert wait_until(lambda: autoscaled(life) == [], timeout_s=WAIT_S), activities(scaling)
    assert wait_until(lambda: state(life) == "OK", timeout_s=WAIT_S)
    life.settle()
    removed, added = activities(scaling)
    assert (added["Description"], removed["Description"]) == (
        "Setting replica count to 2.",
        "Setting replica count to 1.",
    )
    assert "-AlarmHigh-" in added["Cause"] and "-AlarmLow-" in removed["Cause"]
    scaling.deregister_scalable_target(**TARGET)
    assert [one["AlarmName"] for one in life.cloudwatch.describe_alarms()["MetricAlarms"]] == ["busy"]


def test_readers_are_behind_on_request(life: Life) -> None:
    life.settle()
    life.do("CREATE TABLE entries (number bigint); INSERT INTO entries VALUES (1)")
    reader, count = life.cluster()["ReaderEndpoint"], "SELECT count(*) FROM entries"
    assert wait_until(lambda: life.rows("SELECT to_regclass('entries')", reader) != [(None,)], timeout_s=20.0)
    fault = life.sandbox.add_fault(FaultRule("replica_lag", delay_s=LAG_S, cluster="demo"))
    assert wait_until(lambda: life.rows("SHOW recovery_min_apply_delay", reader) != [("0",)], timeout_s=20.0)
    begun = time.monotonic()
    life.do("INSERT INTO entries VALUES (2)")
    assert life.rows(count, reader) == [(1,)]
    assert wait_until(lambda: life.rows(count, reader) == [(2,)], timeout_s=20.0)
    assert time.monotonic() - begun >= LAG_S
    assert wait_until(lambda: lag_ms(life) >= LAG_S * 1000, timeout_s=20.0)
    shown = "SELECT replica_lag_in_msec >= %s FROM aurora_replica_status() WHERE server_id = 'demo-2'"
    assert wait_until(lambda: life.rows(shown % (LAG_S * 1000)) == [(True,)], timeout_s=20.0)
    life.rds.failover_db_cluster(DBClusterIdentifier="demo", TargetDBInstanceIdentifier="demo-2")
    assert wait_until(lambda: life.writer() == "demo-2", timeout_s=20.0)
    life.settle()
    assert life.rows(count) == [(2,)]
    assert life.sandbox.clear_faults(fault.id) == 1
    assert wait_until(lambda: life.rows("SHOW recovery_min_apply_delay", reader) == [("0",)], timeout_s=20.0)
    assert wait_until(lambda: lag_ms(life, "demo-1") < LAG_S * 1000, timeout_s=20.0)


def lag_ms(life: Life, reader: str = "demo-2") -> float:
    return reader_lags(life.cloudwatch, [reader], Clock()).get(reader, 0.0)


def put_alarm(life: Life) -> None:
    life.cloudwatch.put_metric_alarm(
        AlarmName="busy",
        Namespace="AWS/RDS",
        MetricName="DatabaseConnections",
        Dimensions=[{"Name": "DBClusterIdentifier", "Value": "demo"}],
        Statistic="Maximum",
        ComparisonOperator="GreaterThanThreshold",
        Threshold=2,
        Period=60,
        EvaluationPeriods=2,
        TreatMissingData="notBreaching",
    )


def state(life: Life) -> str:
    found: str = life.cloudwatch.describe_alarms(AlarmNames=["busy"])["MetricAlarms"][0]["StateValue"]
    return found


def autoscaled(life: Life) -> list[str]:
    names = [one["DBInstanceIdentifier"] for one in life.cluster()["DBClusterMembers"]]
    return [name for name in names if name.startswith("application-autoscaling-")]


def activities(scaling: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = scaling.describe_scaling_activities(ServiceNamespace="rds")["ScalingActivities"]
    return found
