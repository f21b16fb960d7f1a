"""One life of a cluster with real servers: what a client sees at each endpoint."""

from __future__ import annotations

import datetime as dt
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from aurora_cli.sandbox.processes import wait_until
from tests.sandbox.database_life import MOST, Life, Load, living, metric
from tests.sandbox.emulator import refused

pytestmark = pytest.mark.sandbox
SECOND = dt.timedelta(seconds=1)
IAM_USER = "token_user"


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Life]:
    with living(tmp_path_factory.mktemp("databases")) as made:
        yield made


def test_a_life(life: Life) -> None:
    life.create(readers=2)
    life.settle()
    sign_in(life)
    the_data_api_runs_statements(life)
    copies_are_complete(life)
    endpoints_lead_to_their_instances(life)
    a_failover_loses_nothing(life)
    a_deleted_writer_is_replaced(life)
    what_is_stopped_comes_back(life)
    nothing_is_left_by_a_kill(life)


@pytest.mark.thorough
def test_copies_and_parameters(life: Life) -> None:
    life.sandbox.reset()
    life.create(readers=1)
    life.settle()
    life.do("CREATE TABLE entries (number bigint PRIMARY KEY); INSERT INTO entries VALUES (1)")
    parameters_are_those_of_the_group(life)
    copies_have_the_rows_of_their_time(life)
    metrics_are_those_of_the_servers(life)
    assert len(life.processes()) == MOST
    with refused("InsufficientDBInstanceCapacity"):
        life.add("one-more", "clone")


def sign_in(life: Life) -> None:
    assert life.rows("SELECT current_user::text, current_setting('is_superuser')") == [("boss", "off")]
    assert "no pg_hba.conf entry" in life.refusal(sslmode="disable")
    assert "no pg_hba.conf entry" in life.refusal(user="rdsadmin")
    assert "password authentication failed" in life.refusal(password="wrong")
    life.do(f"CREATE ROLE {IAM_USER} LOGIN; GRANT rds_iam TO {IAM_USER}; CREATE EXTENSION pgcrypto")
    life.do(f"GRANT pg_read_all_data, pg_maintain TO {IAM_USER}; CHECKPOINT")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        life.do(f"GRANT pg_read_server_files TO {IAM_USER}")
    token = life.rds.generate_db_auth_token(life.cluster()["Endpoint"], 5432, IAM_USER)
    assert life.rows("SELECT session_user::text", user=IAM_USER, password=token) == [(IAM_USER,)]
    assert "PAM authentication failed" in life.refusal(user=IAM_USER, password=token[:-1])
    former = life.password
    life.rds.modify_db_cluster(DBClusterIdentifier="demo", RotateMasterUserPassword=True, ApplyImmediately=True)
    life.settle()
    assert wait_until(lambda: life.signs_in(), timeout_s=20.0)
    assert "password authentication failed" in life.refusal(password=former)


def the_data_api_runs_statements(life: Life) -> None:
    """Where it is on, with the ARN of a secret."""
    cluster, bad = life.cluster(), life.secrets.create_secret(Name="bad", SecretString="not JSON")["ARN"]
    secret = cluster["MasterUserSecret"]["SecretArn"]
    who = {
        "resourceArn": cluster["DBClusterArn"],
        "secretArn": secret,
        "sql": "SELECT current_user, current_database()",
    }
    with refused("HttpEndpointNotEnabledException"):
        life.data.execute_statement(**who)
    life.rds.enable_http_endpoint(ResourceArn=cluster["DBClusterArn"])
    (record,) = life.data.execute_statement(**who, database="app")["records"]
    assert record == [{"stringValue": "boss"}, {"stringValue": "app"}]
    for arn, code in ((bad, "InvalidSecretException"), (f"{secret}x", "SecretsErrorException")):
        with refused(code):
            life.data.execute_statement(**{**who, "secretArn": arn})
    with refused("DatabaseNotFoundException"):
        life.data.execute_statement(**{**who, "resourceArn": f"{cluster['DBClusterArn']}x"})


