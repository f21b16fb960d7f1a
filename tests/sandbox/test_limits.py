"""What AWS would refuse and the spec does not show: quotas of the account, the 30 days of I/O-Optimized storage."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.harness import Aurora

pytestmark = pytest.mark.sandbox
SMALLEST = str(Path(__file__).parents[2] / "examples" / "smallest.yaml")


def quotas(aurora: Aurora) -> tuple[str, str]:
    checks = aurora.json("doctor", env={"AWS_REGION": "eu-west-1"})["checks"]
    return next((c["status"], c["message"]) for c in checks if c["name"] == "quotas")


def test_a_used_up_quota_is_told_before_anything_is_made(aurora: Aurora) -> None:
    aurora.ok("sandbox", "start")
    rds = aurora.client("rds")
    assert quotas(aurora) == ("ok", "no quota is reached")
    for number in range(50):
        rds.create_db_parameter_group(
            DBParameterGroupName=f"old-{number}", DBParameterGroupFamily="aurora-postgresql17", Description="old"
        )
    warnings = aurora.json("plan", "-f", SMALLEST)["warnings"]
    assert {"check": "quota", "severity": "warning"}.items() <= warnings[-1].items()
    message = "DB parameter groups: the plan creates 1, and this account may have 0 more here (50 of 50 are used)"
    assert warnings[-1]["message"] == message
    assert quotas(aurora) == ("warning", "Quotas reached: DB parameter groups (50 of 50).")
    for number in range(50):
        rds.delete_db_parameter_group(DBParameterGroupName=f"old-{number}")


@pytest.mark.thorough
def test_a_second_switch_to_io_optimized_is_refused_with_its_date(aurora: Aurora) -> None:
    aurora.ok("create", "-f", SMALLEST, "--yes")
    aurora.ok("apply", "smallest", "--set", "storage=aurora-iopt1", "--class", "db.r7g.large", "--yes")
    assert aurora.cluster("smallest")["StorageType"] == "aurora-iopt1"
    aurora.ok("apply", "smallest", "--set", "storage=aurora", "--yes")
    again = aurora.cluster("smallest")["IOOptimizedNextAllowedModificationTime"]
    refused = aurora.run("apply", "smallest", "--set", "storage=aurora-iopt1", "--yes")
    assert refused.status != 0
    assert f"again from {again:%Y-%m-%d %H:%M} UTC on" in " ".join(refused.err.split())
    assert "StorageType" not in aurora.cluster("smallest")
    assert aurora.run("plan", "smallest", "--exit-code").status == 0
    aurora.ok("destroy", "smallest", "--confirm", "smallest", "--skip-final-snapshot")
