"""Upgrades: minor and major, the order of the calls, what is refused, and what AWS does by itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.harness import Aurora
from tests.observe import last_call, slowly

pytestmark = [pytest.mark.sandbox, pytest.mark.timeout(1800)]
REGION = ("--region", "eu-west-1")
OWNED = ("--set", "maintenance.auto_minor_upgrades=false", "--class", "db.r7g.large")
WATCHED = (
    "CreateDBClusterSnapshot",
    "CreateDBClusterParameterGroup",
    "CreateDBParameterGroup",
    "ModifyDBCluster",
    "ModifyGlobalCluster",
    "RebootDBInstance",
    "DeleteDBClusterParameterGroup",
    "DeleteDBParameterGroup",
)


@contextmanager
def called(aurora: Aurora) -> Iterator[list[dict[str, Any]]]:
    """The calls that upgrade or prepare for it, answered well, in order; they are there after the block."""
    before, found = last_call(aurora), []  # type: int, list[dict[str, Any]]
    yield found
    calls = aurora.emulator.calls(since=before, service="rds")
    found += [call for call in calls if call["action"] in WATCHED and call["status"] == 200]


def actions(calls: list[dict[str, Any]]) -> list[str]:
    return [call["action"] for call in calls]


def versions(calls: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Parameters of the calls that ask for a version."""
    return [c["parameters"] for c in calls if c["parameters"].get("EngineVersion")]


def running(aurora: Aurora, name: str) -> set[str]:
    """The versions that AWS shows of the cluster and of its instances."""
    return {aurora.cluster(name)["EngineVersion"], *(i["EngineVersion"] for i in aurora.instances(name).values())}


def plan_is_empty(aurora: Aurora, name: str) -> bool:
    return aurora.run("plan", name, "--exit-code").status == 0


def refusal(aurora: Aurora, *args: str) -> dict[str, Any]:
    refused = aurora.run(*args, "-o", "json")
    assert refused.status == 2, f"{args} -> {refused.status}\n{refused.out}\n{refused.err}"
    error: dict[str, Any] = refused.data["error"]
    return error


@pytest.fixture
def clean(aurora: Aurora) -> Iterator[Aurora]:
    """The command; what a test leaves behind goes afterwards."""
    yield aurora
    aurora.ok("sandbox", "reset", "--yes")


def create(aurora: Aurora, *args: str) -> None:
    aurora.ok(*REGION, "create", "demo", *args, "--yes")


def test_a_minor_upgrade_takes_a_snapshot_and_then_the_newest_version_of_the_line(
    clean: Aurora, tmp_path: Path
) -> None:
    create(clean, "--engine", "postgres", "--engine-version", "16.8", "--readers", "1", *OWNED)
    listed = clean.json("upgrade", "demo", "--list")
    assert listed["running"] == "16.8"
    newest = listed["minor"][-1]
    assert newest in clean.ok("upgrade", "demo", "--list").out
    shown = clean.json("upgrade", "demo", "--dry-run")
    assert "some tens of seconds" in next(s["interruption"] for s in shown["sequence"] if s["name"] == "upgrade demo")
    assert running(clean, "demo") == {"16.8"}
    with slowly(clean, 0.6), called(clean) as calls:
        done = clean.json("upgrade", "demo", "--yes")
    assert actions(calls) == ["CreateDBClusterSnapshot", "ModifyDBCluster"]
    (asked,) = versions(calls)
    assert (asked["EngineVersion"], "AllowMajorVersionUpgrade" in asked) == (newest, False)
    assert running(clean, "demo") == {newest} == {done["engine_version"]}
    (snapshot,) = clean.client("rds").describe_db_cluster_snapshots(SnapshotType="manual")["DBClusterSnapshots"]
    assert snapshot["DBClusterSnapshotIdentifier"].startswith(f"demo-before-{newest.replace('.', '-')}-")
    assert (snapshot["EngineVersion"], snapshot["Status"]) == ("16.8", "available")
    assert clean.json("spec", "show", "demo")["spec"]["engine_version"] == newest
    with called(clean) as calls:
        again = clean.json("upgrade", "demo", "--yes")
    assert (again["changed"], calls) == (False, [])
    _a_file_keeps_the_version_unless_it_names_another(clean, tmp_path / "demo.yaml", newest)


