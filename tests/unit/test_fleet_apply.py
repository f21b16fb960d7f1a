"""`fleet apply`: waves, their gates, limits, stale plans, and resuming from wherever it was cut off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import Any
from xml.etree import ElementTree

import pytest

from aurora_cli import writing
from aurora_cli.context import AppContext
from aurora_cli.errors import GuardRefused, InvalidInput, StackDamaged, StackLocked
from aurora_cli.events import Note, TaskEnded
from aurora_cli.fleet.inherited import fleet_of
from aurora_cli.fleet.members import read_members
from aurora_cli.main import main
from aurora_cli.operations.fleet import runs as folders
from aurora_cli.operations.fleet.executors import choice
from aurora_cli.operations.fleet.executors.executor import Ended, Task
from aurora_cli.operations.fleet.listing import listed_runs
from aurora_cli.operations.fleet.places import Places
from aurora_cli.operations.fleet.plan import fleet_plan
from aurora_cli.operations.fleet.rollout import controller as rolling
from aurora_cli.operations.fleet.rollout import plans, start, waves
from aurora_cli.operations.fleet.rollout import record as records
from aurora_cli.operations.fleet.rollout.outcome import as_junit, exit_status, to_dict
from aurora_cli.operations.fleet.rollout.record import ClusterState, RolloutRun
from aurora_cli.stacks.lock import Holder
from tests.unit.fleet_cases import Killed, Simulated, Time, error, states
from tests.unit.test_fleet_runs import Scripted, finding, plan_of

WAVES = """
defaults: {region: eu-west-1, engine: postgres}
waves:
  - {name: canary, where: "name=a"}
  - {name: early, percent: 40, bake: 3m, max_parallel: 1}
