"""What runs on a cluster, and what an operation left that was killed, interrupted or failed."""

from __future__ import annotations

import json
import os
import signal
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from aurora_cli.aws.clock import Clock
from aurora_cli.errors import OperationFailed
from aurora_cli.operations.core.activity import activity_of
from aurora_cli.operations.core.history import operations_of, recorded
from aurora_cli.operations.core.unfinished import unfinished as read_unfinished
from aurora_cli.stacks.history import HistoryEntry
from aurora_cli.stacks.home import Home
from aurora_cli.stacks.journal import Journal, write_journal
from aurora_cli.stacks.registry import Registry
from aurora_cli.stacks.stack import Stack
from aurora_cli.terraform.run.run_folder import new_run
from tests.unit.conftest import Run

APP: Any = SimpleNamespace(clock=Clock(), user="ann", begun=set())
SPEC = "name: demo\nregion: eu-west-1\nengine: aurora-postgresql\n"


@pytest.fixture
def stack(tmp_path: Path) -> Stack:
    """A stack in the home of `run`, whose creation has begun."""
    return Registry(Home(tmp_path / "home")).create("demo", region="eu-west-1", target="aws", spec=SPEC)


def row_of(run: Run) -> Any:
    """The cluster's row in `list`."""
    return run("list", "-o", "json").document["clusters"][0]


def die(stack: Stack, operation: str = "create") -> None:
    """What a process leaves that is killed after it began an operation on the stack."""
    stack.history.begin(HistoryEntry("0" * 12, "2026-01-01T00:00:00+00:00", "ann", operation, "running", None), 4711)


def test_an_operation_that_was_killed_is_in_the_list_and_in_the_history(stack: Stack, run: Run) -> None:
    die(stack)
    found = row_of(run)
    assert (found["status"], found["operation"]["operation"], found["operation"]["state"]) == (
        "killed",
        "create",
        "killed",
    )
    assert found["operation"]["command"] == "aurora-cli apply demo"
    (entry,) = run("history", "demo", "-o", "json").document["operations"]
    assert (entry["operation"], entry["outcome"], entry["duration_s"]) == ("create", "killed", None)
    text = " ".join(run("list").out.split())
    assert "'create' was killed" in text
    assert "Resume: aurora-cli apply demo" in text


def test_the_next_operation_enters_what_was_killed_before_it(stack: Stack) -> None:
    die(stack)
    with stack.lock("create"), recorded(APP, stack, "create") as entry:
        assert [one.outcome for one in operations_of(stack)] == ["killed", "running"]
        entry.finish("succeeded", {})
    assert [one.outcome for one in stack.history.read()] == ["killed", "succeeded"]
    assert stack.history.begun() == []


def test_one_that_runs_has_its_process_and_since_when(stack: Stack, run: Run) -> None:
    with stack.lock("create") as holder, recorded(APP, stack, "create"):
        found = row_of(run)
        (entry,) = run("history", "demo", "-o", "json").document["operations"]
    assert found["status"] == "creating"
    assert {key: found["operation"][key] for key in ("state", "pid", "started_at", "command")} == {
        "state": "running",
        "pid": holder.pid,
        "started_at": holder.since,
        "command": None,
    }
    assert f"'create' is running: process {holder.pid} on {holder.host}" in found["operation"]["text"]
    assert entry["outcome"] == "running"


@pytest.mark.parametrize(
    ("error", "outcome"), [(OperationFailed("It failed."), "failed"), (KeyboardInterrupt(), "interrupted")]
)
def test_one_that_ended_badly_is_not_creating_any_more(
    stack: Stack, run: Run, error: BaseException, outcome: str
) -> None:
    with pytest.raises(type(error)), recorded(APP, stack, "create"):
        raise error
    assert row_of(run)["status"] == outcome
    assert [one.outcome for one in operations_of(stack)] == [outcome]


def test_what_ended_well_leaves_nothing(stack: Stack, run: Run) -> None:
    with recorded(APP, stack, "create") as entry:
        stack.update_record(status="ready")
        entry.finish("succeeded", {})
    found = row_of(run)
    assert (found["status"], found["operation"]) == ("ready", None)


