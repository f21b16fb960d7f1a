"""Networks, buckets, parameters and databases around a stack: what users bring along in the same configuration."""

from __future__ import annotations

import json
from typing import Any

import pytest

from aurora_cli.sandbox.manager import Sandbox
from aurora_cli.sandbox.provider.protocol.diagnostics import ProviderError
from tests.harness import REGION
from tests.sandbox.emulator import client
from tests.sandbox.provider_driver import Driver

pytestmark = pytest.mark.sandbox


def network(driver: Driver) -> tuple[str, str]:
    vpc = driver.create("aws_vpc", cidr_block="10.0.0.0/16")["id"]
    return vpc, driver.create("aws_subnet", vpc_id=vpc, cidr_block="10.0.0.0/24", availability_zone=f"{REGION}a")["id"]


def test_network_changes_in_place(driver: Driver, emulator: Sandbox) -> None:
    ec2 = client(emulator, "ec2")
    config: dict[str, Any] = {"cidr_block": "10.0.0.0/16"}
    vpc = driver.create("aws_vpc", **config, instance_tenancy="dedicated")
    vpc = driver.update("aws_vpc", vpc, **config, enable_dns_hostnames=True, instance_tenancy="default")
    seen = ec2.describe_vpc_attribute(VpcId=vpc["id"], Attribute="enableDnsHostnames")
    assert seen["EnableDnsHostnames"]["Value"] is True
    assert ec2.describe_vpcs(VpcIds=[vpc["id"]])["Vpcs"][0]["InstanceTenancy"] == "default"
    config = {"vpc_id": vpc["id"], "cidr_block": "10.0.0.0/24"}
    subnet = driver.create("aws_subnet", **config)
    subnet = driver.update("aws_subnet", subnet, **config, map_public_ip_on_launch=True)
    assert ec2.describe_subnets(SubnetIds=[subnet["id"]])["Subnets"][0]["MapPublicIpOnLaunch"] is True
    dual: dict[str, Any] = {"cidr_block": "10.0.0.0/16", "assign_generated_ipv6_cidr_block": True}
    vpc = driver.update("aws_vpc", vpc, **dual)
    block = str(vpc["ipv6_cidr_block"])
    assert block.endswith("/56")
    first, second = (block.replace("00::/56", f"{n:02x}::/64") for n in (0, 1))
    for part in (first, second):
        subnet = driver.update("aws_subnet", subnet, **config, ipv6_cidr_block=part)
        assert (subnet["ipv6_cidr_block"], bool(subnet["ipv6_cidr_block_association_id"])) == (part, True)
    driver.assert_goes("aws_subnet", subnet)
    vpc = driver.update("aws_vpc", vpc, cidr_block="10.0.0.0/16")
    assert (vpc["ipv6_cidr_block"], vpc["ipv6_association_id"]) == ("", "")
    gateway = driver.create("aws_internet_gateway", vpc_id=network(driver)[0])
    gateway = driver.update("aws_internet_gateway", gateway, vpc_id=vpc["id"])
    (seen,) = ec2.describe_internet_gateways(InternetGatewayIds=[gateway["id"]])["InternetGateways"]
    assert [one["VpcId"] for one in seen["Attachments"]] == [vpc["id"]]


def test_inline_routes(driver: Driver, emulator: Sandbox) -> None:
    vpc, subnet = network(driver)
    gateway = driver.create("aws_internet_gateway", vpc_id=vpc)["id"]
    interface = client(emulator, "ec2").create_network_interface(SubnetId=subnet)["NetworkInterface"]
    by_interface = {"network_interface_id": interface["NetworkInterfaceId"]}
    to_gateway = [{"cidr_block": block, "gateway_id": gateway} for block in ("0.0.0.0/0", "172.16.0.0/12")]
    table = driver.create("aws_route_table", vpc_id=vpc, route=to_gateway)
    moved = [{"cidr_block": "0.0.0.0/0", **by_interface}, {"cidr_block": "192.168.0.0/16", "gateway_id": gateway}]
    table = driver.update("aws_route_table", table, vpc_id=vpc, route=moved)
    (seen,) = client(emulator, "ec2").describe_route_tables(RouteTableIds=[table["id"]])["RouteTables"]
    routes = {one["DestinationCidrBlock"]: one.get("NetworkInterfaceId") or one["GatewayId"] for one in seen["Routes"]}
    assert routes == {
        "10.0.0.0/16": "local",
        "0.0.0.0/0": interface["NetworkInterfaceId"],
        "192.168.0.0/16": gateway,
    }
    driver.update("aws_route_table", table, vpc_id=vpc, route=moved, tags={"Name": "app"})
    driver.assert_goes("aws_route_table", table)


