"""One life of an Aurora MySQL cluster with real servers: what a client sees at each endpoint."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import closing

import pymysql
import pytest

from aurora_cli.sandbox.processes import wait_until
from tests.sandbox.database_life import Load, until_the_end
from tests.sandbox.mysql_life import MysqlLife, needs_mysql

pytestmark = pytest.mark.sandbox
PLAIN = {"ssl_ca": None, "ssl_verify_cert": None, "ssl_verify_identity": None, "ssl_disabled": True}
HERE = "SELECT @@report_host, @@read_only"
IAM_USER = "token_user"


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MysqlLife]:
    needs_mysql()
    with until_the_end(MysqlLife(tmp_path_factory.mktemp("databases"))) as made:
        yield made


def test_a_life(life: MysqlLife) -> None:
    life.create(readers=1)
    life.settle()
    sign_in(life)
    readers_follow(life)
    a_failover_loses_nothing(life)


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


def readers_follow(life: MysqlLife) -> None:
    """They have a copy of all rows, and are read-only."""
    life.do("CREATE TABLE entries (number bigint PRIMARY KEY)")
    reader = life.cluster()["ReaderEndpoint"]
    assert life.rows(HERE) == [("demo-1", 0)]
    assert {life.rows(HERE, reader)[0] for _ in range(3)} == {("demo-2", 1)}
    assert wait_until(lambda: life.rows("SHOW TABLES", reader) == [("entries",)], timeout_s=20.0)
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
    assert life.rows(HERE) == [("demo-2", 0)]
    killed = next(one["pid"] for one in life.sandbox.databases()["servers"] if one["role"] == "writer")
    os.kill(killed, signal.SIGKILL)
    assert wait_until(life.signs_in, timeout_s=20.0, every_s=0.1)
    life.settle()
    assert load.lost() == set()
