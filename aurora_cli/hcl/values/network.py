"""The network of a cluster and its VPC endpoints, as the templates need them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aurora_cli.errors import InvalidInput
from aurora_cli.hcl.literal import Expression
from aurora_cli.spec.derived import cidr
from aurora_cli.spec.derived.members import public_fields
from aurora_cli.spec.facts.features import ENDPOINTS, given_services
from aurora_cli.spec.facts.partitions import COMMON_PREFIX, endpoint_prefix
from aurora_cli.spec.model.cluster import ClusterSpec
from aurora_cli.spec.model.network import AllowRule, EgressRule
from aurora_cli.spec.model.network import Network as NetworkSpec

DEFAULT_CIDR = "10.0.0.0/16"
DEFAULT_ZONES = 3
_RULE_ARGUMENTS = ("description", "cidr_ipv4", "cidr_ipv6", "prefix_list_id", "referenced_security_group_id")


@dataclass(frozen=True)
class Subnet:
    """A database subnet that we make: its stable key, its block, and its zone by name or by place in AWS's list."""

    key: str
    cidr: str
    zone: str | None
    zone_index: int


@dataclass(frozen=True)
class Network:
    """What the templates ask about the network.

    Attributes:
        own: the stack makes the VPC.
        public: instances get public addresses; our own VPC then has an internet gateway.
        cidr: block of our own VPC.
        subnets: subnets of our own VPC, one a zone.
        named_zones: the spec names the zones, so they are not taken from AWS's list.
        offered_zones: the zones to choose from; empty for all of AWS's list.
        vpc_id: the existing VPC, if the spec names it.
        subnet_ids: existing subnets for a subnet group of ours.
        subnet_group: existing DB subnet group.
        vpc: reference to the VPC's id.
        subnet_group_name: reference to the name of the DB subnet group.
        own_security_group: the stack makes a security group.
        extra_security_groups: existing security groups beside ours.
        allow: key -> attributes of an ingress rule; the key is the source, so adding one never touches another.
        egress: key -> attributes of an egress rule; the key is the destination, with its port if it has one.
        dual: IPv4 and IPv6.
        ipv6: our own VPC and its subnets have IPv6 blocks, which they keep when the cluster is one of IPv4 again.
    """

    own: bool
    public: bool
    cidr: str
    subnets: tuple[Subnet, ...]
    named_zones: bool
    offered_zones: tuple[str, ...]
    vpc_id: str | None
    subnet_ids: tuple[str, ...]
    subnet_group: str | None
    vpc: Expression
    subnet_group_name: Expression
    own_security_group: bool
    extra_security_groups: tuple[str, ...]
    allow: dict[str, dict[str, Any]]
    egress: dict[str, dict[str, Any]]
    dual: bool
    ipv6: bool

    @property
    def subnet_group_subnets(self) -> Expression:
        """Reference to the ids of the subnets in the DB subnet group."""
        return Expression(f"{'data.' if self.subnet_group else ''}aws_db_subnet_group.this.subnet_ids")

    @property
    def vpc_cidr(self) -> Expression:
        """Reference to the VPC's IPv4 block; that of an existing VPC is looked up with its endpoints."""
        return Expression("aws_vpc.this.cidr_block" if self.own else "data.aws_vpc.this.cidr_block")

    @property
    def route_table(self) -> Expression:
        """Reference to the id of the route table of our own VPC."""
        return Expression(f"aws_route_table.{'public' if self.public else 'database'}.id")

    @property
    def rule_arguments(self) -> list[str]:
        """The arguments that some ingress rule sets, in the order in which they are written."""
        return _used(self.allow)

    @property
    def egress_arguments(self) -> list[str]:
        """The arguments that some egress rule sets, in the order in which they are written."""
        return _used(self.egress)


def _used(rules: dict[str, dict[str, Any]]) -> list[str]:
    used = {name for rule in rules.values() for name, value in rule.items() if value is not None}
    return [name for name in _RULE_ARGUMENTS if name in used]