def test_steps_are_resumed_by_their_own_command(stack: Stack) -> None:
    journal = Journal("failover", {}, ("failover", "demo"), "2026-01-01T00:00:00+00:00", "ann")
    steps = journal.with_step("failover demo-2").with_step("settle")
    write_journal(stack.folder, replace(steps, texts={"failover demo-2": "Fail over to demo-2"}))
    die(stack, "failover")
    found = activity_of(stack)
    assert found is not None
    assert found.text == (
        "'failover' is in progress and was killed (left: Fail over to demo-2; Reconcile Terraform state with the spec). "
        "Resume: aurora-cli failover demo"
    )
    unfinished = read_unfinished(stack)
    assert unfinished is not None
    assert unfinished.to_dict()["left"] == ["failover demo-2", "settle"], "names stay in JSON"


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_the_signal_that_ended_a_process_is_in_the_history(
    stack: Stack, run: Run, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    left: list[Any] = []
    monkeypatch.setattr(os, "kill", lambda pid, again: left.append((pid, again, stack.history.begun())))
    with stack.lock("create"), recorded(APP, stack, "create") as entry, recorded(APP, stack, "import"):
        signal.raise_signal(number)
        entry.finish("succeeded", {})
    assert signal.getsignal(number) is signal.SIG_DFL
    (pid, again, begun), said = left[0], f"Ended by {number.name}."
    assert (pid, again) == (os.getpid(), number), "the process dies of it, as it would have"
    assert {one.operation: one.summary for one, _ in begun} == {"create": said, "import": said}
    for one, by in begun:
        stack.history.begin(replace(one, id=f"{one.id}x"), by)
    assert [(one.outcome, one.summary) for one in operations_of(stack)][2:] == [("killed", said)] * 2
    assert f"was ended by {number.name}" in row_of(run)["operation"]["text"]
    with recorded(APP, stack, "create"):
        pass
    assert [one.summary for one in stack.history.read()][2:4] == [said] * 2


def test_a_signal_that_somebody_ignores_stays_ignored(stack: Stack) -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with recorded(APP, stack, "create"):
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
            signal.raise_signal(signal.SIGHUP)
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, signal.SIG_DFL)


def test_an_operation_that_ended_right_before_it_died_is_in_the_history_once(stack: Stack) -> None:
    die(stack)
    (entry,) = (one for one, _ in stack.history.begun())
    note = next(stack.folder.glob("begun-*.json"))
    text = note.read_text()
    stack.history.append(replace(entry, outcome="succeeded"))
    note.write_text(text)
    with recorded(APP, stack, "scale") as second:
        second.finish("succeeded", {})
    assert [one.outcome for one in operations_of(stack)] == ["succeeded", "succeeded"]


def test_terraform_that_outlived_its_command_is_told(stack: Stack, run: Run) -> None:
    die(stack)
    apply = new_run(stack.runs_dir, "apply", ())
    apply.pid_file.write_text("4711\n")
    alive = apply.take_lock()
    found = row_of(run)
    assert (found["status"], found["operation"]["terraform"], found["operation"]["pid"]) == (
        "creating",
        "running",
        4711,
    )
    assert "Terraform continues (process 4711)" in found["operation"]["text"]
    os.close(alive)
    apply.exit_file.write_text("0\n")
    found = row_of(run)
    assert (found["status"], found["operation"]["terraform"]) == ("killed", "succeeded")
    assert "Terraform ran on without it, and succeeded." in found["operation"]["text"]


def test_a_note_of_a_begin_that_cannot_be_read_is_left_out(stack: Stack) -> None:
    for number, text in enumerate(("", "{", "[]", json.dumps({"id": "x"}))):
        (stack.folder / f"begun-{number}.json").write_text(text)
    assert operations_of(stack) == []


def test_clusters_of_a_sandbox_that_was_stopped_are_lost(tmp_path: Path, run: Run) -> None:
    home = tmp_path / "home" / "sandbox"
    made = Registry(Home(home)).create("demo", region="eu-west-1", target="sandbox", spec=SPEC)
    made.update_record(status="ready")
    (home / "emulator").mkdir()
    (home / "emulator" / "inventory.json").write_text(json.dumps({"clusters": ["eu-west-1/demo"]}))
    (found,) = run("--sandbox", "list", "-o", "json").document["clusters"]
    assert found["status"] == "lost"
    assert "aurora-cli --sandbox apply demo" in found["problem"]
    looked = run("--sandbox", "status", "demo", "-o", "json")
    report = looked.document
    assert (looked.status, report["status"], report["operation"]) == (0, "lost", None)
    (said,) = report["warnings"]
    assert said.startswith("The sandbox is stopped, and its contents are lost: demo does not exist any more.")
    assert "aurora-cli --sandbox apply demo" in " ".join(run("--sandbox", "status", "demo").out.split())
    for command in ("endpoints", "connection", "drift", "wait"):
        outcome = run("--sandbox", command, "demo")
        assert outcome.status == 4, command
        assert "The sandbox is stopped" in " ".join(outcome.err.split()), command
    assert not (home / "emulator" / "emulator.json").exists(), "no empty one was started"
    made.update_record(status="creating")
    (home / "emulator" / "inventory.json").unlink()
    (said,) = run("--sandbox", "status", "demo", "-o", "json").document["warnings"]
    assert said.startswith("The sandbox is stopped, and demo was not created in it.")
