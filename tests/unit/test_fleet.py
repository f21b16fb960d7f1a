"""A folder of specs: what they inherit, which are selected, what is wrong with them."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from aurora_cli.errors import InvalidInput, SpecInvalid
from aurora_cli.fleet.expressions import check_expression
from aurora_cli.fleet.fleet_file import Account, FleetFile, Group, Policy
from aurora_cli.fleet.inherited import fleet_of
from aurora_cli.fleet.markdown import row
from aurora_cli.fleet.members import Member, read_members
from aurora_cli.fleet.report import all_problems, as_junit
from aurora_cli.fleet.rollout import Freeze, Limits, Wave
from aurora_cli.fleet.selection import Selection, changed_since
from aurora_cli.fleet.where import parse_where
from aurora_cli.main import main
from aurora_cli.spec.layers.shape import walk
from aurora_cli.spec.model.fields import Model, NamesFile
from aurora_cli.spec.text.files import named_files

FLEET = """
defaults: {region: eu-west-1, engine: postgres, tags: {owner: platform}}
labels: {tier: standard}
account: {role_arn: "arn:aws:iam::111111111111:role/databases", external_id: xyz}
backend: {type: s3, bucket: acme, key: "{account}/{region}/{name}", region: eu-west-1}
groups:
  - match: payments/*
    labels: {team: payments}
    account: {id: "222222222222"}
    defaults: {preset: production, instances: {class: db.r7g.large}}
  - label: {owner: ada}
    labels: {tier: gold}
    backend: local
policies:
  - {name: two-readers, where: preset=production, require: "instances.readers >= `2`", message: production has 2 readers}
ignore: ["*/values.yaml"]
"""
SPECS = {
    "orders.yaml": "name: orders\nregion: eu-west-2",
    "payments/cards.yaml": "name: cards\ninstances: {readers: 2}\nnetwork: {allow: [10.0.0.0/8]}",
    "payments/wallet.yml": "name: wallet\ntags: {owner: ada}\nbackend: {type: s3, bucket: own, key: k, region: eu-west-1}",
    "payments/values.yaml": "anything: 1",
    ".hidden/x.yaml": "no: spec",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"fleet.yaml": FLEET.replace("backend: local", "backend: {type: local}"), **SPECS})
    return tmp_path


def write(folder: Path, files: dict[str, str]) -> None:
    fleet_of.cache_clear()
    (folder / ".git").mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def by_name(folder: Path) -> dict[str, Member]:
    return {str(member.name): member for member in read_members([folder])}


def test_a_spec_inherits_and_says_more(folder: Path) -> None:
    found = by_name(folder)
    assert set(found) == {"orders", "cards", "wallet"}
    orders, cards, wallet = (found[name] for name in ("orders", "cards", "wallet"))
    assert (orders.values["region"], cards.values["region"]) == ("eu-west-2", "eu-west-1")
    assert orders.values["backend"]["key"] == "111111111111/eu-west-2/orders"
    assert cards.values["backend"]["key"] == "222222222222/eu-west-1/cards"
    assert wallet.values["backend"]["bucket"] == "own"
    assert orders.values["assume_role"] == {
        "role_arn": "arn:aws:iam::111111111111:role/databases",
        "external_id": "xyz",
        "session_name": None,
    }
    assert cards.values["assume_role"] is None, "another account keeps nothing of the one above"
    assert (cards.account, cards.values["preset"]) == ("222222222222", "production")
    assert wallet.labels == {"owner": "ada", "tier": "gold", "team": "payments"}
    assert orders.labels == {"owner": "platform", "tier": "standard"}


def test_a_role_of_the_spec_itself_says_the_account(folder: Path) -> None:
    """It is the one that is assumed: an account of fleet.yaml would be told, and its place of the state used, in vain."""
    role = "assume_role: {role_arn: 'arn:aws:iam::333333333333:role/own'}"
    write(folder, {"own.yaml": f"name: own\n{role}", "wrong.yaml": "name: wrong\nassume_role: {role_arn: [1]}"})
    found = by_name(folder)
    assert (found["own"].account, found["own"].values["backend"]["key"]) == (
        "333333333333",
        "333333333333/eu-west-1/own",
    )
    assert (found["wrong"].account, found["wrong"].valid) == ("111111111111", False)


def test_a_profile_is_inherited_with_its_account(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    group = "{match: payments/*, account: {id: '222222222222', profile: pay}}"
    fleet = f"defaults: {{region: eu-west-1, engine: postgres}}\naccount: {{profile: base}}\ngroups: [{group}]"
    write(folder, {"fleet.yaml": fleet, "wallet.yaml": "name: wallet\nprofile: own"})
    found = by_name(folder)
    assert {name: found[name].values["profile"] for name in ("orders", "cards")} == {"orders": "base", "cards": "pay"}
    assert [one.values["profile"] for one in read_members([folder]) if one.file == "wallet.yaml"] == ["own"]
    assert main(["spec", "show", "-f", "payments/cards.yaml", "--resolved", "-o", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["spec"]["profile"], document["origins"]["profile"]) == ("pay", "fleet.yaml")


def test_origins_name_the_file_that_a_value_is_inherited_from(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["spec", "show", "-f", "payments/cards.yaml", "--resolved", "-o", "json"]) == 0
    origins = json.loads(capsys.readouterr().out)["origins"]
    assert origins["preset"] == origins["engine"] == origins["backend.key"] == "fleet.yaml"
    assert origins["instances.readers"] == "payments/cards.yaml"


def test_only_a_repository_makes_a_folder_above_count(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / ".git").rmdir()
    for way in ("let it count: git init .", "copy fleet.yaml into the repository"):
        cards = by_name(folder / "payments")["cards"]
        (ignored,) = [one for one in cards.problems if one.check == "fleet-file"]
        assert (cards.labels, ignored.source, ignored.severity, ignored.hint) == ({}, "fleet.yaml", "warning", way)
        (folder / "payments" / ".git").mkdir(exist_ok=True)
        fleet_of.cache_clear()
    assert main(["fleet", "list", "-d", "payments"]) == 0
    assert capsys.readouterr().err.count("fleet.yaml does not count for specs in other folders") == 1
    main(["validate", "-f", "payments/cards.yaml"])
    assert "fleet.yaml does not count for specs in other folders" in capsys.readouterr().err
    (folder / "payments" / "fleet.yaml").write_text("labels: {own: yes}")
    fleet_of.cache_clear()
    assert main(["fleet", "list", "-d", "payments"]) == 0
    assert "does not count" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("where", "names"),
    [
        ("", {"orders", "cards", "wallet"}),
        ("engine=postgres", {"orders", "cards", "wallet"}),
        ("preset=production,label.team=pay*", {"cards", "wallet"}),
        ("preset!=production", {"orders"}),
        ("label.team=", {"orders"}),
        ("instances.readers=2", {"cards"}),
        ("account=2*", {"cards", "wallet"}),
        ("file=payments/*", {"cards", "wallet"}),
        ("deletion_protection=true", {"orders", "cards", "wallet"}),
        ("logs.exports=postgresql", {"orders", "cards", "wallet"}),
        ("tags.owner=a*", {"wallet"}),
        ("network.allow.source=10.0.0.0/8", {"cards"}),
    ],
)
def test_where(folder: Path, where: str, names: set[str]) -> None:
    selection = Selection(terms=parse_where(where))
    assert {name for name, member in by_name(folder).items() if selection.has(member)} == names


def test_names_are_globs(folder: Path) -> None:
    selection = Selection(names=("car*", "wallet"))
    assert {name for name, member in by_name(folder).items() if selection.has(member)} == {"cards", "wallet"}


MISSPELT = [
    ("presset=production", "did you mean `preset`?"),
    ("labels.team=x", "did you mean `label`?"),
    ("acount=1", "did you mean `account`?"),
    ("label.=x", "name the label"),
    ("readers=2", "belongs elsewhere: `instances.readers`"),
    ("instances.overrides.1.clas=x", "did you mean `class`?"),
    ("instances=x", "`instances` is a section"),
    ("network.allow=x", "e.g. `network.allow.source`"),
    ("name.first=x", "`name` is a value"),
    ("engine=postgress", "did you mean `aurora-postgresql`?"),
    ("preset!=dve", "development, staging or production"),
    ("backend.type=gcs", "local, s3, http, pg or cloud"),
    ("deletion_protection=yes", "true or false"),
]


@pytest.mark.parametrize(("text", "way"), MISSPELT)
def test_a_term_that_no_spec_can_match_is_refused_everywhere(
    folder: Path, text: str, way: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["fleet", "list", "--where", text]) == 2
    assert way in " ".join(capsys.readouterr().err.replace("\xa0", " ").split())
    for part in (
        f"freezes:\n- {{from: 2026-12-20, until: 2026-12-21, reason: x, where: '{text}'}}",
        f"waves:\n- {{name: a, where: '{text}'}}",
        f"policies:\n- {{name: a, require: name, where: '{text}'}}",
    ):
        write(folder, {"fleet.yaml": part})
        with pytest.raises(SpecInvalid) as caught:
            read_members([folder])
        (problem,) = caught.value.problems
        assert (problem.line, way in str(problem.hint)) == (2, True), problem


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("freezes:\n- from: 2026-12-20\n  until: 2026-12-21\n  reason: x\n  where: label.taem=a", 5),
        ("waves:\n- name: a\n  where: preset=production,label.taem!=a", 3),
        ("policies:\n- name: a\n  require: name\n  where: label.taem=a", 4),
        ("groups:\n- label:\n    taem: a", 3),
        ("waves:\n- name: a\n  where: account=1*", 3),
    ],
)
def test_what_fleet_yaml_selects_by_and_no_spec_has_is_refused(tmp_path: Path, text: str, line: int) -> None:
    write(tmp_path, {"fleet.yaml": text, "a/a.yaml": "name: a\ntags: {team: a}", "b/b.yaml": "name: b"})
    with pytest.raises(SpecInvalid) as caught:
        read_members([tmp_path])
    (problem,) = caught.value.problems
    assert problem.line == line
    for one in (text.replace("taem", "team"), f"{text}\nlabels: {{taem: b}}\naccount: {{id: '111111111111'}}"):
        write(tmp_path, {"fleet.yaml": one, "a/a.yaml": "name: a\ntags: {team: a}\nassume_role: {role_arn: x}"})
        assert len(read_members([tmp_path / "b"])) == 1, "what another spec has is known too"


def test_a_group_that_no_file_is_in_is_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It may be for a file to come, or misspelt."""
    write(folder, {"fleet.yaml": "groups:\n- match: [payments/*, paymnets/*]\n  labels: {team: payments}"})
    (doubt,) = {one for member in read_members([folder]) for one in member.problems if one.check == "fleet-file"}
    assert (doubt.message, doubt.line, doubt.severity) == ("no spec file matches `paymnets/*`", 2, "warning")
    assert main(["fleet", "list", "-d", "payments"]) == 0, "the other files of the folder are known"
    assert "paymnets" in capsys.readouterr().err
    write(folder, {"fleet.yaml": "groups: [{match: [payments/*, orders.yaml]}]"})
    assert main(["fleet", "list", "-d", "payments"]) == 0
    assert capsys.readouterr().err == ""


