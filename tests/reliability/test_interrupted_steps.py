"""Operations in steps, killed at every boundary: the same command again ends where an undisturbed one ends, and no call that
must be made once is made twice.

Each operation is one life with a kill at each boundary in turn: what was killed goes on, and is killed again a boundary later.
A boundary is what the journal says: a step has begun, a step has ended. Between the two it is a call that was just answered.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from tests.harness import Aurora
from tests.reliability.disturbing import called, disturb_when, last_call
from tests.watching import PATIENT_S, slowly, watched

pytestmark = [pytest.mark.sandbox, pytest.mark.timeout(1200)]
REGION = ("--region", "eu-west-1")
LATENCY_S = 1.5

Boundary = tuple[str, str]
"""("began" or "ended", a word in the step's name) or ("called", an API action)."""

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


@pytest.fixture(scope="module")
def demo(aurora: Aurora) -> Aurora:
    """A cluster with a reader."""
    aurora.ok(*REGION, "create", "demo", "--engine", "postgres", "--readers", "1", "--class", "db.r6g.large", "--yes")
    return aurora


def steps(aurora: Aurora) -> dict[str, dict[str, Any]] | None:
    """The journal's steps, None without a journal."""
    try:
        text = (aurora.home / "sandbox" / "stacks" / "demo" / "operation.json").read_text()
    except FileNotFoundError:
        return None
    found: dict[str, dict[str, Any]] = json.loads(text)["steps"]
    return found


def reached(aurora: Aurora, boundary: Boundary) -> Callable[[], bool]:
    """Whether the operation that is about to begin has come to that boundary, by whichever run of its command."""
    kind, what = boundary
    endpoint = aurora.json("sandbox", "status")["endpoint"]
    before = last_call(endpoint)
    if kind == "called":
        return lambda: called(endpoint, what, before)
    note = {"began": "began", "ended": "finished"}[kind]
    return lambda: any(step[note] for name, step in (steps(aurora) or {}).items() if what in name)


def killed_and_repeated(aurora: Aurora, args: tuple[str, ...], boundaries: list[Boundary]) -> list[tuple[str, str]]:
    """Kill the command there, again and again, and run it to its end; gives the calls of all that changed something."""
    with slowly(aurora, LATENCY_S), watched(aurora, "demo") as seen:
        for boundary, is_reached in [(one, reached(aurora, one)) for one in boundaries]:
            disturb_when(aurora, args, is_reached, how="kill")
            assert steps(aurora) is not None, f"the premise: it was killed on its way, at {boundary}"
        aurora.ok(*args, timeout=PATIENT_S)
    assert steps(aurora) is None
    assert seen.most_away <= 1
    return seen.calls


def test_a_rolling_class_change_goes_on(demo: Aurora) -> None:
    now = {i["DBInstanceClass"] for i in demo.instances("demo").values()}
    wanted = ({"db.r6g.large", "db.r7g.large"} - now).pop()
    writer = demo.writer("demo")
    reader = next(name for name in demo.instances("demo") if name != writer)
    calls = killed_and_repeated(demo, ("scale", "demo", "--class", wanted, "--yes"), SCALE)
    assert calls == [("ModifyDBInstance", reader), ("FailoverDBCluster", reader), ("ModifyDBInstance", writer)]
    assert {i["DBInstanceClass"] for i in demo.instances("demo").values()} == {wanted}
    assert demo.writer("demo") == reader
    assert demo.run("plan", "demo", "--exit-code").status == 0


def test_a_rolling_reboot_goes_on(demo: Aurora) -> None:
    writer = demo.writer("demo")
    reader = next(name for name in demo.instances("demo") if name != writer)
    calls = killed_and_repeated(demo, ("reboot", "demo", "--rolling", "--all", "--yes"), REBOOT)
    assert calls == [("RebootDBInstance", reader), ("FailoverDBCluster", reader), ("RebootDBInstance", writer)]
    assert demo.writer("demo") == reader


def test_a_failover_goes_on_and_does_not_go_back(demo: Aurora) -> None:
    reader = next(name for name in demo.instances("demo") if name != demo.writer("demo"))
    boundaries = [("began", "failover"), ("called", "FailoverDBCluster")]
    assert killed_and_repeated(demo, ("failover", "demo", "--yes"), boundaries) == [("FailoverDBCluster", reader)]
    assert demo.writer("demo") == reader


@pytest.mark.parametrize("boundary", ["began", "called"])
def test_stop_and_start_go_on(demo: Aurora, boundary: str) -> None:
    for command, action, status in (("stop", "StopDBCluster", "stopped"), ("start", "StartDBCluster", "available")):
        point = (boundary, command if boundary == "began" else action)
        calls = killed_and_repeated_whole(demo, (command, "demo", "--yes"), point)
        assert calls == [(action, "")]
        assert demo.cluster("demo")["Status"] == status


def killed_and_repeated_whole(aurora: Aurora, args: tuple[str, ...], boundary: Boundary) -> list[tuple[str, str]]:
    """As above, for what takes every instance away at the same time."""
    with slowly(aurora, LATENCY_S), watched(aurora, "demo") as seen:
        disturb_when(aurora, args, reached(aurora, boundary), how="kill")
        assert steps(aurora) is not None, "the premise: it was killed on its way"
        aurora.ok(*args, timeout=PATIENT_S)
    assert steps(aurora) is None
    return seen.calls


def test_readers_that_were_being_made_and_removed_are_neither_doubled_nor_lost(demo: Aurora) -> None:
    up = ("scale", "demo", "--readers", "2", "--yes")
    assert killed_and_repeated(demo, up, [("called", "CreateDBInstance")]) == [("CreateDBInstance", "demo-3")]
    assert set(demo.instances("demo")) == {"demo-1", "demo-2", "demo-3"}
    assert demo.run("plan", "demo", "--exit-code").status == 0
    writer = demo.writer("demo")
    calls = killed_and_repeated(demo, ("scale", "demo", "--readers", "1", "--yes"), [("called", "DeleteDBInstance")])
    assert Counter(action for action, _ in calls) == {"DeleteDBInstance": 1}
    assert writer in demo.instances("demo")
    assert demo.run("plan", "demo", "--exit-code").status == 0


def test_others_are_refused_until_it_has_ended_or_was_given_up(demo: Aurora) -> None:
    now = {i["DBInstanceClass"] for i in demo.instances("demo").values()}
    wanted = ({"db.r6g.large", "db.r7g.large"} - now).pop()
    with slowly(demo, LATENCY_S):
        args = ("scale", "demo", "--class", wanted, "--yes")
        disturb_when(demo, args, reached(demo, ("ended", "resize")), how="kill")
    status = demo.json("status", "demo")
    assert status["upkeep"]["unfinished"]["operation"] == "scale"
    assert any("is not finished" in w for w in status["warnings"])
    for words in (
        ("apply", "demo", "--set", "backup.retention=3d", "--yes"),
        ("scale", "demo", "--readers", "3", "--yes"),
        ("failover", "demo", "--yes"),
        ("reboot", "demo", "--rolling", "--yes"),
        ("stop", "demo", "--yes"),
        ("rename", "demo", "other", "--yes"),
        ("drift", "demo"),
        ("backtrack", "demo", "--by", "1m", "--confirm", "demo"),
        ("destroy", "demo", "--confirm", "demo"),
    ):
        refused = demo.run(*words, "-o", "json")
        assert refused.status == 2, words
        assert refused.data["error"]["code"] == "unfinished"
        assert f"scale demo --class {wanted}" in refused.data["error"]["hint"]
        assert "aurora-cli abandon demo" in refused.data["error"]["hint"]
    given_up = demo.json("abandon", "demo", "--yes")
    assert given_up["operation"] == "scale"
    assert len(given_up["done"]) == 1
    assert demo.json("status", "demo")["upkeep"]["unfinished"] is None
    classes = sorted(i["DBInstanceClass"] for i in demo.instances("demo").values())
    assert classes == sorted([*now, wanted]), "what was done stays"
    demo.ok("apply", "demo", "--yes")
    assert {i["DBInstanceClass"] for i in demo.instances("demo").values()} == now, "and apply takes it back"


def test_a_step_that_aws_refuses_keeps_the_journal_and_says_how_to_go_on(demo: Aurora) -> None:
    demo.ok("sandbox", "faults", "add", "access_denied", "--action", "FailoverDBCluster")
    failed = demo.run("failover", "demo", "--yes")
    demo.ok("sandbox", "faults", "clear")
    assert failed.status == 3
    assert "Go on: aurora-cli failover demo" in failed.err.replace("\n", " ")
    assert steps(demo) is not None
    writer = demo.writer("demo")
    demo.ok("failover", "demo", "--yes")
    assert demo.writer("demo") != writer
    outcomes = [e["outcome"] for e in demo.json("history", "demo")["operations"]]
    assert outcomes[-2:] == ["failed", "succeeded"]


@pytest.mark.parametrize("command", ["failover", "stop", "start"])
def test_an_answer_that_never_arrived_is_found_out_from_the_cluster(demo: Aurora, command: str) -> None:
    action = {"failover": "FailoverDBCluster", "stop": "StopDBCluster", "start": "StartDBCluster"}[command]
    writer = demo.writer("demo")
    demo.ok("sandbox", "faults", "add", "lost_reply", "--action", action, "--count", "1")
    with slowly(demo, LATENCY_S):
        demo.ok(command, "demo", "--yes")
    demo.ok("sandbox", "faults", "clear")
    assert steps(demo) is None
    assert (demo.writer("demo") != writer) == (command == "failover")
    assert demo.cluster("demo")["Status"] == ("stopped" if command == "stop" else "available")
