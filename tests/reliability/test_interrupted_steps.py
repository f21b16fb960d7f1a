"""Operations in steps, killed at every boundary: the same command again ends where an undisturbed one ends, and no call that
must be made once is made twice.
"""

from __future__ import annotations

from collections import Counter

import pytest

from tests.harness import Aurora
from tests.observe import last_call, slowly, watched
from tests.reliability.one_life import LATENCY_S, Boundary, journal, kill_at, killed_and_repeated
from tests.sandbox.emulator import Account

pytestmark = [pytest.mark.sandbox, pytest.mark.timeout(1200)]
REGION = ("--region", "eu-west-1")

SCALE: list[Boundary] = [
    ("began", "resize"),
    ("called", "ModifyDBInstance"),
    ("ended", "resize"),
    ("began", "failover"),
    ("called", "FailoverDBCluster"),
    ("ended", "failover"),
    ("began", "settle"),
]
REBOOT: list[Boundary] = [
    ("began", "reboot"),
    ("called", "RebootDBInstance"),
    ("ended", "reboot"),
    ("began", "failover"),
    ("called", "FailoverDBCluster"),
    ("ended", "failover"),
]


MOVE: list[Boundary] = [
    ("began", "move"),
    ("called", "ModifyDBCluster"),
    ("ended", "move"),
    ("began", "spec"),
    ("ended", "spec"),
    ("began", "state"),
    ("began", "settle"),
]


@pytest.fixture(scope="module")
def demo(aurora: Aurora) -> Aurora:
    """A cluster with a reader."""
    aurora.ok(*REGION, "create", "demo", "--engine", "postgres", "--readers", "1", "--class", "db.r6g.large", "--yes")
    return aurora


def calls_of(aurora: Aurora, args: tuple[str, ...], boundaries: list[Boundary]) -> list[tuple[str, str]]:
    """The calls that change an instance or a role, of a command that is killed there and repeated; one instance away at most."""
    with watched(aurora, "demo") as seen:
        killed_and_repeated(aurora, args, boundaries)
    whole = args[0] in ("stop", "start")  # these take every instance away at the same time
    assert whole or seen.most_away <= 1
    return seen.calls


@pytest.mark.parametrize("command", ["scale", pytest.param("apply", marks=pytest.mark.thorough)])
def test_a_rolling_class_change_goes_on(demo: Aurora, command: str) -> None:
    now = {i["DBInstanceClass"] for i in demo.instances("demo").values()}
    wanted = ({"db.r6g.large", "db.r7g.large"} - now).pop()
    writer = demo.writer("demo")
    reader = next(name for name in demo.instances("demo") if name != writer)
    calls = calls_of(demo, (command, "demo", "--class", wanted, "--yes"), SCALE)
    assert calls == [("ModifyDBInstance", reader), ("FailoverDBCluster", reader), ("ModifyDBInstance", writer)]
    assert {i["DBInstanceClass"] for i in demo.instances("demo").values()} == {wanted}
    assert demo.writer("demo") == reader
    assert demo.run("plan", "demo", "--exit-code").status == 0


@pytest.mark.thorough
def test_a_rolling_reboot_goes_on(demo: Aurora) -> None:
    writer = demo.writer("demo")
    reader = next(name for name in demo.instances("demo") if name != writer)
    calls = calls_of(demo, ("reboot", "demo", "--rolling", "--all", "--yes"), REBOOT)
    assert calls == [("RebootDBInstance", reader), ("FailoverDBCluster", reader), ("RebootDBInstance", writer)]
    assert demo.writer("demo") == reader


def test_a_failover_goes_on_and_does_not_go_back(demo: Aurora) -> None:
    reader = next(name for name in demo.instances("demo") if name != demo.writer("demo"))
    boundaries = [("began", "failover"), ("called", "FailoverDBCluster")]
    assert calls_of(demo, ("failover", "demo", "--yes"), boundaries) == [("FailoverDBCluster", reader)]
    assert demo.writer("demo") == reader


@pytest.mark.thorough
@pytest.mark.parametrize("boundary", ["began", "called"])
def test_stop_and_start_go_on(demo: Aurora, boundary: str) -> None:
    for command, action, status in (("stop", "StopDBCluster", "stopped"), ("start", "StartDBCluster", "available")):
        point = (boundary, command if boundary == "began" else action)
        calls = calls_of(demo, (command, "demo", "--yes"), [point])
        assert calls == [(action, "")]
        assert demo.cluster("demo")["Status"] == status


@pytest.mark.thorough
def test_readers_that_were_being_made_and_removed_are_neither_doubled_nor_lost(demo: Aurora) -> None:
    up = ("scale", "demo", "--readers", "2", "--yes")
    assert calls_of(demo, up, [("called", "CreateDBInstance")]) == [("CreateDBInstance", "demo-3")]
    assert set(demo.instances("demo")) == {"demo-1", "demo-2", "demo-3"}
    writer = demo.writer("demo")
    calls = calls_of(demo, ("scale", "demo", "--readers", "1", "--yes"), [("called", "DeleteDBInstance")])
    assert Counter(action for action, _ in calls) == {"DeleteDBInstance": 1}
    assert writer in demo.instances("demo")


