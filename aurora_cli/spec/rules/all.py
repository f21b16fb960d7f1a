"""All rules, in the order of the spec, and a spec held against them."""

from __future__ import annotations

from collections.abc import Collection
from types import ModuleType

from aurora_cli.errors import Problem
from aurora_cli.spec.derived.regions import regions_of
from aurora_cli.spec.model.cluster import ClusterSpec
from aurora_cli.spec.rules import live
from aurora_cli.spec.rules.data import backups, global_database, replicas, restores
from aurora_cli.spec.rules.engine import engines, features, parameters, serverless_v1, storage
from aurora_cli.spec.rules.instances import autoscaling, capacity, endpoints, failover, instances, overrides, serverless
from aurora_cli.spec.rules.monitoring import activity_stream, logs, monitoring
from aurora_cli.spec.rules.network import dns, egress, network, proxy, sources, vpc_endpoints
from aurora_cli.spec.rules.registry import Rule
from aurora_cli.spec.rules.secondaries import problems_of_regions
from aurora_cli.spec.rules.security import credentials, keys, rotation, security
from aurora_cli.spec.rules.stack import backends, existing, identifiers, services, tags

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
    global_database,
    activity_stream,
    backends,
    serverless_v1,
    live,
)

RULES: tuple[Rule, ...] = tuple(
    value for module in _FILES for value in vars(module).values() if isinstance(value, Rule)
)


def check(spec: ClusterSpec, *, broken: Collection[str] = ()) -> list[Problem]:
    """All breaches in a spec, errors and warnings, without line and source.

    Args:
        spec: a complete spec.
        broken: dotted paths whose values are not to be trusted; rules that read them are left out.
    """
    usable = [rule for rule in RULES if not any(rule.reads(path) for path in broken)]
    found = [problem for rule in usable for problem in rule.problems(spec)]
    if regions_of(spec) and not any(path.partition(".")[0] in ("global", "name", "region") for path in broken):
        found += problems_of_regions(spec, usable, found)
    return found


def check_names() -> list[str]:
    """Names of the checks that can be skipped: what `--skip-check` takes."""
    return [rule.name for rule in RULES if rule.skippable]


def catalogue() -> list[tuple[str, bool, str, str]]:
    """Every rule: name, whether it is hard, its sentence, its source."""
    return [(rule.name, rule.hard, rule.text, rule.source) for rule in RULES]