"""
DIGEST = "d" * 64


@dataclass
class World(Simulated):
    """An executor with the truth about clusters: those that are applied. Each task ends as its script says, at last well."""

    scripts: Mapping[str, list[str]] = field(default_factory=dict)
    ill: Mapping[str, list[str | None]] = field(default_factory=dict)
    applied: list[str] = field(default_factory=list)

    def run(self, task: Task) -> tuple[int | None, dict[str, Any]]:
        command = next(word for word in task.words if word in ("apply", "plan", "wait"))
        self.log.append(f"{command} {task.name}")
        if command == "wait":
            said = (self.ill.get(task.name) or [None]).pop(0)
            return (6, error("timeout", said)) if said else (0, {"notes": ["The alarms are not known: no."]})
        if command == "plan":
            return 0, {"changes": True, "digest": "new", "findings": [], "summary": {"update": 1}}
        how = (self.scripts.get(task.name) or ["ok"]).pop(0)
        if how == "stale":
            return 5, error("plan-stale", "The plan is not the one.", digest="new")
        if how == "empty":
            return 0, {}
        if how != "ok":
            return (None, {}) if how == "killed" else (5 if how == "locked" else 1, error(how, f"It is {how}."))
        changed = task.name not in self.applied
        self.applied += [task.name] * changed
        return 0, {"changed": changed}


@pytest.fixture
def app(tmp_path: Path) -> AppContext:
    clock: Any = Time()
    return AppContext(home_folder=tmp_path / "home", environ={}, clock=clock)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    specs = tmp_path / "specs"
    specs.mkdir()
    write(specs, WAVES, "abcde")
    return specs


def write(folder: Path, fleet: str, names: Sequence[str] = ()) -> None:
    fleet_of.cache_clear()
    (folder / "fleet.yaml").write_text(fleet)
    for name in names:
        (folder / f"{name}.yaml").write_text(f"name: {name}")


def planned(app: AppContext, folder: Path, **special: str) -> None:
    members = read_members([folder])
    ends = {str(m.name): (0, special.get(str(m.name), plan_of(digest=DIGEST))) for m in members}
    fleet_plan(app, members, [], Scripted(ends), lambda event: None, Places.of([folder]))


def begun(app: AppContext, allow: Sequence[str] = (), folders: Sequence[Path] = (), **how: Any) -> RolloutRun:
    found = plans.planned(plans.plan_run(app, None), folders)
    return plans.begin_apply(app, plans.apply_record(found, app.clock.now(), allow, **how), found.plans)


def carried_out(
    app: AppContext, run: RolloutRun, world: World, told: list[Any] | None = None, **how: Any
) -> RolloutRun:
    found = rolling.RolloutOptions(("--sandbox",), start.members_of(run), **how)
    rolling.roll_out(app, run, found, world, (told if told is not None else []).append)
    return run


def test_waves_follow_each_other_each_with_its_gate_and_its_bake(app: AppContext, folder: Path) -> None:
    planned(app, folder, e=plan_of(changes=False))
    world, told = World(), list[Any]()
    run = carried_out(app, begun(app), world, told)
    looks = ["wait b", "wait c"] * 4
    assert world.log == ["apply a", "wait a", "apply b", "apply c", *looks, "apply d", "wait d"]
    assert app.clock.monotonic() == pytest.approx(180, abs=1), "three looks, one a minute"
    assert states(run) == {"a": "applied", "b": "applied", "c": "applied", "d": "applied", "e": "unchanged"}
    assert (exit_status(run), run.left, run.progress.waves) == (0, [], ("passed",) * 3)
    assert sum(isinstance(one, Note) and "The alarms are not known" in one.text for one in told) == 3, "one a wave"
    document = to_dict(run)
    assert [(wave["name"], wave["clusters"]) for wave in document["waves"]] == [
        ("canary", ["a"]),
        ("early", ["b", "c"]),
        ("rest", ["d"]),
    ]
    with pytest.raises(InvalidInput, match="were applied by the run"):
        plans.plan_run(app, None)


def test_only_the_approved_plan_is_applied(app: AppContext, folder: Path) -> None:
    planned(app, folder)
    seen: list[Task] = []
    carried_out(app, begun(app), World(before=seen.append))
    words = seen[0].words
    assert words == (
        "--sandbox",
        "--no-input",
        "apply",
        "-f",
        str(folder / "a.yaml"),
        "--approved",
        DIGEST,
        "-o",
        "json",
    )
    assert [task.limits for task in seen if task.name == "b" and "apply" in task.words] == [(("wave", 1),)]


def test_limits_are_of_an_account_a_region_and_all(app: AppContext, folder: Path) -> None:
    write(
        folder,
        "defaults: {region: eu-west-1, engine: mysql}\naccount: {id: '111111111111'}\nlimits: {account: 3, region: 2, total: 9}",
    )
    planned(app, folder)
    limits = begun(app).plan.clusters["a"].limits
    assert limits == (("account 111111111111", 3), ("region 111111111111 eu-west-1", 2), ("total", 9))


@pytest.mark.parametrize(
    ("scripts", "allowed", "log", "outcome", "status"),
    [
        ({"a": ["failed"]}, 0, ["apply a"], "stopped", 1),
        ({"a": ["killed"]}, 0, ["apply a"], "stopped", 1),
        ({"a": ["empty"]}, 0, ["apply a"], "stopped", 1),
        ({"a": ["failed"]}, 1, ["apply a"], "stopped", 1),
        ({"b": ["failed"]}, 0, ["apply a", "wait a", "apply b"], "stopped", 1),
        ({"d": ["failed"]}, 1, None, "done", 1),
        ({"d": ["stale"]}, 0, None, "done", 5),
        ({"a": ["stale"]}, 0, ["apply a"], "stopped", 1),
    ],
)
def test_failures_stop_the_rest_and_stale_plans_are_left_out(
    app: AppContext,
    folder: Path,
    scripts: dict[str, list[str]],
    allowed: int,
    log: list[str] | None,
    outcome: str,
    status: int,
) -> None:
    planned(app, folder)
    world = World({name: list(one) for name, one in scripts.items()})
    run = carried_out(app, begun(app), world, max_failures=allowed)
    assert log is None or world.log == log
    assert (run.progress.outcome, exit_status(run)) == (outcome, status)
    assert run.left and all(name in run.left for name in scripts)
    failures = ElementTree.fromstring(as_junit(run)).get("failures")  # noqa: S314
    assert failures == str(sum(one not in ("applied", "unchanged") for one in states(run).values()))

    carried_out(app, run, world)  # as `fleet resume` does
    assert (run.progress.outcome, exit_status(run), sorted(world.applied)) == ("done", 0, list("abcde"))
    assert set(states(run).values()) == {"applied"}


def test_a_wave_that_is_not_healthy_stops_the_run_also_while_it_bakes(app: AppContext, folder: Path) -> None:
    planned(app, folder)
    world = World(ill={"a": ["a is modifying"], "c": [None, None, "the alarm c-cpu is in ALARM"]})
    run = carried_out(app, begun(app), world)
    assert (world.applied, run.progress.reasons) == (["a"], ("a is not healthy: a is modifying",))
    carried_out(app, run, world)
    assert (world.applied, run.progress.waves) == (list("abc"), ("passed", "failed", "waiting"))
    assert run.progress.reasons == ("c is not healthy: the alarm c-cpu is in ALARM",)
    carried_out(app, run, world)
    assert exit_status(run) == 0 and world.applied == list("abcde")


def test_a_spec_that_was_edited_since_is_stale(app: AppContext, folder: Path) -> None:
    planned(app, folder)
    run = begun(app)
    (folder / "d.yaml").write_text("name: d\nport: 6000")
    (folder / "e.yaml").unlink()
    world = World()
    carried_out(app, run, world)
    assert world.applied == list("abc") and exit_status(run) == 5
    assert states(run) == {"a": "applied", "b": "applied", "c": "applied", "d": "stale", "e": "stale"}
    (folder / "d.yaml").write_text("name: d  # as it was")
    (folder / "e.yaml").write_text("name: e")
    carried_out(app, run, world)
    assert exit_status(run) == 0


def test_a_last_wave_of_stale_plans_has_failed_and_is_planned_again(
    app: AppContext, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    planned(app, folder)
    told: list[Any] = []
    run = carried_out(app, begun(app), World({"d": ["stale"], "e": ["stale"]}), told)
    assert [one.name for one in told if isinstance(one, TaskEnded) and one.stale] == ["d", "e"]
    assert (run.progress.waves, run.progress.outcome, exit_status(run)) == (("passed", "passed", "failed"), "done", 5)
    (folder / "d.yaml").write_text("name: d\nport: 6000")
    (folder / "e.yaml").write_text("name: e\nport: 6000")
    assert main(["--home", str(app.home.path), "fleet", "resume"]) == 5
    said = capsys.readouterr().err
    assert "Plan the stale ones again" in said and "Resume:" not in said
    assert f"Plan again: aurora-cli fleet plan -d {folder}" == (run.state("d").error or {})["hint"]


def test_plans_that_are_not_complete_are_not_applied(app: AppContext, folder: Path) -> None:
    planned(app, folder)
    newest = folders.runs_of(app)[0]
    newest.note(Ended(newest.task("b", ()), 130, 1.0))
    (newest.folder / "c.end.json").unlink()
    with pytest.raises(
        InvalidInput, match="has no plan of 2 of 5 clusters: it was interrupted, or still runs"
    ) as caught:
        plans.plan_run(app, None)
    assert str(caught.value.hint).endswith(f"aurora-cli fleet plan -d {folder}")


@pytest.mark.parametrize("how", ["folder", "same path"])
def test_the_specs_may_be_in_another_checkout(
    app: AppContext, folder: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.chdir(folder.parent)
    planned(app, folder)
    elsewhere = folder.parent / "job 2"
    elsewhere.mkdir()
    moved = folder.rename(elsewhere / "specs")
    fleet_of.cache_clear()
    monkeypatch.chdir(elsewhere)
    given = [moved] if how == "folder" else []
    seen: list[Task] = []
    run = begun(app, folders=given)
    world = World({"b": ["failed"]}, before=seen.append)
    carried_out(app, run, world)
    assert seen[0].words[3:5] == ("-f", str(moved / "a.yaml"))
    third = moved.rename(folder.parent / "specs")
    fleet_of.cache_clear()
    again = start.rollout_run(app, run.id, [third])
    carried_out(app, again, world)
    assert exit_status(again) == 0 and seen[-3].words[3:5] == ("-f", str(third / "e.yaml"))
    with pytest.raises(InvalidInput, match="specify -d 1 times"):
        start.rollout_run(app, run.id, [third, third])


@pytest.mark.parametrize("fleet", [WAVES, "waves: broken"])
def test_the_command_that_plans_stale_clusters_again_names_their_folder(
    app: AppContext, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, fleet: str
) -> None:
    planned(app, folder)
    begun(app)
    write(folder, fleet)
    for name in "abcde":
        (folder / f"{name}.yaml").write_text(f"name: {name}\nport: 6000")
    monkeypatch.chdir(folder.parent)
    assert main(["--home", "home", "fleet", "resume"]) == 1, "no cluster of the canary was applied"
    said = [line.strip().replace("\xa0", " ") for line in capsys.readouterr().err.splitlines()]
    assert "aurora-cli --home home fleet plan -d specs" in said


def test_stale_plans_are_shown_again_where_there_is_somebody_to_ask(app: AppContext, folder: Path) -> None:
    planned(app, folder)
    shown: list[str | None] = []

    def ask(plans: Any) -> bool:
        shown.extend(one.digest for one in plans)
        return True

    seen: list[Task] = []
    run = carried_out(app, begun(app), World({"a": ["stale"]}, before=seen.append), ask_again=ask)
    assert (shown, exit_status(run)) == (["new"], 0)
    again = [task.words[6] for task in seen if task.name == "a" and "apply" in task.words]
    assert again == [DIGEST, "new"]
    planned(app, folder)
    run = carried_out(app, begun(app), World({"d": ["stale"]}), ask_again=lambda plans: False)
    assert (states(run)["d"], exit_status(run)) == ("stale", 5)


def test_what_would_be_lost_needs_its_name(app: AppContext, folder: Path) -> None:
    lost = {**finding("lost", "All data goes."), "refused": True}
    change = [{"address": "aws_rds_cluster.this", "action": "delete"}]
    planned(app, folder, b=plan_of(digest=DIGEST, findings=[lost], resource_changes=change))
    with pytest.raises(GuardRefused, match="b: All data goes") as caught:
        begun(app)
    assert "--allow 'b=aws_rds_cluster.this'" in str(caught.value.hint)
    for wrong in ("b", "b=aws_x.y", "z=aws_rds_cluster.this"):
        with pytest.raises(InvalidInput, match="--allow cannot be"):
            begun(app, [wrong])
    seen: list[Task] = []
    carried_out(app, begun(app, ["b=aws_rds_cluster.this"]), World(before=seen.append))
    (words,) = [task.words for task in seen if task.name == "b" and "apply" in task.words]
    assert words[7:9] == ("--allow", "aws_rds_cluster.this")


def test_a_freeze_refuses_and_one_that_begins_stops(app: AppContext, folder: Path) -> None:
    planned(app, folder)
    write(folder, f"{WAVES}\nfreezes: [{{from: 2026-12-20, until: 2026-12-24, reason: Holidays, where: name=d}}]")
    with pytest.raises(GuardRefused, match="d is frozen until 2026-12-24: Holidays"):
        begun(app)
    run = begun(app, during_freeze=True)
    world = World()
    carried_out(app, run, world, frozen=lambda members: waves.frozen(members, app.clock.now()))
    assert (world.applied, exit_status(run)) == (list("abc"), 1)
    carried_out(app, run, world)
    assert exit_status(run) == 0


@pytest.mark.parametrize(
    ("freeze", "covers"),
    [
        ("from: 2026-12-24, until: 2026-12-24", True),
        ("from: 2026-12-25, until: 2026-12-26", False),
        ("from: 2026-12-20, until: 2026-12-23", False),
        ("from: 2026-12-24T12:00:00Z, until: 2026-12-24T12:00:09Z", True),
        ("from: 2026-12-20, until: 2026-12-24T13:00:00+01:00", False),
        ("from: 2026-12-20, until: 9999-12-31", True),
    ],
)
def test_a_date_counts_as_a_whole(app: AppContext, folder: Path, freeze: str, covers: bool) -> None:
    write(folder, f"{WAVES}\nfreezes: [{{{freeze}, reason: x}}]")
    members = {str(one.name): one for one in read_members([folder])}
    assert bool(waves.frozen(members, app.clock.now())) is covers


def test_abort_starts_no_more_and_a_second_one_interrupts(app: AppContext, folder: Path) -> None:
    planned(app, folder)
    run = begun(app)

    def once(task: Task) -> None:
        if task.name == "b" and not run.aborts:
            run.ask_to_end()

    def twice(task: Task) -> None:
        run.ask_to_end()
        run.ask_to_end()

    world = World(before=once)
    carried_out(app, run, world)
    assert (world.applied, run.progress.outcome, exit_status(run)) == (["a", "b"], "aborted", 130)
    assert not any(world.interrupts)
    world.before = twice
    carried_out(app, run, world)
    assert any(world.interrupts)
    world.before = lambda task: None
    carried_out(app, run, world)
    assert (world.applied, exit_status(run)) == (list("abcde"), 0)


def test_the_run_that_is_applied_is_said_before(
    app: AppContext, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choice, "executor_of", lambda *given: World())
    (folder / "fleet.yaml").write_text(WAVES.replace("bake: 3m, ", ""))
    planned(app, folder)
    run = plans.plan_run(app, None)
    assert main(["--home", str(app.home.path), "fleet", "apply", "--yes"]) == 0
    said = "".join(capsys.readouterr().err.split())
    assert said.startswith(f"Run{run.id}offleetplan:by{run.record['who']},{folder}.Plans:5changed.")


def test_abort_is_of_the_run_that_has_not_ended(app: AppContext, folder: Path) -> None:
    planned(app, folder)
    run = begun(app)
    planned(app, folder)
    newer = begun(app)
    with run.lock():
        assert main(["--home", str(app.home.path), "fleet", "abort"]) == 0
    assert (run.aborts, newer.aborts) == (1, 0)


def test_a_damaged_newest_run_is_said_with_the_one_that_can_be_resumed(
    app: AppContext, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An older one is not resumed unasked; a damaged one can be ended."""
    planned(app, folder)
    run = begun(app)
    for damaged, text in (("a.state.json", '{"state": 1}'), ("_progress.json", "["), ("_apply.json", "{")):
        planned(app, folder)
        newer = begun(app)
        (newer.folder / damaged).write_text(text)
        assert main(["--home", str(app.home.path), "fleet", "resume"]) == 1
        said = " ".join(capsys.readouterr().err.split())
        assert f"The run {newer.id} is damaged: {damaged}" in said
        assert f"fleet resume {run.id}" in said
        assert main(["--home", str(app.home.path), "fleet", "resume", newer.id]) == 1
        assert run.id not in capsys.readouterr().err
        assert main(["--home", str(app.home.path), "fleet", "abort"]) == 0
        assert f"The run {newer.id} has no controller" in capsys.readouterr().out
        with newer.lock():
            assert main(["--home", str(app.home.path), "fleet", "abort"]) == 0
        assert newer.aborts == 1