def test_a_freeze_and_a_policy_may_be_about_specs_that_lack_a_label(folder: Path) -> None:
    freeze = "freezes:\n- {from: 2026-12-20, until: 2026-12-21, reason: x, where: label.exempt!=yes}"
    write(folder, {"fleet.yaml": f"{freeze}\npolicies: [{{name: a, require: name, where: label.exempt=}}]"})
    assert "orders" in by_name(folder)


def test_a_policy_that_cannot_be_evaluated_is_broken(tmp_path: Path) -> None:
    policy = "policies: [{name: a, require: length(source.snapshot) > `0`}]"
    write(tmp_path, {"fleet.yaml": policy, "a.yaml": "name: a\nregion: eu-west-1\nengine: postgres"})
    (problem,) = (one for one in by_name(tmp_path)["a"].problems if one.severity == "error")
    assert problem.check == "policy:a"
    assert "it is in fleet.yaml, and cannot be evaluated: In function length()" in str(problem.hint)


def test_a_name_or_a_file_in_where_that_no_spec_has_is_said(folder: Path) -> None:
    freeze = "freezes:\n- {from: 2026-12-20, until: 2026-12-21, reason: x, where: 'WHERE'}"
    for where, message in (
        ("name=ordres", "no spec has the name `ordres`"),
        ("file=paymnets/*,name=orders", "no spec file matches `paymnets/*`"),
        ("name=ord*", None),
        ("name!=ordres", None),
        ("file=payments/*", None),
    ):
        write(folder, {"fleet.yaml": freeze.replace("WHERE", where)})
        found = {
            one
            for member in read_members([folder / "payments"])
            for one in member.problems
            if one.check == "fleet-file"
        }
        assert [(one.message, one.line) for one in found] == ([(message, 2)] if message else []), where


