"""clone, restore and snapshot: what they make, with whose settings, and what is refused before the plan."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.harness import Aurora
from tests.sandbox.aws_view import Seen, last_call, spec_file

pytestmark = [pytest.mark.sandbox, pytest.mark.timeout(900)]
ORDERS = {"engine_version": "16.8", "database": "orders", "username": "boss", "tags": {"team": "payments"}}


@pytest.fixture(scope="module")
def orders(aurora: Aurora, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aurora]:
    """The command, with the cluster `orders`."""
    folder = tmp_path_factory.mktemp("specs")
    more = {"parameters": {"cluster": {"log_statement": "ddl"}}, "deletion_protection": False}
    aurora.ok("create", "-f", str(spec_file(folder, name="orders", **ORDERS, **more)), "--yes")
    yield aurora


def actions(aurora: Aurora, since: int) -> list[str]:
    return [c["action"] for c in aurora.emulator.calls(since=since)]


def test_a_clone_has_the_settings_of_its_source_and_goes_on_when_called_again(orders: Aurora) -> None:
    more = ("--class", "db.r7g.large", "--set", "data_api=true", "--set", "monitoring.insights.mode=standard")
    made = orders.json("clone", "orders", "orders-staging", *more, "--yes")
    assert (made["engine_version"], made["username"], made["database"]) == ("16.8", "boss", "orders")
    seen = Seen(orders)
    assert seen.classes("orders-staging") == {"orders-staging-1": "db.r7g.large"}
    assert seen.cluster_parameters("orders-staging")["log_statement"] == "ddl"
    assert seen.tags("orders-staging")["team"] == "payments"
    assert seen.cluster("orders-staging")["CloneGroupId"] == seen.cluster("orders")["CloneGroupId"]
    # What AWS does not take with a clone is set by the second step of the same command.
    assert seen.cluster("orders-staging")["HttpEndpointEnabled"] is True
    assert seen.cluster("orders-staging")["PerformanceInsightsEnabled"] is True
    again = orders.json("clone", "orders", "orders-staging", "--yes")
    assert again["changed"] is False
    elsewhere = orders.run("restore", "orders-staging", "--from-cluster", "orders", "--to-time", "latest", "--yes")
    assert elsewhere.status == 2
    assert "comes from elsewhere" in elsewhere.err
    orders.ok("destroy", "orders-staging", "--confirm", "orders-staging", "--skip-final-snapshot")


def test_snapshots_are_made_listed_copied_restored_and_deleted(orders: Aurora) -> None:
    made = orders.json("snapshot", "create", "orders", "--id", "before")
    assert (made["outcome"], made["snapshot"]["status"]) == ("created", "available")
    assert orders.json("snapshot", "create", "orders", "--id", "before")["changed"] is False
    refused = orders.run("snapshot", "copy", "before", "--from-region", "eu-west-1", "--to-region", "us-east-1")
    assert refused.status == 2
    assert "does not work in us-east-1" in refused.err
    far = ("--from-region", "eu-west-1", "--to-region", "us-east-1", "--kms-key", "alias/aws/rds")
    copied = orders.json("snapshot", "copy", "before", *far)
    assert (copied["region"], copied["snapshot"]["copied_from"]) == ("us-east-1", made["snapshot"]["arn"])
    there = Seen(orders, "us-east-1").rds.describe_db_cluster_snapshots(DBClusterSnapshotIdentifier="before")
    assert there["DBClusterSnapshots"][0]["KmsKeyId"].split(":")[3] == "us-east-1"
    back = orders.json("--region", "eu-west-1", "restore", "orders-back", "--from-snapshot", "before", "--yes")
    assert (back["username"], back["engine_version"]) == ("boss", "16.8")
    assert orders.run("plan", "orders-back", "--exit-code").status == 0
    orders.ok("destroy", "orders-back", "--confirm", "orders-back")
    rows = {one["id"]: one for one in orders.json("--region", "eu-west-1", "snapshot", "list")["snapshots"]}
    assert {one["cluster"] for one in rows.values() if one["final"]} == {"orders-back"}
    assert not rows["before"]["final"]
    table = orders.ok("--region", "eu-west-1", "snapshot", "list").out
    assert next(line.split()[:2] for line in table.splitlines() if "before" in line) == ["before", "orders"]
    unconfirmed = orders.run("--region", "eu-west-1", "snapshot", "delete", "before")
    assert unconfirmed.status == 2
    assert orders.run("--region", "eu-west-1", "snapshot", "delete", "before", "--confirm", "after").status == 2
    orders.ok("--region", "eu-west-1", "snapshot", "delete", "before", "--confirm", "before")
    assert "before" not in Seen(orders).snapshots("orders")


def test_a_destroyed_cluster_comes_back_as_its_destroy_says(orders: Aurora, tmp_path: Path) -> None:
    name = "ledger"
    orders.ok("create", "-f", str(spec_file(tmp_path, name=name, tags={"team": "books"})), "--yes")
    done = orders.json("destroy", name, "--confirm", name)
    words = done["restore_hint"].split()
    assert words[:6] == ["aurora-cli", "--sandbox", "--region", "eu-west-1", "restore", name]
    orders.ok(*words[2:], "--yes")
    assert Seen(orders).tags(name)["team"] == "books"
    orders.ok("destroy", name, "--confirm", name, "--skip-final-snapshot")


def test_what_is_not_managed_here_is_described_by_aws(orders: Aurora) -> None:
    seen = Seen(orders)
    source = seen.cluster("orders")
    seen.rds.create_db_cluster(
        DBClusterIdentifier="legacy",
        Engine="aurora-postgresql",
        EngineVersion="15.10",
        MasterUsername="root1",
        MasterUserPassword="not-a-secret",
        StorageEncrypted=True,
        DBSubnetGroupName=source["DBSubnetGroup"],
        VpcSecurityGroupIds=[g["VpcSecurityGroupId"] for g in source["VpcSecurityGroups"]],
    )
    seen.rds.create_db_instance(
        DBInstanceIdentifier="legacy-a",
        DBClusterIdentifier="legacy",
        Engine="aurora-postgresql",
        DBInstanceClass="db.r6g.large",
    )
    made = orders.json("--region", "eu-west-1", "clone", "legacy", "legacy-copy", "--yes")
    assert (made["engine_version"], made["username"]) == ("15.10", "root1")
    assert seen.classes("legacy-copy") == {"legacy-copy-1": "db.r6g.large"}
    assert seen.cluster("legacy-copy")["DBSubnetGroup"] == source["DBSubnetGroup"]
    orders.ok("destroy", "legacy-copy", "--confirm", "legacy-copy", "--skip-final-snapshot")


def test_the_kept_backups_of_a_cluster_that_is_gone_come_back_by_its_resource_id(orders: Aurora) -> None:
    seen = Seen(orders)
    group = seen.cluster("orders")["DBSubnetGroup"]
    gone = seen.rds.create_db_cluster(
        DBClusterIdentifier="gone",
        Engine="aurora-mysql",
        MasterUsername="miller",
        MasterUserPassword="not-a-secret",
        StorageEncrypted=True,
        DBSubnetGroupName=group,
    )["DBCluster"]["DbClusterResourceId"]
    seen.rds.delete_db_cluster(DBClusterIdentifier="gone", SkipFinalSnapshot=True, DeleteAutomatedBackups=False)
    words = ("--from-cluster", gone, "--to-time", "latest", "--yes")
    back = orders.json("--region", "eu-west-1", "restore", "gone-back", *words)
    assert (back["engine"], back["username"]) == ("aurora-mysql", "miller")
    orders.ok("destroy", "gone-back", "--confirm", "gone-back", "--skip-final-snapshot")


REFUSED = [
    ({"clone": "nothing"}, 4, "no cluster nothing"),
    ({"snapshot": "nothing"}, 4, "no snapshot nothing"),
    ({"point_in_time": {"cluster": "orders", "time": "2020-01-01T00:00:00Z"}}, 2, "is outside"),
    (
        {"s3": {"bucket": "nothing-there", "source_engine_version": "8.0.36"}},
        4,
        "The bucket nothing-there does not exist",
    ),
]


@pytest.mark.parametrize(("source", "status", "text"), REFUSED, ids=lambda value: str(value)[:20])
def test_what_does_not_fit_is_refused_before_the_plan(
    orders: Aurora, tmp_path: Path, source: dict[str, object], status: int, text: str
) -> None:
    engine = {"engine": "mysql"} if "s3" in source else {"engine_version": "16.8"}
    file = spec_file(tmp_path, name="refused", source=source, **engine)
    since = last_call(orders)
    outcome = orders.run("create", "-f", str(file), "--yes")
    assert outcome.status == status, outcome.err
    assert text in " ".join(outcome.err.split())
    assert not [a for a in actions(orders, since) if a.startswith(("Create", "Restore"))]
    assert "refused" not in [row["name"] for row in orders.json("list")["clusters"]]


def test_the_version_and_the_engine_must_be_those_of_the_source(orders: Aurora, tmp_path: Path) -> None:
    older = orders.run(
        "create", "-f", str(spec_file(tmp_path, source={"clone": "orders"}, engine_version="17.7")), "--yes"
    )
    assert older.status == 2
    assert 'engine_version: "16.8"' in older.err
    other = orders.run("create", "-f", str(spec_file(tmp_path, source={"clone": "orders"}, engine="mysql")), "--yes")
    assert other.status == 2
    assert "would be aurora-mysql" in " ".join(other.err.split())


def test_an_unencrypted_source_is_encrypted_on_the_way_or_refused(orders: Aurora, tmp_path: Path) -> None:
    seen = Seen(orders)
    seen.rds.create_db_cluster(
        DBClusterIdentifier="plain",
        Engine="aurora-postgresql",
        EngineVersion="16.8",
        MasterUsername="boss",
        MasterUserPassword="not-a-secret",
        DBSubnetGroupName=seen.cluster("orders")["DBSubnetGroup"],
    )
    seen.rds.create_db_cluster_snapshot(DBClusterIdentifier="plain", DBClusterSnapshotIdentifier="plain-1")
    done = seen.rds.get_waiter("db_cluster_snapshot_available")
    done.wait(DBClusterSnapshotIdentifier="plain-1", WaiterConfig={"Delay": 1})
    values = {"name": "sealed", "engine_version": "16.8", "source": {"snapshot": "plain-1"}}
    refused = orders.run("create", "-f", str(spec_file(tmp_path, **values)), "--yes")
    assert refused.status == 2
    assert "is encrypted with an AWS owned key" in refused.err
    orders.client("kms").describe_key(KeyId="alias/aws/rds")
    sealed = spec_file(tmp_path, **values, encryption={"kms_key": "alias/aws/rds"})
    orders.ok("create", "-f", str(sealed), "--yes")
    assert seen.cluster("sealed")["StorageEncrypted"] is True
    assert orders.run("plan", "sealed", "--exit-code").status == 0
    orders.ok("destroy", "sealed", "--confirm", "sealed", "--skip-final-snapshot")


def test_the_sixteenth_clone_is_refused(orders: Aurora, tmp_path: Path) -> None:
    seen = Seen(orders)
    for number in range(15):
        seen.rds.restore_db_cluster_to_point_in_time(
            DBClusterIdentifier=f"clone-{number}",
            SourceDBClusterIdentifier="orders",
            RestoreType="copy-on-write",
            UseLatestRestorableTime=True,
            DBSubnetGroupName=seen.cluster("orders")["DBSubnetGroup"],
        )
    outcome = orders.run("clone", "orders", "one-more", "--yes")
    assert outcome.status == 2
    assert "15 clones already" in " ".join(outcome.err.split())
