"""All rules, in the order of the spec."""

from __future__ import annotations

from types import ModuleType

from aurora_cli.spec.rules import (
    autoscaling,
    backends,
    backups,
    capacity,
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
    logs,
    monitoring,
    network,
    overrides,
    parameters,
    rotation,
    security,
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
    storage,
    instances,
    overrides,
    failover,
    capacity,
    autoscaling,
    endpoints,
    network,
    sources,
    existing,
    egress,
    dns,
    keys,
    rotation,
    security,
    backups,
    parameters,
    logs,
    monitoring,
    backends,
)

RULES: tuple[Rule, ...] = tuple(
    value for module in _FILES for value in vars(module).values() if isinstance(value, Rule)
)
