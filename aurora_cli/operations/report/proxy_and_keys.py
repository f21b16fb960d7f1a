"""What the report says beside the cluster itself: its proxy, and a key whose alias has moved on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aurora_cli.aws.related.kms import key_arn
from aurora_cli.aws.related.proxies import read_proxy
from aurora_cli.errors import AuroraError
from aurora_cli.operations.core.global_results import Endpoint

if TYPE_CHECKING:
    from aurora_cli.aws.cluster.topology import Topology
    from aurora_cli.context import AppContext
    from aurora_cli.spec.model.cluster import ClusterSpec


def proxy_endpoints(app: AppContext, spec: ClusterSpec) -> dict[str, Endpoint | None]:
    """The fields `proxy` and `proxy_reader` of the report; empty if the spec has no proxy.

    Raises:
        CredentialsError, AccessDenied, AwsFailed.
    """
    if spec.proxy is None or not spec.proxy.enabled:
        return {}
    hosts = read_proxy(app.aws(spec.region).client("rds"), spec.base_name)
    from aurora_cli.hcl.values.proxy import PORTS

    port = PORTS[spec.engine]
    writer, reader = (hosts.writer, hosts.reader) if hosts else (None, None)
    return {
        "proxy": Endpoint(writer, port) if writer else None,
        "proxy_reader": Endpoint(reader, port) if reader else None,
    }


def key_warnings(app: AppContext, spec: ClusterSpec, topology: Topology) -> list[str]:
    """A sentence if the alias in the spec stands for another key than the one that encrypts the cluster."""
    named = spec.encryption.kms_key
    if named is None or "alias/" not in named or topology.kms_key is None:
        return []
    try:
        wanted = key_arn(_kms(app, spec), named)
    except AuroraError:  # who may not look it up can do nothing about it either
        return []
    if wanted == topology.kms_key:
        return []
    differ = f"{named} now refers to {wanted}, but the cluster is encrypted with {topology.kms_key}."
    return [f"{differ} The KMS key of a cluster cannot be changed: only a restored snapshot can have another one."]


def _kms(app: AppContext, spec: ClusterSpec) -> Any:
    return app.aws(spec.region).client("kms")
