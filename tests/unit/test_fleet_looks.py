"""Commands of a fleet that look at clusters, with an executor that runs none."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from aurora_cli.commands.table import ALIASES, COMMANDS, LOOKING
from aurora_cli.fleet.inherited import fleet_of
from aurora_cli.main import main
from aurora_cli.operations.fleet import drift
from aurora_cli.operations.fleet.executors import choice
from aurora_cli.operations.fleet.inventory import COLUMNS, LIVE
from aurora_cli.spec.model.cluster import ClusterSpec
from aurora_cli.stacks.history import HistoryEntry
from aurora_cli.stacks.home import Home
from aurora_cli.stacks.registry import Registry
from tests.unit.test_fleet_runs import Scripted

Ends = Mapping[str, tuple[int | None, str]]
Answering = Callable[[Ends], list[tuple[str, ...]]]

NOT_FOUND = (4, '{"error": {"code": "not-found", "message": "No cluster named x.", "hint": null}}')
REFUSED = (3, '{"error": {"code": "credentials", "message": "The token is expired.", "hint": "Sign in."}}')


def instance(name: str, role: str = "reader", **changed: Any) -> dict[str, Any]:
    usual = {"id": name, "role": role, "class": "db.r7g.large", "zone": "a", "status": "available"}
    return {**usual, "pending": {}, "waits_for_reboot": False, **changed}


def status(version: str = "16.4", **changed: Any) -> tuple[int, str]:
    upkeep = {
        "maintenance_window": "sun:05:00-sun:06:00",
        "next_maintenance": "2026-12-06T05:00:00+00:00",
        "support_ends": "2029-02-28",
        "extended_support_ends": "2032-02-29",
        "certificate_ends": "2027-05-01T00:00:00+00:00",
        "actions": [],
    }
    document = {
        "status": "available",
        "engine": "aurora-postgresql",
        "engine_version": version,
        "instances": [instance("w", "writer"), instance("r")],
        "acu": None,
        "pending": {},
        "operation": None,
        "warnings": [],
        "upkeep": {**upkeep, **changed.pop("upkeep", {})},
    }
    return 0, json.dumps({**document, **changed})


@pytest.fixture
def answering(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Answering:
    """Specs of the clusters named, whose commands (or one: `drift NAME`) end as the test says; gives the command lines."""
    (tmp_path / "specs").mkdir()
    monkeypatch.chdir(tmp_path / "specs")
    monkeypatch.setenv("AURORA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "200")

    def answer(ends: Ends) -> list[tuple[str, ...]]:
        fleet_of.cache_clear()
        lines: list[tuple[str, ...]] = []

        class Noting(Scripted):
            def submit(self, task: Any) -> None:
                lines.append(task.words)
                self.ends[task.name] = ends.get(f"{task.words[3]} {task.name}", ends[task.name])
                task.log.write_text(f"waiting\nerror: No cluster named '{task.name}'\n exists here.\nhint: List them\n")
                super().submit(task)

        for name in (one for one in ends if " " not in one):
            preset = "production" if name.startswith("p") else "development"
            Path(f"{name}.yaml").write_text(f"name: {name}\nregion: eu-west-1\nengine: postgres\npreset: {preset}")
        monkeypatch.setattr(choice, "Processes", lambda environ, most: Noting(ends))
        return lines

    return answer


def remember(home: Path, name: str, *operations: HistoryEntry) -> None:
    """A stack with a history."""
    stack = Registry(Home(home)).create(name, region="eu-west-1", target="aws", spec=f"name: {name}\n")
    for one in operations:
        stack.history.append(one)


def rows(text: str) -> dict[str, dict[str, str]]:
    return {row["name"]: row for row in csv.DictReader(io.StringIO(text))}


def cost(low: str, high: str, day: str, *, at_least: bool = False) -> dict[str, Any]:
    ends = {"from": low, "to": high}
    return {
        "currency": "USD",
        "monthly": ends,
        "hourly": ends,
        "at_least": at_least,
        "prices_of": {"from": day, "to": day},
    }


def test_status_has_what_each_cluster_costs_and_all_of_them(
    answering: Answering, capsys: pytest.CaptureFixture[str]
) -> None:
    ends = {
        "big": status(cost=cost("1500.00", "1500.00", "2026-11-20")),
        "small": status(cost=cost("43.80", "700.80", "2026-03-18", at_least=True)),
        "new": NOT_FOUND,
    }
    answering(ends)
    assert main(["fleet", "status", "-o", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    # 1500 + 43.80 and 1500 + 700.80; / 730.
    assert document["cost"]["monthly"] == {"from": "1543.80", "to": "2200.80"}
    assert document["cost"]["hourly"] == {"from": "2.1148", "to": "3.0148"}
    assert document["cost"]["prices_of"] == {"from": "2026-03-18", "to": "2026-11-20"}
    assert {one["name"]: one["cost"] and one["cost"]["at_least"] for one in document["members"]} == {
        "big": False,
        "new": None,
        "small": True,
    }
    answering(ends)
    assert main(["fleet", "status", "--sort", "monthly_cost"]) == 0
    out = capsys.readouterr().out
    assert [line.split()[0] for line in out.splitlines()[2:5]] == ["big", "small", "new"]
    assert "at least 43.80 to 700.80" in out
    last = "In all: at least 1,543.80 to 2,200.80 USD a month (prices of 2026-03-18 to 2026-11-20)."
    assert out.splitlines()[-1] == last


def test_a_sum_is_a_least_one_where_a_cluster_has_no_price(
    answering: Answering, capsys: pytest.CaptureFixture[str]
) -> None:
    unknown = {"currency": "USD", "monthly": None, "hourly": None, "at_least": True, "prices_of": None}
    answering({"big": status(cost=cost("1.00", "1.00", "2026-11-20")), "other": status(cost=unknown), "old": status()})
    assert main(["fleet", "status", "-o", "json"]) == 0
    total = json.loads(capsys.readouterr().out)["cost"]
    assert (total["monthly"], total["at_least"]) == ({"from": "1.00", "to": "1.00"}, True)


def test_status_is_an_inventory(answering: Answering, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    waiting = [instance("s", "writer", status="rebooting", waits_for_reboot=True, pending={"class": "db.r7g.xlarge"})]
    action = {"resource": "pay", "action": "os-upgrade", "text": "OS", "when": None}
    operation = {"operation": "scale", "state": "interrupted", "text": "'scale' was interrupted."}
    serverless = [instance("z", "writer", **{"class": "db.serverless"})]
    lines = answering(
        {
            "orders": status(),
            "pay": status("16.10", instances=waiting, operation=operation, upkeep={"actions": [action]}),
            "small": status("15.9", instances=serverless, acu={"min": 0.5, "max": 8}, status="stopped"),
            "new": NOT_FOUND,
            "denied": REFUSED,
            "cut": (0, '{"status": "avail'),
        }
    )
    assert main(["fleet", "status", "-o", "csv"]) == 1
    out, err = capsys.readouterr()
    found = rows(out)
    assert list(next(iter(found.values()))) == [*COLUMNS, "error"]
    assert {name: row["status"] for name, row in found.items()} == {
        "cut": "unknown",
        "denied": "unknown",
        "new": "not created",
        "orders": "available",
        "pay": "available",
        "small": "stopped",
    }
    assert (found["orders"]["class"], found["orders"]["instance_roles"]) == ("db.r7g.large", "1 writer, 1 reader")
    assert (found["small"]["class"], found["small"]["certificate_ends"]) == ("0.5-8 ACU", "2027-05-01")
    assert (found["pay"]["pending"], found["pay"]["unfinished"]) == ("os-upgrade, class, reboot", "scale interrupted")
    assert found["pay"]["instance_roles"] == "1 writer, s rebooting"
    assert found["denied"]["error"] == "The token is expired."
    assert "cannot be read" in found["cut"]["error"] and found["new"]["error"] == ""
    assert "2 of 6 clusters could not be read: cut, denied." in " ".join(err.split())
    assert lines[3][2:] == ("--no-input", "status", "orders", "-o", "json")

    assert main(["fleet", "status", "pay", "new", "-o", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["summary"] == {"available": 1, "not created": 1}
    pay = next(one for one in document["members"] if one["name"] == "pay")
    assert pay["pending"] == [
        {"resource": "pay", "change": "os-upgrade", "when": "2026-12-06T05:00:00+00:00"},
        {"resource": "s", "change": "class", "when": None},
        {"resource": "s", "change": "reboot", "when": None},
    ]
    assert pay["operation"] == operation and pay["error"] is None
    assert main(["fleet", "status"]) == 1
    table = capsys.readouterr().out
    assert "Unfinished" not in table and "The token is expired." in " ".join(table.split())


def names(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return list(rows(capsys.readouterr().out))


def test_status_sorts_and_selects_by_what_is_read(
    answering: Answering, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answering(
        {
            "a": status("16.10", upkeep={"support_ends": "2029-02-28"}),
            "b": status("16.9", instances=[instance("x", "writer")], upkeep={"support_ends": "2027-02-28"}),
            "n": NOT_FOUND,
            "p": status("15.2", pending={"master_username": "x"}, status="stopped"),
        }
    )
    for column, order in {
        "running_version": "pban",
        "support_ends": "bapn",
        "instance_roles": "apbn",
        "pending": "pabn",
        "name": "abnp",
    }.items():
        assert main(["fleet", "status", "--sort", column, "-o", "csv"]) == 0
        assert names(capsys) == list(order), column
    for where, found in {
        "status=available": "ab",
        "status!=available,preset=production": "p",
        "running_version=16.*": "ab",
        "support_ends=2027-*": "b",
        "pending!=": "p",
        "running_version=": "n",
        "class=db.r7g.*,name=a": "a",
        "unfinished=*scale*": "",
    }.items():
        assert main(["fleet", "status", "--where", where, "-o", "csv"]) == 0
        assert names(capsys) == list(found), where
    assert main(["fleet", "status", "--sort", "colour"]) == 2
    assert "Columns are: name, account" in " ".join(capsys.readouterr().err.split())


def test_list_sorts_and_writes_csv(answering: Answering, capsys: pytest.CaptureFixture[str]) -> None:
    answering({"a": status(), "b": status(), "p": status()})
    Path("fleet.yaml").write_text("groups: [{match: 'a*', labels: {team: shop}}]\n")
    Path("a.yaml").write_text("name: a\nregion: us-east-1\nengine: postgres\n")
    Path("b.yaml").write_text("name: b\nregion: eu-west-1\nengine: postgres\nengine_version: '16.10'\n")
    Path("p.yaml").write_text("name: p\nregion: nowhere\nengine: postgres\nengine_version: '16.9'\n")
    for column, order in {"region": "bpa", "engine_version": "pba", "labels": "abp", "valid": "pab"}.items():
        assert main(["fleet", "list", "--sort", column, "-o", "csv"]) == 0
        found = rows(capsys.readouterr().out)
        assert list(found) == list(order), column
    assert (found["a"]["labels"], found["p"]["valid"], found["a"]["valid"]) == ("team=shop", "no", "")
    assert main(["fleet", "list", "--sort", "region", "-o", "json"]) == 0
    assert [one["name"] for one in json.loads(capsys.readouterr().out)["members"]] == list("bpa")
    assert main(["fleet", "list", "--sort", "status"]) == main(["fleet", "drift", "--sort", "status"]) == 2
    assert "Columns are: name, account, region, engine," in " ".join(capsys.readouterr().err.split())


def test_a_cluster_in_another_region_than_its_spec_says(
    answering: Answering, capsys: pytest.CaptureFixture[str]
) -> None:
    there = (0, json.dumps({"region": "eu-west-3", "drift": False, "resources": []}))
    answering(
        {"a": status(region="eu-west-3"), "b": status(region="eu-west-1"), "drift a": there, "drift b": drifted()}
    )
    sentence = "The cluster a of this home is in eu-west-3, and its spec says eu-west-1."
    for command in ("status", "drift"):
        assert main(["fleet", command, "-o", "csv"]) == 0
        out, err = capsys.readouterr()
        assert {name: row["region"] for name, row in rows(out).items()} == {"a": "eu-west-3", "b": "eu-west-1"}
        assert err.count("of this home is in") == 1 and f"warning: {sentence}" in " ".join(err.split())
    assert main(["fleet", "status", "a", "-o", "json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["members"]
    assert (row["region"], row["warnings"]) == ("eu-west-3", [sentence])


def test_no_live_fact_hides_a_field_of_the_spec() -> None:
    assert not {*LIVE, *drift.LIVE} & {*ClusterSpec.model_fields, "file", "account"}


def test_status_tells_the_last_operation(
    answering: Answering, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answering({"a": status(), "b": status(), "c": status()})
    made = HistoryEntry("1", "2026-11-01T10:00:00+00:00", "ada", "create", "succeeded", 3.0)
    home = tmp_path / "home"
    remember(home, "a", made)
    remember(home, "b", made, HistoryEntry("2", "2026-11-02T10:00:00+00:00", "bob", "scale", "failed", 4.0))
    assert main(["fleet", "status", "--sort", "last_operation", "-o", "csv"]) == 0
    found = rows(capsys.readouterr().out)
    assert {name: row["last_operation"] for name, row in found.items()} == {
        "a": "create 2026-11-01",
        "b": "scale failed 2026-11-02",
        "c": "",
    }
    (home / "stacks" / "b" / "history.jsonl").write_bytes(b"\xff{")
    assert main(["fleet", "status", "-o", "csv"]) == 0, "a damaged history takes no row"


def test_a_spec_that_names_no_cluster_is_a_row(
    answering: Answering, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And one that breaks a rule has a cluster all the same."""
    lines = answering({"a": status(), "b": status()})
    Path("b.yaml").write_text("name: b\nregion: eu-west-1\nengine: postgres\ninstances: {readers: 99}")
    Path("c.yaml").write_text("name: a\nregion: eu-west-1\nengine: postgres")
    Path("d.yaml").write_text("name: ../../a\nregion: eu-west-1\nengine: postgres")
    Path("e.yaml").write_text("name: [")
    assert main(["fleet", "status", "-o", "json"]) == 1
    found = {one["file"]: one for one in json.loads(capsys.readouterr().out)["members"]}
    assert [line[-3] for line in lines] == ["a", "b"]
    assert {file: one["status"] for file, one in found.items()} == {
        "a.yaml": "available",
        "b.yaml": "available",
        "c.yaml": "unknown",
        "d.yaml": "unknown",
        "e.yaml": "unknown",
    }
    assert found["c.yaml"]["error"]["message"] == "c.yaml names no cluster: a.yaml has the same name."
    assert "d.yaml names no cluster" in found["d.yaml"]["error"]["message"]
    assert not (tmp_path / "home" / "fleet" / ".." / "a.json").exists()


