"""Stacks of the version before: they say what they said, and what it had begun goes on to its end."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest

from aurora_cli.stacks.journal import FILE
from tests.harness import Aurora
from tests.observe import last_call
from tests.previous_version import put, scenario

pytestmark = [pytest.mark.sandbox, pytest.mark.timeout(600)]
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
FREE = {"text", "message", "hint", "warnings", "remarks", "steps", "next", "interruption", "elapsed_s"}
FREE |= {"connect", "python", "platform", "aurora_cli"}
"""Keys whose values are sentences or of this machine; and the connect line, which checks certificates now."""
Placed = Callable[[str], dict[str, Any]]


@pytest.fixture(scope="module")
def placed(aurora: Aurora) -> Placed:
    """Puts a scenario in place, once; gives the documents that the version before has printed."""
    return cache(lambda name: put(name, aurora.home, aurora.emulator.status()))


def calls_of(aurora: Aurora, *words: str) -> Counter[str]:
    """The calls that change something in RDS, of a command that ends well."""
    since = last_call(aurora)
    aurora.ok(*words)
    calls = aurora.emulator.calls(since=since, service="rds")
    return Counter(
        c["action"] for c in calls if c["status"] == 200 and not c["action"].startswith(("Describe", "List"))
    )


def is_settled(aurora: Aurora, name: str) -> bool:
    """Whether nothing is under way, and Terraform has nothing to do."""
    journal = aurora.home / "sandbox" / "stacks" / name / FILE
    return not journal.exists() and aurora.run("plan", name, "--exit-code").status == 0


def other(before: Any, after: Any, path: str) -> Iterator[str]:
    """What a document does not say any more, or says otherwise; sentences and moments need only be there."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key, value in before.items():
            if key not in after:
                yield f"{path}.{key} is gone"
            elif key not in FREE or isinstance(value, list) != isinstance(after[key], list):
                yield from other(value, after[key], f"{path}.{key}")
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for number, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from other(old, new, f"{path}.{number}")
    elif before != after and not (TIME.match(str(before)) and TIME.match(str(after))):
        yield f"{path} was {before!r} and is {after!r}"


def with_addresses_of_now(value: Any) -> Any:
    """The instances were two resources, `first` and `others`; `moved` blocks follow."""
    if isinstance(value, list):
        return [with_addresses_of_now(one) for one in value]
    if not isinstance(value, dict):
        return value
    if value.get("type") == "aws_rds_cluster_instance":
        key = value["index"] or "1"
        return {**value, "address": f'aws_rds_cluster_instance.this["{key}"]', "name": "this", "index": key}
    return {key: with_addresses_of_now(one) for key, one in value.items()}


@pytest.mark.parametrize(
    "name",
    ["orders", *(pytest.param(name, marks=pytest.mark.thorough) for name in ("switching", "worldwide", "archived"))],
)
def test_every_document_says_what_it_said(aurora: Aurora, placed: Placed, name: str) -> None:
    documents = placed(name)
    assert documents
    now = {words: json.loads(aurora.run(*words.split(), "-o", "json").out) for words in documents}
    if "list" in now:  # other scenarios may be in the same home
        now["list"]["clusters"] = [one for one in now["list"]["clusters"] if one["name"] == name]
    for one in (documents, now):  # a new check may be anywhere among them
        if "doctor" in one:
            one["doctor"]["checks"] = {check["name"]: check for check in one["doctor"]["checks"]}
    found = list(other(with_addresses_of_now(documents), now, name))
    assert not found, "\n".join(found)


def test_a_ready_cluster_is_operated(aurora: Aurora, placed: Placed) -> None:
    placed("orders")
    record = aurora.home / "sandbox" / "stacks" / "orders" / "stack.json"
    assert "account_id" not in json.loads(record.read_text())
    assert calls_of(aurora, "scale", "orders", "--readers", "1", "--yes") == {"DeleteDBInstance": 1}
    state = (record.parent / "terraform" / "terraform.tfstate").read_text()
    assert "others" not in state
    assert not json.loads(record.read_text())["split_instances"]
    assert json.loads(record.read_text())["account_id"] == aurora.cluster("orders")["DBClusterArn"].split(":")[4]
    assert is_settled(aurora, "orders")
    operations = [entry["operation"] for entry in aurora.json("history", "orders")["operations"]]
    assert operations == ["create", "scale", "failover", "scale"]


