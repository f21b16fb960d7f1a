"""Create and destroy, interrupted and killed at ten points each: the same command again ends well, nothing lost or doubled."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
import urllib.request
from typing import Any

import pytest

from tests.harness import Aurora
from tests.reliability.inventory import in_emulator, in_states

pytestmark = pytest.mark.sandbox
POINTS = range(1, 11)
CREATE = ("--region", "eu-west-1", "create", "demo", "--engine", "postgres", "--readers", "1", "--yes")
DESTROY = ("destroy", "demo", "--confirm", "demo")
PATIENCE_S = 120


def last_call(endpoint: str, since: int = 0) -> int:
    """Number of the newest API call that the emulator has seen, counted over its whole life."""
    with urllib.request.urlopen(f"{endpoint}/_aurora/calls?since={since}", timeout=10) as answer:
        calls = json.load(answer)["calls"]
    return int(calls[-1]["number"]) if calls else since


@pytest.fixture(scope="module")
def totals(aurora: Aurora) -> dict[str, int]:
    """How many API calls an undisturbed create and destroy make."""
    endpoint = aurora.json("sandbox", "start")["endpoint"]
    counts = {}
    for name, args in (("create", CREATE), ("destroy", DESTROY)):
        before = last_call(endpoint)
        aurora.ok(*args)
        counts[name] = last_call(endpoint, before) - before
    return counts


def disturb(aurora: Aurora, args: tuple[str, ...], *, after_calls: int, how: str) -> int:
    """Start the command, and stop it once the emulator has answered that many of its calls; gives the exit status."""
    endpoint = aurora.json("sandbox", "status")["endpoint"]
    before = seen = last_call(endpoint)
    process = subprocess.Popen(
        aurora.argv(*args),
        env=aurora.environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    deadline = time.monotonic() + PATIENCE_S
    while process.poll() is None and (seen := last_call(endpoint, seen)) - before < after_calls:
        assert time.monotonic() < deadline
        time.sleep(0.005)
    if process.poll() is None:
        if how == "interrupt":
            os.killpg(process.pid, signal.SIGINT)
        else:
            process.kill()
    _, err = process.communicate(timeout=PATIENCE_S)
    assert b"Traceback" not in err
    return process.returncode


def assert_state_is_reality(aurora: Aurora, *names: str) -> None:
    """Nothing lost, nothing doubled."""
    assert in_emulator(aurora) == in_states(aurora.state(name) for name in names)


@pytest.fixture
def empty(aurora: Aurora) -> Aurora:
    """The emulator without anything, and no stack."""
    if aurora.run("status", "demo").status != 4:
        aurora.ok(*DESTROY, "--skip-final-snapshot")
    aurora.ok("sandbox", "reset", "--yes")
    return aurora


@pytest.mark.parametrize("how", ["interrupt", "kill"])
@pytest.mark.parametrize("point", POINTS)
def test_create_goes_on(empty: Aurora, totals: dict[str, int], point: int, how: str) -> None:
    status = disturb(empty, CREATE, after_calls=totals["create"] * point // (len(POINTS) + 1), how=how)
    assert status in ((130, 0) if how == "interrupt" else (-signal.SIGKILL, 0))
    report = empty.json(*CREATE)
    assert report["status"] == "available"
    assert len(report["instances"]) == 2
    assert_state_is_reality(empty, "demo")
    assert empty.run("plan", "demo", "--exit-code").status == 0


@pytest.mark.parametrize("how", ["interrupt", "kill"])
@pytest.mark.parametrize("point", POINTS)
def test_destroy_goes_on(empty: Aurora, totals: dict[str, int], point: int, how: str) -> None:
    empty.ok(*CREATE)
    status = disturb(empty, DESTROY, after_calls=totals["destroy"] * point // (len(POINTS) + 1), how=how)
    assert status in ((130, 0) if how == "interrupt" else (-signal.SIGKILL, 0))
    again = empty.run(*DESTROY)
    assert again.status == (4 if status == 0 else 0) or again.status == 4, again.err
    assert in_emulator(empty) == set()
    snapshots: list[dict[str, Any]] = empty.client("rds").describe_db_cluster_snapshots()["DBClusterSnapshots"]
    assert len(snapshots) == 1
    assert empty.json("list")["clusters"] == []
