"""VPCs, subnets and security groups."""

from __future__ import annotations

from typing import Any

from aurora_cli.sandbox.provider.data_sources.query import Finder, Query
from aurora_cli.sandbox.provider.resources.networking.vpc import vpc_details

_VPC = Finder(
    operation="ec2:DescribeVpcs",
    items="Vpcs",
    ids="VpcIds",
    filters={
        "cidr_block": "cidr",
        "default": "is-default",
        "dhcp_options_id": "dhcp-options-id",
        "state": "state",
    },
    label="EC2 VPC",
    fields={
        "default": "IsDefault",
        "cidr_block_associations": (
            "CidrBlockAssociationSet[].{association_id: AssociationId, cidr_block: CidrBlock, state: CidrBlockState.State}"
        ),
        "ipv6_association_id": "Ipv6CidrBlockAssociationSet[0].AssociationId",
        "ipv6_cidr_block": "Ipv6CidrBlockAssociationSet[0].Ipv6CidrBlock",
    },
    aliases={"VpcId": "id"},
)
_SUBNET = Finder(
    operation="ec2:DescribeSubnets",
    items="Subnets",
    ids="SubnetIds",
    filters={
        "availability_zone": "availability-zone",
        "availability_zone_id": "availability-zone-id",
        "cidr_block": "cidr-block",
        "default_for_az": "default-for-az",
        "ipv6_cidr_block": "ipv6-cidr-block-association.ipv6-cidr-block",
        "state": "state",
        "vpc_id": "vpc-id",
    },
    label="EC2 Subnet",
    fields={
        "ipv6_cidr_block": "Ipv6CidrBlockAssociationSet[0].Ipv6CidrBlock",
        "ipv6_cidr_block_association_id": "Ipv6CidrBlockAssociationSet[0].AssociationId",
        "private_dns_hostname_type_on_launch": "PrivateDnsNameOptionsOnLaunch.HostnameType",
        "available_ip_address_count": "AvailableIpAddressCount",
    },
    aliases={"SubnetArn": "arn"},
)
_GROUP = Finder(
    operation="ec2:DescribeSecurityGroups",
    items="SecurityGroups",
    ids="GroupIds",
    filters={"name": "group-name", "vpc_id": "vpc-id"},
    label="EC2 Security Group",
    fields={"name": "GroupName"},
    aliases={"SecurityGroupArn": "arn"},
)


def _vpc(query: Query) -> dict[str, Any]:
    item, found = _VPC.one(query)
    vpc_id = item["VpcId"]
    details = vpc_details(query.call, vpc_id)
    return {**found, **details, "id": vpc_id, "arn": _arn(query, item, f"vpc/{vpc_id}")}


def _arn(query: Query, item: dict[str, Any], resource: str) -> str:
    owner = item.get("OwnerId") or query.runtime.account
    return f"arn:{query.runtime.partition}:ec2:{query.region}:{owner}:{resource}"


def _subnet(query: Query) -> dict[str, Any]:
    item, found = _SUBNET.one(query)
    return {**found, "id": item["SubnetId"]}


def _subnets(query: Query) -> dict[str, Any]:
    found = _SUBNET.find(query)
    return {"id": query.region, "ids": [item["SubnetId"] for item in found]}


def _group(query: Query) -> dict[str, Any]:
    item, found = _GROUP.one(query)
    arn = found.get("arn") or _arn(query, item, f"security-group/{item['GroupId']}")
    return {**found, "id": item["GroupId"], "arn": arn}


READERS = {
    "aws_security_group": _group,
    "aws_subnet": _subnet,
    "aws_subnets": _subnets,
    "aws_vpc": _vpc,
}