def test_a_tag_of_the_defaults_counts_for_groups(tmp_path: Path) -> None:
    fleet = "defaults: {tags: {owner: ada}}\ngroups: [{label: {owner: ada}, labels: {tier: gold}}]"
    write(tmp_path, {"fleet.yaml": fleet, "a.yaml": "name: a"})
    assert by_name(tmp_path)["a"].labels == {"owner": "ada", "tier": "gold"}


@pytest.mark.parametrize(
    ("text", "way"),
    [
        ("instances.reader >= `2`", "did you mean `readers`?"),
        ("label.team", "did you mean `labels`?"),
        ("engine == 'postgres'", "did you mean `aurora-postgresql`?"),
        ("preset == 'staging' || 'prod' == preset", "development, staging or production"),
        ("deletion_protection == 'true'", "in backticks"),
        ("preset == `true`", "`preset` is text"),
        ("!(network.allow[?src == '0.0.0.0/0'])", "`src` is not a key of `network.allow`"),
        ("network.allow[].src", "`src` is not a key of `network.allow`"),
        ("network.allow[0].src", "`src` is not a key of `network.allow`"),
        ("values(instances.overrides.*.clas)", "did you mean `class`?"),
        ("length({a: instances.reader})", "did you mean `readers`?"),
        ("region.name", "`region` is a value"),
        ("instances | reader", "did you mean `readers`?"),
    ],
)
def test_a_policy_that_asks_for_what_no_spec_has_is_refused(text: str, way: str) -> None:
    with pytest.raises(ValueError, match=re.escape(way)):
        check_expression(text)


