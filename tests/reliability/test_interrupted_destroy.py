"""Destroy, interrupted and killed again and again: the same command ends well, with one final snapshot and nothing else."""

from __future__ import annotations

import pytest

from aurora_cli.sandbox.faults import FaultRule
from tests.harness import Aurora
from tests.reliability.interrupt import CREATE, DELAYS_S, DESTROY, stopped_again_and_again
from tests.reliability.inventory import in_emulator

pytestmark = pytest.mark.sandbox


@pytest.mark.parametrize("how", [pytest.param("interrupt", marks=pytest.mark.thorough), "kill"])
def test_destroy_goes_on(aurora: Aurora, how: str) -> None:
    aurora.ok("sandbox", "reset", "--yes")
    aurora.ok(*CREATE)
    aurora.emulator.add_fault(FaultRule("slow", delay_s=DELAYS_S[how]))
    assert stopped_again_and_again(aurora, DESTROY, how=how) >= 5
    aurora.emulator.clear_faults()
    assert aurora.json(*DESTROY)["changed"] is False, "it is destroyed already"
    assert in_emulator(aurora) == set()
    assert len(aurora.client("rds").describe_db_cluster_snapshots()["DBClusterSnapshots"]) == 1
    assert aurora.json("list")["clusters"] == []
