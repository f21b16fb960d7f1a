"""What the genuine provider sends and stores, as walks of the examples have shown it (`make calibrate`)."""

from __future__ import annotations

from typing import Any

import pytest

from aurora_cli.sandbox.manager import Sandbox
from tests.sandbox.provider_driver import Driver

pytestmark = pytest.mark.sandbox
EVERYTHING = {"IpPermissions.1.IpProtocol": "-1", "IpPermissions.1.FromPort": "0", "IpPermissions.1.ToPort": "0"}


def sent(emulator: Sandbox, action: str) -> list[dict[str, Any]]:
    return [one["parameters"] for one in emulator.calls(action=action)]


def test_a_network(driver: Driver, emulator: Sandbox) -> None:
    vpc = driver.create("aws_vpc", cidr_block="10.0.0.0/16")
    assert vpc["tags"] is None
    assert sent(emulator, "CreateVpc")[-1]["AmazonProvidedIpv6CidrBlock"] == "false"
    asked = ("assign_generated_ipv6_cidr_block", "ipv6_ipam_pool_id", "ipv6_netmask_length", "ipv6_cidr_block")
    assert [vpc[name] for name in asked] == [False, "", 0, ""]

    tagged = driver.create("aws_subnet", vpc_id=vpc["id"], cidr_block="10.0.0.0/24", tags={"kept": "a", "gone": "b"})
    assert "Ipv6Native" not in sent(emulator, "CreateSubnet")[-1]
    other = driver.update("aws_subnet", tagged, vpc_id=vpc["id"], cidr_block="10.0.0.0/24", tags={"kept": "a"})
    removed = sent(emulator, "DeleteTags")[-1]
    assert (removed["Tag.1.Key"], removed["Tag.1.Value"]) == ("gone", "b")
    bare = driver.update("aws_subnet", other, vpc_id=vpc["id"], cidr_block="10.0.0.0/24")
    assert bare["tags"] == {}

    group = driver.create("aws_security_group", name="db", vpc_id=vpc["id"])
    assert all(EVERYTHING.items() <= one.items() for one in sent(emulator, "RevokeSecurityGroupEgress")[-2:])
    everywhere = {"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}
    driver.update("aws_security_group", group, name="db", vpc_id=vpc["id"], egress=[everywhere])
    assert EVERYTHING.items() <= sent(emulator, "AuthorizeSecurityGroupEgress")[-1].items()


def test_null_is_an_empty_collection_after_a_refresh(driver: Driver) -> None:
    vpc = driver.create("aws_vpc", cidr_block="10.0.0.0/16")
    read = driver.provider.read("aws_vpc", vpc)
    assert read is not None
    assert (vpc["tags"], read["tags"]) == (None, {})


def test_parameters_are_set_in_turn(driver: Driver, emulator: Sandbox) -> None:
    parameters = [
        {"name": "time_zone", "value": "UTC", "apply_method": "pending-reboot"},
        {"name": "require_secure_transport", "value": "ON", "apply_method": "immediate"},
        {"name": "character_set_server", "value": "utf8mb4", "apply_method": "immediate"},
    ]
    driver.create("aws_rds_cluster_parameter_group", name="turns", family="aurora-mysql8.0", parameter=parameters)
    calls = sent(emulator, "ModifyDBClusterParameterGroup")[-3:]
    expected = ["character_set_server", "require_secure_transport", "time_zone"]
    assert [one["Parameters.Parameter.1.ParameterName"] for one in calls] == expected


def test_a_cluster_stores_zero_for_what_aws_does_not_return(driver: Driver) -> None:
    cluster = driver.create(
        "aws_rds_cluster",
        cluster_identifier="zeros",
        engine="aurora-postgresql",
        master_username="postgres",
        manage_master_user_password=True,
        skip_final_snapshot=True,
    )
    zeros = ("domain", "global_cluster_identifier", "replication_source_identifier", "backtrack_window", "iops")
    assert [cluster[name] for name in zeros] == ["", "", "", 0, 0]
    unread = ("ca_certificate_identifier", "final_snapshot_identifier", "master_password")
    assert [cluster[name] for name in unread] == [None, None, None]


def test_a_key_and_a_topic(driver: Driver, emulator: Sandbox) -> None:
    key = driver.create("aws_kms_key", description="zeros")
    (asked,) = sent(emulator, "CreateKey")[-1:]
    assert asked["CustomerMasterKeySpec"] == "SYMMETRIC_DEFAULT"
    assert {"KeySpec", "BypassPolicyLockoutSafetyCheck"}.isdisjoint(asked)
    assert (key["xks_key_id"], key["custom_key_store_id"]) == ("", "")

    driver.create("aws_sns_topic", name="alerts")
    rates = [(one["AttributeName"], one["AttributeValue"]) for one in sent(emulator, "SetTopicAttributes")]
    services = ("Application", "Firehose", "HTTP", "Lambda", "SQS")
    assert sorted(rates) == [(f"{service}SuccessFeedbackSampleRate", "0") for service in services]


def test_an_endpoint_of_a_vpc(driver: Driver, emulator: Sandbox) -> None:
    vpc = driver.create("aws_vpc", cidr_block="10.0.0.0/16", enable_dns_hostnames=True)["id"]
    subnet = driver.create("aws_subnet", vpc_id=vpc, cidr_block="10.0.0.0/24")["id"]
    service = {"service_name": "com.amazonaws.eu-west-1.logs", "vpc_endpoint_type": "Interface"}
    endpoint = driver.create("aws_vpc_endpoint", vpc_id=vpc, subnet_ids=[subnet], **service)
    assert sent(emulator, "CreateVpcEndpoint")[-1]["ClientToken"]
    (address,) = endpoint["subnet_configuration"]
    assert (address["subnet_id"], bool(address["ipv4"]), address["ipv6"]) == (subnet, True, "")
    assert (endpoint["cidr_blocks"], endpoint["service_region"]) == ([], "")


def test_a_point_in_time(driver: Driver, emulator: Sandbox) -> None:
    cluster = {"engine": "aurora-postgresql", "skip_final_snapshot": True}
    password = {"master_username": "postgres", "manage_master_user_password": True}
    driver.create("aws_rds_cluster", cluster_identifier="source", **cluster, **password)
    latest = {"source_cluster_identifier": "source", "use_latest_restorable_time": True}
    restored = driver.create(
        "aws_rds_cluster", cluster_identifier="restored", **cluster, restore_to_point_in_time=[latest]
    )
    assert sent(emulator, "RestoreDBClusterToPointInTime")[-1]["RestoreType"] == ""
    unset = {"restore_type": "", "restore_to_time": "", "source_cluster_resource_id": ""}
    assert restored["restore_to_point_in_time"] == [{**latest, **unset}]


def test_a_secret_and_its_version(driver: Driver, emulator: Sandbox) -> None:
    secret = driver.create("aws_secretsmanager_secret", name="master")
    assert "ForceOverwriteReplicaSecret" not in sent(emulator, "CreateSecret")[-1]
    assert secret["kms_key_id"] == ""
    version = driver.create("aws_secretsmanager_secret_version", secret_id=secret["id"], secret_string="x")
    assert len(version["version_id"]) == 36
    assert version["version_id"].startswith("terraform-")


def test_a_global_cluster_without_a_database(driver: Driver) -> None:
    made = driver.create("aws_rds_global_cluster", global_cluster_identifier="world", engine="aurora-mysql")
    assert made["database_name"] == ""
