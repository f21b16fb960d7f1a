"""The VPC that is made, or the one that is there."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from aurora_cli.spec.derived.cidr import RESERVED_ADDRESSES, has_host_bits, is_private, parse, subnet_prefix
from aurora_cli.spec.derived.members import public_fields
from aurora_cli.spec.facts.tables import table
from aurora_cli.spec.model.cluster import ClusterSpec
from aurora_cli.spec.rules.registry import Finding, rule
from aurora_cli.spec.values.suggestions import shown

_LARGEST, _SMALLEST = 16, 28
_SUBNET_GROUP = re.compile(r"[a-z][a-z0-9 ._-]{0,254}", re.ASCII)


def well_formed_id(text: str, prefix: str) -> bool:
    """Whether the text has the shape of an EC2 id: the prefix and 8 or 17 hexadecimal digits."""
    return re.fullmatch(rf"{prefix}-([0-9a-f]{{8}}|[0-9a-f]{{17}})", text, re.ASCII) is not None


def vpc_block(spec: ClusterSpec) -> ipaddress.IPv4Network | None:
    """The block of the VPC that is made, if it is a good one."""
    block = parse(spec.network.cidr) if spec.network.cidr is not None else None
    if not isinstance(block, ipaddress.IPv4Network) or has_host_bits(spec.network.cidr or ""):
        return None
    return block if _LARGEST <= block.prefixlen <= _SMALLEST else None


def zone_count(spec: ClusterSpec) -> int:
    """How many subnets are made."""
    zones = spec.network.zones
    return len(zones) if isinstance(zones, list) else zones or 0


@rule(
    "vpc-cidr",
    hard=True,
    text="The VPC's block is an IPv4 CIDR block from /16 to /28, without host bits.",
    source="EC2 API CreateVpc",
    fields="network.cidr",
    skippable=False,
)
def vpc_cidr(spec: ClusterSpec) -> Iterator[Finding]:
    text = spec.network.cidr
    if text is None:
        return
    block = parse(text)
    if not isinstance(block, ipaddress.IPv4Network):
        yield Finding("network.cidr", f'"{shown(text)}" is not a valid IPv4 CIDR block', "for example `10.0.0.0/16`")
    elif not _LARGEST <= block.prefixlen <= _SMALLEST:
        near = ipaddress.IPv4Network(
            (int(block.network_address), min(max(block.prefixlen, _LARGEST), _SMALLEST)), strict=False
        )
        yield Finding("network.cidr", f"a VPC is /16 to /28, not /{block.prefixlen}", f"for example `{near}`")
    elif has_host_bits(text):
        yield Finding("network.cidr", f"{text} has host bits set", f"write `{block}`")


@rule(
    "vpc-cidr-private",
    hard=False,
    text="The VPC's block is private (10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10).",
    source="Amazon VPC User Guide, VPC CIDR blocks",
    fields="network.cidr",
)
def vpc_cidr_private(spec: ClusterSpec) -> Iterator[Finding]:
    block = vpc_block(spec)
    if block is not None and not is_private(block):
        message = f"{block} holds public addresses, which the VPC could then not reach"
        yield Finding("network.cidr", message, "for example `10.0.0.0/16`")


@rule(
    "subnets-fit",
    hard=True,
    text="The VPC's block has room for a subnet of at least /28 in every zone.",
    source="EC2 API CreateSubnet",
    fields="network.cidr network.zones network.vpc_id network.subnet_ids network.subnet_group",
    skippable=False,
)
def subnets_fit(spec: ClusterSpec) -> Iterator[Finding]:
    block, zones = vpc_block(spec), zone_count(spec)
    if block is not None and spec.network.own_vpc and 2 <= zones <= 3 and subnet_prefix(block.prefixlen, zones) is None:
        wider = block.supernet(new_prefix=26)
        yield Finding(
            "network.cidr",
            f"{block} is too small for {zones} subnets; each needs at least /28",
            f"for example `{wider}`",
        )


@rule(
    "subnet-room",
    hard=False,
    text="Every subnet has addresses to spare for its instances, for failover and replacement.",
    source="Aurora User Guide, VPC; Amazon VPC User Guide: five addresses of a subnet are AWS's",
    fields="network.cidr network.zones instances.readers network.vpc_id network.subnet_ids network.subnet_group",
)
def subnet_room(spec: ClusterSpec) -> Iterator[Finding]:
    block, zones = vpc_block(spec), zone_count(spec)
    prefix = subnet_prefix(block.prefixlen, zones) if block is not None and 2 <= zones <= 3 else None
    if block is None or prefix is None or not spec.network.own_vpc:
        return
    free = 2 ** (32 - prefix) - RESERVED_ADDRESSES
    needed = 2 * -(-(spec.instances.readers + 1) // zones)
    if free < needed:
        message = f"a subnet of /{prefix} has {free} free addresses; {needed} would leave room to replace instances"
        yield Finding("network.cidr", message, f"for example `{block.supernet(new_prefix=min(block.prefixlen, 24))}`")


@rule(
    "zones",
    hard=True,
    text="A new VPC has 2 or 3 zones: a number, or different names of the Region's zones.",
    source="RDS API DBSubnetGroupDoesNotCoverEnoughAZs; a cluster's volume spans three zones",
    fields="region network.zones",
    skippable=False,
)
def zones(spec: ClusterSpec) -> Iterator[Finding]:
    given = spec.network.zones
    if given is None:
        return
    if not 2 <= zone_count(spec) <= 3:
        yield Finding("network.zones", f"Aurora needs 2 or 3 zones here, not {zone_count(spec)}", "write `zones: 3`")
    for name in given if isinstance(given, list) else ():
        if not re.fullmatch(re.escape(spec.region) + r"[a-z]", name, re.ASCII):
            yield Finding(
                "network.zones", f"{shown(name)} is not a zone of {spec.region}", f"for example `{spec.region}a`"
            )
    if isinstance(given, list) and len(set(given)) < len(given):
        yield Finding(
            "network.zones", "a zone is listed twice", "use different zones: two subnets in one zone count once"
        )


@rule(
    "network-kind",
    hard=True,
    text="The VPC is either new (cidr, zones) or existing (vpc_id, with subnet_ids or subnet_group), not both.",
    source="RDS API CreateDBSubnetGroup, CreateDBCluster.DBSubnetGroupName",
    fields="network.cidr network.zones network.vpc_id network.subnet_ids network.subnet_group",
    skippable=False,
)
def network_kind(spec: ClusterSpec) -> Iterator[Finding]:
    network = spec.network
    if network.vpc_id is not None and not network.subnet_ids and network.subnet_group is None:
        hint = "add `subnet_ids` (two or more, in different zones) or `subnet_group`"
        yield Finding("network.vpc_id", "an existing VPC needs subnets for the database", hint)
    if network.subnet_ids and network.subnet_group is not None:
        yield Finding(
            "network.subnet_group", "`subnet_group` and `subnet_ids` are mutually exclusive", "keep one of them"
        )
    if network.own_vpc:
        return
    for key in ("cidr", "zones"):
        if getattr(network, key) is not None:
            message = f"`{key}` applies to a new VPC, but an existing one is set"
            yield Finding(f"network.{key}", message, f"remove `{key}`, or vpc_id, subnet_ids and subnet_group")


@rule(
    "network-ids",
    hard=True,
    text="IDs of existing resources have AWS's form: vpc-..., subnet-..., sg-... with 8 or 17 hexadecimal digits.",
    source="EC2 API resource ids",
    fields="network.vpc_id network.subnet_ids network.security_group_ids",
)
def network_ids(spec: ClusterSpec) -> Iterator[Finding]:
    network = spec.network
    named = [("network.vpc_id", "vpc", [network.vpc_id] if network.vpc_id is not None else [])]
    named += [("network.subnet_ids", "subnet", network.subnet_ids)]
    named += [("network.security_group_ids", "sg", network.security_group_ids)]
    for path, prefix, ids in named:
        for text in ids:
            if not well_formed_id(text, prefix):
                yield Finding(
                    path,
                    f'"{shown(text)}" is not a valid ID of this kind',
                    f"it looks like `{prefix}-0123456789abcdef0`",
                )
        if len(set(ids)) < len(ids):
            yield Finding(path, "an id is given twice", "keep one")


@rule(
    "subnet-count",
    hard=True,
    text="A DB subnet group has 2 to 20 subnets.",
    source="RDS API DBSubnetGroupDoesNotCoverEnoughAZs; RDS quotas",
    fields="network.subnet_ids",
)
def subnet_count(spec: ClusterSpec) -> Iterator[Finding]:
    count, most = len(set(spec.network.subnet_ids)), table("limits")["subnets_per_group"]
    if spec.network.subnet_ids and not 2 <= count <= most:
        message = f"a subnet group has 2 to {most} subnets, in at least two zones, not {count}"
        yield Finding("network.subnet_ids", message, "list at least two, in different zones")


@rule(
    "subnet-group",
    hard=True,
    text="A DB subnet group's name has up to 255 lower-case letters, digits and . _ - or spaces, starting with a letter.",
    source="RDS API CreateDBSubnetGroup; provider (lower case)",
    fields="network.subnet_group",
)
def subnet_group(spec: ClusterSpec) -> Iterator[Finding]:
    name = spec.network.subnet_group
    if name is not None and not _SUBNET_GROUP.fullmatch(name):
        yield Finding(
            "network.subnet_group",
            f'"{shown(name)}" is not a valid DB subnet group name',
            "write it as AWS shows it, in lower case",
        )


@rule(
    "security-groups",
    hard=True,
    text="Existing security groups need an existing VPC, and a cluster has up to 5, including the stack's.",
    source="RDS API InvalidVPCNetworkStateFault; EC2 quotas: security groups per network interface",
    fields="network.own_security_group network.security_group_ids network.vpc_id network.subnet_ids network.subnet_group",
)
def security_groups(spec: ClusterSpec) -> Iterator[Finding]:
    network, path = spec.network, "network.security_group_ids"
    if network.security_group_ids and network.own_vpc:
        message = "existing security groups cannot be in a new VPC"
        yield Finding(path, message, "list them in `network.allow` instead, or set the existing VPC")
    most = table("limits")["security_groups_per_cluster"] - 1
    if network.own_security_group and len(set(network.security_group_ids)) > most:
        message = f"a cluster can have {most} security groups in addition to its own, not {len(set(network.security_group_ids))}"
        yield Finding(path, message, "put their rules into fewer groups")


@rule(
    "public-access",
    hard=False,
    text="The database is not reachable from the internet.",
    source="Aurora User Guide, hiding a DB cluster in a VPC from the internet",
    fields="network.public_access network.vpc_id network.subnet_ids network.subnet_group instances",
)
def public_access(spec: ClusterSpec) -> Iterator[Finding]:
    for field in public_fields(spec):
        if spec.network.own_vpc:
            message = "instances get public addresses: sources in `network.allow` can reach them over the internet"
            yield Finding(field, message, "leave it out, and connect through a VPN, peering or a bastion")
        else:
            message = (
                "public addresses in an existing VPC need an internet gateway, a route to it and DNS hostnames there"
            )
            yield Finding(field, message, "make sure that the VPC has them, or leave it out")