def _a_file_keeps_the_version_unless_it_names_another(aurora: Aurora, file: Path, newest: str) -> None:
    head = "name: demo\nregion: eu-west-1\nengine: postgres\n"
    rest = "instances: {class: db.r7g.large, readers: 1}\nmaintenance: {auto_minor_upgrades: false}\n"
    file.write_text(head + rest)
    assert aurora.json("apply", "-f", str(file), "--yes")["changed"] is False
    file.write_text(f"{head}engine_version: '16.8'\n{rest}")
    error = refusal(aurora, "apply", "-f", str(file), "--yes")
    assert f"demo.yaml:4 says engine_version: 16.8; the cluster has {newest}" in error["message"]
    assert error["hint"].endswith("apply demo --write")


def test_pain_02_a_major_upgrade_with_groups_of_its_own(clean: Aurora) -> None:
    create(
        clean,
        *("--engine", "postgres", "--engine-version", "16.8", "--readers", "1", *OWNED),
        *("--set", "parameters.cluster.work_mem=8192", "--set", "instances.overrides.2.parameters.log_statement=ddl"),
    )
    with slowly(clean, 0.6), called(clean) as calls:
        done = clean.json("upgrade", "demo", "--to", "17", "--yes")
    (asked,) = versions(calls)
    assert asked["AllowMajorVersionUpgrade"] in (True, "true")
    assert asked["DBClusterParameterGroupName"] == asked["DBInstanceParameterGroupName"] == "demo-aurora-postgresql17"
    order = actions(calls)
    at = order.index("ModifyDBCluster")
    assert order[0] == "CreateDBClusterSnapshot"
    assert sorted(order[1:at]) == ["CreateDBClusterParameterGroup", *["CreateDBParameterGroup"] * 2]
    assert set(order[at + 1 :]) == {"DeleteDBClusterParameterGroup", "DeleteDBParameterGroup", "RebootDBInstance"}
    assert [c["parameters"]["DBInstanceIdentifier"] for c in calls if c["action"] == "RebootDBInstance"] == [
        "demo-2",
        "demo-1",
    ]
    assert running(clean, "demo") == {done["engine_version"]}
    assert done["engine_version"].startswith("17.")
    groups = {n: i["DBParameterGroups"][0] for n, i in clean.instances("demo").items()}
    assert {n: g["DBParameterGroupName"] for n, g in groups.items()} == {
        "demo-1": "demo-aurora-postgresql17",
        "demo-2": "demo-aurora-postgresql17-2",
    }
    assert {g["ParameterApplyStatus"] for g in groups.values()} == {"in-sync"}
    members = clean.cluster("demo")["DBClusterMembers"]
    assert {m["DBClusterParameterGroupStatus"] for m in members} == {"in-sync"}
    left = clean.client("rds").describe_db_cluster_parameter_groups()["DBClusterParameterGroups"]
    assert [g["DBClusterParameterGroupName"] for g in left if g["DBClusterParameterGroupName"].startswith("demo")] == [
        "demo-aurora-postgresql17"
    ]
    assert clean.json("status", "demo")["upkeep"]["unfinished"] is None


