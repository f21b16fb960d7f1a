"""Where the database may connect to."""

from __future__ import annotations

from collections.abc import Iterator

from aurora_cli.spec.derived.cidr import has_host_bits, parse
from aurora_cli.spec.derived.members import public_fields
from aurora_cli.spec.model.cluster import ClusterSpec
from aurora_cli.spec.rules.network.network import well_formed_id
from aurora_cli.spec.rules.network.sources import DESCRIPTION, meant
from aurora_cli.spec.rules.registry import Finding, rule
from aurora_cli.spec.values.suggestions import shown


@rule(
    "egress-destination",
    hard=True,
    text="A destination is an IPv4 or IPv6 CIDR block without host bits, a security group or a prefix list.",
    source="EC2 API AuthorizeSecurityGroupEgress",
    fields="network.egress",
    skippable=False,
)
def egress_destination(spec: ClusterSpec) -> Iterator[Finding]:
    for index, entry in enumerate(spec.network.egress):
        text, path = entry.destination, f"network.egress.{index}"
        if any(well_formed_id(text, prefix) for prefix in ("sg", "pl")):
            continue
        block = parse(text)
        if block is None:
            yield Finding(
                path, f'"{shown(text)}" is not a valid CIDR block, security group or prefix list', meant(text)
            )
        elif has_host_bits(text):
            yield Finding(path, f"{text} has host bits set", f"write `{block}`")


@rule(
    "egress-duplicate",
    hard=True,
    text="A destination is listed once for a port, and once without.",
    source="EC2 API InvalidPermission.Duplicate",
    fields="network.egress",
)
def egress_duplicate(spec: ClusterSpec) -> Iterator[Finding]:
    seen: set[tuple[str, int | None]] = set()
    for index, entry in enumerate(spec.network.egress):
        key = (str(parse(entry.destination) or entry.destination), entry.port)
        if key in seen:
            yield Finding(f"network.egress.{index}", f"{shown(entry.destination)} is listed twice", "keep one")
        seen.add(key)


@rule(
    "egress-description",
    hard=True,
    text="A rule's description has up to 255 characters: letters, digits, spaces and ._-:/()#,@[]+=&;{}!$*",
    source="EC2 API IpRange.Description",
    fields="network.egress",
)
def egress_description(spec: ClusterSpec) -> Iterator[Finding]:
    for index, entry in enumerate(spec.network.egress):
        if entry.description is not None and not DESCRIPTION.fullmatch(entry.description):
            message = f"AWS does not allow the description {shown(entry.description)}"
            hint = "up to 255 letters, digits, spaces and ._-:/()#,@[]+=&;{}!$*"
            yield Finding(f"network.egress.{index}.description", message, hint)


@rule(
    "dual-public",
    hard=True,
    text="A cluster with IPv4 and IPv6 is private.",
    source="Aurora User Guide, dual-stack limitations",
    fields="network.ip_version network.public_access instances",
)
def dual_public(spec: ClusterSpec) -> Iterator[Finding]:
    if spec.network.ip_version == "dual" and public_fields(spec):
        message = "a cluster with IPv4 and IPv6 cannot be public"
        yield Finding("network.ip_version", message, "write `ip_version: ipv4`, or leave `public_access` out")
