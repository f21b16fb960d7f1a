"""The addresses of the stack's own VPCs: an IPv6 block that one has, it keeps.

AWS takes the block of a VPC back only when no subnet has a part of it (InvalidCidrBlock.InUse), and the provider changes the VPC
first and never plans to take the part of a subnet away. A block costs nothing, and a cluster of IPv4 alone does not use it.
"""

from __future__ import annotations

from aurora_cli.operations.core.concern import Concern
from aurora_cli.terraform.state.addresses import inner, region_of

_VPC = "aws_vpc.this"


class KeptIpv6(Concern):
    """The Regions whose VPC has an IPv6 block, whatever the spec says now."""

    def read(self) -> None:
        """What the state has."""
        vpcs = (r for r in self.change.resources if inner(r.address) == _VPC and r.attributes.get("ipv6_cidr_block"))
        self.values = {"ipv6_vpcs": tuple(sorted(region_of(r.address) or self.spec.region for r in vpcs))}