def drifted(*resources: dict[str, Any]) -> tuple[int, str]:
    return (7 if resources else 0), json.dumps({"drift": bool(resources), "resources": resources})


def test_drift_has_what_needs_a_look_first(answering: Answering, capsys: pytest.CaptureFixture[str]) -> None:
    attribute = {
        "path": "backup_retention_period",
        "expected": 7,
        "actual": 1,
        "field": "backup.days",
        "sensitive": False,
    }
    secret = {"path": "master_password", "expected": "x", "actual": "y", "field": None, "sensitive": True}
    kept = {"path": "description", "expected": None, "actual": "a <b>", "field": None, "sensitive": False}
    cluster = {"address": "aws_rds_cluster.this", "gone": False, "attributes": [attribute, secret, kept]}
    gone = {"address": "aws_rds_cluster_instance.this[0]", "gone": True, "attributes": []}
    answering({"a": drifted(), "b": drifted(cluster, gone), "c": NOT_FOUND, "d": REFUSED, "e": (None, "")})
    assert main(["fleet", "drift", "-o", "json"]) == 1
    out, err = capsys.readouterr()
    document = json.loads(out)
    assert [(one["name"], one["state"]) for one in document["members"]] == [
        ("d", "failed"),
        ("e", "failed"),
        ("b", "drifted"),
        ("c", "not created"),
        ("a", "in sync"),
    ]
    assert document["summary"] == {"failed": 2, "drifted": 1, "not created": 1, "in sync": 1}
    assert document["members"][2]["resources"] == [cluster, gone]
    assert "2 of 5 clusters could not be compared: d, e." in " ".join(err.split())
    assert main(["fleet", "drift", "a", "b", "--exit-code"]) == 7
    table = " ".join(capsys.readouterr().out.split())
    assert "backup_retention_period expected 7, is 1; master_password; description expected nothing, is a <b>" in table
    assert "aws_rds_cluster_instance.this[0] was deleted." in table
    assert main(["fleet", "drift", "a", "c", "--exit-code"]) == main(["fleet", "drift", "b"]) == 0
    capsys.readouterr()
    assert main(["fleet", "drift", "-o", "junit"]) == 1
    suite = ElementTree.fromstring(capsys.readouterr().out)  # noqa: S314
    assert {case.get("name") for case in suite if case.find("failure") is not None} == {"b", "d", "e"}
    assert main(["fleet", "drift", "--sort", "differences", "-o", "csv"]) == 1
    by_name = rows(capsys.readouterr().out)
    assert list(by_name) == ["b", "c", "d", "e", "a"], "the most differences first, nothing last"
    assert "expected 7, is 1" in by_name["b"]["differences"] and by_name["a"]["state"] == "in sync"
    for where, ended, names in [
        ("state=drifted", 7, "b"),
        ("differences=*deleted*,name=b*", 7, "b"),
        ("state=in*", 0, "a"),
    ]:
        assert main(["fleet", "drift", *"abc", "--where", where, "--exit-code", "-o", "csv"]) == ended
        assert list(rows(capsys.readouterr().out)) == list(names), where


