"""`fleet upgrade`, `rotate-ca`, `reboot`, `snapshot`: all are asked before one is changed, and what is done is looked at."""

from __future__ import annotations

import io
import json
import signal
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from aurora_cli.commands.fleet.rollout import campaigning
from aurora_cli.context import AppContext
from aurora_cli.errors import GuardRefused, InvalidInput
from aurora_cli.fleet.inherited import fleet_of
from aurora_cli.fleet.members import read_members
from aurora_cli.main import main
from aurora_cli.operations.fleet.executors import choice
from aurora_cli.operations.fleet.executors.executor import Task
from aurora_cli.operations.fleet.places import Places
from aurora_cli.operations.fleet.rollout import campaign as campaigns
from aurora_cli.operations.fleet.rollout import controller as rolling
from aurora_cli.operations.fleet.rollout import start, waves
from aurora_cli.operations.fleet.rollout.campaign import Campaign
from aurora_cli.operations.fleet.rollout.outcome import exit_status, to_dict
from aurora_cli.operations.fleet.rollout.record import ClusterState, RolloutRun
from aurora_cli.operations.fleet.rollout.spec_files import files_behind
from aurora_cli.signals import heed_interrupt, hold_interrupt
from aurora_cli.ui import prompts
from tests.unit.fleet_cases import Killed, Simulated, Time, error, states

FLEET = """
defaults: {region: eu-west-1, engine: postgres}
waves: [{name: canary, where: "name=b"}]
"""
UPGRADE = Campaign("upgrade", ("upgrade",), {"to": "16.9"}, ("fleet", "upgrade", "--to", "16.9"))
RESTART = {"name": "upgrade", "interruption": "Every instance restarts.", "done": False}


@dataclass
class Clusters(Simulated):
    """An executor with the truth about clusters: the version that each runs. `said` is what a command says instead."""

    versions: dict[str, str]
    said: dict[str, list[tuple[int | None, dict[str, Any]]]] = field(default_factory=dict)
    words: list[tuple[str, ...]] = field(default_factory=list)
    idle: bool = False

    def run(self, task: Task) -> tuple[int | None, dict[str, Any]]:
        name, words = task.name, task.words[task.words.index("--no-input") + 1 :]
        self.words.append(words)
        doing = "look" if "--dry-run" in words else words[0]
        self.log.append(f"{doing} {name}")
        if self.said.get(f"{doing} {name}"):
            return self.said[f"{doing} {name}"].pop(0)
        if words[0] == "wait":
            return 0, {}
        to = words[words.index("--to") + 1]
        now, changes = self.versions[name], self.versions[name] != to
        if doing == "look":
            reader = {"role": "reader", "id": f"{name}-2", "pending": {}, "waits_for_reboot": name == "a"}
            cluster = {"engine_version": now, "pending": {}, "instances": [reader]}
            steps = [RESTART] if changes else []
            return 0, {"changes": changes, "digest": f"d-{name}", "to": to, "sequence": steps, "cluster": cluster}
        self.versions[name] = now if self.idle else to
        return 0, {"changed": changes}


@pytest.fixture
def app(tmp_path: Path) -> AppContext:
    clock: Any = Time()
    return AppContext(home_folder=tmp_path / "home", environ={}, clock=clock)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    specs = tmp_path / "specs"
    specs.mkdir()
    fleet_of.cache_clear()
    (specs / "fleet.yaml").write_text(FLEET)
    for name in "abc":
        (specs / f"{name}.yaml").write_text(f"name: {name}")
    return specs


def looked(app: AppContext, folder: Path, clusters: Clusters, campaign: Campaign = UPGRADE) -> Any:
    return campaigns.look(app, campaign, read_members([folder]), ("--no-input",), clusters, lambda event: None)


def begun(app: AppContext, folder: Path, clusters: Clusters, campaign: Campaign = UPGRADE, **how: Any) -> RolloutRun:
    run, found = looked(app, folder, clusters, campaign)
    record = campaigns.campaign_record(campaign, run, found, Places.of([folder]), app.clock.now(), **how)
    return start.begin_rollout(app, campaign.command, record, campaigns.first_states(found))