def test_a_scale_goes_on(aurora: Aurora, placed: Placed) -> None:
    before = placed("scaling")["status scaling"]["upkeep"]["unfinished"]
    assert aurora.json("status", "scaling")["upkeep"]["unfinished"] == before
    calls = calls_of(aurora, "scale", "scaling", "--class", "db.r7g.large", "--yes")
    assert calls == {"FailoverDBCluster": 1, "ModifyDBInstance": 1}
    assert {i["DBInstanceClass"] for i in aurora.instances("scaling").values()} == {"db.r7g.large"}
    assert is_settled(aurora, "scaling")


def test_a_creation_goes_on_and_keeps_what_is_tainted(aurora: Aurora, placed: Placed) -> None:
    placed("creating")
    words = scenario("creating")["commands"][-1].split()[2:]
    assert calls_of(aurora, *words) == {"CreateDBInstance": 1}
    assert set(aurora.instances("creating")) == {"creating-1", "creating-2"}
    assert is_settled(aurora, "creating")


def test_a_destroy_goes_on(aurora: Aurora, placed: Placed) -> None:
    placed("destroying")
    refused = aurora.run("scale", "destroying", "--readers", "2", "--yes", "-o", "json")
    assert refused.data["error"]["code"] == "spec-conflict"
    aurora.ok("destroy", "destroying", "--confirm", "destroying")
    assert aurora.run("status", "destroying").status == 4
    found = aurora.client("rds").describe_db_cluster_snapshots()["DBClusterSnapshots"]
    assert [s["DBClusterIdentifier"] for s in found].count("destroying") == 1


@pytest.mark.thorough
def test_an_upgrade_goes_on(aurora: Aurora, placed: Placed) -> None:
    placed("upgrading")
    calls = calls_of(aurora, "upgrade", "upgrading", "--to", "17", "--yes")
    assert "CreateDBClusterSnapshot" not in calls
    assert aurora.cluster("upgrading")["EngineVersion"].startswith("17.")
    assert is_settled(aurora, "upgrading")


@pytest.mark.thorough
def test_a_switchover_goes_on_to_its_cleanup(aurora: Aurora, placed: Placed) -> None:
    placed("switching")
    calls = calls_of(aurora, "blue-green", "switchover", "switching", "--confirm", "switching")
    assert "SwitchoverBlueGreenDeployment" not in calls
    assert is_settled(aurora, "switching")
    aurora.ok("blue-green", "cleanup", "switching", "--confirm", "switching-old1")
    assert is_settled(aurora, "switching")


@pytest.mark.thorough
def test_a_rename_goes_on(aurora: Aurora, placed: Placed) -> None:
    placed("renaming")
    was = {c["DbClusterResourceId"] for c in aurora.client("rds").describe_db_clusters()["DBClusters"]}
    aurora.ok("rename", "renaming", "renamed", "--yes")
    assert aurora.cluster("renamed")["DbClusterResourceId"] in was
    assert set(aurora.instances("renamed")) == {"renamed-1", "renamed-2"}
    assert is_settled(aurora, "renamed")


@pytest.mark.thorough
def test_a_destroyed_cluster_is_restored(aurora: Aurora, placed: Placed) -> None:
    placed("archived")
    snapshots = aurora.client("rds").describe_db_cluster_snapshots()["DBClusterSnapshots"]
    (final,) = [s for s in snapshots if s["DBClusterIdentifier"] == "archived"]
    aurora.ok("restore", "archived", "--from-snapshot", final["DBClusterSnapshotIdentifier"], "--yes")
    assert aurora.cluster("archived")["EngineVersion"] == final["EngineVersion"]
    assert is_settled(aurora, "archived")


@pytest.mark.thorough
@pytest.mark.parametrize("kind", scenario("journals")["journals"])
def test_every_operation_knows_its_journal(aurora: Aurora, placed: Placed, kind: str) -> None:
    placed("journals")
    path = aurora.home / "sandbox" / "stacks" / "journals" / FILE
    path.write_text(scenario("journals")["journals"][kind])
    kept = json.loads(path.read_text())
    try:
        resumed = aurora.json(*kept["command"], "--dry-run")
    finally:
        path.unlink()
    assert resumed["resumed"]
    assert [step["name"] for step in resumed["sequence"]] == list(kept["steps"])
