"""Upgrades of clusters with real servers to another major version, where both are installed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from aurora_cli.sandbox.database.postgres import binaries
from aurora_cli.sandbox.processes import wait_until
from tests.sandbox.database_life import Life, Load, await_deployment, living
from tests.sandbox.emulator import new_client

pytestmark = [pytest.mark.sandbox, pytest.mark.thorough]
OLD, NEW = "15.15", "17.7"
SERVERS = "SELECT split_part(current_setting('server_version'), '.', 1)"
INSTALLED = {one.major for one in binaries.installed({"PATH": ""})}
MISSING = {15, 17} - INSTALLED


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Life]:
    if MISSING:
        pytest.skip(f"PostgreSQL {' and '.join(map(str, sorted(MISSING)))} is not installed")
    with living(tmp_path_factory.mktemp("databases")) as made:
        made.create(readers=1, EngineVersion=OLD, MasterUserPassword="secret-99")
        made.password = "secret-99"
        made.settle()
        made.do(
            "CREATE TABLE entries (number bigint PRIMARY KEY); INSERT INTO entries SELECT generate_series(1, 1000);"
            "CREATE VIEW versions AS SELECT aurora_version(); CREATE ROLE app LOGIN PASSWORD 'secret-98'"
        )
        yield made


def upgrade(life: Life, name: str = "demo") -> None:
    life.rds.modify_db_cluster(
        DBClusterIdentifier=name, EngineVersion=NEW, AllowMajorVersionUpgrade=True, ApplyImmediately=True
    )
    assert {life.cluster(name)["Status"]} <= {"upgrading", "available"}
    life.settle(timeout_s=120.0)


def shown(life: Life) -> tuple[str, set[str]]:
    """The version of the API, and those of the servers that run."""
    servers = life.sandbox.databases()["servers"]
    return str(life.cluster()["EngineVersion"]), {one["version"].split(".")[0] for one in servers}


def test_an_upgrade_that_fails_leaves_the_former_version(life: Life) -> None:
    life.do("CREATE TABLE odds (value aclitem)")
    upgrade(life)
    assert wait_until(lambda: shown(life) == (OLD, {"15"}), timeout_s=30.0), shown(life)
    assert life.rows("SELECT count(*) FROM entries") == [(1000,)]
    assert life.cluster()["DBClusterParameterGroup"] == "default.aurora-postgresql15"
    told = [one["Message"] for one in life.rds.describe_events(SourceType="db-cluster")["Events"]]
    reason = f"Unable to upgrade the DB cluster from {OLD} to {NEW}. pg_upgrade fails: Your"
    assert any(text.startswith(reason) for text in told), told
    life.do("DROP TABLE odds")


def test_an_upgrade_keeps_rows_and_makes_readers_anew(life: Life) -> None:
    upgrade(life)
    assert shown(life) == (NEW, {"17"})
    reader = life.cluster()["ReaderEndpoint"]
    for host in (None, reader):
        assert life.rows(SERVERS, host) == [("17",)]
        assert life.rows("SELECT count(*) FROM entries", host) == [(1000,)]
    assert life.rows("SELECT aurora_version FROM versions") == [(NEW,)]
    assert life.rows("SELECT aurora_version()", dbname="postgres") == [(NEW,)]
    assert life.rows("SELECT current_user::text", user="app", password="secret-98") == [("app",)]
    life.do("INSERT INTO entries VALUES (2000); GRANT pg_maintain, pg_read_all_data TO app")
    assert wait_until(lambda: life.rows("SELECT count(*) FROM entries", reader) == [(1001,)], timeout_s=20.0)
    life.rds.failover_db_cluster(DBClusterIdentifier="demo")
    life.settle()
    assert life.rows("SELECT count(*) FROM entries") == [(1001,)]


def test_a_green_environment_is_upgraded_and_loses_no_change(life: Life) -> None:
    life.sandbox.reset()
    life.rds.create_db_cluster_parameter_group(
        DBClusterParameterGroupName="blue", DBParameterGroupFamily="aurora-postgresql15", Description="blue"
    )
    logical = {"ParameterName": "rds.logical_replication", "ParameterValue": "1", "ApplyMethod": "pending-reboot"}
    life.rds.modify_db_cluster_parameter_group(DBClusterParameterGroupName="blue", Parameters=[logical])
    given = {"EngineVersion": OLD, "MasterUserPassword": "secret-99", "DBClusterParameterGroupName": "blue"}
    life.create(readers=0, **given)
    life.settle()
    life.do("CREATE TABLE entries (number bigint PRIMARY KEY)")
    with Load(life) as load:
        made = life.rds.create_blue_green_deployment(
            BlueGreenDeploymentName="green", Source=life.cluster()["DBClusterArn"], TargetEngineVersion=NEW
        )["BlueGreenDeployment"]
        identifier, name = made["BlueGreenDeploymentIdentifier"], made["Target"].rpartition(":")[2]
        await_deployment(life, identifier, "AVAILABLE")
        assert life.rows(SERVERS) == [("15",)] and life.rows(SERVERS, life.cluster(name)["Endpoint"]) == [("17",)]
        life.rds.switchover_blue_green_deployment(BlueGreenDeploymentIdentifier=identifier)
        await_deployment(life, identifier, "SWITCHOVER_COMPLETED")
    assert load.lost() == set() and life.rows(SERVERS) == [("17",)]
    assert len(life.rows("SELECT number FROM entries", life.cluster("demo-old1")["Endpoint"])) > 20


def test_a_global_database_is_upgraded_with_its_secondary(life: Life) -> None:
    life.sandbox.reset()
    other = new_client(life.sandbox.status(), "rds", "us-east-1")
    life.rds.create_global_cluster(GlobalClusterIdentifier="world", Engine="aurora-postgresql", EngineVersion=OLD)
    master = {"MasterUsername": "boss", "MasterUserPassword": "secret-99", "DatabaseName": "app"}
    for rds, name, given in ((life.rds, "demo", master), (other, "second", {})):
        rds.create_db_cluster(
            DBClusterIdentifier=name,
            Engine="aurora-postgresql",
            EngineVersion=OLD,
            GlobalClusterIdentifier="world",
            **given,
        )
        for number in (1, 2):
            life.add(f"{name}-{number}", name, rds)
    life.settle(others=(other,))
    life.do("CREATE TABLE entries (number bigint); INSERT INTO entries VALUES (1)")
    life.rds.modify_global_cluster(GlobalClusterIdentifier="world", EngineVersion=NEW, AllowMajorVersionUpgrade=True)
    life.settle(others=(other,))
    assert shown(life) == (NEW, {"17"})
    life.do("INSERT INTO entries VALUES (2)")
    reader = other.describe_db_clusters()["DBClusters"][0]["ReaderEndpoint"]
    for _ in range(2):
        assert wait_until(lambda: life.rows("SELECT count(*) FROM entries", reader) == [(2,)], timeout_s=20.0)


@pytest.mark.parametrize("version", [OLD, NEW])
def test_a_green_environment_has_its_version_after_the_switchover(life: Life, version: str) -> None:
    life.sandbox.reset()
    group = "replicating"
    life.rds.create_db_cluster_parameter_group(
        DBClusterParameterGroupName=group, DBParameterGroupFamily="aurora-postgresql15", Description=group
    )
    logical = {"ParameterName": "rds.logical_replication", "ParameterValue": "1", "ApplyMethod": "pending-reboot"}
    life.rds.modify_db_cluster_parameter_group(DBClusterParameterGroupName=group, Parameters=[logical])
    life.create(readers=1, EngineVersion=OLD, MasterUserPassword="secret-99", DBClusterParameterGroupName=group)
    life.settle()
    life.do("CREATE TABLE entries (number bigint PRIMARY KEY); INSERT INTO entries VALUES (1)")
    made = life.rds.create_blue_green_deployment(
        BlueGreenDeploymentName="up",
        Source=life.cluster()["DBClusterArn"],
        TargetEngineVersion=version,
        TargetDBClusterParameterGroupName=f"default.aurora-postgresql{version[:2]}",
    )["BlueGreenDeployment"]
    life.settle()
    green = made["Target"].rpartition(":")[2]
    if version == OLD:
        upgrade(life, green)
    life.do("INSERT INTO entries VALUES (2)")
    life.rds.switchover_blue_green_deployment(BlueGreenDeploymentIdentifier=made["BlueGreenDeploymentIdentifier"])
    life.settle()
    assert wait_until(lambda: life.rows(SERVERS) == [("17",)], timeout_s=60.0)
    life.settle()
    assert life.rows("SELECT count(*) FROM entries") == [(2,)]
    assert life.cluster()["EngineVersion"] == NEW
