"""Quotas of the account that a change would pass, and changes that do less than one may think."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from aurora_cli.aws.related.quotas import Quota, read_proxy_quota, read_quotas
from aurora_cli.operations.core.concern import Concern, Shown
from aurora_cli.problem import Problem
from aurora_cli.terraform.plan.plan import Plan, ResourceChange

CLUSTER = "aws_rds_cluster"
_QUOTAS = {
    CLUSTER: "DBClusters",
    "aws_rds_cluster_instance": "DBInstances",
    "aws_db_instance": "DBInstances",
    "aws_rds_cluster_parameter_group": "DBClusterParameterGroups",
    "aws_db_parameter_group": "DBParameterGroups",
    "aws_db_subnet_group": "DBSubnetGroups",
    "aws_db_event_subscription": "EventSubscriptions",
    "aws_db_proxy": "DBProxies",
}
_WORDS = {
    "DBClusters": "DB clusters",
    "DBInstances": "DB instances",
    "DBClusterParameterGroups": "DB cluster parameter groups",
    "DBParameterGroups": "DB parameter groups",
    "DBSubnetGroups": "DB subnet groups",
    "EventSubscriptions": "event subscriptions",
    "DBProxies": "RDS proxies",
    "ManualClusterSnapshots": "manual cluster snapshots",
}
_RAISE = "request an increase in the Service Quotas console, or delete unused resources"


def counts(plan: Plan) -> Counter[str]:
    """Quota name -> how many more of it there are after the plan. What goes first and comes again counts as nothing."""
    more: Counter[str] = Counter()
    for change in plan.resource_changes:
        step = {"create": 1, "delete": -1}.get(change.action, 0)
        if change.type in _QUOTAS and step:
            more[_QUOTAS[change.type]] += step
    return +more


def over_quota(plan: Plan, quotas: Mapping[str, Quota]) -> Iterator[Problem]:
    """A warning for each quota that the plan would pass; a warning only, since a raise may be on its way."""
    for name, more in counts(plan).items():
        quota = quotas.get(name)
        if quota is not None and more > quota.left:
            message = (
                f"{_WORDS[name]}: the plan creates {more}, and this account may have {quota.left} more here "
                f"({quota.used} of {quota.most} are used)"
            )
            yield Problem("", message, hint=_RAISE, severity="warning", check="quota")


def used_up(quotas: Mapping[str, Quota]) -> list[str]:
    """`DB clusters (40 of 40)` for each quota of ours that leaves room for nothing more."""
    return [
        f"{words} ({quotas[name].used} of {quotas[name].most})" for name, words in _WORDS.items() if _full(quotas, name)
    ]


def _full(quotas: Mapping[str, Quota], name: str) -> bool:
    return name in quotas and not quotas[name].left


class Quotas(Concern):
    """The quotas that a change would pass, asked for only where something is made that has one."""

    def review(self, plan: Plan) -> Shown:
        """Warnings."""
        made = counts(plan)
        quotas = read_quotas(self.context.rds) if made else {}
        proxies = read_proxy_quota(self.context.rds) if "DBProxies" in made else {}
        return Shown(warnings=(*doubts(plan), *over_quota(plan, {**quotas, **proxies})))


def doubts(plan: Plan) -> Iterator[Problem]:
    """Warnings about changes of the cluster that do less than one may think."""
    for change in changed_cluster(plan):
        old, new = (_largest(values) for values in (change.before, change.after))
        if old is not None and new is not None and old != new:
            message = "`max_connections` follows the largest capacity only when an instance has been restarted"
            hint = "restart the instances, readers first, at a time that suits"
            yield Problem("instances.acu.max", message, hint=hint, severity="warning", check="acu-restart")


def changed_cluster(plan: Plan) -> Iterator[ResourceChange]:
    """The clusters that the plan changes in place."""
    yield from (c for c in plan.resource_changes if c.type == CLUSTER and c.action == "update")


def _largest(values: Mapping[str, Any]) -> float | None:
    blocks = values.get("serverlessv2_scaling_configuration") or []
    return blocks[0].get("max_capacity") if blocks else None
