"""The example with nearly everything on: features that stand beside each other, from nothing to destroyed."""

from __future__ import annotations

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tests.harness import Aurora
from tests.sandbox.aws_view import EXAMPLES

pytestmark = [pytest.mark.sandbox, pytest.mark.timeout(900)]
NAME = "everything"


def with_a_zone(aurora: Aurora, folder: Path) -> Path:
    """The example, with a hosted zone that is there."""
    zone = aurora.client("route53").create_hosted_zone(Name="db.example.com", CallerReference="1")["HostedZone"]["Id"]
    yaml = YAML()
    spec = yaml.load(EXAMPLES / "everything.yaml")
    spec["dns"]["zone_id"] = zone.rpartition("/")[2]
    file = folder / "everything.yaml"
    yaml.dump(spec, file)
    return file


def settled(aurora: Aurora) -> None:
    plan = aurora.run("plan", NAME, "--exit-code")
    assert plan.status == 0, plan.out


@pytest.mark.thorough
def test_everything_stands_beside_everything(aurora: Aurora, tmp_path: Path) -> None:
    aurora.ok("sandbox", "start")
    made = aurora.json("create", "-f", str(with_a_zone(aurora, tmp_path)), "--yes")
    settled(aurora)
    cluster = aurora.cluster(NAME)
    assert len(made["instances"]) == len(aurora.instances(NAME)) == 5
    assert {role["FeatureName"] for role in cluster["AssociatedRoles"]} == {
        "s3Import",
        "SageMaker",
        "Comprehend",
        "Bedrock",
        "Lambda",
    }
    assert (cluster["ActivityStreamStatus"], cluster["HttpEndpointEnabled"]) == ("started", True)
    assert cluster["KmsKeyId"] == cluster["MasterUserSecret"]["KmsKeyId"]
    assert cluster["KmsKeyId"].endswith(f":key/{cluster['ActivityStreamKmsKeyId']}")
    assert len(made["endpoints"]["custom"]) == 2
    assert made["endpoints"]["proxy_reader"]["port"] == 5432
    aurora.ok("sandbox", "stop")
    settled(aurora)  # the next emulator has all of it

    other = ("--set", "monitoring.alarms.cpu=80", "--set", "proxy.borrow_timeout=30s", "--set", "services.lambda=null")
    assert aurora.json("apply", NAME, *other, "--yes")["changed"] is True
    settled(aurora)
    assert "Lambda" not in {role["FeatureName"] for role in aurora.cluster(NAME)["AssociatedRoles"]}

    aurora.ok("destroy", NAME, "--confirm", NAME, "--skip-final-snapshot")
    rds = aurora.client("rds")
    assert rds.describe_db_clusters()["DBClusters"] == rds.describe_db_proxies()["DBProxies"] == []
    assert aurora.client("cloudwatch").describe_alarms()["MetricAlarms"] == []
