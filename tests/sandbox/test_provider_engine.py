"""The provider in this process against the emulator: what plans, applies, reads and imports do, and what faults do to them."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from aurora_cli.sandbox.faults import FaultRule
from aurora_cli.sandbox.manager import Sandbox
from aurora_cli.sandbox.provider.engine.lifecycle import Unfinished
from aurora_cli.sandbox.provider.protocol.diagnostics import ProviderError
from tests.harness import REGION
from tests.sandbox.emulator import client
from tests.sandbox.provider_driver import Driver, new_driver

pytestmark = pytest.mark.sandbox

Environment = dict[str, str]


def vpc(driver: Driver) -> dict[str, Any]:
    return driver.create("aws_vpc", cidr_block="10.0.0.0/16", enable_dns_hostnames=True, tags={"Name": "demo"})


def subnets(driver: Driver, vpc_id: str) -> list[str]:
    return [
        driver.create(
            "aws_subnet", vpc_id=vpc_id, cidr_block=f"10.0.{number}.0/24", availability_zone=f"{REGION}{zone}"
        )["id"]
        for number, zone in enumerate("ab")
    ]


def cluster_config(**more: Any) -> dict[str, Any]:
    return {
        "cluster_identifier": "demo",
        "engine": "aurora-postgresql",
        "engine_version": "16",
        "master_username": "postgres",
        "manage_master_user_password": True,
        "preferred_maintenance_window": "Sun:05:00-Sun:06:00",
        "enabled_cloudwatch_logs_exports": ["postgresql"],
        "apply_immediately": True,
        "skip_final_snapshot": True,
        "storage_encrypted": True,
        **more,
    }


def test_network_settles_and_goes(driver: Driver, emulator: Sandbox) -> None:
    network = vpc(driver)
    assert network["tags_all"] == {"Project": "orders", "Name": "demo"}
    assert network["tags"] == {"Name": "demo"}
    gateway = driver.create("aws_internet_gateway", vpc_id=network["id"])
    table = driver.create("aws_route_table", vpc_id=network["id"])
    route = driver.create(
        "aws_route",
        route_table_id=table["id"],
        destination_cidr_block="0.0.0.0/0",
        gateway_id=gateway["id"],
    )
    subnet_id = subnets(driver, network["id"])[0]
    association = driver.create("aws_route_table_association", subnet_id=subnet_id, route_table_id=table["id"])
    other = driver.create("aws_route_table", vpc_id=network["id"])
    moved = driver.update("aws_route_table_association", association, subnet_id=subnet_id, route_table_id=other["id"])
    assert moved["id"] != association["id"]
    driver.delete("aws_route_table_association", moved)
    driver.delete("aws_route", route)
    driver.delete("aws_route", route)  # gone already is done
    for name, state in (("aws_route_table", table), ("aws_route_table", other), ("aws_internet_gateway", gateway)):
        driver.delete(name, state)
    assert driver.provider.read("aws_internet_gateway", gateway) is None
    assert client(emulator, "ec2").describe_internet_gateways()["InternetGateways"] == []


def test_security_group_closes_egress_and_keeps_rule_resources(driver: Driver, emulator: Sandbox) -> None:
    group = driver.create("aws_security_group", name="demo-database", vpc_id=vpc(driver)["id"])
    rule = driver.create(
        "aws_vpc_security_group_ingress_rule",
        security_group_id=group["id"],
        cidr_ipv4="10.0.0.0/8",
        ip_protocol="TCP",
        from_port=5432,
        to_port=5432,
        description="{not a template}, $USD [&] #1",
    )
    wider = driver.update(
        "aws_vpc_security_group_ingress_rule",
        rule,
        security_group_id=group["id"],
        cidr_ipv4="10.0.0.0/9",
        ip_protocol="tcp",
        from_port=5432,
        to_port=5433,
        tags={"Why": "more"},
    )
    assert wider["id"] == rule["id"]
    seen = client(emulator, "ec2").describe_security_groups(GroupIds=[group["id"]])["SecurityGroups"][0]
    assert seen["IpPermissionsEgress"] == []
    assert [(p["FromPort"], p["ToPort"], p["IpRanges"][0]["CidrIp"]) for p in seen["IpPermissions"]] == [
        (5432, 5433, "10.0.0.0/9")
    ]
    kind = driver.config(
        "aws_vpc_security_group_ingress_rule",
        security_group_id=group["id"],
        cidr_ipv6="fd00::/8",
        ip_protocol="tcp",
        from_port=5432,
        to_port=5433,
    )
    change = driver.provider.plan("aws_vpc_security_group_ingress_rule", wider, kind)
    assert set(change.requires_replace) == {("cidr_ipv4",), ("cidr_ipv6",)}


def test_parameter_groups_send_twenty_at_once_and_reset_what_is_gone(driver: Driver, emulator: Sandbox) -> None:
    many = [{"name": f"P{number}", "value": str(number), "apply_method": "pending-reboot"} for number in range(41)]
    group = driver.create("aws_rds_cluster_parameter_group", name="demo", family="aurora-postgresql16", parameter=many)
    modified = emulator.calls(action="ModifyDBClusterParameterGroup")
    assert len(modified) == 3
    fewer = [{"name": "p1", "value": "1", "apply_method": "pending-reboot"}, {"name": "p2", "value": "9"}]
    changed = driver.update(
        "aws_rds_cluster_parameter_group", group, name="demo", family="aurora-postgresql16", parameter=fewer
    )
    assert {(one["name"].lower(), one["value"]) for one in changed["parameter"]} == {("p1", "1"), ("p2", "9")}


def test_serverless_cluster_and_instances(driver: Driver, emulator: Sandbox) -> None:
    ids = subnets(driver, vpc(driver)["id"])
    driver.create("aws_db_subnet_group", name="demo", subnet_ids=ids)
    capacity = {"min_capacity": 0, "max_capacity": 2.5, "seconds_until_auto_pause": 600}
    config = cluster_config(db_subnet_group_name="demo", serverlessv2_scaling_configuration=[capacity])
    cluster = driver.create("aws_rds_cluster", **config)
    assert cluster["engine_version"] == "16"
    assert cluster["engine_version_actual"].startswith("16.")
    assert cluster["preferred_maintenance_window"] == "sun:05:00-sun:06:00"
    assert cluster["master_user_secret"][0]["secret_arn"].startswith("arn:aws:secretsmanager:")
    instance = {"cluster_identifier": "demo", "engine": "aurora-postgresql", "instance_class": "db.serverless"}
    first = driver.create("aws_rds_cluster_instance", identifier="demo-1", **instance)
    assert first["writer"] is True
    second = driver.create("aws_rds_cluster_instance", identifier="demo-2", promotion_tier=1, **instance)
    assert second["writer"] is False
    wider = [{"min_capacity": 0.5, "max_capacity": 16, "seconds_until_auto_pause": None}]
    changed = driver.update(
        "aws_rds_cluster",
        driver.provider.read("aws_rds_cluster", cluster) or {},
        **{**config, "serverlessv2_scaling_configuration": wider, "enabled_cloudwatch_logs_exports": []},
    )
    assert changed["serverlessv2_scaling_configuration"][0]["max_capacity"] == 16
    seen = client(emulator, "rds").describe_db_clusters(DBClusterIdentifier="demo")["DBClusters"][0]
    assert seen["ServerlessV2ScalingConfiguration"]["MinCapacity"] == 0.5
    assert seen.get("EnabledCloudwatchLogsExports", []) == []
    for state in (second, first):
        driver.delete("aws_rds_cluster_instance", state)
    driver.delete("aws_rds_cluster", changed)
    assert client(emulator, "rds").describe_db_clusters()["DBClusters"] == []


def test_outside_changes_are_seen(driver: Driver, emulator: Sandbox) -> None:
    cluster = driver.create("aws_rds_cluster", **cluster_config(backup_retention_period=7))
    client(emulator, "rds").modify_db_cluster(
        DBClusterIdentifier="demo", BackupRetentionPeriod=20, ApplyImmediately=True
    )
    drifted = driver.provider.read("aws_rds_cluster", cluster)
    assert drifted is not None
    assert drifted["backup_retention_period"] == 20
    change = driver.provider.plan(
        "aws_rds_cluster", drifted, driver.config("aws_rds_cluster", **cluster_config(backup_retention_period=7))
    )
    assert change.planned["backup_retention_period"] == 7


def test_import_gives_what_create_gave(driver: Driver, emulator: Sandbox) -> None:
    network = vpc(driver)
    table = driver.create("aws_route_table", vpc_id=network["id"])
    gateway = driver.create("aws_internet_gateway", vpc_id=network["id"])
    route = driver.create(
        "aws_route", route_table_id=table["id"], destination_cidr_block="0.0.0.0/0", gateway_id=gateway["id"]
    )
    subnet_id = subnets(driver, network["id"])[0]
    association = driver.create("aws_route_table_association", subnet_id=subnet_id, route_table_id=table["id"])
    key = driver.create("aws_kms_key", description="demo", enable_key_rotation=True, rotation_period_in_days=90)
    alias = driver.create("aws_kms_alias", name="alias/demo", target_key_id=key["arn"])
    group = driver.create("aws_cloudwatch_log_group", name="/demo", retention_in_days=30)
    cases: tuple[tuple[str, str, dict[str, Any], set[str]], ...] = (
        ("aws_vpc", network["id"], network, {"tags"}),
        ("aws_route", f"{table['id']}_0.0.0.0/0", route, set()),
        ("aws_route_table_association", f"{subnet_id}/{table['id']}", association, set()),
        ("aws_kms_key", key["id"], key, {"bypass_policy_lockout_safety_check"}),
        ("aws_kms_alias", "alias/demo", alias, {"target_key_id"}),
        ("aws_cloudwatch_log_group", "/demo", group, {"skip_destroy"}),
    )
    for resource_type, import_id, made, not_read in cases:
        first = driver.provider.import_state(resource_type, import_id)
        read = driver.provider.read(resource_type, first)
        assert read is not None
        known = {name for name, value in made.items() if value not in (None, [], {}, "") and name not in not_read}
        assert {name: read[name] for name in known} == {name: made[name] for name in known}


def test_name_taken_is_said_as_the_genuine_provider_says_it(driver: Driver) -> None:
    driver.create("aws_rds_cluster", **cluster_config())
    with pytest.raises(ProviderError) as caught:
        driver.create("aws_rds_cluster", **cluster_config())
    text = caught.value.diagnostic.summary
    start = "creating RDS Cluster (demo): operation error RDS: CreateDBCluster, https response error StatusCode: 400, "
    assert text.startswith(start)
    assert ", DBClusterAlreadyExistsFault: " in text


@pytest.mark.parametrize("kind", ["lost_reply", "error5xx", "throttle"])
def test_creates_survive_faults_without_doubles(driver: Driver, emulator: Sandbox, kind: str) -> None:
    for action in ("CreateVpc", "CreateSubnet", "CreateDBCluster", "CreateKey", "AuthorizeSecurityGroupIngress"):
        emulator.add_fault(FaultRule(kind=kind, action=action, count=2))
    network = vpc(driver)
    subnets(driver, network["id"])
    group = driver.create("aws_security_group", name="demo", vpc_id=network["id"])
    rule = {"security_group_id": group["id"], "cidr_ipv4": "10.0.0.0/8", "ip_protocol": "-1"}
    driver.create("aws_vpc_security_group_ingress_rule", **rule)
    key = driver.create("aws_kms_key", description="demo")
    driver.create("aws_rds_cluster", **cluster_config())
    ec2 = client(emulator, "ec2")
    made = [one["VpcId"] for one in ec2.describe_vpcs()["Vpcs"] if not one["IsDefault"]]
    assert made == [network["id"]]
    found = ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": made}])["Subnets"]
    assert len(found) == 2
    keys = client(emulator, "kms")
    described = [keys.describe_key(KeyId=one["KeyId"])["KeyMetadata"] for one in keys.list_keys()["Keys"]]
    assert [one["KeyId"] for one in described if one["Description"] == "demo"] == [key["id"]]


def test_a_lost_reply_does_not_adopt_what_somebody_else_made(driver: Driver, emulator: Sandbox) -> None:
    new_driver(emulator, Project="another").create("aws_rds_cluster", **cluster_config())
    emulator.add_fault(FaultRule(kind="lost_reply", action="CreateDBCluster", count=1))
    with pytest.raises(ProviderError, match="DBClusterAlreadyExistsFault"):
        driver.create("aws_rds_cluster", **cluster_config())


def test_deletes_survive_lost_replies(driver: Driver, emulator: Sandbox) -> None:
    network = vpc(driver)
    gateway = driver.create("aws_internet_gateway", vpc_id=network["id"])
    cluster = driver.create("aws_rds_cluster", **cluster_config())
    for action in ("De*", "Re*"):
        emulator.add_fault(FaultRule(kind="lost_reply", action=action, probability=0.5, seed=7))
    driver.delete("aws_rds_cluster", cluster)
    driver.delete("aws_internet_gateway", gateway)
    driver.delete("aws_vpc", network)
    emulator.clear_faults()
    assert driver.provider.read("aws_vpc", network) is None


def test_what_fails_after_the_creation_is_kept_as_unfinished(driver: Driver, emulator: Sandbox) -> None:
    emulator.add_fault(FaultRule(kind="access_denied", action="ModifyVpcAttribute"))
    with pytest.raises(Unfinished) as caught:
        vpc(driver)
    assert caught.value.state["id"].startswith("vpc-")
    assert "api error " in caught.value.cause.diagnostic.summary
    emulator.clear_faults()
    driver.delete("aws_vpc", caught.value.state)


def test_stop_ends_a_wait_and_keeps_the_resource(emulator: Sandbox) -> None:
    driver = new_driver(emulator)
    driver.provider.stop.grace = 0.0
    emulator.set_latency(600)
    outcome: list[BaseException] = []

    def work() -> None:
        try:
            driver.create("aws_rds_cluster", **cluster_config())
        except BaseException as error:
            outcome.append(error)

    worker = threading.Thread(target=work)
    worker.start()
    while not emulator.calls(action="DescribeDBClusters"):
        worker.join(0.02)
    driver.provider.stop.set()
    worker.join(30)
    assert [type(error) for error in outcome] == [Unfinished]
    assert str(outcome[0]) == "waiting for RDS Cluster (demo) create: context canceled"
    unfinished = outcome[0]
    assert isinstance(unfinished, Unfinished)
    assert unfinished.state["id"] == "demo"


def test_a_wait_ends_with_its_timeout(driver: Driver, emulator: Sandbox) -> None:
    emulator.set_latency(600)
    with pytest.raises(Unfinished) as caught:
        driver.create("aws_rds_cluster", **cluster_config(timeouts={"create": "1s"}))
    assert str(caught.value) == (
        "waiting for RDS Cluster (demo) create: timeout while waiting for state to become 'available' "
        "(last state: 'creating', timeout: 1s)"
    )


def test_final_snapshot_is_asked_for(driver: Driver, emulator: Sandbox) -> None:
    cluster = driver.create("aws_rds_cluster", **cluster_config(skip_final_snapshot=False))
    with pytest.raises(ProviderError, match="final_snapshot_identifier is required"):
        driver.delete("aws_rds_cluster", cluster)
    named = {**cluster, "final_snapshot_identifier": "demo-final"}
    driver.delete("aws_rds_cluster", named)
    snapshots = client(emulator, "rds").describe_db_cluster_snapshots()["DBClusterSnapshots"]
    assert [one["DBClusterSnapshotIdentifier"] for one in snapshots] == ["demo-final"]


def test_wrong_credentials_stop_at_the_start(emulator: Sandbox) -> None:
    emulator.add_fault(FaultRule(kind="expired_token", service="sts"))
    with pytest.raises(ProviderError, match=r"validating provider credentials: .* api error ExpiredToken"):
        new_driver(emulator)


def test_data_sources(driver: Driver, emulator: Sandbox) -> None:
    network = vpc(driver)
    ids = subnets(driver, network["id"])

    def look(name: str, /, **config: Any) -> dict[str, Any]:
        block = driver.provider.schema.data_sources[name].block
        return driver.provider.read_source(name, dict.fromkeys(block.type.attributes) | config)

    assert look("aws_availability_zones", state="available")["names"][:2] == [f"{REGION}a", f"{REGION}b"]
    assert look("aws_caller_identity")["account_id"] == look("aws_vpc", id=network["id"])["owner_id"]
    assert look("aws_region")["region"] == REGION
    assert look("aws_partition")["dns_suffix"] == "amazonaws.com"
    assert look("aws_vpc", tags={"Name": "demo"})["main_route_table_id"] == network["main_route_table_id"]
    assert look("aws_subnet", vpc_id=network["id"], availability_zone=f"{REGION}b")["id"] == ids[1]
    in_vpc = [{"name": "vpc-id", "values": [network["id"]]}]
    assert sorted(look("aws_subnets", filter=in_vpc)["ids"]) == sorted(ids)
    with pytest.raises(ProviderError, match="no matching EC2 VPC found"):
        look("aws_vpc", tags={"Name": "nowhere"})
    with pytest.raises(ProviderError, match="multiple EC2 Subnets matched"):
        look("aws_subnet", vpc_id=network["id"])
    version = look("aws_rds_engine_version", engine="aurora-postgresql", version="16.8")
    assert version["parameter_group_family"] == "aurora-postgresql16"
    (default,) = client(emulator, "rds").describe_db_engine_versions(Engine="aurora-mysql", DefaultOnly=True)[
        "DBEngineVersions"
    ]
    assert look("aws_rds_engine_version", engine="aurora-mysql")["version"] == default["EngineVersion"]
    first = look("aws_rds_engine_version", engine="aurora-postgresql", preferred_versions=["1", "15.12", "16.8"])
    assert first["version"] == "15.12"
    group = driver.create("aws_security_group", name="db", vpc_id=network["id"])
    found = look("aws_security_group", name="db", vpc_id=network["id"])
    assert (found["id"], found["arn"]) == (group["id"], group["arn"])
    option = look(
        "aws_rds_orderable_db_instance",
        engine="aurora-postgresql",
        engine_version="16.8",
        preferred_instance_classes=["db.nowhere", "db.r6g.large"],
    )
    assert option["instance_class"] == "db.r6g.large"
    driver.create("aws_rds_cluster", **cluster_config())
    assert look("aws_rds_cluster", cluster_identifier="demo")["master_username"] == "postgres"
