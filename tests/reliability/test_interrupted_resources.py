"""Each type of resource, with Terraform, the provider, both or the command killed while its creation is under way.

One life for each: the same command runs again and again, and is killed at each creation that it has not been killed at before.
At the end everything that AWS has is in the state, once.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.harness import Aurora
from tests.observe import last_call
from tests.reliability.inventory import left_over
from tests.reliability.kills import WHO, kill_when, processes, slow_creations, under_way
from tests.sandbox.test_examples_everything import with_a_zone

pytestmark = [pytest.mark.sandbox, pytest.mark.timeout(1800)]
MOST_KILLS = 60


@pytest.mark.thorough
@pytest.mark.parametrize("who", WHO)
def test_killed_at_every_creation(emulator: object, aurora: Aurora, tmp_path: Path, who: str) -> None:
    command = ("create", "-f", str(with_a_zone(aurora, tmp_path)), "--yes")
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

    for _kills in range(MOST_KILLS):
        status, out = kill_when(aurora, command, is_new, who)
        if status == 0:
            break
    assert status == 0, out
    aurora.emulator.clear_faults()
    plan = aurora.run("plan", "everything", "--exit-code")
    assert plan.status == 0, plan.out
    key = aurora.cluster("everything")["KmsKeyId"].rpartition("/")[2]  # the backups that are kept need it
    aurora.ok("destroy", "everything", "--confirm", "everything", "--skip-final-snapshot")
    kept = {("aws_kms_key", str(key))}
    assert left_over(aurora) == kept