def copies_are_complete(life: Life) -> None:
    """Readers are standbys, and are read-only."""
    life.do("CREATE TABLE entries (number bigint PRIMARY KEY)")
    reader = life.cluster()["ReaderEndpoint"]
    here = "SELECT aurora_db_instance_identifier(), pg_is_in_recovery()"
    assert {life.rows(here, reader)[0] for _ in range(4)} == {("demo-2", True), ("demo-3", True)}
    assert wait_until(
        lambda: life.rows("SELECT to_regclass('entries') IS NOT NULL", reader) == [(True,)], timeout_s=20.0
    )
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        life.do("INSERT INTO entries VALUES (0)", reader)
    shown = life.rows("SELECT server_id, session_id = 'MASTER_SESSION_ID' FROM aurora_replica_status() ORDER BY 1")
    assert shown == [("demo-1", True), ("demo-2", False), ("demo-3", False)]
    assert life.rows("SELECT aurora_version()") == [(life.cluster()["EngineVersion"],)]


def endpoints_lead_to_their_instances(life: Life) -> None:
    life.rds.create_db_cluster_endpoint(
        DBClusterIdentifier="demo",
        DBClusterEndpointIdentifier="one",
        EndpointType="ANY",
        StaticMembers=["demo-3"],
    )
    custom = life.rds.describe_db_cluster_endpoints(DBClusterEndpointIdentifier="one")["DBClusterEndpoints"][0]
    instance = life.rds.describe_db_instances(DBInstanceIdentifier="demo-2")["DBInstances"][0]
    here = "SELECT aurora_db_instance_identifier()"
    assert life.rows(here, custom["Endpoint"]) == [("demo-3",)]
    assert life.rows(here, instance["Endpoint"]["Address"]) == [("demo-2",)]
    life.rds.delete_db_cluster_endpoint(DBClusterEndpointIdentifier="one")


def parameters_are_those_of_the_group(life: Life) -> None:
    """At once, or with a reboot."""
    life.rds.create_db_cluster_parameter_group(
        DBClusterParameterGroupName="own", DBParameterGroupFamily="aurora-postgresql17", Description="own"
    )
    life.rds.modify_db_cluster(DBClusterIdentifier="demo", DBClusterParameterGroupName="own", ApplyImmediately=True)
    wanted = {
        "work_mem": ("8192", "immediate"),
        "rds.force_ssl": ("0", "immediate"),
        "max_worker_processes": ("12", "pending-reboot"),
    }
    life.rds.modify_db_cluster_parameter_group(
        DBClusterParameterGroupName="own",
        Parameters=[
            {"ParameterName": name, "ParameterValue": value, "ApplyMethod": method}
            for name, (value, method) in wanted.items()
        ],
    )
    shown = "SELECT current_setting('work_mem'), current_setting('max_worker_processes')"
    assert wait_until(lambda: life.rows(shown, sslmode="disable") == [("8MB", "8")], timeout_s=20.0)
    for name in ("demo-1", "demo-2"):
        life.rds.reboot_db_instance(DBInstanceIdentifier=name)
    life.settle()
    assert life.rows(shown) == [("8MB", "12")]


def _under_load(life: Life, change: Callable[[], object]) -> None:
    with Load(life) as load:
        change()
        life.settle()
    assert load.lost() == set()
    assert 0 < load.longest_gap_s < 30


def a_failover_loses_nothing(life: Life) -> None:
    old = life.connect()
    _under_load(
        life,
        lambda: life.rds.failover_db_cluster(DBClusterIdentifier="demo", TargetDBInstanceIdentifier="demo-2"),
    )
    assert life.writer() == "demo-2"
    assert life.rows("SELECT aurora_db_instance_identifier(), pg_is_in_recovery()") == [("demo-2", False)]
    with old, pytest.raises(psycopg.OperationalError):
        old.execute("SELECT 1")
    started = "SELECT pg_postmaster_start_time()"
    before = life.rows(started)
    life.rds.reboot_db_instance(DBInstanceIdentifier="demo-2")
    life.settle()
    assert life.rows(started) > before


