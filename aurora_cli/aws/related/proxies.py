"""The RDS proxy of a cluster, as the RDS API reports it, and what only the API can take from it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from aurora_cli.aws.errors import aws_errors
from aurora_cli.errors import AwsFailed

EMPTY_POOL: dict[str, Any] = {"init_query": {"InitQuery": ""}, "session_pinning_filters": {"SessionPinningFilters": []}}
"""Argument of `connection_pool_config` -> the member that empties it. AWS keeps what a call leaves out."""


@dataclass(frozen=True)
class ProxyHosts:
    """Where a proxy listens: `writer` its own host, `reader` that of its read-only endpoint, or None."""

    writer: str
    reader: str | None


def read_proxy(rds: Any, name: str) -> ProxyHosts | None:
    """The hosts of a proxy; None if AWS has none of that name, or has not made it yet.

    Args:
        rds: a botocore RDS client.
        name: of the proxy.

    Raises:
        CredentialsError, AccessDenied, AwsFailed.
    """
    try:
        with aws_errors(f"reading the proxy {name}"):
            proxy: dict[str, Any] = next(iter(rds.describe_db_proxies(DBProxyName=name)["DBProxies"]), {})
            endpoints = rds.describe_db_proxy_endpoints(DBProxyName=name)["DBProxyEndpoints"]
    except AwsFailed as error:
        if error.details.get("aws_code") == "DBProxyNotFoundFault":
            return None
        raise
    readers = (one.get("Endpoint") for one in endpoints if one.get("TargetRole") == "READ_ONLY")
    host = proxy.get("Endpoint")
    return ProxyHosts(host, next(readers, None)) if host else None


def clear_pool(rds: Any, name: str, arguments: Collection[str]) -> None:
    """Empty arguments of a proxy's connection pool (ModifyDBProxyTargetGroup): those of `EMPTY_POOL`.

    Raises:
        CredentialsError, AccessDenied, AwsFailed.
    """
    config = {member: value for argument in arguments for member, value in EMPTY_POOL[argument].items()}
    with aws_errors(f"changing the connection pool of the proxy {name}"):
        rds.modify_db_proxy_target_group(DBProxyName=name, TargetGroupName="default", ConnectionPoolConfig=config)