def carried_out(app: AppContext, run: RolloutRun, clusters: Clusters, max_failures: int = 0) -> RolloutRun:
    rolling.roll_out(
        app, run, rolling.RolloutOptions((), start.members_of(run), max_failures), clusters, lambda event: None
    )
    return run


def test_all_are_asked_then_changed_in_waves_and_looked_at_afterwards(app: AppContext, folder: Path) -> None:
    clusters = Clusters({"a": "16.8", "b": "16.8", "c": "16.9"})
    run = carried_out(app, begun(app, folder, clusters), clusters)
    assert clusters.log[:3] == ["look a", "look b", "look c"]
    assert clusters.log[3:] == [f"{what} {name}" for name in "ba" for what in ("upgrade", "wait", "look")]
    assert clusters.words[3] == ("upgrade", "b", "--to", "16.9", "--approved", "d-b", "-o", "json")
    assert states(run) == {"a": "applied", "b": "applied", "c": "unchanged"}
    document = to_dict(run)
    assert (exit_status(run), document["operation"], document["left"]) == (0, "upgrade", [])
    assert [(one["name"], one["risk"]) for one in document["members"]] == [
        ("a", "restart"),
        ("b", "restart"),
        ("c", "unchanged"),
    ]


def test_blockers_of_all_are_said_before_one_is_changed(app: AppContext, folder: Path) -> None:
    (folder / "c.yaml").write_text("name: c\nengine: mysql")
    clusters = Clusters({"a": "16.8", "b": "16.8"}, {"look b": [(2, error("invalid-input", "b is modifying."))]})
    run, found = looked(app, folder, clusters)
    assert [(one.name, one.risk) for one in found] == [("b", "failed"), ("c", "failed"), ("a", "restart")]
    with pytest.raises(GuardRefused, match="blocked at 2 of 3 clusters") as caught:
        campaigns.refuse_blocked(UPGRADE, found)
    assert 'c: "16.9" is not a version of aurora-mysql.' in caught.value.message
    assert "--where engine=postgres" in str(caught.value.hint) and "--skip-blocked" in str(caught.value.hint)
    record = campaigns.campaign_record(UPGRADE, run, found, Places.of([folder]), app.clock.now())
    left_out = start.begin_rollout(app, "upgrade", record, campaigns.first_states(found))
    carried_out(app, left_out, clusters)
    assert states(left_out) == {"a": "applied", "b": "failed", "c": "failed"}
    assert (exit_status(left_out), left_out.left) == (1, []), "a resume does not take them up"
    with pytest.raises(InvalidInput, match="no engine has such a version"):
        looked(app, folder, clusters, Campaign("upgrade", ("upgrade",), {"to": "x"}))


def test_a_worker_elsewhere_tells_which_line_is_to_be_edited(app: AppContext, folder: Path) -> None:
    line = {"line": 2, "path": "engine_version", "says": "16.8", "has": "16.9"}
    other = {**line, "path": "instances.readers", "line": 3}
    told = {"changed": True, "spec_file": {"file": "b.yaml", "lines": [line, other], "written": False}}
    clusters = Clusters({"a": "16.9", "b": "16.8", "c": "16.9"}, {"upgrade b": [(0, told)]})
    clusters.before = lambda task: clusters.versions.update(b="16.9") if "--approved" in task.words else None
    run = carried_out(app, begun(app, folder, clusters), clusters)
    (behind,), _ = files_behind(app, run)
    assert behind.text == f'{folder / "b.yaml"}:2 says engine_version: 16.8; write engine_version: "16.9"'
    assert to_dict(run, [behind])["spec_files"] == [
        {"name": "b", "file": str(folder / "b.yaml"), **line, "written": False}
    ]
    (app.home.stacks_dir / "a").symlink_to(folder)
    (same,), (problem,) = files_behind(app, run)
    assert same == behind and problem.endswith("a stack must be a real folder.")


