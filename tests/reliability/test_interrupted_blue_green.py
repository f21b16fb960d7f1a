"""Blue/green deployments, killed at every boundary: the same command again ends well, and no call is made twice."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from tests.harness import Aurora
from tests.reliability.disturbing import called, disturb_when, last_call
from tests.sandbox.test_blue_green import create, groups, is_empty, now, rds_calls
from tests.watching import PATIENT_S, slowly

pytestmark = [pytest.mark.sandbox, pytest.mark.thorough, pytest.mark.timeout(1800)]
LATENCY_S = 1.5
Boundary = tuple[str, str]
CREATE: list[Boundary] = [
    ("began", "group"),
    ("called", "CreateDBClusterParameterGroup"),
    ("called", "CreateBlueGreenDeployment"),
    ("ended", "deployment"),
]
SWITCHOVER: list[Boundary] = [
    ("began", "switchover"),
    ("called", "SwitchoverBlueGreenDeployment"),
    ("ended", "switchover"),
    ("began", "state"),
    ("ended", "state"),
]
CLEANUP: list[Boundary] = [
    ("began", "deployment"),
    ("ended", "deployment"),
    ("called", "DeleteDBInstance"),
    ("called", "DeleteDBCluster"),
    ("began", "group"),
]
VERSION = "17.4"


@pytest.fixture(scope="module")
def demo(aurora: Aurora) -> Aurora:
    """A cluster whose changes can be followed."""
    create(aurora, "demo", "postgres", "16.8", "parameters.cluster.rds.logical_replication=1")
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
    endpoint = str(aurora.emulator.status().endpoint)
    before = last_call(endpoint)
    if kind == "called":
        return lambda: called(endpoint, what, before)
    note = {"began": "began", "ended": "finished"}[kind]
    return lambda: any(step[note] for name, step in (steps(aurora) or {}).items() if what in name)


def killed_and_repeated(aurora: Aurora, args: tuple[str, ...], boundaries: list[Boundary]) -> Counter[tuple[str, str]]:
    """Kill the command there, again and again, and run it to its end; gives the calls of all that changed something."""
    since = now(aurora)
    with slowly(aurora, LATENCY_S):
        for boundary, is_reached in [(one, reached(aurora, one)) for one in boundaries]:
            disturb_when(aurora, args, is_reached, how="kill")
            assert steps(aurora) is not None, f"the premise: it was killed on its way, at {boundary}"
        aurora.ok(*args, timeout=PATIENT_S)
    assert steps(aurora) is None
    return Counter(rds_calls(aurora, since))


def test_a_deployment_goes_on(demo: Aurora) -> None:
    """Each of its three operations is one life with a kill at each boundary in turn."""
    words = ("blue-green", "create", "demo", "--to", VERSION, "--set", "parameters.cluster.work_mem=8192", "--yes")
    made = killed_and_repeated(demo, words, CREATE)
    assert made["CreateBlueGreenDeployment", ""] == 1
    assert is_empty(demo, "demo")
    switched = killed_and_repeated(demo, ("blue-green", "switchover", "demo", "--confirm", "demo"), SWITCHOVER)
    assert switched == {("SwitchoverBlueGreenDeployment", ""): 1}
    assert demo.cluster("demo")["EngineVersion"] == VERSION
    assert is_empty(demo, "demo")
    cleaned = killed_and_repeated(demo, ("blue-green", "cleanup", "demo", "--confirm", "demo-old1"), CLEANUP)
    assert set(cleaned.values()) == {1}
    assert len(groups(demo)) == 1, "those of the old cluster are gone"
    assert is_empty(demo, "demo")
