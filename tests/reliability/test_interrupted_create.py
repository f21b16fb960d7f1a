"""Create, interrupted and killed at ten points: the same command again ends well, and nothing is lost or doubled."""

from __future__ import annotations

import pytest

from tests.harness import Aurora
from tests.reliability.disturbing import CREATE, POINTS, STOPPED, assert_state_is_reality, disturb, undisturbed

pytestmark = pytest.mark.sandbox


@pytest.fixture(scope="module")
def calls(aurora: Aurora) -> int:
    """How many API calls an undisturbed create makes."""
    return undisturbed(aurora, CREATE)[0]


@pytest.fixture
def empty(aurora: Aurora) -> Aurora:
    """The emulator without anything, and no stack."""
    aurora.ok("sandbox", "reset", "--yes")
    return aurora


@pytest.mark.parametrize("how", ["interrupt", "kill"])
@pytest.mark.parametrize("point", POINTS)
def test_create_goes_on(empty: Aurora, calls: int, point: int, how: str) -> None:
    status = disturb(empty, CREATE, after_calls=calls * point // (len(POINTS) + 1), how=how)
    early = how == "kill" and point <= len(POINTS) // 2
    assert status in ((STOPPED[how],) if early else (STOPPED[how], 0))
    report = empty.json(*CREATE)
    assert report["status"] == "available"
    assert len(report["instances"]) == 2
    assert_state_is_reality(empty, "demo")
    assert empty.run("plan", "demo", "--exit-code").status == 0
