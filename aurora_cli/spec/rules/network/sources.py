"""Who may connect."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from aurora_cli.spec.derived.cidr import (
    Block,
    collapsed,
    everybody,
    has_host_bits,
    is_anywhere,
    is_private,
    parse,
)
from aurora_cli.spec.facts.tables import table
from aurora_cli.spec.model.cluster import ClusterSpec
from aurora_cli.spec.rules.network.network import well_formed_id
from aurora_cli.spec.rules.registry import Finding, rule
from aurora_cli.spec.values.suggestions import shown

DESCRIPTION = re.compile(r"[a-zA-Z0-9 ._\-:/()#,@\[\]+=&;{}!$*]{0,255}", re.ASCII)
_WIDE = {4: 8, 6: 16}
_NAMED = 3


def _path(index: int) -> str:
    return f"network.allow.{index}"


@rule(
    "allow-source",
    hard=True,
    text="A source is an IPv4 or IPv6 CIDR block without host bits, a security group (sg-...) or a prefix list (pl-...).",
    source="EC2 API AuthorizeSecurityGroupIngress",
    fields="network.allow",
    skippable=False,
)
def allow_source(spec: ClusterSpec) -> Iterator[Finding]:
    for index, entry in enumerate(spec.network.allow):
        text = entry.source
        if any(well_formed_id(text, prefix) for prefix in ("sg", "pl")):
            continue
        block = parse(text)
        if block is None:
            yield Finding(
                _path(index), f'"{shown(text)}" is not a valid CIDR block, security group or prefix list', meant(text)
            )
        elif has_host_bits(text):
            alone = f"{text.partition('/')[0]}/{block.max_prefixlen}"
            yield Finding(
                _path(index),
                f"{text} has host bits set",
                f"write `{block}`, or `{alone}` for the one address",
            )


def meant(text: str) -> str:
    if text.startswith(("sg-", "pl-")):
        return f"it looks like `{text[:3]}0123456789abcdef0`"
    for suffix in ("/32", "/128"):
        if parse(f"{text}{suffix}") is not None:
            return f"write `{text}{suffix}` for the one address"
    return "for example `10.0.0.0/8`, `2001:db8::/32` or `sg-0123456789abcdef0`"


@rule(
    "allow-anywhere",
    hard=True,
    text="0.0.0.0/0, ::/0 and sources that together are more than half of all addresses require "
    "`network.allow_from_anywhere: true`.",
    source="security default of this tool",
    fields="network.allow network.allow_from_anywhere",
)
def allow_anywhere(spec: ClusterSpec) -> Iterator[Finding]:
    if not spec.network.allow_from_anywhere:
        for index, message in _everybody(spec):
            yield Finding(
                _path(index), message, "list the addresses that need access, or set `network.allow_from_anywhere: true`"
            )


def _everybody(spec: ClusterSpec) -> Iterator[tuple[int, str]]:
    """The entries that let everybody in: the index of the first of them, and what they allow."""
    blocks = _blocks(spec)
    yield from ((i, f"{text} allows every address to connect") for i, text, block in blocks if is_anywhere(block))
    for version in _WIDE:
        few = [one for one in blocks if one[2].version == version]
        share = everybody((block for *_, block in few), version)
        if share and not any(is_anywhere(block) for *_, block in few):
            yield _widest(few)[0][0], f"{_together(few)} {share} to connect"


def _blocks(spec: ClusterSpec) -> list[tuple[int, str, Block]]:
    """The sources that are blocks of addresses, with their place in the list."""
    found = [(index, entry.source, parse(entry.source)) for index, entry in enumerate(spec.network.allow)]
    return [(index, text, block) for index, text, block in found if block is not None]


def _widest(entries: Sequence[tuple[int, str, Block]]) -> list[tuple[int, str, Block]]:
    return sorted(entries, key=lambda entry: entry[2].prefixlen)


def _together(entries: Sequence[tuple[int, str, Block]]) -> str:
    widest = [text for _, text, _ in _widest(entries)]
    rest = len(widest) - _NAMED
    named = [*widest[:_NAMED], f"{rest} more"] if rest > 0 else widest
    return f"{', '.join(named[:-1])} and {named[-1]} together allow" if len(named) > 1 else f"{named[0]} allows"


@rule(
    "allow-wide",
    hard=False,
    text="A source is narrower than /8 (IPv4) or /16 (IPv6), except private ranges; adjacent ones count as one.",
    source="security default of this tool",
    fields="network.allow network.allow_from_anywhere",
)
def allow_wide(spec: ClusterSpec) -> Iterator[Finding]:
    if spec.network.allow_from_anywhere:
        yield from (
            Finding(_path(i), message, "list the addresses that need access") for i, message in _everybody(spec)
        )
    entries = _blocks(spec)
    for block in collapsed(block for *_, block in entries):
        of_version = [entry for entry in entries if entry[2].version == block.version]
        wide = block.prefixlen <= _WIDE[block.version] and not is_private(block)
        if wide and not everybody((one for *_, one in of_version), block.version):
            parts = [entry for entry in of_version if entry[2].overlaps(block)]
            message = f"{_together(parts)} {block.num_addresses:.1e} addresses to connect"
            yield Finding(_path(_widest(parts)[0][0]), message, "list the ones that need access")


@rule(
    "allow-duplicate",
    hard=True,
    text="A source is listed once.",
    source="EC2 API InvalidPermission.Duplicate",
    fields="network.allow",
)
def allow_duplicate(spec: ClusterSpec) -> Iterator[Finding]:
    seen: dict[str, int] = {}
    for index, entry in enumerate(spec.network.allow):
        key = str(parse(entry.source) or entry.source)
        if key in seen:
            yield Finding(
                _path(index), f"{shown(entry.source)} is listed twice (also as entry {seen[key] + 1})", "keep one"
            )
        seen.setdefault(key, index)


@rule(
    "allow-description",
    hard=True,
    text="A rule's description has up to 255 characters: letters, digits, spaces and ._-:/()#,@[]+=&;{}!$*",
    source="EC2 API IpRange.Description",
    fields="network.allow",
)
def allow_description(spec: ClusterSpec) -> Iterator[Finding]:
    for index, entry in enumerate(spec.network.allow):
        if entry.description is not None and not DESCRIPTION.fullmatch(entry.description):
            message = f"AWS does not allow the description {shown(entry.description)}"
            hint = "up to 255 letters, digits, spaces and ._-:/()#,@[]+=&;{}!$*"
            yield Finding(f"{_path(index)}.description", message, hint)


@rule(
    "allow-count",
    hard=False,
    text="A security group has 60 rules, unless AWS raised the quota.",
    source="Amazon VPC quotas",
    fields="network.allow",
)
def allow_count(spec: ClusterSpec) -> Iterator[Finding]:
    count, most = len(spec.network.allow), table("limits")["rules_per_security_group"]
    if count > most:
        yield Finding(
            "network.allow", f"{count} sources are more than the {most} rules of a security group", "use a prefix list"
        )


@rule(
    "allow-nobody",
    hard=False,
    text="A source may connect: without one or a security group, no client can reach the port.",
    source="security default of this tool",
    fields="network.allow network.allow_self network.cidr network.security_group_ids",
)
def allow_nobody(spec: ClusterSpec) -> Iterator[Finding]:
    if not (spec.network.allow or spec.network.security_group_ids or spec.network.allow_self):
        hint = f"allow a source, e.g. `network.allow: [{spec.network.cidr or '10.0.0.0/16'}]`"
        yield Finding("network.allow", "no source is allowed to connect to the port yet", hint)