def test_what_would_be_lost_blocks(app: AppContext, folder: Path) -> None:
    lost = {"effect": "lost", "text": "All data goes.", "refused": True}
    document = {"changes": True, "digest": "x", "findings": [lost]}
    clusters = Clusters({"a": "16.9", "c": "16.9"}, {"look b": [(0, document)]})
    (blocked, *_) = looked(app, folder, clusters)[1]
    assert blocked.blocker == {"code": "guard", "message": "All data goes.", "exit_status": 9} | {
        "hint": "Change such a cluster alone, with --allow for what the plan names."
    }


def test_a_cluster_that_this_home_does_not_know_is_a_blocker(app: AppContext, folder: Path) -> None:
    clusters = Clusters({"a": "16.9", "c": "16.9"}, {"look b": [(4, error("not-found", "There is no cluster b."))]})
    (blocked, *_) = looked(app, folder, clusters)[1]
    assert blocked.blocker is not None and blocked.blocker["hint"].endswith(f"aurora-cli apply -f {folder / 'b.yaml'}")


def test_green_clusters_that_would_be_the_same_are_unchanged(app: AppContext, folder: Path) -> None:
    same = error("invalid-input", "b already runs 16.9.", runs="16.9")
    clusters = Clusters({"a": "16.9", "c": "16.9"}, {"look b": [(2, same)]})
    assert {one.risk for one in looked(app, folder, clusters)[1]} == {"unchanged"}


def test_killed_after_the_work_was_done_it_counts_as_applied(app: AppContext, folder: Path) -> None:
    clusters = Clusters(dict.fromkeys("abc", "16.8"))
    run = begun(app, folder, clusters)

    def kill(task: Task) -> None:
        if "--approved" in task.words:
            clusters.run(task)
            raise Killed

    clusters.before = kill
    with pytest.raises(Killed):
        carried_out(app, run, clusters)
    clusters.before = lambda task: None
    (folder / "b.yaml").write_text("name: b\nengine_version: '16.9'  # its file was written meanwhile")
    carried_out(app, run, clusters)
    assert (states(run), exit_status(run)) == (dict.fromkeys("abc", "applied"), 0)
    assert clusters.log.count("upgrade b") == 2


def test_success_is_what_was_looked_at(
    app: AppContext, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clusters = Clusters(dict.fromkeys("abc", "16.8"), idle=True)
    run = carried_out(app, begun(app, folder, clusters), clusters)
    assert states(run) == {"a": "waiting", "b": "failed", "c": "waiting"}
    assert run.progress.reasons == ("b is not done: what was asked for",)
    monkeypatch.setattr(choice, "executor_of", lambda *given: clusters)
    assert main(["--home", str(app.home.path), "fleet", "resume"]) == 1
    assert " ".join(capsys.readouterr().err.split()).count("b is not done") == 1
    clusters.idle = False
    carried_out(app, run, clusters)
    assert exit_status(run) == 0 and set(states(run).values()) == {"applied"}


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        (
            "fleet.yaml",
            "freezes: broken",
            "b may be frozen: specs/fleet.yaml has 1 problem: `freezes` must be a list, not broken.",
        ),
        ("b.yaml", "name: b\nlabel: x", "b may be frozen until 9999-12-31: specs/b.yaml has no valid spec of it."),
        ("b.yaml", "name: z", "b may be frozen until 9999-12-31: specs/b.yaml has no valid spec of it."),
    ],
)
def test_a_freeze_that_cannot_be_read_any_more_holds(
    app: AppContext,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    file: str,
    text: str,
    said: str,
) -> None:
    monkeypatch.chdir(folder.parent)
    clusters = Clusters(dict.fromkeys("abc", "16.8"), idle=True)
    (folder / "fleet.yaml").write_text(
        f"{FLEET}freezes: [{{from: 2020-01-01, until: 9999-12-31, reason: x, where: name=q*}}]"
    )
    run = carried_out(app, begun(app, folder, clusters), clusters)
    (folder / file).write_text(text)
    fleet_of.cache_clear()
    clusters.idle = False
    rolling.roll_out(
        app,
        run,
        rolling.RolloutOptions((), start.members_of(run), frozen=lambda specs: waves.frozen(specs, app.clock.now())),
        clusters,
        lambda event: None,
    )
    assert (run.progress.reasons, set(clusters.versions.values())) == ((said,), {"16.8"})
    assert main(["--home", str(app.home.path), "fleet", "resume"]) == 9
    told = " ".join(capsys.readouterr().err.split())
    assert said[1:] in told and "with --during-freeze" in told


