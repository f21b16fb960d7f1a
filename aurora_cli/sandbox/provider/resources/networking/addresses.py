"""Elastic IP addresses and NAT gateways."""

from __future__ import annotations

from typing import Any

from aurora_cli.sandbox.provider.api.errors import accepted
from aurora_cli.sandbox.provider.engine.model import Call, Item, Listing, Read, Resource, Task, Wait
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

ENTRIES = (EIP, NAT)
