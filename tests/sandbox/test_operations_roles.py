"""Failover, reboot, stop, start, wait: what they call, in which order, what they refuse."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from tests.harness import Aurora
from tests.observe import slowly, watched
from tests.sandbox.aws_view import set_classes

pytestmark = [pytest.mark.sandbox, pytest.mark.timeout(1200)]
REGION = ("--region", "eu-west-1")
LATENCY_S = 0.7


@pytest.fixture(scope="module")
def demo(aurora: Aurora) -> Aurora:
    """A cluster with a reader."""
    aurora.ok(*REGION, "create", "demo", "--engine", "postgres", "--readers", "1", "--yes")
    return aurora


def pending(aurora: Aurora) -> set[str]:
    """Instances that wait for a restart, as AWS says."""
    members = aurora.cluster("demo")["DBClusterMembers"]
    return {m["DBInstanceIdentifier"] for m in members if m["DBClusterParameterGroupStatus"] == "pending-reboot"}


def test_failover_waits_until_the_role_has_moved_and_says_how_long(demo: Aurora) -> None:
    with slowly(demo, LATENCY_S), watched(demo, "demo") as seen:
        done = demo.run("failover", "demo", "--yes", "-o", "json")
    assert seen.calls == [("FailoverDBCluster", "demo-2")]
    assert done.data["instances"][0]["id"] == demo.writer("demo") == "demo-2"
    assert done.data["without_writer_s"] >= LATENCY_S
    assert "demo-2 is the writer now; at most" in done.err


def test_failover_to_the_writer_does_nothing(demo: Aurora) -> None:
    with watched(demo, "demo") as seen:
        assert demo.json("failover", "demo", "--to", "2", "--yes")["changed"] is False
    assert seen.calls == []


def test_failover_to_nobody_is_refused(demo: Aurora) -> None:
    refused = demo.run("failover", "demo", "--to", "7", "--yes")
    assert refused.status == 2
    assert "demo-1, demo-2" in refused.err


def test_a_dry_run_shows_the_step_and_does_nothing(demo: Aurora) -> None:
    with watched(demo, "demo") as seen:
        plan = demo.json("failover", "demo", "--dry-run")
    assert [s["text"] for s in plan["sequence"]] == ["Fail over to demo-1"]
    assert plan["changes"] is True
    assert seen.calls == []


def test_a_script_has_to_say_yes(demo: Aurora) -> None:
    for words in (("failover",), ("reboot", "--rolling"), ("stop",), ("start",), ("abandon",)):
        refused = demo.run(words[0], "demo", *words[1:])
        assert refused.status == 2
        assert "--yes" in refused.err


def test_parameters_wait_for_a_rolling_reboot_that_takes_the_writer_last(demo: Aurora) -> None:
    writer = demo.writer("demo")
    reader = next(name for name in demo.instances("demo") if name != writer)
    demo.ok("apply", "demo", "--set", "parameters.cluster.max_connections=200", "--yes")
    assert pending(demo) == {reader, writer}
    status = demo.json("status", "demo")
    assert {i["id"] for i in status["instances"] if i["waits_for_reboot"]} == {reader, writer}
    assert any("reboot demo --rolling" in w for w in status["warnings"])
    with slowly(demo, LATENCY_S), watched(demo, "demo") as seen:
        demo.ok("reboot", "demo", "--rolling", "--yes")
    assert seen.calls == [
        ("RebootDBInstance", reader),
        ("FailoverDBCluster", reader),
        ("RebootDBInstance", writer),
    ]
    assert seen.most_away == 1
    assert pending(demo) == set()
    assert demo.run("plan", "demo", "--exit-code").status == 0


def test_nothing_waits_so_nothing_restarts(demo: Aurora) -> None:
    with watched(demo, "demo") as seen:
        assert demo.json("reboot", "demo", "--rolling", "--yes")["changed"] is False
    assert seen.calls == []


def test_one_instance_restarts_by_key(demo: Aurora) -> None:
    with slowly(demo, LATENCY_S), watched(demo, "demo") as seen:
        demo.ok("reboot", "demo", "--instance", "2", "--yes")
    assert seen.calls == [("RebootDBInstance", "demo-2")]
    assert seen.away - {frozenset()} == {frozenset({"demo-2"})}


def test_of_several_instances_one_has_to_be_named(demo: Aurora) -> None:
    refused = demo.run("reboot", "demo", "--yes")
    assert refused.status == 2
    assert "--rolling" in refused.err


def test_a_stopped_cluster_takes_no_changes_and_starts_again(demo: Aurora) -> None:
    plan = demo.json("stop", "demo", "--dry-run")
    assert "seven days" in " ".join(plan["remarks"])
    with slowly(demo, LATENCY_S):
        demo.ok("stop", "demo", "--yes")
    assert demo.cluster("demo")["Status"] == "stopped"
    status = demo.json("status", "demo")
    assert status["upkeep"]["starts_itself"] is not None
    assert any("starts it automatically" in w for w in status["warnings"])
    assert demo.run("plan", "demo", "--exit-code").status == 0
    for words in (("scale", "demo", "--readers", "2"), ("failover", "demo"), ("reboot", "demo", "--rolling")):
        refused = demo.run(*words, "--yes")
        assert refused.status == 2, words
        assert "aurora-cli start demo" in refused.err
    refused = demo.run("apply", "demo", "--set", "backup.retention=3d", "--yes")
    assert refused.status == 2
    assert "aurora-cli start demo" in refused.err
    assert demo.json("stop", "demo", "--yes")["changed"] is False
    with slowly(demo, LATENCY_S), watched(demo, "demo") as seen:
        demo.ok("start", "demo", "--yes")
    assert [a for a, _ in seen.calls] == ["StartDBCluster"]
    assert demo.cluster("demo")["Status"] == "available"


def test_a_member_of_a_global_database_is_not_stopped(demo: Aurora) -> None:
    rds = demo.client("rds")
    arn = demo.cluster("demo")["DBClusterArn"]
    own = {"ManageMasterUserPassword": False, "MasterUserPassword": "correct-horse-battery"}
    rds.modify_db_cluster(DBClusterIdentifier="demo", ApplyImmediately=True, **own)  # AWS manages none in there
    set_classes(rds, "demo", "db.r7g.large")
    rds.create_global_cluster(GlobalClusterIdentifier="world", SourceDBClusterIdentifier=arn)
    refused = demo.run("stop", "demo", "--yes")
    assert refused.status == 2
    assert "global database" in refused.err
    role = demo.json("status", "demo")["upkeep"]["global_role"]
    assert (role["global_cluster"], role["role"]) == ("world", "primary")
    rds.remove_from_global_cluster(GlobalClusterIdentifier="world", DbClusterIdentifier=arn)
    rds.delete_global_cluster(GlobalClusterIdentifier="world")
    set_classes(rds, "demo", "db.t4g.medium")
    rds.modify_db_cluster(DBClusterIdentifier="demo", ApplyImmediately=True, ManageMasterUserPassword=True)
    assert demo.json("status", "demo")["upkeep"]["global_role"] is None


def test_wait_ends_when_the_condition_holds(demo: Aurora) -> None:
    other = "2" if demo.writer("demo") == "demo-1" else "1"
    with slowly(demo, LATENCY_S):
        timer = threading.Timer(0.5, demo.client("rds").failover_db_cluster, kwargs={"DBClusterIdentifier": "demo"})
        timer.start()
        found = demo.json("wait", "demo", "--for", f"writer={other}", "--timeout", "60s")
        timer.join()
    assert found["writer"] == f"demo-{other}" == demo.writer("demo")


@pytest.mark.parametrize("condition", ["available", "in-sync", "readers=1", "healthy=1m"])
def test_wait_for_what_is_already_so(demo: Aurora, condition: str) -> None:
    assert demo.json("wait", "demo", "--for", condition)["condition"] == condition


def test_wait_gives_up_with_a_status_of_its_own(demo: Aurora) -> None:
    refused = demo.run("wait", "demo", "--for", "stopped", "--timeout", "1s", "-o", "json")
    assert refused.status == 6
    assert refused.data["error"]["code"] == "timeout"


@pytest.mark.parametrize("condition", ["avaliable", "writer=", "readers=many", "stopped=1"])
def test_wait_for_nonsense_is_refused(demo: Aurora, condition: str) -> None:
    refused = demo.run("wait", "demo", "--for", condition)
    assert refused.status == 2
    assert "writer=KEY" in refused.err


def test_wait_for_what_is_not_there(demo: Aurora) -> None:
    assert demo.json("wait", "gone", "--for", "deleted")["status"] is None
    assert demo.run("wait", "gone", "--for", "available").status == 4


def test_failover_without_a_reader_is_refused(demo: Aurora) -> None:
    demo.ok("scale", "demo", "--readers", "0", "--yes")
    with watched(demo, "demo") as seen:
        refused = demo.run("failover", "demo", "--yes")
    assert refused.status == 2
    assert "--readers 1" in refused.err
    assert seen.calls == []


def test_the_only_instance_restarts_without_being_named(demo: Aurora) -> None:
    plan = demo.json("reboot", "demo", "--dry-run")
    assert "only instance" in " ".join(plan["remarks"])
    with slowly(demo, LATENCY_S):
        assert demo.json("reboot", "demo", "--yes")["without_writer_s"] >= LATENCY_S


def test_history_tells_each_operation(demo: Aurora) -> None:
    told = {
        e["operation"]
        for e in demo.json("history", "demo", "--limit", "50")["operations"]
        if e["outcome"] == "succeeded"
    }
    assert told >= {"failover", "reboot", "stop", "start", "scale"}


def test_the_journal_of_an_operation_that_ended_is_gone(demo: Aurora) -> None:
    folder: Path = demo.home / "sandbox" / "stacks" / "demo"
    assert not (folder / "operation.json").exists()
    assert json.loads((folder / "stack.json").read_text())["status"] == "ready"
