"""One life of an Aurora MySQL cluster with real servers: what a client sees at each endpoint."""

from __future__ import annotations

import datetime as dt
import os
import signal
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pymysql
import pytest
from botocore.exceptions import ClientError

from aurora_cli.operations.sql.bootstrap_items import read_file
from aurora_cli.operations.sql.bootstrap_mysql import items_of, password_change
from aurora_cli.sandbox.faults import FaultRule
from aurora_cli.sandbox.processes import wait_until
from aurora_cli.spec.model.bootstrap import Bootstrap as BootstrapSpec
from tests.sandbox.database_life import Load, metric, until_the_end
from tests.sandbox.mysql_life import MysqlLife, needs_mysql

pytestmark = pytest.mark.sandbox
PLAIN: dict[str, Any] = {"ssl_ca": None, "ssl_verify_cert": None, "ssl_verify_identity": None, "ssl_disabled": True}
ROLE = "SELECT @@report_host, @@read_only"
IAM_USER = "token_user"
SECOND = dt.timedelta(seconds=1)


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MysqlLife]:
    needs_mysql()
    with until_the_end(MysqlLife(tmp_path_factory.mktemp("databases"))) as made:
        yield made


def test_a_life(life: MysqlLife, tmp_path: Path) -> None:
    life.create(readers=1)
    life.settle()
    sign_in(life)
    a_bootstrap_runs(life, tmp_path)
    the_data_api_runs_statements(life)
    readers_follow(life)
    a_failover_loses_nothing(life)


@pytest.mark.thorough
def test_copies_and_parameters(life: MysqlLife) -> None:
    life.sandbox.reset()
    life.create(readers=1)
    life.settle()
    life.do("CREATE TABLE entries (number bigint PRIMARY KEY); INSERT INTO entries VALUES (1)")
    parameters_are_those_of_the_group(life)
    copies_have_the_rows_of_their_time(life)
    metrics_are_those_of_the_servers(life)
    what_is_stopped_comes_back(life)


@pytest.mark.thorough
def test_readers_are_behind_on_request(life: MysqlLife) -> None:
    life.sandbox.reset()
    life.create(readers=1)
    life.settle()
    life.do("CREATE TABLE entries (number bigint PRIMARY KEY); INSERT INTO entries VALUES (1)")
    reader, count = life.cluster()["ReaderEndpoint"], "SELECT count(*) FROM entries"
    assert wait_until(lambda: life.rows("SHOW TABLES", reader) == [("entries",)], timeout_s=20.0)
    life.sandbox.add_fault(FaultRule("replica_lag", delay_s=3.0, cluster="demo"))

    def is_behind() -> bool:
        before = life.rows(count)
        life.do("INSERT INTO entries SELECT max(number) + 1 FROM entries")
        return life.rows(count, reader) == before

    assert wait_until(is_behind, timeout_s=20.0, every_s=1.0)
    assert life.rows(count, reader) != life.rows(count)
    assert wait_until(lambda: life.rows(count, reader) == life.rows(count), timeout_s=20.0)
    committed = life.rows(count)
    life.rds.failover_db_cluster(DBClusterIdentifier="demo", TargetDBInstanceIdentifier="demo-2")
    assert wait_until(lambda: life.writer() == "demo-2", timeout_s=20.0)
    life.settle()
    assert life.rows(count) == committed
    assert life.sandbox.clear_faults() == 1


