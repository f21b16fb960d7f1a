"""VPC endpoints, and the route tables that lead to those of a gateway."""

from __future__ import annotations

import re
import uuid
import zlib
from collections.abc import Mapping
from typing import Any

from aurora_cli.sandbox.provider.engine.model import Call, Item, Listing, Read, Resource, Task, Wait
from aurora_cli.sandbox.provider.protocol.types import UNKNOWN
from aurora_cli.sandbox.provider.resources.documents import equivalent_policy, normal_json
from aurora_cli.sandbox.provider.resources.parts import difference, import_parts
from aurora_cli.sandbox.provider.resources.tagging import ec2_tagging

_AVAILABLE = Wait("State", target=("available", "pendingAcceptance", "Available"), pending=("pending", "Pending"))
_INBOUND = "private_dns_only_for_inbound_resolver_endpoint"
_S3 = re.compile(r"com\.amazonaws\.[a-z0-9-]+\.s3")

# attribute -> the members that add to it and remove from it
_ENDPOINT_LISTS = {
    "route_table_ids": ("AddRouteTableIds", "RemoveRouteTableIds"),
    "security_group_ids": ("AddSecurityGroupIds", "RemoveSecurityGroupIds"),
    "subnet_ids": ("AddSubnetIds", "RemoveSubnetIds"),
}


def _change_endpoint(task: Task) -> None:
    params: dict[str, Any] = {}
    for attribute, members in _ENDPOINT_LISTS.items():
        lists = zip(members, difference(task, attribute), strict=True)
        params |= {member: ids for member, ids in lists if ids}
    if "policy" in task.changed:
        params |= {"PolicyDocument": task.get("policy")} if task.get("policy") else {"ResetPolicy": True}
    if "private_dns_enabled" in task.changed:
        params["PrivateDnsEnabled"] = bool(task.get("private_dns_enabled"))
    if "ip_address_type" in task.changed:
        params["IpAddressType"] = task.get("ip_address_type")
    if {"dns_options", "private_dns_enabled"} & task.changed and _dns_options(task):
        params["DnsOptions"] = _dns_options(task)
    if params:
        task.call("ModifyVpcEndpoint", VpcEndpointId=task.id, **params)
        task.await_status(_AVAILABLE, "update")


def _dns_options(task: Task) -> dict[str, Any] | None:
    """Of an interface endpoint of S3 the resolver's option, of any other those of private domains."""
    block = next(iter(task.get("dns_options") or ()), None)
    if not block:
        return None
    given = {"DnsRecordIpType": block.get("dns_record_ip_type")}
    if _S3.fullmatch(str(task.get("service_name"))) and task.get("vpc_endpoint_type") == "Interface":
        given["PrivateDnsOnlyForInboundResolverEndpoint"] = bool(block.get(_INBOUND))
    else:
        given["PrivateDnsPreference"] = block.get("private_dns_preference")
        given["PrivateDnsSpecifiedDomains"] = block.get("private_dns_specified_domains")
    return {member: value for member, value in given.items() if value not in (None, "", [], UNKNOWN)}


def _read_dns_options(options: Mapping[str, Any]) -> list[Item]:
    return [
        {
            "dns_record_ip_type": options.get("DnsRecordIpType") or "",
            _INBOUND: options.get("PrivateDnsOnlyForInboundResolverEndpoint") or False,
            "private_dns_preference": options.get("PrivateDnsPreference") or "",
            "private_dns_specified_domains": options.get("PrivateDnsSpecifiedDomains") or [],
        }
    ]


def _read_endpoint(task: Task, item: Item) -> Mapping[str, Any]:
    entries = [
        {"dns_name": one.get("DnsName"), "hosted_zone_id": one.get("HostedZoneId")}
        for one in item.get("DnsEntries") or ()
    ]
    return {
        "dns_entry": entries,
        "network_interface_ids": item.get("NetworkInterfaceIds") or [],
        "security_group_ids": [group["GroupId"] for group in item.get("Groups") or ()],
        "route_table_ids": item.get("RouteTableIds") or [],
        "subnet_ids": item.get("SubnetIds") or [],
        "policy": item.get("PolicyDocument"),
        "arn": task.arn(f"vpc-endpoint/{task.id}"),
        "dns_options": _read_dns_options(item["DnsOptions"]) if item.get("DnsOptions") else [],
        "service_region": item.get("ServiceRegion") or task.get("service_region"),
        "subnet_configuration": _addresses(task, item),
        **_prefix_list(task, item),
    }


