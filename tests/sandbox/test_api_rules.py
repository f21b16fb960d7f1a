"""The rules of the spec, proved by the API: each call says what a rule refuses, and gets AWS's error."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from typing import Any
from urllib.parse import urlencode

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import ClientError
from botocore.httpsession import URLLib3Session

from aurora_cli.sandbox.manager import Sandbox
from aurora_cli.spec.facts.partitions import REGIONS, partition_of
from aurora_cli.spec.rules.all import RULES
from tests.sandbox.api_rules import around, clusters
from tests.sandbox.api_rules.case import ROLE, Case, World, cluster, instance, mysql
from tests.sandbox.api_rules.elsewhere import NO_COUNTERPART, SHOWN_BY
from tests.sandbox.emulator import refused

pytestmark = pytest.mark.sandbox
CASES = (*clusters.CASES, *around.CASES)


@pytest.fixture(scope="module")
def world(sandbox: Sandbox) -> World:
    return World(sandbox)


def answer(world: World, case: Case) -> tuple[str, str]:
    """Code and message of the error; empty for a call that is taken."""
    service, method = case.call.split(".")
    client, values = world.client(service, case.region), dict(case.values(world))
    if case.raw:
        return raw(client, client.meta.method_to_api_mapping[method], values)
    try:
        getattr(client, method)(**values)
    except ClientError as error:
        return str(error.response["Error"]["Code"]), str(error.response["Error"]["Message"])
    return "", "taken"


def raw(client: Any, action: str, values: dict[str, str]) -> tuple[str, str]:
    """Send a form that botocore would not."""
    form = urlencode({"Action": action, "Version": client.meta.service_model.api_version, **values})
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    request = AWSRequest("POST", f"{client.meta.endpoint_url}/", headers=kind, data=form)
    SigV4Auth(client._request_signer._credentials, "rds", client.meta.region_name).add_auth(request)
    text = URLLib3Session().send(request.prepare()).text
    code, message = (re.search(f"<{name}>(.*?)</{name}>", text) for name in ("Code", "Message"))
    return (code[1], message[1]) if code and message else ("", text)


@pytest.mark.parametrize("case", CASES, ids=[f"{case.rule}-{number}" for number, case in enumerate(CASES)])
def test_the_api_refuses_what_the_rule_refuses(world: World, case: Case) -> None:
    code, message = answer(world, case)
    assert (code, case.says in message) == (case.code, True), message


def test_every_rule_is_proved_or_has_a_reason() -> None:
    proved = {case.rule for case in CASES if not case.rule.startswith("schema:")}
    places = [proved | set(SHOWN_BY), set(NO_COUNTERPART)]
    assert set().union(*places) == {rule.name for rule in RULES}
    assert not places[0] & places[1]
    assert set(SHOWN_BY.values()) <= set(globals())


def test_what_the_cases_change_is_fine_without_the_change(world: World) -> None:
    rds = world.client("rds")
    for values in (cluster(), mysql()):
        rds.create_db_cluster(**values)
        rds.delete_db_cluster(DBClusterIdentifier="new", SkipFinalSnapshot=True)
    rds.create_db_instance(**instance())
    rds.delete_db_instance(DBInstanceIdentifier="new")
    assert [one["DBInstanceIdentifier"] for one in rds.describe_db_instances()["DBInstances"]] == [
        "pg-1",
        "my-1",
        "main-1",
    ]


def test_a_sixth_custom_endpoint_is_refused(world: World) -> None:
    rds = world.client("rds")
    named = [
        {"DBClusterIdentifier": "my", "DBClusterEndpointIdentifier": f"e{n}", "EndpointType": "ANY"} for n in range(6)
    ]
    for one in named[:5]:
        rds.create_db_cluster_endpoint(**one)
    with refused("DBClusterEndpointQuotaExceededFault"):
        rds.create_db_cluster_endpoint(**named[5])


def test_a_sixth_role_is_refused(world: World) -> None:
    roles = [{"DBClusterIdentifier": "my", "RoleArn": f"{ROLE}-{n}"} for n in range(6)]
    for one in roles[:5]:
        world.client("rds").add_role_to_db_cluster(**one)
    with refused("DBClusterRoleQuotaExceeded"):
        world.client("rds").add_role_to_db_cluster(**roles[5])


def test_a_class_that_the_region_has_not_is_refused(world: World) -> None:
    far = world.client("rds", "il-central-1")
    far.create_db_cluster(**cluster(DBClusterIdentifier="pg"))
    with refused("InvalidParameterCombination") as caught:
        far.create_db_instance(**instance(DBInstanceClass="db.t4g.medium"))
    assert "RDS does not support creating a DB instance" in str(caught.value)


def join(world: World, region: str) -> None:
    """Add a secondary cluster to the global database."""
    key = world.client("kms", region).create_key()["KeyMetadata"]["Arn"]
    secondary = {"Engine": "aurora-postgresql", "GlobalClusterIdentifier": "world", "KmsKeyId": key}
    world.client("rds", region).create_db_cluster(DBClusterIdentifier="far", **secondary)


def test_the_primary_of_a_global_database_has_a_reader_less_for_each_secondary(world: World) -> None:
    rds = world.client("rds")
    join(world, "us-east-1")
    for number in range(2, 16):
        rds.create_db_instance(**instance(DBClusterIdentifier="main", DBInstanceIdentifier=f"main-{number}"))
    with refused("InstanceQuotaExceeded") as caught:
        rds.create_db_instance(**instance(DBClusterIdentifier="main", DBInstanceIdentifier="main-16"))
    assert "at most 15 DB instances" in str(caught.value)


@pytest.mark.thorough  # EC2 of ten Regions
def test_an_eleventh_secondary_region_is_refused(world: World) -> None:
    (found,) = world.client("rds").describe_global_clusters()["GlobalClusters"]
    taken = {member["DBClusterArn"].split(":")[3] for member in found["GlobalClusterMembers"]} | {"us-west-2"}
    free = [region for region in REGIONS if region not in taken and partition_of(region).name == "aws"]
    for region in free[: 12 - len(taken)]:
        join(world, region)
    with refused("InvalidGlobalClusterStateFault"):
        join(world, "us-west-2")


def test_an_instance_in_a_dual_stack_cluster_is_private(world: World) -> None:
    ec2, rds = world.client("ec2"), world.client("rds")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16", AmazonProvidedIpv6CidrBlock=True)["Vpc"]
    block = vpc["Ipv6CidrBlockAssociationSet"][0]["Ipv6CidrBlock"]
    subnets = [
        ec2.create_subnet(
            VpcId=vpc["VpcId"],
            CidrBlock=f"10.0.{n}.0/24",
            AvailabilityZone=f"eu-west-1{'ab'[n]}",
            Ipv6CidrBlock=block.replace("00::/56", f"0{n}::/64"),
        )["Subnet"]["SubnetId"]
        for n in range(2)
    ]
    rds.create_db_subnet_group(DBSubnetGroupName="dual", DBSubnetGroupDescription="x", SubnetIds=subnets)
    rds.create_db_cluster(**cluster(DBClusterIdentifier="dual", DBSubnetGroupName="dual", NetworkType="DUAL"))
    with refused("InvalidParameterCombination") as caught:
        rds.create_db_instance(**instance(DBClusterIdentifier="dual", PubliclyAccessible=True))
    assert "can't be publicly accessible" in str(caught.value)


def test_a_backtrack_with_the_binary_log_needs_force(world: World) -> None:
    rds = world.client("rds")
    rds.create_db_cluster_parameter_group(
        DBClusterParameterGroupName="logged", DBParameterGroupFamily="aurora-mysql8.0", Description="x"
    )
    change = {"ParameterName": "binlog_format", "ParameterValue": "ROW", "ApplyMethod": "pending-reboot"}
    rds.modify_db_cluster_parameter_group(DBClusterParameterGroupName="logged", Parameters=[change])
    made = mysql(DBClusterIdentifier="rewound", BacktrackWindow=3600, DBClusterParameterGroupName="logged")
    rds.create_db_cluster(**made)
    now = datetime.now(timezone.utc)
    with refused("InvalidDBClusterStateFault"):
        rds.backtrack_db_cluster(DBClusterIdentifier="rewound", BacktrackTo=now)
    rds.backtrack_db_cluster(DBClusterIdentifier="rewound", BacktrackTo=now, Force=True)


def test_a_service_has_one_endpoint_with_private_names(world: World) -> None:
    wanted = {"VpcId": world.vpc, "VpcEndpointType": "Interface", "ServiceName": "com.amazonaws.eu-west-1.kms"}
    world.client("ec2").create_vpc_endpoint(**wanted, PrivateDnsEnabled=True)
    with refused("InvalidParameter") as caught:
        world.client("ec2").create_vpc_endpoint(**wanted, PrivateDnsEnabled=True)
    assert "conflicting DNS domain" in str(caught.value)
