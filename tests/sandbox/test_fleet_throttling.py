"""AWS throttles a fifth of all calls: the plans of a fleet and what they make are the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from aurora_cli.sandbox.faults import FaultRule
from tests.harness import Aurora

pytestmark = [pytest.mark.sandbox, pytest.mark.thorough, pytest.mark.timeout(600)]
FLEET = "defaults: {region: eu-west-1, engine: postgres, network: {allow: [10.0.0.0/16]}}\n"
NAMES = ("a", "b", "c", "d", "e", "f")


def test_throttling_of_a_fifth_of_the_calls_changes_only_the_time(
    aurora: Aurora, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "fleet.yaml").write_text(FLEET)
    for name in NAMES:
        (tmp_path / f"{name}.yaml").write_text(f"name: {name}")

    def digests() -> dict[str, Any]:
        return {one["name"]: one["digest"] for one in aurora.json("fleet", "plan")["members"]}

    before = digests()
    aurora.emulator.add_fault(FaultRule("throttle", probability=0.2))
    assert digests() == before and all(before.values())
    done = aurora.run("fleet", "apply", "--yes", "-o", "json")
    assert (done.status, done.data["summary"]["applied"]) == (0, len(NAMES)), done.err
    (rule,) = aurora.emulator.faults()
    assert rule["fired"] >= 0.1 * rule["seen"] > 0
    aurora.emulator.clear_faults()
    assert [len(aurora.instances(name)) for name in NAMES] == [1] * len(NAMES)
    assert {one["risk"] for one in aurora.json("fleet", "plan")["members"]} == {"unchanged"}