@pytest.mark.parametrize(
    "text",
    [
        "instances.readers >= `2`",
        'labels.team && tags."cost:center"',
        "engine == 'aurora-mysql' || preset != `null`",
        "length(network.allow[?contains(source, '0.0.0.0')]) == `0`",
        "sort_by(network.allow, &source)[0].source",
        "instances.overrides.*.tags.any[]",
        "deletion_protection == `true` && backup.retention == '7d'",
        'parameters.cluster."rds.force_ssl" == `1`',
        "logs.exports[1:] | [0]",
        "tags.owner != null && source.snapshot == null",
    ],
)
def test_a_policy_that_can_hold_passes(text: str) -> None:
    check_expression(text)


@pytest.mark.parametrize("text", ["preset", "=x", "preset=production,b", "!=x"])
def test_a_term_without_a_path_or_a_value_is_refused(
    folder: Path, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["fleet", "list", "--where", text]) == 2
    assert "write PATH=VALUE" in capsys.readouterr().err


def test_what_git_has_seen_change(folder: Path) -> None:
    (folder / ".git").rmdir()

    def git(*words: str) -> None:
        subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@example.com", *words], check=True, cwd=folder)

    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "one")
    assert changed_since("HEAD", [folder]) == frozenset()
    write(folder / "payments", {"new.yaml": "name: new"})
    (folder / "payments" / ".git").rmdir()
    (folder / "orders.yaml").write_text("name: orders\nregion: eu-west-3")
    assert changed_since("HEAD", [folder]) == {folder / "orders.yaml", folder / "payments" / "new.yaml"}
    selected = Selection(changed=changed_since("HEAD", [folder / "payments"]))
    assert {m.name for m in read_members([folder / "payments"]) if selected.has(m)} == {"new"}
    (folder / "fleet.yaml").write_text((folder / "fleet.yaml").read_text() + "# more\n")
    fleet_of.cache_clear()
    selection = Selection(changed=changed_since("HEAD", [folder / "payments"]))
    assert {m.name for m in read_members([folder / "payments"]) if selection.has(m)} == {"cards", "wallet", "new"}
    for wrong in ("no-such-branch", "--output=x", "HEAD:orders.yaml"):
        with pytest.raises(InvalidInput, match="Git could not say") as caught:
            changed_since(wrong, [folder])
        assert "origin/main" in str(caught.value.hint)
    (folder / "fleet.yaml").unlink()
    fleet_of.cache_clear()
    assert {m.name for m in read_members([folder]) if selection.has(m)} == {"orders", "cards", "wallet", "new", None}


