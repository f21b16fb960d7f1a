"""restore --replace, --undo and --discard-old: order of the calls, what stays, an empty plan afterwards, what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.harness import Aurora
from tests.sandbox.aws_view import last_call, spec_file

pytestmark = [pytest.mark.sandbox, pytest.mark.timeout(1200)]
RENAMES = ("ModifyDBCluster", "ModifyDBInstance")


@pytest.fixture(scope="module")
def orders(aurora: Aurora, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aurora]:
    """The cluster `orders` with a reader, a snapshot of it, and a custom endpoint."""
    folder = tmp_path_factory.mktemp("specs")
    more: dict[str, Any] = {
        "engine_version": "16.8",
        "database": "orders",
        "username": "boss",
        "endpoints": {"reports": {"type": "reader"}},
        "parameters": {"cluster": {"log_statement": "ddl"}},
        "data_api": True,
        "monitoring": {"insights": {"mode": "standard"}},
        "autoscaling": {"max": 3, "cpu": 60},
        "logs": {"exports": ["postgresql"]},
        "instances": {"class": "db.r6g.large", "readers": 1},
    }
    aurora.ok("create", "-f", str(spec_file(folder, name="orders", **more)), "--yes")
    aurora.ok("snapshot", "create", "orders", "--id", "before")
    yield aurora


def renames(aurora: Aurora, since: int) -> list[tuple[str, str]]:
    """(before, after) of the renames, in order."""
    found = []
    for call in aurora.emulator.calls(since=since):
        given = call["parameters"]
        new = given.get("NewDBClusterIdentifier") or given.get("NewDBInstanceIdentifier")
        if call["action"] in RENAMES and new:
            found.append((given.get("DBInstanceIdentifier") or given["DBClusterIdentifier"], new))
    return found


def aside(aurora: Aurora) -> str:
    """The cluster that stands beside `orders`."""
    clusters = aurora.client("rds").describe_db_clusters()["DBClusters"]
    names = [c["DBClusterIdentifier"] for c in clusters if c["DBClusterIdentifier"] != "orders"]
    assert len(names) == 1, names
    return str(names[0])


def test_a_snapshot_is_found_in_the_region_of_a_cluster_that_is_managed_here(orders: Aurora) -> None:
    shown = orders.json("restore", "back", "--from-snapshot", "before", "--dry-run", env={"AWS_REGION": "us-east-1"})
    assert shown["region"] == "eu-west-1"


def test_pain_24_a_restore_takes_the_place_of_the_cluster_and_the_old_one_stays(orders: Aurora) -> None:
    before, since = orders.cluster("orders"), last_call(orders)
    writer = orders.writer("orders")
    done = orders.json("restore", "orders", "--replace", "--from-snapshot", "before", "--confirm", "orders")
    assert done["changed"] is True
    now, old = orders.cluster("orders"), orders.cluster(aside(orders))
    assert old["DbClusterResourceId"] == before["DbClusterResourceId"] != now["DbClusterResourceId"]
    assert (now["Endpoint"], now["ReaderEndpoint"]) == (before["Endpoint"], before["ReaderEndpoint"])
    assert now["MasterUserSecret"]["SecretArn"] != before["MasterUserSecret"]["SecretArn"]
    assert old["MasterUserSecret"] == before["MasterUserSecret"]
    assert set(orders.instances("orders")) == {"orders-1", "orders-2"}
    assert orders.writer("orders") == writer
    assert (now["HttpEndpointEnabled"], now["PerformanceInsightsEnabled"]) == (True, True)
    same = ("DBSubnetGroup", "DBClusterParameterGroup", "VpcSecurityGroups", "KmsKeyId", "BackupRetentionPeriod")
    assert {name: now[name] for name in same} == {name: before[name] for name in same}
    seen = renames(orders, since)
    assert seen[0] == ("orders", old["DBClusterIdentifier"])
    assert seen[1][1] == "orders"
    assert {new for _, new in seen[4:]} == {"orders-1", "orders-2"}
    assert orders.run("plan", "orders", "--exit-code").status == 0
    warnings = orders.json("status", "orders")["warnings"]
    assert any(old["DBClusterIdentifier"] in one and "--undo" in one and "--discard-old" in one for one in warnings)


def test_pain_25_a_source_that_comes_or_goes_afterwards_replaces_nothing(orders: Aurora) -> None:
    elsewhere = ("--set", "source.snapshot=elsewhere", "--set", "database=null", "--set", "username=null")
    for change in (elsewhere, ("--set", "source=null")):
        planned = orders.json("plan", "orders", *change)
        assert not any(planned["summary"].values()), change
    state = orders.state("orders")
    cluster = next(r for r in state["resources"] if r["type"] == "aws_rds_cluster")["instances"][0]["attributes"]
    assert cluster["final_snapshot_identifier"].startswith("orders-final-")
    assert cluster["skip_final_snapshot"] is False


def test_while_the_old_one_stands_beside_it_others_are_refused(orders: Aurora) -> None:
    for words in (
        ("restore", "orders", "--replace", "--to-time", "latest", "--confirm", "orders"),
        ("destroy", "orders", "--confirm", "orders"),
    ):
        refused = orders.run(*words)
        assert refused.status == 2, words
        assert "is retained beside orders" in refused.err.replace("\n", " ")


def test_undo_puts_the_old_cluster_back_and_keeps_the_other(orders: Aurora) -> None:
    was, old = orders.cluster("orders"), orders.cluster(aside(orders))
    orders.ok("restore", "orders", "--undo", "--confirm", "orders")
    assert orders.cluster("orders")["DbClusterResourceId"] == old["DbClusterResourceId"]
    assert orders.cluster(aside(orders))["DbClusterResourceId"] == was["DbClusterResourceId"]
    assert set(orders.instances("orders")) == {"orders-1", "orders-2"}
    assert orders.run("plan", "orders", "--exit-code").status == 0


def test_the_old_one_is_deleted_after_a_snapshot_and_only_with_its_name(orders: Aurora) -> None:
    gone = aside(orders)
    refused = orders.run("restore", "orders", "--discard-old", "--yes")
    assert refused.status == 2
    assert "--yes alone does not confirm" in refused.err.replace("\n", " ")
    orders.ok("restore", "orders", "--discard-old", "--confirm", "orders")
    names = [c["DBClusterIdentifier"] for c in orders.client("rds").describe_db_clusters()["DBClusters"]]
    assert names == ["orders"]
    snapshots = orders.client("rds").describe_db_cluster_snapshots()["DBClusterSnapshots"]
    assert [s for s in snapshots if s["DBClusterSnapshotIdentifier"].startswith(f"{gone}-final-")]
    assert not any(gone in one for one in orders.json("status", "orders")["warnings"])
    again = orders.run("restore", "orders", "--discard-old", "--confirm", "orders")
    assert again.status == 2
    assert "No old cluster is retained beside orders" in again.err


def test_a_dry_run_shows_steps_and_interruption_and_changes_nothing(orders: Aurora) -> None:
    since = last_call(orders)
    shown = orders.json("restore", "orders", "--replace", "--to-time", "latest", "--dry-run")
    names = [step["name"].split(" orders")[0] for step in shown["sequence"]]
    assert names[0] == "restore"
    assert names[-1] == "settle"
    assert any(step["interruption"] and "cannot be reached" in step["interruption"] for step in shown["sequence"])
    assert not any(c["action"].startswith(("Restore", "Modify", "Create")) for c in orders.emulator.calls(since=since))


def test_a_moment_replaces_as_well_and_the_cluster_is_destroyed_with_its_final_snapshot(orders: Aurora) -> None:
    orders.ok("restore", "orders", "--replace", "--to-time", "latest", "--confirm", "orders")
    assert orders.run("plan", "orders", "--exit-code").status == 0
    orders.ok("restore", "orders", "--discard-old", "--confirm", "orders")
    gone = orders.json("destroy", "orders", "--confirm", "orders")
    snapshots = orders.client("rds").describe_db_cluster_snapshots()["DBClusterSnapshots"]
    assert gone["final_snapshot_identifier"] in {s["DBClusterSnapshotIdentifier"] for s in snapshots}
    assert orders.client("rds").describe_db_clusters()["DBClusters"] == []
