"""RDS Proxy."""

from __future__ import annotations

import re
from collections.abc import Iterator

from aurora_cli.spec.facts.partitions import partition_of
from aurora_cli.spec.facts.tables import table
from aurora_cli.spec.model.cluster import ClusterSpec
from aurora_cli.spec.model.proxy import Proxy
from aurora_cli.spec.rules.registry import Finding, rule
from aurora_cli.spec.values.quantities import format_acu
from aurora_cli.spec.values.suggestions import shown

_GUIDE = "Aurora User Guide, RDS Proxy"
_SECRET = re.compile(r"arn:aws[a-z-]*:secretsmanager:(?P<region>[a-z0-9-]+):\d{12}:secret:\S{1,512}", re.ASCII)
_KEY_ARN = re.compile(r"arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/[0-9a-z-]+", re.ASCII)
ROLE_ARN = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/[A-Za-z0-9+=,.@_/-]{1,576}", re.ASCII)
_FILTERS = ("EXCLUDE_VARIABLE_SETS",)


def on(spec: ClusterSpec) -> Proxy | None:
    """The proxy that is to be made, if one is."""
    return spec.proxy if spec.proxy is not None and spec.proxy.enabled else None


@rule(
    "proxy-role",
    hard=True,
    text="The proxy's role is the ARN of an IAM role.",
    source="RDS API CreateDBProxy.RoleArn",
    fields="proxy",
)
def proxy_role(spec: ClusterSpec) -> Iterator[Finding]:
    proxy = on(spec)
    if proxy and proxy.role is not None and not ROLE_ARN.fullmatch(proxy.role):
        hint = "for example `arn:aws:iam::123456789012:role/proxy`, or leave it out: the stack creates one"
        yield Finding("proxy.role", f'"{shown(proxy.role)}" is not a valid role ARN', hint)


@rule(
    "proxy-secret",
    hard=True,
    text="A secret is specified by its ARN, is in the cluster's Region, and is listed once; its key is the ARN of a KMS key.",
    source="RDS API UserAuthConfig.SecretArn; Secrets Manager",
    fields="region proxy",
)
def proxy_secret(spec: ClusterSpec) -> Iterator[Finding]:
    proxy, seen = on(spec), set[str]()
    for index, secret in enumerate(proxy.secrets if proxy else ()):
        path, match = f"proxy.secrets.{index}", _SECRET.fullmatch(secret.arn)
        arn = f"arn:{partition_of(spec.region).name}:secretsmanager:{spec.region}:123456789012:secret:app-AbCdEf"
        example = f"for example `{arn}`"
        if match is None:
            yield Finding(path, f'"{shown(secret.arn)}" is not a valid secret ARN', example)
        elif match["region"] != spec.region:
            yield Finding(path, f"the secret is in {match['region']}, the proxy in {spec.region}", example)
        elif secret.arn in seen:
            yield Finding(path, "a secret is listed twice", "keep one")
        seen.add(secret.arn)
        if secret.kms_key is not None and not _KEY_ARN.fullmatch(secret.kms_key):
            hint = "write the ARN of the key; leave it out for the AWS managed key"
            yield Finding(f"{path}.kms_key", f'"{shown(secret.kms_key)}" is not a valid KMS key ARN', hint)


@rule(
    "proxy-master-secret",
    hard=True,
    text="A proxy authenticates with IAM, or with a secret: the one that AWS manages, which a replica does not have, or those "
    "of `proxy.secrets`.",
    source="RDS API UserAuthConfig.SecretArn; ManageMasterUserPassword: not for read replica clusters",
    fields="source credentials.password proxy",
)
def proxy_master_secret(spec: ClusterSpec) -> Iterator[Finding]:
    proxy, password = on(spec), spec.credentials.password
    if proxy is None or proxy.secrets or proxy.end_to_end_iam:
        return
    if spec.source and spec.source.kind == "replica_of":
        message = (
            "the proxy has no secret to authenticate with: a replica's users and passwords are those of its source"
        )
        hint = "list secrets of its database users in `proxy.secrets`, or leave the proxy out until the replica is promoted"
        yield Finding("proxy.secrets", message, hint)
    elif not spec.credentials.managed:
        message = f"the proxy has no secret to authenticate with, since the master password is {password}"
        hint = "list secrets of database users in `proxy.secrets`, or set `credentials.password` to `managed`"
        yield Finding("proxy.secrets", message, hint)


