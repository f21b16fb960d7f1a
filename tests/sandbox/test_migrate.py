"""migrate: from RDS by a replica, from Serverless v1 by a snapshot, and between provisioned and serverless instances."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.harness import Aurora
from tests.observe import slowly, watched
from tests.sandbox.aws_view import at_terminal, changing_calls, last_call
from tests.sandbox.replicas import PROMOTE, lag, rds_instance

pytestmark = [pytest.mark.sandbox, pytest.mark.timeout(1200)]
REGION = ("--region", "eu-west-1")
CLASS = "db.r6g.large"


@pytest.fixture(scope="module")
def world(aurora: Aurora) -> Aurora:
    """Instances of RDS, a Serverless v1 cluster, and a provisioned cluster with a single instance."""
    aurora.ok("sandbox", "start")
    for engine, version in (("mysql", "8.0.36"), ("postgres", "16.4")):
        rds_instance(aurora, f"{engine}-rds", engine, version)
    _, _, group = old_network(aurora)
    aurora.emulator.place_serverless_v1(
        "eu-west-1",
        db_cluster_identifier="old-orders",
        engine="aurora-postgresql",
        engine_version="13.12",
        database_name="orders",
        db_subnet_group_name="old",
        vpc_security_group_ids=[group],
        scaling={"MinCapacity": 4, "MaxCapacity": 32, "SecondsUntilAutoPause": 600},
    )
    aurora.ok(*REGION, "create", "demo", "--engine", "postgres", "--class", CLASS, "--readers", "0", "--yes")
    return aurora


def old_network(aurora: Aurora) -> tuple[str, list[str], str]:
    from tests.sandbox.emulator import Account

    return Account(aurora.emulator).network("old")


def settled(aurora: Aurora, name: str) -> None:
    plan = aurora.run("plan", name, "--exit-code")
    assert plan.status == 0, plan.out


def call(aurora: Aurora, action: str, name: str) -> dict[str, Any]:
    """The parameters of the one call that made the cluster."""
    (found,) = [
        c["parameters"] for c in aurora.emulator.calls(action=action) if c["parameters"]["DBClusterIdentifier"] == name
    ]
    parameters: dict[str, Any] = found
    return parameters


def test_the_spec_of_a_serverless_v1_cluster_is_read_from_aws_and_translated(world: Aurora, tmp_path: Path) -> None:
    text = world.ok(*REGION, "spec", "describe", "old-orders").out
    assert "engine_mode" not in text
    old = tmp_path / "old.yaml"
    old.write_text(text)
    assert "acu:" in world.ok("spec", "from-serverless-v1", str(old)).out
    assert world.run(*REGION, "spec", "describe", "demo").status == 2


# --- RDS ---


@pytest.mark.parametrize(
    ("engine", "version"),
    [pytest.param("mysql", "8.0.mysql_aurora.3.10.3", marks=pytest.mark.thorough), ("postgres", "16.15")],
)
def test_an_rds_instance_is_followed_and_left_at_the_promotion(world: Aurora, engine: str, version: str) -> None:
    source, name = f"{engine}-rds", f"{engine}-new"
    made = world.json(*REGION, "migrate", "rds", source, "--into", name, "--yes")
    assert made["migration"] == {
        "source": source,
        "lag_s": 0.0,
        "promoted": False,
        "next": f"aurora-cli promote {name}",
    }
    cluster, instances = world.cluster(name), world.instances(name)
    assert cluster["ReplicationSourceIdentifier"].endswith(f":db:{source}")
    assert (cluster["EngineVersion"], cluster["DBSubnetGroup"]) == (version, source)
    assert [one["DBInstanceClass"] for one in instances.values()] == [CLASS]
    instance = world.client("rds").describe_db_instances(DBInstanceIdentifier=source)["DBInstances"][0]
    assert instance["ReadReplicaDBClusterIdentifiers"] == [name]
    theirs = {g["VpcSecurityGroupId"] for g in instance["VpcSecurityGroups"]}
    assert theirs <= {g["VpcSecurityGroupId"] for g in cluster["VpcSecurityGroups"]}
    settled(world, name)
    before = last_call(world)
    again = world.json(*REGION, "migrate", "rds", source, "--into", name, "--yes")
    assert again["changed"] is False
    assert changing_calls(world, before) == []
    world.ok("promote", name, "--confirm", name)
    settled(world, name)
    over = world.json(*REGION, "migrate", "rds", source, "--into", name, "--yes")
    assert (over["changed"], over["migration"]["promoted"]) == (False, True)
    world.ok("destroy", name, "--confirm", name)


def test_it_goes_on_with_the_promotion_when_asked_to(world: Aurora) -> None:
    words = (*REGION, "migrate", "rds", "mysql-rds", "--into", "shop", "--promote", "--yes")
    refused = world.run(*words)
    assert refused.status == 2
    assert "--confirm shop" in refused.err
    before = last_call(world)
    done = world.json(*words, "--confirm", "shop")
    assert done["migration"]["promoted"] is True
    calls = changing_calls(world, before)
    assert calls.index("CreateDBCluster") < calls.index("CreateDBInstance") < calls.index(PROMOTE)
    assert calls[-1] == PROMOTE
    assert not world.cluster("shop").get("ReplicationSourceIdentifier")
    settled(world, "shop")
    world.ok("destroy", "shop", "--confirm", "shop")


def test_one_that_does_not_catch_up_in_time_is_left_following(world: Aurora) -> None:
    lag(world, "slow", 500)
    words = (*REGION, "migrate", "rds", "mysql-rds", "--into", "slow", "--yes", "--timeout", "1s")
    made = world.run(*words)
    assert made.status == 0
    text = " ".join(made.out.split())
    assert "500 s behind" in text
    assert "aurora-cli promote slow" in text
    refused = world.run(*words, "--promote", "--confirm", "slow")
    assert refused.status == 2
    assert "500 s behind" in refused.err
    world.ok("destroy", "slow", "--confirm", "slow")


def test_a_source_that_does_not_fit_is_refused_before_anything_is_made(world: Aurora) -> None:
    rds_instance(world, "no-backups", "mysql", "8.0.36", BackupRetentionPeriod=0)
    rds_instance(world, "too-old", "mysql", "5.6.51")
    rds_instance(world, "maria", "mariadb", "10.11.6")
    rds_instance(world, "too-new", "postgres", "18.9")
    rds_instance(world, "copied", "postgres", "16.4")
    world.client("rds").create_db_instance_read_replica(
        DBInstanceIdentifier="copy", SourceDBInstanceIdentifier="copied", DBInstanceClass=CLASS
    )
    before = last_call(world)
    elsewhere = "arn:aws:rds:us-east-1:123456789012:db:far"
    cases = (
        ("no-backups", "has no automated backups", 2),
        ("too-old", "Upgrade too-old within RDS first", 2),
        ("maria", "is mariadb", 2),
        ("too-new", "no version of aurora-postgresql", 2),
        ("copied", "already has a replica (copy)", 2),
        ("demo", "is a cluster, not an RDS instance", 2),
        ("nobody", "no cluster or RDS instance nobody", 4),
        (elsewhere, "us-east-1 has no", 4),
    )
    for source, words, status in cases:
        refused = world.run(*REGION, "migrate", "rds", source, "--into", "never", "--yes")
        assert refused.status == status, (source, refused.err)
        assert words in " ".join(refused.err.split()), source
    assert changing_calls(world, before) == []
    assert world.run("status", "never").status == 4


def test_an_instance_of_another_region_is_refused(world: Aurora) -> None:
    rds = world.client("rds", "us-east-1")
    rds.create_db_instance(
        DBInstanceIdentifier="far",
        DBInstanceClass=CLASS,
        Engine="mysql",
        EngineVersion="8.0.36",
        MasterUsername="tills",
        MasterUserPassword="not-a-secret",
        AllocatedStorage=20,
    )
    arn = "arn:aws:rds:us-east-1:123456789012:db:far"
    refused = world.run(*REGION, "migrate", "rds", arn, "--into", "never", "--yes")
    assert refused.status == 2
    assert "is in us-east-1" in refused.err
    rds.delete_db_instance(DBInstanceIdentifier="far", SkipFinalSnapshot=True)


def test_a_dry_run_plans_the_replica(world: Aurora) -> None:
    plan = world.json(*REGION, "migrate", "rds", "mysql-rds", "--into", "later", "--dry-run")
    assert plan["dry_run"] is True
    assert any(c["address"] == "aws_rds_cluster.this" and c["action"] == "create" for c in plan["resource_changes"])
    assert world.run("status", "later").status == 4


# --- Serverless v1 ---


def test_pain_17_serverless_v1_moves_to_v2_by_a_copy(world: Aurora) -> None:
    """No Terraform takes a Serverless v1 cluster to v2: a snapshot, restored as provisioned, with a serverless instance."""
    before = last_call(world)
    with slowly(world, 0.5):
        made = world.json(*REGION, "migrate", "serverless-v1", "old-orders", "--into", "orders", "--yes")
    calls = changing_calls(world, before)
    assert calls[0] == "CreateDBClusterSnapshot"
    assert calls.index("RestoreDBClusterFromSnapshot") < calls.index("CreateDBInstance")
    assert made["migration"]["runs"] == "13.12"
    new, old = world.cluster("orders"), world.cluster("old-orders")
    assert new["EngineMode"] == "provisioned"
    assert new["EngineVersion"] == "13.23", "the newest of its major version that has Serverless v2"
    assert new["ServerlessV2ScalingConfiguration"] == {
        "MinCapacity": 0.0,
        "MaxCapacity": 32.0,
        "SecondsUntilAutoPause": 600,
    }
    assert [one["DBInstanceClass"] for one in world.instances("orders").values()] == ["db.serverless"]
    assert (new["DatabaseName"], new["MasterUsername"], new["DBSubnetGroup"]) == ("orders", "boss", "old")
    assert new["DeletionProtection"] is True
    assert new["MasterUserSecret"]["SecretArn"]
    assert (old["EngineMode"], old["Status"]) == ("serverless", "available"), "it runs on"
    settled(world, "orders")


def test_the_same_words_again_make_nothing(world: Aurora) -> None:
    before = last_call(world)
    again = world.json(*REGION, "migrate", "serverless-v1", "old-orders", "--into", "orders", "--yes")
    assert again["changed"] is False
    assert changing_calls(world, before) == []
    world.ok("destroy", "orders", "--confirm", "orders")


@pytest.mark.thorough
def test_version_and_capacity_may_be_said(world: Aurora) -> None:
    words = ("migrate", "serverless-v1", "old-orders", "--into", "newer", "--engine-version", "16.8", "--acu", "1-8")
    world.ok(*REGION, *words, "--yes")
    assert world.cluster("newer")["EngineVersion"] == "16.8"
    assert world.cluster("newer")["ServerlessV2ScalingConfiguration"] == {"MinCapacity": 1.0, "MaxCapacity": 8.0}
    settled(world, "newer")
    world.ok("destroy", "newer", "--confirm", "newer")


def test_a_dry_run_says_what_it_would_do(world: Aurora) -> None:
    before = last_call(world)
    shown = world.json(*REGION, "migrate", "serverless-v1", "old-orders", "--into", "orders2", "--dry-run")
    assert (shown["migration"]["version"], shown["migration"]["acu"]) == ("13.23", "0-32")
    assert len(shown["migration"]["steps"]) == 3
    assert changing_calls(world, before) == []


def test_a_spec_that_breaks_a_rule_is_refused_before_the_snapshot(world: Aurora) -> None:
    before = last_call(world)
    words = ("migrate", "serverless-v1", "old-orders", "--into", "wrong", "--acu", "9-8")
    refused = world.run(*REGION, *words, "--yes")
    assert refused.status == 2
    assert changing_calls(world, before) == []


def test_it_asks_before_the_snapshot(world: Aurora) -> None:
    before = last_call(world)
    words = (*REGION, "migrate", "serverless-v1", "old-orders", "--into", "orders3")
    declined = at_terminal(world, *words, prompt="Take the snapshot", typed="n")
    assert declined.status == 8
    assert "Stop the writes at old-orders first" in declined.err
    assert changing_calls(world, before) == []


def test_others_than_serverless_v1_are_refused(world: Aurora) -> None:
    refused = world.run(*REGION, "migrate", "serverless-v1", "demo", "--into", "demo2", "--yes")
    assert refused.status == 2
    assert "migrate to-serverless demo" in " ".join(refused.err.split())
    taken = world.run(*REGION, "migrate", "serverless-v1", "old-orders", "--into", "demo", "--yes")
    assert taken.status == 2
    assert "Choose another name" in taken.err
    assert world.run(*REGION, "migrate", "serverless-v1", "nobody", "--into", "demo2", "--yes").status == 4


# --- the kind of the instances ---


@pytest.mark.thorough
def test_a_single_instance_becomes_serverless_behind_a_temporary_reader(world: Aurora) -> None:
    words = ("migrate", "to-serverless", "demo", "--acu", "0.5-8", "--temporary-reader")
    plan = world.json(*words, "--dry-run")
    assert [step["name"] for step in plan["sequence"]] == [
        "add",
        "failover demo-2",
        "resize demo-1",
        "failover demo-1",
        "remove",
        "settle",
    ]
    with slowly(world, 0.6), watched(world, "demo") as seen:
        done = world.json(*words, "--yes")
    assert seen.calls == [
        ("CreateDBInstance", "demo-2"),
        ("FailoverDBCluster", "demo-2"),
        ("ModifyDBInstance", "demo-1"),
        ("FailoverDBCluster", "demo-1"),
        ("DeleteDBInstance", "demo-2"),
    ]
    assert seen.most_away <= 1
    assert done["changed"] is True
    assert {n: i["DBInstanceClass"] for n, i in world.instances("demo").items()} == {"demo-1": "db.serverless"}
    settled(world, "demo")
    again = world.run(*words, "--yes")
    assert again.status == 2
    assert "scale demo --acu" in " ".join(again.err.split())


@pytest.mark.thorough
def test_and_back_with_readers_one_at_a_time(world: Aurora) -> None:
    world.ok("scale", "demo", "--readers", "1", "--yes")
    with slowly(world, 0.6), watched(world, "demo") as seen:
        world.ok("migrate", "to-provisioned", "demo", "--class", CLASS, "--yes")
    assert seen.calls == [
        ("ModifyDBInstance", "demo-2"),
        ("FailoverDBCluster", "demo-2"),
        ("ModifyDBInstance", "demo-1"),
    ]
    assert {i["DBInstanceClass"] for i in world.instances("demo").values()} == {CLASS}
    settled(world, "demo")


@pytest.mark.thorough
def test_the_temporary_reader_is_offered_at_a_terminal(world: Aurora) -> None:
    world.run("failover", "demo", "--to", "demo-1", "--yes")
    world.ok("scale", "demo", "--readers", "0", "--yes")
    words = ("migrate", "to-serverless", "demo", "--acu", "0.5-8")
    declined = at_terminal(world, *words, prompt="temporary reader?", typed="y\nn")
    assert declined.status == 8
    assert "demo-2 is temporary" in " ".join(declined.err.split())
    alone = world.json(*words, "--dry-run")
    assert [step["name"] for step in alone["sequence"]] == ["resize demo-1", "settle"]
    assert world.writer("demo") == "demo-1"


def test_pain_20_one_serverless_instance_leaves_the_others_as_they_are(world: Aurora) -> None:
    world.ok("scale", "demo", "--readers", "1", "--yes")
    world.ok("scale", "demo", "--instance", "2", "--class", "db.serverless", "--acu", "0.5-4", "--yes")
    assert {n: i["DBInstanceClass"] for n, i in world.instances("demo").items()} == {
        "demo-1": CLASS,
        "demo-2": "db.serverless",
    }
    settled(world, "demo")


@pytest.mark.thorough
def test_pain_18_the_capacity_is_relaxed_and_the_range_goes_without_a_lasting_difference(world: Aurora) -> None:
    """The pause delay is only sent while the smallest capacity is 0, and no plan wants the range back or away."""
    world.ok("migrate", "to-serverless", "demo", "--acu", "0-8", "--yes")
    world.ok("apply", "demo", "--set", "instances.pause_after=10m", "--yes")
    assert world.cluster("demo")["ServerlessV2ScalingConfiguration"]["SecondsUntilAutoPause"] == 600
    world.ok("apply", "demo", "--set", "instances.acu=0.5-8", "--set", "instances.pause_after=null", "--yes")
    assert world.cluster("demo")["ServerlessV2ScalingConfiguration"] == {"MinCapacity": 0.5, "MaxCapacity": 8.0}
    settled(world, "demo")
    world.ok("migrate", "to-provisioned", "demo", "--class", CLASS, "--yes")
    assert {i["DBInstanceClass"] for i in world.instances("demo").values()} == {CLASS}
    settled(world, "demo")