def test_a_plan_that_is_another_by_now_is_left_out(app: AppContext, folder: Path) -> None:
    stale = error("plan-stale", "The plan is not the one.", digest="new")
    clusters = Clusters(dict.fromkeys("abc", "16.8"), {"upgrade a": [(5, stale)]})
    run = carried_out(app, begun(app, folder, clusters), clusters)
    assert (states(run)["a"], exit_status(run)) == ("stale", 5)


def test_a_cluster_of_the_name_elsewhere_is_no_cluster_of_the_spec(app: AppContext, folder: Path) -> None:
    for name, region in (("a", "us-east-1"), ("b", "eu-west-1")):
        app.registry.create(name, region=region, target="aws", spec=f"name: {name}")
    clusters = Clusters(dict.fromkeys("abc", "16.8"))
    _, found = looked(app, folder, clusters)
    assert clusters.log == ["look b", "look c"], "a cluster in another Region is not asked"
    blocked = {one.name: one.blocker["message"] for one in found if one.blocker}
    assert blocked == {
        "a": "The cluster a of this home is another one: it is in us-east-1, and its spec says eu-west-1."
    }
    (folder / "fleet.yaml").write_text(f"{FLEET}account: {{role_arn: 'arn:aws:iam::222222222222:role/r'}}\n")
    app.registry.get("b").update_record(account_id="111111111111")
    fleet_of.cache_clear()
    _, found = looked(app, folder, clusters)
    assert {one.name for one in found if one.blocker} == {"a", "b"}
    # A snapshot would be taken of any cluster of the name.
    snapshot = Campaign("snapshot", ("snapshot", "create"))
    clusters.log.clear()
    _, found = looked(app, folder, clusters, snapshot)
    assert {one.name: one.blocker["code"] for one in found if one.blocker}["c"] == "not-found"
    assert clusters.log == []


def test_ctrl_c_is_heard_at_the_question(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prompts, "confirm", lambda consoles, question: signal.raise_signal(signal.SIGINT))
    session: Any = SimpleNamespace(consoles=None)
    outlook: Any = SimpleNamespace(interruptions=[])
    hold_interrupt()  # as at the end of the look
    try:
        with pytest.raises(KeyboardInterrupt):
            campaigning._ask(session, "rotate", [outlook])
    finally:
        heed_interrupt()


def test_a_snapshot_has_the_identifier_of_the_run() -> None:
    given = {"id": "before-{name}-20261130", "tag": ("ticket={name}", "b=c")}
    words = Campaign("snapshot", ("snapshot", "create"), given).words("orders", approved=None)
    assert words == (
        *("snapshot", "create", "orders", "--id", "before-orders-20261130"),
        *("--tag", "ticket=orders", "--tag", "b=c"),
    )