def test_inline_rules(driver: Driver, emulator: Sandbox) -> None:
    vpc, _ = network(driver)
    client_group = driver.create("aws_security_group", name="clients", vpc_id=vpc)["id"]
    config: dict[str, Any] = {"name": "db", "vpc_id": vpc, "revoke_rules_on_delete": True}
    ports: dict[str, Any] = {"protocol": "tcp", "from_port": 5432, "to_port": 5432}
    office = {**ports, "cidr_blocks": ["172.16.0.0/12"], "description": "Office"}
    own = {**ports, "self": True, "security_groups": [client_group]}
    out = {"protocol": "-1", "from_port": 0, "to_port": 0, "ipv6_cidr_blocks": ["::/0"]}
    group = driver.create("aws_security_group", **config, ingress=[office, own], egress=[out])
    group = driver.update(
        "aws_security_group", group, **config, ingress=[own, {**office, "cidr_blocks": ["10.0.0.0/8"]}], egress=[]
    )
    (seen,) = client(emulator, "ec2").describe_security_groups(GroupIds=[group["id"]])["SecurityGroups"]
    assert seen["IpPermissionsEgress"] == []
    permissions = seen["IpPermissions"]
    assert {(one["FromPort"], one["ToPort"]) for one in permissions} == {(5432, 5432)}
    assert [block for one in permissions for block in one["IpRanges"]] == [
        {"CidrIp": "10.0.0.0/8", "Description": "Office"}
    ]
    pairs = {pair["GroupId"] for one in permissions for pair in one["UserIdGroupPairs"]}
    assert pairs == {client_group, group["id"]}
    driver.assert_goes("aws_security_group", group)


def test_address_and_nat_gateway(driver: Driver, emulator: Sandbox) -> None:
    _, subnet = network(driver)
    address = driver.create("aws_eip", domain="vpc", tags={"Name": "nat"})
    assert address["allocation_id"] == address["id"]
    driver.assert_imports("aws_eip", address["id"], address)
    nat = driver.create("aws_nat_gateway", allocation_id=address["id"], subnet_id=subnet)
    assert nat["public_ip"] == address["public_ip"]
    nat = driver.update("aws_nat_gateway", nat, allocation_id=address["id"], subnet_id=subnet, tags={"Name": "n"})
    driver.assert_imports("aws_nat_gateway", nat["id"], nat)
    assert driver.replaced_by("aws_nat_gateway", nat, allocation_id=address["id"], subnet_id="subnet-1") == {
        "subnet_id"
    }
    driver.assert_goes("aws_nat_gateway", nat)
    driver.assert_goes("aws_eip", driver.provider.read("aws_eip", address) or {})


def test_an_address_moves(driver: Driver, emulator: Sandbox) -> None:
    _, subnet = network(driver)
    ec2 = client(emulator, "ec2")
    interfaces = [ec2.create_network_interface(SubnetId=subnet)["NetworkInterface"] for _ in "ab"]
    first, second = (one["NetworkInterfaceId"] for one in interfaces)
    address = driver.create("aws_eip", domain="vpc", network_interface=first)
    address = driver.update("aws_eip", address, domain="vpc", network_interface=second)
    (seen,) = ec2.describe_addresses(AllocationIds=[address["id"]])["Addresses"]
    assert seen["NetworkInterfaceId"] == second
    address = driver.update("aws_eip", address, domain="vpc", network_interface=second, tags={"Name": "app"})
    driver.assert_goes("aws_eip", address)


