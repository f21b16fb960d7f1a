"""Faults and the call log, as an SDK meets them."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError

from aurora_cli.sandbox.faults import FaultRule
from aurora_cli.sandbox.manager import Sandbox
from tests.sandbox.emulated import Account, client, emulator, refused

pytestmark = pytest.mark.sandbox


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with emulator(tmp_path_factory.mktemp("faults") / "sandbox") as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox) -> Sandbox:
    running.reset()
    return running


@pytest.mark.parametrize(
    ("kind", "service", "code"),
    [
        ("throttle", "rds", "Throttling"),
        ("throttle", "ec2", "RequestLimitExceeded"),
        ("throttle", "logs", "ThrottlingException"),
        ("access_denied", "rds", "AccessDenied"),
        ("access_denied", "ec2", "UnauthorizedOperation"),
        ("access_denied", "secretsmanager", "AccessDeniedException"),
        ("expired_token", "rds", "ExpiredToken"),
        ("expired_token", "sts", "ExpiredToken"),
        ("error5xx", "rds", "ServiceUnavailable"),
    ],
)
def test_a_fault_speaks_the_services_language(sandbox: Sandbox, kind: str, service: str, code: str) -> None:
    calls = {
        "rds": "describe_db_clusters",
        "ec2": "describe_vpcs",
        "logs": "describe_log_groups",
        "secretsmanager": "list_secrets",
        "sts": "get_caller_identity",
    }
    sandbox.add_fault(FaultRule(kind, service=service, count=1))
    call = getattr(client(sandbox, service), calls[service])
    with refused(code):
        call()
    call()


def test_an_sdk_retries_throttling_and_gets_through(sandbox: Sandbox) -> None:
    sandbox.add_fault(FaultRule("throttle", "rds", "DescribeDBClusters", count=2))
    rds = client(sandbox, "rds", retries={"total_max_attempts": 4, "mode": "standard"})
    assert rds.describe_db_clusters()["DBClusters"] == []
    calls = sandbox.calls(service="rds")
    assert [call["error"] for call in calls] == ["Throttling", "Throttling", None]
    assert [call["fault"] for call in calls] == ["throttle", "throttle", None]


def test_a_lost_reply_has_been_done(sandbox: Sandbox) -> None:
    sandbox.add_fault(FaultRule("lost_reply", "rds", "CreateDBCluster", count=1))
    account = Account(sandbox)
    with pytest.raises(ConnectionClosedError):
        account.create("demo")
    assert account.cluster("demo")["Status"] == "available"
    with refused("DBClusterAlreadyExistsFault"):
        account.create("demo")
    call = sandbox.calls(action="CreateDBCluster")[0]
    assert (call["status"], call["fault"]) == (None, "lost_reply")


def test_a_slow_answer_is_late_and_right(sandbox: Sandbox) -> None:
    sandbox.add_fault(FaultRule("slow", "rds", "Describe*", count=1, delay_s=3))
    with pytest.raises(ReadTimeoutError):
        client(sandbox, "rds", read_timeout=0.3).describe_db_clusters()
    assert client(sandbox, "rds").describe_db_clusters()["DBClusters"] == []


def test_a_slow_call_holds_up_no_other(sandbox: Sandbox) -> None:
    sandbox.add_fault(FaultRule("slow", "rds", delay_s=30))
    with pytest.raises(ReadTimeoutError):
        client(sandbox, "rds", read_timeout=0.2).describe_db_clusters()
    assert client(sandbox, "ec2", read_timeout=20).describe_vpcs()["Vpcs"]


def test_a_fault_later_in_the_run(sandbox: Sandbox) -> None:
    sandbox.add_fault(FaultRule("error5xx", "rds", "CreateDBInstance", after_n=1, count=1))
    account = Account(sandbox)
    account.create("demo")
    account.instance("demo", "1")
    with refused("ServiceUnavailable"):
        account.instance("demo", "2")
    account.instance("demo", "2")
    assert account.writer("demo") == "demo-1"


def test_faults_are_listed_and_cleared(sandbox: Sandbox) -> None:
    rule = sandbox.add_fault(FaultRule("throttle", "rds"))
    with refused("Throttling"):
        client(sandbox, "rds").describe_db_clusters()
    assert [(item["id"], item["fired"]) for item in sandbox.faults()] == [(rule.id, 1)]
    assert sandbox.clear_faults("no-such-fault") == 0
    assert sandbox.clear_faults(rule.id) == 1
    client(sandbox, "rds").describe_db_clusters()


def test_the_log_tells_the_order_of_calls(sandbox: Sandbox) -> None:
    account = Account(sandbox)
    account.create("demo", MasterUserPassword="correct-horse-battery")
    account.instance("demo", "1")
    with refused("DBInstanceNotFound"):
        account.member("demo-9")
    calls = sandbox.calls()
    assert [call["action"] for call in calls] == ["CreateDBCluster", "CreateDBInstance", "DescribeDBInstances"]
    assert [call["status"] for call in calls] == [200, 200, 404]
    assert calls[2]["error"] == "DBInstanceNotFound"
    assert calls[0]["parameters"]["DBClusterIdentifier"] == "demo"
    assert calls[0]["parameters"]["MasterUserPassword"] == "***"
    assert {call["region"] for call in calls} == {"eu-west-1"}
    assert [call["action"] for call in sandbox.calls(since=calls[0]["number"])] == [
        "CreateDBInstance",
        "DescribeDBInstances",
    ]


def test_what_is_not_emulated_is_said_so(sandbox: Sandbox) -> None:
    with refused("InvalidAction") as caught:
        client(sandbox, "rds").describe_reserved_db_instances_offerings()
    assert "does not emulate rds:DescribeReservedDBInstancesOfferings" in str(caught.value)


def test_many_callers_at_once_lose_nothing(sandbox: Sandbox) -> None:
    def work(number: int) -> str:
        account = Account(sandbox)
        account.create(f"c{number}")
        account.instance(f"c{number}", "1")
        account.rds.describe_db_instances()
        return account.writer(f"c{number}") or ""

    with ThreadPoolExecutor(8) as pool:
        writers = list(pool.map(work, range(16)))
    assert writers == [f"c{number}-1" for number in range(16)]
    assert len(client(sandbox, "rds").describe_db_clusters()["DBClusters"]) == 16
    assert [call for call in sandbox.calls() if call["status"] != 200] == []


def test_one_of_many_with_the_same_name_wins(sandbox: Sandbox) -> None:
    def attempt(_: int) -> str:
        try:
            Account(sandbox).create("demo")
        except client(sandbox, "rds").exceptions.ClientError as error:
            return str(error.response["Error"]["Code"])
        return "made"

    with ThreadPoolExecutor(6) as pool:
        results = sorted(pool.map(attempt, range(6)))
    assert results == ["DBClusterAlreadyExistsFault"] * 5 + ["made"]