def test_a_record_of_the_version_before_is_resumed(app: AppContext, folder: Path) -> None:
    (member,) = [one for one in read_members([folder]) if one.name == "a"]
    cluster: dict[str, Any] = {"file": str(member.path), "region": "eu-west-1", "account": None, "risk": "changed"}
    cluster |= {"spec": member.digest, "digest": "d" * 64, "allow": ["aws_x.y"], "limits": [["total", 2]]}
    wave = {"name": "all", "clusters": ["a"], "bake": 0, "max_parallel": None, "max_replica_lag": 5}
    record = {"plan": "20261130T190000-plan-0a1b2c", "waves": [wave], "clusters": {"a": cluster}, "max_failures": 0}
    path = app.home.path / "fleet" / "20261130T190100-apply-0a1b2c"
    path.mkdir(parents=True)
    (path / "_run.json").write_text('{"command": "apply", "clusters": ["a"]}')
    (path / "_apply.json").write_text(json.dumps(record))
    (path / "a.state.json").write_text('{"state": "failed", "attempts": 1, "error": {"message": "No."}}')
    run = start.rollout_run(app, None)
    assert run.left == ["a"]
    clusters = Clusters({}, {"apply a": [(0, {"changed": True})]})
    rolling.roll_out(app, run, rolling.RolloutOptions((), start.members_of(run)), clusters, lambda event: None)
    assert clusters.words[0] == (
        *("apply", "-f", str(member.path), "--approved", "d" * 64),
        *("--allow", "aws_x.y", "-o", "json"),
    )
    assert (states(run), exit_status(run)) == ({"a": "applied"}, 0)
    moved = folder.rename(folder.parent / "other checkout")
    assert start.rollout_run(app, None, [moved]).plan.clusters["a"].file == str(moved / "a.yaml")
    assert run.state("a") == ClusterState("applied", attempts=2, seconds=2.0)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("words", "typed", "status", "said"),
    [
        (["--to", "16.9"], None, 2, "--yes was not given"),
        (["--to", "16.9", "--yes"], None, 0, ""),
        (["--to", "16.9"], "upgrade 2 clusters\n", 0, "type upgrade 2 clusters"),
        (["--to", "16.9"], "y\n", 8, "was not approved"),
        (["--to", "16.8"], "\n", 0, "Nothing is left to do"),
        (["--to", "16.9", "--dry-run"], None, 0, ""),
        (["--to", "8.0", "--yes"], None, 9, "Nothing was changed: fleet upgrade is blocked"),
    ],
)
def test_it_is_asked_once_by_a_phrase(
    app: AppContext,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: list[str],
    typed: str | None,
    status: int,
    said: str,
) -> None:
    blocked: Any = {"look a": [(2, error("invalid-input", "No way."))]} if "8.0" in words else {}
    clusters = Clusters(dict.fromkeys("ab", "16.8"), blocked)
    monkeypatch.setattr(choice, "executor_of", lambda *given: clusters)
    err = io.StringIO() if typed is None else Terminal()
    monkeypatch.setattr("sys.stdin", io.StringIO() if typed is None else Terminal(typed))
    monkeypatch.setattr("sys.stderr", err)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.delenv("CI", raising=False)
    home = str(app.home.path)
    assert main(["--home", home, "fleet", "upgrade", "a", "b", "-d", str(folder), *words]) == status
    assert said in " ".join(err.getvalue().split())
    done = status == 0 and "16.9" in words and "--dry-run" not in words
    assert clusters.versions == dict.fromkeys("ab", "16.9" if done else "16.8")


def test_a_dry_run_is_one_document_also_with_blockers(
    app: AppContext, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clusters = Clusters({"a": "16.8", "b": "16.8", "c": "16.9"}, {"look b": [(2, error("invalid-input", "No way."))]})
    monkeypatch.setattr(choice, "executor_of", lambda *given: clusters)
    words = ["--home", str(app.home.path), "fleet", "upgrade", "-d", str(folder), "--to", "16.9", "--dry-run"]
    assert main([*words, "-o", "json"]) == 9
    found = {one["name"]: one for one in json.loads(capsys.readouterr().out)["members"]}
    assert {name: one["risk"] for name, one in found.items()} == {"b": "failed", "a": "restart", "c": "unchanged"}
    assert found["b"]["error"]["message"] == "No way."
    kept = ("engine_version", "to", "readers", "pending", "interruptions")
    assert [found["a"][key] for key in kept] == ["16.8", "16.9", 1, ["reboot of a-2"], ["Every instance restarts."]]