def test_vpc_endpoint(driver: Driver, emulator: Sandbox) -> None:
    vpc, subnet = network(driver)
    group = driver.create("aws_security_group", name="endpoint", vpc_id=vpc)["id"]
    config: dict[str, Any] = {
        "vpc_id": vpc,
        "service_name": f"com.amazonaws.{REGION}.rds-data",
        "vpc_endpoint_type": "Interface",
        "subnet_ids": [subnet],
        "security_group_ids": [group],
    }
    state = driver.create("aws_vpc_endpoint", **config, private_dns_enabled=True, tags={"Name": "data"})
    assert state["dns_entry"]
    assert state["prefix_list_id"] is None
    assert dns(state) == ("ipv4", False)
    driver.assert_imports("aws_vpc_endpoint", state["id"], state)
    assert driver.replaced_by("aws_vpc_endpoint", state, **{**config, "service_name": "x"}) == {"service_name"}
    other = driver.create("aws_security_group", name="other", vpc_id=vpc)["id"]
    changed = {**config, "security_group_ids": [other], "private_dns_enabled": False, "ip_address_type": "ipv4"}
    state = driver.update("aws_vpc_endpoint", state, **changed)
    (seen,) = client(emulator, "ec2").describe_vpc_endpoints(VpcEndpointIds=[state["id"]])["VpcEndpoints"]
    assert ([one["GroupId"] for one in seen["Groups"]], seen["PrivateDnsEnabled"]) == ([other], False)
    state = driver.update("aws_vpc_endpoint", state, **changed, dns_options=[{"dns_record_ip_type": "dualstack"}])
    assert dns(state) == ("dualstack", False)
    state = driver.update("aws_vpc_endpoint", state, **changed)
    assert dns(state) == ("dualstack", False), "a block that is missing is no change"
    driver.assert_goes("aws_vpc_endpoint", state)


def dns(state: dict[str, Any]) -> tuple[str, bool]:
    (options,) = state["dns_options"]
    return options["dns_record_ip_type"], options["private_dns_only_for_inbound_resolver_endpoint"]


def test_names_for_the_resolver_alone_need_a_gateway_endpoint(driver: Driver) -> None:
    vpc, subnet = network(driver)
    gateway: dict[str, Any] = {"vpc_id": vpc, "service_name": f"com.amazonaws.{REGION}.s3"}
    inbound: dict[str, Any] = {
        **gateway,
        "vpc_endpoint_type": "Interface",
        "subnet_ids": [subnet],
        "private_dns_enabled": True,
        "dns_options": [{"private_dns_only_for_inbound_resolver_endpoint": True}],
    }
    with pytest.raises(ProviderError, match=f"the VPC {vpc} must have a Gateway endpoint for the service"):
        driver.create("aws_vpc_endpoint", **inbound)
    first = driver.create("aws_vpc_endpoint", **gateway)
    assert dns(first) == ("service-defined", False)
    state = driver.create("aws_vpc_endpoint", **inbound)
    assert dns(state) == ("ipv4", True)
    assert state["prefix_list_id"] == first["prefix_list_id"]
    inbound["dns_options"] = [{"private_dns_only_for_inbound_resolver_endpoint": False}]
    state = driver.update("aws_vpc_endpoint", state, **inbound)
    assert dns(state) == ("ipv4", False)
    private = {**gateway, "private_dns_enabled": True}
    assert driver.replaced_by("aws_vpc_endpoint", first, **private) == {"private_dns_enabled"}
    for one in (state, first):
        driver.assert_goes("aws_vpc_endpoint", one)


