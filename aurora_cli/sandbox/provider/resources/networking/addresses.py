"""Elastic IP addresses, NAT gateways and VPC endpoints."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from aurora_cli.sandbox.provider.api.errors import accepted
from aurora_cli.sandbox.provider.engine.model import Call, Item, Listing, Read, Resource, Task, Wait
from aurora_cli.sandbox.provider.resources.documents import equivalent_policy, normal_json
from aurora_cli.sandbox.provider.resources.parts import difference
from aurora_cli.sandbox.provider.resources.tagging import ec2_tagging


def _associate_address(task: Task) -> None:
    target = {"InstanceId": task.get("instance"), "NetworkInterfaceId": task.get("network_interface")}
    wanted = {member: value for member, value in target.items() if value}
    if wanted:
        private = task.get("associate_with_private_ip")
        task.call(
            "AssociateAddress", AllocationId=task.id, **wanted, **({"PrivateIpAddress": private} if private else {})
        )


def _move_address(task: Task) -> None:
    if not task.changed & {"instance", "network_interface", "associate_with_private_ip"}:
        return
    if task.prior.get("association_id"):
        task.call("DisassociateAddress", AssociationId=task.prior["association_id"])
    _associate_address(task)


def _public_dns(task: Task, item: Item) -> Any:
    address, region = str(item.get("PublicIp") or "").replace(".", "-"), task.region
    zone = "compute-1" if region == "us-east-1" else f"{region}.compute"
    return f"ec2-{address}.{zone}.amazonaws.com" if address else None


def _release(task: Task) -> None:
    if task.get("association_id"):
        with accepted("InvalidAssociationID.NotFound"):
            task.call("DisassociateAddress", AssociationId=task.get("association_id"))
    task.call("ReleaseAddress", AllocationId=task.id)


EIP = Resource(
    type="aws_eip",
    service="ec2",
    label="EC2 EIP",
    create=Call(
        "AllocateAddress", attributes=frozenset({"address", "domain", "network_border_group", "public_ipv4_pool"})
    ),
    id="AllocationId",
    listing=Listing(Call("DescribeAddresses", match=False), ids="Addresses[].AllocationId", before=True),
    finish=(_associate_address,),
    read=Read(
        Call("DescribeAddresses", send={"AllocationIds": "id"}, match=False),
        item="Addresses[0]",
        gone=("InvalidAllocationID.NotFound", "InvalidAddress.NotFound"),
        fields={
            "arn": lambda task, item: task.arn(f"elastic-ip/{task.id}"),
            "instance": "InstanceId",
            "network_interface": "NetworkInterfaceId",
            "private_ip": "PrivateIpAddress",
            "public_dns": _public_dns,
        },
    ),
    updates=(_move_address,),
    delete=_release,
    busy=("InvalidIPAddress.InUse", "AuthFailure"),
    tagging=ec2_tagging("elastic-ip"),
)

NAT = Resource(
    type="aws_nat_gateway",
    service="ec2",
    label="EC2 NAT Gateway",
    create=Call(
        "CreateNatGateway",
        attributes=frozenset({"allocation_id", "connectivity_type", "subnet_id"}),
        send={"PrivateIpAddress": "private_ip"},
    ),
    id="NatGateway.NatGatewayId",
    listing=Listing(Call("DescribeNatGateways", match=False), ids="NatGateways[].NatGatewayId", before=True),
    created=Wait("State", target=("available",), pending=("pending",)),
    read=Read(
        Call("DescribeNatGateways", send={"NatGatewayIds": "id"}, match=False),
        item="NatGateways[0]",
        gone=("NatGatewayNotFound",),
        exists=lambda item: item.get("State") != "deleted",
        fields={
            "allocation_id": "NatGatewayAddresses[0].AllocationId",
            "association_id": "NatGatewayAddresses[0].AssociationId",
            "network_interface_id": "NatGatewayAddresses[0].NetworkInterfaceId",
            "private_ip": "NatGatewayAddresses[0].PrivateIp",
            "public_ip": "NatGatewayAddresses[0].PublicIp",
        },
        sticky=frozenset({"availability_mode"}),
    ),
    delete=Call("DeleteNatGateway", send={"NatGatewayId": "id"}, match=False),
    deleted=Wait("State", pending=("available", "deleting")),
    tagging=ec2_tagging("natgateway"),
)

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
    if params:
        task.call("ModifyVpcEndpoint", VpcEndpointId=task.id, **params)


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
    """The prefix list of a gateway endpoint, which rules of security groups can refer to."""
    if item.get("VpcEndpointType") != "Gateway":
        return {"cidr_blocks": []}
    filters = [{"Name": "prefix-list-name", "Values": [item.get("ServiceName")]}]
    lists = task.call("DescribePrefixLists", Filters=filters)["PrefixLists"]
    return {"prefix_list_id": lists[0]["PrefixListId"], "cidr_blocks": lists[0].get("Cidrs") or []} if lists else {}


ENDPOINT = Resource(
    type="aws_vpc_endpoint",
    service="ec2",
    label="EC2 VPC Endpoint",
    create=Call(
        "CreateVpcEndpoint",
        send={
            "PolicyDocument": "policy",
            "ClientToken": lambda task: uuid.uuid4().hex,
            "PrivateDnsEnabled": lambda task: bool(task.get("private_dns_enabled")),
        },
        omit=frozenset({"DnsOptions", "ServiceRegion"}),
    ),
    id="VpcEndpoint.VpcEndpointId",
    listing=Listing(Call("DescribeVpcEndpoints", match=False), ids="VpcEndpoints[].VpcEndpointId", before=True),
    created=Wait("State", target=("available", "pendingAcceptance", "Available"), pending=("pending", "Pending")),
    read=Read(
        Call("DescribeVpcEndpoints", send={"VpcEndpointIds": "id"}, match=False),
        item="VpcEndpoints[0]",
        gone=("InvalidVpcEndpointId.NotFound",),
        exists=lambda item: str(item.get("State")).lower() != "deleted",
        more=(_read_endpoint,),
        skip=frozenset({"dns_options"}),
    ),
    updates=(_change_endpoint,),
    delete=Call("DeleteVpcEndpoints", send={"VpcEndpointIds": "id"}, match=False),
    deleted=Wait("State", pending=("available", "deleting", "Available")),
    busy=("DependencyViolation",),
    tagging=ec2_tagging("vpc-endpoint"),
    stored={"policy": normal_json},
    same={"policy": equivalent_policy},
)

ENTRIES = (EIP, NAT, ENDPOINT)