def a_deleted_writer_is_replaced(life: Life) -> None:
    _under_load(life, lambda: life.rds.delete_db_instance(DBInstanceIdentifier="demo-2", SkipFinalSnapshot=True))
    assert life.writer() in ("demo-1", "demo-3")
    assert len(life.processes()) == 2


def what_is_stopped_comes_back(life: Life) -> None:
    count = "SELECT count(*) FROM entries"
    before, host = life.rows(count), life.cluster()["Endpoint"]
    life.rds.stop_db_cluster(DBClusterIdentifier="demo")
    life.settle("stopped")
    assert life.processes() == []
    assert "starting up" in life.refusal(host)
    life.rds.start_db_cluster(DBClusterIdentifier="demo")
    life.settle()
    life.sandbox.stop()
    life.start()
    life.settle()
    assert life.cluster()["Endpoint"] == host
    assert life.rows(count) == before


def copies_have_the_rows_of_their_time(life: Life) -> None:
    before = life.rows("SELECT count(*) FROM entries")
    life.rds.create_db_cluster_snapshot(DBClusterIdentifier="demo", DBClusterSnapshotIdentifier="kept")
    life.rds.restore_db_cluster_to_point_in_time(
        DBClusterIdentifier="clone",
        SourceDBClusterIdentifier="demo",
        RestoreType="copy-on-write",
        UseLatestRestorableTime=True,
    )
    life.add("clone-1", "clone")
    assert wait_until(lambda: _snapshot(life) == "available", timeout_s=20.0, every_s=0.05)
    life.settle()
    assert wait_until(lambda: life.cluster()["EarliestRestorableTime"] < _now() - SECOND, timeout_s=20.0, every_s=0.1)
    moment = life.rows("SELECT now()")[0][0]
    assert wait_until(lambda: _now() > moment.replace(microsecond=0) + 2 * SECOND, timeout_s=20.0, every_s=0.1)
    life.do("DELETE FROM entries")
    life.rds.restore_db_cluster_from_snapshot(
        DBClusterIdentifier="restored", SnapshotIdentifier="kept", Engine="aurora-postgresql"
    )
    life.add("restored-1", "restored")
    life.rds.restore_db_cluster_to_point_in_time(
        DBClusterIdentifier="earlier", SourceDBClusterIdentifier="demo", RestoreToTime=moment + SECOND
    )
    life.add("earlier-1", "earlier")
    life.settle()
    for name in ("clone", "restored", "earlier"):
        assert life.rows("SELECT count(*) FROM entries", life.cluster(name)["Endpoint"]) == before, name
    assert life.rows("SELECT count(*) FROM entries") == [(0,)]


def _now() -> dt.datetime:
    return dt.datetime.now(dt.timezone.utc)


def _snapshot(life: Life) -> str:
    found = life.rds.describe_db_cluster_snapshots(DBClusterSnapshotIdentifier="kept")["DBClusterSnapshots"]
    return str(found[0]["Status"])


def metrics_are_those_of_the_servers(life: Life) -> None:
    with life.connect():
        assert wait_until(lambda: metric(life, "DatabaseConnections", life.writer()) is not None, timeout_s=30.0)
    reader = next(one["instance"] for one in life.sandbox.databases()["servers"] if one["role"] == "reader")
    assert (metric(life, "AuroraReplicaLag", reader) or 0.0) < 10_000
    assert metric(life, "AuroraReplicaLag", life.writer()) is None


def nothing_is_left_by_a_kill(life: Life) -> None:
    """A killed server is started again; those of a killed emulator end, and the next one has the rows."""
    life.do("DELETE FROM entries; INSERT INTO entries VALUES (1)")
    writer = next(one for one in life.sandbox.databases()["servers"] if one["instance"] == life.writer())
    os.kill(writer["pid"], signal.SIGKILL)
    assert wait_until(lambda: life.signs_in(), timeout_s=20.0, every_s=0.1)
    life.settle()
    running, emulator = life.processes(), life.sandbox.status().pid
    assert len(running) == 2 and emulator is not None
    os.kill(emulator, signal.SIGKILL)
    assert wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in running), timeout_s=20.0)
    life.start()
    life.settle()
    assert life.rows("SELECT number FROM entries") == [(1,)]