def test_gateway_endpoint_changes_in_place(driver: Driver, emulator: Sandbox) -> None:
    vpc, _ = network(driver)
    gateway = driver.create("aws_internet_gateway", vpc_id=vpc)["id"]
    routed = {"vpc_id": vpc, "route": [{"cidr_block": "0.0.0.0/0", "gateway_id": gateway}]}
    tables = [driver.create("aws_route_table", **routed) for _ in "ab"]
    first, second = (table["id"] for table in tables)
    config: dict[str, Any] = {"vpc_id": vpc, "service_name": f"com.amazonaws.{REGION}.s3"}
    state = driver.create("aws_vpc_endpoint", **config, route_table_ids=[first])
    allow = '{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}]}'
    state = driver.update("aws_vpc_endpoint", state, **config, route_table_ids=[second], policy=allow)
    (seen,) = client(emulator, "ec2").describe_vpc_endpoints(VpcEndpointIds=[state["id"]])["VpcEndpoints"]
    assert (seen["RouteTableIds"], json.loads(seen["PolicyDocument"])) == ([second], json.loads(allow))
    seen = client(emulator, "ec2").describe_route_tables(RouteTableIds=[first, second])["RouteTables"]
    routes = {table["RouteTableId"]: [one.get("GatewayId") for one in table["Routes"]] for table in seen}
    assert (state["id"] in routes[first], state["id"] in routes[second]) == (False, True)
    link = driver.create("aws_vpc_endpoint_route_table_association", vpc_endpoint_id=state["id"], route_table_id=first)
    driver.assert_imports("aws_vpc_endpoint_route_table_association", f"{state['id']}/{first}", link)
    for table in tables:
        driver.assert_settled("aws_route_table", table, driver.config("aws_route_table", **routed))
        (seen,) = client(emulator, "ec2").describe_route_tables(RouteTableIds=[table["id"]])["RouteTables"]
        to_s3 = {
            one["DestinationPrefixListId"]: one["GatewayId"]
            for one in seen["Routes"]
            if "DestinationPrefixListId" in one
        }
        assert to_s3 == {state["prefix_list_id"]: state["id"]}
    driver.assert_goes("aws_vpc_endpoint_route_table_association", link)
    client(emulator, "ec2").modify_vpc_endpoint(VpcEndpointId=state["id"], ResetPolicy=True)
    drifted = driver.provider.read("aws_vpc_endpoint", state)
    assert drifted is not None and json.loads(drifted["policy"])["Statement"][0]["Action"] == "*"
    driver.assert_goes("aws_vpc_endpoint", state)
    seen = client(emulator, "ec2").describe_route_tables(RouteTableIds=[first, second])["RouteTables"]
    assert not [one for table in seen for one in table["Routes"] if "DestinationPrefixListId" in one]


def test_security_group_rule(driver: Driver, emulator: Sandbox) -> None:
    vpc, _ = network(driver)
    group = driver.create("aws_security_group", name="db", vpc_id=vpc)["id"]
    ports: dict[str, Any] = {"from_port": 5432, "to_port": 5432, "protocol": "tcp", "security_group_id": group}
    blocks = {**ports, "type": "ingress", "cidr_blocks": ["10.0.0.0/8", "172.16.0.0/12"]}
    state = driver.create("aws_security_group_rule", **blocks, description="Office")
    driver.assert_imports("aws_security_group_rule", f"{group}_ingress_tcp_5432_5432_10.0.0.0/8_172.16.0.0/12", state)
    beside = {**blocks, "cidr_blocks": ["192.168.0.0/16"], "description": "VPN"}
    other = driver.create("aws_security_group_rule", **beside)
    driver.assert_settled(
        "aws_security_group_rule", state, driver.config("aws_security_group_rule", **blocks, description="Office")
    )
    rules = client(emulator, "ec2").describe_security_group_rules()["SecurityGroupRules"]
    (vpn,) = [one["SecurityGroupRuleId"] for one in rules if one.get("CidrIpv4") == "192.168.0.0/16"]
    assert (state["security_group_rule_id"], other["security_group_rule_id"]) == ("", vpn)
    driver.delete("aws_security_group_rule", other)
    own = driver.create("aws_security_group_rule", **ports, type="ingress", self=True)
    out = driver.create(
        "aws_security_group_rule",
        **{**ports, "protocol": "-1", "from_port": 0, "to_port": 0},
        type="egress",
        ipv6_cidr_blocks=["::/0"],
    )
    assert driver.replaced_by("aws_security_group_rule", state, **{**blocks, "to_port": 5433}) == {"to_port"}
    for rule in (own, out, state):
        driver.delete("aws_security_group_rule", rule)
        assert driver.provider.read("aws_security_group_rule", rule) is None


def test_parameter(driver: Driver, emulator: Sandbox) -> None:
    state = driver.create("aws_ssm_parameter", name="/demo/host", type="String", value="a", tags={"Name": "p"})
    assert (state["version"], state["arn"]) == (1, f"arn:aws:ssm:{REGION}:123456789012:parameter/demo/host")
    state = driver.update("aws_ssm_parameter", state, name="/demo/host", type="String", value="b", description="Host")
    assert state["version"] == 2
    driver.assert_imports("aws_ssm_parameter", "/demo/host", state, "overwrite")
    driver.assert_goes("aws_ssm_parameter", state)
    hidden = driver.create("aws_ssm_parameter", name="pw", type="SecureString", value_wo="never", value_wo_version=1)
    assert "never" not in str(hidden)


