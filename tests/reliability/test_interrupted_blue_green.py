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
ROUND: list[tuple[Boundary, Boundary, Boundary]] = [
    (("began", "group"), ("began", "switchover"), ("began", "deployment")),
    (("called", "CreateDBClusterParameterGroup"), ("called", "SwitchoverBlueGreenDeployment"), ("ended", "deployment")),
    (("called", "CreateBlueGreenDeployment"), ("ended", "switchover"), ("called", "DeleteDBInstance")),
    (("ended", "deployment"), ("began", "state"), ("called", "DeleteDBCluster")),
    (("began", "green"), ("ended", "state"), ("began", "group")),
]
"""Where create, switchover and cleanup are killed, in one round."""
VERSIONS = ("16.9", "17.4", "17.5", "17.6", "17.7")


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
    """Whether the command that is about to start has come to that boundary."""
    kind, what = boundary
    endpoint = str(aurora.emulator.status().endpoint)
    before = last_call(endpoint)
    if kind == "called":
        return lambda: called(endpoint, what, before)
    note = {"began": "began", "ended": "finished"}[kind]
    return lambda: any(step[note] for name, step in (steps(aurora) or {}).items() if what in name)


def killed_and_repeated(aurora: Aurora, args: tuple[str, ...], boundary: Boundary) -> Counter[tuple[str, str]]:
    """Kill the command there, run it again to its end; gives the calls of both that changed something."""
    since = now(aurora)
    with slowly(aurora, LATENCY_S):
        disturb_when(aurora, args, reached(aurora, boundary), how="kill")
        assert steps(aurora) is not None, "the premise: it was killed on its way"
        aurora.ok(*args, timeout=PATIENT_S)
    assert steps(aurora) is None
    return Counter(rds_calls(aurora, since))


@pytest.mark.parametrize(
    ("version", "boundaries"), zip(VERSIONS, ROUND, strict=True), ids=["-".join(one[0]) for one in ROUND]
)
def test_a_deployment_goes_on(demo: Aurora, version: str, boundaries: tuple[Boundary, Boundary, Boundary]) -> None:
    create_at, switch_at, clean_at = boundaries
    memory = f"parameters.cluster.work_mem={8192 + VERSIONS.index(version)}"
    words = ("blue-green", "create", "demo", "--to", version, "--set", memory, "--yes")
    made = killed_and_repeated(demo, words, create_at)
    assert made["CreateBlueGreenDeployment", ""] == 1
    assert is_empty(demo, "demo")
    switched = killed_and_repeated(demo, ("blue-green", "switchover", "demo", "--confirm", "demo"), switch_at)
    assert switched == {("SwitchoverBlueGreenDeployment", ""): 1}
    assert demo.cluster("demo")["EngineVersion"] == version
    assert is_empty(demo, "demo")
    cleaned = killed_and_repeated(demo, ("blue-green", "cleanup", "demo", "--confirm", "demo-old1"), clean_at)
    assert set(cleaned.values()) == {1}
    assert len(groups(demo)) == 1, "those of the old cluster are gone"
    assert is_empty(demo, "demo")
