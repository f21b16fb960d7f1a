"""Clusters with real servers that follow another: secondaries of a global database, and green environments."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from aurora_cli.sandbox.processes import wait_until
from tests.sandbox.database_life import Life, Load, await_deployment, living, until_the_end
from tests.sandbox.emulator import new_client
from tests.sandbox.mysql_life import MysqlLife, needs_mysql

pytestmark = [pytest.mark.sandbox, pytest.mark.thorough]


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Life]:
    with living(tmp_path_factory.mktemp("databases")) as made:
        yield made


@pytest.fixture(params=[Life, MysqlLife], ids=["postgresql", "mysql"])
def any_life(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Life]:
    """Of either engine."""
    if request.param is MysqlLife:
        needs_mysql()
    with until_the_end(request.param(tmp_path)) as made:
        yield made


def test_a_switchover_loses_nothing(any_life: Life) -> None:
    life = any_life
    secondary = new_client(life.sandbox.status(), "rds", "us-east-1")
    life.rds.create_global_cluster(GlobalClusterIdentifier="world", Engine=life.ENGINE)
    master = {"MasterUsername": "boss", "MasterUserPassword": "secret-99", "DatabaseName": "app"}
    for rds, name, given in ((life.rds, "demo", master), (secondary, "second", {})):
        rds.create_db_cluster(DBClusterIdentifier=name, Engine=life.ENGINE, GlobalClusterIdentifier="world", **given)
        for number in (1, 2):
            life.add(f"{name}-{number}", name, rds)
    life.password = "secret-99"
    here, there = life.cluster(), secondary.describe_db_clusters()["DBClusters"][0]
    assert wait_until(lambda: _settled(life, secondary), timeout_s=60.0, every_s=0.1)
    life.do("CREATE TABLE entries (number bigint); INSERT INTO entries VALUES (1)")
    for source, target in ((here, there), (there, here)):
        expected = life.rows(life.COUNT, source["Endpoint"])[0][0]
        _await_count(life, target, expected)
        life.rds.switchover_global_cluster(
            GlobalClusterIdentifier="world", TargetDbClusterIdentifier=target["DBClusterArn"]
        )
        assert wait_until(lambda: _settled(life, secondary), timeout_s=60.0, every_s=0.1)
        assert life.rows(life.COUNT, target["Endpoint"]) == [(expected, False)]
        life.do("INSERT INTO entries VALUES (2)", target["Endpoint"])
        _await_count(life, source, expected + 1)
    life.rds.failover_db_cluster(DBClusterIdentifier="demo")
    assert wait_until(lambda: _settled(life, secondary), timeout_s=60.0, every_s=0.1)
    life.do("INSERT INTO entries VALUES (3)", here["Endpoint"])
    _await_count(life, there, 4)
    life.rds.remove_from_global_cluster(GlobalClusterIdentifier="world", DbClusterIdentifier=there["DBClusterArn"])
    assert wait_until(lambda: _settled(life, secondary), timeout_s=60.0, every_s=0.1)
    assert life.rows(life.COUNT, there["Endpoint"]) == [(4, False)]


def test_a_green_environment_has_what_blue_has_until_the_switchover(life: Life) -> None:
    life.sandbox.reset()
    for group in ("blue", "green"):
        life.rds.create_db_cluster_parameter_group(
            DBClusterParameterGroupName=group, DBParameterGroupFamily="aurora-postgresql17", Description=group
        )
    for group, name, value in (("blue", "rds.logical_replication", "1"), ("green", "work_mem", "8192")):
        life.rds.modify_db_cluster_parameter_group(
            DBClusterParameterGroupName=group,
            Parameters=[{"ParameterName": name, "ParameterValue": value, "ApplyMethod": "pending-reboot"}],
        )
    life.create(readers=1, MasterUserPassword="secret-99", DBClusterParameterGroupName="blue")
    life.password = "secret-99"
    life.settle()
    life.do(
        "CREATE TABLE entries (number bigint PRIMARY KEY, made int); INSERT INTO entries VALUES (1);"
        "CREATE TABLE free (number int); CREATE SEQUENCE numbers"
    )
    blue = life.cluster()
    identifier, green = _deploy(life, blue)
    life.do("INSERT INTO entries VALUES (2)")
    _await_count(life, green, 2)
    with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState, match="replica identity"):
        life.do("INSERT INTO free VALUES (1); UPDATE free SET number = 2")
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        life.do("DELETE FROM entries", green["Endpoint"])
    with life.connect(green["Endpoint"]) as writing:
        writing.execute("SET default_transaction_read_only = off")
        writing.execute("CREATE INDEX made ON entries (made)")
    old = life.connect()
    with Load(life) as load:
        life.rds.failover_db_cluster(DBClusterIdentifier="demo")
        assert wait_until(lambda: _settled(life), timeout_s=60.0, every_s=0.1)
        life.do("SELECT nextval('numbers') FROM generate_series(1, 7)")
        life.rds.switchover_blue_green_deployment(BlueGreenDeploymentIdentifier=identifier)
        await_deployment(life, identifier, "SWITCHOVER_COMPLETED")
        assert wait_until(lambda: _settled(life), timeout_s=60.0, every_s=0.1)
    assert load.lost() == set() and 0 < load.longest_gap_s < 30
    with old, pytest.raises(psycopg.OperationalError):
        old.execute("SELECT 1")
    now, before = life.cluster(), life.cluster("demo-old1")
    assert now["DbClusterResourceId"] == green["DbClusterResourceId"] and now["Endpoint"] == blue["Endpoint"]
    made = "SELECT nextval('numbers'), current_setting('work_mem'), to_regclass('made')::text"
    assert life.rows(made) == [(8, "8MB", "made")] and life.rows(made, before["Endpoint"]) == [(8, "4MB", None)]
    assert life.rows(life.COUNT, before["Endpoint"])[0][0] <= life.rows(life.COUNT)[0][0]
    life.do("INSERT INTO free VALUES (1); UPDATE free SET number = 2", before["Endpoint"])
    life.rds.delete_blue_green_deployment(BlueGreenDeploymentIdentifier=identifier)


def test_a_green_environment_without_its_deployment_is_a_cluster_of_its_own(life: Life) -> None:
    for name in ("demo-1-old1", "demo-2-old1", "demo-2"):
        life.rds.delete_db_instance(DBInstanceIdentifier=name, SkipFinalSnapshot=True)
    life.rds.modify_db_cluster(DBClusterIdentifier="demo", DBClusterParameterGroupName="blue", ApplyImmediately=True)
    life.rds.reboot_db_instance(DBInstanceIdentifier="demo-1")
    assert wait_until(lambda: _settled(life), timeout_s=60.0, every_s=0.1)
    identifier, green = _deploy(life, life.cluster())
    life.rds.delete_blue_green_deployment(BlueGreenDeploymentIdentifier=identifier)
    count = life.rows("SELECT count(*) FROM entries")
    assert wait_until(
        lambda: life.rows("SHOW default_transaction_read_only", green["Endpoint"]) == [("off",)], timeout_s=20.0
    )
    life.do("DELETE FROM entries", green["Endpoint"])
    assert life.rows("SELECT count(*) FROM entries") == count
    slots = "SELECT count(*) FROM pg_replication_slots WHERE slot_type = 'logical'"
    assert wait_until(lambda: life.rows(slots) == [(0,)], timeout_s=40.0, every_s=0.1)


def test_a_green_environment_is_copied_again_when_blue_has_lost_its_writer(life: Life) -> None:
    life.add("demo-3", "demo")
    assert wait_until(lambda: _settled(life), timeout_s=60.0, every_s=0.1)
    identifier, green = _deploy(life, life.cluster())
    life.damage_writer()
    assert wait_until(lambda: life.writer() == "demo-3", timeout_s=30.0)
    assert wait_until(lambda: _settled(life), timeout_s=60.0, every_s=0.1)
    life.do("INSERT INTO entries SELECT max(number) + 1 FROM entries")
    _await_count(life, green, life.rows(life.COUNT)[0][0])
    life.rds.switchover_blue_green_deployment(BlueGreenDeploymentIdentifier=identifier)
    await_deployment(life, identifier, "SWITCHOVER_COMPLETED")


def _deploy(life: Life, blue: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """A blue/green deployment of a cluster: its identifier and the green cluster."""
    made = life.rds.create_blue_green_deployment(
        BlueGreenDeploymentName="upgrade",
        Source=blue["DBClusterArn"],
        TargetEngineVersion=blue["EngineVersion"],
        TargetDBClusterParameterGroupName="green",
    )["BlueGreenDeployment"]
    identifier = str(made["BlueGreenDeploymentIdentifier"])
    details = await_deployment(life, identifier, "AVAILABLE")
    assert details == "Tables without a primary key reject UPDATE and DELETE: app.free."
    assert wait_until(lambda: _settled(life), timeout_s=60.0, every_s=0.1)
    return identifier, life.cluster(made["Target"].rpartition(":")[2])


def test_an_rds_proxy_leads_to_its_target(any_life: Life) -> None:
    life = any_life
    life.create(readers=1)
    life.settle()
    ec2, iam = (new_client(life.sandbox.status(), service) for service in ("ec2", "iam"))
    subnets = [one["SubnetId"] for one in ec2.describe_subnets()["Subnets"]][:2]
    role = iam.create_role(RoleName="proxy", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    secret = life.cluster()["MasterUserSecret"]["SecretArn"]
    proxy = life.rds.create_db_proxy(
        DBProxyName="front",
        EngineFamily=life.FAMILY,
        Auth=[{"AuthScheme": "SECRETS", "SecretArn": secret, "IAMAuth": "DISABLED"}],
        RoleArn=role,
        VpcSubnetIds=subnets,
    )["DBProxy"]
    assert life.UNAVAILABLE in life.refusal(proxy["Endpoint"])
    life.rds.register_db_proxy_targets(DBProxyName="front", DBClusterIdentifiers=["demo"])
    reading = life.rds.create_db_proxy_endpoint(
        DBProxyName="front", DBProxyEndpointName="read", VpcSubnetIds=subnets, TargetRole="READ_ONLY"
    )["DBProxyEndpoint"]
    assert life.rows(life.HERE, proxy["Endpoint"]) == [("demo-1",)]
    assert life.rows(life.HERE, reading["Endpoint"]) == [("demo-2",)]


def test_with_one_address_every_endpoint_is_where_the_api_says(tmp_path: Path) -> None:
    with living(tmp_path, AURORA_SANDBOX_LOOPBACK="127.0.0.1") as life:
        life.create(readers=1)
        life.settle()
        life.rds.create_db_cluster_endpoint(
            DBClusterIdentifier="demo", DBClusterEndpointIdentifier="one", EndpointType="ANY", StaticMembers=["demo-2"]
        )
        cluster = life.cluster()
        instances = life.rds.describe_db_instances()["DBInstances"]
        name = next(one["name"] for one in life.sandbox.databases()["endpoints"] if one["name"].startswith("one."))
        port = cluster["Port"]
        places = {
            "demo-1": {"host": cluster["Endpoint"], "port": port},
            "demo-2": {"host": cluster["ReaderEndpoint"], "port": port},
            "one": {"host": name, "hostaddr": "127.0.0.1", "port": port},
        } | {
            f"{one['DBInstanceIdentifier']} itself": {
                "host": one["Endpoint"]["Address"],
                "port": one["Endpoint"]["Port"],
            }
            for one in instances
        }
        here = "SELECT aurora_db_instance_identifier()"
        found = {key: life.rows(here, **place)[0][0] for key, place in places.items()}
        assert found == {key: "demo-2" if key == "one" else key.split()[0] for key in places}
        with life.connect(**places["demo-1"]) as writer:
            writer.execute("CREATE ROLE token_user LOGIN; GRANT rds_iam TO token_user")
        token = life.rds.generate_db_auth_token(f"[{cluster['ReaderEndpoint']}]", port, "token_user")
        reading = {"user": "token_user", "password": token, **places["demo-2"]}
        assert wait_until(lambda: life.signs_in(**reading), timeout_s=20.0)


def _await_count(life: Life, cluster: dict[str, str], number: int) -> None:
    reader = cluster["ReaderEndpoint"]
    assert wait_until(lambda: life.rows(life.COUNT, reader) == [(number, True)], timeout_s=20.0)


def _settled(life: Life, *others: Any) -> bool:
    found = []
    for rds in (life.rds, *others):
        found += [one["Status"] for one in rds.describe_db_clusters()["DBClusters"]]
        found += [one["DBInstanceStatus"] for one in rds.describe_db_instances()["DBInstances"]]
    return set(found) == {"available"}