def test_nothing_is_submitted_after_the_executor_was_told_to_start_no_more(app: AppContext, folder: Path) -> None:
    planned(app, folder)
    run = begun(app)
    made: list[Any] = []
    free: list[bool] = []

    class Watched(rolling._Controller):
        def __init__(self, *parts: Any) -> None:
            super().__init__(*parts)
            made.append(self)

    class Locked(World):
        def submit(self, task: Task) -> None:
            if "apply" in task.words:
                thread = Thread(target=self._try)
                thread.start()
                thread.join()
            super().submit(task)

        def cancel(self, *, running: bool = True) -> None:
            thread = Thread(target=self._try)
            thread.start()
            thread.join()
            super().cancel(running=running)

        def _try(self) -> None:
            got = made[0].lock.acquire(blocking=False)
            free.append(got)
            if got:
                made[0].lock.release()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rolling, "_Controller", Watched)
        carried_out(app, run, Locked({"b": ["failed"]}))
    assert len(free) == 4 and not any(free), "a, b, c and the end: each under the controller's lock"


def test_ctrl_c_is_the_same(app: AppContext, folder: Path) -> None:
    planned(app, folder)
    presses = iter((1,))

    def press(task: Task) -> None:
        if task.name == "b" and next(presses, 0):
            raise KeyboardInterrupt

    run = begun(app)
    world = World(before=press)
    carried_out(app, run, world)
    assert (world.applied, run.progress.outcome, states(run)["b"]) == (["a"], "interrupted", "unknown")
    carried_out(app, run, world)
    assert (world.applied, exit_status(run), states(run)["b"]) == (list("abcde"), 0, "applied")