def test_git_sees_what_specs_depend_on_change(folder: Path) -> None:
    """Links, their targets, and files that a spec names, also outside of the folder; a link may lead round in a circle."""
    (folder / ".git").rmdir()

    def git(*words: str) -> None:
        subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@example.com", *words], check=True, cwd=folder)

    sql = "bootstrap: {databases: {app: {sql: [../sql/a.sql, links/b.sql]}}}"
    shared = {"shared/one.yaml": "name: linked", "shared/two.yaml": "name: linked", "sql/a.sql": "1", "sql/b.sql": "1"}
    for name, text in {"specs/new.yaml": f"name: new\n{sql}", "specs/plain.yaml": "name: plain", **shared}.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    (folder / "hop.yaml").symlink_to("shared/one.yaml")
    (folder / "specs" / "linked.yaml").symlink_to("../hop.yaml")
    (folder / "specs" / "links").symlink_to("../sql")
    (folder / "specs" / "round.yaml").symlink_to("round.yaml")
    (folder / "way").symlink_to("specs")
    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "one")

    def changed() -> set[str]:
        fleet_of.cache_clear()
        selections = [
            (one, Selection(changed=changed_since("HEAD", [one]))) for one in (folder / "specs", folder / "way")
        ]
        found = [{m.path.stem for m in read_members([one]) if selection.has(m)} for one, selection in selections]
        git("checkout", "-q", "--", ".")
        assert found[0] == found[1], "by whatever way"
        return found[0]

    assert changed() == set()
    (folder / "shared" / "one.yaml").write_text("name: linked\nport: 5433")
    assert changed() == {"linked"}
    (folder / "hop.yaml").unlink()
    (folder / "hop.yaml").symlink_to("shared/two.yaml")
    assert changed() == {"linked"}
    for name in ("a.sql", "b.sql"):
        (folder / "sql" / name).write_text("2")
        assert changed() == {"new"}
    (folder / "specs" / "links").unlink()
    (folder / "specs" / "links").symlink_to("../shared")
    assert changed() == {"new"}


def test_every_name_of_a_file_in_a_spec_is_found() -> None:
    """What the model marks, whatever else is in the spec."""
    assert {path for path, info in walk() if any(isinstance(one, NamesFile) for one in info.metadata)} == {
        "bootstrap.databases.NAME.sql"
    }, "the loader and --changed-since go by the mark: a field that names a file needs it"
    databases = {"a": {"sql": ["x.sql", 1, None]}, "b": {"sql": "y.sql"}, "c": None, "d": ["z.sql"]}
    assert list(named_files({"bootstrap": {"databases": databases}, "name": ["x"], 1: 2})) == ["x.sql", "y.sql"]


