"""VPCs, subnets, security groups, services of VPC endpoints, and hosted zones."""

from __future__ import annotations

import zlib
from typing import Any

from aurora_cli.sandbox.provider.data_sources.query import Finder, Query, filters_of, only
from aurora_cli.sandbox.provider.engine.tags import tag_map
from aurora_cli.sandbox.provider.resources.networking.route53 import normal_name
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


def _endpoint_service(query: Query) -> dict[str, Any]:
    config, label = query.config, "EC2 VPC Endpoint Service"
    name = config.get("service_name")
    if not name and config.get("service"):
        name = f"com.amazonaws.{query.region}.{config['service']}"
    filters = filters_of(config)
    if config.get("service_type"):
        filters.append({"Name": "service-type", "Values": [config["service_type"]]})
    given = {"ServiceNames": [name]} if name else {}
    operation = "ec2:DescribeVpcEndpointServices"
    answer = query.call(operation, **given, **({"Filters": filters} if filters else {}))
    item = only(answer["ServiceDetails"], label)
    types = [one["ServiceType"] for one in item.get("ServiceType") or ()]
    return {
        **query.attributes(operation, "ServiceDetails[0]", item),
        "id": str(zlib.crc32(item["ServiceName"].encode())),
        "arn": _arn(query, {}, f"vpc-endpoint-service/{item.get('ServiceId', '')}"),
        "private_dns_names": [one["PrivateDnsName"] for one in item.get("PrivateDnsNames") or ()],
        "service_region": item.get("ServiceRegion") or query.region,
        "service_type": types[0] if types else None,
        "supported_ip_address_types": item.get("SupportedIpAddressTypes") or [],
        "tags": tag_map(item.get("Tags")),
    }


def _zone(query: Query) -> dict[str, Any]:
    """A hosted zone by its id, or by its name and whether it is private."""
    config = query.config
    if config.get("zone_id"):
        zone_id = str(config["zone_id"])
    else:
        wanted = f"{normal_name(config.get('name'))}."
        zones = query.call("route53:ListHostedZones")["HostedZones"]
        private = bool(config.get("private_zone"))
        found = [one for one in zones if one["Name"] == wanted and one["Config"].get("PrivateZone", False) == private]
        zone_id = only(found, "Route 53 Hosted Zone")["Id"]
    answer = query.call("route53:GetHostedZone", Id=zone_id.rpartition("/")[2])
    zone, servers = answer["HostedZone"], answer.get("DelegationSet", {}).get("NameServers", [])
    bare = zone["Id"].rpartition("/")[2]
    return {
        "id": bare,
        "arn": f"arn:{query.runtime.partition}:route53:::hostedzone/{bare}",
        "zone_id": bare,
        "name": normal_name(zone["Name"]),
        "caller_reference": zone["CallerReference"],
        "comment": zone.get("Config", {}).get("Comment", ""),
        "private_zone": zone.get("Config", {}).get("PrivateZone", False),
        "name_servers": sorted(servers),
        "primary_name_server": sorted(servers)[0] if servers else "",
        "resource_record_set_count": zone.get("ResourceRecordSetCount", 0),
    }


READERS = {
    "aws_route53_zone": _zone,
    "aws_security_group": _group,
    "aws_subnet": _subnet,
    "aws_subnets": _subnets,
    "aws_vpc": _vpc,
    "aws_vpc_endpoint_service": _endpoint_service,
}
