"""Faults and the call log, as an SDK meets them."""

from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError

from aurora_cli.errors import InvalidInput
from aurora_cli.sandbox.faults import FaultRule
from aurora_cli.sandbox.manager import Sandbox
from tests.sandbox.emulator import Account, client, refused

pytestmark = pytest.mark.sandbox


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
def test_a_fault_speaks_the_services_language(emulator: Sandbox, kind: str, service: str, code: str) -> None:
    calls = {
        "rds": "describe_db_clusters",
        "ec2": "describe_vpcs",
        "logs": "describe_log_groups",
        "secretsmanager": "list_secrets",
        "sts": "get_caller_identity",
    }
    emulator.add_fault(FaultRule(kind, service=service, count=1))
    call = getattr(client(emulator, service), calls[service])
    with refused(code):
        call()
    call()


def test_an_sdk_retries_throttling_and_gets_through(emulator: Sandbox) -> None:
    emulator.add_fault(FaultRule("throttle", "rds", "DescribeDBClusters", count=2))
    rds = client(emulator, "rds", retries={"total_max_attempts": 4, "mode": "standard"})
    assert rds.describe_db_clusters()["DBClusters"] == []
    calls = emulator.calls(service="rds")
    assert [call["error"] for call in calls] == ["Throttling", "Throttling", None]
    assert [call["fault"] for call in calls] == ["throttle", "throttle", None]


def test_a_lost_reply_has_been_done(emulator: Sandbox) -> None:
    emulator.add_fault(FaultRule("lost_reply", "rds", "CreateDBCluster", count=1))
    account = Account(emulator)
    with pytest.raises(ConnectionClosedError):
        account.create("demo")
    assert account.cluster("demo")["Status"] == "available"
    with refused("DBClusterAlreadyExistsFault"):
        account.create("demo")
    call = emulator.calls(action="CreateDBCluster")[0]
    assert (call["status"], call["fault"]) == (None, "lost_reply")


def test_a_slow_answer_is_late_and_right(emulator: Sandbox) -> None:
    emulator.add_fault(FaultRule("slow", "rds", "Describe*", count=1, delay_s=3))
    with pytest.raises(ReadTimeoutError):
        client(emulator, "rds", read_timeout=0.3).describe_db_clusters()
    assert client(emulator, "rds").describe_db_clusters()["DBClusters"] == []


def test_a_slow_call_holds_up_no_other(emulator: Sandbox) -> None:
    emulator.add_fault(FaultRule("slow", "rds", delay_s=30))
    with pytest.raises(ReadTimeoutError):
        client(emulator, "rds", read_timeout=0.2).describe_db_clusters()
    assert client(emulator, "ec2", read_timeout=20).describe_vpcs()["Vpcs"]


def test_a_fault_later_in_the_run(emulator: Sandbox) -> None:
    emulator.add_fault(FaultRule("error5xx", "rds", "CreateDBInstance", after_n=1, count=1))
    account = Account(emulator)
    account.create("demo")
    account.instance("demo", "1")
    with refused("ServiceUnavailable"):
        account.instance("demo", "2")
    account.instance("demo", "2")
    assert account.writer("demo") == "demo-1"


def test_faults_are_listed_and_cleared(emulator: Sandbox) -> None:
    rule = emulator.add_fault(FaultRule("throttle", "rds"))
    with refused("Throttling"):
        client(emulator, "rds").describe_db_clusters()
    assert [(item["id"], item["fired"]) for item in emulator.faults()] == [(rule.id, 1)]
    assert emulator.clear_faults("no-such-fault") == 0
    assert emulator.clear_faults(rule.id) == 1
    client(emulator, "rds").describe_db_clusters()


def test_the_log_tells_the_order_of_calls(emulator: Sandbox) -> None:
    account = Account(emulator)
    account.create("demo", MasterUserPassword="correct-horse-battery")
    account.instance("demo", "1")
    with refused("DBInstanceNotFound"):
        account.member("demo-9")
    calls = emulator.calls()
    assert [call["action"] for call in calls] == ["CreateDBCluster", "CreateDBInstance", "DescribeDBInstances"]
    assert [call["status"] for call in calls] == [200, 200, 404]
    assert calls[2]["error"] == "DBInstanceNotFound"
    assert calls[0]["parameters"]["DBClusterIdentifier"] == "demo"
    assert calls[0]["parameters"]["MasterUserPassword"] == "***"
    assert {call["region"] for call in calls} == {"eu-west-1"}
    assert [call["action"] for call in emulator.calls(since=calls[0]["number"])] == [
        "CreateDBInstance",
        "DescribeDBInstances",
    ]


def test_what_is_not_emulated_is_said_so(emulator: Sandbox) -> None:
    with refused("InvalidAction") as caught:
        client(emulator, "rds").create_tenant_database(DBInstanceIdentifier="a", TenantDBName="b", MasterUsername="c")
    assert "does not emulate rds:CreateTenantDatabase" in str(caught.value)


def test_many_callers_at_once_lose_nothing(emulator: Sandbox) -> None:
    def work(number: int) -> str:
        account = Account(emulator)
        account.create(f"c{number}")
        account.instance(f"c{number}", "1")
        account.rds.describe_db_instances()
        return account.writer(f"c{number}") or ""

    with ThreadPoolExecutor(8) as pool:
        writers = list(pool.map(work, range(16)))
    assert writers == [f"c{number}-1" for number in range(16)]
    assert len(client(emulator, "rds").describe_db_clusters()["DBClusters"]) == 16
    assert [call for call in emulator.calls() if call["status"] != 200] == []


def test_one_of_many_with_the_same_name_wins(emulator: Sandbox) -> None:
    def attempt(_: int) -> str:
        try:
            Account(emulator).create("demo")
        except client(emulator, "rds").exceptions.ClientError as error:
            return str(error.response["Error"]["Code"])
        return "made"

    with ThreadPoolExecutor(6) as pool:
        results = sorted(pool.map(attempt, range(6)))
    assert results == ["DBClusterAlreadyExistsFault"] * 5 + ["made"]


def test_a_request_that_its_client_did_not_finish_is_no_call(emulator: Sandbox) -> None:
    port = int(str(emulator.status().endpoint).rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 60\r\n\r\nAction=Delete")
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(1) == b"", "it is not answered"
    for header, status in ((b"Content-Length: \xb2", b"413"), (b"Content-Length: -1", b"413"), (b"Origin: ", b"403")):
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            connection.sendall(b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n" + header + b"\r\n\r\n")
            assert connection.recv(12) == b"HTTP/1.1 " + status
    assert emulator.calls() == []


def test_a_replica_lag_needs_database_servers(emulator: Sandbox) -> None:
    with pytest.raises(InvalidInput, match="runs no database servers: AURORA_SANDBOX_DATABASE is off") as caught:
        emulator.add_fault(FaultRule("replica_lag", delay_s=1.0))
    assert "aurora-cli sandbox start" in str(caught.value.hint)
    assert emulator.faults() == []
