"""promote: the lag is shown first, the replica stands on its own, and plans afterwards are empty."""

from __future__ import annotations

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tests.harness import Aurora
from tests.observe import slowly
from tests.sandbox.aws_view import EXAMPLES, Seen, at_terminal, changing_calls, last_call, set_classes, spec_file
from tests.sandbox.replicas import PROMOTE, lag, rds_instance, shop_rds

pytestmark = [pytest.mark.sandbox, pytest.mark.timeout(900)]
FILE = EXAMPLES / "replica-of-rds.yaml"
NAME = "shop-aurora"


@pytest.fixture(scope="module")
def replica(aurora: Aurora) -> Aurora:
    """A replica of an instance of RDS, and a cluster that is none."""
    aurora.ok("sandbox", "start")
    shop_rds(aurora)
    aurora.ok("create", "-f", str(FILE), "--yes")
    given = ("--set", "credentials.password=given")  # AWS manages no password in a global database
    password = {"AURORA_MASTER_PASSWORD": "not-a-real-one-1"}
    aurora.ok("--region", "eu-west-1", "create", "plain", "--engine", "postgres", *given, "--yes", env=password)
    return aurora


def settled(aurora: Aurora, name: str = NAME) -> None:
    plan = aurora.run("plan", name, "--exit-code")
    assert plan.status == 0, plan.out


def test_status_tells_what_it_replicates_and_how_far_it_is_behind(replica: Aurora) -> None:
    lag(replica, NAME, 7)
    upkeep = replica.json("status", NAME)["upkeep"]
    assert upkeep["replicates_from"].endswith(":db:shop-rds")
    assert upkeep["replication_lag_s"] == 7.0
    shown = " ".join(replica.ok("status", NAME).out.split())
    assert ":db:shop-rds, 7 s behind" in shown
    assert f"aurora-cli --sandbox promote {NAME}" in shown


def test_too_much_lag_an_unknown_one_and_a_broken_replication_are_refused(replica: Aurora) -> None:
    for seconds, words in ((90, "90 s behind"), (None, "behind by an unknown lag"), (-1, "is -1")):
        lag(replica, NAME, seconds)
        before = last_call(replica)
        refused = replica.run("promote", NAME, "--confirm", NAME)
        assert refused.status == 2
        assert words in " ".join(refused.err.split())
        assert "--accept-lag" in refused.err
        assert changing_calls(replica, before) == []
    status = replica.json("status", NAME)["upkeep"]
    assert status["replication_lag_s"] is None


def test_the_name_has_to_be_typed(replica: Aurora) -> None:
    lag(replica, NAME, 0)
    refused = replica.run("promote", NAME)
    assert refused.status == 2
    assert f"--confirm {NAME}" in refused.err
    before = last_call(replica)
    declined = at_terminal(replica, "promote", NAME, prompt="type the name", typed="yes")
    assert declined.status == 8
    assert "0 s behind" in declined.err
    assert PROMOTE not in changing_calls(replica, before)
    settled(replica)


def test_a_dry_run_shows_the_steps_and_does_nothing(replica: Aurora) -> None:
    before = last_call(replica)
    plan = replica.json("promote", NAME, "--dry-run")
    assert [step["name"] for step in plan["sequence"]] == ["promote", "note", "settle"]
    assert plan["changes"] is True
    assert PROMOTE not in changing_calls(replica, before)


def test_it_stands_on_its_own_and_every_plan_is_empty(replica: Aurora, tmp_path: Path) -> None:
    lag(replica, NAME, 4)
    before = last_call(replica)
    with slowly(replica, 0.6):
        done = replica.json("promote", NAME, "--confirm", NAME)
    assert done["changed"] is True
    assert changing_calls(replica, before) == [PROMOTE]
    cluster = replica.cluster(NAME)
    assert not cluster.get("ReplicationSourceIdentifier")
    assert (cluster["MasterUsername"], cluster["Status"]) == ("tills", "available")
    source = replica.client("rds").describe_db_instances(DBInstanceIdentifier="shop-rds")["DBInstances"][0]
    assert source.get("ReadReplicaDBClusterIdentifiers", []) == []
    settled(replica)
    spec = YAML(typ="safe").load(replica.ok("spec", "show", NAME).out)
    assert "source" not in spec
    assert (spec["username"], spec["credentials"]["password"]) == ("tills", "kept")
    history = replica.json("history", NAME)["operations"]
    assert (history[-1]["operation"], history[-1]["outcome"]) == ("promote", "succeeded")
    assert replica.json("status", NAME)["upkeep"]["replicates_from"] is None


