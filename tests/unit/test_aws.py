"""Reading the live cluster, and AWS's refusals in plain words. Answers are fed in at the HTTP boundary (botocore's stubber)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from aurora_cli.aws.clock import Clock
from aurora_cli.aws.cluster.topology import read_topology
from aurora_cli.aws.describe import find_cluster, require_cluster
from aurora_cli.aws.errors import aws_errors
from aurora_cli.aws.modify.failover import fail_over
from aurora_cli.aws.modify.reboot import last_restart
from aurora_cli.aws.modify.stop_start import away_from_goal, stop_start
from aurora_cli.aws.replication.global_database import hand_over
from aurora_cli.errors import AccessDenied, AuroraError, AwsFailed, ClusterNotFound, CredentialsError, WaitTimeout

CLUSTER: dict[str, Any] = {
    "DBClusterIdentifier": "demo",
    "Status": "available",
    "Engine": "aurora-postgresql",
    "EngineVersion": "16.8",
    "Endpoint": "demo.cluster-x.eu-west-1.rds.amazonaws.com",
    "ReaderEndpoint": "demo.cluster-ro-x.eu-west-1.rds.amazonaws.com",
    "Port": 5432,
    "MasterUsername": "postgres",
    "DeletionProtection": True,
    "MasterUserSecret": {"SecretArn": "arn:aws:secretsmanager:eu-west-1:1:secret:x"},
    "ServerlessV2ScalingConfiguration": {"MinCapacity": 0.0, "MaxCapacity": 4.0, "SecondsUntilAutoPause": 600},
}


class FakeClock(Clock):
    """A clock whose sleep is the passing of time."""

    def __init__(self) -> None:
        object.__setattr__(self, "seconds", 0.0)

    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=timezone.utc)

    def monotonic(self) -> float:
        return float(self.__dict__["seconds"])

    def sleep(self, seconds: float) -> None:
        object.__setattr__(self, "seconds", self.monotonic() + seconds)


def without_machine_settings(what: str, status: str, elapsed_s: float) -> None:
    """Nobody is told."""


@pytest.fixture
def rds() -> Iterator[tuple[Any, Stubber]]:
    client = boto3.client("rds", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x")
    with Stubber(client) as stubber:
        yield client, stubber


def members(writer: str) -> list[dict[str, Any]]:
    return [
        {"DBInstanceIdentifier": i, "IsClusterWriter": i == writer, "PromotionTier": n}
        for n, i in enumerate(("demo-1", "demo-2"))
    ]


def answers(stubber: Stubber, writer: str, status: str = "available") -> None:
    cluster = {**CLUSTER, "Status": status, "DBClusterMembers": members(writer)}
    stubber.add_response("describe_db_clusters", {"DBClusters": [cluster]})
    instances = [
        {
            "DBInstanceIdentifier": i,
            "DBInstanceClass": "db.r7g.large",
            "DBInstanceStatus": "available",
            "AvailabilityZone": f"eu-west-1{z}",
            "Endpoint": {"Address": f"{i}.x.eu-west-1.rds.amazonaws.com", "Port": 5432},
            "DBParameterGroups": [{"ParameterApplyStatus": "pending-reboot"}] if z == "b" else [],
        }
        for i, z in (("demo-1", "a"), ("demo-2", "b"))
    ]
    stubber.add_response("describe_db_instances", {"DBInstances": instances})


def test_roles_come_from_the_member_list(rds: tuple[Any, Stubber]) -> None:
    client, stubber = rds
    answers(stubber, writer="demo-2")
    topology = read_topology(client, "demo")
    assert topology is not None
    assert topology.writer is not None
    assert topology.writer.id == "demo-2"
    assert [m.id for m in topology.readers] == ["demo-1"]
    assert topology.acu == {"min": 0.0, "max": 4.0, "pause_after": 600.0}
    assert topology.writer.pending == {"ParameterGroup": "pending-reboot"}
    assert topology.secret_arn == "arn:aws:secretsmanager:eu-west-1:1:secret:x"


def test_no_cluster_is_none_and_not_an_error(rds: tuple[Any, Stubber]) -> None:
    client, stubber = rds
    stubber.add_client_error("describe_db_clusters", "DBClusterNotFoundFault", "gone", 404)
    assert read_topology(client, "demo") is None


@pytest.mark.parametrize(
    ("code", "kind", "status"),
    [
        ("ExpiredToken", CredentialsError, 3),
        ("InvalidClientTokenId", CredentialsError, 3),
        ("AccessDenied", AccessDenied, 3),
        ("Throttling", AwsFailed, 1),
        ("SomethingNew", AwsFailed, 1),
    ],
)
def test_refusals_have_their_class_and_exit_status(
    rds: tuple[Any, Stubber], code: str, kind: type[AuroraError], status: int
) -> None:
    client, stubber = rds
    stubber.add_client_error("describe_db_clusters", code, "because", 400)
    with pytest.raises(kind) as caught:
        read_topology(client, "demo")
    assert caught.value.exit_status == status
    assert caught.value.details["aws_code"] == code
    assert "demo" in caught.value.message


def test_missing_credentials_point_to_the_sandbox() -> None:
    from botocore.exceptions import NoCredentialsError

    with pytest.raises(CredentialsError, match="while reading") as caught, aws_errors("reading"):
        raise NoCredentialsError
    assert "--sandbox" in (caught.value.hint or "")


def test_failover_waits_until_the_role_has_moved(rds: tuple[Any, Stubber]) -> None:
    client, stubber = rds
    answers(stubber, writer="demo-1")
    stubber.add_response(
        "failover_db_cluster", {}, {"DBClusterIdentifier": "demo", "TargetDBInstanceIdentifier": "demo-2"}
    )
    answers(stubber, writer="demo-1", status="failing-over")
    answers(stubber, writer="demo-2", status="failing-over")
    answers(stubber, writer="demo-2")
    seen: list[str] = []
    topology = fail_over(client, "demo", "demo-2", clock=FakeClock(), waiting=lambda what, s, e: seen.append(s))
    assert topology.writer is not None
    assert topology.writer.id == "demo-2"
    assert seen == ["failing-over", "failing-over"]
    stubber.assert_no_pending_responses()


def test_failover_to_the_writer_does_nothing(rds: tuple[Any, Stubber]) -> None:
    client, stubber = rds
    answers(stubber, writer="demo-1")
    answers(stubber, writer="demo-1")
    fail_over(client, "demo", "demo-1", clock=FakeClock(), waiting=without_machine_settings)
    stubber.assert_no_pending_responses()


def test_failover_gives_up_in_time(rds: tuple[Any, Stubber]) -> None:
    client, stubber = rds
    answers(stubber, writer="demo-1")
    stubber.add_response("failover_db_cluster", {})
    for _ in range(4):
        answers(stubber, writer="demo-1", status="failing-over")
    with pytest.raises(WaitTimeout, match="demo-2") as caught:
        fail_over(client, "demo", "demo-2", clock=FakeClock(), waiting=without_machine_settings, timeout_s=0.5)
    assert caught.value.exit_status == 6


@pytest.mark.parametrize("ask", [True, False])
def test_a_start_is_asked_for_once_and_waited_for(rds: tuple[Any, Stubber], ask: bool) -> None:
    client, stubber = rds
    if ask:
        stubber.add_response("start_db_cluster", {}, {"DBClusterIdentifier": "demo"})
    answers(stubber, writer="demo-1", status="starting")
    answers(stubber, writer="demo-1")
    seen: list[tuple[str, str]] = []

    def look() -> tuple[None, str | None]:
        found = read_topology(client, "demo")
        assert found is not None
        return None, away_from_goal(found, "start")

    def heard(what: str, status: str, elapsed: float) -> None:
        seen.append((what, status))

    stop_start(client, "demo", "start", look, clock=FakeClock(), waiting=heard, ask=ask)
    assert seen == [("demo to be available", "starting")]
    stubber.assert_no_pending_responses()


def test_a_cluster_is_described_or_absent_and_refused_in_our_words(rds: tuple[Any, Stubber]) -> None:
    client, stubber = rds
    arn = "arn:aws:rds:eu-west-1:1:cluster:demo"
    stubber.add_response("describe_db_clusters", {"DBClusters": [CLUSTER]}, {"DBClusterIdentifier": "demo"})
    stubber.add_response(
        "describe_db_clusters", {"DBClusters": []}, {"DBClusterIdentifier": arn, "IncludeShared": True}
    )
    for code in ("DBClusterNotFoundFault", "DBClusterNotFoundFault", "AccessDenied"):
        stubber.add_client_error("describe_db_clusters", code)
    assert find_cluster(client, "demo") == CLUSTER
    assert find_cluster(client, arn) is None
    assert find_cluster(client, "gone") is None
    with pytest.raises(ClusterNotFound, match="AWS has no cluster named gone"):
        require_cluster(client, "gone")
    with pytest.raises(AccessDenied, match="reading cluster demo"):
        find_cluster(client, "demo")


def global_answer(stubber: Stubber, status: str, primary: str) -> None:
    members = [
        {"DBClusterArn": f"arn:aws:rds:{region}:1:cluster:shop-{region}", "IsWriter": region == primary}
        for region in ("eu-west-1", "eu-central-1")
    ]
    database = {"GlobalClusterIdentifier": "shop", "Status": status, "GlobalClusterMembers": members}
    stubber.add_response("describe_global_clusters", {"GlobalClusters": [database]})


def test_a_switchover_that_aws_is_at_is_waited_for_and_not_asked_for_again(rds: tuple[Any, Stubber]) -> None:
    client, stubber = rds
    global_answer(stubber, "switching-over", "eu-west-1")
    global_answer(stubber, "switching-over", "eu-west-1")
    global_answer(stubber, "available", "eu-central-1")
    after = hand_over(client, "shop", "eu-central-1", clock=FakeClock(), waiting=without_machine_settings)
    assert after.primary is not None and after.primary.region == "eu-central-1"
    stubber.assert_no_pending_responses()


def test_a_restart_is_known_by_the_newest_event_and_the_clock_of_aws(rds: tuple[Any, Stubber]) -> None:
    client, stubber = rds
    early, late = datetime(2020, 1, 1, tzinfo=timezone.utc), datetime(2020, 1, 2, tzinfo=timezone.utc)
    events = [
        {"Message": "DB instance restarted", "Date": late},
        {"Message": "DB instance restarted", "Date": early},
        {"Message": "DB instance shutdown", "Date": datetime(2020, 1, 3, tzinfo=timezone.utc)},
    ]
    asked = {"SourceIdentifier": "demo-1", "SourceType": "db-instance", "Duration": 1440}
    stubber.add_response("describe_events", {"Events": events}, asked)
    stubber.add_response("describe_events", {"Events": []}, asked)
    assert last_restart(client, "demo-1") == late
    assert last_restart(client, "demo-1") is None