def test_pain_05_the_flag_of_a_major_upgrade_is_never_left_on(clean: Aurora) -> None:
    create(clean, "--engine", "postgres", "--engine-version", "16.8", *OWNED)
    clean.ok("upgrade", "demo", "--to", "17.5", "--no-snapshot", "--yes")
    cluster = next(r for r in clean.state("demo")["resources"] if r["type"] == "aws_rds_cluster")
    attributes = cluster["instances"][0]["attributes"]
    assert not attributes["allow_major_version_upgrade"]
    assert not attributes["db_instance_parameter_group_name"]
    assert attributes["engine_version"] == "17.5"
    for instance in (r for r in clean.state("demo")["resources"] if r["type"] == "aws_rds_cluster_instance"):
        assert {i["attributes"]["engine_version"] for i in instance["instances"]} == {"17.5"}
    folder = clean.home / "sandbox" / "stacks" / "demo" / "terraform"
    assert not any("allow_major" in file.read_text() for file in folder.glob("*.tf"))
    error = refusal(clean, "apply", "demo", "--set", "engine_version=18.3", "--yes")
    assert "17.5 to 18.3 is a major upgrade" in error["message"]
    assert "aurora-cli upgrade demo --to 18.3" in error["hint"]
    assert running(clean, "demo") == {"17.5"}
    assert clean.client("rds").describe_db_cluster_snapshots(SnapshotType="manual")["DBClusterSnapshots"] == []


@pytest.mark.thorough
def test_a_serverless_mysql_goes_one_major_version_further(clean: Aurora) -> None:
    create(
        clean,
        *("--engine", "mysql", "--engine-version", "8.0.mysql_aurora.3.10.0", "--acu", "0.5-4"),
        *("--set", "maintenance.auto_minor_upgrades=false"),
    )
    shown = clean.json("upgrade", "demo", "--to", "8.4", "--dry-run")
    assert "upgrade-prechecks.log" in " ".join(shown["remarks"])
    done = clean.json("upgrade", "demo", "--to", "8.4", "--yes")
    assert done["engine_version"].startswith("8.4.")
    assert clean.cluster("demo")["DBClusterParameterGroup"] == "demo-aurora-mysql8-4"
    assert done["acu"] == {"min": 0.5, "max": 4.0}


def upgraded_by_aws(aurora: Aurora, version: str) -> None:
    """AWS takes the cluster to a newer minor version by itself."""
    aurora.client("rds").modify_db_cluster(DBClusterIdentifier="demo", EngineVersion=version, ApplyImmediately=True)


def test_pain_01_with_automatic_upgrades_aws_owns_the_minor_version(clean: Aurora) -> None:
    create(clean, "--engine", "postgres", "--engine-version", "17", "--set", "maintenance.auto_minor_upgrades=true")
    first, *_, newest = clean.json("upgrade", "demo", "--list")["minor"]
    upgraded_by_aws(clean, first)
    assert running(clean, "demo") == {first}
    assert plan_is_empty(clean, "demo")
    status = clean.json("status", "demo")
    assert (status["engine_version"], status["upkeep"]["desired_version"]) == (first, "17")
    assert not any("newer than" in warning for warning in status["warnings"])
    with called(clean) as calls:
        done = clean.json("upgrade", "demo", "--no-snapshot", "--yes")
    assert done["engine_version"] == versions(calls)[0]["EngineVersion"] == newest
    assert clean.json("spec", "show", "demo")["spec"]["engine_version"] == "17"
    done = clean.json("upgrade", "demo", "--to", "18.3", "--no-snapshot", "--yes")
    assert done["engine_version"] == "18.3"
    assert clean.json("spec", "show", "demo")["spec"]["engine_version"] == "18"
    assert plan_is_empty(clean, "demo")


