"""Custom endpoints."""

from __future__ import annotations

import re
from collections.abc import Iterator

from aurora_cli.spec.facts.tables import table
from aurora_cli.spec.model.cluster import ClusterSpec
from aurora_cli.spec.rules.registry import Finding, rule
from aurora_cli.spec.values.suggestions import shown

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9]|-(?!-|$))*", re.ASCII)
_LONGEST = 63
_KEYS = tuple(str(number) for number in range(1, 17))


@rule(
    "endpoint-name",
    hard=True,
    text="A custom endpoint's name is lower-case letters, digits and single hyphens.",
    source="RDS API CreateDBClusterEndpoint.DBClusterEndpointIdentifier",
    fields="endpoints",
    skippable=False,
)
def endpoint_name(spec: ClusterSpec) -> Iterator[Finding]:
    for name in spec.endpoints:
        if not _NAME.fullmatch(name):
            plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "reports"
            yield Finding(
                f"endpoints.{name}", f'"{shown(name)}" is not a valid endpoint name', f"for example `{plain}`"
            )


@rule(
    "endpoint-name-length",
    hard=False,
    text="`<name>-<endpoint>` fits in 63 characters.",
    source="RDS API CreateDBClusterEndpoint; the length is not written down for endpoints",
    fields="name endpoints",
)
def endpoint_name_length(spec: ClusterSpec) -> Iterator[Finding]:
    for name in spec.endpoints:
        length = len(f"{spec.base_name}-{name}")
        if length > _LONGEST:
            message = (
                f"the identifier `<name>-<endpoint>` would have {length} characters, and AWS may allow only {_LONGEST}"
            )
            yield Finding(f"endpoints.{name}", message, "shorten it")


@rule(
    "endpoint-count",
    hard=False,
    text="A cluster has 5 custom endpoints, unless AWS raised the quota.",
    source="Aurora quotas (L-9372BAB3)",
    fields="endpoints",
)
def endpoint_count(spec: ClusterSpec) -> Iterator[Finding]:
    count, most = len(spec.endpoints), table("limits")["custom_endpoints_per_cluster"]
    if count > most:
        yield Finding("endpoints", f"{count} custom endpoints are more than the {most} of a cluster", "remove some")


@rule(
    "endpoint-members",
    hard=True,
    text="A custom endpoint lists its static members or its excluded members, not both.",
    source="RDS API CreateDBClusterEndpoint: StaticMembers, ExcludedMembers",
    fields="endpoints",
)
def endpoint_members(spec: ClusterSpec) -> Iterator[Finding]:
    for name, endpoint in spec.endpoints.items():
        if endpoint.members and endpoint.excluded:
            message = "it lists members and excluded members"
            yield Finding(f"endpoints.{name}.excluded", message, "keep `members`: the others are then excluded")


def _named(spec: ClusterSpec) -> Iterator[tuple[str, str, list[str]]]:
    """(dotted path, key, the keys before it) of every instance that an endpoint names."""
    for name, endpoint in spec.endpoints.items():
        for field, given in (("members", endpoint.members), ("excluded", endpoint.excluded)):
            for index, key in enumerate(given):
                yield f"endpoints.{name}.{field}.{index}", key, given[:index]


@rule(
    "endpoint-keys",
    hard=True,
    text="Members of a custom endpoint are instance keys, whole numbers from 1 to 16, each once.",
    source="instance names are `<name>-<key>`",
    fields="endpoints instances.readers",
    skippable=False,
)
def endpoint_keys(spec: ClusterSpec) -> Iterator[Finding]:
    for path, key, before in _named(spec):
        if key not in _KEYS:
            hint = f"keys here are 1 to {spec.instances.readers + 1}"
            yield Finding(path, f'"{shown(key)}" is not a valid instance key: keys are 1, 2, 3, ... up to 16', hint)
        elif key in before:
            yield Finding(path, f"instance {key} is listed twice", "keep one")


@rule(
    "endpoint-key-unused",
    hard=False,
    text="Members are instances that the cluster has: keys 1 to readers + 1, unless scaling left a gap.",
    source="instance names are `<name>-<key>`",
    fields="endpoints instances.readers",
)
def endpoint_key_unused(spec: ClusterSpec) -> Iterator[Finding]:
    count = spec.instances.readers + 1
    for path, key, _ in _named(spec):
        if key in _KEYS[count:]:
            message = f"with {spec.instances.readers} readers a new cluster has the keys 1 to {count}, so not `{key}`"
            yield Finding(path, message, f"set `instances.readers` to {int(key) - 1}, or remove it")


@rule(
    "endpoint-readers",
    hard=False,
    text="A custom endpoint for readers needs a reader.",
    source="Aurora User Guide, custom endpoints: type READER",
    fields="endpoints instances.readers",
)
def endpoint_readers(spec: ClusterSpec) -> Iterator[Finding]:
    for name, endpoint in spec.endpoints.items():
        if endpoint.type == "reader" and spec.instances.readers == 0:
            yield Finding(
                f"endpoints.{name}.type", "the cluster has no reader for this endpoint", "set `instances.readers: 1`"
            )