def test_run_gives_each_output_by_name(answering: Answering, capsys: pytest.CaptureFixture[str]) -> None:
    endpoints = (0, '{"writer": {"host": "w"}}')
    lines = answering(
        {"a": endpoints, "b": NOT_FOUND, "c": (0, "no JSON\n"), "d": drifted({"gone": True}), "e": (4, "")}
    )
    assert main(["fleet", "run", "a", "b", "c", "-o", "json", "--", "endpoints", "{name}"]) == 1
    out, err = capsys.readouterr()
    document = json.loads(out)
    assert document["clusters"] == {"a": {"writer": {"host": "w"}}}
    assert {name: one["code"] for name, one in document["errors"].items()} == {"b": "not-found", "c": "error"}
    assert [line[2:] for line in lines] == [("--no-input", "endpoints", n, "-o", "json") for n in "abc"]
    assert "'endpoints' failed on 2 of 3 clusters: b, c." in " ".join(err.split())
    assert main(["fleet", "run", "c", "d", "--", "history", "{name}", "--limit", "3"]) == 0
    assert capsys.readouterr().out.startswith("# c\nno JSON\n\n# d\n{")
    assert lines[-1][2:] == ("--no-input", "history", "d", "--limit", "3")
    assert main(["fleet", "run", "e", "--", "endpoints", "{name}"]) == 1
    assert "e: No cluster named 'e' exists here. 'endpoints' failed" in " ".join(capsys.readouterr().err.split())
    assert main(["fleet", "run", "a", "-o", "json", "--", "connection", "{name}"]) == 0
    assert lines[-1][-2:] == ("--format", "json")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "Specify the command after --."),
        (["--"], "Specify the command after --."),
        (["--", "--home", "x", "status", "{name}"], "A command must follow --, not '--home'."),
        (["--", "satus", "{name}"], "There is no command 'satus'."),
        (["--", "endpoints"], "does not say where the name goes"),
    ],
)
def test_run_says_what_it_needs(
    answering: Answering, words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = answering({"a": status()})
    assert main(["fleet", "run", *words]) == 2
    assert message in " ".join(capsys.readouterr().err.split())
    assert lines == []


def test_run_refuses_every_command_that_may_change_something(
    answering: Answering, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = answering({"a": status()})
    for name in [*sorted(set(COMMANDS) - set(LOOKING)), *ALIASES]:
        assert main(["fleet", "run", "--", name, "{name}"]) == 2, name
    assert lines == []
    assert "runs only commands that look, and 'wait'" not in capsys.readouterr().err
    assert set(LOOKING) == {
        "list",
        "status",
        "endpoints",
        "history",
        "drift",
        "cost",
        "engines",
        "events",
        "metrics",
        "wait",
        "connection",
    }
