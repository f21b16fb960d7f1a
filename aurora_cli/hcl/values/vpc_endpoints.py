"""VPC endpoints as their template needs them."""

from __future__ import annotations

from dataclasses import dataclass

from aurora_cli.spec.facts.features import ENDPOINTS, given_services
from aurora_cli.spec.model.cluster import ClusterSpec

GATEWAY = "s3"


@dataclass(frozen=True)
class VpcEndpoints:
    """The endpoints.

    Attributes:
        interfaces: services behind network interfaces in the subnets.
        gateway: whether S3 is reached through the route table.
        database_uses_interfaces, database_uses_gateway: the database itself calls a service behind one of them.
    """

    interfaces: tuple[str, ...]
    gateway: bool
    database_uses_interfaces: bool
    database_uses_gateway: bool


def vpc_endpoints_of(spec: ClusterSpec) -> VpcEndpoints:
    """The VPC endpoints of a resolved spec."""
    named = set(spec.network.vpc_endpoints)
    called = {ENDPOINTS[key] for key in given_services(spec)} & named
    return VpcEndpoints(
        interfaces=tuple(sorted(named - {GATEWAY})),
        gateway=GATEWAY in named,
        database_uses_interfaces=bool(called - {GATEWAY}),
        database_uses_gateway=GATEWAY in called,
    )