def test_pain_01_with_a_version_of_the_specs_a_plan_never_goes_back(clean: Aurora) -> None:
    create(clean, "--engine", "postgres", "--engine-version", "16.8", *OWNED)
    upgraded_by_aws(clean, "16.10")
    status = clean.json("status", "demo")
    assert (status["engine_version"], status["upkeep"]["desired_version"]) == ("16.10", "16.8")
    assert any("aurora-cli upgrade demo --to 16.10" in warning for warning in status["warnings"])
    for words in (
        ("plan", "demo"),
        ("apply", "demo", "--set", "backup.retention=3d", "--yes"),
        ("scale", "demo", "--readers", "1", "--yes"),
    ):
        error = refusal(clean, *words)
        assert (
            "demo runs 16.10, newer than 16.8 in the spec, and Aurora does not support downgrades" in error["message"]
        )
        assert error["hint"] == "Update the spec to the running version: aurora-cli upgrade demo --to 16.10"
    with called(clean) as calls:
        clean.ok("upgrade", "demo", "--to", "16.10", "--yes")
    assert calls == [], "nothing is interrupted"
    assert clean.json("spec", "show", "demo")["spec"]["engine_version"] == "16.10"
    assert plan_is_empty(clean, "demo")


def test_a_cluster_that_aws_has_upgraded_can_be_destroyed(clean: Aurora) -> None:
    create(clean, "--engine", "postgres", "--engine-version", "16.8", *OWNED)
    upgraded_by_aws(clean, "16.10")
    clean.ok("destroy", "demo", "--confirm", "demo")
    assert clean.client("rds").describe_db_clusters()["DBClusters"] == []


def test_an_upgrade_in_the_window_waits_and_is_told(clean: Aurora) -> None:
    create(clean, "--engine", "postgres", "--engine-version", "16.8", *OWNED)
    with called(clean) as calls:
        clean.ok("upgrade", "demo", "--to", "16.10", "--in-window", "--yes")
    assert actions(calls) == ["ModifyDBCluster"]
    assert clean.cluster("demo")["PendingModifiedValues"] == {"EngineVersion": "16.10"}
    status = clean.json("status", "demo")
    assert status["pending"] == {"EngineVersion": "16.10"}
    assert status["engine_version"] == "16.8"
    assert plan_is_empty(clean, "demo")
    error = refusal(clean, "upgrade", "demo", "--to", "17", "--in-window", "--yes")
    assert "cannot run in the maintenance window" in error["message"]


def test_what_an_upgrade_would_trip_over_is_refused_before_anything_is_done(clean: Aurora) -> None:
    create(clean, "--engine", "postgres", "--engine-version", "16.8", *OWNED)
    with called(clean) as calls:
        assert (
            "Aurora does not support downgrades"
            in refusal(clean, "upgrade", "demo", "--to", "16.6", "--yes")["message"]
        )
        error = refusal(clean, "upgrade", "demo", "--to", "17.99", "--yes")
        assert "no direct upgrade of aurora-postgresql 16.8 to 17.99" in error["message"]
        assert "minor 16.9" in error["hint"]
        assert "--list" in error["hint"]
        clean.client("rds").stop_db_cluster(DBClusterIdentifier="demo")
        assert refusal(clean, "upgrade", "demo", "--yes")["hint"] == "aurora-cli start demo"
        clean.client("rds").start_db_cluster(DBClusterIdentifier="demo")
    assert calls == []
    clean.ok("apply", "demo", "--set", "parameters.cluster.old_snapshot_threshold=60", "--yes")
    error = refusal(clean, "upgrade", "demo", "--to", "17", "--yes")
    assert "aurora-postgresql17 has no parameter old_snapshot_threshold" in json.dumps(error)
    assert "--set parameters.cluster.old_snapshot_threshold=null" in error["hint"]
    clean.ok("apply", "demo", "--set", "parameters.cluster.old_snapshot_threshold=null", "--yes")
    assert clean.json("upgrade", "demo", "--to", "17", "--dry-run")["dry_run"] is True
    assert running(clean, "demo") == {"16.8"}


@pytest.mark.thorough
def test_an_upgrade_that_was_given_up_before_its_call_leaves_nothing(clean: Aurora) -> None:
    create(clean, "--engine", "postgres", "--engine-version", "16.8", *OWNED)
    clean.ok("sandbox", "faults", "add", "access_denied", "--action", "ModifyDBCluster")
    failed = clean.run("upgrade", "demo", "--to", "17", "--yes")
    clean.ok("sandbox", "faults", "clear")
    assert failed.status == 3
    assert running(clean, "demo") == {"16.8"}
    clean.ok("abandon", "demo", "--yes")
    clean.ok("apply", "demo", "--yes")
    names = clean.client("rds").describe_db_parameter_groups()["DBParameterGroups"]
    assert [g["DBParameterGroupName"] for g in names if g["DBParameterGroupName"].startswith("demo")] == [
        "demo-aurora-postgresql16"
    ]