def test_git_may_see_files_whose_names_are_no_text(folder: Path) -> None:
    (folder / ".git").rmdir()
    subprocess.run(["git", "init", "-q"], check=True, cwd=folder)
    who = ("-c", "user.name=a", "-c", "user.email=a@example.com")
    subprocess.run(["git", *who, "commit", "-q", "--allow-empty", "-m", "one"], check=True, cwd=folder)
    odd = Path(os.fsdecode(b"\xff.yaml"))
    (folder / odd).write_text("name: odd")
    assert folder / odd in changed_since("HEAD", [folder])


def test_a_folder_that_cannot_be_read_is_an_error(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    scandir = os.scandir

    def refusing(path: Any) -> Any:
        if str(path).endswith("payments"):
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    assert main(["fleet", "validate"]) == 2
    assert "payments cannot be read: Permission denied." in " ".join(capsys.readouterr().err.split())


def test_policies_names_and_states(folder: Path) -> None:
    write(folder, {"twice.yaml": "name: orders\nregion: eu-west-2"})
    problems = {
        (p.check, p.source, p.message) for m in read_members([folder]) for p in m.problems if p.severity == "error"
    }
    assert problems == {
        ("policy:two-readers", "payments/wallet.yml", "production has 2 readers"),
        ("fleet-name", "twice.yaml", "orders.yaml has the same name"),
        ("fleet-state", "twice.yaml", "orders.yaml has its state in the same place"),
    }


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("defualts: {}", 1, "`defualts` is not a key of fleet.yaml"),
        ("labels: [a]", 1, "`labels` must be a mapping"),
        ("account: {id: 12}", 1, "`id` must be text"),
        ("account:\n  id: '12'", 2, "`id` cannot be 12"),
        (
            "account:\n  id: '222222222222'\n  role_arn: arn:aws:iam::111111111111:role/a",
            3,
            "`role_arn` cannot be arn:aws:iam::111111111111:role/a",
        ),
        ("account:\n  role_arn: admin", 2, "`role_arn` cannot be admin"),
        ("policies:\n  - name: x\n    require: 'a >'", 3, "`require` cannot be a >"),
        ("policies:\n  - name: x\n    require: name\n    where: b", 4, "`where` cannot be b"),
        ("groups:\n  - matches: x", 2, "`matches` is not a key of fleet.yaml"),
        ("waves:\n  - name: a\n    count: 1\n    percent: 2", 4, "`percent` cannot be 2"),
        ("waves:\n  - name: a\n  - name: a", 1, "`waves` cannot be"),
        ("waves: [{name: rest}]", 1, "`waves` cannot be"),
        ("freezes:\n  - from: 2026-12-20\n    until: 2026-12-19\n    reason: x", 3, "`until` cannot be 2026-12-19"),
        ("freezes:\n  - from: soon\n    until: 2026-12-19\n    reason: x", 2, "`from` cannot be soon"),
        ("freezes:\n  - from: 2026-12-20 10:00\n    until: 2026-12-29\n    reason: x", 2, "`from` cannot be"),
        ("limits:\n  total: 0", 2, "`total`"),
        ("- a", 1, "a list"),
    ],
)
def test_what_is_wrong_in_fleet_yaml_is_said_with_its_line(tmp_path: Path, text: str, line: int, message: str) -> None:
    write(tmp_path, {"fleet.yaml": text, "a.yaml": "name: a"})
    with pytest.raises(SpecInvalid) as caught:
        read_members([tmp_path])
    (problem,) = caught.value.problems
    assert (problem.line, message in problem.message) == (line, True), problem


@pytest.mark.parametrize(
    ("fleet", "line", "message"),
    [
        ("defaults:\n  regoin: x", 2, "`regoin` is not a key"),
        ("defaults:\n  instances:\n    readers: many", 3, "`readers` must be"),
        ("backend:\n  type: s3\n  key: '{nmae}'", 3, "`{nmae}` is not a placeholder"),
        ("backend:\n  type: s3\n  key: '{account}'", 3, "`{account}` has no value"),
        ("groups:\n- defaults:\n    port: 1", 3, "port"),
    ],
)
def test_what_is_inherited_is_checked_where_it_is_written(tmp_path: Path, fleet: str, line: int, message: str) -> None:
    specs = {f"{name}.yaml": f"name: {name}\nregion: eu-west-1\nengine: mysql" for name in "ab"}
    write(tmp_path, {"fleet.yaml": fleet, **specs})
    found = [
        p
        for p in all_problems(read_members([tmp_path]), warnings=False)
        if p.source and p.source.endswith("fleet.yaml")
    ]
    assert [(p.line, message in p.message) for p in found] == [(line, True)], "once, not for each spec"


