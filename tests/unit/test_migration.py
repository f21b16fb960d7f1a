"""migrate and promote: what is chosen and what is refused, from what AWS says."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from aurora_cli.aws.cluster.topology import Member, Topology
from aurora_cli.aws.engine.engine_versions import EngineVersion
from aurora_cli.aws.replication.lag import BINLOG, FROM_RDS_POSTGRESQL, Lag, metric_of, read_lag, reader_lags
from aurora_cli.aws.restore.restore_sources import Origin
from aurora_cli.aws.restore.snapshots import SnapshotInfo
from aurora_cli.errors import SourceUnfit
from aurora_cli.operations.day_two.promote import Promote
from aurora_cli.operations.migrate.rds_source import fitting_version, refuse_unfit, values_from
from aurora_cli.operations.migrate.serverless_v1 import FRESH, _fresh, prefix, version_for
from aurora_cli.operations.migrate.serverless_v1_spec import equivalent_values
from tests.unit.test_aws import FakeClock

ARN = "arn:aws:rds:eu-west-1:123456789012"
RAW = {"BackupRetentionPeriod": 7, "AllocatedStorage": 100}
NOW = datetime(2026, 1, 1, tzinfo=timezone.utc)


def instance(engine: str = "postgres", version: str = "16.4", **raw: Any) -> Origin:
    return Origin("db", f"{ARN}:db:shop", "shop", engine, version, "sse-kms", "available", raw={**RAW, **raw})


def versions(*names: str, default: str | None = None) -> list[EngineVersion]:
    return [EngineVersion(name, "", name == default) for name in names]


# --- RDS ---


def test_an_instance_that_fits_is_not_refused() -> None:
    refuse_unfit(instance(), "eu-west-1", "new")
    refuse_unfit(instance(ReadReplicaDBClusterIdentifiers=["new"]), "eu-west-1", "new")
    refuse_unfit(instance("mysql", "8.0.36", ReadReplicaDBInstanceIdentifiers=["a", "b"]), "eu-west-1", "new")


@pytest.mark.parametrize(
    ("found", "words", "hint"),
    [
        (replace(instance(), kind="cluster"), "is a cluster", "aurora-cli clone shop new"),
        (instance("mariadb", "10.11"), "is mariadb", "Database Migration Service"),
        (replace(instance(), status="deleting"), "is deleting", "Wait"),
        (
            replace(instance(), arn=f"{ARN}:db:shop".replace("eu-west-1", "us-east-1")),
            "is in us-east-1",
            "--region us-",
        ),
        (instance(BackupRetentionPeriod=0), "has no automated backups", "--backup-retention-period 7"),
        (instance(AllocatedStorage=131073), "has 131073 GiB, and a cluster holds 131072", "part of the data"),
        (instance(ReadReplicaDBInstanceIdentifiers=["r"]), "already has a replica (r)", "Delete or promote"),
        (instance(ReadReplicaDBClusterIdentifiers=["other"]), "already has a replica (other)", "Delete or promote"),
        (instance(ReadReplicaSourceDBInstanceIdentifier="top"), "itself a replica of top", "Replicate top instead"),
    ],
)
def test_an_instance_that_does_not_fit_is_refused_with_the_way_out(found: Origin, words: str, hint: str) -> None:
    with pytest.raises(SourceUnfit) as refused:
        refuse_unfit(found, "eu-west-1", "new")
    assert words in refused.value.message
    assert hint in str(refused.value.hint)


def test_the_default_version_is_taken_where_it_fits_and_else_the_newest() -> None:
    offered = versions("15.9", "16.3", "16.8", "16.10", "17.7", default="16.8")
    assert fitting_version("aurora-postgresql", instance(version="16.4"), offered) == "16.8"
    assert fitting_version("aurora-postgresql", instance(version="16.9"), offered) == "16.10"
    assert fitting_version("aurora-postgresql", instance(version="15.9"), offered) == "15.9"
    with pytest.raises(SourceUnfit, match=r"postgres 16\.11"):
        fitting_version("aurora-postgresql", instance(version="16.11"), offered)


def test_mysql_counts_its_minor_versions_in_another_way() -> None:
    offered = versions("8.0.mysql_aurora.3.04.0", "8.0.mysql_aurora.3.10.3", "8.4.mysql_aurora.8.4.7")
    assert fitting_version("aurora-mysql", instance("mysql", "8.0.43"), offered) == "8.0.mysql_aurora.3.10.3"
    assert fitting_version("aurora-mysql", instance("mysql", "8.4.9"), offered) == "8.4.mysql_aurora.8.4.7"
    with pytest.raises(SourceUnfit, match=r"mysql 5\.7\.44"):
        fitting_version("aurora-mysql", instance("mysql", "5.7.44"), offered)


@pytest.mark.parametrize(("class_", "taken"), [("db.r6g.large", True), ("db.m5.large", False)])
def test_class_port_and_network_are_the_instances(monkeypatch: pytest.MonkeyPatch, class_: str, taken: bool) -> None:
    from aurora_cli.aws.engine.orderable import Offer, Offers
    from aurora_cli.operations.migrate import rds_source

    offers = Offers("16.8", ("16.8",), {"db.r6g.large": Offer("db.r6g.large")})
    monkeypatch.setattr(rds_source, "read_engine_versions", lambda rds, engine: versions("16.8", default="16.8"))
    monkeypatch.setattr(rds_source, "read_offers", lambda rds, engine, version: offers)
    raw: dict[str, Any] = {
        "DBInstanceClass": class_,
        "Endpoint": {"Port": 5433},
        "DBSubnetGroup": {"DBSubnetGroupName": "theirs"},
        "VpcSecurityGroups": [{"VpcSecurityGroupId": "sg-1"}],
    }
    assert values_from(None, instance(**raw)) == {
        "engine_version": "16.8",
        "instances": {"readers": 0, **({"class": class_} if taken else {})},
        "port": 5433,
        "network": {"subnet_group": "theirs", "security_group_ids": ["sg-1"]},
    }


# --- Serverless v1 ---


def old(engine: str, version: str) -> Origin:
    return Origin("cluster", f"{ARN}:cluster:old", "old", engine, version, "sse-kms", "available")


@pytest.mark.parametrize(
    ("engine", "version", "targets", "chosen"),
    [
        ("aurora-postgresql", "13.12", ["13.20", "13.23", "14.22", "16.8"], "13.23"),
        ("aurora-postgresql", "13.23", ["14.22"], "13.23"),
        ("aurora-postgresql", "11.21", ["12.22", "14.6", "14.22", "15.10"], "14.22"),
        ("aurora-mysql", "5.7.mysql_aurora.2.11.4", ["5.7.mysql_aurora.2.12.5", "8.0.mysql_aurora.3.10.3"], "3.10.3"),
    ],
)
def test_the_newest_of_the_lowest_major_with_serverless_v2(
    engine: str, version: str, targets: list[str], chosen: str
) -> None:
    assert version_for(old(engine, version), targets).endswith(chosen)


def test_a_version_from_which_nothing_leads_to_serverless_v2_is_refused() -> None:
    with pytest.raises(SourceUnfit, match=r"10\.21"):
        version_for(old("aurora-postgresql", "10.21"), ["11.21", "12.22"])


def test_capacity_and_pause_become_those_of_serverless_v2() -> None:
    cluster = {
        "DBClusterIdentifier": "old",
        "Engine": "aurora-postgresql",
        "EngineVersion": "11.21",
        "DBSubnetGroup": "theirs",
        "KmsKeyId": "arn:aws:kms:eu-west-1:123456789012:key/0d1e2f3a-0000-4000-8000-0123456789ab",
        "ScalingConfigurationInfo": {
            "MinCapacity": 2,
            "MaxCapacity": 384,
            "AutoPause": True,
            "SecondsUntilAutoPause": 900,
        },
    }
    values, notes = equivalent_values(cluster, "eu-west-1", "16.8")
    assert values["instances"] == {"class": "db.serverless", "acu": "0-256", "pause_after": "15m"}
    assert values["engine_version"] == "16.8"
    assert {"name", "username", "database", "encryption", "deletion_protection"}.isdisjoint(values)
    assert any("384 ACU are more than Serverless v2 supports" in note for note in notes)


@pytest.mark.parametrize(
    ("status", "age", "used"),
    [
        ("available", timedelta(minutes=59), True),
        ("available", FRESH, False),
        ("creating", None, True),
        ("failed", None, False),
        ("failed", timedelta(0), False),
    ],
)
def test_only_a_fresh_snapshot_of_an_earlier_run_is_used(status: str, age: timedelta | None, used: bool) -> None:
    taken = None if age is None else f"{NOW - age:%Y-%m-%dT%H:%M:%SZ}"
    name = f"{prefix('new', 'old')}20260101000000"
    snapshot = SnapshotInfo(name, "", "old", "manual", status, "", "", True, created_at=taken)
    assert _fresh(snapshot, NOW) is used


# --- lag ---


def replica(engine: str = "aurora-mysql", source: str = f"{ARN}:db:shop", members: int = 1) -> Topology:
    names = [Member(f"new-{key}", "writer", "db.r6g.large", "available") for key in range(1, members + 1)]
    return Topology("new", "", "available", engine, "", 3306, tuple(names), replicates_from=source)


@pytest.mark.parametrize(
    ("topology", "metric"),
    [
        (replica(), BINLOG),
        (replica(source="arn:aws:rds:us-east-1:123456789012:cluster:shop"), BINLOG),
        (replica("aurora-postgresql"), FROM_RDS_POSTGRESQL),
        (replica("aurora-postgresql", "arn:aws:rds:us-east-1:123456789012:cluster:shop"), None),
    ],
)
def test_each_kind_of_replication_has_its_metric(topology: Topology, metric: str | None) -> None:
    assert metric_of(topology) == metric


def new_cloudwatch() -> Any:
    make: Any = boto3.client
    return make("cloudwatch", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (
            [
                {"Id": "m0", "Timestamps": [datetime(2026, 1, 1, 1), datetime(2026, 1, 1)], "Values": [20.0, 900.0]},
                {"Id": "m1", "Timestamps": [], "Values": []},
            ],
            {"demo-2": 20.0},
        ),
        (None, {}),
    ],
)
def test_the_lag_of_readers_is_read_in_one_call(answer: Any, expected: dict[str, float]) -> None:
    client = new_cloudwatch()
    with Stubber(client) as stub:
        if answer is None:
            stub.add_client_error("get_metric_data", "AccessDenied")
        else:
            stub.add_response("get_metric_data", {"MetricDataResults": answer})
        assert reader_lags(client, ["demo-2", "demo-3"], FakeClock()) == expected
    assert reader_lags(None, [], FakeClock()) == {}


def lag(*values: float, error: str | None = None) -> Lag:
    """What is read when CloudWatch has these values, the newest last."""
    client = new_cloudwatch()
    points = [{"Timestamp": NOW + timedelta(minutes=i), "Maximum": v} for i, v in enumerate(values)]
    with Stubber(client) as stub:
        if error:
            stub.add_client_error("get_metric_statistics", error)
        else:
            asked = {
                "Namespace": "AWS/RDS",
                "MetricName": BINLOG,
                "Dimensions": [{"Name": "DBInstanceIdentifier", "Value": "new-1"}],
                "StartTime": NOW - timedelta(minutes=5),
                "EndTime": NOW,
                "Period": 60,
                "Statistics": ["Maximum"],
            }
            answer = {"Label": BINLOG, "Datapoints": list(reversed(points))}
            stub.add_response("get_metric_statistics", answer, asked)
        return read_lag(client, replica(), FakeClock())


def test_the_newest_value_is_the_lag() -> None:
    assert lag(90, 4) == Lag(4.0)
    assert lag(4).within(5)
    assert not lag(6).within(5)
    assert lag(0).words() == "0 s behind"


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (lag(), "no value for AuroraBinlogReplicaLag"),
        (lag(3, -1), "the replication does not run"),
        (lag(error="AccessDenied"), "CloudWatch could not be read"),
        (read_lag(None, replica(members=0), FakeClock()), "it has no instance"),
    ],
)
def test_what_is_not_known_is_never_within_and_says_why(found: Lag, words: str) -> None:
    assert found.seconds is None
    assert words in found.words()
    assert not found.within(10**9)


def test_the_words_that_go_on_with_a_promotion_keep_what_was_accepted() -> None:
    assert Promote("shop").command == ("promote", "shop")
    assert Promote("shop", 60.0, accept_lag=True).command == ("promote", "shop", "--max-lag", "60", "--accept-lag")
    assert Promote("shop", 60.0).arguments == Promote("shop").arguments, "how much lag is accepted may be said anew"