def test_bucket(driver: Driver, emulator: Sandbox) -> None:
    state = driver.create("aws_s3_bucket", bucket="demo-exports", force_destroy=True, tags={"Name": "exports"})
    assert (state["arn"], state["tags_all"]) == (
        "arn:aws:s3:::demo-exports",
        {"Name": "exports", "Project": "orders"},
    )
    state = driver.update("aws_s3_bucket", state, bucket="demo-exports", force_destroy=True, tags={"Name": "new"})
    driver.assert_imports("aws_s3_bucket", "demo-exports", state, "force_destroy")
    assert driver.replaced_by("aws_s3_bucket", state, bucket="other-exports", force_destroy=True) == {"bucket"}
    client(emulator, "ec2").describe_vpcs()
    driver.assert_goes("aws_s3_bucket", state)


def test_rds_instance_as_a_source(driver: Driver, emulator: Sandbox) -> None:
    config: dict[str, Any] = {
        "identifier": "legacy",
        "engine": "postgres",
        "engine_version": "16.8",
        "instance_class": "db.t4g.medium",
        "allocated_storage": 20,
        "username": "postgres",
        "password": "not-so-secret",
        "skip_final_snapshot": True,
        "apply_immediately": True,
    }
    state = driver.create("aws_db_instance", **config, tags={"Name": "legacy"})
    state = driver.update("aws_db_instance", state, **{**config, "instance_class": "db.r6g.large"})
    replica_config = {
        "cluster_identifier": "replica",
        "engine": "aurora-postgresql",
        "engine_version": "16.8",
        "replication_source_identifier": state["arn"],
        "skip_final_snapshot": True,
        "apply_immediately": True,
    }
    replica = driver.create("aws_rds_cluster", **replica_config)
    promoted = driver.update("aws_rds_cluster", replica, **{**replica_config, "replication_source_identifier": None})
    driver.delete("aws_rds_cluster", promoted)
    driver.assert_goes("aws_db_instance", state)


def test_policy_document_is_written_as_the_genuine_provider_writes_it(driver: Driver) -> None:
    statement = {
        "sid": "Read",
        "actions": ["s3:GetObject", "s3:ListBucket"],
        "resources": ["arn:aws:s3:::b/&{aws:username}"],
        "principals": [{"type": "AWS", "identifiers": ["b", "a"]}, {"type": "Service", "identifiers": ["rds"]}],
        "condition": [
            {"test": "StringLike", "variable": "s3:prefix", "values": ["z", "a"]},
            {"test": "Bool", "variable": "aws:SecureTransport", "values": ["true"]},
        ],
    }
    found = driver.source("aws_iam_policy_document", statement=[statement, {"actions": ["*"], "resources": ["*"]}])
    assert json.loads(found["json"]) == json.loads(found["minified_json"])
    assert found["json"].splitlines()[:6] == [
        "{",
        '  "Version": "2012-10-17",',
        '  "Statement": [',
        "    {",
        '      "Sid": "Read",',
        '      "Effect": "Allow",',
    ]
    first = json.loads(found["json"])["Statement"][0]
    assert list(first) == ["Sid", "Effect", "Action", "Resource", "Principal", "Condition"]
    assert first["Action"] == ["s3:ListBucket", "s3:GetObject"]
    assert first["Resource"] == "arn:aws:s3:::b/${aws:username}"
    assert first["Principal"] == {"AWS": ["b", "a"], "Service": "rds"}
    assert first["Condition"] == {
        "Bool": {"aws:SecureTransport": "true"},
        "StringLike": {"s3:prefix": ["z", "a"]},
    }
    override = '{"Statement": {"Sid": "Read", "Effect": "Deny", "Action": "*", "Resource": "*"}}'
    merged = driver.source(
        "aws_iam_policy_document", source_policy_documents=[found["json"]], override_policy_documents=[override]
    )
    assert [one["Effect"] for one in json.loads(merged["json"])["Statement"]] == ["Deny", "Allow"]
