"""Commands of a fleet as processes: how many at a time, how they end, what is kept of them."""

from __future__ import annotations

import json
import re
import signal
from collections.abc import Iterator, Mapping
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from types import SimpleNamespace
from typing import Any

import pytest

from aurora_cli.context import AppContext
from aurora_cli.errors import Interrupted
from aurora_cli.fleet.members import Member
from aurora_cli.operations.fleet import plan as fleet
from aurora_cli.operations.fleet.executors.backlog import Backlog
from aurora_cli.operations.fleet.executors.executor import Ended, Task
from aurora_cli.operations.fleet.executors.processes import Processes
from aurora_cli.operations.fleet.plan import FleetPlan
from aurora_cli.operations.fleet.runs import KEPT, End, Result, begin_run
from aurora_cli.operations.fleet.view import as_junit, as_markdown
from tests.harness import clean_environ

LIMITED = (("a", (("account 1", 1),)), ("b", (("account 1", 1),)), ("c", ()), ("d", (("account 2", 2),)))
CHANGE = {"changes": True, "summary": {"create": 0, "update": 1, "replace": 0, "delete": 0}, "findings": []}


class Scripted:
    """An executor that runs nothing: each task ends with what the test says."""

    def __init__(self, ends: Mapping[str, tuple[int | None, str]], interrupt_after: int = -1) -> None:
        self.ends, self.interrupt_after, self.cancelled = dict(ends), interrupt_after, False
        self.tasks: list[Task] = []

    def submit(self, task: Task) -> None:
        self.tasks.append(task)

    def watch(self) -> Iterator[Ended]:
        while self.tasks:
            if self.interrupt_after == 0:
                self.interrupt_after = -1
                raise KeyboardInterrupt
            self.interrupt_after -= 1
            task = self.tasks.pop(0)
            status, text = self.ends[task.name]
            task.out.write_text(text)
            yield Ended(task, status, 1.0)

    def cancel(self, *, running: bool = True) -> None:
        self.cancelled = True
        self.tasks = self.tasks[:1]

    def close(self) -> None:
        pass


@pytest.fixture
def app(tmp_path: Path) -> AppContext:
    return AppContext(home_folder=tmp_path / "home", environ={})


def member(name: str) -> Member:
    path = Path(f"/specs/{name}.yaml")
    return Member(path, path.parent, values={"name": name, "region": "eu-west-1"})


def planned(app: AppContext, ends: Mapping[str, tuple[int | None, str]], interrupt_after: int = -1) -> FleetPlan:
    found = [member(name) for name in ends]
    return fleet.fleet_plan(app, found, ["--sandbox"], Scripted(ends, interrupt_after), lambda event: None)


def plan_of(**changed: Any) -> str:
    return json.dumps({**CHANGE, **changed})


def finding(effect: str, text: str = "Something happens.") -> dict[str, Any]:
    return {"effect": effect, "address": "aws_rds_cluster.this", "text": text}


def test_the_worst_comes_first(app: AppContext) -> None:
    created = {"create": 3, "update": 0, "replace": 0, "delete": 0}
    found = planned(
        app,
        {
            "same": (0, plan_of(changes=False)),
            "who": (0, plan_of(changes=False, summary={}, remarks=["The AWS profile becomes b; before, it was a."])),
            "new": (7, plan_of(summary=created)),
            "changed": (0, plan_of()),
            "both": (0, plan_of(findings=[finding("restart"), finding("lost", "Data | go <b>.")])),
            "exposed": (0, plan_of(findings=[finding("exposed")])),
            "moved": (0, plan_of(findings=[finding("restart"), finding("failover")])),
            "refused": (9, '{"error": {"code": "guard", "message": "No.", "hint": "h"}}'),
            "killed": (None, ""),
            "garbage": (1, "\xff[[["),
            "cut": (0, '{"changes": tr'),
        },
    )
    risks = [(one.member.name, one.risk) for one in found.members]
    assert risks == [
        ("cut", "failed"),
        ("garbage", "failed"),
        ("killed", "failed"),
        ("refused", "failed"),
        ("both", "lost"),
        ("moved", "failover"),
        ("exposed", "exposed"),
        ("changed", "changed"),
        ("new", "created"),
        ("same", "unchanged"),
        ("who", "unchanged"),
    ]
    assert found.counts["failed"] == 4 and found.changes
    errors = {one.member.name: one.error for one in found.members if one.error}
    assert errors["refused"] == {"code": "guard", "message": "No.", "hint": "h", "exit_status": 9}
    assert errors["killed"]["code"] == "unknown"
    text = as_markdown(found)
    assert "**aurora-cli fleet plan**: 4 failed, 1 lost, 1 failover" in text
    assert "| both |  | eu-west-1 | lost | Something happens. Data \\| go &lt;b&gt;. |" in text
    assert "same" not in text
    assert "| who |  | eu-west-1 | unchanged | The AWS profile becomes b; before, it was a. |" in text
    assert re.findall(r'tests="(\d+)" failures="(\d+)"', as_junit(found)) == [("11", "5")]


def test_a_summary_fits_a_comment(app: AppContext) -> None:
    found = planned(app, {f"c{n}": (0, plan_of(findings=[finding("restart", "x" * 600)])) for n in range(200)})
    text = as_markdown(found)
    assert len(text) < 65_000
    assert f"more are in the run `{found.run}`" in text


