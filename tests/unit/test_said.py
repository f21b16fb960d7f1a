"""What a command says it did, is what it did."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from aurora_cli.aws.restore.snapshots import SnapshotInfo
from aurora_cli.commands.look.wait import command as wait
from aurora_cli.operations.day_two import snapshots
from aurora_cli.sandbox.state import StateFiles
from aurora_cli.terraform.plan.plan import Plan
from tests.unit.conftest import Run
from tests.unit.ui_screens import change

NOW = datetime(2026, 1, 1, 12, tzinfo=timezone.utc)
TAKEN = SnapshotInfo("before", "arn", "demo", "manual", "available", "", "", True, created_at="2026-01-01T09:00:00Z")


@pytest.mark.parametrize(("status", "asked"), [("available", 0), ("creating", 1)])
def test_a_snapshot_that_exists_is_not_said_to_be_taken(
    monkeypatch: pytest.MonkeyPatch, status: str, asked: int
) -> None:
    there = SnapshotInfo(**{**vars(TAKEN), "status": status})
    waited: list[str] = []
    monkeypatch.setattr(snapshots, "read_cluster", lambda rds, name: SimpleNamespace(name=name))
    monkeypatch.setattr(snapshots, "snapshot_exists", lambda rds, name: True)
    monkeypatch.setattr(snapshots, "list_snapshots", lambda *args: [there])

    def await_snapshot(rds: Any, name: str, **options: Any) -> SnapshotInfo:
        waited.append(name)
        return TAKEN

    monkeypatch.setattr(snapshots, "await_snapshot", await_snapshot)
    monkeypatch.setattr(snapshots, "region_for", lambda app, cluster, region: "eu-west-1")
    events: list[Any] = []
    app: Any = SimpleNamespace(
        begin=lambda emit: None, aws=lambda region: SimpleNamespace(client=lambda name: None), target="aws", clock=None
    )
    done = snapshots.create_snapshot(app, "demo", "before", region=None, emit=events.append)
    assert (done.outcome, len(waited), bool(events)) == ("unchanged", asked, bool(asked))


def test_the_age_of_a_snapshot_that_exists_is_printed(monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    done = snapshots.SnapshotResult(TAKEN, "unchanged", "eu-west-1", "aws")
    monkeypatch.setattr(snapshots, "create_snapshot", lambda *args, **options: done)
    monkeypatch.setattr("aurora_cli.aws.clock.Clock.now", lambda self: NOW)
    said = " ".join(run("snapshot", "create", "demo", "--id", "before").out.split())
    assert said.startswith(
        "before already exists, with the data of 2026-01-01 09:00 UTC, 3h00m ago: nothing was changed."
    )


def test_a_warning_carries_the_name_of_its_check(run: Run) -> None:
    done = run("--region", "eu-west-1", "validate", "demo", "--engine", "postgres", "--class", "db.r7g.large")
    assert "network.allow  --skip-check allow-nobody" in done.err


def test_a_wait_without_a_condition_is_for_available() -> None:
    assert next(param for param in wait.params if param.name == "condition").default == "available"


@pytest.mark.parametrize(("text", "seconds"), [("6s", 6.0), ("6", 6.0), ("0.5", 0.5), ("1m", 60.0)])
def test_a_delay_is_a_duration(monkeypatch: pytest.MonkeyPatch, run: Run, text: str, seconds: float) -> None:
    added: list[Any] = []

    def add_fault(self: Any, rule: Any) -> Any:
        added.append(rule)
        return rule

    monkeypatch.setattr("aurora_cli.sandbox.manager.Sandbox.add_fault", add_fault)
    assert run("sandbox", "faults", "add", "slow", "--delay", text).status == 0
    assert added[0].delay_s == seconds


def test_a_delay_that_is_none_says_how_one_is_written(run: Run) -> None:
    done = run("sandbox", "faults", "add", "slow", "--delay", "soon")
    assert (done.status, "For example 90s" in done.err) == (2, True)


def test_the_stop_of_the_sandbox_names_what_is_lost(tmp_path: Path, run: Run) -> None:
    folder = tmp_path / "home" / "sandbox" / "emulator"
    folder.mkdir(parents=True)
    (folder / "inventory.json").write_text(json.dumps({"clusters": ["eu-west-1/demo"]}))
    said = " ".join(run("sandbox", "stop").err.split())
    assert "Its contents are lost: demo. To clear the list of clusters: aurora-cli sandbox reset" in said


def test_the_stop_of_the_sandbox_names_what_it_keeps(tmp_path: Path, run: Run) -> None:
    files = StateFiles(tmp_path / "home" / "sandbox" / "emulator")
    files.folder.mkdir(parents=True)
    files.saved.write({"clusters": ["eu-west-1/demo"]}, b"resources")
    assert "It keeps demo for the next start. To delete it: aurora-cli sandbox reset" in run("sandbox", "stop").err


def test_the_summary_of_a_plan_has_the_keys_of_an_apply() -> None:
    plan = Plan((change("a.b", "create"), change("a.c", "replace"), change("a.d", "update"), change("a.e", "delete")))
    assert {key: plan.to_dict()["summary"][key] for key in ("add", "change", "destroy")} == {
        "add": 2,
        "change": 1,
        "destroy": 2,
    }