def test_the_file_from_before_changes_nothing(replica: Aurora) -> None:
    plan = replica.run("plan", "-f", str(FILE), "--exit-code")
    assert plan.status == 0, plan.out


def test_a_second_time_it_is_refused(replica: Aurora) -> None:
    for name in (NAME, "plain"):
        refused = replica.run("promote", name, "--confirm", name)
        assert refused.status == 2
        assert "is not a replica" in refused.err


@pytest.mark.thorough
def test_it_is_changed_like_any_cluster_and_may_get_a_secret(replica: Aurora) -> None:
    replica.ok("scale", NAME, "--readers", "1", "--yes")
    settled(replica)
    replica.ok("apply", NAME, "--set", "credentials.password=managed", "--yes")
    assert replica.cluster(NAME)["MasterUserSecret"]["SecretArn"]
    settled(replica)
    replica.ok("destroy", NAME, "--confirm", NAME)


@pytest.mark.thorough
def test_one_that_was_promoted_by_hand_is_brought_into_agreement(replica: Aurora, tmp_path: Path) -> None:
    arn = rds_instance(replica, "books", "postgres", "16.8")["DBInstanceArn"]
    spec = spec_file(tmp_path, name="books-aurora", engine_version="16.8", source={"replica_of": arn})
    replica.ok("create", "-f", str(spec), "--yes")
    lag(replica, "books-aurora", 3)
    assert replica.json("status", "books-aurora")["upkeep"]["replication_lag_s"] == 3.0
    replica.client("rds").promote_read_replica_db_cluster(DBClusterIdentifier="books-aurora")
    before = last_call(replica)
    assert replica.json("promote", "books-aurora", "--confirm", "books-aurora")["changed"] is True
    assert changing_calls(replica, before) == []
    settled(replica, "books-aurora")
    replica.ok("destroy", "books-aurora", "--confirm", "books-aurora")


@pytest.mark.thorough
def test_a_replica_of_a_cluster_in_another_region(replica: Aurora, tmp_path: Path) -> None:
    shop = {"name": "shop", "engine": "mysql", "database": "shop", "username": "shopkeeper"}
    replica.ok("create", "-f", str(spec_file(tmp_path, **shop)), "--yes")
    kms = replica.client("kms", "us-east-1")
    kms.create_alias(AliasName="alias/shop-replica", TargetKeyId=kms.create_key()["KeyMetadata"]["KeyId"])
    replica.ok("create", "-f", str(EXAMPLES / "replica.yaml"), "--yes")
    lag(replica, "shop-replica", 2, region="us-east-1")
    assert replica.json("status", "shop-replica")["upkeep"]["replication_lag_s"] == 2.0
    before = last_call(replica)
    replica.ok("promote", "shop-replica", "--confirm", "shop-replica")
    assert changing_calls(replica, before) == [PROMOTE]
    assert replica.cluster("shop").get("ReadReplicaIdentifiers", []) == []
    there = Seen(replica, "us-east-1").cluster("shop-replica")
    assert not there.get("ReplicationSourceIdentifier")
    settled(replica, "shop-replica")
    replica.ok("destroy", "shop", "--confirm", "shop")
    replica.ok("destroy", "shop-replica", "--confirm", "shop-replica")


def test_members_of_a_global_database_are_refused(replica: Aurora) -> None:
    rds = replica.client("rds")
    set_classes(rds, "plain", "db.r7g.large")
    rds.create_global_cluster(
        GlobalClusterIdentifier="world", SourceDBClusterIdentifier=replica.cluster("plain")["DBClusterArn"]
    )
    refused = replica.run("promote", "plain", "--confirm", "plain")
    assert refused.status == 2
    assert "global switchover plain" in " ".join(refused.err.split())


def test_pain_28_a_replica_is_promoted_and_destroyed_cleanly(replica: Aurora, tmp_path: Path) -> None:
    """The last instance of a replica goes since `destroy` promotes it, and says so beforehand."""
    spec = YAML(typ="safe").load(FILE.read_text())
    replica.ok("create", "-f", str(spec_file(tmp_path, **{**spec, "name": "shop-second"})), "--yes")
    said = replica.json("destroy", "shop-second", "--dry-run")["review"]["dependants"]
    assert any("is promoted first" in text for text in said)
    before = last_call(replica)
    with slowly(replica, 0.6):
        replica.ok("destroy", "shop-second", "--confirm", "shop-second")
    calls = changing_calls(replica, before)
    assert calls.count(PROMOTE) == 1
    assert calls.index(PROMOTE) < max(i for i, action in enumerate(calls) if action == "DeleteDBInstance")
    assert calls.index(PROMOTE) < calls.index("DeleteDBCluster")
