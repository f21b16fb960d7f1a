"""Blue/green deployments: what stands in the way, the order of the calls, and spec, state and cluster in agreement afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.harness import Aurora
from tests.observe import last_call, slowly

pytestmark = [pytest.mark.sandbox, pytest.mark.timeout(1800)]
PASSWORD = {"AURORA_MASTER_PASSWORD": "Correct-horse-9-battery"}
MAKING = ("Create", "Modify", "Delete", "Switchover", "Reboot")


def create(aurora: Aurora, name: str, engine: str, version: str, *sets: str) -> None:
    """A cluster with a reader, whose password is given and whose changes can be followed."""
    given = [word for one in ("credentials.password=given", *sets) for word in ("--set", one)]
    words = ("--region", "eu-west-1", "create", name, "--engine", engine, "--engine-version", version)
    aurora.ok(*words, "--readers", "1", "--class", "db.r6g.large", *given, "--yes", env=PASSWORD)


def rds_calls(aurora: Aurora, since: int) -> list[tuple[str, str]]:
    """(action, what it is about) of the RDS calls that changed something, in order."""
    keys = ("DBInstanceIdentifier", "DBClusterIdentifier", "DBClusterParameterGroupName", "DBParameterGroupName")
    return [
        (one["action"], next((one["parameters"][k] for k in keys if k in one["parameters"]), ""))
        for one in aurora.emulator.calls(since=since, service="rds")
        if one["status"] == 200 and one["action"].startswith(MAKING)
    ]


def now(aurora: Aurora) -> int:
    """Number of the newest call."""
    return last_call(aurora)


def is_empty(aurora: Aurora, name: str) -> bool:
    """Whether a plan has nothing to do."""
    return aurora.run("plan", name, "--exit-code").status == 0


def groups(aurora: Aurora) -> set[str]:
    """Names of the parameter groups that somebody has made."""
    rds = aurora.client("rds")
    found = [
        one["DBClusterParameterGroupName"]
        for one in rds.describe_db_cluster_parameter_groups()["DBClusterParameterGroups"]
    ]
    found += [one["DBParameterGroupName"] for one in rds.describe_db_parameter_groups()["DBParameterGroups"]]
    return {name for name in found if not name.startswith("default.")}


@pytest.fixture(scope="module")
def postgres(aurora: Aurora) -> Iterator[Aurora]:
    """A PostgreSQL cluster of version 16.8."""
    create(aurora, "demo", "postgres", "16.8", "parameters.cluster.rds.logical_replication=1")
    yield aurora


def test_pain_04_a_major_upgrade_leaves_an_empty_plan(postgres: Aurora) -> None:
    demo, rds = postgres, postgres.client("rds")
    before, since = demo.cluster("demo"), now(demo)
    made = demo.json(
        "blue-green", "create", "demo", "--to", "17.5", "--set", "parameters.cluster.work_mem=8192", "--yes"
    )
    calls = [action for action, _ in rds_calls(demo, since)]
    assert calls[-1] == "CreateBlueGreenDeployment", "the groups of the new family are there before"
    assert {"CreateDBClusterParameterGroup", "CreateDBParameterGroup"} <= set(calls)
    green = made["blue_green"]["green"]
    assert green["cluster"].startswith("demo-green-")
    assert green["engine_version"] == "17.5"
    assert green["writer"] == f"{demo.cluster(green['cluster'])['Endpoint']}:5432"
    assert set(green["instances"].values()) == {"available"}
    assert demo.cluster("demo")["EngineVersion"] == "16.8"
    assert is_empty(demo, "demo"), "the blue cluster is as its spec says"
    look = demo.json("blue-green", "switchover", "demo", "--dry-run")
    assert look["remarks"][0].startswith(f"{green['cluster']} (17.5) becomes demo")
    assert "300 s" in look["sequence"][0]["interruption"]
    assert demo.json("status", "demo")["upkeep"]["blue_green"]["status"] == "AVAILABLE"

    for words in (
        ("scale", "demo", "--readers", "2", "--yes"),
        ("stop", "demo", "--yes"),
        ("destroy", "demo", "--confirm", "demo"),
    ):
        refused = demo.run(*words, "-o", "json")
        assert refused.status == 2, words
        assert "is part of the blue/green deployment bgd-" in refused.data["error"]["message"]
        assert "aurora-cli blue-green cleanup demo" in refused.data["error"]["hint"]

    addresses = {(r["type"], r["name"]) for r in demo.state("demo")["resources"]}
    since = now(demo)
    with slowly(demo, 0.6):
        done = demo.json("blue-green", "switchover", "demo", "--confirm", "demo")
    assert [action for action, _ in rds_calls(demo, since)] == ["SwitchoverBlueGreenDeployment"], (
        "Terraform changed nothing"
    )
    assert 0.6 <= done["without_writer_s"] < 60
    after = demo.cluster("demo")
    assert (after["EngineVersion"], after["DBClusterParameterGroup"]) == ("17.5", "demo-aurora-postgresql17")
    assert after["DbClusterResourceId"] != before["DbClusterResourceId"]
    assert after["Endpoint"] == before["Endpoint"]
    assert set(demo.instances("demo")) == {"demo-1", "demo-2"}
    assert demo.cluster("demo-old1")["DbClusterResourceId"] == before["DbClusterResourceId"]
    assert set(demo.instances("demo-old1")) == {"demo-1-old1", "demo-2-old1"}
    assert {(r["type"], r["name"]) for r in demo.state("demo")["resources"]} == addresses
    state = {r["type"]: r["instances"][0]["attributes"] for r in demo.state("demo")["resources"]}
    assert state["aws_rds_cluster"]["cluster_resource_id"] == after["DbClusterResourceId"]
    assert state["aws_rds_cluster_parameter_group"]["id"] == "demo-aurora-postgresql17"
    stored = (demo.home / "sandbox" / "stacks" / "demo" / "spec.yaml").read_text()
    assert "17.5" in stored
    assert "16.8" not in stored
    assert is_empty(demo, "demo")

    wrong = demo.run("blue-green", "cleanup", "demo", "--confirm", "demo", "-o", "json")
    assert wrong.status == 2
    assert "demo-old1" in wrong.data["error"]["hint"]
    since = now(demo)
    demo.json("blue-green", "cleanup", "demo", "--confirm", "demo-old1")
    assert rds_calls(demo, since) == [
        ("DeleteBlueGreenDeployment", ""),
        ("ModifyDBCluster", "demo-old1"),
        ("DeleteDBInstance", "demo-2-old1"),
        ("DeleteDBInstance", "demo-1-old1"),
        ("DeleteDBCluster", "demo-old1"),
        *[(call, "demo-aurora-postgresql16") for call in ("DeleteDBParameterGroup", "DeleteDBClusterParameterGroup")],
    ]
    assert groups(demo) == {"demo-aurora-postgresql17"}
    snapshots = rds.describe_db_cluster_snapshots(DBClusterIdentifier="demo-old1")["DBClusterSnapshots"]
    assert [one["DBClusterSnapshotIdentifier"].startswith("demo-old1-final-") for one in snapshots] == [True]
    assert demo.cluster("demo")["DeletionProtection"] is True, "only the old one's was lifted"
    assert demo.json("blue-green", "status", "demo")["deployment"] is None
    assert is_empty(demo, "demo")


@pytest.mark.thorough
def test_a_minor_upgrade_with_other_parameters_gets_groups_of_its_own(postgres: Aurora) -> None:
    demo = postgres
    demo.ok("blue-green", "create", "demo", "--to", "17.6", "--set", "parameters.cluster.work_mem=16384", "--yes")
    assert "demo-aurora-postgresql17-b2" in groups(demo)
    with slowly(demo, 31):
        failed = demo.run("blue-green", "switchover", "demo", "--timeout", "30", "--confirm", "demo", "-o", "json")
    assert failed.status == 1
    assert "nothing has changed: demo still serves" in failed.data["error"]["message"]
    assert demo.cluster("demo")["EngineVersion"] == "17.5"
    assert demo.json("status", "demo")["upkeep"]["unfinished"] is None
    assert is_empty(demo, "demo")
    demo.ok("blue-green", "switchover", "demo", "--confirm", "demo")
    cluster = demo.cluster("demo")
    assert (cluster["EngineVersion"], cluster["DBClusterParameterGroup"]) == ("17.6", "demo-aurora-postgresql17-b2")
    assert is_empty(demo, "demo")
    demo.ok("blue-green", "cleanup", "demo", "--keep-old", "--yes")
    assert demo.cluster("demo-old1")["Status"] == "available"
    demo.ok("blue-green", "cleanup", "demo", "--confirm", "demo-old1", "--skip-final-snapshot")
    with pytest.raises(ClientError, match="DBClusterNotFound"):
        demo.cluster("demo-old1")
    assert groups(demo) == {"demo-aurora-postgresql17-b2"}
    assert is_empty(demo, "demo")
    demo.ok("apply", "demo", "--set", "backup.retention=9d", "--yes")
    assert is_empty(demo, "demo")


@pytest.mark.thorough
def test_where_aws_manages_the_minor_version_the_green_one_stays(aurora: Aurora) -> None:
    create(
        aurora,
        "minor",
        "postgres",
        "17",
        "parameters.cluster.rds.logical_replication=1",
        "maintenance.auto_minor_upgrades=true",
    )
    aurora.ok("blue-green", "create", "minor", "--to", "18.3", "--yes")
    aurora.ok("blue-green", "switchover", "minor", "--confirm", "minor")
    assert aurora.cluster("minor")["EngineVersion"] == "18.3"
    assert is_empty(aurora, "minor")


@pytest.mark.thorough
def test_another_kms_key_comes_with_the_green_cluster(postgres: Aurora) -> None:
    demo = postgres
    key = demo.client("kms").create_key()["KeyMetadata"]["Arn"]
    stopped = demo.run("apply", "demo", "--set", f"encryption.kms_key={key}", "--yes")
    assert stopped.status == 9
    assert "aurora-cli blue-green create demo --set encryption.kms_key=KEY" in " ".join(stopped.err.split())
    demo.ok("blue-green", "create", "demo", "--set", f"encryption.kms_key={key}", "--yes")
    assert demo.cluster("demo")["KmsKeyId"] != key
    demo.ok("blue-green", "switchover", "demo", "--confirm", "demo")
    assert demo.cluster("demo")["KmsKeyId"] == key
    assert is_empty(demo, "demo")
    demo.ok("blue-green", "cleanup", "demo", "--confirm", "demo-old1", "--skip-final-snapshot")


@pytest.mark.thorough
def test_mysql_before_the_switchover_and_back(aurora: Aurora) -> None:
    create(aurora, "shop", "mysql", "8.0.mysql_aurora.3.08.0")
    refused = aurora.run("blue-green", "create", "shop", "--to", "8.0.mysql_aurora.3.10.0", "--yes", "-o", "json")
    assert refused.status == 2
    assert [one["code"] for one in refused.data["error"]["details"]["blockers"]] == ["logical-replication"]
    assert "parameters.cluster.binlog_format=ROW" in refused.data["error"]["hint"]
    aurora.ok("apply", "shop", "--set", "parameters.cluster.binlog_format=ROW", "--yes")
    waiting = aurora.run("blue-green", "create", "shop", "--to", "8.0.mysql_aurora.3.10.0", "--yes", "-o", "json")
    assert [one["code"] for one in waiting.data["error"]["details"]["blockers"]] == ["pending-reboot"]
    aurora.ok("reboot", "shop", "--rolling", "--yes")
    before = groups(aurora)
    none = aurora.run("blue-green", "create", "shop", "--to", "8.0.mysql_aurora.9.99.9", "--yes", "-o", "json")
    assert none.status == 2
    aurora.ok("blue-green", "create", "shop", "--to", "8.0.mysql_aurora.3.10.0", "--yes")
    assert groups(aurora) == before, "a minor version keeps its groups"
    green = aurora.json("blue-green", "status", "shop")["green"]["cluster"]
    alone = aurora.run("blue-green", "cleanup", "shop", "--delete-green", "--yes", "-o", "json")
    assert alone.status == 2
    assert green in alone.data["error"]["hint"]
    aurora.ok("blue-green", "cleanup", "shop", "--delete-green", "--confirm", green)
    with pytest.raises(ClientError, match="DBClusterNotFound"):
        aurora.cluster(green)
    assert aurora.cluster("shop")["EngineVersion"] == "8.0.mysql_aurora.3.08.0"
    assert is_empty(aurora, "shop")
    aurora.ok("blue-green", "create", "shop", "--to", "8.0.mysql_aurora.3.10.0", "--yes")
    aurora.ok("blue-green", "switchover", "shop", "--confirm", "shop")
    assert aurora.cluster("shop")["EngineVersion"] == "8.0.mysql_aurora.3.10.0"
    assert is_empty(aurora, "shop")


def test_every_reason_is_told_at_once_and_nothing_is_made(aurora: Aurora) -> None:
    aurora.ok("--region", "eu-west-1", "create", "plain", "--engine", "postgres", "--yes")
    since = now(aurora)
    refused: Any = aurora.run("blue-green", "create", "plain", "--to", "17.9", "--yes", "-o", "json")
    assert refused.status == 2
    codes = [one["code"] for one in refused.data["error"]["details"]["blockers"]]
    assert codes == ["logical-replication", "managed-password"]
    same: Any = aurora.run("upgrade", "plain", "--blue-green", "--to", "17.9", "--yes", "-o", "json")
    assert [one["code"] for one in same.data["error"]["details"]["blockers"]] == codes
    for words in (("--blue-green",), ("--blue-green", "--to", "17.9", "--in-window")):
        assert aurora.run("upgrade", "plain", *words, "--yes").status == 2
    assert rds_calls(aurora, since) == []
    assert aurora.run("blue-green", "switchover", "plain", "--confirm", "plain").status == 2
    assert aurora.run("blue-green", "cleanup", "plain", "--yes").status == 2
