"""The examples whose data comes from elsewhere: made, planned (nothing to do), changed, planned, without a source, destroyed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.harness import REGION, Aurora
from tests.sandbox.aws_view import EXAMPLES, Seen, spec_file
from tests.sandbox.emulator import Account

pytestmark = [pytest.mark.sandbox, pytest.mark.thorough, pytest.mark.timeout(900)]
REGIONS = {"shop-replica": "us-east-1"}


@pytest.fixture(scope="module")
def sources(aurora: Aurora, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aurora]:
    """The command, with the clusters, the snapshot, the instance and the bucket that the examples name."""
    folder = tmp_path_factory.mktemp("specs")
    orders = spec_file(folder, name="orders", engine_version="17.7", database="orders", username="boss")
    aurora.ok("create", "-f", str(orders), "--yes")
    shop = {"name": "shop", "engine": "mysql", "database": "shop", "username": "shopkeeper"}
    aurora.ok("create", "-f", str(spec_file(folder, **shop)), "--yes")
    account = Account(aurora.emulator)
    account.rds.create_db_cluster_snapshot(
        DBClusterIdentifier="orders", DBClusterSnapshotIdentifier="orders-before-migration"
    )
    account.rds.create_db_instance(
        DBInstanceIdentifier="shop-rds",
        DBInstanceClass="db.t3.medium",
        Engine="mysql",
        EngineVersion="8.0.36",
        MasterUsername="tills",
        MasterUserPassword="not-a-secret",
        AllocatedStorage=20,
        StorageEncrypted=True,
    )
    s3 = aurora.client("s3", "us-east-1")
    s3.create_bucket(Bucket="shop-backups")
    s3.put_object(Bucket="shop-backups", Key="2026-03-01/backup.xbstream", Body=b"x")
    kms = aurora.client("kms", "us-east-1")
    kms.create_alias(AliasName="alias/shop-replica", TargetKeyId=kms.create_key()["KeyMetadata"]["KeyId"])
    yield aurora


def made_by(aurora: Aurora, name: str, action: str) -> Mapping[str, Any]:
    """The parameters of the one call that made the cluster."""
    (call,) = [
        c for c in aurora.emulator.calls() if c["action"] == action and c["parameters"]["DBClusterIdentifier"] == name
    ]
    parameters: Mapping[str, Any] = call["parameters"]
    return parameters


def settled(aurora: Aurora, name: str) -> None:
    plan = aurora.run("plan", name, "--exit-code")
    assert plan.status == 0, plan.out


def walk(aurora: Aurora, file: str, folder: Path, scaled: bool = False) -> str:
    """Make it, then take its source away and add a reader, with nothing left to do; `scaled`: by `scale` beforehand. Its name."""
    path = EXAMPLES / f"{file}.yaml"
    spec = YAML(typ="safe").load(path.read_text())
    name = str(spec["name"])
    made = aurora.json("create", "-f", str(path), "--yes")
    assert made["changed"] is True
    settled(aurora, name)
    if scaled:
        assert aurora.json("scale", name, "--readers", "1", "--yes")["changed"] is True
        settled(aurora, name)
    spec.setdefault("instances", {})["readers"] = 1
    del spec["source"]
    changes = assert_source_counts_no_more(aurora, name, spec_file(folder, **spec))
    assert changes == ({} if scaled else {'aws_rds_cluster_instance.this["2"]': "create"})
    return name


def assert_source_counts_no_more(aurora: Aurora, name: str, without: Path) -> dict[str, str]:
    """Without `source` the cluster stays as it is, and that is said to have no effect. What else changes."""
    seen = Seen(aurora, REGIONS.get(name, REGION))
    before = seen.cluster(name)
    plan = aurora.json("plan", "-f", str(without))
    about = [w["message"] for w in plan["warnings"] if w["check"] == "source-spent"]
    assert about
    assert "no effect" in about[0]
    done = aurora.ok("apply", "-f", str(without), "--yes")
    assert "has no effect" in done.err
    settled(aurora, name)
    after = seen.cluster(name)
    assert after["DbClusterResourceId"] == before["DbClusterResourceId"]
    assert after.get("ReplicationSourceIdentifier") == before.get("ReplicationSourceIdentifier")
    return {c["address"]: c["action"] for c in plan["resource_changes"]}


def gone(aurora: Aurora, name: str, region: str = "eu-west-1") -> None:
    aurora.ok("destroy", name, "--confirm", name)
    assert name not in Seen(aurora, region).cluster_names()


def test_from_a_snapshot(sources: Aurora, tmp_path: Path) -> None:
    name = walk(sources, "from-snapshot", tmp_path)
    call = made_by(sources, name, "RestoreDBClusterFromSnapshot")
    assert call["SnapshotIdentifier"] == "orders-before-migration"
    assert call["EngineVersion"] == "17.7"
    assert {"MasterUsername", "DatabaseName"}.isdisjoint(call)
    cluster = sources.cluster(name)
    assert (cluster["MasterUsername"], cluster["DatabaseName"]) == ("boss", "orders")
    assert (cluster["StorageEncrypted"], cluster["IAMDatabaseAuthenticationEnabled"]) == (True, True)
    assert cluster["MasterUserSecret"]["SecretArn"] != sources.cluster("orders")["MasterUserSecret"]["SecretArn"]
    gone(sources, name)


def test_a_point_in_time(sources: Aurora, tmp_path: Path) -> None:
    name = walk(sources, "point-in-time", tmp_path, scaled=True)
    call = made_by(sources, name, "RestoreDBClusterToPointInTime")
    assert (call["SourceDBClusterIdentifier"], call["UseLatestRestorableTime"]) == ("orders", "true")
    assert "RestoreType" not in call
    assert sources.cluster(name)["MasterUsername"] == "boss"
    gone(sources, name)


def test_a_clone(sources: Aurora, tmp_path: Path) -> None:
    name = walk(sources, "clone", tmp_path)
    call = made_by(sources, name, "RestoreDBClusterToPointInTime")
    assert (call["SourceDBClusterIdentifier"], call["RestoreType"]) == ("orders", "copy-on-write")
    assert {"MasterUsername", "StorageEncrypted", "RestoreToTime"}.isdisjoint(call)
    assert sources.cluster(name)["CloneGroupId"] == sources.cluster("orders")["CloneGroupId"]
    review = sources.json("destroy", "orders", "--dry-run")["review"]
    assert any(name in text for text in review["dependants"])
    gone(sources, name)


def test_an_import_from_s3(sources: Aurora, tmp_path: Path) -> None:
    iam = sources.client("iam")
    path = EXAMPLES / "s3-import.yaml"
    sources.ok("create", "-f", str(path), "--yes")
    role = iam.get_role(RoleName="shop-imported-eu-west-1-s3-import")["Role"]
    policy = iam.get_role_policy(RoleName=role["RoleName"], PolicyName="read-backup")["PolicyDocument"]
    reading = {r for s in policy["Statement"] if s["Action"] == "s3:GetObject" for r in [s["Resource"]]}
    assert reading == {"arn:aws:s3:::shop-backups/2026-03-01/*"}
    call = made_by(sources, "shop-imported", "RestoreDBClusterFromS3")
    assert (call["S3BucketName"], call["S3Prefix"], call["SourceEngine"]) == ("shop-backups", "2026-03-01/", "mysql")
    assert (call["S3IngestionRoleArn"], call["MasterUsername"]) == (role["Arn"], "admin")
    settled(sources, "shop-imported")
    spec = YAML(typ="safe").load(path.read_text())
    del spec["source"]
    changes = assert_source_counts_no_more(sources, "shop-imported", spec_file(tmp_path, **spec))
    assert set(changes) == {"aws_iam_role.s3_import", "aws_iam_role_policy.s3_import"}
    sources.json("scale", "shop-imported", "--readers", "1", "--yes")
    settled(sources, "shop-imported")
    gone(sources, "shop-imported")


def test_a_replica_in_another_region(sources: Aurora, tmp_path: Path) -> None:
    name = walk(sources, "replica", tmp_path)
    there = Seen(sources, "us-east-1").cluster(name)
    source = sources.cluster("shop")
    assert there["ReplicationSourceIdentifier"] == source["DBClusterArn"]
    assert source["ReadReplicaIdentifiers"] == [there["DBClusterArn"]]
    assert there["MasterUsername"] == "shopkeeper"
    assert "MasterUserSecret" not in there
    kms = sources.client("kms", "us-east-1")
    assert there["KmsKeyId"] == kms.describe_key(KeyId="alias/shop-replica")["KeyMetadata"]["Arn"]
    call = made_by(sources, name, "CreateDBCluster")
    assert "MasterUsername" not in call
    refused = sources.run("destroy", "shop", "--confirm", "shop")
    assert refused.status == 2
    assert there["DBClusterArn"] in refused.err
    gone(sources, name, "us-east-1")
    assert "PromoteReadReplicaDBCluster" in {c["action"] for c in sources.emulator.calls()}
    assert sources.cluster("shop").get("ReadReplicaIdentifiers", []) == []


def test_a_replica_of_an_rds_instance(sources: Aurora, tmp_path: Path) -> None:
    name = walk(sources, "replica-of-rds", tmp_path)
    cluster = sources.cluster(name)
    assert cluster["ReplicationSourceIdentifier"].endswith(":db:shop-rds")
    assert cluster["MasterUsername"] == "tills"
    gone(sources, name)
