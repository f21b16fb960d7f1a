"""Arithmetic with CIDR blocks: the subnets of our own VPC, and what is wrong with a block as written."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

Block = ipaddress.IPv4Network | ipaddress.IPv6Network

RESERVED_ADDRESSES = 5
"""Addresses of every subnet that AWS keeps for itself (Amazon VPC User Guide, subnet sizing)."""

_USUAL, _SMALLEST = 24, 28
_EVERYTHING: dict[int, Block] = {4: ipaddress.IPv4Network("0.0.0.0/0"), 6: ipaddress.IPv6Network("2000::/3")}
_MOST = 0.5
_SPARE_BITS = 2


def subnets(cidr: str, zones: int) -> list[str]:
    """One subnet for each zone, in order, from the start of the block.

    Blocks are /24, or a quarter of the VPC where that is smaller, so that a third zone can be added later without moving
    the first two. A VPC too small for quarters is halved.

    Args:
        cidr: an IPv4 block of a VPC, /16 to /28.
        zones: how many subnets.

    Raises:
        ValueError: the block is malformed, or too small for that many subnets of at least /28.
    """
    network = ipaddress.IPv4Network(cidr)
    prefix = subnet_prefix(network.prefixlen, zones)
    if prefix is None:
        raise ValueError(f"{cidr} is too small for {zones} subnets of /{_SMALLEST} or larger")
    step = 2 ** (32 - prefix)
    first = int(network.network_address)
    return [f"{ipaddress.IPv4Address(first + index * step)}/{prefix}" for index in range(zones)]


def subnet_prefix(vpc_prefix: int, zones: int) -> int | None:
    """Prefix length of each zone's subnet, or None when that many do not fit."""
    needed = max(zones - 1, 0).bit_length()
    for bits in (_SPARE_BITS, needed):
        prefix = max(_USUAL, vpc_prefix + bits)
        if bits >= needed and prefix <= _SMALLEST:
            return prefix
    return None


def parse(text: str) -> Block | None:
    """The block, with host bits allowed, or None if the text is not a CIDR block with a prefix length."""
    if text.count("/") != 1 or not text.isascii() or text != text.strip():
        return None
    if not text.partition("/")[2].isdigit():
        return None
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def has_host_bits(text: str) -> bool:
    """Whether address bits are set behind the prefix, as in 10.0.0.5/16."""
    block = parse(text)
    return block is not None and ipaddress.ip_address(text.partition("/")[0]) != block.network_address


def is_private(block: Block) -> bool:
    """Whether a VPC may use the block without shadowing public addresses: RFC 1918 and RFC 6598 ranges."""
    ranges = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")
    return isinstance(block, ipaddress.IPv4Network) and any(
        block.subnet_of(ipaddress.IPv4Network(private)) for private in ranges
    )


def is_anywhere(block: Block) -> bool:
    """Whether the block is every address: 0.0.0.0/0 or ::/0."""
    return block.prefixlen == 0


def collapsed(blocks: Iterable[Block]) -> list[Block]:
    """The same addresses in the fewest blocks: 0.0.0.0/1 and 128.0.0.0/1 are 0.0.0.0/0."""
    kept = list(blocks)
    v4 = [block for block in kept if isinstance(block, ipaddress.IPv4Network)]
    v6 = [block for block in kept if isinstance(block, ipaddress.IPv6Network)]
    return [*ipaddress.collapse_addresses(v4), *ipaddress.collapse_addresses(v6)]


def reach(blocks: Iterable[Block], version: int) -> float:
    """The share (0 to 1) of all addresses of that IP version that the blocks cover together.

    Source: IANA, IPv6 Global Unicast Address Assignments: all of them are in 2000::/3.
    """
    everything = _EVERYTHING[version]
    parts = [block for block in collapsed(blocks) if block.version == version and block.overlaps(everything)]
    return sum(min(part.num_addresses, everything.num_addresses) for part in parts) / everything.num_addresses


def everybody(blocks: Iterable[Block], version: int) -> str | None:
    """`every address`, or `most IPv4 addresses` of more than half; None if the blocks hold half of that IP version or less."""
    share = reach(blocks, version)
    return "every address" if share == 1 else f"most IPv{version} addresses" if share > _MOST else None
