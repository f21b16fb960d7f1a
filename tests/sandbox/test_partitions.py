"""A cluster in each other partition: created by its names, planned again, destroyed; and what the sandbox has there."""

from __future__ import annotations

from pathlib import Path

import pytest

from aurora_cli.sandbox.manager import Sandbox
from tests.harness import Aurora
from tests.sandbox.emulator import client

pytestmark = pytest.mark.sandbox
SPECS = Path(__file__).parents[1] / "contract" / "partitions"


def test_the_sandbox_has_zones_and_managed_policies_in_every_partition(emulator: Sandbox) -> None:
    zones = client(emulator, "ec2", "eusc-de-east-1").describe_availability_zones()["AvailabilityZones"]
    assert [zone["ZoneName"] for zone in zones] == ["eusc-de-east-1a", "eusc-de-east-1b", "eusc-de-east-1c"]
    iam = client(emulator, "iam", "us-gov-west-1")
    role = iam.create_role(RoleName="monitoring", AssumeRolePolicyDocument="{}")["Role"]
    policy = "arn:aws-us-gov:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"
    iam.attach_role_policy(RoleName="monitoring", PolicyArn=policy)
    assert role["Arn"].startswith("arn:aws-us-gov:")


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("file", "name", "end"),
    [
        ("china", "dingdan", ".rds.cn-north-1.amazonaws.com.cn"),
        ("govcloud", "permits", ".us-gov-west-1.rds.amazonaws.com"),
        ("sovereign", "akten", ".eusc-de-east-1.rds.amazonaws.eu"),
    ],
)
def test_a_cluster_in_another_partition(aurora: Aurora, file: str, name: str, end: str) -> None:
    aurora.ok("create", "-f", str(SPECS / f"{file}.yaml"), "--yes")
    assert aurora.run("plan", name, "--exit-code").status == 0
    assert end in aurora.ok("endpoints", name).out
    aurora.ok("destroy", name, "--confirm", name, "--yes")
