"""Subnet groups, zones and security groups of clusters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any, cast

from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models import ec2_backends
from moto.rds.exceptions import RDSClientError
from moto.rds.models import DBSubnetGroup, RDSBackend

from aurora_cli.sandbox.emulator.rds.errors import bad_combination, bad_value, error

CLUSTER_ZONES = 3
MOST_SUBNETS = 20


def ec2_of(backend: RDSBackend) -> Any:
    """EC2 in the same account and Region."""
    return ec2_backends[backend.account_id][backend.region_name]


class SubnetGroup(DBSubnetGroup):
    """A group that supports dual stack as long as each of its subnets has an IPv6 CIDR block."""

    @property
    def supported_network_types(self) -> list[str]:
        """As the API spells them."""
        dual = all(subnet.ipv6_cidr_block_association_set for subnet in self._subnets)
        return ["IPV4", "DUAL"] if dual else ["IPV4"]


def subnet_group(backend: RDSBackend, name: str | None) -> SubnetGroup:
    """The subnet group of that name; without a name the default one, created from the default VPC's subnets.

    Raises:
        RDSClientError: it does not exist.
    """
    wanted = (name or "default").lower()
    if wanted not in backend.subnet_groups and wanted == "default":
        ec2 = ec2_of(backend)
        subnets = ec2.describe_subnets(filters={"vpc-id": ec2.default_vpc.id})
        backend.subnet_groups[wanted] = SubnetGroup(backend, wanted, "default", subnets, [])  # type: ignore[abstract]
    if wanted not in backend.subnet_groups:
        raise error("DBSubnetGroupNotFoundFault", f"DB subnet group '{name}' does not exist.")
    return cast("SubnetGroup", backend.subnet_groups[wanted])


def check_network_type(backend: RDSBackend, wanted: str | None, group_name: str | None) -> None:
    """Reject a network type that the subnet group does not support."""
    supported = subnet_group(backend, group_name).supported_network_types
    if wanted and wanted not in supported:
        raise error(
            "NetworkTypeNotSupported",
            f"The network type '{wanted}' is not supported by the DB subnet group, which supports {', '.join(supported)}.",
        )


def group_subnets(backend: RDSBackend, ids: list[str]) -> list[Any]:
    """The subnets of a DB subnet group: one VPC, at least two zones, at most 20.

    Raises:
        RDSClientError: they violate a constraint.
    """
    subnets = _in_one_vpc(backend, ids)
    zones = _zones(subnets)
    if len(zones) < 2:
        raise error(
            "DBSubnetGroupDoesNotCoverEnoughAZs",
            "The DB subnet group doesn't meet Availability Zone (AZ) coverage requirement. Current AZ coverage: "
            f"{', '.join(zones)}. Add subnets to cover at least 2 AZs.",
        )
    if len(subnets) > MOST_SUBNETS:
        raise error(
            "DBSubnetQuotaExceededFault", "The request would exceed the number of subnets in a DB subnet group."
        )
    return subnets


def check_proxy_subnets(backend: RDSBackend, ids: list[str]) -> None:
    """Reject subnets of a proxy that are not of one VPC and of two zones; CreateDBProxy has this error alone for them."""
    if len(_zones(_in_one_vpc(backend, ids))) < 2:
        raise error("InvalidSubnet", "The requested subnets don't cover at least 2 Availability Zones.")


def _in_one_vpc(backend: RDSBackend, ids: list[str]) -> list[Any]:
    ec2 = ec2_of(backend)
    try:
        subnets = [ec2.get_subnet(subnet_id) for subnet_id in dict.fromkeys(ids)]
    except EC2ClientError as missing:
        raise error("InvalidSubnet", f"Some input subnets in :[{', '.join(ids)}] are invalid.") from missing
    if len({subnet.vpc_id for subnet in subnets}) > 1:
        raise error("InvalidSubnet", "The requested subnets are not all in a common VPC.")
    return subnets


def _zones(subnets: list[Any]) -> list[str]:
    return sorted({subnet.availability_zone for subnet in subnets})


def group_zones(group: DBSubnetGroup) -> list[str]:
    """Zones that a subnet group covers."""
    return _zones(group._subnets)


def cluster_zones(backend: RDSBackend, group_name: str) -> list[str]:
    """The three zones of a cluster's storage: those of its subnet group, then others of the Region."""
    covered = group_zones(subnet_group(backend, group_name))
    others = [zone.name for zone in ec2_of(backend).describe_availability_zones() if zone.name not in covered]
    return sorted([*covered, *others][:CLUSTER_ZONES])


def zone_with_most_room(backend: RDSBackend, group_name: str, used: Iterable[str | None]) -> str:
    """The least used zone of the subnet group: `used` has the zone of each instance of the cluster."""
    zones = group_zones(subnet_group(backend, group_name))
    taken = Counter(used)
    return min(zones, key=lambda zone: (taken[zone], zone))


def check_zone(backend: RDSBackend, group_name: str, zone: str | None) -> None:
    """Reject a zone that the subnet group does not cover."""
    if zone is not None and zone not in group_zones(subnet_group(backend, group_name)):
        raise unavailable([zone])


def unavailable(zones: list[str]) -> RDSClientError:
    """Zones that the Region does not have, or that the subnet group does not cover."""
    several = "zone '{}' is" if len(zones) == 1 else "zones '{}' are"
    named = several.format(f"[{', '.join(zones)}]")
    text = f"Availability {named} unavailable in this region, please choose another zone set."
    return error("InvalidVPCNetworkStateFault", text)


def default_security_groups(backend: RDSBackend, group_name: str) -> list[str]:
    """The default security group of the subnet group's VPC."""
    group = ec2_of(backend).get_default_security_group(subnet_group(backend, group_name).vpc_id)
    return [group.id] if group else []


def check_security_groups(backend: RDSBackend, ids: Iterable[str] | None, group_name: str | None) -> None:
    """Reject security groups that do not exist or are in another VPC than the subnet group."""
    vpc_id = subnet_group(backend, group_name).vpc_id if ids else None
    for group_id in ids or ():
        found = ec2_of(backend).get_security_group_from_id(group_id)
        if found is None:
            raise bad_value(f"Invalid security group , groupId= {group_id}, groupName=.")
        if found.vpc_id != vpc_id:
            raise bad_combination(
                "The DB instance and EC2 security group are in different VPCs. "
                f"The DB instance is in {vpc_id} and the EC2 security group is in {found.vpc_id}"
            )
