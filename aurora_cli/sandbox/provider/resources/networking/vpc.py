"""VPCs, subnets and internet gateways."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from aurora_cli.sandbox.provider.api.errors import accepted
from aurora_cli.sandbox.provider.engine.model import Call, Item, Listing, Read, Resource, Task, Wait
from aurora_cli.sandbox.provider.resources.tagging import ec2_tagging

_VPC_ATTRIBUTES = {
    "enable_dns_support": "EnableDnsSupport",
    "enable_dns_hostnames": "EnableDnsHostnames",
    "enable_network_address_usage_metrics": "EnableNetworkAddressUsageMetrics",
}


def vpc_details(call: Callable[..., Any], vpc_id: str | None) -> dict[str, Any]:
    """Attributes of a VPC that require further calls; `call` makes one."""
    found: dict[str, Any] = {}
    for attribute, member in _VPC_ATTRIBUTES.items():
        name = member[0].lower() + member[1:]
        found[attribute] = call("ec2:DescribeVpcAttribute", VpcId=vpc_id, Attribute=name)[member]["Value"]
    filters = [{"Name": "vpc-id", "Values": [vpc_id]}, {"Name": "association.main", "Values": ["true"]}]
    tables = call("ec2:DescribeRouteTables", Filters=filters)["RouteTables"]
    return {**found, "main_route_table_id": tables[0]["RouteTableId"] if tables else None}


def _vpc_details(task: Task, item: Item) -> Mapping[str, Any]:
    found = vpc_details(task.call, task.id)
    return {**found, "default_route_table_id": task.get("default_route_table_id") or found["main_route_table_id"]}


def _vpc_defaults(task: Task, item: Item) -> Mapping[str, Any]:
    """The default network ACL and security group of a VPC, which never change."""
    if task.get("default_network_acl_id") and task.get("default_security_group_id"):
        return {}
    of_vpc = {"Name": "vpc-id", "Values": [task.id]}
    acls = task.call("DescribeNetworkAcls", Filters=[of_vpc, {"Name": "default", "Values": ["true"]}])["NetworkAcls"]
    named = {"Name": "group-name", "Values": ["default"]}
    groups = task.call("DescribeSecurityGroups", Filters=[of_vpc, named])["SecurityGroups"]
    return {
        "default_network_acl_id": acls[0]["NetworkAclId"] if acls else None,
        "default_security_group_id": groups[0]["GroupId"] if groups else None,
    }


def _set_new_vpc(task: Task) -> None:
    """A new VPC has only DNS support enabled; each difference is a call."""
    for attribute, member in _VPC_ATTRIBUTES.items():
        value = task.get(attribute)
        if value is not None and value != (attribute == "enable_dns_support"):
            task.call("ModifyVpcAttribute", VpcId=task.id, **{member: {"Value": value}})


_IPV6 = "Ipv6CidrBlockAssociationSet[?Ipv6CidrBlockState.State == 'associated'] | [0]"
_OF_IPV6 = {"assign_generated_ipv6_cidr_block", "ipv6_cidr_block", "ipv6_ipam_pool_id", "ipv6_netmask_length"}


def _change_vpc_ipv6(task: Task) -> None:
    """The block goes, and another comes: DisassociateVpcCidrBlock, AssociateVpcCidrBlock."""
    if not _OF_IPV6 & set(task.changed):
        return
    if task.prior.get("ipv6_association_id"):
        task.call("DisassociateVpcCidrBlock", AssociationId=task.prior["ipv6_association_id"])
    if task.get("assign_generated_ipv6_cidr_block"):
        task.call("AssociateVpcCidrBlock", VpcId=task.id, AmazonProvidedIpv6CidrBlock=True)
    elif task.get("ipv6_ipam_pool_id"):
        members = {"Ipv6CidrBlock": "ipv6_cidr_block", "Ipv6NetmaskLength": "ipv6_netmask_length"}
        wanted = {member: task.get(attribute) for member, attribute in members.items() if task.get(attribute)}
        task.call("AssociateVpcCidrBlock", VpcId=task.id, Ipv6IpamPoolId=task.get("ipv6_ipam_pool_id"), **wanted)


def _change_vpc(task: Task) -> None:
    for attribute, member in _VPC_ATTRIBUTES.items():
        if attribute in task.changed:
            task.call("ModifyVpcAttribute", VpcId=task.id, **{member: {"Value": bool(task.get(attribute))}})
    if "instance_tenancy" in task.changed:
        task.call("ModifyVpcTenancy", VpcId=task.id, InstanceTenancy=task.get("instance_tenancy"))


def _tenancy_replaces(prior: Mapping[str, Any], planned: Mapping[str, Any]) -> bool:
    return (prior.get("instance_tenancy"), planned.get("instance_tenancy")) != ("dedicated", "default")


def _without_ipv6(task: Task, item: Item) -> Mapping[str, Any]:
    """What a VPC without an IPv6 network, or with one of Amazon's, has in its state."""
    found = dict.fromkeys(("assign_generated_ipv6_cidr_block", "ipv6_ipam_pool_id", "ipv6_netmask_length"))
    if not item.get("Ipv6CidrBlockAssociationSet"):
        return found
    del found["assign_generated_ipv6_cidr_block"]
    return {} if task.get("ipv6_ipam_pool_id") else found


