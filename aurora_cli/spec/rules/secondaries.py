"""The rules of a cluster, held against the clusters of the secondary Regions.

Network, instances, capacity and key of a Region have the same shape as the cluster's own, so the same rules look at them;
what they find is told with the Region's path.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from aurora_cli.errors import Problem
from aurora_cli.spec.model.cluster import ClusterSpec
from aurora_cli.spec.rules.data.global_database import members_of_regions
from aurora_cli.spec.rules.registry import Rule

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
