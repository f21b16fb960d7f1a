"""rename and restore --replace, killed at every boundary: the same command again ends where an undisturbed one ends."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.harness import Aurora
from tests.reliability.disturbing import called, disturb_when, last_call
from tests.sandbox.test_restore_replace import renames
from tests.watching import PATIENT_S, slowly

pytestmark = [pytest.mark.sandbox, pytest.mark.timeout(1800)]
REGION = ("--region", "eu-west-1")
LATENCY_S = 0.8
NAMES = ("orders", "shop")

Boundary = tuple[str, str]
"""("began" or "ended", how a step's name begins) or ("called", an API action)."""

RENAME: list[Boundary] = [
    ("began", "rename"),
    ("called", "ModifyDBInstance"),
    ("ended", "rename"),
    ("ended", "failover"),
    ("called", "ModifyDBCluster"),
    ("began", "state"),
    ("ended", "state"),
    ("began", "stack"),
    ("ended", "stack"),
    ("began", "settle"),
]
REPLACE: list[Boundary] = [
    ("began", "restore"),
    ("called", "RestoreDBClusterToPointInTime"),
    ("called", "CreateDBInstance"),
    ("ended", "instances of orders-new"),
    ("began", "password"),
    ("began", "set aside"),
    ("ended", "set aside"),
    ("began", "put in place"),
    ("ended", "put in place"),
    ("called", "ModifyDBInstance"),
    ("ended", "instances of orders-old"),
    ("began", "settle"),
]
DISCARD: list[Boundary] = [
    ("called", "DeleteDBInstance"),
    ("began", "delete orders"),
    ("called", "DeleteDBCluster"),
    ("ended", "delete orders"),
]


@pytest.fixture(scope="module")
def orders(aurora: Aurora) -> Iterator[Aurora]:
    """A cluster with a reader."""
    made = ("create", "orders", "--engine", "postgres", "--readers", "1", "--class", "db.r6g.large")
    aurora.ok(*REGION, *made, "--set", "deletion_protection=false", "--yes")
    yield aurora


def journals(aurora: Aurora) -> dict[str, dict[str, Any]]:
    """The steps of the operation under way, wherever its stack is by now."""
    found: dict[str, dict[str, Any]] = {}
    for name in NAMES:
        try:
            text = (aurora.home / "sandbox" / "stacks" / name / "operation.json").read_text()
        except (FileNotFoundError, NotADirectoryError):
            continue
        found |= json.loads(text)["steps"]
    return found


def reached(aurora: Aurora, boundary: Boundary) -> Callable[[], bool]:
    """Whether the command that is about to start has come to that boundary."""
    kind, what = boundary
    endpoint = str(aurora.emulator.status().endpoint)
    before = last_call(endpoint)
    if kind == "called":
        return lambda: called(endpoint, what, before)
    note = {"began": "began", "ended": "finished"}[kind]
    return lambda: any(step[note] for name, step in journals(aurora).items() if name.startswith(what))


def killed_and_repeated(aurora: Aurora, args: tuple[str, ...], boundary: Boundary) -> list[dict[str, Any]]:
    """Kill the command there and run it again to its end; gives the RDS calls of both that were answered well."""
    endpoint = str(aurora.emulator.status().endpoint)
    since = last_call(endpoint)
    with slowly(aurora, LATENCY_S):
        disturb_when(aurora, args, reached(aurora, boundary), how="kill")
        assert journals(aurora), "the premise: it was killed on its way"
        aurora.ok(*args, timeout=PATIENT_S)
    assert not journals(aurora)
    return [c for c in aurora.emulator.calls(since=since) if c["service"] == "rds" and c["status"] == 200]


def stack(aurora: Aurora) -> str:
    """Name of the one stack."""
    found = [path.name for path in (aurora.home / "sandbox" / "stacks").iterdir()]
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize("boundary", RENAME, ids="-".join)
def test_a_rename_goes_on(orders: Aurora, boundary: Boundary) -> None:
    before = stack(orders)
    after = next(name for name in NAMES if name != before)
    was, since = orders.cluster(before)["DbClusterResourceId"], last_call(str(orders.emulator.status().endpoint))
    calls = killed_and_repeated(orders, ("rename", before, after, "--yes"), boundary)
    assert stack(orders) == after
    assert orders.cluster(after)["DbClusterResourceId"] == was
    assert set(orders.instances(after)) == {f"{after}-1", f"{after}-2"}
    seen = renames(orders, since)
    assert len(seen) == len(set(seen)) == 3
    assert seen[-1] == (before, after)
    assert [c["action"] for c in calls].count("FailoverDBCluster") == 1
    assert orders.run("plan", after, "--exit-code").status == 0


def test_the_renamed_one_gets_its_first_name_back(orders: Aurora) -> None:
    if stack(orders) != "orders":
        orders.ok("rename", "shop", "orders", "--yes")
    assert stack(orders) == "orders"


@pytest.mark.parametrize("boundary", REPLACE, ids="-".join)
def test_a_restore_in_place_goes_on(orders: Aurora, boundary: Boundary) -> None:
    was, since = orders.cluster("orders")["DbClusterResourceId"], last_call(str(orders.emulator.status().endpoint))
    words = ("restore", "orders", "--replace", "--to-time", "latest", "--confirm", "orders")
    calls = [c["action"] for c in killed_and_repeated(orders, words, boundary)]
    assert calls.count("RestoreDBClusterToPointInTime") == 1
    assert calls.count("CreateDBInstance") == 2
    seen = renames(orders, since)
    assert len(seen) == len(set(seen)) == 6
    assert orders.cluster("orders")["DbClusterResourceId"] != was
    assert set(orders.instances("orders")) == {"orders-1", "orders-2"}
    assert orders.run("plan", "orders", "--exit-code").status == 0
    number = REPLACE.index(boundary)
    discard = ("restore", "orders", "--discard-old", "--confirm", "orders")
    if number < len(DISCARD):
        ended = [c["action"] for c in killed_and_repeated(orders, discard, DISCARD[number])]
        assert (ended.count("DeleteDBInstance"), ended.count("DeleteDBCluster")) == (2, 1)
    else:
        orders.ok(*discard)
    assert [c["DBClusterIdentifier"] for c in orders.client("rds").describe_db_clusters()["DBClusters"]] == ["orders"]


@pytest.mark.parametrize("boundary", [("ended", "set aside"), ("ended", "put in place")], ids="-".join)
def test_an_undo_goes_on(orders: Aurora, boundary: Boundary) -> None:
    was = orders.cluster("orders")["DbClusterResourceId"]
    orders.ok("restore", "orders", "--replace", "--to-time", "latest", "--confirm", "orders")
    killed_and_repeated(orders, ("restore", "orders", "--undo", "--confirm", "orders"), boundary)
    assert orders.cluster("orders")["DbClusterResourceId"] == was
    assert set(orders.instances("orders")) == {"orders-1", "orders-2"}
    assert orders.run("plan", "orders", "--exit-code").status == 0
    orders.ok("restore", "orders", "--discard-old", "--confirm", "orders")
