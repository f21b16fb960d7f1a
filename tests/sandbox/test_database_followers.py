"""Clusters with real servers that follow another: secondaries of a global database, and green environments."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from aurora_cli.sandbox.processes import wait_until
from tests.sandbox.database_life import Life, Load, living, until_the_end
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
    life.rds.remove_from_global_cluster(GlobalClusterIdentifier="world", DbClusterIdentifier=there["DBClusterArn"])
    assert wait_until(lambda: _settled(life, secondary), timeout_s=60.0, every_s=0.1)
    assert life.rows(life.COUNT, there["Endpoint"]) == [(3, False)]


def test_a_green_environment_has_what_blue_has_until_the_switchover(life: Life) -> None:
    life.sandbox.reset()
    group = "replicating"
    life.rds.create_db_cluster_parameter_group(
        DBClusterParameterGroupName=group, DBParameterGroupFamily="aurora-postgresql17", Description=group
    )
    life.rds.modify_db_cluster_parameter_group(
        DBClusterParameterGroupName=group,
        Parameters=[
            {"ParameterName": "rds.logical_replication", "ParameterValue": "1", "ApplyMethod": "pending-reboot"}
        ],
    )
    life.create(readers=1, MasterUserPassword="secret-99", DBClusterParameterGroupName=group)
    life.password = "secret-99"
    life.settle()
    life.do("CREATE TABLE entries (number bigint PRIMARY KEY); INSERT INTO entries VALUES (1)")
    blue = life.cluster()
    made = life.rds.create_blue_green_deployment(
        BlueGreenDeploymentName="upgrade", Source=blue["DBClusterArn"], TargetEngineVersion=blue["EngineVersion"]
    )
    identifier = made["BlueGreenDeployment"]["BlueGreenDeploymentIdentifier"]
    assert wait_until(lambda: _settled(life), timeout_s=60.0, every_s=0.1)
    name = made["BlueGreenDeployment"]["Target"].rpartition(":")[2]
    green = life.cluster(name)
    life.do("INSERT INTO entries VALUES (2)")
    _await_count(life, green, 2)
    with Load(life) as load:
        life.rds.switchover_blue_green_deployment(BlueGreenDeploymentIdentifier=identifier)
        assert wait_until(lambda: _settled(life), timeout_s=60.0, every_s=0.1)
    assert load.lost() == set()
    now = life.cluster()
    assert now["DbClusterResourceId"] == green["DbClusterResourceId"] and now["Endpoint"] == blue["Endpoint"]
    old = life.cluster("demo-old1")
    assert life.rows(life.COUNT, old["Endpoint"])[0][0] <= life.rows(life.COUNT)[0][0]


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
        life.do("CREATE ROLE token_user LOGIN; GRANT rds_iam TO token_user")
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