def _own_ipv6(task: Task) -> bool:
    return bool(task.get("assign_generated_ipv6_cidr_block"))


VPC = Resource(
    type="aws_vpc",
    service="ec2",
    label="EC2 VPC",
    create=Call("CreateVpc", send={"AmazonProvidedIpv6CidrBlock": _own_ipv6}),
    id="Vpc.VpcId",
    listing=Listing(Call("DescribeVpcs", match=False), ids="Vpcs[].VpcId", before=True),
    created=Wait("State", target=("available",), pending=("pending",)),
    finish=(_set_new_vpc,),
    read=Read(
        Call("DescribeVpcs", send={"VpcIds": "id"}, match=False),
        item="Vpcs[0]",
        gone=("InvalidVpcID.NotFound",),
        fields={
            "arn": lambda task, item: task.arn(f"vpc/{task.id}"),
            "ipv6_association_id": f"({_IPV6}).AssociationId || ''",
            "ipv6_cidr_block": f"({_IPV6}).Ipv6CidrBlock || ''",
            "ipv6_cidr_block_network_border_group": f"({_IPV6}).NetworkBorderGroup || ''",
        },
        more=(_vpc_details, _vpc_defaults, _without_ipv6),
    ),
    updates=(_change_vpc, _change_vpc_ipv6),
    delete=Call("DeleteVpc", send={"VpcId": "id"}, match=False),
    busy=("DependencyViolation",),
    tagging=ec2_tagging("vpc"),
    renewed={"assign_generated_ipv6_cidr_block": ("ipv6_association_id", "ipv6_cidr_block")},
    replace_if={"instance_tenancy": _tenancy_replaces},
)

# attribute -> member of ModifySubnetAttribute that holds {"Value": ...}, or the plain value if the second is False
_SUBNET_ATTRIBUTES: dict[str, tuple[str, bool]] = {
    "assign_ipv6_address_on_creation": ("AssignIpv6AddressOnCreation", True),
    "enable_dns64": ("EnableDns64", True),
    "enable_lni_at_device_index": ("EnableLniAtDeviceIndex", False),
    "enable_resource_name_dns_aaaa_record_on_launch": ("EnableResourceNameDnsAAAARecordOnLaunch", True),
    "enable_resource_name_dns_a_record_on_launch": ("EnableResourceNameDnsARecordOnLaunch", True),
    "map_public_ip_on_launch": ("MapPublicIpOnLaunch", True),
    "private_dns_hostname_type_on_launch": ("PrivateDnsHostnameTypeOnLaunch", False),
}


def _modify_subnet(task: Task, attribute: str) -> None:
    member, boolean = _SUBNET_ATTRIBUTES[attribute]
    value = task.get(attribute)
    task.call("ModifySubnetAttribute", SubnetId=task.id, **{member: {"Value": bool(value)} if boolean else value})


def _set_new_subnet(task: Task) -> None:
    """Settings that CreateSubnet does not support: one call each, if they differ from the defaults."""
    for attribute in _SUBNET_ATTRIBUTES:
        value = task.get(attribute)
        if value and value != "ip-name":
            _modify_subnet(task, attribute)


