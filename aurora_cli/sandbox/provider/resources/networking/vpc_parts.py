"""Further address ranges of a VPC, and its gateway for outgoing IPv6."""

from __future__ import annotations

from typing import Any

from aurora_cli.sandbox.provider.engine.model import Call, Item, Listing, Read, Resource, Task, Wait
from aurora_cli.sandbox.provider.resources.tagging import ec2_tagging


def _range(task: Task, answer: Item) -> Item | None:
    """The association of this id, in whatever VPC has it."""
    every = (one for vpc in answer["Vpcs"] for one in vpc.get("CidrBlockAssociationSet", ()))
    return next((one for one in every if one["AssociationId"] == task.id), None)


def _by_association(task: Task) -> list[dict[str, Any]]:
    return [{"Name": "cidr-block-association.association-id", "Values": [task.id]}]


def _vpc_of(task: Task, item: Item) -> dict[str, Any]:
    if task.get("vpc_id"):
        return {}
    return {"vpc_id": task.call("DescribeVpcs", Filters=_by_association(task))["Vpcs"][0]["VpcId"]}


IPV4_RANGE = Resource(
    type="aws_vpc_ipv4_cidr_block_association",
    service="ec2",
    label="EC2 VPC IPv4 CIDR Block Association",
    create=Call("AssociateVpcCidrBlock", send={"VpcId": "vpc_id", "CidrBlock": "cidr_block"}, match=False),
    id="CidrBlockAssociation.AssociationId",
    created=Wait("CidrBlockState.State", target=("associated",), pending=("associating", "disassociated", "failing")),
    read=Read(
        Call("DescribeVpcs", send={"Filters": _by_association}, match=False),
        item=_range,
        shape="Vpcs[0].CidrBlockAssociationSet[0]",
        gone=("InvalidVpcCidrBlockAssociationID.NotFound",),
        more=(_vpc_of,),
        exists=lambda item: item["CidrBlockState"]["State"] != "disassociated",
    ),
    delete=Call("DisassociateVpcCidrBlock", send={"AssociationId": "id"}, match=False),
)

EGRESS_ONLY_GATEWAY = Resource(
    type="aws_egress_only_internet_gateway",
    service="ec2",
    label="EC2 Egress-only Internet Gateway",
    create=Call("CreateEgressOnlyInternetGateway", send={"VpcId": "vpc_id"}, match=False),
    id="EgressOnlyInternetGateway.EgressOnlyInternetGatewayId",
    listing=Listing(
        Call("DescribeEgressOnlyInternetGateways", match=False),
        ids="EgressOnlyInternetGateways[].EgressOnlyInternetGatewayId",
        before=True,
    ),
    read=Read(
        Call("DescribeEgressOnlyInternetGateways", send={"EgressOnlyInternetGatewayIds": "id"}, match=False),
        item="EgressOnlyInternetGateways[0]",
        gone=("InvalidGatewayID.NotFound",),
        fields={"vpc_id": "Attachments[0].VpcId"},
    ),
    delete=Call("DeleteEgressOnlyInternetGateway", send={"EgressOnlyInternetGatewayId": "id"}, match=False),
    tagging=ec2_tagging("egress-only-internet-gateway"),
)

ENTRIES = (IPV4_RANGE, EGRESS_ONLY_GATEWAY)
