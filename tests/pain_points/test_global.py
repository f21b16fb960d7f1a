"""A global database after a switchover that nobody told us of: 30."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.harness import Aurora
from tests.pain_points.rendered import resources
from tests.sandbox.aws_view import spec_file

pytestmark = [pytest.mark.sandbox, pytest.mark.timeout(600)]
HOME, AWAY = "eu-west-1", "eu-central-1"
SPEC = {
    "name": "world",
    "deletion_protection": False,
    "instances": {"class": "db.r7g.large"},
    "logs": {"exports": []},
    "global": {"regions": {AWAY: {}}},
}


@pytest.fixture(scope="module")
def world(aurora: Aurora, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a global database in two Regions."""
    file = spec_file(tmp_path_factory.mktemp("specs"), **SPEC)
    aurora.ok("create", "-f", str(file), "--yes")
    return file


def test_pain_30_roles_are_read_from_aws_and_the_global_writer_endpoint_is_told(aurora: Aurora, world: Path) -> None:
    rds = aurora.client("rds")
    (database,) = rds.describe_global_clusters()["GlobalClusters"]
    arn = next(m["DBClusterArn"] for m in database["GlobalClusterMembers"] if f":{AWAY}:" in m["DBClusterArn"])
    name = database["GlobalClusterIdentifier"]
    rds.switchover_global_cluster(GlobalClusterIdentifier=name, TargetDbClusterIdentifier=arn)
    status = aurora.json("status", "world")
    assert status["upkeep"]["global_role"]["role"] == "secondary"
    assert status["upkeep"]["global_role"]["primary"] == arn
    assert {r["region"]: r["role"] for r in status["global"]["regions"]} == {AWAY: "primary", HOME: "secondary"}
    assert status["endpoints"]["global"]["host"] == database["Endpoint"]
    text = " ".join(aurora.ok("status", "world").out.split())
    assert f"secondary of {name}" in text
    assert database["Endpoint"] in text
    assert aurora.run("plan", "world", "--exit-code").status == 0


def test_pain_30_what_a_switchover_changes_is_ignored_in_the_rendered_files() -> None:
    (home, *_) = resources("aws_rds_cluster", {"global.regions": {AWAY: {}}, "instances.class": "db.r7g.large"})
    (lifecycle,) = home.nested("lifecycle")
    assert {"engine_version", "replication_source_identifier"} <= set(lifecycle.attributes["ignore_changes"])
