"""Campaigns on clusters that Terraform has made: upgraded in two waves, with blockers, and what their spec files say then."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.harness import Aurora

pytestmark = [pytest.mark.sandbox, pytest.mark.thorough, pytest.mark.timeout(900)]
FLEET = """
defaults: {region: eu-west-1, engine: postgres, network: {allow: [10.0.0.0/16]}}
waves: [{name: canary, where: "name=a"}]
"""
GREEN = """
name: green
engine_version: "16.8"
credentials: {password: given}
parameters: {cluster: {rds.logical_replication: 1}}
"""


def states(document: Any) -> dict[str, tuple[str | None, str]]:
    return {one["name"]: (one["wave"], one["state"]) for one in document["members"]}


def test_campaigns(aurora: Aurora, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Terraform and a process for each command of a cluster: what they say is what a campaign goes by."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "fleet.yaml").write_text(FLEET)
    for name in "ab":
        (tmp_path / f"{name}.yaml").write_text(f'name: {name}\nengine_version: "16.8"  # tested\n')
    (tmp_path / "m.yaml").write_text("name: m\nengine: mysql\n")
    aurora.ok("fleet", "plan")
    aurora.ok("fleet", "apply", "--yes")

    # A blocker at one: nothing is changed. Without it, a failure stops the campaign, and a resume ends it.
    blocked = aurora.run("fleet", "upgrade", "--to", "16.9", "--yes", "-o", "json")
    assert blocked.status == 9
    assert [one["name"] for one in blocked.data["error"]["details"]["blockers"]] == ["m"]
    ours = ("fleet", "upgrade", "--where", "engine=postgres", "--to", "16.9")
    looked = aurora.json(*ours, "--dry-run")["members"]
    assert [(one["name"], one["engine_version"], one["to"], one["risk"]) for one in looked] == [
        ("a", "16.8", "16.9", "restart"),
        ("b", "16.8", "16.9", "restart"),
    ]
    assert {aurora.cluster(name)["EngineVersion"] for name in "ab"} == {"16.8"}
    fault = ("refused", "--action", "ModifyDBCluster", "--code", "InsufficientDBClusterCapacityFault", "--count", "1")
    aurora.ok("sandbox", "faults", "add", *fault)
    stopped = aurora.run(*ours, "--yes", "-o", "json")
    assert (stopped.status, states(stopped.data)) == (1, {"a": ("canary", "failed"), "b": ("rest", "waiting")})
    done = aurora.run("fleet", "resume", "-o", "json")
    assert (done.status, states(done.data)) == (0, {"a": ("canary", "applied"), "b": ("rest", "applied")}), done.err
    assert {aurora.cluster(name)["EngineVersion"] for name in "ab"} == {"16.9"}

    # The files say 16.8 still: told, never a downgrade, and written by the same command.
    assert [(one["file"], one["line"], one["has"], one["written"]) for one in done.data["spec_files"]] == [
        ("a.yaml", 2, "16.9", False),
        ("b.yaml", 2, "16.9", False),
    ]
    refused = aurora.run("fleet", "plan", "-o", "json")
    errors = {one["name"]: one["error"]["code"] for one in refused.data["members"] if one["error"]}
    assert (refused.status, errors) == (1, {"a": "spec-conflict", "b": "spec-conflict"})
    again = aurora.run(*ours, "--yes", "--write", "-o", "json")
    assert (again.status, {state for _, state in states(again.data).values()}) == (0, {"unchanged"}), again.err
    assert (tmp_path / "a.yaml").read_text() == 'name: a\nengine_version: "16.9"  # tested\n'
    assert {one["risk"] for one in aurora.json("fleet", "plan")["members"]} == {"unchanged"}

    # Certificates, snapshots and reboots; what is done already is left alone.
    ca = ("fleet", "rotate-ca", "a", "--to", "rds-ca-ecc384-g1", "--yes", "-o", "json")
    assert states(aurora.run(*ca).data) == {"a": ("canary", "applied")}
    assert states(aurora.run(*ca).data) == {"a": (None, "unchanged")}
    taken = aurora.run("fleet", "snapshot", "a", "b", "--id-prefix", "pre", "--tag", "k=v", "--yes", "-o", "json")
    assert {state for _, state in states(taken.data).values()} == {"applied"}, taken.err
    found = aurora.json("--region", "eu-west-1", "snapshot", "list")["snapshots"]
    assert sorted(one["cluster"] for one in found if one["id"].startswith("pre-")) == ["a", "b"]
    aurora.ok("apply", "b", "--set", "parameters.cluster.max_locks_per_transaction=128", "--yes")
    reboot = ("fleet", "reboot", "--pending", "--yes", "-o", "json")
    assert states(aurora.run(*reboot).data) == {
        "a": (None, "unchanged"),
        "b": ("rest", "applied"),
        "m": (None, "unchanged"),
    }


def test_green_clusters_are_created_and_found_again(
    aurora: Aurora, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A deployment is AWS's: what the same command says of it afterwards shows in no unit test."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "fleet.yaml").write_text(FLEET)
    (tmp_path / "green.yaml").write_text(GREEN)
    aurora.ok("apply", "-f", "green.yaml", "--yes", env={"AURORA_MASTER_PASSWORD": "Correct-horse-9-battery"})
    words = ("fleet", "upgrade", "green", "--to", "17.9", "--blue-green", "--yes", "-o", "json")
    done = aurora.run(*words)
    assert (done.status, states(done.data), done.data["members"][0]["risk"]) == (
        *(0, {"green": ("rest", "applied")}),
        "changed",
    ), done.err
    assert aurora.json("blue-green", "status", "green")["deployment"]["status"] == "AVAILABLE"
    assert states(aurora.run(*words).data) == {"green": (None, "unchanged")}
    aurora.ok("blue-green", "switchover", "green", "--confirm", "green")
    assert states(aurora.run(*words).data) == {"green": (None, "unchanged")}
