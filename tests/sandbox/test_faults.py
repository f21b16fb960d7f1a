"""AWS on a bad day: throttled, down, refusing, losing replies; and things that somebody else did."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from aurora_cli.sandbox.faults import FaultRule
from aurora_cli.sandbox.manager import Sandbox
from tests.harness import Aurora, Outcome
from tests.reliability.inventory import in_emulator, in_states
from tests.sandbox.aws_view import Seen, changing_calls, last_call

pytestmark = pytest.mark.sandbox
CREATE = ("--region", "eu-west-1", "create", "demo", "--engine", "postgres", "--readers", "1", "--yes")
STRANGER = "application-autoscaling-1"
IMPATIENT = {"AWS_MAX_ATTEMPTS": "3"}
AddFault = Callable[..., FaultRule]


@pytest.fixture
def fault(sandbox: Sandbox) -> Iterator[AddFault]:
    """Adds a fault, for this test alone."""
    yield lambda kind, **values: sandbox.add_fault(FaultRule(kind=kind, **values))
    sandbox.clear_faults()


@pytest.fixture
def empty(aurora: Aurora, sandbox: Sandbox) -> Aurora:
    """No cluster, nothing in the emulator."""
    aurora.ok("sandbox", "reset", "--yes")
    return aurora


def fired(sandbox: Sandbox) -> int:
    """How many calls met a fault."""
    return sum(int(f["fired"]) for f in sandbox.faults())


def error_of(outcome: Outcome, status: int, code: str) -> dict[str, Any]:
    """The error document of a command that failed as it should."""
    assert outcome.status == status, outcome.out + outcome.err
    assert "Traceback" not in outcome.err
    error: dict[str, Any] = outcome.data["error"]
    assert error["code"] == code
    assert error["hint"]
    return error


def resources(aurora: Aurora) -> dict[str, str]:
    """Cluster and instances -> the id that AWS gives each once and never again."""
    seen = Seen(aurora)
    found = {c["DBClusterIdentifier"]: c["DbClusterResourceId"] for c in seen.rds.describe_db_clusters()["DBClusters"]}
    return found | {key: i["DbiResourceId"] for key, i in seen.instances("demo").items()}


def assert_whole(aurora: Aurora) -> None:
    """The cluster is complete, nothing is lost or there twice, and nothing is left to do."""
    assert in_emulator(aurora) == in_states([aurora.state("demo")])
    assert set(Seen(aurora).instances("demo")) == {"demo-1", "demo-2"}
    assert aurora.run("plan", "demo", "--exit-code").status == 0


def test_destroying_a_cluster_that_was_never_made_promises_no_snapshot(
    empty: Aurora, sandbox: Sandbox, fault: AddFault
) -> None:
    fault("error5xx", service="rds", action="CreateDBCluster")
    assert empty.run(*CREATE, env=IMPATIENT).status == 1
    sandbox.clear_faults()
    looked = empty.json("destroy", "demo", "--dry-run")
    assert looked["review"]["final_snapshot_identifier"] is None
    assert looked["review"]["kept"] == []
    done = empty.json("destroy", "demo", "--confirm", "demo")
    assert done["changed"] is True
    assert done["final_snapshot_identifier"] is None
    assert done["restore_hint"] is None
    assert Seen(empty).snapshots("demo") == []
    assert in_emulator(empty) == set()


def test_throttled_calls_are_made_again(empty: Aurora, sandbox: Sandbox, fault: AddFault) -> None:
    fault("throttle", service="rds", action="Create*", count=4)
    fault("throttle", service="ec2", count=3)
    fault("throttle", service="rds", action="Describe*", count=4)
    # What RDS answers to some of several readers at the same time; the provider does not try these again.
    collision = "The database cluster has been modified by a concurrent operation. Please try again."
    code = "InvalidDBClusterStateFault"
    fault("refused", service="rds", action="CreateDBInstance", after_n=1, count=1, code=code, message=collision)
    assert empty.json(*CREATE)["status"] == "available"
    assert fired(sandbox) == 12
    assert_whole(empty)


@pytest.mark.parametrize(
    ("kind", "code"), [("access_denied", "access-denied"), ("expired_token", "credentials")], ids=lambda v: v
)
def test_a_refusal_has_a_status_and_a_sentence(
    empty: Aurora, sandbox: Sandbox, fault: AddFault, kind: str, code: str
) -> None:
    fault(kind, service="rds")
    error = error_of(empty.run(*CREATE, "-o", "json"), 3, code)
    sandbox.clear_faults()
    assert len(error["message"].splitlines()) == 1
    assert empty.json("list")["clusters"] == []
    assert in_emulator(empty) == set()


def test_a_missing_permission_in_the_middle_names_it(empty: Aurora, sandbox: Sandbox, fault: AddFault) -> None:
    fault("access_denied", service="rds", action="CreateDBCluster")
    error = error_of(empty.run(*CREATE, "-o", "json"), 3, "access-denied")
    assert "rds:CreateDBCluster" in error["message"]
    (row,) = empty.json("list")["clusters"]
    assert (row["status"], row["operation"]["operation"], row["operation"]["pid"]) == ("failed", "create", None)
    sandbox.clear_faults()
    assert empty.json(*row["operation"]["command"].split()[1:], "--yes")["status"] == "available"
    assert_whole(empty)


@pytest.mark.parametrize("action", ["CreateDBCluster", "DescribeDBClusters", "CreateDBInstance"])
def test_an_outage_ends_the_create_and_the_same_again_finishes_it(
    empty: Aurora, sandbox: Sandbox, fault: AddFault, action: str
) -> None:
    fault("error5xx", action=action, after_n=1 if action == "DescribeDBClusters" else 0)
    words = (*CREATE, "--allow-cidr", "10.0.0.0/16", "-o", "json")
    error_of(empty.run(*words, env=IMPATIENT), 1, "terraform-failed")
    sandbox.clear_faults()
    half = resources(empty)
    report = empty.json(*words)
    assert report["status"] == "available"
    assert half.items() <= resources(empty).items(), "what was made before the outage was made anew"
    assert_whole(empty)


def test_lost_replies_neither_double_nor_lose(empty: Aurora, sandbox: Sandbox, fault: AddFault) -> None:
    for action in ("CreateDBCluster", "CreateDBInstance", "CreateDBSubnetGroup", "CreateDBClusterParameterGroup"):
        fault("lost_reply", service="rds", action=action, count=1)
    for action in ("CreateVpc", "CreateSecurityGroup", "CreateSubnet"):
        fault("lost_reply", service="ec2", action=action, count=1)
    assert empty.json(*CREATE)["status"] == "available"
    assert fired(sandbox) == 7
    assert Seen(empty).cluster_names() == ["demo"]
    assert_whole(empty)


# --- from here on with the cluster that the last test made ---


def test_an_instance_deleted_by_hand_is_made_again(aurora: Aurora) -> None:
    seen = Seen(aurora)
    seen.rds.delete_db_instance(DBInstanceIdentifier="demo-2", SkipFinalSnapshot=True)
    plan = aurora.json("plan", "demo")
    assert {c["address"]: c["action"] for c in plan["resource_changes"]} == {
        'aws_rds_cluster_instance.this["2"]': "create"
    }
    aurora.ok("apply", "demo", "--yes")
    assert_whole(aurora)


def test_a_writer_deleted_by_hand_is_made_again(aurora: Aurora) -> None:
    seen = Seen(aurora)
    seen.rds.delete_db_instance(DBInstanceIdentifier="demo-1", SkipFinalSnapshot=True)
    aurora.ok("apply", "demo", "--yes")
    assert seen.writer("demo") == "demo-2"
    assert_whole(aurora)


def test_the_writer_stays_where_the_other_instance_is_gone(aurora: Aurora) -> None:
    seen = Seen(aurora)
    assert seen.writer("demo") == "demo-2"
    seen.rds.delete_db_instance(DBInstanceIdentifier="demo-1", SkipFinalSnapshot=True)
    calls = last_call(aurora)
    aurora.ok("scale", "demo", "--readers", "0", "--yes")
    assert changing_calls(aurora, calls) == []
    assert set(seen.instances("demo")) == {"demo-2"}
    aurora.ok("scale", "demo", "--readers", "1", "--yes")
    assert_whole(aurora)


@pytest.mark.thorough
def test_an_outage_while_scaling_is_finished_by_the_same_again(
    aurora: Aurora, sandbox: Sandbox, fault: AddFault
) -> None:
    fault("error5xx", service="rds", action="ModifyDBInstance")
    words = ("scale", "demo", "--class", "db.r7g.large", "--yes", "-o", "json")
    error_of(aurora.run(*words, env=IMPATIENT), 1, "terraform-failed")
    sandbox.clear_faults()
    aurora.ok(*words)
    assert set(Seen(aurora).classes("demo").values()) == {"db.r7g.large"}
    assert_whole(aurora)


def test_a_stranger_is_told_apart_and_left_alone(aurora: Aurora) -> None:
    seen = Seen(aurora)
    seen.rds.create_db_instance(
        DBInstanceIdentifier=STRANGER,
        DBClusterIdentifier="demo",
        Engine="aurora-postgresql",
        DBInstanceClass="db.t4g.medium",
    )
    managed = {i["id"]: i["managed"] for i in aurora.json("status", "demo")["instances"]}
    assert managed == {"demo-1": True, "demo-2": True, STRANGER: False}
    calls = last_call(aurora)
    assert aurora.run("plan", "demo", "--exit-code").status == 0
    assert changing_calls(aurora, calls) == []
    assert STRANGER in aurora.ok("status", "demo").out


def test_a_stranger_that_became_the_writer_stays(aurora: Aurora) -> None:
    seen = Seen(aurora)
    seen.rds.failover_db_cluster(DBClusterIdentifier="demo", TargetDBInstanceIdentifier=STRANGER)
    roles = {i["id"]: i["role"] for i in aurora.json("status", "demo")["instances"]}
    assert roles == {STRANGER: "writer", "demo-1": "reader", "demo-2": "reader"}
    aurora.ok("scale", "demo", "--readers", "0", "--yes")
    assert set(seen.instances("demo")) == {STRANGER, "demo-1"}
    assert seen.writer("demo") == STRANGER


def test_a_failed_destroy_is_finished_by_the_same_again(aurora: Aurora, sandbox: Sandbox, fault: AddFault) -> None:
    fault("error5xx", service="rds", action="DeleteDBCluster")
    words = ("destroy", "demo", "--confirm", "demo", "-o", "json")
    error_of(aurora.run(*words, env=IMPATIENT), 1, "terraform-failed")
    assert [row["status"] for row in aurora.json("list")["clusters"]] == ["failed"]
    assert aurora.run(*CREATE).status == 2
    sandbox.clear_faults()
    done = aurora.json(*words)
    assert Seen(aurora).snapshots("demo") == [done["final_snapshot_identifier"]]
    assert in_emulator(aurora) == set()
