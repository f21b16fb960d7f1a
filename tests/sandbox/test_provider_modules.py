"""What modules around Aurora create: defaults of a VPC, network ACLs, settings of buckets; and what they read."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from aurora_cli.sandbox.manager import Sandbox
from aurora_cli.sandbox.provider.engine.lifecycle import Unfinished
from tests.harness import REGION
from tests.sandbox.emulator import client
from tests.sandbox.provider_driver import Driver

pytestmark = pytest.mark.sandbox

ANY = {"protocol": "-1", "action": "allow", "from_port": 0, "to_port": 0}
POSTGRES = {"protocol": "tcp", "action": "Allow", "from_port": 5432, "to_port": 5432, "cidr_block": "10.0.0.0/8"}


def vpc_of(driver: Driver) -> dict[str, Any]:
    return driver.create("aws_vpc", cidr_block="10.0.0.0/16")


def test_network_acl(driver: Driver, emulator: Sandbox) -> None:
    vpc = vpc_of(driver)
    subnets = [
        driver.create("aws_subnet", vpc_id=vpc["id"], cidr_block=f"10.0.{n}.0/24", availability_zone=f"{REGION}a")["id"]
        for n in range(2)
    ]
    config = {"vpc_id": vpc["id"], "ingress": [{**POSTGRES, "rule_no": 100}], "subnet_ids": subnets}
    acl = driver.create("aws_network_acl", **config)
    assert [(one["protocol"], one["action"]) for one in acl["ingress"]] == [("tcp", "Allow")]
    config = {**config, "ingress": [{**ANY, "rule_no": 90, "cidr_block": "0.0.0.0/0"}], "subnet_ids": subnets[:1]}
    acl = driver.update("aws_network_acl", acl, **config, egress=[{**ANY, "rule_no": 1, "ipv6_cidr_block": "::/0"}])
    default = client(emulator, "ec2").describe_network_acls(NetworkAclIds=[vpc["default_network_acl_id"]])
    assert [one["SubnetId"] for one in default["NetworkAcls"][0]["Associations"]] == subnets[1:]
    rule = {"network_acl_id": acl["id"], "rule_number": 200, "protocol": "udp", "rule_action": "deny"}
    own = {**rule, "cidr_block": "192.168.0.0/16", "from_port": 53, "to_port": 53}
    alone = driver.create("aws_network_acl", vpc_id=vpc["id"], ingress=[], egress=[])
    own["network_acl_id"] = alone["id"]
    created = driver.create("aws_network_acl_rule", **own)
    driver.assert_imports("aws_network_acl_rule", f"{alone['id']}:200:udp:false", created, "protocol")
    assert driver.replaced_by("aws_network_acl_rule", created, **{**own, "to_port": 54}) == {"to_port"}
    driver.assert_goes("aws_network_acl_rule", created)
    driver.assert_imports("aws_network_acl", acl["id"], acl)
    driver.assert_goes("aws_network_acl", acl)


def test_defaults_of_a_vpc_are_taken_over_and_only_forgotten(driver: Driver, emulator: Sandbox) -> None:
    vpc, ec2 = vpc_of(driver), client(emulator, "ec2")
    everyone = [{**ANY, "rule_no": 100, "cidr_block": "0.0.0.0/0"}, {**ANY, "rule_no": 101, "ipv6_cidr_block": "::/0"}]
    acl_id = {"default_network_acl_id": vpc["default_network_acl_id"]}
    acl = driver.create("aws_default_network_acl", **acl_id, ingress=everyone, egress=everyone, tags={"Name": "db"})
    acl = driver.update("aws_default_network_acl", acl, **acl_id, ingress=everyone[:1], tags={"Name": "app"})
    assert acl["egress"] == []
    driver.assert_imports("aws_default_network_acl", acl["id"], acl)
    group = driver.create("aws_default_security_group", vpc_id=vpc["id"], tags={"Name": "db"})
    assert group["id"] == vpc["default_security_group_id"]
    assert (group["ingress"], group["egress"]) == ([], [])
    rule = {"protocol": "-1", "from_port": 0, "to_port": 0, "self": True}
    group = driver.update("aws_default_security_group", group, vpc_id=vpc["id"], ingress=[rule])
    assert [one["self"] for one in group["ingress"]] == [True]
    table_id = {"default_route_table_id": vpc["default_route_table_id"]}
    gateway = driver.create("aws_internet_gateway", vpc_id=vpc["id"])["id"]
    ec2.create_route(RouteTableId=vpc["default_route_table_id"], DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    table = driver.create("aws_default_route_table", **table_id, tags={"Name": "db"})
    assert table["route"] == []
    to_internet = [{"cidr_block": "0.0.0.0/0", "gateway_id": gateway}]
    table = driver.update("aws_default_route_table", table, **table_id, route=to_internet)
    driver.assert_imports("aws_default_route_table", vpc["id"], table)
    for type_, state in (("network_acl", acl), ("security_group", group), ("route_table", table)):
        driver.delete(f"aws_default_{type_}", state)
        assert driver.provider.read(f"aws_default_{type_}", state) is not None
    with pytest.raises(Unfinished, match="use the `aws_network_acl` resource instead"):
        driver.create(
            "aws_default_network_acl",
            default_network_acl_id=driver.create("aws_network_acl", vpc_id=vpc["id"])["id"],
        )


def test_parts_of_a_vpc(driver: Driver) -> None:
    vpc = vpc_of(driver)
    wider = driver.create("aws_vpc_ipv4_cidr_block_association", vpc_id=vpc["id"], cidr_block="10.1.0.0/16")
    driver.assert_imports("aws_vpc_ipv4_cidr_block_association", wider["id"], wider)
    driver.assert_goes("aws_vpc_ipv4_cidr_block_association", wider)
    gateway = driver.create("aws_egress_only_internet_gateway", vpc_id=vpc["id"])
    driver.assert_imports("aws_egress_only_internet_gateway", gateway["id"], gateway)
    driver.assert_goes("aws_egress_only_internet_gateway", gateway)


def test_settings_of_a_bucket(driver: Driver) -> None:
    bucket = driver.create("aws_s3_bucket", bucket_prefix="imports-", force_destroy=True)
    name = {"bucket": bucket["id"]}
    owned = [{"object_ownership": "ObjectWriter"}]
    settings: dict[str, tuple[dict[str, Any], ...]] = {
        "ownership_controls": ({"rule": owned}, {"rule": [{"object_ownership": "BucketOwnerPreferred"}]}),
        "acl": ({"acl": "private"}, {"acl": "log-delivery-write"}),
        "public_access_block": ({"block_public_acls": True}, {"block_public_acls": True, "ignore_public_acls": True}),
        "versioning": tuple({"versioning_configuration": [{"status": one}]} for one in ("Enabled", "Suspended")),
        "server_side_encryption_configuration": tuple(
            {"rule": [{"apply_server_side_encryption_by_default": [{"sse_algorithm": one}]}]}
            for one in ("AES256", "aws:kms")
        ),
        "policy": tuple({"policy": policy(bucket["id"], one)} for one in ("s3:GetObject", "s3:PutObject")),
    }
    for kind, (before, after) in settings.items():
        type_ = f"aws_s3_bucket_{kind}"
        state = driver.create(type_, **name, **before)
        state = driver.update(type_, state, **name, **after)
        driver.assert_imports(type_, state["id"], state)
        driver.delete(type_, state)
    driver.assert_goes("aws_s3_bucket", bucket)


def policy(bucket: str, action: str) -> str:
    allowed = {"Effect": "Allow", "Principal": "*", "Action": action, "Resource": f"arn:aws:s3:::{bucket}/*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [allowed]})


def test_what_modules_read(driver: Driver, emulator: Sandbox) -> None:
    assert (
        driver.source("aws_service_principal", service_name="monitoring.rds")["name"] == "monitoring.rds.amazonaws.com"
    )
    assert REGION in driver.source("aws_regions")["names"]
    assert driver.source("aws_default_tags")["tags"] == {"Project": "orders"}
    assert driver.source("aws_canonical_user_id")["id"]
    service = driver.source(
        "aws_vpc_endpoint_service", service="kms", filter=[{"name": "service-type", "values": ["Interface"]}]
    )
    assert service["service_name"] == f"com.amazonaws.{REGION}.kms"
    trust = {"Effect": "Allow", "Principal": {"Service": "rds.amazonaws.com"}, "Action": "sts:AssumeRole"}
    role = driver.create(
        "aws_iam_role", name="reader", assume_role_policy=json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    )
    found = driver.source("aws_iam_role", name="reader")
    assert (found["arn"], json.loads(found["assume_role_policy"])["Statement"]) == (role["arn"], [trust])
    key = driver.create("aws_kms_key")
    driver.create("aws_kms_alias", name="alias/orders", target_key_id=key["id"])
    assert driver.source("aws_kms_alias", name="alias/orders")["target_key_arn"] == key["arn"]
    zone = client(emulator, "route53").create_hosted_zone(Name="example.com", CallerReference="1")["HostedZone"]
    assert f"/hostedzone/{driver.source('aws_route53_zone', name='example.com.')['zone_id']}" == zone["Id"]


def test_ephemeral_resources(driver: Driver, emulator: Sandbox) -> None:
    def opened(name: str, **config: Any) -> dict[str, Any]:
        return driver.provider.open_ephemeral(name, config)

    password = opened("aws_secretsmanager_random_password", password_length=20, exclude_punctuation=True)
    assert len(password["random_password"]) == 20
    secret = driver.create("aws_secretsmanager_secret", name="orders")
    driver.create("aws_secretsmanager_secret_version", secret_id=secret["id"], secret_string="hunter2")
    assert opened("aws_secretsmanager_secret_version", secret_id=secret["id"])["secret_string"] == "hunter2"
    parameter = driver.create("aws_ssm_parameter", name="/orders/password", type="SecureString", value="hunter2")
    assert opened("aws_ssm_parameter", arn=parameter["arn"])["value"] == "hunter2"
    assert driver.source("aws_ssm_parameter", name="/orders/password")["value"] == "hunter2"
    kms = client(emulator, "kms")
    blob = kms.encrypt(KeyId=kms.create_key()["KeyMetadata"]["KeyId"], Plaintext=b"hunter2")["CiphertextBlob"]
    secrets = [{"name": "master", "payload": base64.b64encode(blob).decode()}]
    assert opened("aws_kms_secrets", secret=secrets)["plaintext"] == {"master": "hunter2"}
