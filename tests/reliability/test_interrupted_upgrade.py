"""A major upgrade is killed (SIGKILL) at each boundary of its steps, and goes on: one snapshot, one upgrade, one restart."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.harness import Aurora
from tests.reliability.one_life import Boundary, killed_and_repeated

pytestmark = [pytest.mark.sandbox, pytest.mark.thorough, pytest.mark.timeout(2400)]
MAJOR = 17
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


def test_a_major_upgrade_goes_on(aurora: Aurora) -> None:
    aurora.ok(
        *("--region", "eu-west-1", "create", "demo", "--engine", "postgres", "--engine-version", f"{MAJOR - 1}.8"),
        *("--class", "db.r6g.large", "--set", "maintenance.auto_minor_upgrades=false", "--yes"),
    )
    args = ("upgrade", "demo", "--to", str(MAJOR), "--yes")
    calls = killed_and_repeated(aurora, args, BOUNDARIES)
    made = [c for c in calls if c["action"] != "ModifyDBCluster" or "EngineVersion" in c["parameters"]]
    assert Counter(c["action"] for c in made if c["action"] in ONCE) == dict.fromkeys(ONCE, 1)
    assert aurora.cluster("demo")["EngineVersion"].startswith(f"{MAJOR}.")
    groups = aurora.client("rds").describe_db_parameter_groups()["DBParameterGroups"]
    ours = [g["DBParameterGroupName"] for g in groups if g["DBParameterGroupName"].startswith("demo")]
    assert ours == [f"demo-aurora-postgresql{MAJOR}"]
    assert aurora.run("plan", "demo", "--exit-code").status == 0
