"""What was changed outside is told apart from what is as it should be; locks and backtrack, on the same cluster."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from aurora_cli.operations.pipeline import engine
from tests.harness import Aurora
from tests.sandbox.aws_view import changing_calls, last_call, spec_file

pytestmark = [pytest.mark.sandbox, pytest.mark.timeout(900)]
LOCK = {
    "ID": "9db590f1-b6fe",
    "Operation": "OperationTypeApply",
    "Who": "eva@laptop",
    "Created": "2030-01-31T07:00:00Z",
}


@pytest.fixture(scope="module")
def tickets(aurora: Aurora, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    file = spec_file(
        tmp_path_factory.mktemp("spec"),
        name="tickets",
        engine="mysql",
        backup={"backtrack": "24h", "retention": "3d"},
        deletion_protection=False,
    )
    aurora.ok("create", "-f", str(file), "--yes")
    yield "tickets"


def drift(aurora: Aurora, name: str, status: int) -> Any:
    outcome = aurora.run("drift", name, "-o", "json")
    assert outcome.status == status, outcome.err
    return outcome.data


def state_file(aurora: Aurora, name: str) -> Path:
    return aurora.home / "sandbox" / "stacks" / name / "terraform" / "terraform.tfstate"


def test_nothing_was_changed(aurora: Aurora, tickets: str) -> None:
    before = last_call(aurora)
    assert drift(aurora, tickets, 0)["resources"] == []
    assert changing_calls(aurora, before) == []


def test_a_value_changed_outside_is_named_with_both_values(aurora: Aurora, tickets: str) -> None:
    rds = aurora.client("rds")
    rds.modify_db_cluster(DBClusterIdentifier=tickets, BackupRetentionPeriod=9, ApplyImmediately=True)
    report = drift(aurora, tickets, 7)
    (resource,) = report["resources"]
    assert (resource["address"], resource["gone"]) == ("aws_rds_cluster.this", False)
    (attribute,) = resource["attributes"]
    assert attribute == {
        "path": "backup_retention_period",
        "expected": 3,
        "actual": 9,
        "field": "backup.retention",
        "sensitive": False,
    }
    shown = aurora.run("drift", tickets)
    assert "expected 3, is 9" in shown.out
    assert "backup.retention" in shown.out


def test_what_an_apply_leaves_is_told_and_the_next_one_sets_it(
    aurora: Aurora, tickets: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def meddle(*args: Any) -> bool:
        aurora.client("rds").modify_db_cluster(DBClusterIdentifier=tickets, BackupRetentionPeriod=8)
        return False

    asked = {"AURORA_VERIFY": "1"}
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(engine, "fix_provider_gaps", meddle)
        outcome = aurora.run("apply", tickets, "--yes", "-o", "json", env=asked)
    error = outcome.data["error"]
    assert (outcome.status, error["code"]) == (7, "plan-not-empty")
    assert "aws_rds_cluster.this (update: backup_retention_period: 8 -> 3" in error["message"]
    last = aurora.json("history", tickets)["operations"][-1]
    assert (last["outcome"], last["terraform"]["change"], last["summary"]) == ("failed", 1, error["message"])
    assert aurora.json("status", tickets)["operation"] is None, "it has ended"
    assert aurora.json("apply", tickets, "--yes", env=asked)["verified"] is True
    assert aurora.cluster(tickets)["BackupRetentionPeriod"] == 3
    assert drift(aurora, tickets, 0)["drift"] is False


def test_a_lock_file_without_a_holder_is_taken_away_by_name(aurora: Aurora, tickets: str) -> None:
    info = state_file(aurora, tickets).with_name(".terraform.tfstate.lock.info")
    assert aurora.json("unlock", tickets)["lock"] is None
    info.write_text(json.dumps(LOCK))
    unconfirmed = aurora.run("unlock", tickets)
    assert unconfirmed.status == 2
    assert "eva@laptop" in unconfirmed.err
    assert aurora.run("unlock", tickets, "--confirm", "another").status == 8
    assert info.exists()
    result = aurora.json("unlock", tickets, "--confirm", LOCK["ID"])
    assert (result["changed"], result["lock"]["operation"]) == (True, "Apply")
    assert not info.exists()
    assert aurora.json("history", tickets)["operations"][-1]["operation"] == "unlock"


def test_a_lock_of_a_living_process_stays(aurora: Aurora, tickets: str) -> None:
    state = state_file(aurora, tickets)
    descriptor = os.open(state, os.O_RDWR)
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX)
        outcome = aurora.process(
            "unlock", tickets, "--confirm", tickets
        )  # such a lock keeps other processes out, not its own
    finally:
        os.close(descriptor)
    assert outcome.status == 5
    assert "A running Terraform" in outcome.err


def test_a_stack_that_a_living_command_holds_is_not_unlocked(aurora: Aurora, tickets: str) -> None:
    lock = aurora.home / "sandbox" / "locks" / f"{tickets}.lock"
    descriptor = os.open(lock, os.O_RDWR)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        assert aurora.run("unlock", tickets, "--confirm", tickets).status == 5
    finally:
        os.close(descriptor)


def test_a_cluster_goes_back_in_place(aurora: Aurora, tickets: str) -> None:
    looked = aurora.json("backtrack", tickets, "--by", "1s", "--dry-run")
    assert (looked["changed"], looked["instances"]) == (False, ["tickets-1"])
    before = last_call(aurora)
    result = aurora.json("backtrack", tickets, "--by", "1s", "--confirm", tickets)
    assert result["changed"]
    assert changing_calls(aurora, before) == ["BacktrackDBCluster"]
    (made,) = aurora.client("rds").describe_db_cluster_backtracks(DBClusterIdentifier=tickets)["DBClusterBacktracks"]
    assert made["Status"].lower() == "completed"
    assert abs(made["BacktrackTo"] - datetime.fromisoformat(result["to"])) < timedelta(seconds=2)
    assert aurora.run("plan", tickets, "--exit-code").status == 0
    assert aurora.json("history", tickets)["operations"][-1]["operation"] == "backtrack"


@pytest.mark.parametrize(
    ("options", "status", "text"),
    [
        (("--by", "30h"), 2, "its backtrack window begins at"),
        (("--to", (datetime.now(timezone.utc) + timedelta(days=2)).isoformat()), 2, "is not in the past"),
        (("--to", "yesterday"), 2, "is not a valid time"),
        ((), 2, "Specify --to TIME or --by"),
    ],
)
def test_a_backtrack_that_cannot_be_is_refused(
    aurora: Aurora, tickets: str, options: tuple[str, ...], status: int, text: str
) -> None:
    before = last_call(aurora)
    outcome = aurora.run("backtrack", tickets, *options, "--confirm", tickets)
    assert outcome.status == status
    assert text in " ".join(outcome.err.split())
    assert changing_calls(aurora, before) == []


def test_a_cluster_without_a_window_says_so(aurora: Aurora, tickets: str) -> None:
    rds = aurora.client("rds")
    rds.modify_db_cluster(DBClusterIdentifier=tickets, BacktrackWindow=0, ApplyImmediately=True)
    outcome = aurora.run("backtrack", tickets, "--by", "10m", "--confirm", tickets)
    assert outcome.status == 2
    assert "without a backtrack window" in " ".join(outcome.err.split())


def test_an_instance_deleted_outside_is_gone(aurora: Aurora, tickets: str) -> None:
    aurora.client("rds").delete_db_instance(DBInstanceIdentifier="tickets-1", SkipFinalSnapshot=True)
    gone = [r["address"] for r in drift(aurora, tickets, 7)["resources"] if r["gone"]]
    assert gone == ['aws_rds_cluster_instance.this["1"]']
    aurora.ok("destroy", tickets, "--confirm", tickets, "--skip-final-snapshot")
