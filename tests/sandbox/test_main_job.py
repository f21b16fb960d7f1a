"""The main job as a newcomer and a script do it: one cluster from nothing to endpoints, changed, and destroyed again."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from aurora_cli.context import AppContext
from aurora_cli.errors import Declined
from aurora_cli.operations.destroy.destroy import DestroyReview, destroy
from tests.harness import ASTRAY, Aurora, terraform
from tests.observe import last_call
from tests.sandbox.aws_view import changing_calls

pytestmark = pytest.mark.sandbox
REGION = ("--region", "eu-west-1")


@pytest.fixture(scope="module")
def aurora(alone: Aurora) -> Aurora:
    """An emulator that does not run yet, and may be stopped, on a machine whose settings would lead anyone astray."""
    alone.environ |= ASTRAY
    return alone


def test_create_ends_with_endpoints_that_aws_knows(aurora: Aurora) -> None:
    report = aurora.json(*REGION, "create", "demo", "--engine", "postgres", "--readers", "2", "--yes")
    cluster = aurora.cluster("demo")
    assert report["changed"] is True
    assert report["status"] == cluster["Status"] == "available"
    assert report["endpoints"]["writer"] == {"host": cluster["Endpoint"], "port": cluster["Port"]}
    assert report["endpoints"]["reader"] == {"host": cluster["ReaderEndpoint"], "port": cluster["Port"]}
    assert report["secret_arn"] == cluster["MasterUserSecret"]["SecretArn"]
    assert [i["role"] for i in report["instances"]] == ["writer", "reader", "reader"]
    assert report["instances"][0]["id"] == aurora.writer("demo") == "demo-1"
    assert len({i["zone"] for i in report["instances"]}) >= 2
    assert report["connect"].startswith("psql ")
    assert report["connect"] == aurora.ok("connection", "demo", "--format", "json").data["connection"]["psql"]


def test_the_account_is_recorded_and_the_only_one_that_terraform_may_work_in(aurora: Aurora) -> None:
    stack = aurora.home / "sandbox" / "stacks" / "demo"
    account = aurora.cluster("demo")["DBClusterArn"].split(":")[4]
    assert json.loads((stack / "stack.json").read_text())["account_id"] == account
    assert f'allowed_account_ids = ["{account}"]' in (stack / "terraform" / "provider.tf").read_text()


def test_security_defaults_are_on(aurora: Aurora) -> None:
    cluster = aurora.cluster("demo")
    assert cluster["StorageEncrypted"] is True
    assert cluster["DeletionProtection"] is True
    assert cluster["IAMDatabaseAuthenticationEnabled"] is True
    assert cluster["CopyTagsToSnapshot"] is True
    assert not any(i["PubliclyAccessible"] for i in aurora.instances("demo").values())
    group = cluster["DBClusterParameterGroup"]
    pages = aurora.client("rds").get_paginator("describe_db_cluster_parameters")
    parameters = {
        p["ParameterName"]: p.get("ParameterValue")
        for page in pages.paginate(DBClusterParameterGroupName=group)
        for p in page["Parameters"]
    }
    assert parameters["rds.force_ssl"] == "1"


def test_the_same_again_changes_nothing(aurora: Aurora) -> None:
    again = aurora.json(*REGION, "create", "demo", "--engine", "postgres", "--readers", "2", "--yes")
    assert again["changed"] is False
    assert aurora.run("plan", "demo", "--exit-code").status == 0


def test_another_spec_is_refused_and_points_at_apply(aurora: Aurora) -> None:
    refused = aurora.run(*REGION, "create", "demo", "--engine", "postgres", "--readers", "1", "--yes")
    assert refused.status == 2
    assert "apply" in refused.err


def test_status_and_endpoints_agree_with_aws(aurora: Aurora) -> None:
    status = aurora.json("status", "demo")
    assert status["changed"] is False
    assert {i["id"] for i in status["instances"]} == set(aurora.instances("demo"))
    assert aurora.json("endpoints", "demo") == status["endpoints"]


def test_roles_follow_a_failover_that_we_did_not_make(aurora: Aurora) -> None:
    aurora.client("rds").failover_db_cluster(DBClusterIdentifier="demo", TargetDBInstanceIdentifier="demo-3")
    roles = {i["id"]: i["role"] for i in aurora.json("status", "demo")["instances"]}
    assert roles == {"demo-1": "reader", "demo-2": "reader", "demo-3": "writer"}


def test_scaling_down_spares_the_writer(aurora: Aurora) -> None:
    report = aurora.json("scale", "demo", "--readers", "1", "--yes")
    assert report["changed"] is True
    assert set(aurora.instances("demo")) == {"demo-1", "demo-3"}
    assert aurora.writer("demo") == "demo-3"
    assert aurora.run("plan", "demo", "--exit-code").status == 0


def test_scaling_to_one_leaves_the_writer(aurora: Aurora) -> None:
    since = last_call(aurora)
    report = aurora.json("scale", "demo", "--readers", "0", "--yes")
    assert set(aurora.instances("demo")) == {"demo-3"}
    assert changing_calls(aurora, since) == ["DeleteDBInstance"]
    assert [i["role"] for i in report["instances"]] == ["writer"]


def test_scaling_up_and_to_another_class(aurora: Aurora) -> None:
    aurora.ok("scale", "demo", "--readers", "1", "--class", "db.r7g.large", "--yes")
    assert {i["DBInstanceClass"] for i in aurora.instances("demo").values()} == {"db.r7g.large"}
    assert set(aurora.instances("demo")) == {"demo-1", "demo-3"}
    assert aurora.run("plan", "demo", "--exit-code").status == 0


def test_scaling_to_what_is_there_changes_nothing(aurora: Aurora) -> None:
    assert aurora.json("scale", "demo", "--readers", "1", "--yes")["changed"] is False


def test_a_dry_run_changes_nothing(aurora: Aurora) -> None:
    plan = aurora.json("scale", "demo", "--readers", "4", "--dry-run")
    assert plan["dry_run"] is True
    assert plan["summary"] == {} or plan["changed"] is False
    assert set(aurora.instances("demo")) == {"demo-1", "demo-3"}
    assert aurora.json("spec", "show", "demo", "--resolved")


def test_render_gives_plain_terraform(aurora: Aurora, tmp_path: Path) -> None:
    aurora.ok("render", "demo", "--to", str(tmp_path / "tf"))
    text = "\n".join(f.read_text() for f in (tmp_path / "tf").glob("*.tf"))
    assert 'resource "aws_rds_cluster" "this"' in text
    info = aurora.json("sandbox", "status")
    assert info["endpoint"] not in text
    assert info["secret_access_key"] not in text


def test_list_and_history_tell_what_was_done(aurora: Aurora) -> None:
    rows = aurora.json("list")
    assert [r["name"] for r in rows["clusters"]] == ["demo"]
    entries = aurora.json("history", "demo")["operations"]
    assert [e["operation"] for e in entries][:2] == ["create", "create"]
    assert {e["outcome"] for e in entries} == {"succeeded", "unchanged"}


def test_drift_is_seen(aurora: Aurora) -> None:
    wanted = aurora.cluster("demo")["BackupRetentionPeriod"]
    aurora.client("rds").modify_db_cluster(DBClusterIdentifier="demo", BackupRetentionPeriod=9, ApplyImmediately=True)
    assert aurora.run("plan", "demo", "--exit-code").status == 7
    aurora.ok("apply", "demo", "--yes")
    assert aurora.cluster("demo")["BackupRetentionPeriod"] == wanted


def test_a_cluster_that_is_not_ours_is_left_alone(aurora: Aurora) -> None:
    rds = aurora.client("rds")
    rds.create_db_cluster(
        DBClusterIdentifier="byhand", Engine="aurora-postgresql", MasterUsername="x", MasterUserPassword="xxxxxxxx"
    )
    refused = aurora.run(*REGION, "create", "byhand", "--engine", "postgres", "--yes")
    assert refused.status == 2
    assert "byhand" in refused.err
    assert aurora.json("list")["clusters"][0]["name"] == "demo"
    assert len(aurora.json("list")["clusters"]) == 1


def test_a_lock_file_of_another_provider_is_made_again(aurora: Aurora) -> None:
    lock = aurora.home / "sandbox" / "stacks" / "demo" / "terraform" / ".terraform.lock.hcl"
    real = lock.read_text()
    lock.write_text(re.sub(r'"h1:[^"]*"', '"h1:' + "A" * 43 + '="', real))
    assert aurora.run("plan", "demo", "--exit-code").status == 0
    assert lock.read_text() == real


def test_a_change_runs_terraform_no_more_than_it_must(aurora: Aurora, tmp_path: Path) -> None:
    """A plan, a look into it, and that very plan applied."""
    noted, program = tmp_path / "noted", tmp_path / "terraform"
    program.write_text(f'#!/bin/sh\necho "$1" >>"{noted}"\nexec {shlex.join(terraform())} "$@"\n')
    program.chmod(0o700)
    options = ("--terraform-bin", str(program), "--no-verify", *REGION)

    def runs(*command: str) -> list[str]:
        noted.unlink(missing_ok=True)
        aurora.ok(*options, *command)
        return [word for word in noted.read_text().split() if word != "version"]

    assert runs("create", "brief", "--engine", "mysql", "--yes") == ["init", "plan", "show", "apply"]
    assert runs("scale", "brief", "--readers", "1", "--yes") == ["plan", "show", "apply"]
    assert runs("plan", "brief") == ["plan"]
    looked = aurora.json(*options, "destroy", "brief", "--dry-run")
    assert aurora.cluster("brief")["DeletionProtection"] is True
    noted.unlink()
    done = aurora.json(*options, "destroy", "brief", "--confirm", "brief")
    assert [word for word in noted.read_text().split() if word != "version"] == ["plan", "show", "apply"]
    assert done["final_snapshot_identifier"] == looked["review"]["final_snapshot_identifier"]


def test_a_destroy_that_is_broken_off_at_the_question_leaves_no_trace(aurora: Aurora) -> None:
    folder = aurora.home / "sandbox" / "stacks" / "demo" / "terraform"
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}

    def broken_off(review: DestroyReview) -> bool:
        assert (folder / "tfplan").exists()
        raise KeyboardInterrupt

    app = AppContext(home_folder=aurora.home, sandbox=True, environ=aurora.environ)
    with pytest.raises(KeyboardInterrupt):
        destroy(app, "demo", confirm=broken_off, emit=lambda event: None)
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()} == before


def test_what_joins_the_state_at_the_question_is_shown_before_it_is_destroyed(aurora: Aurora) -> None:
    app = AppContext(home_folder=aurora.home, sandbox=True, environ=aurora.environ)
    stack = app.registry.get("demo")
    shown: list[set[str]] = []

    def confirmed_once(review: DestroyReview) -> bool:
        shown.append({change.address for change in review.plan.changes})
        if len(shown) > 1:
            return False
        extra = stack.terraform_dir / "theirs.tf"
        extra.write_text('resource "aws_cloudwatch_log_group" "theirs" {\n  name = "/theirs"\n}\n')
        terraform = app.terraform(stack, lambda event: None)
        terraform.plan(targets=("aws_cloudwatch_log_group.theirs",))
        terraform.apply()
        extra.unlink()
        return True

    with pytest.raises(Declined):
        destroy(app, "demo", confirm=confirmed_once, emit=lambda event: None)
    assert shown[1] - shown[0] == {"aws_cloudwatch_log_group.theirs"}
    assert aurora.cluster("demo")["Status"] == "available"
    assert aurora.json("history", "demo")["operations"][-1]["outcome"] == "declined"
    aurora.ok("destroy", "demo", "--restore-protection")


def test_destroy_wants_the_name_and_not_just_yes(aurora: Aurora) -> None:
    assert aurora.run("destroy", "demo").status == 2
    assert aurora.run("destroy", "demo", "--yes").status == 2
    assert aurora.run("destroy", "demo", "--confirm", "other").status == 2
    assert aurora.cluster("demo")["Status"] == "available"


def test_destroy_keeps_a_final_snapshot_and_nothing_else(aurora: Aurora) -> None:
    done = aurora.json("destroy", "demo", "--confirm", "demo")
    assert done["changed"] is True
    rds = aurora.client("rds")
    snapshots = rds.describe_db_cluster_snapshots(DBClusterIdentifier="demo")["DBClusterSnapshots"]
    assert [s["DBClusterSnapshotIdentifier"] for s in snapshots] == [done["final_snapshot_identifier"]]
    assert [c["DBClusterIdentifier"] for c in rds.describe_db_clusters()["DBClusters"]] == ["byhand"]
    vpcs = aurora.client("ec2").describe_vpcs(Filters=[{"Name": "tag:Name", "Values": ["demo"]}])["Vpcs"]
    assert vpcs == []
    assert aurora.client("logs").describe_log_groups(logGroupNamePrefix="/aws/rds/cluster/demo/")["logGroups"] == []
    assert aurora.json("list")["clusters"] == []
    assert aurora.run("status", "demo").status == 4


def test_yaml_output_is_yaml(aurora: Aurora) -> None:
    document = YAML(typ="safe").load(aurora.ok("sandbox", "status", "-o", "yaml").out)
    assert document["running"] is True