def _addresses(task: Task, item: Item) -> list[Item]:
    """The addresses of an interface endpoint, one for each subnet."""
    ids = item.get("NetworkInterfaceIds")
    found = task.call("DescribeNetworkInterfaces", NetworkInterfaceIds=ids)["NetworkInterfaces"] if ids else []
    return [
        {
            "ipv4": one.get("PrivateIpAddress"),
            "ipv6": next((address["Ipv6Address"] for address in one.get("Ipv6Addresses") or ()), None),
            "subnet_id": one.get("SubnetId"),
        }
        for one in found
    ]


def _prefix_list(task: Task, item: Item) -> Mapping[str, Any]:
    """The prefix list of the service, which rules of security groups can refer to; few services have one."""
    filters = [{"Name": "prefix-list-name", "Values": [item.get("ServiceName")]}]
    lists = task.call("DescribePrefixLists", Filters=filters)["PrefixLists"]
    named = {"prefix_list_id": lists[0]["PrefixListId"]} if lists else {}  # not set by the provider where there is none
    return {**named, "cidr_blocks": lists[0].get("Cidrs") or [] if lists else []}


ENDPOINT = Resource(
    type="aws_vpc_endpoint",
    service="ec2",
    label="EC2 VPC Endpoint",
    create=Call(
        "CreateVpcEndpoint",
        send={
            "PolicyDocument": "policy",
            "DnsOptions": _dns_options,
            "ClientToken": lambda task: uuid.uuid4().hex,
            "PrivateDnsEnabled": lambda task: bool(task.get("private_dns_enabled")),
        },
        omit=frozenset({"ServiceRegion"}),
    ),
    id="VpcEndpoint.VpcEndpointId",
    listing=Listing(Call("DescribeVpcEndpoints", match=False), ids="VpcEndpoints[].VpcEndpointId", before=True),
    created=_AVAILABLE,
    read=Read(
        Call("DescribeVpcEndpoints", send={"VpcEndpointIds": "id"}, match=False),
        item="VpcEndpoints[0]",
        gone=("InvalidVpcEndpointId.NotFound",),
        exists=lambda item: str(item.get("State")).lower() != "deleted",
        more=(_read_endpoint,),
    ),
    updates=(_change_endpoint,),
    delete=Call("DeleteVpcEndpoints", send={"VpcEndpointIds": "id"}, match=False),
    deleted=Wait("State", pending=("available", "deleting", "Available")),
    busy=("DependencyViolation",),
    tagging=ec2_tagging("vpc-endpoint"),
    stored={"policy": normal_json},
    same={"policy": equivalent_policy},
    replace_if={"private_dns_enabled": lambda prior, planned: planned.get("vpc_endpoint_type") != "Interface"},
)


def _import_association(task: Task) -> Mapping[str, Any]:
    endpoint, table = import_parts(task, "/", 2, "vpc-endpoint-id/route-table-id")
    return {"id": _association_id(endpoint, table), "vpc_endpoint_id": endpoint, "route_table_id": table}


def _association_id(endpoint: str, table: str) -> str:
    return f"a-{endpoint}{zlib.crc32(table.encode())}"


def _associated(task: Task, answer: Item) -> Item | None:
    """The endpoint, if the table leads to it."""
    tables = (one for one in answer["VpcEndpoints"] if str(one.get("State")).lower() != "deleted")
    return next((one for one in tables if task.get("route_table_id") in one.get("RouteTableIds", ())), None)


def _route_table(task: Task) -> list[str]:
    return [str(task.get("route_table_id"))]


ROUTE_TABLE_ASSOCIATION = Resource(
    type="aws_vpc_endpoint_route_table_association",
    service="ec2",
    label="EC2 VPC Endpoint Route Table Association",
    create=Call(
        "ModifyVpcEndpoint", send={"VpcEndpointId": "vpc_endpoint_id", "AddRouteTableIds": _route_table}, match=False
    ),
    id=lambda task: _association_id(str(task.get("vpc_endpoint_id")), str(task.get("route_table_id"))),
    read=Read(
        Call("DescribeVpcEndpoints", send={"VpcEndpointIds": "vpc_endpoint_id"}, match=False),
        item=_associated,
        shape="VpcEndpoints[0]",
        gone=("InvalidVpcEndpointId.NotFound",),
        skip=frozenset({"vpc_endpoint_id"}),
    ),
    delete=Call(
        "ModifyVpcEndpoint", send={"VpcEndpointId": "vpc_endpoint_id", "RemoveRouteTableIds": _route_table}, match=False
    ),
    import_attributes=_import_association,
)

ENTRIES = (ENDPOINT, ROUTE_TABLE_ASSOCIATION)