def _change_subnet(task: Task) -> None:
    if "ipv6_cidr_block" in task.changed:
        if task.prior.get("ipv6_cidr_block_association_id"):
            task.call("DisassociateSubnetCidrBlock", AssociationId=task.prior["ipv6_cidr_block_association_id"])
        if task.get("ipv6_cidr_block"):
            task.call("AssociateSubnetCidrBlock", SubnetId=task.id, Ipv6CidrBlock=task.get("ipv6_cidr_block"))
    for attribute in _SUBNET_ATTRIBUTES:
        if attribute in task.changed:
            _modify_subnet(task, attribute)


SUBNET = Resource(
    type="aws_subnet",
    service="ec2",
    label="EC2 Subnet",
    create=Call("CreateSubnet", send={"Ipv6Native": lambda task: task.get("ipv6_native") or None}),
    id="Subnet.SubnetId",
    exists=("InvalidSubnet.Conflict",),
    listing=Listing(
        Call("DescribeSubnets", send={"Filters": lambda task: [_in_vpc(task)]}, match=False), ids="Subnets[].SubnetId"
    ),
    created=Wait("State", target=("available",), pending=("pending",)),
    finish=(_set_new_subnet,),
    read=Read(
        Call("DescribeSubnets", send={"SubnetIds": "id"}, match=False),
        item="Subnets[0]",
        gone=("InvalidSubnetID.NotFound",),
        fields={
            "ipv6_cidr_block": "Ipv6CidrBlockAssociationSet[0].Ipv6CidrBlock || ''",
            "ipv6_cidr_block_association_id": "Ipv6CidrBlockAssociationSet[0].AssociationId || ''",
            "private_dns_hostname_type_on_launch": "PrivateDnsNameOptionsOnLaunch.HostnameType",
            "enable_resource_name_dns_a_record_on_launch": "PrivateDnsNameOptionsOnLaunch.EnableResourceNameDnsARecord",
            "enable_resource_name_dns_aaaa_record_on_launch": (
                "PrivateDnsNameOptionsOnLaunch.EnableResourceNameDnsAAAARecord"
            ),
        },
    ),
    aliases={"SubnetArn": "arn"},
    updates=(_change_subnet,),
    delete=Call("DeleteSubnet", send={"SubnetId": "id"}, match=False),
    busy=("DependencyViolation",),
    tagging=ec2_tagging("subnet"),
)


def _in_vpc(task: Task) -> Item:
    return {"Name": "vpc-id", "Values": [task.get("vpc_id")]}


def _attach(task: Task) -> None:
    if task.get("vpc_id"):
        task.call("AttachInternetGateway", InternetGatewayId=task.id, VpcId=task.get("vpc_id"))


def _detach(task: Task, vpc_id: str | None) -> None:
    if not vpc_id:
        return
    with accepted("Gateway.NotAttached", "InvalidVpcID.NotFound"):
        task.call("DetachInternetGateway", InternetGatewayId=task.id, VpcId=vpc_id)


def _move_gateway(task: Task) -> None:
    if "vpc_id" in task.changed:
        _detach(task, task.prior.get("vpc_id"))
        _attach(task)


def _delete_gateway(task: Task) -> None:
    _detach(task, task.get("vpc_id"))
    task.call("DeleteInternetGateway", InternetGatewayId=task.id)


INTERNET_GATEWAY = Resource(
    type="aws_internet_gateway",
    service="ec2",
    label="EC2 Internet Gateway",
    create=Call("CreateInternetGateway", match=False),
    id="InternetGateway.InternetGatewayId",
    listing=Listing(
        Call("DescribeInternetGateways", match=False), ids="InternetGateways[].InternetGatewayId", before=True
    ),
    finish=(_attach,),
    read=Read(
        Call("DescribeInternetGateways", send={"InternetGatewayIds": "id"}, match=False),
        item="InternetGateways[0]",
        gone=("InvalidInternetGatewayID.NotFound",),
        fields={
            "arn": lambda task, item: task.arn(f"internet-gateway/{task.id}"),
            "vpc_id": "Attachments[0].VpcId",
        },
    ),
    updates=(_move_gateway,),
    delete=_delete_gateway,
    busy=("DependencyViolation",),
    tagging=ec2_tagging("internet-gateway"),
)

ENTRIES = (VPC, SUBNET, INTERNET_GATEWAY)
