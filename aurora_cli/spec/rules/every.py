"""All rules, in the order of the spec."""

from __future__ import annotations

from types import ModuleType

from aurora_cli.spec.rules import (
    activity_stream,
    autoscaling,
    backends,
    backups,
    capacity,
    dns,
    egress,
    endpoints,
    engines,
    failover,
    features,
    identifiers,
    instances,
    keys,
    logs,
    monitoring,
    network,
    overrides,
    parameters,
    proxy,
    rotation,
    security,
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
    storage,
    instances,
    overrides,
    failover,
    capacity,
    autoscaling,
    endpoints,
    network,
    sources,
    egress,
    vpc_endpoints,
    dns,
    proxy,
    keys,
    rotation,
    security,
    backups,
    services,
    parameters,
    logs,
    monitoring,
    activity_stream,
    backends,
)

RULES: tuple[Rule, ...] = tuple(
    value for module in _FILES for value in vars(module).values() if isinstance(value, Rule)
)