def network_of(spec: ClusterSpec, offered_zones: tuple[str, ...] = (), *, keeps_ipv6: bool = False) -> Network:
    """The network part of a resolved spec.

    Args:
        offered_zones: the zones to choose from; empty for all.
        keeps_ipv6: the VPC has an IPv6 block.

    Raises:
        InvalidInput: an existing VPC without subnets, or a CIDR block that cannot be split over the zones.
    """
    given = spec.network
    if not given.own_vpc and not given.subnet_ids and given.subnet_group is None:
        raise InvalidInput(
            "network.vpc_id is set, but its subnets are not.",
            hint="Add network.subnet_ids (in two or more zones) or network.subnet_group.",
        )
    made = "aws_db_subnet_group.this.name"
    return Network(
        own=given.own_vpc,
        public=bool(public_fields(spec)),
        cidr=given.cidr or DEFAULT_CIDR,
        subnets=_subnets(given) if given.own_vpc else (),
        named_zones=isinstance(given.zones, list),
        offered_zones=offered_zones,
        vpc_id=given.vpc_id,
        subnet_ids=tuple(dict.fromkeys(given.subnet_ids)),
        subnet_group=given.subnet_group,
        vpc=Expression("aws_vpc.this.id" if given.own_vpc else "local.vpc_id"),
        subnet_group_name=Expression(f"data.{made}" if given.subnet_group else made),
        own_security_group=given.own_security_group,
        extra_security_groups=tuple(dict.fromkeys(given.security_group_ids)),
        allow=_allow(given.allow),
        egress=_egress(given.egress),
        dual=given.ip_version == "dual",
        ipv6=given.ip_version == "dual" or keeps_ipv6,
    )


def _subnets(given: NetworkSpec) -> tuple[Subnet, ...]:
    zones = given.zones if isinstance(given.zones, list) else [None] * (given.zones or DEFAULT_ZONES)
    try:
        blocks = cidr.subnets(given.cidr or DEFAULT_CIDR, len(zones))
    except ValueError as error:
        raise InvalidInput(f"network.cidr: {error}.") from None
    return tuple(Subnet(str(i + 1), block, zone, i) for i, (block, zone) in enumerate(zip(blocks, zones, strict=True)))


def _allow(rules: list[AllowRule]) -> dict[str, dict[str, Any]]:
    allowed: dict[str, dict[str, Any]] = {}
    for rule in rules:
        attribute, source = _source(rule.source)
        allowed.setdefault(source, {attribute: source, "description": rule.description})
    return allowed


def _egress(rules: list[EgressRule]) -> dict[str, dict[str, Any]]:
    allowed: dict[str, dict[str, Any]] = {}
    for rule in rules:
        attribute, destination = _source(rule.destination)
        ports = {"protocol": "-1"} if rule.port is None else {"protocol": "tcp", "port": rule.port}
        key = destination if rule.port is None else f"{destination}:{rule.port}"
        allowed.setdefault(key, {attribute: destination, **ports, "description": rule.description})
    return allowed


def _source(text: str) -> tuple[str, str]:
    """The rule's attribute for a source, and the source in the form in which EC2 gives it back."""
    if text.startswith("sg-"):
        return "referenced_security_group_id", text
    if text.startswith("pl-"):
        return "prefix_list_id", text
    block = cidr.parse(text)
    if block is None:
        raise InvalidInput(f'network: "{text}" is not a valid CIDR block, security group or prefix list.')
    return ("cidr_ipv4" if block.version == 4 else "cidr_ipv6"), str(block)


GATEWAY = "s3"


@dataclass(frozen=True)
class VpcEndpoints:
    """The endpoints.

    Attributes:
        interfaces: services behind network interfaces in the subnets.
        gateway: whether S3 is reached through the route table.
        named_by_partition: those of `interfaces` whose names start with `own_prefix` in this Region; empty almost everywhere.
        own_prefix: the partition's prefix of names, if one is needed.
        database_uses_interfaces, database_uses_gateway: the database itself calls a service behind one of them.
    """

    interfaces: tuple[str, ...]
    named_by_partition: tuple[str, ...]
    own_prefix: str | None
    gateway: bool
    database_uses_interfaces: bool
    database_uses_gateway: bool


def vpc_endpoints_of(spec: ClusterSpec) -> VpcEndpoints:
    """The VPC endpoints of a resolved spec."""
    named = set(spec.network.vpc_endpoints)
    streams = {"kms"} if spec.activity_stream and spec.engine == "aurora-mysql" else set()
    called = ({ENDPOINTS[key] for key in given_services(spec)} | streams) & named
    interfaces = tuple(sorted(named - {GATEWAY}))
    own = tuple(name for name in interfaces if endpoint_prefix(spec.region, name) != COMMON_PREFIX)
    return VpcEndpoints(
        interfaces=interfaces,
        named_by_partition=own,
        own_prefix=endpoint_prefix(spec.region, own[0]) if own else None,
        gateway=GATEWAY in named,
        database_uses_interfaces=bool(called - {GATEWAY}),
        database_uses_gateway=GATEWAY in called,
    )
