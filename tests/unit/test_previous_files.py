"""Every file that the version before has written is read, and nothing of what it says is lost."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import pytest

from aurora_cli.hcl.render_options import RenderOptions
from aurora_cli.operations.core.rendered import remembered, write_rendered
from aurora_cli.operations.core.specs import stored_spec
from aurora_cli.spec.text.dump import dump_spec
from aurora_cli.stacks.archive import archived_spec
from aurora_cli.stacks.blue_green import read_blue_green, to_dict
from aurora_cli.stacks.history import History
from aurora_cli.stacks.home import Home
from aurora_cli.stacks.journal import FILE, Journal, read_journal
from aurora_cli.stacks.record import StackRecord, load_record
from aurora_cli.stacks.registry import Registry
from aurora_cli.terraform.run import run_folder
from aurora_cli.terraform.state.state import STATE_FILE, read_local_state
from tests.previous_version import SCENARIOS, scenario, write

FILES = [(name, path) for name in SCENARIOS for path in scenario(name)["files"]]
JOURNALS = [(name, kind) for name in SCENARIOS for kind in scenario(name)["journals"]]


def called(file: str) -> list[tuple[str, str]]:
    """Every file of that name: (scenario, path)."""
    found = [(name, path) for name, path in FILES if Path(path).name == file]
    assert found, f"no scenario has a file {file}"
    return found


@pytest.fixture
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Home:
    """The files of the scenario that the test names first."""
    write(request.getfixturevalue("name"), tmp_path)
    return Home(tmp_path)


def plain(value: Any) -> Any:
    """As JSON has it: lists for tuples."""
    return json.loads(json.dumps(value))


@pytest.mark.parametrize(("name", "path"), called("stack.json"))
def test_a_record_says_all_that_it_said(name: str, path: str) -> None:
    before = json.loads(scenario(name)["files"][path])
    after = json.loads(load_record(json.dumps(before), name=before["name"]).dumps())
    assert {key: after.get(key) for key in before} == before


@pytest.mark.parametrize(("name", "path"), called(FILE))
def test_a_journal_says_all_that_it_said(name: str, path: str, home: Home) -> None:
    assert_same(read_journal((home.path / path).parent), json.loads(scenario(name)["files"][path]))


@pytest.mark.parametrize(("name", "kind"), JOURNALS)
def test_journals_of_other_operations_do_too(name: str, kind: str, tmp_path: Path) -> None:
    text = scenario(name)["journals"][kind]
    (tmp_path / FILE).write_text(text)
    assert_same(read_journal(tmp_path), json.loads(text))


def assert_same(journal: Journal | None, before: dict[str, Any]) -> None:
    assert journal is not None
    after = plain(asdict(journal))
    assert {key: after.get(key) for key in before} == before
    assert list(after["steps"]) == list(before["steps"]), "in the order in which they are made"


@pytest.mark.parametrize(("name", "path"), called("blue-green.json"))
def test_the_record_of_a_blue_green_deployment_too(name: str, path: str, home: Home) -> None:
    before, record = json.loads(scenario(name)["files"][path]), read_blue_green((home.path / path).parent)
    assert record is not None
    assert {key: to_dict(record).get(key) for key in before} == before


@pytest.mark.parametrize(("name", "path"), called("history.jsonl"))
def test_a_history_has_all_its_entries(name: str, path: str, home: Home) -> None:
    before = [json.loads(line) for line in scenario(name)["files"][path].splitlines()]
    after = [plain(entry.to_dict()) for entry in History(home.path / path).read()]
    assert [{key: entry.get(key) for key in old} for entry, old in zip(after, before, strict=True)] == before


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_run_is_read_and_those_that_nobody_has_followed_are_found(name: str, home: Home) -> None:
    for folder in home.path.glob("stacks/*/runs"):
        before = [json.loads(path.read_text()) for path in sorted(folder.glob("*/run.json"))]
        read = [plain(asdict(run.record)) for run in run_folder._runs(folder)]
        assert read == [{**run, "reconciled": False} for run in before]
        left = [run.record.id for run in run_folder.unfinished_runs(folder)]
        assert left == [run["id"] for run in before if run["finished_at"] is None]


@pytest.mark.parametrize("name", [name for name in SCENARIOS if name != "archived"])
def test_a_spec_says_the_same_when_it_is_written_again(name: str, home: Home) -> None:
    for stack in Registry(home).list():
        assert dump_spec(stored_spec(stack).spec) == stack.read_spec()


def as_before(text: str) -> str:
    """Without what this version writes besides, none of which changes a resource, and without the instances."""
    text = re.sub(r'(?s)output "instance_identifiers" \{.*?\n\}\n', "", text)
    text = re.sub(r"  primary = .*aws_rds_cluster_instance.*\n", "", text)
    text = re.sub(r"depends_on += +\[aws_rds_cluster_instance.*\]", "", text)
    text = text.replace('">= 5.100"', '">= 6.0"').replace('  network_type           = "IPV4"\n', "")
    return re.sub(r'(?s)(resource "aws_security_group" "this" \{.*?)\n  lifecycle \{.*?\n  \}\n', r"\1", text)


@pytest.mark.parametrize("name", ["orders", "creating", "worldwide"])
def test_the_same_terraform_is_rendered(name: str, home: Home) -> None:
    (stack,) = Registry(home).list()
    (stack.folder / "rendered.json").unlink()
    before = {path: path.read_text() for path in stack.terraform_dir.rglob("*") if path.is_file()}
    assert stack.record.split_instances
    write_rendered(stack, stored_spec(stack).spec)
    now = {path: path.read_text() for path in stack.terraform_dir.rglob("*") if path.is_file()}
    instances = {path: (before.pop(path), now.pop(path)) for path in list(now) if path.name == "instances.tf"}
    assert all("from = aws_rds_cluster_instance.others" in text for _, text in instances.values())
    assert {path: as_before(text) for path, text in now.items()} == {
        path: as_before(text) for path, text in before.items()
    }


def test_all_that_a_record_knows_of_the_rendering_is_remembered() -> None:
    """A field of both that `remembered` lacks would be lost in every render that does not read the state."""
    both = {f.name for f in fields(StackRecord)} & {f.name for f in fields(RenderOptions)}
    record = StackRecord("orders", "eu-west-1", "aws", "2026-01-01T00:00:00+00:00")
    assert set(remembered(record)) == both - {"instance_keys", "snapshot_region"}


@pytest.mark.parametrize("name", ["creating"])
def test_a_state_says_what_is_tainted(name: str, home: Home) -> None:
    (stack,) = Registry(home).list()
    state = read_local_state(stack.terraform_dir / STATE_FILE)
    assert [resource.id for resource in state.resources if resource.tainted] == ["creating-1"]


@pytest.mark.parametrize("name", ["archived"])
def test_the_spec_of_a_destroyed_cluster_is_found(name: str, home: Home) -> None:
    (path,) = (home.path / "archive").glob("archived-*/spec.yaml")
    assert archived_spec(home, "archived") == path.read_text()
    assert archived_spec(home, "archive") is None
