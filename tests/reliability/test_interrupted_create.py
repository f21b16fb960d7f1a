"""Create, interrupted and killed again and again: the same command ends well at last, and nothing is lost or doubled."""

from __future__ import annotations

import pytest

from aurora_cli.sandbox.faults import FaultRule
from tests.harness import Aurora
from tests.reliability.interrupt import CREATE, DELAYS_S, assert_state_is_reality, stopped_again_and_again

pytestmark = pytest.mark.sandbox


@pytest.mark.thorough
@pytest.mark.parametrize("how", ["interrupt", "kill", "hangup"])
def test_create_goes_on(aurora: Aurora, how: str) -> None:
    aurora.ok("sandbox", "reset", "--yes")
    aurora.emulator.add_fault(FaultRule("slow", delay_s=DELAYS_S[how]))
    assert stopped_again_and_again(aurora, CREATE, how=how) >= 5
    aurora.emulator.clear_faults()
    ends = {(one["outcome"], one["summary"]) for one in aurora.json("history", "demo")["operations"]}
    killed = {"kill": ("killed", ""), "hangup": ("killed", "Ended by SIGHUP.")}
    assert killed[how] in ends if how in killed else "interrupted" in {outcome for outcome, _ in ends}
    report = aurora.json(*CREATE)
    assert report["status"] == "available"
    assert len(report["instances"]) == 2
    assert_state_is_reality(aurora, "demo")
    assert aurora.run("plan", "demo", "--exit-code").status == 0