def test_others_are_refused_until_it_has_ended_or_was_given_up(demo: Aurora) -> None:
    now = {i["DBInstanceClass"] for i in demo.instances("demo").values()}
    wanted = ({"db.r6g.large", "db.r7g.large"} - now).pop()
    with slowly(demo, LATENCY_S):
        args = ("scale", "demo", "--class", wanted, "--yes")
        kill_at(demo, args, [("ended", "resize")])
    status = demo.json("status", "demo")
    assert status["upkeep"]["unfinished"]["operation"] == "scale"
    assert any("is in progress" in w for w in status["warnings"])
    for words in (
        ("apply", "demo", "--set", "backup.retention=3d", "--yes"),
        ("failover", "demo", "--yes"),
        ("reboot", "demo", "--rolling", "--yes"),
        ("stop", "demo", "--yes"),
        ("rename", "demo", "other", "--yes"),
        ("drift", "demo"),
        ("backtrack", "demo", "--by", "1m", "--confirm", "demo"),
    ):
        refused = demo.run(*words, "-o", "json")
        assert refused.status == 2, words
        assert refused.data["error"]["code"] == "unfinished"
        assert f"scale demo --class {wanted}" in refused.data["error"]["hint"]
        assert "aurora-cli abandon demo" in refused.data["error"]["hint"]
    _what_is_left_is_planned_and_may_be_replaced(demo, wanted, now)
    given_up = demo.json("abandon", "demo", "--yes")
    assert given_up["operation"] == "scale"
    assert len(given_up["done"]) == 1
    assert demo.json("status", "demo")["upkeep"]["unfinished"] is None
    classes = sorted(i["DBInstanceClass"] for i in demo.instances("demo").values())
    assert classes == sorted([*now, wanted]), "what was done stays"
    demo.ok("apply", "demo", "--yes")
    assert {i["DBInstanceClass"] for i in demo.instances("demo").values()} == now, "and apply takes it back"


def _what_is_left_is_planned_and_may_be_replaced(demo: Aurora, wanted: str, now: set[str]) -> None:
    left = demo.json("plan", "demo")
    changes = [c for one in left["resource_changes"] for c in one["changed"] if c["path"] == "instance_class"]
    assert [(c["before"], c["after"]) for c in changes] == [(now.copy().pop(), wanted)], "the way on, not the way back"
    assert "'scale' is in progress: 1 of 4 steps are done. This is what is left of it. Resume: aurora-cli" in " ".join(
        left["remarks"]
    )
    other = demo.ok("scale", "demo", "--class", now.copy().pop(), "--dry-run")
    assert "'scale' is in progress: 1 of 4 steps are done. This takes its place." in " ".join(other.err.split())
    assert journal(demo)
    going = demo.json("destroy", "demo", "--dry-run")["review"]
    assert "'scale' is in progress: 1 of 4 steps are done. It is abandoned." in going["remarks"]


def test_a_step_that_aws_refuses_keeps_the_journal_and_says_how_to_go_on(demo: Aurora) -> None:
    demo.ok("sandbox", "faults", "add", "access_denied", "--action", "FailoverDBCluster")
    failed = demo.run("failover", "demo", "--yes")
    demo.ok("sandbox", "faults", "clear")
    assert failed.status == 3
    assert "Resume: aurora-cli failover demo" in failed.err.replace("\n", " ")
    assert journal(demo)
    writer = demo.writer("demo")
    demo.ok("failover", "demo", "--yes")
    assert demo.writer("demo") != writer
    outcomes = [e["outcome"] for e in demo.json("history", "demo")["operations"]]
    assert outcomes[-2:] == ["failed", "succeeded"]


@pytest.mark.thorough
@pytest.mark.parametrize("command", ["failover", "stop", "start"])
def test_an_answer_that_never_arrived_is_found_out_from_the_cluster(demo: Aurora, command: str) -> None:
    action = {"failover": "FailoverDBCluster", "stop": "StopDBCluster", "start": "StartDBCluster"}[command]
    writer = demo.writer("demo")
    demo.ok("sandbox", "faults", "add", "lost_reply", "--action", action, "--count", "1")
    with slowly(demo, LATENCY_S):
        demo.ok(command, "demo", "--yes")
    demo.ok("sandbox", "faults", "clear")
    assert not journal(demo)
    assert (demo.writer("demo") != writer) == (command == "failover")
    assert demo.cluster("demo")["Status"] == ("stopped" if command == "stop" else "available")


@pytest.mark.thorough
def test_a_move_goes_on_and_is_asked_for_once(aurora: Aurora) -> None:
    account = Account(aurora.emulator)
    vpc, subnets, _ = account.network("here")
    account.rds.create_db_subnet_group(DBSubnetGroupName="away", DBSubnetGroupDescription="x", SubnetIds=subnets[:2])
    network = ("--vpc-id", vpc, "--subnet-group", "here")
    aurora.ok(*REGION, "create", "mover", "--engine", "postgres", "--readers", "1", *network, "--yes")
    since = last_call(aurora)
    killed_and_repeated(aurora, ("move", "mover", "--subnet-group", "away", "--yes"), MOVE)
    made = [one["parameters"] for one in aurora.emulator.calls(since=since, service="rds", action="ModifyDBCluster")]
    assert [one.get("DBSubnetGroupName") for one in made] == ["away"]
    assert aurora.cluster("mover")["DBSubnetGroup"] == "away"
    assert aurora.run("plan", "mover", "--exit-code").status == 0
