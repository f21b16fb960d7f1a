"""Engine versions, as the RDS API lists them."""

from __future__ import annotations

import pytest

from tests.harness import Aurora

pytestmark = pytest.mark.sandbox


def test_versions_and_their_upgrades_are_those_that_aws_lists(aurora: Aurora) -> None:
    region = {"AWS_REGION": "eu-west-1"}
    told = aurora.json("engines", "postgres", env=region)
    assert (told["engine"], told["region"]) == ("aurora-postgresql", "eu-west-1")
    found = aurora.client("rds").describe_db_engine_versions(Engine="aurora-postgresql")["DBEngineVersions"]
    assert [one["version"] for one in told["versions"]] == [one["EngineVersion"] for one in found]
    assert sum(one["default"] for one in told["versions"]) == 1
    (one,) = aurora.json("engines", "aurora-postgresql", "--version", "16.8", env=region)["versions"]
    targets = next(v for v in found if v["EngineVersion"] == "16.8")["ValidUpgradeTarget"]
    assert one["minor"] + one["major"]
    assert {*one["minor"], *one["major"]} == {t["EngineVersion"] for t in targets}
    assert all(version.startswith("16.") for version in one["minor"])
    assert not any(version.startswith("16.") for version in one["major"])
    assert (one["family"], one["smallest_acu"], one["largest_acu"]) == ("aurora-postgresql16", 0.0, 256.0)
    shown = aurora.ok("engines", "postgres", "--version", "16.8", env=region).out
    assert one["minor"][-1] in shown


def test_a_version_that_aws_has_not_is_said_so(aurora: Aurora) -> None:
    refused = aurora.run("engines", "mysql", "--version", "9.9", env={"AWS_REGION": "eu-west-1"})
    assert refused.status == 2
    assert "eu-west-1 has no version 9.9 of aurora-mysql" in " ".join(refused.err.split())
