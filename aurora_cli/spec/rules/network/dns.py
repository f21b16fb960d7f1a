"""Names in Route 53."""

from __future__ import annotations

import re
from collections.abc import Iterator

from aurora_cli.spec.model.cluster import ClusterSpec
from aurora_cli.spec.rules.registry import Finding, rule
from aurora_cli.spec.values.suggestions import shown

_ZONE = re.compile(r"Z[A-Z0-9]{1,31}", re.ASCII)
_LABEL = r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?"
_NAME = re.compile(rf"(?=.{{1,253}}$){_LABEL}(\.{_LABEL})+", re.ASCII)


@rule(
    "dns-zone",
    hard=True,
    text="A hosted zone is named by its id: `Z` and up to 31 capital letters and digits.",
    source="Route 53 API ResourceId",
    fields="dns",
)
def dns_zone(spec: ClusterSpec) -> Iterator[Finding]:
    if spec.dns is not None and not _ZONE.fullmatch(spec.dns.zone_id):
        hint = "for example `Z0123456789ABCDEFGHIJ`"
        yield Finding("dns.zone_id", f'"{shown(spec.dns.zone_id)}" is not a valid hosted zone ID', hint)


@rule(
    "dns-name",
    hard=True,
    text="Names are domain names in full, such as `orders.db.example.com`, and differ.",
    source="Route 53 API ChangeResourceRecordSets",
    fields="dns",
)
def dns_name(spec: ClusterSpec) -> Iterator[Finding]:
    for role in ("writer", "reader") if spec.dns else ():
        name = getattr(spec.dns, role)
        if name is not None and not _NAME.fullmatch(name):
            hint = f"for example `{spec.name}.db.example.com`"
            yield Finding(f"dns.{role}", f'"{shown(name)}" is not a valid domain name', hint)
    if spec.dns is not None and spec.dns.reader is not None and spec.dns.writer == spec.dns.reader:
        hint = "for example `orders-ro.db.example.com`"
        yield Finding("dns.reader", "writer and reader have the same name", hint)


@rule(
    "dns-none",
    hard=True,
    text="A hosted zone needs a name for the writer or for the reader.",
    source="nothing would be created",
    fields="dns",
)
def dns_none(spec: ClusterSpec) -> Iterator[Finding]:
    if spec.dns is not None and spec.dns.writer is None and spec.dns.reader is None:
        yield Finding("dns", "a hosted zone is set, but no record name", f"set `writer: {spec.name}.db.example.com`")
