"""A major upgrade is killed (SIGKILL) at each boundary of its steps, and goes on: one snapshot, one upgrade, one restart."""

from __future__ import annotations

import json
import urllib.request
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from tests.harness import Aurora
from tests.reliability.disturbing import called, disturb_when, last_call
from tests.watching import PATIENT_S, slowly

pytestmark = [pytest.mark.sandbox, pytest.mark.thorough, pytest.mark.timeout(2400)]
LATENCY_S = 1.5
MAJOR = 17
Boundary = tuple[str, str]
BOUNDARIES: list[Boundary] = [
    ("called", "CreateDBClusterSnapshot"),
    ("ended", "snapshot"),
    ("called", "CreateDBParameterGroup"),
    ("ended", "groups"),
    ("began", "upgrade demo"),
    ("called", "ModifyDBCluster"),
    ("ended", "upgrade demo"),
    ("called", "DeleteDBParameterGroup"),
    ("ended", "drop groups"),
    ("called", "RebootDBInstance"),
    ("began", "settle"),
]
ONCE = ("CreateDBClusterSnapshot", "ModifyDBCluster", "RebootDBInstance", "CreateDBParameterGroup")


def steps(aurora: Aurora) -> dict[str, dict[str, Any]] | None:
    """The journal's steps, None without a journal."""
    try:
        text = (aurora.home / "sandbox" / "stacks" / "demo" / "operation.json").read_text()
    except FileNotFoundError:
        return None
    found: dict[str, dict[str, Any]] = json.loads(text)["steps"]
    return found


def reached(aurora: Aurora, boundary: Boundary, since: int) -> Callable[[], bool]:
    """Whether the command has come to that boundary."""
    kind, what = boundary
    endpoint = aurora.json("sandbox", "status")["endpoint"]
    if kind == "called":
        return lambda: called(endpoint, what, since)
    note = {"began": "began", "ended": "finished"}[kind]
    return lambda: any(step[note] for name, step in (steps(aurora) or {}).items() if what in name)


def calls_after(endpoint: str, since: int) -> Counter[str]:
    with urllib.request.urlopen(f"{endpoint}/_aurora/calls?since={since}&service=rds", timeout=10) as answer:
        calls = json.load(answer)["calls"]
    wanted = [c for c in calls if c["status"] == 200 and c["action"] in ONCE]
    return Counter(
        c["action"] for c in wanted if c["action"] != "ModifyDBCluster" or "EngineVersion" in c["parameters"]
    )


def test_a_major_upgrade_goes_on(aurora: Aurora) -> None:
    """One life with a kill at each boundary in turn."""
    aurora.ok(
        *("--region", "eu-west-1", "create", "demo", "--engine", "postgres", "--engine-version", f"{MAJOR - 1}.8"),
        *("--class", "db.r6g.large", "--set", "maintenance.auto_minor_upgrades=false", "--yes"),
        timeout=PATIENT_S,
    )
    endpoint = aurora.json("sandbox", "status")["endpoint"]
    since = last_call(endpoint)
    args = ("upgrade", "demo", "--to", str(MAJOR), "--yes")
    with slowly(aurora, LATENCY_S):
        for boundary in BOUNDARIES:
            disturb_when(aurora, args, reached(aurora, boundary, since), how="kill")
            assert steps(aurora) is not None, f"the premise: it was killed on its way, at {boundary}"
        refused = aurora.run("apply", "demo", "--yes", "-o", "json")
        assert refused.data["error"]["code"] == "unfinished"
        aurora.ok(*args, timeout=PATIENT_S)
    assert steps(aurora) is None
    assert calls_after(endpoint, since) == dict.fromkeys(ONCE, 1)
    assert aurora.cluster("demo")["EngineVersion"].startswith(f"{MAJOR}.")
    groups = aurora.client("rds").describe_db_parameter_groups()["DBParameterGroups"]
    ours = [g["DBParameterGroupName"] for g in groups if g["DBParameterGroupName"].startswith("demo")]
    assert ours == [f"demo-aurora-postgresql{MAJOR}"]
    assert aurora.run("plan", "demo", "--exit-code", timeout=PATIENT_S).status == 0
