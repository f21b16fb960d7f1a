"""All rules, in the order of the spec."""

from __future__ import annotations

from types import ModuleType

from aurora_cli.spec.rules import (
    activity_stream,
    autoscaling,
    backends,
    backups,
    capacity,
    credentials,
    dns,
    egress,
    endpoints,
    engines,
    existing,
    failover,
    features,
    identifiers,
    instances,
    keys,
    live,
    logs,
    monitoring,
    network,
    overrides,
    parameters,
    proxy,
    replicas,
    restores,
    rotation,
    security,
    serverless,
    serverless_v1,
    services,
    sources,
    storage,
    tags,
    vpc_endpoints,
)
from aurora_cli.spec.rules.registry import Rule

_FILES: tuple[ModuleType, ...] = (
    identifiers,
    tags,
    engines,
    features,
    restores,
    replicas,
    storage,
    instances,
    overrides,
    failover,
    capacity,
    serverless,
    autoscaling,
    endpoints,
    network,
    sources,
    existing,
    egress,
    vpc_endpoints,
    dns,
    proxy,
    keys,
    credentials,
    rotation,
    security,
    backups,
    services,
    parameters,
    logs,
    monitoring,
    activity_stream,
    backends,
    serverless_v1,
    live,
)

RULES: tuple[Rule, ...] = tuple(
    value for module in _FILES for value in vars(module).values() if isinstance(value, Rule)
)
