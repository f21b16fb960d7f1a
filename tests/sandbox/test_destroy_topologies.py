"""Destroy in every topology: what comes first, in which order the calls are made, what stays, what a failure leaves."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from aurora_cli.sandbox.faults import FaultRule
from aurora_cli.sandbox.processes import wait_until
from tests.harness import Aurora
from tests.observe import slowly
from tests.reliability.interrupt import called
from tests.reliability.inventory import in_emulator
from tests.sandbox.aws_view import EXAMPLES, Seen, at_terminal, last_call, spec_file
from tests.sandbox.emulator import Account

pytestmark = pytest.mark.sandbox
IMPATIENT = {"AWS_MAX_ATTEMPTS": "2"}
PATIENCE_S = 240.0
AUTOSCALED = "application-autoscaling-1a2b3c4d"
GONE = ("destroy", "demo", "--confirm", "demo")
BACK = ("destroy", "demo", "--restore-protection")
SCALING = {"min": 1, "max": 4, "cpu": 60}
DIMENSION = {"ServiceNamespace": "rds", "ScalableDimension": "rds:cluster:ReadReplicaCount"}


@pytest.fixture
def empty(aurora: Aurora) -> Iterator[Aurora]:
    """An emulator with nothing in it, and no stack; without faults and latency at the end."""
    aurora.ok("sandbox", "start")
    aurora.ok("sandbox", "reset", "--yes")
    yield aurora
    aurora.emulator.clear_faults()
    aurora.emulator.set_latency(0)


def made(aurora: Aurora, folder: Path, **values: Any) -> Seen:
    """A cluster `demo` with a reader, protected unless `values` say otherwise."""
    plain: dict[str, Any] = {
        "instances": {"readers": 1},
        "deletion_protection": True,
        "network": {"allow": ["10.0.0.0/16"]},
    }
    aurora.ok("create", "-f", str(spec_file(folder, **{**plain, **values})), "--yes")
    return Seen(aurora)


def calls_of(aurora: Aurora, since: int) -> list[tuple[str, str]]:
    """(action, what it is about) of the calls after `since` that were answered well, in order."""
    calls = [c for c in aurora.emulator.calls(since=since) if c["status"] == 200]
    return [(c["action"], _about(c["parameters"])) for c in calls]


def _about(parameters: dict[str, Any]) -> str:
    names = (
        "DBInstanceIdentifier",
        "DBClusterIdentifier",
        "DbClusterIdentifier",
        "GlobalClusterIdentifier",
        "ResourceId",
    )
    return next((str(parameters[name]) for name in names if parameters.get(name)), "")


def in_order(calls: list[tuple[str, str]], *wanted: tuple[str, str]) -> None:
    """The wanted calls were made, each after the one before."""
    places = [calls.index(one) for one in wanted]
    assert places == sorted(places), calls


def fail(aurora: Aurora, action: str) -> None:
    """AWS answers that call with an error of its own from now on."""
    aurora.emulator.add_fault(FaultRule(kind="error5xx", service="rds", action=action))


def add_instance(seen: Seen, identifier: str) -> None:
    """An instance that Terraform does not know."""
    seen.rds.create_db_instance(
        DBInstanceIdentifier=identifier,
        DBClusterIdentifier="demo",
        Engine="aurora-postgresql",
        DBInstanceClass=next(iter(seen.classes("demo").values())),
    )


# --- what Terraform does not know ---


def test_pain_13_autoscaled_readers_go_and_none_comes_back(empty: Aurora, tmp_path: Path) -> None:
    seen = made(empty, tmp_path, autoscaling=SCALING)
    add_instance(seen, AUTOSCALED)
    review = empty.json("destroy", "demo", "--dry-run")["review"]
    assert any("Autoscaling is stopped first" in text for text in review["remarks"])
    assert {i["id"]: i["managed"] for i in review["instances"]}[AUTOSCALED] is False
    before = last_call(empty)
    empty.ok(*GONE)
    in_order(
        calls_of(empty, before),
        ("RegisterScalableTarget", "cluster:demo"),
        ("ModifyDBCluster", "demo"),
        ("DeleteDBInstance", AUTOSCALED),
        ("DeregisterScalableTarget", "cluster:demo"),
        ("DeleteDBInstance", "demo-2"),
        ("DeleteDBCluster", "demo"),
    )
    bounds = [c["parameters"] for c in empty.emulator.calls(since=before) if c["action"] == "RegisterScalableTarget"]
    assert [(b["MinCapacity"], b["MaxCapacity"]) for b in bounds] == [(0, 0)]
    assert in_emulator(empty) == set()
    assert (
        empty.client("application-autoscaling").describe_scalable_targets(ServiceNamespace="rds")["ScalableTargets"]
        == []
    )


def test_what_was_made_by_hand_goes_or_is_told(empty: Aurora, tmp_path: Path) -> None:
    account = Account(empty.emulator)
    vpc, _, group = account.network("there")
    there = {"vpc_id": vpc, "subnet_group": "there", "allow": ["10.0.0.0/16"]}
    large = {"class": "db.r7g.large", "readers": 1}  # T classes have no activity streams
    rotated = {"rotation": {"every": "30d"}}
    seen = made(empty, tmp_path, data_api=True, credentials=rotated, network=there, instances=large)
    pairs = [{"GroupId": seen.own_group("demo")}]
    rule = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "UserIdGroupPairs": pairs}
    account.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])
    add_instance(seen, "by-hand")
    seen.rds.create_db_cluster_endpoint(
        DBClusterIdentifier="demo", DBClusterEndpointIdentifier="reports", EndpointType="ANY", StaticMembers=["by-hand"]
    )
    cluster = seen.cluster("demo")
    subnets = seen.rds.describe_db_subnet_groups(DBSubnetGroupName=cluster["DBSubnetGroup"])["DBSubnetGroups"][0][
        "Subnets"
    ]
    seen.rds.create_db_proxy(
        DBProxyName="theirs",
        EngineFamily="POSTGRESQL",
        RoleArn="arn:aws:iam::123456789012:role/theirs",
        VpcSubnetIds=[s["SubnetIdentifier"] for s in subnets],
        Auth=[{"AuthScheme": "SECRETS", "SecretArn": cluster["MasterUserSecret"]["SecretArn"]}],
    )
    seen.rds.register_db_proxy_targets(DBProxyName="theirs", DBClusterIdentifiers=["demo"])
    seen.rds.restore_db_cluster_to_point_in_time(
        DBClusterIdentifier="copy",
        SourceDBClusterIdentifier="demo",
        RestoreType="copy-on-write",
        UseLatestRestorableTime=True,
    )
    key = empty.client("kms").create_key()["KeyMetadata"]["Arn"]
    seen.rds.start_activity_stream(ResourceArn=cluster["DBClusterArn"], Mode="async", KmsKeyId=key)
    review = empty.json("destroy", "demo", "--dry-run")["review"]
    told = " ".join([*review["remarks"], *review["dependants"]])
    for words in ("reports", "theirs", "aws-rds-das-", "copy stays", f"a rule of security group {group}"):
        assert words in told, told
    account.ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=[rule])
    before = last_call(empty)
    empty.ok(*GONE)
    in_order(
        calls_of(empty, before),
        ("DeleteDBInstance", "by-hand"),
        ("DeleteDBInstance", "demo-1"),
        ("DeleteDBCluster", "demo"),
    )
    assert seen.cluster_names() == ["copy"]
    assert [p["DBProxyName"] for p in seen.rds.describe_db_proxies()["DBProxies"]] == ["theirs"]


def test_a_cluster_that_somebody_deleted_by_hand_leaves_nothing(empty: Aurora, tmp_path: Path) -> None:
    seen = made(empty, tmp_path, deletion_protection=False)
    for name in seen.instances("demo"):
        seen.rds.delete_db_instance(DBInstanceIdentifier=name)
    seen.rds.delete_db_cluster(DBClusterIdentifier="demo", SkipFinalSnapshot=True)
    done = empty.json(*GONE)
    assert (done["changed"], done["final_snapshot_identifier"], done["restore_hint"]) == (True, None, None)
    assert in_emulator(empty) == set()
    assert empty.json("list")["clusters"] == []


@pytest.mark.thorough
def test_a_stopped_cluster_is_started_first(empty: Aurora, tmp_path: Path) -> None:
    seen = made(empty, tmp_path)
    empty.ok("stop", "demo", "--yes")
    with pytest.raises(seen.rds.exceptions.InvalidDBClusterStateFault):
        seen.rds.delete_db_instance(DBInstanceIdentifier="demo-2")
    with pytest.raises(seen.rds.exceptions.InvalidDBClusterStateFault):
        seen.rds.create_db_cluster_snapshot(DBClusterIdentifier="demo", DBClusterSnapshotIdentifier="not-now")
    assert any("started first" in text for text in empty.json("destroy", "demo", "--dry-run")["review"]["remarks"])
    before = last_call(empty)
    with slowly(empty, 2):
        done = empty.json(*GONE)
    in_order(
        calls_of(empty, before),
        ("StartDBCluster", "demo"),
        ("ModifyDBCluster", "demo"),
        ("DeleteDBInstance", "demo-1"),
        ("DeleteDBCluster", "demo"),
    )
    assert Seen(empty).snapshots("demo") == [done["final_snapshot_identifier"]]
    assert in_emulator(empty) == set()


# --- the final snapshot, the order of a global database, the instances ---


def test_pain_26_a_second_destroy_of_the_same_name_has_a_snapshot_of_its_own(empty: Aurora, tmp_path: Path) -> None:
    made(empty, tmp_path)
    first = empty.json(*GONE)["final_snapshot_identifier"]
    seen = made(empty, tmp_path)
    state = next(r for r in empty.state("demo")["resources"] if r["type"] == "aws_rds_cluster")
    carried = state["instances"][0]["attributes"]["final_snapshot_identifier"]
    seen.rds.create_db_cluster_snapshot(DBClusterIdentifier="demo", DBClusterSnapshotIdentifier=carried)
    second = empty.json(*GONE)["final_snapshot_identifier"]
    assert len({first, carried, second}) == 3
    assert set(Seen(empty).snapshots("demo")) == {first, carried, second}


def test_pain_29_a_global_database_goes_in_the_order_of_aws_and_goes_on_after_a_failure(
    empty: Aurora, tmp_path: Path
) -> None:
    made(empty, tmp_path, **{"global": {"regions": {"eu-central-1": {}}}})
    there = "demo-eu-central-1"
    before = last_call(empty)
    fail(empty, "DeleteGlobalCluster")
    failed = empty.run(*GONE, "-o", "json", env=IMPATIENT)
    assert failed.status == 1, failed.err
    where = failed.data["error"]["details"]["destroy"]
    assert {"demo", "demo-1", there, f"{there}-1"} <= set(where["gone"])
    assert (where["status"], where["left"]) == (None, ["demo-global"])
    calls = calls_of(empty, before)
    in_order(
        calls,
        ("DeleteDBInstance", f"{there}-1"),
        ("DeleteDBCluster", there),
        ("DeleteDBInstance", "demo-1"),
        ("DeleteDBCluster", "demo"),
    )
    empty.emulator.clear_faults()
    empty.ok(*GONE)
    assert in_emulator(empty) == set()
    assert empty.client("rds").describe_global_clusters()["GlobalClusters"] == []


def test_pain_31_the_instances_of_a_protected_cluster_are_guarded(empty: Aurora, tmp_path: Path) -> None:
    seen = made(empty, tmp_path)
    assert seen.cluster("demo")["DeletionProtection"] is True
    before = last_call(empty)
    other = tmp_path / "other"
    other.mkdir()
    changed = spec_file(
        other,
        deletion_protection=True,
        network={"allow": ["10.0.0.0/16"]},
        instances={"readers": 1, "overrides": {"1": {"identifier": "demo-new"}, "2": {"identifier": "demo-newer"}}},
    )
    refused = empty.run("apply", "-f", str(changed), "--yes", "-o", "json")
    assert (refused.status, refused.data["error"]["code"]) == (9, "guard")
    stopped = {f["address"]: f["text"] for f in refused.data["error"]["details"]["findings"]}
    assert "demo-1 is the writer and would be replaced" in stopped['aws_rds_cluster_instance.this["1"]']
    assert not {action for action, _ in calls_of(empty, before)} & {"DeleteDBInstance", "ModifyDBCluster"}
    assert set(seen.instances("demo")) == {"demo-1", "demo-2"}


# --- a failure half-way ---


def test_pain_32_a_failure_names_the_command_that_sets_the_protection_back(empty: Aurora, tmp_path: Path) -> None:
    seen = made(empty, tmp_path, autoscaling=SCALING)
    fail(empty, "DeleteDBCluster")
    failed = empty.run(*GONE, "-o", "json", env=IMPATIENT)
    assert failed.status == 1
    error = failed.data["error"]
    assert "destroy demo --restore-protection" in error["hint"]
    where = error["details"]["destroy"]
    assert (where["protection"], where["status"]) == ("off", "available")
    assert {"demo-1", "demo-2"} <= set(where["gone"])
    assert "demo" in where["left"]
    assert "Already deleted: demo-2, demo-1" in " ".join(failed.err.split()) or "Already deleted: demo-1" in failed.err
    assert seen.cluster("demo")["DeletionProtection"] is False
    back = empty.json(*BACK)
    assert (back["changed"], back["protected"]) == (True, [seen.cluster("demo")["DBClusterArn"]])
    assert Seen(empty).cluster("demo")["DeletionProtection"] is True
    assert empty.json(*BACK)["changed"] is False
    assert [row["status"] for row in empty.json("list")["clusters"]] == ["interrupted"]
    empty.emulator.clear_faults()
    done = empty.json(*GONE)
    assert Seen(empty).snapshots("demo") == [done["final_snapshot_identifier"]]
    assert in_emulator(empty) == set()
    assert empty.run(*BACK).status == 4


def test_pain_32_a_cluster_whose_destroy_failed_can_be_brought_back(empty: Aurora, tmp_path: Path) -> None:
    seen = made(
        empty, tmp_path, autoscaling={**SCALING, "schedules": {"night": {"at": "cron(0 22 * * ? *)", "min": 1}}}
    )
    fail(empty, "DeleteDBInstance")
    assert empty.run(*GONE, env=IMPATIENT).status == 1
    empty.emulator.clear_faults()
    empty.ok(*BACK)
    scaling = empty.client("application-autoscaling")
    for target in scaling.describe_scalable_targets(**DIMENSION)["ScalableTargets"]:
        assert (target["MinCapacity"], target["MaxCapacity"]) == (1, 4)
        assert target["SuspendedState"]["ScheduledScalingSuspended"] is False
    empty.ok("apply", "demo", "--yes")
    assert Seen(empty).cluster("demo")["DeletionProtection"] is True
    assert set(seen.instances("demo")) == {"demo-1", "demo-2"}
    assert empty.run("plan", "demo", "--exit-code").status == 0
    refused = empty.run(*BACK)
    assert refused.status == 2 and "No destroy of demo is in progress" in refused.err


def test_pain_32_at_a_terminal_the_protection_is_offered_back(empty: Aurora, tmp_path: Path) -> None:
    seen = made(empty, tmp_path)
    fail(empty, "DeleteDBCluster")
    asked = at_terminal(
        empty, *GONE, prompt="the deletion protection?", typed="y", env=IMPATIENT, patience_s=PATIENCE_S
    )
    assert asked.status == 1
    assert "The deletion protection is enabled again" in asked.err
    assert "--restore-protection" not in asked.err
    assert seen.cluster("demo")["DeletionProtection"] is True
    empty.emulator.clear_faults()
    empty.ok(*GONE)
    assert in_emulator(empty) == set()


def while_it_runs(aurora: Aurora, action: str, then: Callable[[subprocess.Popen[str]], object]) -> tuple[int, str]:
    """Start the destroy, do something once a call is made, and give status and standard error."""
    before = last_call(aurora)
    process = subprocess.Popen(
        aurora.argv(*GONE), env=aurora.environ, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    assert wait_until(lambda: called(aurora, action, before), timeout_s=PATIENCE_S)
    then(process)
    _, said = process.communicate(timeout=PATIENCE_S)
    return process.returncode, " ".join(said.split())


@pytest.mark.thorough
def test_pain_32_ctrl_c_is_a_failure_too(empty: Aurora, tmp_path: Path) -> None:
    seen = made(empty, tmp_path)
    with slowly(empty, 4):
        status, said = while_it_runs(empty, "DeleteDBInstance", lambda process: process.send_signal(signal.SIGINT))
    assert status == 130, said
    assert "Remaining: the cluster demo (available)" in said
    assert "destroy demo --restore-protection" in said
    empty.ok(*BACK)
    assert seen.cluster("demo")["DeletionProtection"] is True
    empty.ok(*GONE)
    assert in_emulator(empty) == set()


def test_pain_32_protection_that_somebody_sets_meanwhile_stops_it(empty: Aurora, tmp_path: Path) -> None:
    seen = made(empty, tmp_path)

    def protect(process: object) -> None:
        seen.rds.modify_db_cluster(DBClusterIdentifier="demo", DeletionProtection=True, ApplyImmediately=True)

    with slowly(empty, 4):
        status, said = while_it_runs(empty, "DeleteDBInstance", protect)
    assert status == 1
    assert "Its deletion protection is on: it was enabled meanwhile" in said
    assert "--restore-protection" not in said
    assert "demo" in seen.cluster_names()
    empty.ok(*GONE)
    assert in_emulator(empty) == set()


# --- log groups ---


def test_pain_37_log_groups_that_stay_are_named_with_the_way_to_delete_them(empty: Aurora, tmp_path: Path) -> None:
    seen = made(empty, tmp_path, deletion_protection=False)
    (ours,) = seen.log_groups("demo")
    made_by_rds = "/aws/rds/cluster/demo/instance"
    seen.logs.create_log_group(logGroupName=made_by_rds)
    seen.logs.create_log_group(logGroupName="/aws/rds/cluster/demo2/postgresql")
    kept = empty.json("destroy", "demo", "--dry-run")["review"]["kept"]
    assert [made_by_rds in text for text in kept].count(True) == 1
    assert not any(f"/demo/{ours}" in text or "demo2" in text for text in kept)
    done = empty.json(*GONE)
    command = f"aws logs delete-log-group --region eu-west-1 --log-group-name {made_by_rds}"
    assert done["log_groups"] == [{"region": "eu-west-1", "name": made_by_rds, "delete": command}]
    names = [g["logGroupName"] for g in Seen(empty).logs.describe_log_groups()["logGroups"]]
    assert sorted(names) == sorted([made_by_rds, "/aws/rds/cluster/demo2/postgresql"])


def test_a_destroy_of_everything_leaves_nothing_but_its_snapshot(empty: Aurora) -> None:
    empty.ok("create", "-f", str(EXAMPLES / "activity-stream.yaml"), "--yes")
    (name,) = [row["name"] for row in empty.json("list")["clusters"]]
    before = last_call(empty)
    empty.ok("destroy", name, "--confirm", name)
    in_order(
        [(action, "") for action, _ in calls_of(empty, before)], ("StopActivityStream", ""), ("DeleteDBCluster", "")
    )
    assert Seen(empty).cluster_names() == []