def test_an_interrupt_is_passed_on_and_what_ended_is_kept(app: AppContext) -> None:
    ends = {name: (0, plan_of()) for name in "abcd"}
    with pytest.raises(Interrupted, match="after 2 of 4"):
        planned(app, ends, interrupt_after=1)
    (folder,) = (app.home.path / "fleet").iterdir()
    assert {path.name for path in folder.glob("*.end.json")} == {"a.end.json", "b.end.json"}


def test_old_runs_go(app: AppContext) -> None:
    ids = [begin_run(app, "plan", ["a"]).id for _ in range(KEPT + 3)]
    left = {path.name for path in (app.home.path / "fleet").iterdir()}
    assert ids[-1] in left and len(left) == KEPT
    assert all(path.stat().st_mode & 0o077 == 0 for path in (app.home.path / "fleet").iterdir())


def test_processes_keep_to_their_limits_and_outlive_an_interrupt(app: AppContext) -> None:
    """Real processes: what a signal does to them is the system's."""
    run = begin_run(app, "plan", list("abc"))
    executor = Processes(clean_environ(), most=2)
    for name in "abc":
        executor.submit(run.task(name, ["--version"], [("account 1", 1)]))
    seen = []
    for ended in executor.watch():
        seen.append((ended.task.name, ended.status))
        assert len(executor._running) <= 1
    assert seen == [("a", 0), ("b", 0), ("c", 0)]
    assert all("aurora-cli" in (run.folder / f"{name}.json").read_text() for name in "abc")

    executor = Processes(clean_environ(), most=1)
    executor.submit(run.task("waits", ["sandbox", "run", "--", "sleep", "60"]))
    executor.submit(run.task("never", ["--version"]))
    watched = executor.watch()
    executor._start()
    next(iter(executor._running.values())).send_signal(signal.SIGKILL)
    executor.cancel()
    executor.submit(run.task("late", ["--version"]))
    assert [(ended.task.name, ended.status) for ended in watched] == [("waits", None)]
    assert not (run.folder / "never.log").exists() and not (run.folder / "late.log").exists()


def test_a_task_starts_when_what_it_counts_against_has_room() -> None:
    here = Path()
    a, b, c, d = (Task(name, (), here, here, limits) for name, limits in LIMITED)
    tasks = Backlog()
    for task in (a, b, c, d):
        tasks.add(task)
    assert list(tasks.take(2)) == [a, c]
    assert list(tasks.take(2)) == [d]
    tasks.release(c)
    assert list(tasks.take(2)) == []
    tasks.release(a)
    assert list(tasks.take(0)) == []
    assert list(tasks.take(2)) == [b]


def test_an_interrupt_at_any_point_leaves_nothing_to_wait_for_for_ever(
    app: AppContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Interrupting(SimpleQueue[Any]):
        def get(self, block: bool = True, timeout: float | None = None) -> Any:
            super().get()
            raise KeyboardInterrupt

    run = begin_run(app, "plan", ["a", "b"])
    executor = Processes({}, most=1)
    monkeypatch.setattr(executor._launcher, "start", lambda task: SimpleNamespace(wait=lambda: 0))
    monkeypatch.setattr(executor._launcher, "expect_more", lambda: None)
    for name in "ab":
        executor.submit(run.task(name, [], [("total", 1)]))
    with monkeypatch.context() as patch:
        patch.setattr(executor, "_ended", Interrupting())
        with pytest.raises(KeyboardInterrupt):
            next(executor.watch())
    seen: list[str] = []
    watching = Thread(target=lambda: seen.extend(ended.task.name for ended in executor.watch()), daemon=True)
    watching.start()
    watching.join(10)
    assert (seen, watching.is_alive()) == (["b"], False)


def test_what_is_submitted_while_the_last_one_is_taken_runs_too(app: AppContext) -> None:
    """A real process: the end of one is what the next one waits for."""
    run = begin_run(app, "plan", ["a", "b"])
    executor = Processes(clean_environ())
    executor.submit(run.task("a", ["--version"]))
    seen = []
    for ended in executor.watch():
        seen.append(ended.task.name)
        if ended.task.name == "a":
            executor.submit(run.task("b", ["--version"]))
    assert seen == ["a", "b"]


def test_a_spec_that_is_not_valid_is_told_with_its_problems(tmp_path: Path) -> None:
    problems = [
        {"path": "region", "message": "no Region", "severity": "error"},
        {"path": "tags", "message": "doubtful", "severity": "warning"},
        {"path": "", "message": "two\n lines", "severity": "error"},
    ]

    def message(details: Any) -> str:
        error = {"code": "invalid-spec", "message": "a.yaml has 2 problems", "details": details}
        found = Result(End(2, 1.0), {"error": error}, tmp_path / "log").error
        assert found
        return str(found["message"])

    assert message({"problems": problems}) == "a.yaml has 2 problems: region: no Region; spec: two lines."
    assert message({"problems": problems * 2}).endswith("; region: no Region; and 1 more.")
    nothing: Any
    for nothing in (None, [], {}, {"problems": None}, {"problems": [1]}):
        assert message(nothing) == "a.yaml has 2 problems"
