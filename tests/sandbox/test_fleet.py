"""The plans of a folder of clusters, each by Terraform."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.harness import Aurora

pytestmark = [pytest.mark.sandbox, pytest.mark.timeout(600)]
FLEET = "defaults: {region: eu-west-1, engine: postgres, network: {allow: [10.0.0.0/16]}}\nlabels: {team: shop}\n"


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
    again = aurora.run("fleet", "plan", "new", "same", "--exit-code", "-o", "json")
    assert again.status == 7
    assert {one["name"]: one["digest"] for one in again.data["members"]} == {
        n: found[n]["digest"] for n in ("new", "same")
    }
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
    assert aurora.json("apply", "-f", "new.yaml", "--approved", found["new"]["digest"])["changed"] is True
    assert aurora.json("apply", "-f", "new.yaml", "--approved", found["new"]["digest"])["changed"] is False
