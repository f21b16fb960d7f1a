"""rename: order of the calls, what changes its name and what keeps it, an empty plan afterwards, and a destroy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.harness import Aurora
from tests.sandbox.aws_view import EXAMPLES, last_call, spec_file
from tests.sandbox.test_restore_replace import renames

pytestmark = [pytest.mark.sandbox, pytest.mark.timeout(1200)]
SPEC: dict[str, Any] = {
    "engine_version": "16.8",
    "endpoints": {"reports": {"type": "reader", "members": ["2"]}},
    "parameters": {"cluster": {"log_statement": "ddl"}},
    "monitoring": {
        "alarms": True,
        "events": {"cluster": ["failover"], "instances": ["failure"]},
        "dashboard": True,
        "enhanced": {"interval": 60},
    },
    "autoscaling": {"max": 3, "cpu": 60},
    "logs": {"exports": ["postgresql"]},
    "credentials": {"iam_users": ["app"]},
    "instances": {"class": "db.r6g.large", "readers": 1},
}


@pytest.fixture(scope="module")
def shop(aurora: Aurora, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aurora]:
    """The cluster `orders` with much around it, which becomes `shop`."""
    folder = tmp_path_factory.mktemp("specs")
    aurora.ok("create", "-f", str(spec_file(folder, name="orders", **SPEC)), "--yes")
    yield aurora


def stacks(aurora: Aurora) -> set[str]:
    return {path.name for path in (aurora.home / "sandbox" / "stacks").iterdir()}


def test_a_dry_run_shows_old_and_new_endpoints_and_what_follows(shop: Aurora) -> None:
    since = last_call(shop)
    shown = shop.json("rename", "orders", "shop", "--dry-run")
    host = shop.cluster("orders")["Endpoint"]
    later = f"shop{host.removeprefix('orders')}" if host.startswith("orders") else "another address"
    assert any(f"{host} -> {later}" in one for one in shown["remarks"])
    actions = {(c["address"], c["action"]) for c in shown["resource_changes"]}
    assert ('aws_cloudwatch_metric_alarm.cluster["cpu"]', "update") in actions or len(actions) > 3
    assert {action for address, action in actions if "appautoscaling" not in address} == {"update"}
    assert not any(c["action"].startswith(("Modify", "Create", "Delete")) for c in shop.emulator.calls(since=since))
    assert stacks(shop) == {"orders"}


def test_pain_34_a_rename_recreates_nothing(shop: Aurora) -> None:
    before, since = shop.cluster("orders"), last_call(shop)
    instances = {i["DbiResourceId"] for i in shop.instances("orders").values()}
    writer = shop.writer("orders")
    done = shop.json("rename", "orders", "shop", "--yes")
    assert done["name"] == "shop"
    now = shop.cluster("shop")
    assert now["DbClusterResourceId"] == before["DbClusterResourceId"]
    assert {i["DbiResourceId"] for i in shop.instances("shop").values()} == instances
    assert set(shop.instances("shop")) == {"shop-1", "shop-2"}
    assert renames(shop, since) == [("orders-2", "shop-2"), (writer, "shop-1"), ("orders", "shop")]
    calls = [c["action"] for c in shop.emulator.calls(since=since)]
    assert calls.count("FailoverDBCluster") == 1
    assert not {"CreateDBCluster", "DeleteDBCluster", "CreateDBInstance", "DeleteDBInstance"} & set(calls)
    assert now["DBSubnetGroup"] == before["DBSubnetGroup"] == "orders"
    assert now["DBClusterParameterGroup"] == before["DBClusterParameterGroup"]
    assert now["MasterUserSecret"] == before["MasterUserSecret"]
    assert shop.run("plan", "shop", "--exit-code").status == 0


def test_afterwards_everything_goes_by_the_new_name(shop: Aurora) -> None:
    assert stacks(shop) == {"shop"}
    assert shop.run("status", "orders").status == 4
    status = shop.json("status", "shop")
    assert status["upkeep"]["unfinished"] is None
    assert {one["id"] for one in status["instances"]} == {"shop-1", "shop-2"}
    assert all(one["managed"] for one in status["instances"])
    assert [e["operation"] for e in shop.json("history", "shop")["operations"]] == ["create", "rename"]
    targets = shop.client("application-autoscaling").describe_scalable_targets(ServiceNamespace="rds")
    assert [one["ResourceId"] for one in targets["ScalableTargets"]] == ["cluster:shop"]
    groups = {g["logGroupName"] for g in shop.client("logs").describe_log_groups()["logGroups"]}
    assert {"/aws/rds/cluster/shop/postgresql", "/aws/rds/cluster/orders/postgresql"} <= groups
    tags = {t["Key"]: t["Value"] for t in shop.cluster("shop")["TagList"]}
    assert tags["aurora-cli:cluster"] == "shop"


def test_a_file_with_another_former_name_is_refused_and_one_with_it_or_without_changes_nothing(
    shop: Aurora, tmp_path: Path
) -> None:
    file = spec_file(tmp_path, name="shop", resource_name="shop", **SPEC)
    refused = shop.run("apply", "-f", str(file), "--yes")
    assert refused.status == 2
    assert "exists with another resource_name: orders, not shop" in refused.err.replace("\n", " ")
    for former in ({}, {"resource_name": "orders"}):
        file = spec_file(tmp_path, name="shop", **former, **SPEC)
        assert shop.json("apply", "-f", str(file), "--yes")["changed"] is False


def test_it_scales_and_is_renamed_back(shop: Aurora) -> None:
    shop.ok("scale", "shop", "--readers", "2", "--yes")
    assert set(shop.instances("shop")) == {"shop-1", "shop-2", "shop-3"}
    shop.ok("rename", "shop", "orders", "--yes")
    assert set(shop.instances("orders")) == {"orders-1", "orders-2", "orders-3"}
    assert shop.run("plan", "orders", "--exit-code").status == 0
    assert "resource_name" not in (shop.home / "sandbox" / "stacks" / "orders" / "spec.yaml").read_text()


def test_a_renamed_cluster_gets_the_parameter_groups_of_its_next_version(shop: Aurora) -> None:
    shop.ok("rename", "orders", "shop", "--yes")
    shop.ok("upgrade", "shop", "--to", "17.4", "--yes")
    assert shop.cluster("shop")["EngineVersion"] == "17.4"
    assert shop.cluster("shop")["DBClusterParameterGroup"] == "orders-aurora-postgresql17"
    assert shop.run("plan", "shop", "--exit-code").status == 0


def test_a_renamed_cluster_is_destroyed_with_its_final_snapshot(shop: Aurora) -> None:
    shop.ok("rename", "shop", "store", "--yes")
    gone = shop.json("destroy", "store", "--confirm", "store")
    assert gone["final_snapshot_identifier"].startswith("store-final-")
    snapshots = shop.client("rds").describe_db_cluster_snapshots()["DBClusterSnapshots"]
    assert gone["final_snapshot_identifier"] in {s["DBClusterSnapshotIdentifier"] for s in snapshots}
    assert shop.client("rds").describe_db_clusters()["DBClusters"] == []
    assert stacks(shop) == set()


def test_the_example_of_a_renamed_cluster(shop: Aurora, tmp_path: Path) -> None:
    logs = shop.client("logs")
    for left in logs.describe_log_groups(logGroupNamePrefix="/aws/rds/cluster/")["logGroups"]:
        logs.delete_log_group(logGroupName=left["logGroupName"])  # earlier renames leave them, with what they hold
    shop.ok("create", "-f", str(EXAMPLES / "renamed.yaml"), "--yes")
    assert (shop.cluster("shop")["DBSubnetGroup"], set(shop.instances("shop"))) == ("orders", {"shop-1", "shop-2"})
    groups = {g["logGroupName"] for g in shop.client("logs").describe_log_groups()["logGroups"]}
    assert "/aws/rds/cluster/shop/postgresql" in groups
    assert shop.run("plan", "shop", "--exit-code").status == 0
    refused = shop.run("create", "-f", str(spec_file(tmp_path, name="orders", region="eu-west-1")), "--yes")
    assert refused.status == 2
    assert "The resources of shop are named orders" in refused.err.replace("\n", " ")
    shop.ok("apply", "shop", "--set", "backup.retention=9d", "--yes")
    assert shop.cluster("shop")["BackupRetentionPeriod"] == 9
    assert shop.run("plan", "shop", "--exit-code").status == 0
    shop.ok("destroy", "shop", "--confirm", "shop")
    assert stacks(shop) == set()
