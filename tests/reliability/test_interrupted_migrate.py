"""promote and migrate, killed at every boundary: the same words again end where an undisturbed run does, nothing twice."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.harness import Aurora
from tests.observe import watched
from tests.reliability.one_life import Boundary, killed_and_repeated
from tests.sandbox.aws_view import changing_calls, last_call
from tests.sandbox.replicas import PROMOTE, rds_instance

pytestmark = [pytest.mark.sandbox, pytest.mark.thorough, pytest.mark.timeout(1200)]
REGION = ("--region", "eu-west-1")
CLASS = "db.r6g.large"


@pytest.fixture(scope="module")
def world(aurora: Aurora) -> Aurora:
    """An instance of RDS and a Serverless v1 cluster."""
    aurora.ok("sandbox", "start")
    rds_instance(aurora, "shop-rds", "mysql", "8.0.36")
    aurora.emulator.place_serverless_v1(
        "eu-west-1",
        db_cluster_identifier="old",
        engine="aurora-mysql",
        engine_version="5.7.mysql_aurora.2.11.4",
        db_subnet_group_name="shop-rds",
    )
    return aurora


def calls_of(aurora: Aurora, name: str, args: tuple[str, ...], boundaries: list[Boundary]) -> list[str]:
    """The changing calls of a command that is killed there and repeated."""
    before = last_call(aurora)
    into_a_new_cluster = "--into" in args  # that is a creation, which keeps no journal
    killed_and_repeated(aurora, args, boundaries, journaled=not into_a_new_cluster)
    plan = aurora.run("plan", name, "--exit-code")
    assert plan.status == 0, plan.out
    return changing_calls(aurora, before)


PROMOTION: list[Boundary] = [
    ("began", "promote"),
    ("called", PROMOTE),
    ("ended", "promote"),
    ("ended", "note"),
    ("began", "settle"),
]


def test_a_promotion_goes_on_and_is_asked_for_once(world: Aurora) -> None:
    name = "shop-copy"
    world.ok(*REGION, "migrate", "rds", "shop-rds", "--into", name, "--yes")
    calls = calls_of(world, name, ("promote", name, "--confirm", name), PROMOTION)
    assert calls == [PROMOTE]
    assert not world.cluster(name).get("ReplicationSourceIdentifier")
    world.ok("destroy", name, "--confirm", name)


def test_a_move_from_rds_goes_on_by_the_same_words(world: Aurora) -> None:
    words = (*REGION, "migrate", "rds", "shop-rds", "--into", "shop", "--promote", "--yes", "--confirm", "shop")
    calls = Counter(calls_of(world, "shop", words, _called("CreateDBCluster", "CreateDBInstance", PROMOTE)))
    assert (calls["CreateDBCluster"], calls["CreateDBInstance"], calls[PROMOTE]) == (1, 1, 1)
    assert not world.cluster("shop").get("ReplicationSourceIdentifier")
    world.ok("destroy", "shop", "--confirm", "shop")


def _called(*actions: str) -> list[Boundary]:
    return [("called", action) for action in actions]


def test_a_move_from_serverless_v1_goes_on_with_its_snapshot(world: Aurora) -> None:
    name = "new"
    words = (*REGION, "migrate", "serverless-v1", "old", "--into", name, "--yes")
    boundaries = _called(
        "CreateDBClusterSnapshot", "RestoreDBClusterFromSnapshot", "CreateDBInstance", "ModifyDBCluster"
    )
    calls = Counter(calls_of(world, name, words, boundaries))
    assert calls["CreateDBClusterSnapshot"] == calls["RestoreDBClusterFromSnapshot"] == calls["CreateDBInstance"] == 1
    cluster = world.cluster(name)
    assert cluster["EngineVersion"].startswith("8.0.mysql_aurora.3."), "5.7 has no Serverless v2"
    assert cluster["MasterUserSecret"]["SecretArn"]
    world.ok("destroy", name, "--confirm", name)


KIND: list[Boundary] = [
    ("called", "CreateDBInstance"),
    ("ended", "failover demo-2"),
    ("called", "ModifyDBInstance"),
    ("ended", "failover demo-1"),
    ("called", "DeleteDBInstance"),
    ("began", "settle"),
]


@pytest.mark.parametrize("kind", ["to-serverless", "to-provisioned"])
def test_a_temporary_reader_neither_stays_nor_comes_twice(world: Aurora, kind: str) -> None:
    if "demo" not in [c["DBClusterIdentifier"] for c in world.client("rds").describe_db_clusters()["DBClusters"]]:
        world.ok(*REGION, "create", "demo", "--engine", "postgres", "--class", CLASS, "--readers", "0", "--yes")
    (now,) = {i["DBInstanceClass"] for i in world.instances("demo").values()}
    to = ("to-serverless", "demo", "--acu", "0.5-8") if now == CLASS else ("to-provisioned", "demo", "--class", CLASS)
    assert to[0] == kind
    with watched(world, "demo") as seen:
        calls_of(world, "demo", ("migrate", *to, "--temporary-reader", "--yes"), KIND)
    assert [action for action, _ in seen.calls] == [
        "CreateDBInstance",
        "FailoverDBCluster",
        "ModifyDBInstance",
        "FailoverDBCluster",
        "DeleteDBInstance",
    ]
    assert seen.most_away <= 1
    (after,) = world.instances("demo").values()
    assert after["DBInstanceClass"] == ("db.serverless" if now == CLASS else CLASS)
