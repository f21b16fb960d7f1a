"""Destroy, interrupted and killed at ten points: the same command again ends well, with one final snapshot and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from tests.harness import Aurora
from tests.reliability.disturbing import CREATE, DESTROY, POINTS, STOPPED, disturb, undisturbed
from tests.reliability.inventory import in_emulator

pytestmark = pytest.mark.sandbox


@pytest.fixture(scope="module")
def calls(aurora: Aurora) -> int:
    """How many API calls an undisturbed destroy makes."""
    return undisturbed(aurora, CREATE, DESTROY)[1]


@pytest.fixture
def empty(aurora: Aurora) -> Aurora:
    """The emulator without anything, and no stack."""
    aurora.ok("sandbox", "reset", "--yes")
    return aurora


@pytest.mark.parametrize("how", ["interrupt", "kill"])
@pytest.mark.parametrize("point", POINTS)
def test_destroy_goes_on(empty: Aurora, calls: int, point: int, how: str) -> None:
    empty.ok(*CREATE)
    status = disturb(empty, DESTROY, after_calls=calls * point // (len(POINTS) + 1), how=how)
    early = how == "kill" and point <= len(POINTS) // 2
    assert status in ((STOPPED[how],) if early else (STOPPED[how], 0))
    again = empty.run(*DESTROY)
    assert again.status == (4 if status == 0 else 0) or again.status == 4, again.err
    assert in_emulator(empty) == set()
    snapshots: list[dict[str, Any]] = empty.client("rds").describe_db_cluster_snapshots()["DBClusterSnapshots"]
    assert len(snapshots) == 1
    assert empty.json("list")["clusters"] == []