@rule(
    "proxy-idle",
    hard=True,
    text="The percentage of idle connections is not above the percentage of used connections.",
    source="RDS API ConnectionPoolConfiguration.MaxIdleConnectionsPercent",
    fields="proxy",
)
def proxy_idle(spec: ClusterSpec) -> Iterator[Finding]:
    proxy = on(spec)
    idle = proxy.max_idle_connections_percent if proxy else None
    if proxy and idle is not None and idle > proxy.max_connections_percent:
        message = f"{idle} percent may be idle, but only {proxy.max_connections_percent} percent may be used"
        hint = f"write {proxy.max_connections_percent} or less, or leave it out"
        yield Finding("proxy.max_idle_connections_percent", message, hint)


@rule(
    "proxy-pinning",
    hard=True,
    text="The one session pinning filter is EXCLUDE_VARIABLE_SETS.",
    source="provider (each EXCLUDE_VARIABLE_SETS)",
    fields="proxy",
)
def proxy_pinning(spec: ClusterSpec) -> Iterator[Finding]:
    proxy = on(spec)
    for index, name in enumerate(proxy.session_pinning_filters if proxy else ()):
        if name not in _FILTERS:
            message = f'"{shown(name)}" is not a valid session pinning filter'
            yield Finding(f"proxy.session_pinning_filters.{index}", message, f"write `{_FILTERS[0]}`, or leave it out")


@rule(
    "proxy-pinning-engine",
    hard=False,
    text="Session pinning filters apply to MySQL.",
    source=f"{_GUIDE}, avoiding pinning",
    fields="engine proxy",
)
def proxy_pinning_engine(spec: ClusterSpec) -> Iterator[Finding]:
    proxy = on(spec)
    if proxy and proxy.session_pinning_filters and spec.engine != "aurora-mysql":
        message = f"a proxy in front of {spec.engine} may not support session pinning filters"
        yield Finding("proxy.session_pinning_filters", message, "leave it out")


@rule(
    "proxy-tls",
    hard=False,
    text="Clients of the proxy use TLS.",
    source=f"{_GUIDE}, TLS",
    fields="proxy",
)
def proxy_tls(spec: ClusterSpec) -> Iterator[Finding]:
    proxy = on(spec)
    if proxy and not proxy.require_tls and not _signs_in_with_iam(proxy):
        yield Finding("proxy.require_tls", "passwords and data may be transferred unencrypted", "leave it out")


@rule(
    "proxy-iam-tls",
    hard=True,
    text="Clients that sign in to the proxy with IAM use TLS.",
    source="RDS API CreateDBProxy (Must enable TLS, when IAM Auth is required)",
    fields="proxy",
)
def proxy_iam_tls(spec: ClusterSpec) -> Iterator[Finding]:
    proxy = on(spec)
    if proxy and not proxy.require_tls and _signs_in_with_iam(proxy):
        yield Finding("proxy.require_tls", "IAM authentication requires TLS", "leave it out")


def _signs_in_with_iam(proxy: Proxy) -> bool:
    return proxy.iam_authentication == "required" or proxy.end_to_end_iam


@rule(
    "proxy-pause",
    hard=False,
    text="A cluster that may pause has no proxy: its connections keep the cluster awake.",
    source="Aurora User Guide, auto-pause",
    fields="instances.acu proxy",
)
def proxy_pause(spec: ClusterSpec) -> Iterator[Finding]:
    acu = spec.instances.acu
    if on(spec) and acu is not None and acu.min == 0:
        message = "the proxy keeps connections open, so a minimum of 0 ACU never pauses"
        hint = f"write `instances.acu: {format_acu(0.5, max(acu.max, 1))}`, or leave the proxy out"
        yield Finding("proxy", message, hint)


@rule(
    "proxy-readers",
    hard=False,
    text="A read-only endpoint of the proxy needs a reader.",
    source=f"{_GUIDE}, proxy endpoints",
    fields="instances.readers autoscaling proxy",
)
def proxy_readers(spec: ClusterSpec) -> Iterator[Finding]:
    proxy = on(spec)
    if proxy and proxy.read_only_endpoint and not spec.instances.readers and spec.autoscaling is None:
        message = "there is no reader, so connections to the read-only endpoint fail"
        yield Finding("proxy.read_only_endpoint", message, "set `instances.readers: 1` or more, or leave it out")


