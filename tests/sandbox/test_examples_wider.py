"""Examples beyond the basic ones: made, planned again (nothing to do), looked at by API, changed, planned again, destroyed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tests.harness import Aurora

pytestmark = [pytest.mark.sandbox, pytest.mark.thorough]
EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def made(aurora: Aurora, request: pytest.FixtureRequest) -> Iterator[str]:
    """The name of the example's cluster, which is there and fits its spec; destroyed afterwards."""
    file = EXAMPLES / f"{request.param}.yaml"
    name = str(YAML(typ="safe").load(file.read_text())["name"])
    aurora.ok("create", "-f", str(file), "--yes")
    assert aurora.run("plan", name, "--exit-code").status == 0
    yield name
    aurora.ok("destroy", name, "--confirm", name, "--skip-final-snapshot")
    assert aurora.client("rds").describe_db_clusters()["DBClusters"] == []


def change(aurora: Aurora, name: str, *settings: str) -> None:
    """Apply with other settings; afterwards there is nothing to do."""
    words = [word for setting in settings for word in ("--set", setting)]
    assert aurora.json("apply", name, *words, "--yes")["changed"] is True
    assert aurora.run("plan", name, "--exit-code").status == 0


@pytest.mark.parametrize("made", ["autoscaling"], indirect=True)
def test_readers_scale_by_themselves(aurora: Aurora, made: str) -> None:
    scaling = aurora.client("application-autoscaling")
    targets = scaling.describe_scalable_targets(ServiceNamespace="rds")["ScalableTargets"]
    assert [t["ResourceId"] for t in targets] == [f"cluster:{made}"]
    policies = scaling.describe_scaling_policies(ServiceNamespace="rds")["ScalingPolicies"]
    assert {p["PolicyType"] for p in policies} == {"TargetTrackingScaling"}
    change(aurora, made, "autoscaling.cpu=70")
    (policy,) = scaling.describe_scaling_policies(ServiceNamespace="rds")["ScalingPolicies"]
    assert policy["TargetTrackingScalingPolicyConfiguration"]["TargetValue"] == 70


@pytest.mark.parametrize("made", ["endpoints"], indirect=True)
def test_custom_endpoints_are_reported(aurora: Aurora, made: str) -> None:
    answer = aurora.client("rds").describe_db_cluster_endpoints(DBClusterIdentifier=made)["DBClusterEndpoints"]
    hosts = {e["Endpoint"] for e in answer if e["EndpointType"] == "CUSTOM"}
    assert hosts
    assert {e["host"] for e in aurora.json("endpoints", made)["custom"]} == hosts
    change(aurora, made, "endpoints.nightly.type=reader", "endpoints.nightly.members=['2']")
    assert len(aurora.json("endpoints", made)["custom"]) == len(hosts) + 1


@pytest.mark.parametrize("made", ["mixed-instances"], indirect=True)
def test_classes_mix_on_io_optimized_storage(aurora: Aurora, made: str) -> None:
    classes = {i["DBInstanceClass"] for i in aurora.instances(made).values()}
    assert "db.serverless" in classes
    assert len(classes) > 1
    assert aurora.cluster(made)["StorageType"] == "aurora-iopt1"
    change(aurora, made, "instances.overrides.3.promotion_tier=10")
    assert aurora.instances(made)["ledger-reports"]["PromotionTier"] == 10


def test_a_monitored_cluster_has_alarms_and_a_dashboard(aurora: Aurora) -> None:
    kms = aurora.client("kms")
    kms.create_alias(AliasName="alias/logs", TargetKeyId=kms.create_key()["KeyMetadata"]["KeyId"])
    aurora.ok("create", "-f", str(EXAMPLES / "monitored.yaml"), "--yes")
    assert aurora.run("plan", "checkout", "--exit-code").status == 0
    watch = aurora.client("cloudwatch")
    alarms = watch.describe_alarms()["MetricAlarms"]
    assert {"CPUUtilization", "DatabaseConnections"} <= {a["MetricName"] for a in alarms}
    assert all(a["AlarmActions"] for a in alarms)
    assert watch.list_dashboards()["DashboardEntries"]
    assert {i["MonitoringInterval"] for i in aurora.instances("checkout").values()} == {60}
    change(aurora, "checkout", "monitoring.alarms.cpu=70")
    (alarm,) = [a for a in watch.describe_alarms()["MetricAlarms"] if a["MetricName"] == "CPUUtilization"]
    assert alarm["Threshold"] == 70
    watch.set_alarm_state(AlarmName=alarm["AlarmName"], StateValue="ALARM", StateReason="busy")
    ill = aurora.run("wait", "checkout", "--for", "healthy", "--timeout", "1s")
    assert (ill.status, f"the alarm {alarm['AlarmName']} is in ALARM" in " ".join(ill.err.split())) == (6, True)
    aurora.ok("destroy", "checkout", "--confirm", "checkout")
    assert watch.describe_alarms()["MetricAlarms"] == []