@pytest.mark.thorough
def test_a_green_environment_follows_until_the_switchover(life: MysqlLife) -> None:
    life.sandbox.reset()
    group = "replicating"
    life.rds.create_db_cluster_parameter_group(
        DBClusterParameterGroupName=group, DBParameterGroupFamily="aurora-mysql8.0", Description=group
    )
    change = {"ParameterName": "binlog_format", "ParameterValue": "ROW", "ApplyMethod": "pending-reboot"}
    life.rds.modify_db_cluster_parameter_group(DBClusterParameterGroupName=group, Parameters=[change])
    life.create(
        readers=0, ManageMasterUserPassword=False, MasterUserPassword="secret-99", DBClusterParameterGroupName=group
    )
    life.password = "secret-99"
    life.settle()
    life.do("CREATE TABLE entries (number bigint PRIMARY KEY); INSERT INTO entries VALUES (1)")
    blue = life.cluster()
    made = life.rds.create_blue_green_deployment(
        BlueGreenDeploymentName="upgrade", Source=blue["DBClusterArn"], TargetEngineVersion=blue["EngineVersion"]
    )["BlueGreenDeployment"]
    identifier = made["BlueGreenDeploymentIdentifier"]

    def status() -> str:
        found = life.rds.describe_blue_green_deployments(BlueGreenDeploymentIdentifier=identifier)
        return str(found["BlueGreenDeployments"][0]["Status"])

    assert wait_until(lambda: status() == "AVAILABLE", timeout_s=60.0, every_s=0.1)
    life.settle()
    green = life.cluster(
        life.rds.describe_blue_green_deployments()["BlueGreenDeployments"][0]["Target"].rpartition(":")[2]
    )
    life.do("INSERT INTO entries VALUES (2)")
    assert wait_until(lambda: life.rows(life.COUNT, green["ReaderEndpoint"]) == [(2, 1)], timeout_s=20.0)
    with Load(life) as load:
        life.rds.switchover_blue_green_deployment(BlueGreenDeploymentIdentifier=identifier)
        assert wait_until(lambda: status() == "SWITCHOVER_COMPLETED", timeout_s=60.0, every_s=0.1)
        life.settle()
    assert load.lost() == set()
    now = life.cluster()
    assert (now["DbClusterResourceId"], now["Endpoint"]) == (green["DbClusterResourceId"], blue["Endpoint"])


def sign_in(life: MysqlLife) -> None:
    assert life.rows("SELECT current_user(), database()") == [("boss@%", "app")]
    assert life.rows("SHOW STATUS LIKE 'Ssl_version'")[0][1].startswith("TLSv1")
    assert life.signs_in(**PLAIN), "require_secure_transport is off by default"
    for user in ("rdsadmin", "rdsrepladmin", "root"):
        assert "Access denied" in life.refusal(user=user, password="")
    assert "Access denied" in life.refusal(password="wrong")
    assert "SUPER" not in str(life.rows("SHOW GRANTS"))
    token = life.rds.generate_db_auth_token(life.cluster()["Endpoint"], 3306, IAM_USER)
    life.do(f"CREATE USER {IAM_USER} IDENTIFIED WITH AWSAuthenticationPlugin AS 'RDS' REQUIRE SSL")
    given = {"user": IAM_USER, "database": None}
    assert life.rows("SELECT user()", password=token, **given) == [(f"{IAM_USER}@localhost",)]
    for refused in (token[:-1], "", life.password):
        assert "Access denied" in life.refusal(password=refused, **given)
    former = life.password
    life.rds.modify_db_cluster(DBClusterIdentifier="demo", RotateMasterUserPassword=True, ApplyImmediately=True)
    life.settle()
    assert wait_until(life.signs_in, timeout_s=20.0)
    assert "Access denied" in life.refusal(password=former)


def a_bootstrap_runs(life: MysqlLife, folder: Path) -> None:
    """Users, roles, databases, grants and files; repeated, it changes nothing."""
    password = "it's \\ for reports"
    (folder / "schema.sql").write_text("create table goods (id int primary key); insert into goods values (1);")
    given: dict[str, Any] = {
        "roles": {"readers": {}, "reports": {"secret": "arn", "member_of": ["readers"]}, "app": {"iam": True}},
        "databases": {
            "shop": {"grants": ["select on shop.* to readers", "all on shop.* to app"], "sql": ["schema.sql"]}
        },
    }
    items = items_of(BootstrapSpec(**given), folder)
    for item in (*items, *items[:-1]):
        texts = read_file(item) if item.file else list(item.statements)
        texts += [password_change(item.role, password), *item.last] if item.secret else []
        with closing(life.connect(database=item.database or None)) as connection:
            for text in texts:
                connection.cursor().execute(text)
    goods, of = "SELECT id FROM goods", {"database": "shop"}
    assert life.rows(goods, user="reports", password=password, **of) == [(1,)]
    token = life.rds.generate_db_auth_token(life.cluster()["Endpoint"], life.port, "app")
    assert life.rows(goods, user="app", password=token, **of) == [(1,)]


