"""AWS takes its time, and the command is stopped meanwhile: what AWS finishes by itself is kept, not made anew."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.harness import Aurora
from tests.observe import last_call
from tests.reliability.interrupt import CREATE, assert_state_is_reality, called, disturb_when

pytestmark = pytest.mark.sandbox
LATENCY_S = 60.0
"""So long that nothing ends by itself before it is looked at; a lower latency then ends it."""


@pytest.fixture
def slow(aurora: Aurora) -> Iterator[Aurora]:
    """An empty emulator that takes a minute to make a cluster or an instance."""
    aurora.ok("sandbox", "start")
    aurora.ok("sandbox", "reset", "--yes")
    manager = aurora.emulator
    manager.set_latency(LATENCY_S)
    yield aurora
    manager.set_latency(0)


@pytest.mark.parametrize(
    ("action", "latency_s"),
    [("CreateDBCluster", LATENCY_S), pytest.param("CreateDBInstance", 8.0, marks=pytest.mark.thorough)],
)
def test_an_interrupted_creation_is_finished_and_kept(slow: Aurora, action: str, latency_s: float) -> None:
    slow.emulator.set_latency(latency_s)  # an instance comes after its cluster
    before = last_call(slow)
    assert disturb_when(slow, CREATE, lambda: called(slow, action, before), how="interrupt") == 130
    tainted = {
        f"{r['type']}.{r['name']}" for r in slow.state("demo")["resources"] for i in r["instances"] if i.get("status")
    }
    kind = "aws_rds_cluster.this" if action == "CreateDBCluster" else "aws_rds_cluster_instance.this"
    assert tainted == {kind}, "the premise: Terraform would replace it"
    identity = slow.cluster("demo")["DbClusterResourceId"]
    state = slow.home / "sandbox" / "stacks" / "demo" / "terraform" / "terraform.tfstate"
    marked = state.read_bytes()

    looked = slow.ok("plan", "demo", "-o", "json")

    assert "the next change keeps it" in looked.err
    assert state.read_bytes() == marked, "a plan writes nothing"
    actions = {c["address"]: c["action"] for c in looked.data["resource_changes"]}
    assert "replace" not in actions.values()
    assert not [address for address in actions if address.startswith(kind) and actions[address] != "create"]

    slow.emulator.set_latency(0.5)
    again = slow.ok(*CREATE)

    assert "so it is kept" in again.err
    assert slow.cluster("demo")["DbClusterResourceId"] == identity
    assert_state_is_reality(slow, "demo")
    assert slow.run("plan", "demo", "--exit-code").status == 0


@pytest.mark.thorough
def test_a_killed_command_is_followed_to_its_end(slow: Aurora) -> None:
    before = last_call(slow)
    disturb_when(slow, CREATE, lambda: called(slow, "CreateDBCluster", before), how="kill")
    slow.emulator.set_latency(0.5)

    again = slow.ok(*CREATE)

    assert "continued after its command died" in again.err
    assert_state_is_reality(slow, "demo")
    assert len(slow.instances("demo")) == 2
