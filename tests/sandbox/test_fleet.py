"""The plans of a folder of clusters, each by Terraform."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from aurora_cli.sandbox.isolation import ACCOUNT
from tests.harness import Aurora

pytestmark = [pytest.mark.sandbox, pytest.mark.timeout(600)]
FLEET = "defaults: {region: eu-west-1, engine: postgres, network: {allow: [10.0.0.0/16]}}\nlabels: {team: shop}\n"
WAVES = 'waves: [{name: canary, where: "name=new"}]\n'


def test_plans_come_by_risk_and_change_nothing(aurora: Aurora, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Terraform for each cluster, since a plan is its."""
    monkeypatch.chdir(tmp_path)
    specs = {"fleet.yaml": FLEET, "same.yaml": "name: same", "wrong.yaml": "name: wrong\nengine_version: '1.1'"}
    for name, text in (specs | {"new.yaml": "name: new", "lost.yaml": "name: lost"}).items():
        (tmp_path / name).write_text(text)
    for name in ("same", "lost"):
        aurora.ok("apply", "-f", f"{name}.yaml", "--yes")
    (tmp_path / "lost.yaml").write_text("name: lost\nusername: other")
    done = aurora.run("fleet", "plan", "-o", "json")
    assert done.status == 1, done.err
    assert "1 of 4 clusters could not be planned: wrong." in done.err
    found = {one["name"]: one for one in done.data["members"]}
    assert {name: one["risk"] for name, one in found.items()} == {
        "wrong": "failed",
        "lost": "lost",
        "new": "created",
        "same": "unchanged",
    }
    assert found["wrong"]["error"]["code"] == "invalid-spec"
    assert "AWS does not offer" in Path(found["wrong"]["log"]).read_text()
    assert found["lost"]["findings"][0]["effect"] == "lost"
    stale = aurora.run("apply", "-f", "new.yaml", "--approved", str(found["same"]["digest"]))
    assert (stale.status, "is not the one that was approved" in " ".join(stale.err.split())) == (5, True)
    assert {row["name"] for row in aurora.json("list")["clusters"]} == {"same", "lost"}
    new, same = aurora.json("fleet", "status", "new", "same")["members"]
    assert (new["status"], new["error"], same["status"], same["instances"][0]["role"]) == (
        *("not created", None, "available"),
        "writer",
    )
    assert (same["last_operation"]["operation"], same["operation"]) == ("apply", None)
    (drift,) = aurora.json("fleet", "drift", "same")["members"]
    assert (drift["state"], drift["error"]) == ("in sync", None)

    # The account of fleet.yaml is that of the role that is assumed, which --set has changed.
    (tmp_path / "fleet.yaml").write_text(f"{FLEET}account: {{id: '111111111111'}}\n")
    role = "assume_role.role_arn=arn:aws:iam::222222222222:role/databases"
    refused = aurora.run("plan", "-f", "new.yaml", "--set", role)
    assert (refused.status, "for account 111111111111, and" in " ".join(refused.err.split())) == (3, True), refused.err

    # A canary that fails stops the rest; what it left is taken up, with the plan that was approved.
    (tmp_path / "fleet.yaml").write_text(FLEET + WAVES)
    (tmp_path / "same.yaml").write_text("name: same\ntags: {changed: 'yes'}")
    again = aurora.run("fleet", "plan", "new", "same", "--exit-code", "-o", "json")
    assert (again.status, {one["name"]: one["risk"] for one in again.data["members"]}) == (
        7,
        {"new": "created", "same": "changed"},
    )
    assert {one["digest"] for one in again.data["members"]} >= {found["new"]["digest"]}
    fault = ("refused", "--action", "CreateDBInstance", "--code", "InsufficientDBInstanceCapacity", "--count", "1")
    aurora.ok("sandbox", "faults", "add", *fault)
    stopped = aurora.run("fleet", "apply", "--yes", "-o", "json")
    states = {one["name"]: (one["wave"], one["state"]) for one in stopped.data["members"]}
    assert (stopped.status, states) == (1, {"new": ("canary", "failed"), "same": ("rest", "waiting")}), stopped.err
    assert f"aurora-cli fleet resume {stopped.data['run']}" in stopped.err
    assert aurora.cluster("new")["Status"] == "available", "it is there without its instance"
    kept = json.loads((aurora.home / "sandbox" / "stacks" / "new" / "approved.json").read_text())
    assert kept["account"] == ACCOUNT, "what is approved is approved for one account"
    done = aurora.run("fleet", "resume", "-o", "json")
    assert (done.status, done.data["summary"]["applied"], done.data["left"]) == (0, 2, []), done.err
    assert aurora.json("status", "new")["instances"][0]["status"] == "available"
    assert aurora.json("apply", "-f", "new.yaml", "--approved", found["new"]["digest"])["changed"] is False
    assert [one["state"] for one in aurora.json("fleet", "runs")["runs"]] == [
        "done",
        "applied",
        "ended",
        "ended",
        "planned",
    ]