def the_data_api_runs_statements(life: MysqlLife) -> None:
    """Typed fields, parameters, generated numbers, transactions, errors."""
    cluster = life.cluster()
    life.rds.enable_http_endpoint(ResourceArn=cluster["DBClusterArn"])
    who = {
        "resourceArn": cluster["DBClusterArn"],
        "secretArn": cluster["MasterUserSecret"]["SecretArn"],
        "database": "app",
    }
    table = "CREATE TABLE typed (id int AUTO_INCREMENT PRIMARY KEY, flag boolean, price decimal(8, 2), made datetime, data blob)"
    life.data.execute_statement(**who, sql=table)
    row = [
        {"name": "flag", "value": {"booleanValue": True}},
        {"name": "price", "value": {"stringValue": "12.50"}, "typeHint": "DECIMAL"},
        {"name": "made", "value": {"stringValue": "2026-01-31 12:00:00"}, "typeHint": "TIMESTAMP"},
        {"name": "data", "value": {"blobValue": b"it's \\ \0 binary"}},
    ]
    insert = "INSERT INTO typed (flag, price, made, data) VALUES (:flag, :price, :made, :data)"
    made = life.data.execute_statement(**who, sql=insert, parameters=row)
    assert (made["generatedFields"], made["numberOfRecordsUpdated"]) == ([{"longValue": 1}], 1)
    found = life.data.execute_statement(**who, sql="SELECT * FROM typed", includeResultMetadata=True)
    values = [
        {"longValue": 1},
        *({"stringValue": "2026-01-31 12:00:00"} if one["name"] == "made" else one["value"] for one in row),
    ]
    assert found["records"] == [values]
    named = {one["name"]: (one["typeName"], one["isAutoIncrement"]) for one in found["columnMetadata"]}
    assert (named["id"], named["price"], named["data"]) == (("INT", True), ("DECIMAL", False), ("BLOB", False))
    begun = life.data.begin_transaction(**who)["transactionId"]
    batch = life.data.batch_execute_statement(**who, sql=insert, parameterSets=[row, row], transactionId=begun)
    assert [one["generatedFields"] for one in batch["updateResults"]] == [[{"longValue": 2}], [{"longValue": 3}]]
    life.data.rollback_transaction(resourceArn=who["resourceArn"], secretArn=who["secretArn"], transactionId=begun)
    with pytest.raises(ClientError, match="Error code: 1062; SQLState: 23000"):
        life.data.batch_execute_statement(
            **who,
            sql="INSERT INTO typed (id) VALUES (:id)",
            parameterSets=[[{"name": "id", "value": {"longValue": one}}] for one in (9, 1)],
        )
    counted = life.data.execute_statement(**who, sql="SELECT count(*) AS n FROM typed", formatRecordsAs="JSON")
    assert counted["formattedRecords"] == '[{"n":1}]'


def readers_follow(life: MysqlLife) -> None:
    """They have a copy of all rows, and are read-only."""
    life.do("CREATE TABLE entries (number bigint PRIMARY KEY)")
    reader = life.cluster()["ReaderEndpoint"]
    assert life.rows(ROLE) == [("demo-1", 0)]
    assert {life.rows(ROLE, reader)[0] for _ in range(3)} == {("demo-2", 1)}
    assert wait_until(lambda: ("entries",) in life.rows("SHOW TABLES", reader), timeout_s=20.0)
    with pytest.raises(pymysql.OperationalError, match="read-only"):
        life.do("INSERT INTO entries VALUES (0)", reader)


def a_failover_loses_nothing(life: MysqlLife) -> None:
    with closing(life.connect()) as old:
        with Load(life) as load:
            life.rds.failover_db_cluster(DBClusterIdentifier="demo", TargetDBInstanceIdentifier="demo-2")
            life.settle()
        assert load.lost() == set()
        assert 0 < load.longest_gap_s < 30
        with pytest.raises(pymysql.Error):
            old.cursor().execute("SELECT 1")
    assert life.writer() == "demo-2"
    assert life.rows(ROLE) == [("demo-2", 0)]
    killed = next(one["pid"] for one in life.sandbox.databases()["servers"] if one["role"] == "writer")
    os.kill(killed, signal.SIGKILL)
    assert wait_until(life.signs_in, timeout_s=20.0, every_s=0.1)
    life.settle()
    assert load.lost() == set()


