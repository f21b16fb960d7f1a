"""What a plan would lose, restart, fail over or expose, in words; and which of it stops the run.

Deletion protection covers the cluster and nothing else: a plan may remove every instance of a protected cluster, and a changed
create-time argument may replace the cluster itself. So the plan is read before it is applied.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from aurora_cli.errors import GuardRefused
from aurora_cli.operations.core.review import Finding
from aurora_cli.operations.guard.findings import CLUSTER, INSTANCE, Situation, consequences, goes, removed_instances
from aurora_cli.terraform.plan.plan import Plan, ResourceChange
from aurora_cli.terraform.state.addresses import region_of

__all__ = ["Situation", "inspect", "refuse", "refuse_protected", "removed_instances", "unknown_allows"]

_ORDER = {"lost": 0, "replaced": 1, "exposed": 2, "failover": 3, "restart": 4}


def inspect(plan: Plan, situation: Situation) -> tuple[Finding, ...]:
    """Every consequence a person must know, the refused and the gravest first."""
    findings = consequences(plan, situation)
    allowed = {*situation.allowed, *_gone_with_cluster(plan, situation.allowed)}
    marked = (replace(f, allowed=f.refused and f.address in allowed) for f in findings)
    return tuple(sorted(marked, key=lambda f: (not f.refused, _ORDER[f.effect], f.address)))


def refuse(findings: Collection[Finding]) -> None:
    """Raise GuardRefused if a finding stops the run; does nothing otherwise."""
    stopping = [f for f in findings if f.refused and not f.allowed]
    if not stopping:
        return
    allows = " ".join(f"--allow '{address}'" for address in _to_be_allowed(stopping))
    raise GuardRefused(
        "Nothing was changed: the plan would delete or replace resources that hold data "
        f"({', '.join(dict.fromkeys(f.address for f in stopping))}).",
        hint=f"Change the spec to avoid this. To accept the loss, allow it by address: {allows}",
        details={"findings": [vars(f) for f in stopping]},
    )


def _gone_with_cluster(plan: Plan, allowed: Collection[str]) -> set[str]:
    """Addresses of the instances of clusters that may go: without its cluster an instance is nothing."""
    clusters = {_identifier_of_cluster(c) for c in plan.resource_changes if c.address in allowed and _ends_cluster(c)}
    return {
        c.address
        for c in plan.resource_changes
        if c.type == INSTANCE and goes(c) and c.before.get("cluster_identifier") in clusters
    }


def _ends_cluster(change: ResourceChange) -> bool:
    return change.type == CLUSTER and goes(change)


def _identifier_of_cluster(change: ResourceChange) -> object:
    return change.before.get("cluster_identifier") or change.before.get("id")


def _to_be_allowed(stopping: Collection[Finding]) -> list[str]:
    """The addresses to name: a cluster's is enough for its instances, which a stack has of one cluster only."""
    addresses = list(dict.fromkeys(f.address for f in stopping))
    cluster = any(address.startswith(f"{CLUSTER}.") for address in addresses)
    return [a for a in addresses if not (cluster and a.startswith(f"{INSTANCE}."))]


def refuse_protected(plan: Plan) -> None:
    """Raise GuardRefused if the plan ends a cluster that AWS itself protects, whatever the user allowed.

    Terraform would take the instances down first, and stop at the cluster: an outage, and nothing gained.
    """
    for change in plan.resource_changes:
        if change.type == CLUSTER and goes(change) and _stays_protected(change):
            name = change.before.get("cluster_identifier") or change.address
            raise GuardRefused(
                f"Nothing was changed: AWS protects the cluster {name} against deletion, so it cannot be replaced.",
                hint=f"Disable deletion protection first: aurora-cli apply {name} --set deletion_protection=false",
                details={"address": change.address},
            )


def _stays_protected(change: ResourceChange) -> bool:
    """Whether AWS protects it when Terraform comes to it: of a Region that is removed, the protection is lifted before."""
    removed = change.action == "delete" and region_of(change.address) is not None
    return bool(change.before.get("deletion_protection")) and not removed


def unknown_allows(plan: Plan, allowed: Collection[str]) -> list[str]:
    """Allowed addresses that no change of the plan has: most likely a typing error."""
    known = {change.address for change in plan.resource_changes}
    return sorted(set(allowed) - known)
