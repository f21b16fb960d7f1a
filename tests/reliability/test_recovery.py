"""What AWS has and the state does not: found, imported, and only then planned."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from aurora_cli.sandbox.faults import FaultRule
from tests.harness import Aurora
from tests.observe import last_call
from tests.reliability.inventory import in_emulator, in_states, left_over
from tests.reliability.kills import kill_when, processes, slow_creations, under_way
from tests.state_server import StateServer, state_server

pytestmark = pytest.mark.sandbox
CREATE = ("--region", "eu-west-1", "create", "demo", "--engine", "postgres", "--readers", "1", "--yes")
REMOTE = """\
name: remote
region: eu-west-1
engine: postgres
network: {{allow: [10.0.0.0/16]}}
backend:
  type: http
  address: {address}/state
  lock_address: {address}/lock
  unlock_address: {address}/lock
"""


def killed_in(aurora: Aurora, action: str, *args: str, who: str = "terraform", slow_s: float = 0.3) -> str:
    """Kill Terraform while that call is under way; gives what the command printed."""
    slow_creations(aurora, slow_s)
    since = last_call(aurora)

    def ready() -> bool:
        working = processes(aurora.home / "sandbox" / "stacks", "terraform")
        return bool(working) and f"rds:{action}" in under_way(aurora, since)

    status, out = kill_when(aurora, args, ready, who)
    assert status != 0, "the premise: it was killed"
    aurora.emulator.clear_faults()
    return out


def folder(aurora: Aurora) -> Path:
    """Where Terraform works for the cluster `demo`."""
    return aurora.home / "sandbox" / "stacks" / "demo" / "terraform"


def settled(aurora: Aurora, name: str) -> None:
    """Nothing lost, nothing twice, nothing left to do."""
    assert in_emulator(aurora) == in_states([aurora.state(name)])
    assert aurora.run("plan", name, "--exit-code").status == 0


def test_terraform_killed_while_aws_creates(emulator: object, aurora: Aurora) -> None:
    out = killed_in(aurora, "CreateDBCluster", *CREATE)
    assert "Run the same command again" in out
    looked = aurora.run("plan", "demo")
    assert "aws_rds_cluster.this" in looked.err and looked.status == 0
    outcome = aurora.ok(*CREATE)
    assert "Imported" in outcome.err and "aws_rds_cluster.this (demo)" in " ".join(outcome.err.split())
    settled(aurora, "demo")
    assert "import" in [entry["operation"] for entry in aurora.json("history", "demo")["operations"]]

    (folder(aurora) / "terraform.tfstate").unlink()
    (folder(aurora) / "terraform.tfstate.backup").unlink(missing_ok=True)
    for command in (("drift", "demo"), ("destroy", "demo", "--dry-run")):
        refused = aurora.run(*command)
        assert refused.status != 0 and "aurora-cli apply demo" in refused.err, "the state has lost the cluster"
    destroyed = aurora.json("destroy", "demo", "--confirm", "demo", "--skip-final-snapshot")
    assert destroyed["changed"] is True
    assert in_emulator(aurora) == set()
    again = aurora.json("destroy", "demo", "--confirm", "demo", "--skip-final-snapshot")
    assert (again["changed"], again["status"]) == (False, "unchanged")


@pytest.mark.thorough
def test_a_scale_that_is_killed_and_a_state_that_is_lost_or_truncated(emulator: object, aurora: Aurora) -> None:
    aurora.ok(*CREATE)
    killed_in(aurora, "CreateDBInstance", "scale", "demo", "--readers", "2", "--yes")
    aurora.ok("scale", "demo", "--readers", "2", "--yes")
    settled(aurora, "demo")

    terraform = folder(aurora)
    for file in terraform.glob("terraform.tfstate*"):
        file.unlink()
    aurora.ok("scale", "demo", "--readers", "1", "--yes")
    settled(aurora, "demo")

    (terraform / "terraform.tfstate").write_text((terraform / "terraform.tfstate").read_text()[:900])
    aurora.ok("apply", "demo", "--set", "backup.retention=9", "--yes")
    settled(aurora, "demo")
    assert list(terraform.glob("terraform.tfstate.damaged*"))

    earlier = (terraform / "terraform.tfstate").read_text()
    aurora.ok("scale", "demo", "--readers", "2", "--yes")
    (terraform / "terraform.tfstate").write_text(earlier)
    assert "state is older than the one" in " ".join(aurora.run("drift", "demo").err.split())
    around = (
        "services.comprehend=true",
        "autoscaling={min: 1, max: 2, cpu: 60}",
        "monitoring={alarms: true, dashboard: true}",
    )
    aurora.ok("apply", "demo", "--yes", *(word for value in around for word in ("--set", value)))
    assert {kind for kind, _ in left_over(aurora)} >= {
        "aws_iam_role",
        "aws_cloudwatch_dashboard",
        "aws_appautoscaling_target",
    }
    for file in terraform.glob("terraform.tfstate*"):
        file.unlink()
    aurora.ok("destroy", "demo", "--confirm", "demo", "--skip-final-snapshot")
    assert left_over(aurora) == set(), "what stands beside the cluster is gone with it"


@pytest.mark.thorough
def test_a_state_that_is_kept_elsewhere(emulator: object, aurora: Aurora, tmp_path: Path) -> None:
    spec = tmp_path / "remote.yaml"
    with state_server() as address:
        spec.write_text(REMOTE.format(address=address))
        command = ("create", "-f", str(spec), "--yes")
        killed_in(aurora, "CreateDBCluster", *command)
        StateServer.lock = None  # a killed Terraform cannot give it back
        assert "aws_vpc.this" in aurora.ok(*command).err
        assert in_emulator(aurora) == in_states([json.loads(StateServer.state or b"")])

        # The server goes down in the middle of an apply, and comes back.
        aurora.emulator.add_fault(FaultRule(kind="slow", action="CreateDBInstance", delay_s=1.0))
        since = last_call(aurora)

        def ready() -> bool:
            StateServer.refuses = StateServer.refuses or "rds:CreateDBInstance" in under_way(aurora, since)
            return False

        more = ("apply", "remote", "--set", "instances.readers=1", "--yes")
        status, out = kill_when(aurora, more, ready, "terraform")
        assert status != 0 and "errored.tfstate" in out
        folder = aurora.home / "sandbox" / "stacks" / "remote" / "terraform"
        assert (folder / "errored.tfstate").exists()
        assert aurora.run(*more).status != 0  # still down
        assert (folder / "errored.tfstate").exists()
        StateServer.refuses, StateServer.lock = False, None
        aurora.emulator.clear_faults()
        assert "Saved the state" in aurora.ok(*more).err
        assert in_emulator(aurora) == in_states([json.loads(StateServer.state or b"")])

        StateServer.state = None  # lost, by whoever keeps it
        aurora.ok("destroy", "remote", "--confirm", "remote", "--skip-final-snapshot")
        assert in_emulator(aurora) == set()


@pytest.mark.thorough
def test_a_lost_response_as_the_genuine_provider_handles_it(
    emulator: object, aurora: Aurora, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(aurora.environ, "AURORA_SANDBOX_LOST_RESPONSES", "fail")
    for action in ("CreateVpc", "CreateDBCluster", "CreateDBInstance"):
        aurora.emulator.add_fault(FaultRule(kind="lost_reply", action=action, count=1))
        assert aurora.run(*CREATE).status != 0
    aurora.ok(*CREATE)
    settled(aurora, "demo")
    aurora.ok("destroy", "demo", "--confirm", "demo", "--skip-final-snapshot")


@pytest.mark.thorough
@pytest.mark.parametrize("action", ["CreateGlobalCluster", "CreateDBCluster"])
def test_a_region_whose_addition_is_killed(emulator: object, aurora: Aurora, action: str) -> None:
    aurora.ok("--region", "eu-west-1", "create", "demo", "--engine", "postgres", "--class", "db.r7g.large", "--yes")
    add = ("global", "add-region", "demo", "eu-central-1", "--yes")
    killed_in(aurora, action, *add)
    aurora.ok(*add)
    there = in_emulator(aurora) | in_emulator(aurora, "eu-central-1")
    assert there == in_states([aurora.state("demo")])
    assert aurora.run("plan", "demo", "--exit-code").status == 0
    aurora.ok("destroy", "demo", "--confirm", "demo", "--skip-final-snapshot")
    assert in_emulator(aurora) | in_emulator(aurora, "eu-central-1") == set()
