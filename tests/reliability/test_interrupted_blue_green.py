"""Blue/green deployments, killed at every boundary: the same command again ends well, and no call is made twice."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.harness import Aurora
from tests.reliability.one_life import Boundary, killed_and_repeated
from tests.sandbox.test_blue_green import create, groups, is_empty, now, rds_calls

pytestmark = [pytest.mark.sandbox, pytest.mark.thorough, pytest.mark.timeout(1800)]
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


def calls_of(aurora: Aurora, args: tuple[str, ...], boundaries: list[Boundary]) -> Counter[tuple[str, str]]:
    """The calls that change something, of a command that is killed there and repeated."""
    since = now(aurora)
    killed_and_repeated(aurora, args, boundaries)
    return Counter(rds_calls(aurora, since))


def test_a_deployment_goes_on(demo: Aurora) -> None:
    words = ("blue-green", "create", "demo", "--to", VERSION, "--set", "parameters.cluster.work_mem=8192", "--yes")
    made = calls_of(demo, words, CREATE)
    assert made["CreateBlueGreenDeployment", ""] == 1
    assert is_empty(demo, "demo")
    switched = calls_of(demo, ("blue-green", "switchover", "demo", "--confirm", "demo"), SWITCHOVER)
    assert switched == {("SwitchoverBlueGreenDeployment", ""): 1}
    assert demo.cluster("demo")["EngineVersion"] == VERSION
    assert is_empty(demo, "demo")
    cleaned = calls_of(demo, ("blue-green", "cleanup", "demo", "--confirm", "demo-old1"), CLEANUP)
    assert set(cleaned.values()) == {1}
    assert len(groups(demo)) == 1, "those of the old cluster are gone"
    assert is_empty(demo, "demo")
