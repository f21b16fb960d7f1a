"""An adoption that is cut off leaves AWS as it was, and can be run again or gone on with."""

from __future__ import annotations

import pytest

from tests.harness import REGION, Aurora
from tests.reliability.interrupt import disturb_when
from tests.sandbox.adopted import Others
from tests.sandbox.aws_view import changing_calls, last_call

pytestmark = [pytest.mark.sandbox, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def others(aurora: Aurora) -> Others:
    return Others(aurora)


def test_a_kill_during_the_draft_leaves_nothing(aurora: Aurora, others: Others) -> None:
    others.by_hand("shop")
    before = last_call(aurora)
    state = aurora.home / "sandbox" / "drafts" / "shop" / "stacks" / "shop" / "terraform" / "terraform.tfstate"
    command = ("--region", REGION, "adopt", "shop", "--yes")
    assert disturb_when(aurora, command, state.exists, how="kill") != 0
    assert changing_calls(aurora, before) == []
    assert aurora.json("list")["clusters"] == []
    aurora.ok(*command)
    assert not (aurora.home / "sandbox" / "drafts").exists()
    assert aurora.run("plan", "shop", "--exit-code").status == 0


def test_a_failure_while_tagging_is_gone_on_with(aurora: Aurora, others: Others) -> None:
    others.by_hand("store")
    command = ("--region", REGION, "adopt", "store", "--yes")
    aurora.ok("sandbox", "faults", "add", "access_denied", "--service", "rds", "--action", "AddTagsToResource")
    assert aurora.run(*command).status == 3
    aurora.ok("sandbox", "faults", "clear")
    again = aurora.run(*command)
    assert again.status == 2
    assert "aurora-cli apply store" in " ".join(again.err.split())
    before = last_call(aurora)
    aurora.ok("apply", "store", "--yes")
    assert set(changing_calls(aurora, before)) == {"AddTagsToResource"}
    tags = {t["Key"]: t["Value"] for t in aurora.cluster("store")["TagList"]}
    assert tags["aurora-cli:cluster"] == "store"