@rule(
    "proxy-debug",
    hard=False,
    text="Debug logging is for troubleshooting: it costs, and AWS disables it after a day, which shows as drift.",
    source=f"{_GUIDE}, monitoring",
    fields="proxy",
)
def proxy_debug(spec: ClusterSpec) -> Iterator[Finding]:
    proxy = on(spec)
    if proxy and proxy.debug_logging:
        message = "debug logging logs each query, and AWS disables it after 24 hours"
        yield Finding("proxy.debug_logging", message, "leave it out after troubleshooting")


@rule(
    "proxy-dual",
    hard=False,
    text="The endpoint of a proxy is IPv4 unless its network type says otherwise; the read-only endpoint is always.",
    source="RDS API CreateDBProxy.EndpointNetworkType; provider: aws_db_proxy_endpoint has no such argument",
    fields="network.ip_version proxy",
)
def proxy_dual(spec: ClusterSpec) -> Iterator[Finding]:
    proxy = on(spec)
    if proxy is None or spec.network.ip_version != "dual":
        return
    if proxy.endpoint_network_type is None:
        message = "clients with IPv6 alone cannot connect to the proxy, whose endpoints are IPv4"
        yield Finding("proxy", message, "write `proxy.endpoint_network_type: dual`, or `ipv4` to confirm it")
    elif proxy.endpoint_network_type != "ipv4" and proxy.read_only_endpoint:
        message = "the read-only endpoint of the proxy is IPv4, unlike the proxy's own"
        yield Finding("proxy.read_only_endpoint", message, "leave it out, or have its clients use IPv4")


@rule(
    "proxy-network",
    hard=True,
    text="A proxy with IPv6 needs a cluster and subnets with IPv6 (`network.ip_version: dual`).",
    source="RDS API CreateDBProxy.EndpointNetworkType and TargetConnectionNetworkType",
    fields="network.ip_version proxy",
)
def proxy_network(spec: ClusterSpec) -> Iterator[Finding]:
    proxy = on(spec)
    for name in ("endpoint_network_type", "target_connection_network_type"):
        kind = getattr(proxy, name, None)
        if kind in ("ipv6", "dual") and spec.network.ip_version != "dual":
            hint = "set `network.ip_version: dual`, or leave it out"
            yield Finding(f"proxy.{name}", f"{kind} needs IPv6, and the cluster has IPv4 alone", hint)


@rule(
    "proxy-iam",
    hard=True,
    text="End-to-end IAM authentication of a proxy needs IAM authentication of the cluster.",
    source="RDS API CreateDBProxy.DefaultAuthScheme; Aurora User Guide, end-to-end IAM authentication for RDS Proxy",
    fields="credentials.iam_authentication proxy",
)
def proxy_iam(spec: ClusterSpec) -> Iterator[Finding]:
    proxy = on(spec)
    if proxy and proxy.end_to_end_iam and not spec.credentials.iam_authentication:
        message = "the proxy cannot sign in with IAM, which is off for the cluster"
        yield Finding("proxy.default_auth_scheme", message, "set `credentials.iam_authentication: true`")


@rule(
    "proxy-port",
    hard=False,
    text="A proxy listens on the engine's own port, whatever the port of the cluster is.",
    source=f"{_GUIDE}, limitations",
    fields="engine port proxy",
)
def proxy_port(spec: ClusterSpec) -> Iterator[Finding]:
    usual = table("engines")[spec.engine]["port"]
    if on(spec) and spec.port is not None and spec.port != usual:
        message = f"the cluster's port is {spec.port}, but the proxy listens on {usual}"
        yield Finding("port", message, f"leave `port` out, or have clients of the proxy use {usual}")


@rule(
    "proxy-role-key",
    hard=False,
    text="An existing role must be allowed to read the secrets and to use their keys.",
    source=f"{_GUIDE}, IAM policies for Secrets Manager",
    fields="proxy",
)
def proxy_role_key(spec: ClusterSpec) -> Iterator[Finding]:
    proxy = on(spec)
    if proxy and proxy.role is not None and ROLE_ARN.fullmatch(proxy.role):
        message = "the role must let the proxy read the master secret, whose ARN changes with the cluster"
        yield Finding("proxy.role", message, "leave it out: the stack creates one that may read only that")