def test_validate_reports_all_problems_of_all_files(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder, {"broken.yaml": "name: [", "empty.yaml": "", "binary.yaml": "name: \x00"})
    assert main(["fleet", "validate"]) == 2
    err = capsys.readouterr().err
    assert "4 of 6 specs are not valid" in err
    assert all(name in err for name in ("broken.yaml", "empty.yaml", "binary.yaml", "payments/wallet.yml"))
    assert main(["fleet", "validate", "-o", "json"]) == 2
    document = json.loads(capsys.readouterr().out)
    assert (document["valid"], [m["name"] for m in document["members"] if m["valid"]]) == (False, ["orders", "cards"])
    assert main(["fleet", "validate", "-o", "junit"]) == 2
    suite = ElementTree.fromstring(capsys.readouterr().out)  # noqa: S314
    assert (suite.get("tests"), suite.get("failures")) == ("6", "4")
    assert [case.get("name") for case in suite if case.find("failure") is None] == ["orders", "cards"]
    assert main(["fleet", "validate", "cards", "-o", "junit"]) == 0


def test_odd_files_are_problems_of_their_own(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """None is waited for, and none keeps the others from being read."""
    odd = Path(os.fsdecode(b"\xff\n.yaml"))
    (folder / odd).write_text("name: [")
    os.mkfifo(folder / "pipe.yaml")
    (folder / "round.yaml").symlink_to("round.yaml")
    (folder / "around").symlink_to(".")
    (folder / "nowhere.yaml").symlink_to("missing")
    (folder / "folder.yaml").mkdir()
    write(folder, {"helm.yaml": "image: x\nreplicas: 2", "fleet.yml": "defaults: {}", "big.yaml": "x" * 2**21})
    assert main(["fleet", "validate", "-o", "json"]) == 2
    document = json.loads(capsys.readouterr().out)
    found = {one["file"]: one["problems"][0] for one in document["members"] if not one["valid"]}
    assert {file: problem["message"] for file, problem in found.items() if file != "payments/wallet.yml"} == {
        "\\xff\\n.yaml": "this is not valid YAML: expected the node content, but found '<stream end>'",
        "pipe.yaml": "pipe.yaml is not a regular file",
        "round.yaml": "cannot read round.yaml: too many levels of symbolic links",
        "nowhere.yaml": "cannot read nowhere.yaml: no such file or directory",
        "helm.yaml": "it has no key of a spec",
        "fleet.yml": "it has no key of a spec",
        "big.yaml": "big.yaml is larger than 1 MiB",
    }
    assert found["fleet.yml"]["hint"] == "what specs have in common is in fleet.yaml: rename it"
    assert found["\\xff\\n.yaml"]["source"] == "\\xff\\n.yaml"
    assert main(["validate", "-f", str(odd), "-o", "json"]) == 2
    done = capsys.readouterr()
    assert "udcff" not in done.out + done.err and "\\\\xff\\\\n.yaml" in done.out


@pytest.mark.parametrize("kind", ["pipe", "link", "folder"])
def test_a_fleet_yaml_that_is_no_file_is_an_error(folder: Path, kind: str) -> None:
    """It would say something of every spec: it is not left out, and not waited for."""
    path = folder / "fleet.yaml"
    path.unlink()
    os.mkfifo(path) if kind == "pipe" else path.symlink_to("missing") if kind == "link" else path.mkdir()
    with pytest.raises(InvalidInput, match=r"fleet\.yaml"):
        read_members([folder])


def test_labels_are_text_as_it_was_written(folder: Path) -> None:
    group = "groups: [{label: {n: 1}, labels: {hit: true}}]"
    write(folder, {"fleet.yaml": f"labels: {{n: 1, b: true, d: 2026-01-01, f: 1.50}}\n{group}"})
    assert by_name(folder)["orders"].labels == {"n": "1", "b": "true", "d": "2026-01-01", "f": "1.50", "hit": "true"}
    write(folder, {"fleet.yaml": "# nothing yet"})
    assert by_name(folder)["orders"].labels == {}


def test_a_report_holds_text_that_xml_cannot(tmp_path: Path) -> None:
    write(tmp_path, {"a.yaml": 'name: "a\\u0007<b>"\nregion: x'})
    report = as_junit(read_members([tmp_path]))
    assert ElementTree.fromstring(report).get("failures") == "1"  # noqa: S314


def test_processes_find_the_same(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new process has to pass members and problems on; that takes processes."""
    alone = read_members([folder], processes=1)
    assert read_members([folder], processes=2) == alone


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["-d", "missing"], "is not a folder"),
        (["-d", ".hidden2"], "aurora-cli spec init orders --to .hidden2/orders.yaml"),
        (["orders", "nobody"], "No spec has the name 'nobody', of 3 in the folder."),
        (["--where", "label.taem!=x"], "'label.taem': no spec has a label or tag `taem`. hint: did you mean `team`?"),
        (["--where", "label.owner=nobody"], "No spec matches"),
    ],
)
def test_nothing_to_work_on_is_an_error(
    folder: Path, words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / ".hidden2").mkdir()
    assert main(["fleet", "list", *words]) == 2
    assert message in " ".join(capsys.readouterr().err.replace("\xa0", " ").split())


def test_the_guide_lists_every_key(pytestconfig: pytest.Config) -> None:
    guide = (pytestconfig.rootpath / "docs" / "guide" / "fleet.md").read_text()
    section = guide.partition("## What specs inherit")[2].partition("\n## ")[0]
    listed = set(re.findall(r"^\| `([a-z_.]+)` \|", section, re.MULTILINE))

    def keys(model: type[Model], prefix: str) -> set[str]:
        return {f"{prefix}{field.alias or key}" for key, field in model.model_fields.items()}

    common = keys(Group, "groups.") & {f"groups.{key}" for key in FleetFile.model_fields}
    parts: dict[str, type[Model]] = {
        "account": Account,
        "policies": Policy,
        "waves": Wave,
        "limits": Limits,
        "freezes": Freeze,
    }
    wanted = keys(FleetFile, "").union(*(keys(model, f"{name}.") for name, model in parts.items()))
    assert listed == (wanted | (keys(Group, "groups.") - common)) - {*parts, "groups"}


MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
HOSTILE = st.lists(
    st.one_of(
        st.text(max_size=6),
        st.sampled_from(
            ["@name", "![a](b)", "<b>", "<!-- ", "`", "``", "|", "\\", "\\|", "\r", "\n", "\u2028", "&#64;", "&amp;"]
        ),
        st.sampled_from(
            ["**", "_x_", "~~", "[a]: b", "https://a.b", "www.a.b", "#1", "!2", "\udcff", "\x00", "* ", "$$"]
        ),
    ),
    max_size=8,
).map("".join)


@given(HOSTILE, HOSTILE)
@settings(deadline=None, max_examples=60)
def test_no_text_is_more_than_text_in_markdown(one: str, other: str) -> None:
    table = f"| a | b |\n|---|---|\n{row((one, other))}\n"
    tokens = MARKDOWN.parse(table)
    cells = [token for token in tokens if token.type == "inline"][2:]
    assert len(cells) == 2 == [token.type for token in tokens].count("tr_open"), "one row of two cells"
    for text, cell in zip((one, other), cells, strict=True):
        assert {child.type for child in cell.children or ()} <= {"text", "text_special"}
        told = "".join(child.content for child in cell.children or ())
        assert re.search(r"[@#!]\w|://|www\.", told, re.IGNORECASE) is None
        written = " ".join(text.split())
        shown = "".join(c if c.isprintable() else "\ufffd" for c in written)
        assert told.replace("\u200b", "") == shown
        assert row((text,)).encode()
