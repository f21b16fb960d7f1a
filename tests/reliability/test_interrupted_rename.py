"""rename and restore --replace, killed at every boundary: the same command again ends where an undisturbed one ends."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.harness import Aurora
from tests.observe import last_call
from tests.reliability.one_life import Boundary, killed_and_repeated
from tests.sandbox.test_restore_replace import renames

pytestmark = [pytest.mark.sandbox, pytest.mark.thorough, pytest.mark.timeout(1800)]
REGION = ("--region", "eu-west-1")

RENAME: list[Boundary] = [
    ("began", "^rename"),
    ("called", "ModifyDBInstance"),
    ("ended", "^rename"),
    ("ended", "^failover"),
    ("called", "ModifyDBCluster"),
    ("began", "^state"),
    ("ended", "^state"),
    ("began", "^stack"),
    ("ended", "^stack"),
    ("began", "^settle"),
]
REPLACE: list[Boundary] = [
    ("began", "^restore"),
    ("called", "RestoreDBClusterToPointInTime"),
    ("called", "CreateDBInstance"),
    ("ended", "instances of orders-new"),
    ("began", "^password"),
    ("began", "^set aside"),
    ("ended", "^set aside"),
    ("began", "^put in place"),
    ("ended", "^put in place"),
    ("called", "ModifyDBInstance"),
    ("ended", "instances of orders-old"),
    ("began", "^settle"),
]
DISCARD: list[Boundary] = [
    ("called", "DeleteDBInstance"),
    ("began", "^delete orders"),
    ("called", "DeleteDBCluster"),
    ("ended", "^delete orders"),
]


@pytest.fixture(scope="module")
def orders(aurora: Aurora) -> Iterator[Aurora]:
    """A cluster with a reader."""
    made = ("create", "orders", "--engine", "postgres", "--readers", "1", "--class", "db.r6g.large")
    aurora.ok(*REGION, *made, "--set", "deletion_protection=false", "--yes")
    yield aurora


def stack(aurora: Aurora) -> str:
    """Name of the one stack."""
    found = [path.name for path in (aurora.home / "sandbox" / "stacks").iterdir()]
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize(("before", "after"), [("orders", "shop"), ("shop", "orders")])
def test_a_rename_goes_on(orders: Aurora, before: str, after: str) -> None:
    was, since = orders.cluster(before)["DbClusterResourceId"], last_call(orders)
    calls = killed_and_repeated(orders, ("rename", before, after, "--yes"), RENAME)
    assert stack(orders) == after
    assert orders.cluster(after)["DbClusterResourceId"] == was
    assert set(orders.instances(after)) == {f"{after}-1", f"{after}-2"}
    seen = renames(orders, since)
    assert len(seen) == len(set(seen)) == 3
    assert seen[-1] == (before, after)
    assert [c["action"] for c in calls].count("FailoverDBCluster") == 1
    assert orders.run("plan", after, "--exit-code").status == 0


def test_a_restore_in_place_goes_on(orders: Aurora) -> None:
    was, since = orders.cluster("orders")["DbClusterResourceId"], last_call(orders)
    words = ("restore", "orders", "--replace", "--to-time", "latest", "--confirm", "orders")
    calls = [c["action"] for c in killed_and_repeated(orders, words, REPLACE)]
    assert calls.count("RestoreDBClusterToPointInTime") == 1
    assert calls.count("CreateDBInstance") == 2
    seen = renames(orders, since)
    assert len(seen) == len(set(seen)) == 6
    assert orders.cluster("orders")["DbClusterResourceId"] != was
    assert set(orders.instances("orders")) == {"orders-1", "orders-2"}
    discard = ("restore", "orders", "--discard-old", "--confirm", "orders")
    ended = [c["action"] for c in killed_and_repeated(orders, discard, DISCARD)]
    assert (ended.count("DeleteDBInstance"), ended.count("DeleteDBCluster")) == (2, 1)
    assert [c["DBClusterIdentifier"] for c in orders.client("rds").describe_db_clusters()["DBClusters"]] == ["orders"]


def test_an_undo_goes_on(orders: Aurora) -> None:
    was = orders.cluster("orders")["DbClusterResourceId"]
    orders.ok("restore", "orders", "--replace", "--to-time", "latest", "--confirm", "orders")
    undo = ("restore", "orders", "--undo", "--confirm", "orders")
    killed_and_repeated(orders, undo, [("ended", "^set aside"), ("ended", "^put in place")])
    assert orders.cluster("orders")["DbClusterResourceId"] == was
    assert set(orders.instances("orders")) == {"orders-1", "orders-2"}
    orders.ok("restore", "orders", "--discard-old", "--confirm", "orders")