GLOBAL = """
name: shop
region: eu-west-1
engine: postgres
engine_version: "16.8"
instances: {class: db.r7g.large}
logs: {exports: []}
maintenance: {auto_minor_upgrades: false}
global: {regions: {eu-central-1: {}, us-east-1: {}}}
"""
SECONDARIES = {"eu-central-1": "shop-eu-central-1", "us-east-1": "shop-us-east-1"}


def everywhere(aurora: Aurora) -> dict[str, str]:
    """Version by Region, as AWS has it."""
    places = {"eu-west-1": "shop", **SECONDARIES}
    return {
        region: aurora.client("rds", region).describe_db_clusters(DBClusterIdentifier=name)["DBClusters"][0][
            "EngineVersion"
        ]
        for region, name in places.items()
    }


@pytest.mark.thorough
def test_pain_03_a_global_database_goes_secondary_first(clean: Aurora, tmp_path: Path) -> None:
    file = tmp_path / "shop.yaml"
    file.write_text(GLOBAL)
    clean.ok("create", "-f", str(file), "--yes")
    with slowly(clean, 0.5), called(clean) as calls:
        done = clean.json("upgrade", "shop", "--to", "16.10", "--yes")
    assert actions(calls) == ["CreateDBClusterSnapshot", *["ModifyDBCluster"] * 3]
    assert [asked["DBClusterIdentifier"] for asked in versions(calls)] == [*SECONDARIES.values(), "shop"]
    assert set(everywhere(clean).values()) == {"16.10"}
    assert [s["name"] for s in done["sequence"]][1:4] == [
        "upgrade shop-eu-central-1",
        "upgrade shop-us-east-1",
        "upgrade shop",
    ]
    error = refusal(clean, "apply", "shop", "--set", "engine_version=16.11", "--yes")
    assert "one after another, the primary last" in error["message"]
    clean.client("rds", "us-east-1").modify_db_cluster(
        DBClusterIdentifier="shop-us-east-1", EngineVersion="16.11", ApplyImmediately=True
    )
    error = refusal(clean, "upgrade", "shop", "--to", "16.13", "--yes")
    assert (
        "have different versions: eu-central-1 runs 16.10, us-east-1 runs 16.11, eu-west-1 runs 16.10"
        in error["message"]
    )
    clean.ok("upgrade", "shop", "--to", "16.11", "--no-snapshot", "--yes")
    assert set(everywhere(clean).values()) == {"16.11"}
    with called(clean) as calls:
        clean.ok("upgrade", "shop", "--to", "17.5", "--no-snapshot", "--yes")
    order = actions(calls)
    assert order.count("ModifyGlobalCluster") == 1
    at = order.index("ModifyGlobalCluster")
    assert sorted(order[:at]) == [*["CreateDBClusterParameterGroup"] * 3, *["CreateDBParameterGroup"] * 3]
    assert versions(calls)[0]["GlobalClusterIdentifier"] == "shop-global"
    assert set(everywhere(clean).values()) == {"17.5"}
    for region, name in {"eu-west-1": "shop", **SECONDARIES}.items():
        found = clean.client("rds", region).describe_db_instances()["DBInstances"]
        groups = {i["DBParameterGroups"][0]["DBParameterGroupName"] for i in found}
        assert groups == {f"{name}-aurora-postgresql17"}
        assert {i["DBParameterGroups"][0]["ParameterApplyStatus"] for i in found} == {"in-sync"}
    assert plan_is_empty(clean, "shop")
