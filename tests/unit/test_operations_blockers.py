"""What would block a destroy, told before anything is deleted."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from aurora_cli.operations.destroy.blockers import blockers_of
from aurora_cli.terraform.state.state import StateResource

VPC, GROUP, SUBNET = "vpc-1", "sg-1", "subnet-1"


def held(*types: str) -> list[StateResource]:
    ids = {
        "aws_vpc": VPC,
        "aws_security_group": GROUP,
        "aws_subnet": SUBNET,
        "aws_rds_cluster": "demo",
        "aws_db_subnet_group": "demo",
        "aws_db_proxy": "demo-proxy",
    }
    return [StateResource(f"{kind}.this", kind, "this", None, {"id": ids[kind]}) for kind in types]


OWN = held("aws_vpc", "aws_security_group", "aws_subnet", "aws_rds_cluster", "aws_db_subnet_group", "aws_db_proxy")
ENDPOINT = StateResource(
    "aws_vpc_endpoint.interface",
    "aws_vpc_endpoint",
    "interface",
    None,
    {"id": "vpce-1", "network_interface_ids": ["eni-5"]},
)


class Account:
    """An account whose answers are those given; it notes what it was asked."""

    def __init__(self, **answers: list[dict[str, Any]]) -> None:
        self.answers, self.asked = answers, list[tuple[str, Any]]()

    def aws(self, region: str) -> Any:
        return SimpleNamespace(client=lambda service: SimpleNamespace(get_paginator=self._paginator))

    def _paginator(self, operation: str) -> Any:
        return SimpleNamespace(paginate=lambda **given: self._pages(operation, given))

    def _pages(self, operation: str, given: Any) -> list[dict[str, Any]]:
        self.asked.append((operation, given))
        keys = {"describe_db_clusters": "DBClusters", "describe_network_interfaces": "NetworkInterfaces"}
        keys |= {"describe_security_groups": "SecurityGroups", "describe_subnets": "Subnets"}
        return [{keys[operation]: self.answers.get(operation, [])}]


def told(account: Account, resources: list[StateResource]) -> str:
    return " ".join(blockers_of(account, "eu-west-1", resources))  # type: ignore[arg-type]


def eni(identifier: str, description: str = "", **more: Any) -> dict[str, Any]:
    return {"NetworkInterfaceId": identifier, "Description": description, **more}


def test_what_others_have_in_the_vpc_of_the_stack_is_named() -> None:
    rule = {"UserIdGroupPairs": [{"GroupId": GROUP}]}
    account = Account(
        describe_network_interfaces=[
            eni("eni-1", "AWS Lambda VPC ENI-reports"),
            eni("eni-2", "RDSNetworkInterface"),
            eni("eni-3", "Network interface for DBProxy demo-proxy"),
            eni("eni-4", RequesterManaged=True, Groups=[{"GroupId": GROUP}]),
            eni("eni-5"),
        ],
        describe_security_groups=[
            {"GroupId": GROUP, "GroupName": "demo-database"},
            {"GroupId": "sg-0", "GroupName": "default"},
            {"GroupId": "sg-2", "GroupName": "app"},
            {"GroupId": "sg-3", "GroupName": "web", "IpPermissionsEgress": [rule]},
        ],
        describe_subnets=[{"SubnetId": SUBNET}, {"SubnetId": "subnet-2"}],
    )
    assert told(account, [*OWN, ENDPOINT]) == (
        "In eu-west-1 AWS refuses to delete what the stack created while others use it: network interface eni-1 (AWS Lambda "
        "VPC ENI-reports); security group sg-2 (app); a rule of security group sg-3 (web); subnet subnet-2. "
        "Delete or change them first, or destroy again afterwards."
    )


def test_in_an_existing_vpc_only_what_uses_the_security_group_is_asked_for() -> None:
    account = Account(describe_security_groups=[{"GroupId": "sg-2", "GroupName": "app"}])
    account.answers["describe_security_groups"][0]["IpPermissions"] = [{"UserIdGroupPairs": [{"GroupId": GROUP}]}]
    assert "while others use it: a rule of security group sg-2 (app)." in told(account, held("aws_security_group"))
    filters = [given["Filters"][0]["Name"] for operation, given in account.asked if "Filters" in given]
    assert filters == ["group-id", "ip-permission.group-id", "egress.ip-permission.group-id"]


def test_another_cluster_in_the_groups_of_the_stack_is_named() -> None:
    clusters: list[dict[str, Any]] = [
        {"DBClusterIdentifier": "demo", "DBSubnetGroup": "demo"},
        {"DBClusterIdentifier": "other", "DBSubnetGroup": "demo", "VpcSecurityGroups": [{"VpcSecurityGroupId": GROUP}]},
        {"DBClusterIdentifier": "third", "DBSubnetGroup": "third"},
    ]
    assert "cluster other (demo, sg-1)." in told(Account(describe_db_clusters=clusters), OWN)


def test_nobody_else_is_nothing_to_tell() -> None:
    assert told(Account(), OWN) == told(Account(), held("aws_rds_cluster")) == ""


def test_a_denied_look_is_no_reason_not_to_destroy(monkeypatch: pytest.MonkeyPatch) -> None:
    account = Account()

    def denied(operation: str, given: Any) -> None:
        raise ClientError({"Error": {"Code": "UnauthorizedOperation", "Message": "no"}}, operation)

    monkeypatch.setattr(account, "_pages", denied)
    assert told(account, OWN) == ""
