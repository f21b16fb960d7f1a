"""What others have in the network of a stack, or use of its groups: AWS refuses to delete it, after the data has been deleted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from aurora_cli.aws.describe import Item, list_clusters
from aurora_cli.aws.related import network_users
from aurora_cli.errors import AccessDenied
from aurora_cli.terraform.state.addresses import region_of

if TYPE_CHECKING:
    from aurora_cli.aws.clients import AwsClients
    from aurora_cli.context import AppContext
    from aurora_cli.terraform.state.state import StateResource

Held = Mapping[str, set[str]]
"""Resource type -> what AWS calls those of the stack, in one Region."""

_OF_RDS = "RDSNetworkInterface"
"""Description of the interfaces of DB instances; whose they are, the clusters say."""


def blockers_of(app: AppContext, region: str, resources: Iterable[StateResource]) -> tuple[str, ...]:
    """A sentence for each Region in which others use what the stack created; none where AWS denies to look.

    Args:
        region: of the stack.
        resources: of Terraform's state.

    Raises:
        CredentialsError, AwsFailed.
    """
    held: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for resource in resources:
        if resource.id and not resource.data:
            place = held[region_of(resource.address) or region]
            place[resource.type].add(resource.id)
            place["aws_network_interface"].update(resource.attributes.get("network_interface_ids") or ())
    return tuple(text for place, ours in held.items() for text in _told(app.aws(place), place, ours))


def _told(aws: AwsClients, region: str, held: Held) -> Iterator[str]:
    try:
        found = [*_clusters(aws.client("rds"), held), *_in_network(aws, held)]
    except AccessDenied:
        return
    if found:
        yield (
            f"In {region} AWS refuses to delete what the stack created while others use it: {'; '.join(found)}. "
            "Delete or change them first, or destroy again afterwards."
        )


def _clusters(rds: Any, held: Held) -> Iterator[str]:
    groups = held["aws_db_subnet_group"] | held["aws_rds_cluster_parameter_group"] | held["aws_security_group"]
    for one in list_clusters(rds) if groups else ():
        used = {str(one.get("DBSubnetGroup")), str(one.get("DBClusterParameterGroup"))}
        used |= {group["VpcSecurityGroupId"] for group in one.get("VpcSecurityGroups", ())}
        name = one["DBClusterIdentifier"]
        if used & groups and name not in held["aws_rds_cluster"]:
            yield f"cluster {name} ({', '.join(sorted(used & groups))})"


def _in_network(aws: AwsClients, held: Held) -> Iterator[str]:
    vpcs, groups = held["aws_vpc"], held["aws_security_group"]
    if not (vpcs or groups):
        return
    ec2, ours = aws.client("ec2"), set().union(*held.values())
    by, ids = ("vpc-id", vpcs) if vpcs else ("group-id", groups)
    for interface in network_users.interfaces(ec2, by, ids):
        if not _is_ours(interface, ours):
            yield f"network interface {interface['NetworkInterfaceId']}{_said(interface.get('Description'))}"
    for group in _groups(ec2, vpcs, groups):
        if group["GroupId"] in ours:
            continue
        named = f"security group {group['GroupId']}{_said(group.get('GroupName'))}"
        if network_users.refers_to(group, groups):
            yield f"a rule of {named}"
        elif vpcs and group.get("GroupName") != "default":
            yield named
    for subnet in network_users.subnets(ec2, vpcs) if vpcs else ():
        if subnet["SubnetId"] not in ours:
            yield f"subnet {subnet['SubnetId']}"


def _groups(ec2: Any, vpcs: set[str], groups: set[str]) -> list[Item]:
    if vpcs:
        return network_users.groups(ec2, "vpc-id", vpcs)
    found = [
        group
        for by in ("ip-permission.group-id", "egress.ip-permission.group-id")
        for group in network_users.groups(ec2, by, groups)
    ]
    return list({group["GroupId"]: group for group in found}.values())


def _is_ours(interface: Item, ours: set[str]) -> bool:
    """AWS manages the interfaces of instances, proxies and VPC endpoints, and says of which one in the description."""
    description = interface.get("Description") or ""
    attached = {group["GroupId"] for group in interface.get("Groups", ())}
    managed = interface.get("RequesterManaged") and attached and attached <= ours
    known = interface["NetworkInterfaceId"] in ours
    return bool(managed or known) or description.startswith(_OF_RDS) or not ours.isdisjoint(description.split())


def _said(text: str | None) -> str:
    return f" ({text})" if text else ""