def test_what_an_earlier_try_said_is_not_said_of_the_last_one(app: AppContext, folder: Path) -> None:
    def press(task: Task) -> None:
        raise KeyboardInterrupt

    planned(app, folder)
    world = World({"a": ["failed"]})
    run = carried_out(app, begun(app), world)
    world.before = press
    state = carried_out(app, run, world).state("a")
    assert (state.state, state.attempts, (state.error or {})["code"]) == ("unknown", 2, "unknown")


def test_the_reason_of_a_stop_is_said_once(app: AppContext, folder: Path) -> None:
    class Running(World):
        def cancel(self, *, running: bool = True) -> None:
            """All have begun."""

    planned(app, folder)
    run = carried_out(app, begun(app), Running({"b": ["failed"], "c": ["failed"]}))
    assert (states(run)["c"], run.progress.reasons) == ("failed", ("1 cluster failed, and 0 may.",))


def test_a_command_that_still_runs_is_waited_for(
    app: AppContext, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned(app, folder)
    run = begun(app)

    def kill(task: Task) -> None:
        raise Killed

    world = World(before=kill)
    with pytest.raises(Killed):
        carried_out(app, run, world)
    assert states(run)["a"] == "applying"
    assert [one.state for one in listed_runs(app)] == ["killed", "applied"]
    ends = iter([["a"], ["a"], [], ["a"]])

    def holders(registry: Any, names: Any) -> dict[str, Holder]:
        found = next(ends, [])
        if "a" in found and "a" not in world.applied:
            world.applied.append("a")
        return {name: Holder(1, "h", "u", "apply", "t") for name in found}

    monkeypatch.setattr(rolling, "holders", holders)
    world.before, world.scripts = (lambda task: None), {"a": ["locked"]}
    carried_out(app, run, world)
    assert world.applied == list("abcde") and set(states(run).values()) == {"applied"}
    assert world.log.count("apply a") == 2, "the lock was taken later than we looked: once more"


@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_at_any_write_nothing_is_done_twice_and_nothing_is_lost(
    app: AppContext, folder: Path, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    write(folder, WAVES.replace("3m", "1m"))
    members = read_members([folder])
    monkeypatch.setattr(start, "read_files", lambda paths: members)
    monkeypatch.setattr(plans, "read_files", lambda paths: members)
    specs = {str(m.name): {"file": str(m.path), "spec": m.digest} for m in members}
    begun = folders.begin_run(app, "plan", [], {"specs": specs})
    for name in specs:
        (begun.folder / f"{name}.json").write_text(plan_of(digest=DIGEST))
        begun.note(Ended(begun.task(name, ()), 0, 1.0))
    found = plans.planned(begun)
    record = plans.apply_record(found, app.clock.now())
    written = writing.write_atomic
    left_until = [0]

    def counted(path: Path, data: str | bytes) -> None:
        left_until[0] -= 1
        if left_until[0] == 0 and when == "before":
            raise Killed
        written(path, data, sync=False)
        if left_until[0] == 0:
            raise Killed

    for module in (records, folders):
        monkeypatch.setattr(module, "write_atomic", counted)
    at, killed = 0, True
    while killed:
        at += 1
        run = plans.begin_apply(app, record, found.plans)
        world, killed = World({"c": ["failed"]}), False
        left_until[0] = at
        try:
            carried_out(app, run, world, max_failures=9)
        except Killed:
            killed = True
        left_until[0] = 0
        for name in "abcde":
            assert (states(run)[name] in ("applied", "unchanged")) <= (name in world.applied), (
                f"untrue after write {at}"
            )
        for _ in range(2):
            carried_out(app, run, world, max_failures=9)
        assert sorted(world.applied) == list("abcde"), at
        assert set(states(run).values()) == {"applied"} and exit_status(run) == 0, at
    assert at > 20


def test_one_controller_at_a_time(app: AppContext, folder: Path) -> None:
    planned(app, folder)
    run = begun(app)
    with run.lock(), pytest.raises(StackLocked, match="runs 'fleet apply'"):
        carried_out(app, run, World())


def test_runs_that_can_be_resumed_stay(app: AppContext, folder: Path) -> None:
    planned(app, folder)
    run = carried_out(app, begun(app), World({"a": ["failed"]}))
    for _ in range(folders.KEPT + 2):
        folders.begin_run(app, "apply", [])
        folders.begin_run(app, "plan", [])
    ids = [one.id for one in listed_runs(app)]
    assert run.id in ids and len(ids) == 2 * folders.KEPT + 1
    assert start.rollout_run(app, None).id == run.id, "one without a record has done nothing"


def test_a_damaged_record_is_said(app: AppContext, folder: Path) -> None:
    planned(app, folder)
    run = begun(app)
    (run.folder / "a.state.json").write_text('{"state": 1}')
    with pytest.raises(StackDamaged, match=r"is damaged: a\.state"):
        run.states()
    run.set_state("a", ClusterState())
    plan = folders.runs_of(app)[0]
    (plan.folder / folders.RECORD).write_text("{")
    with pytest.raises(InvalidInput, match="is not complete"):
        plans.planned(plan)
    (run.folder / "_progress.json").write_text('{"waves": ["passed"]}')
    with pytest.raises(StackDamaged, match="it has other waves than the run"):
        run.progress  # noqa: B018
    (run.folder / "_apply.json").write_text('{"plan": ')
    planned(app, folder)
    assert [one.state for one in listed_runs(app)] == ["planned", "damaged", "planned"]
    assert plans.plan_run(app, None).id > plan.id, "the plans that the message tells to make can be applied"


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["apply"], 2, "--yes was not given"),
        (["apply", "--yes"], 2, "There are no plans to apply. hint: Plan first:"),
        (["apply", "x", "--yes"], 2, "There is no run x of fleet plan."),
        (["resume"], 2, "No fleet apply, or other run in waves, was begun here."),
        (["resume", "x"], 2, "There is no run x in waves"),
        (["abort"], 2, "No fleet apply, or other run in waves, was begun here."),
        (["runs"], 0, ""),
    ],
)
def test_nothing_to_do_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], status: int, said: str
) -> None:
    assert main(["--home", str(tmp_path), "fleet", *words]) == status
    assert said in " ".join(capsys.readouterr().err.split())


def test_two_files_with_waves_are_two_runs(app: AppContext, folder: Path) -> None:
    other = folder / "other"
    other.mkdir()
    write(other, WAVES, "x")
    planned(app, folder)
    with pytest.raises(InvalidInput, match="Two files say in which waves"):
        begun(app)
