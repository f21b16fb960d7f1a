"""Each type of resource: its creation killed while it is under way, and its response lost; a state kept here, and behind HTTP.

One life for each: the same command runs again and again, and is killed at each creation that it has not been killed at before.
At the end everything that AWS has is in the state, once.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from aurora_cli.sandbox.faults import FaultRule
from tests.harness import Aurora
from tests.observe import last_call
from tests.reliability.inventory import left_over
from tests.reliability.kills import WHO, kill_when, processes, slow_creations, under_way
from tests.sandbox.aws_view import READING
from tests.sandbox.test_examples_everything import with_a_zone
from tests.state_server import StateServer, state_server

pytestmark = [pytest.mark.sandbox, pytest.mark.thorough, pytest.mark.timeout(3600)]
NAME = "everything"
MOST_RUNS = 60
MANY = 25
"""Kinds of calls that create something."""


@pytest.fixture(params=["local", "http"])
def spec(request: pytest.FixtureRequest, emulator: object, aurora: Aurora, tmp_path: Path) -> Iterator[Path]:
    """The example, with its state in the stack's folder, or behind an HTTP address."""
    file = with_a_zone(aurora, tmp_path)
    if request.param == "local":
        yield file
        return
    with state_server() as address:
        where = {"type": "http", "address": f"{address}/state"}
        lock = {f"{word}_address": f"{address}/lock" for word in ("lock", "unlock")}
        file.write_text(f"{file.read_text()}backend: {json.dumps(where | lock)}\n")
        yield file


def ended(aurora: Aurora, kept: set[tuple[str, str]]) -> None:
    """Everything is there once: the next plan is empty, and after a destroy nothing is left.

    Args:
        kept: what an earlier life has left.
    """
    aurora.emulator.clear_faults()
    plan = aurora.run("plan", NAME, "--exit-code")
    assert plan.status == 0, plan.out
    key = aurora.cluster(NAME)["KmsKeyId"].rpartition("/")[2]  # the backups that are kept need it
    aurora.ok("destroy", NAME, "--confirm", NAME, "--skip-final-snapshot")
    assert left_over(aurora) == {("aws_kms_key", str(key)), *kept}


@pytest.mark.parametrize("who", WHO)
def test_killed_at_every_creation(aurora: Aurora, spec: Path, who: str) -> None:
    command = ("create", "-f", str(spec), "--yes")
    slow_creations(aurora, 0.5)
    seen: set[str] = set()
    since = last_call(aurora)

    def is_new() -> bool:
        if not processes(aurora.home / "sandbox" / "stacks", "terraform"):
            return False  # what an earlier run began may still be under way
        now = under_way(aurora, since)
        fresh = now - seen
        seen.update(now)
        return bool(fresh)

    for _run in range(MOST_RUNS):
        status, out = kill_when(aurora, command, is_new, who)
        if status == 0:
            break
        if who in ("terraform", "tree"):
            StateServer.lock = None  # a killed Terraform cannot give it back
    assert status == 0, out
    assert len(seen) > MANY, "the premise: each kind of call was seen under way"
    ended(aurora, set())


def test_the_response_to_every_creation_is_lost(aurora: Aurora, spec: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the genuine provider handles it: it fails and records nothing, though AWS has carried the call out."""
    command = ("create", "-f", str(spec), "--yes")
    since = last_call(aurora)
    aurora.ok(*command)
    calls = [c for c in aurora.emulator.calls(since=since) if not c["action"].startswith(READING)]
    aurora.ok("destroy", NAME, "--confirm", NAME, "--skip-final-snapshot")
    kept = left_over(aurora)
    actions = {(c["service"], c["action"]) for c in calls}
    for service, action in sorted(actions):
        aurora.emulator.add_fault(FaultRule("lost_reply", service, action, count=1))
    monkeypatch.setitem(aurora.environ, "AURORA_SANDBOX_LOST_RESPONSES", "fail")
    runs, outcome = 1, aurora.run(*command)
    while outcome.status != 0 and runs < MOST_RUNS:
        runs, outcome = runs + 1, aurora.run(*command)
    assert outcome.status == 0, outcome.err
    lost = {(f["service"], f["action"]) for f in aurora.emulator.faults() if f["fired"]}
    assert (runs > 5, len(lost) > MANY) == (True, True), "the premise: the response to each kind of call was lost"
    assert actions - lost == set()
    ended(aurora, kept)
