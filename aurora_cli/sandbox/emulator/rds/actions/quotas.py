"""DescribeAccountAttributes: the default quotas and their usage."""

from __future__ import annotations

from typing import Any

from aurora_cli.sandbox.emulator.rds.backend import AuroraBackend

DEFAULTS = {
    "DBClusters": 40,
    "DBInstances": 40,
    "DBClusterParameterGroups": 50,
    "DBParameterGroups": 50,
    "DBSubnetGroups": 50,
    "EventSubscriptions": 20,
    "ManualClusterSnapshots": 100,
}
"""Aurora User Guide, quotas. 20 instances in ap-south-1."""


def describe(backend: AuroraBackend, params: Any) -> list[dict[str, Any]]:
    """Every quota and its usage. Default groups do not count."""
    used = {
        "DBClusters": len(backend.clusters),
        "DBInstances": len(backend.databases),
        "DBClusterParameterGroups": _own(backend.db_cluster_parameter_groups),
        "DBParameterGroups": _own(backend.db_parameter_groups),
        "DBSubnetGroups": _own(backend.subnet_groups),
        "EventSubscriptions": len(backend.event_subscriptions),
        "ManualClusterSnapshots": len(backend.cluster_snapshots),
    }
    most = {**DEFAULTS, "DBInstances": 20} if backend.region_name == "ap-south-1" else DEFAULTS
    return [{"AccountQuotaName": name, "Used": used[name], "Max": most[name]} for name in DEFAULTS]


def _own(groups: Any) -> int:
    return sum(1 for name in groups if not name.startswith("default"))
