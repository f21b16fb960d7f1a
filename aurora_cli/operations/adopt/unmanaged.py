"""What hangs on an adopted cluster and stays in other hands, in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aurora_cli.aws.cluster.discovery import DiscoveredCluster, Item
from aurora_cli.operations.adopt.members import own_parameter_groups
from aurora_cli.problem import some_of

if TYPE_CHECKING:
    from aurora_cli.spec.model.cluster import ClusterSpec


@dataclass(frozen=True)
class Unmanaged:
    """One thing that is used as it is: `kind` (e.g. `DB subnet group`), its `name`, and `note` on what is in it."""

    kind: str
    name: str
    note: str = ""


def unmanaged_of(found: DiscoveredCluster, spec: ClusterSpec) -> tuple[Unmanaged, ...]:
    """All of it, in the order in which a person would look."""
    return (*_network(found), *_parameters(found), *_readers(found, spec), *_logs(found, spec), *_others(found, spec))


def _network(found: DiscoveredCluster) -> Iterator[Unmanaged]:
    zones = sorted({s["SubnetAvailabilityZone"]["Name"] for s in found.subnet_group.get("Subnets", ())})
    where = f"in {found.subnet_group.get('VpcId')}" + (f", {', '.join(zones)}" if zones else "")
    if not found.own_subnets:
        yield Unmanaged("DB subnet group", str(found.cluster.get("DBSubnetGroup")), where)
    for group in found.security_groups:
        if group["GroupId"] == (found.own_group or {}).get("GroupId"):
            continue
        sources = ", ".join(sorted(set(_sources(group)))) or "nobody"
        yield Unmanaged("security group", f"{group['GroupId']} ({group['GroupName']})", f"lets in {sources}")


def _sources(group: Item) -> Iterator[str]:
    for rule in group.get("IpPermissions", ()):
        ports = str(rule["FromPort"]) if rule.get("FromPort") == rule.get("ToPort") else "a range"
        on = f" on {ports}" if rule.get("FromPort") is not None else " on every port"
        for one in (*rule.get("IpRanges", ()), *rule.get("Ipv6Ranges", ())):
            yield str(one.get("CidrIp") or one.get("CidrIpv6")) + on
        for one in rule.get("UserIdGroupPairs", ()):
            yield f"{one.get('GroupId')}{on}"
        for one in rule.get("PrefixListIds", ()):
            yield f"{one.get('PrefixListId')}{on}"


def _parameters(found: DiscoveredCluster) -> Iterator[Unmanaged]:
    taken_over = own_parameter_groups(found).items()
    for (kind, name), values in found.parameters.items():
        if (kind, name) in taken_over:
            continue
        label = "cluster parameter group" if kind == "cluster" else "DB parameter group"
        texts = [f"{key} = {value}" for key, value in sorted(values.items())]
        yield Unmanaged(label, name, f"sets {some_of(texts)}" if texts else "sets no parameters")


def _readers(found: DiscoveredCluster, spec: ClusterSpec) -> Iterator[Unmanaged]:
    for identifier in found.autoscaled:
        yield Unmanaged("reader", identifier, "created by autoscaling")
    if found.targets and spec.autoscaling is None:
        yield Unmanaged("reader autoscaling", f"cluster:{found.identifier}", "its policies or schedules are custom")
    described = {f"{found.identifier}-{key}" for key in spec.endpoints}
    for endpoint in found.endpoints:
        if endpoint["DBClusterEndpointIdentifier"] not in described:
            yield Unmanaged("custom endpoint", endpoint["DBClusterEndpointIdentifier"], str(endpoint.get("Endpoint")))


def _logs(found: DiscoveredCluster, spec: ClusterSpec) -> Iterator[Unmanaged]:
    if spec.logs.own_groups:
        return
    for group in found.log_groups.values():
        days = group.get("retentionInDays")
        yield Unmanaged("log group", group["logGroupName"], f"kept {days} days" if days else "never expires")


def _others(found: DiscoveredCluster, spec: ClusterSpec) -> Iterator[Unmanaged]:
    enhanced = spec.monitoring.enhanced
    if enhanced and enhanced.role:
        yield Unmanaged("IAM role", enhanced.role, "of Enhanced Monitoring")
    for role in found.cluster.get("AssociatedRoles") or ():
        feature = role.get("FeatureName")
        yield Unmanaged("IAM role", role["RoleArn"], f"for {feature}" if feature else "associated with the cluster")
    if spec.monitoring.insights is None:
        for one in found.managed:
            if one.get("PerformanceInsightsEnabled"):
                yield Unmanaged("Performance Insights", one["DBInstanceIdentifier"], "set only on the instance")
    for proxy in found.proxies:
        yield Unmanaged("RDS proxy", proxy)
