"""CIDR arithmetic."""

from __future__ import annotations

import ipaddress

import pytest

from aurora_cli.spec.derived.cidr import (
    everybody,
    has_host_bits,
    is_anywhere,
    is_private,
    parse,
    reach,
    subnet_prefix,
    subnets,
)


@pytest.mark.parametrize(
    ("cidr", "zones", "expected"),
    [
        ("10.0.0.0/16", 3, ["10.0.0.0/24", "10.0.1.0/24", "10.0.2.0/24"]),
        ("10.0.0.0/22", 2, ["10.0.0.0/24", "10.0.1.0/24"]),
        ("10.0.0.0/24", 3, ["10.0.0.0/26", "10.0.0.64/26", "10.0.0.128/26"]),
        ("10.0.0.0/26", 3, ["10.0.0.0/28", "10.0.0.16/28", "10.0.0.32/28"]),
        ("10.0.0.0/27", 2, ["10.0.0.0/28", "10.0.0.16/28"]),
    ],
)
def test_subnets(cidr: str, zones: int, expected: list[str]) -> None:
    assert subnets(cidr, zones) == expected


@pytest.mark.parametrize(("cidr", "zones"), [("10.0.0.0/27", 3), ("10.0.0.0/28", 2), ("10.0.0.5/16", 2), ("x", 2)])
def test_a_block_that_does_not_do_is_refused(cidr: str, zones: int) -> None:
    with pytest.raises(ValueError, match=r".+"):
        subnets(cidr, zones)


@pytest.mark.parametrize("prefix", range(16, 29))
@pytest.mark.parametrize("zones", [2, 3])
def test_subnets_lie_apart_inside_the_vpc_and_stay_when_a_zone_is_added(prefix: int, zones: int) -> None:
    cidr = f"10.0.0.0/{prefix}"
    if subnet_prefix(prefix, zones) is None:
        assert prefix > 26
        return
    blocks = [ipaddress.IPv4Network(block) for block in subnets(cidr, zones)]
    assert all(block.subnet_of(ipaddress.IPv4Network(cidr)) for block in blocks)
    assert all(20 <= block.prefixlen <= 28 for block in blocks)
    assert not any(a.overlaps(b) for a in blocks for b in blocks if a is not b)
    if subnet_prefix(prefix, 3) is not None:
        assert subnets(cidr, 3)[:zones] == subnets(cidr, zones)


@pytest.mark.parametrize(
    "text", ["10.0.0.0", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/255.0.0.0", "1/2/3", "", " 10.0.0.0/8"]
)
def test_what_is_no_block(text: str) -> None:
    assert parse(text) is None


def test_host_bits_private_and_anywhere() -> None:
    assert has_host_bits("10.0.0.5/16")
    assert not has_host_bits("10.0.0.0/16")
    assert has_host_bits("2001:db8::1/32")
    assert is_private(ipaddress.ip_network("172.31.0.0/16"))
    assert not is_private(ipaddress.ip_network("8.8.0.0/16"))
    assert is_anywhere(ipaddress.ip_network("::/0"))
    assert not is_anywhere(ipaddress.ip_network("0.0.0.0/1"))


@pytest.mark.parametrize(
    ("blocks", "version", "share"),
    [
        ("0.0.0.0/0", 4, 1),
        ("0.0.0.0/1 128.0.0.0/1", 4, 1),
        ("0.0.0.0/1 0.0.0.0/2 10.0.0.0/8", 4, 0.5),
        ("0.0.0.0/1 128.0.0.0/2 ::/0", 4, 0.75),
        ("::/0", 6, 1),
        ("2000::/4 3000::/4", 6, 1),
        ("2000::/4 4000::/2 fc00::/7", 6, 0.5),
        ("0.0.0.0/0", 6, 0),
        ("", 4, 0),
    ],
)
def test_how_many_of_all_addresses_blocks_cover_together(blocks: str, version: int, share: float) -> None:
    networks = [ipaddress.ip_network(block) for block in blocks.split()]
    assert reach(networks, version) == share
    words = {1: "every address", 0.75: f"most IPv{version} addresses"}
    assert everybody(networks, version) == words.get(share)
