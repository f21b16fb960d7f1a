"""Parts of a VPC where moto answers otherwise than AWS: services of endpoints, entries of network ACLs, address ranges."""

from __future__ import annotations

from functools import cache
from ipaddress import ip_network
from typing import Any

from moto.core.base_backend import BaseBackend
from moto.ec2.exceptions import EC2ClientError, InvalidNetworkAclIdError
from moto.ec2.models import EC2Backend
from moto.ec2.models.availability_zones_and_regions import RegionsAndZonesBackend
from moto.ec2.models.subnets import Subnet
from moto.ec2.models.vpcs import AWS_ENDPOINT_SERVICES

_WITH_GATEWAY = ("dynamodb", "s3")


class VpcBackend(EC2Backend):
    """moto's EC2 with these parts."""

    @staticmethod
    def _collect_default_endpoint_services(account_id: str, region: str) -> list[dict[str, Any]]:
        """moto imports a dozen services for this list, and has none of those that it has imported no backend of."""
        return _endpoint_services(region)

    def describe_subnets(self, subnet_ids: list[str] | None = None, filters: Any = None) -> list[Subnet]:
        """moto does not know the filter for an IPv6 association, by which hashicorp/aws waits for it."""
        others = dict(filters or {})
        wanted = others.pop("ipv6-cidr-block-association.association-id", None)
        found = super().describe_subnets(subnet_ids, others)
        return [one for one in found if wanted is None or set(wanted) & set(one.ipv6_cidr_block_associations)]

    def delete_network_acl_entry(self, network_acl_id: str, rule_number: int, egress: bool) -> Any:
        """moto fails without such an entry."""
        entries = self.get_network_acl(network_acl_id).network_acl_entries
        if not any((one.rule_number, one.egress) == (rule_number, egress) for one in entries):
            direction = "egress" if egress else "ingress"
            where = f"rule number {rule_number} does not exist in network acl {network_acl_id}"
            raise EC2ClientError("InvalidNetworkAclEntry.NotFound", f"The {direction} entry with {where}")
        return super().delete_network_acl_entry(network_acl_id, rule_number, egress)

    def describe_network_acls(self, network_acl_ids: list[str] | None = None, filters: Any = None) -> Any:
        """moto says that a route table is missing."""
        for one in network_acl_ids or ():
            if one not in self.network_acls:
                raise InvalidNetworkAclIdError(one)
        return super().describe_network_acls(network_acl_ids, filters)

    def disassociate_vpc_cidr_block(self, association_id: str) -> dict[str, Any]:
        """moto looks for the routes of a range that is gone already, and takes one back that subnets are in."""
        ranges = {vpc.id: vpc._cidr_block_association_set.get(association_id, {}) for vpc in self.vpcs.values()}
        if any(one.get("cidr_block_state", {}).get("state") == "disassociated" for one in ranges.values()):
            code, text = "InvalidVpcCidrBlockAssociationID.NotFound", f"'{association_id}' does not exist"
            raise EC2ClientError(code, f"The vpc CIDR block association ID {text}")
        for vpc_id, block in ((vpc_id, one["cidr_block"]) for vpc_id, one in ranges.items() if one.get("cidr_block")):
            if any(ip_network(part).overlaps(ip_network(block)) for part in self._blocks_in(vpc_id, block)):
                text = f"The vpc {vpc_id} currently has a subnet within CIDR block {block}"
                raise EC2ClientError("InvalidCidrBlock.InUse", text)
        return super().disassociate_vpc_cidr_block(association_id)

    def _blocks_in(self, vpc_id: str, like: str) -> list[str]:
        """The blocks of a VPC's subnets, of the IP version of another block."""
        subnets = [one for zone in self.subnets.values() for one in zone.values() if one.vpc_id == vpc_id]
        if ip_network(like).version == 4:
            return [one.cidr_block for one in subnets]
        sets = (one.ipv6_cidr_block_associations.values() for one in subnets)
        return [one["ipv6CidrBlock"] for of_subnet in sets for one in of_subnet if _is_associated(one)]


def _is_associated(block: dict[str, Any]) -> bool:
    return str(block.get("ipv6CidrBlockState", {}).get("State", "")) == "associated"


_nested: Any = vars(Subnet)["ipv6_cidr_block_association_set"].fget


def _associations(subnet: Subnet) -> list[dict[str, Any]]:
    """moto has the state of an association within another one."""
    return [{**one, "ipv6CidrBlockState": one["ipv6CidrBlockState"]["state"]} for one in _nested(subnet)]


Subnet.ipv6_cidr_block_association_set = property(_associations)  # type: ignore[assignment]


@cache
def _endpoint_services(region: str) -> list[dict[str, Any]]:
    zones = [one.name for one in RegionsAndZonesBackend.zones.get(region, [])]
    make = BaseBackend.default_vpc_endpoint_service_factory
    services = sorted({*AWS_ENDPOINT_SERVICES, *_WITH_GATEWAY})
    return [
        *(one for name in services for one in make(region, zones, name)),
        *(one for name in _WITH_GATEWAY for one in make(region, zones, name, "Gateway", private_dns_names=False)),
    ]
