"""Clusters that others made are taken over without a change, run from then on, and go with a final snapshot."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.harness import REGION, Aurora
from tests.sandbox.adopted import Others
from tests.sandbox.aws_view import changing_calls, last_call

pytestmark = [pytest.mark.sandbox, pytest.mark.timeout(900)]
TAGGING = {"AddTagsToResource", "TagResource"}


@pytest.fixture(scope="module")
def others(aurora: Aurora) -> Others:
    return Others(aurora)


def adopt(aurora: Aurora, name: str, *options: str) -> Any:
    """Adopt, and see that the one change is a tag and that nothing is left to do."""
    before = last_call(aurora)
    result = aurora.json("--region", REGION, "adopt", name, "--yes", *options)
    assert set(changing_calls(aurora, before)) <= TAGGING
    outcome = aurora.run("plan", name, "--exit-code")
    assert outcome.status == 0, outcome.err
    assert not (aurora.home / "sandbox" / "drafts").exists()
    return result


def end(aurora: Aurora, others: Others, name: str) -> None:
    """Destroy, and see that the data is kept."""
    aurora.ok("destroy", name, "--confirm", name)
    snapshots = others.rds.describe_db_cluster_snapshots(DBClusterIdentifier=name)["DBClusterSnapshots"]
    assert [s["DBClusterSnapshotIdentifier"].startswith(f"{name}-final-") for s in snapshots] == [True]


def cluster_in_state(aurora: Aurora, name: str) -> dict[str, Any]:
    resources = aurora.state(name)["resources"]
    (found,) = [r for r in resources if r["type"] == "aws_rds_cluster"]
    attributes: dict[str, Any] = found["instances"][0]["attributes"]
    return attributes


def test_a_cluster_made_by_hand(aurora: Aurora, others: Others, tmp_path: Path) -> None:
    others.by_hand()
    file = tmp_path / "shop.yaml"
    before = last_call(aurora)
    dry = aurora.json("--region", REGION, "adopt", "shop", "--dry-run", "--to", str(file))
    assert changing_calls(aurora, before) == []
    assert not file.exists()
    assert not (aurora.home / "sandbox" / "stacks" / "shop").exists()
    result = adopt(aurora, "shop", "--to", str(file))
    assert result["imports"] == dry["imports"]
    assert file.read_text() == result["spec"]
    assert "password: kept" in result["spec"]
    record = json.loads((aurora.home / "sandbox" / "stacks" / "shop" / "stack.json").read_text())
    assert record["account_id"] == aurora.cluster("shop")["DBClusterArn"].split(":")[4]
    kept = cluster_in_state(aurora, "shop")
    assert (kept["skip_final_snapshot"], kept["delete_automated_backups"]) == (False, False)
    assert kept["final_snapshot_identifier"].startswith("shop-final-2")
    assert aurora.run("plan", "-f", str(file), "--exit-code").status == 0
    rotated = aurora.run("rotate-password", "shop", "--yes")
    assert rotated.status == 2
    assert "is unchanged since the cluster was adopted" in " ".join(rotated.err.split())
    copied = aurora.ok("clone", "shop", "shop-copy", "--dry-run", "-o", "json")
    made = {one["address"] for one in copied.data["resource_changes"] if one["action"] == "create"}
    assert "aws_rds_cluster.this" in made  # with a password of its own: the kept one is the source's
    scaled = aurora.json("scale", "shop", "--readers", "2", "--yes")
    assert [(one["path"], one["says"], one["has"]) for one in scaled["spec_file"]["lines"]] == [
        ("instances.readers", 1, 2)
    ]
    assert set(aurora.instances("shop")) == {"shop-instance-1", f"shop-instance-1-{REGION}b", "shop-3"}
    end(aurora, others, "shop")


@pytest.mark.thorough
def test_a_cluster_made_by_a_module(aurora: Aurora, others: Others) -> None:
    groups = others.by_module()
    result = adopt(aurora, "ledger")
    addresses = {one["address"] for one in result["imports"]}
    assert 'aws_cloudwatch_log_group.exports["postgresql"]' in addresses
    assert 'aws_rds_cluster_endpoint.custom["reports"]' in addresses
    kinds = {(one["kind"], one["name"]) for one in result["unmanaged"]}
    assert ("cluster parameter group", "ledger-cluster") in kinds
    assert ("DB subnet group", "ledger") in kinds
    notes = " ".join(one["note"] for one in result["unmanaged"])
    assert "log_min_duration_statement = 500" in notes
    assert "10.9.0.0/16 on 5432" in notes
    unknown_password = ("--set", "credentials.password=kept", "--set", "credentials.secret_kms_key=null")
    unknown = aurora.run("apply", "ledger", *unknown_password, "--yes")
    assert unknown.status == 2
    assert "nobody would know it" in " ".join(unknown.err.split())
    aurora.ok("scale", "ledger", "--class", "db.r7g.xlarge", "--yes")
    assert {i["DBInstanceClass"] for i in aurora.instances("ledger").values()} == {"db.r7g.xlarge"}
    end(aurora, others, "ledger")
    left = others.ec2.describe_security_groups(GroupIds=groups)["SecurityGroups"]
    assert len(left) == 2
    assert others.rds.describe_db_subnet_groups(DBSubnetGroupName="ledger")["DBSubnetGroups"]


@pytest.mark.thorough
def test_a_cluster_made_by_cdk(aurora: Aurora, others: Others) -> None:
    name = others.by_cdk()
    result = adopt(aurora, name)
    assert "copy_tags: false" in result["spec"]
    assert "acu: 0.5-4" in result["spec"]
    assert any("CloudFormation stack ShopStack" in text for text in result["advice"])
    aurora.ok("scale", name, "--acu", "1-8", "--yes")
    assert aurora.cluster(name)["ServerlessV2ScalingConfiguration"]["MaxCapacity"] == 8
    end(aurora, others, name)


@pytest.mark.thorough
def test_a_mysql_cluster(aurora: Aurora, others: Others) -> None:
    others.with_mysql()
    result = adopt(aurora, "tickets")
    assert "own_groups: false" in result["spec"]  # RDS made its log group, which is never expires
    assert "backtrack: " in result["spec"]
    assert "identifier: tickets" in result["spec"]
    end(aurora, others, "tickets")
    assert others.logs.describe_log_groups(logGroupNamePrefix="/aws/rds/cluster/tickets/")["logGroups"]


def test_what_a_spec_cannot_say_refuses_the_adoption(aurora: Aurora, others: Others) -> None:
    others.by_hand("mixed")
    for name in ("mixed-instance-1", "mixed-instance-1-eu-west-1b"):
        role = f"arn:aws:iam::123456789012:role/{name}"
        others.rds.modify_db_instance(DBInstanceIdentifier=name, MonitoringInterval=60, MonitoringRoleArn=role)
    before = last_call(aurora)
    outcome = aurora.run("--region", REGION, "adopt", "mixed", "--yes", "-o", "json")
    assert outcome.status == 2, outcome.err
    error = json.loads(outcome.out)["error"]
    assert error["code"] == "not-adoptable"
    (difference,) = error["details"]["differences"]
    assert difference["path"] == "monitoring_role_arn"
    assert changing_calls(aurora, before) == []
    assert not list((aurora.home / "sandbox" / "stacks").glob("*mixed*"))


def test_a_setting_that_would_change_the_cluster_is_refused(aurora: Aurora, others: Others) -> None:
    others.by_hand("plain")
    options = ("--set", "backup.retention=9d", "--yes")
    outcome = aurora.run("--region", REGION, "adopt", "plain", *options)
    assert outcome.status == 2
    assert "backup_retention_period is 1 in AWS" in " ".join(outcome.err.split())
    assert "plain" not in aurora.ok("list").out


def test_a_member_of_a_global_database_is_refused(aurora: Aurora, others: Others) -> None:
    others.by_hand("world")
    arn = others.rds.describe_db_clusters(DBClusterIdentifier="world")["DBClusters"][0]["DBClusterArn"]
    others.rds.create_global_cluster(GlobalClusterIdentifier="earth", SourceDBClusterIdentifier=arn)
    outcome = aurora.run("--region", REGION, "adopt", "world", "--yes")
    assert outcome.status == 2
    assert "belongs to the global database earth" in " ".join(outcome.err.split())


def test_a_cluster_that_is_managed_already_or_not_there(aurora: Aurora, others: Others) -> None:
    absent = aurora.run("--region", REGION, "adopt", "nowhere", "--yes")
    assert absent.status == 4
    assert REGION in absent.err
    others.by_hand("twice")
    adopt(aurora, "twice")
    stack = aurora.home / "sandbox" / "stacks" / "twice"
    state, before = aurora.state("twice"), last_call(aurora)
    again = aurora.run("--region", REGION, "adopt", "twice", "--yes")
    assert again.status == 2
    assert "twice is already managed here" in " ".join(again.err.split())
    assert changing_calls(aurora, before) == []
    assert aurora.state("twice") == state
    assert (stack / "spec.yaml").exists()
    end(aurora, others, "twice")