def parameters_are_those_of_the_group(life: MysqlLife) -> None:
    """At once, or with a reboot; Aurora's own, and those of another version, are nothing to the server."""
    life.rds.create_db_cluster_parameter_group(
        DBClusterParameterGroupName="own", DBParameterGroupFamily="aurora-mysql8.0", Description="own"
    )
    life.rds.modify_db_cluster(DBClusterIdentifier="demo", DBClusterParameterGroupName="own", ApplyImmediately=True)
    wanted = {
        "require_secure_transport": ("ON", "immediate"),
        "long_query_time": ("7", "immediate"),
        "innodb_ft_min_token_size": ("4", "pending-reboot"),
        "aurora_load_from_s3_role": ("arn:aws:iam::123456789012:role/load", "immediate"),
        "collation_server": ("utf8mb4_0900_ai_ci", "pending-reboot"),
    }
    life.rds.modify_db_cluster_parameter_group(
        DBClusterParameterGroupName="own",
        Parameters=[
            {"ParameterName": name, "ParameterValue": value, "ApplyMethod": method}
            for name, (value, method) in wanted.items()
        ],
    )
    shown = "SELECT @@global.long_query_time, @@innodb_ft_min_token_size"
    assert wait_until(lambda: life.rows(shown) == [(7.0, 3)], timeout_s=20.0)
    assert "insecure transport" in life.refusal(**PLAIN)
    for name in ("demo-1", "demo-2"):
        life.rds.reboot_db_instance(DBInstanceIdentifier=name)
    life.settle()
    assert life.rows(shown) == [(7.0, 4)]


def copies_have_the_rows_of_their_time(life: MysqlLife) -> None:
    """A snapshot, a clone, and a time after a failover, before which another server wrote."""
    life.rds.create_db_cluster_snapshot(DBClusterIdentifier="demo", DBClusterSnapshotIdentifier="kept")
    clone = {"RestoreType": "copy-on-write", "UseLatestRestorableTime": True}
    life.rds.restore_db_cluster_to_point_in_time(DBClusterIdentifier="clone", SourceDBClusterIdentifier="demo", **clone)
    life.add("clone-1", "clone")
    life.settle()
    life.rds.failover_db_cluster(DBClusterIdentifier="demo", TargetDBInstanceIdentifier="demo-2")
    life.settle()
    assert wait_until(lambda: life.cluster()["EarliestRestorableTime"] < _now() - 2 * SECOND, timeout_s=20.0)
    life.do("INSERT INTO entries VALUES (2)")
    moment = _now()
    assert wait_until(lambda: _now() > moment + 3 * SECOND, timeout_s=20.0)
    life.do("DELETE FROM entries")
    life.rds.restore_db_cluster_from_snapshot(
        DBClusterIdentifier="restored", SnapshotIdentifier="kept", Engine="aurora-mysql"
    )
    life.rds.restore_db_cluster_to_point_in_time(
        DBClusterIdentifier="earlier", SourceDBClusterIdentifier="demo", RestoreToTime=moment + 2 * SECOND
    )
    for name in ("restored", "earlier"):
        life.add(f"{name}-1", name)
    life.settle()
    expected = {"clone": [(1,)], "restored": [(1,)], "earlier": [(1,), (2,)], "demo": []}
    numbers = "SELECT number FROM entries ORDER BY 1"
    assert {name: life.rows(numbers, life.cluster(name)["Endpoint"]) for name in expected} == expected
    for name in ("clone", "restored", "earlier"):
        life.rds.delete_db_instance(DBInstanceIdentifier=f"{name}-1", SkipFinalSnapshot=True)
        life.rds.delete_db_cluster(DBClusterIdentifier=name, SkipFinalSnapshot=True)


def metrics_are_those_of_the_servers(life: MysqlLife) -> None:
    with closing(life.connect()):
        assert wait_until(lambda: (metric(life, "DatabaseConnections", "demo-2") or 0) >= 1, timeout_s=30.0)
    assert wait_until(lambda: metric(life, "AuroraReplicaLag", "demo-1") is not None, timeout_s=30.0)
    assert (metric(life, "AuroraReplicaLag", "demo-1") or 0.0) < 10_000


def what_is_stopped_comes_back(life: MysqlLife) -> None:
    life.do("INSERT INTO entries VALUES (5)")
    host = life.cluster()["Endpoint"]
    life.rds.stop_db_cluster(DBClusterIdentifier="demo")
    life.settle("stopped")
    assert life.processes() == []
    assert life.UNAVAILABLE in life.refusal(host)
    life.rds.start_db_cluster(DBClusterIdentifier="demo")
    life.settle()
    life.sandbox.stop()
    life.start()
    life.settle()
    assert life.rows("SELECT number FROM entries", host) == [(5,)]


def _now() -> dt.datetime:
    return dt.datetime.now(dt.timezone.utc)
