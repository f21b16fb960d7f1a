"""All rules, in the order of the spec; a spec, and the clusters of its secondary Regions, held against them.

Network, instances, capacity and key of a Region have the same shape as the cluster's own, so the same rules look at them;
what they find is told with the Region's path.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from types import ModuleType

from aurora_cli.problem import Problem
from aurora_cli.spec.derived.regions import regions_of
from aurora_cli.spec.model.cluster import ClusterSpec
from aurora_cli.spec.rules import live
from aurora_cli.spec.rules.data import backups, global_database, replicas, restores
from aurora_cli.spec.rules.data.global_database import members_of_regions
from aurora_cli.spec.rules.engine import engines, features, parameters, serverless_v1, storage
from aurora_cli.spec.rules.instances import autoscaling, capacity, endpoints, failover, instances, overrides, serverless
from aurora_cli.spec.rules.monitoring import activity_stream, logs, monitoring
from aurora_cli.spec.rules.network import dns, egress, network, proxy, sources, vpc_endpoints
from aurora_cli.spec.rules.registry import Rule
from aurora_cli.spec.rules.security import credentials, keys, security
from aurora_cli.spec.rules.stack import assume_role, backends, bootstrap, existing, identifiers, services, tags

_OWN = ("network.", "instances.", "encryption.")
_NOT_HERE = frozenset({"failover-target", "high-availability"})


def problems_of_regions(spec: ClusterSpec, rules: Collection[Rule], told: Collection[Problem]) -> Iterator[Problem]:
    """What the rules find in each secondary Region, without what they found in the cluster itself.

    Args:
        rules: those that may look; the ones about failover inside a Region are left out.
        told: problems of the cluster itself: what follows from a value of the whole is said once.
    """
    known = {(problem.check, problem.message) for problem in told}
    for prefix, own in members_of_regions(spec):
        headless = spec.global_ is not None and spec.global_.regions[own.region].headless
        for rule in rules:
            if rule.name in _NOT_HERE or (headless and rule.name == "allow-nobody"):
                continue
            for problem in rule.problems(own):
                if problem.path.startswith(_OWN) and (problem.check, problem.message) not in known:
                    yield replace(problem, path=f"{prefix}{problem.path}")


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
    security,
    backups,
    services,
    parameters,
    logs,
    monitoring,
    global_database,
    activity_stream,
    assume_role,
    bootstrap,
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
