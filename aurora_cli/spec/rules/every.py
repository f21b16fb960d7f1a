"""All rules, in the order of the spec."""

from __future__ import annotations

from types import ModuleType

from aurora_cli.spec.rules import (
    autoscaling,
    backends,
    backups,
    capacity,
    credentials,
    dns,
    egress,
    endpoints,
    engines,
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
    replicas,
    restores,
    rotation,
    security,
    serverless,
    serverless_v1,
    sources,
    storage,
    tags,
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
    egress,
    dns,
    keys,
    credentials,
    rotation,
    security,
    backups,
    parameters,
    logs,
    monitoring,
    backends,
    serverless_v1,
    live,
)

RULES: tuple[Rule, ...] = tuple(
    value for module in _FILES for value in vars(module).values() if isinstance(value, Rule)
)
