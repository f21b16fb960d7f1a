"""Quotas of an account in a Region: what DescribeAccountAttributes says of them, and what they refuse.

Source: Aurora User Guide, quotas (all adjustable); the codes are those of botocore's model.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from aurora_cli.sandbox.emulator.rds.backend import AuroraBackend
from aurora_cli.sandbox.emulator.rds.errors import error


class Quota(NamedTuple):
    """A quota.

    Attributes:
        most: its default.
        used: how much of it is used.
        code: the error of a call that exceeds it.
        actions: the calls that use one more.
    """

    most: int
    used: Callable[[AuroraBackend], int]
    code: str
    actions: tuple[str, ...]


def _own(groups: Any) -> int:
    """Default groups do not count."""
    return sum(1 for name in groups if not name.startswith("default"))


def manual_snapshots(backend: AuroraBackend) -> int:
    """How many cluster snapshots a user has taken or copied."""
    return sum(1 for one in backend.cluster_snapshots.values() if one.snapshot_type == "manual")


QUOTAS: Mapping[str, Quota] = {
    "DBClusters": Quota(
        40,
        lambda backend: len(backend.clusters),
        "DBClusterQuotaExceededFault",
        (
            "CreateDBCluster",
            "RestoreDBClusterFromSnapshot",
            "RestoreDBClusterToPointInTime",
            "RestoreDBClusterFromS3",
            "CreateBlueGreenDeployment",
        ),
    ),
    "DBInstances": Quota(40, lambda backend: len(backend.databases), "InstanceQuotaExceeded", ("CreateDBInstance",)),
    "DBClusterParameterGroups": Quota(
        50,
        lambda backend: _own(backend.db_cluster_parameter_groups),
        "DBParameterGroupQuotaExceeded",
        ("CreateDBClusterParameterGroup",),
    ),
    "DBParameterGroups": Quota(
        50,
        lambda backend: _own(backend.db_parameter_groups),
        "DBParameterGroupQuotaExceeded",
        ("CreateDBParameterGroup",),
    ),
    "DBSubnetGroups": Quota(
        50, lambda backend: _own(backend.subnet_groups), "DBSubnetGroupQuotaExceeded", ("CreateDBSubnetGroup",)
    ),
    "EventSubscriptions": Quota(
        20,
        lambda backend: len(backend.event_subscriptions),
        "EventSubscriptionQuotaExceeded",
        ("CreateEventSubscription",),
    ),
    "ManualClusterSnapshots": Quota(
        100, manual_snapshots, "SnapshotQuotaExceeded", ("CreateDBClusterSnapshot", "CopyDBClusterSnapshot")
    ),
}
_UNTOLD = {
    "DBProxies": Quota(20, lambda backend: len(backend.db_proxies), "DBProxyQuotaExceededFault", ("CreateDBProxy",)),
}
"""Quotas that DescribeAccountAttributes does not name."""

_TEXTS = {
    "DBInstances": "DB Instance quota exceeded",
    "ManualClusterSnapshots": "Cannot create more than {most} manual snapshots",
}
"""What AWS says (public reports of these errors)."""

_SMALLER = {("ap-south-1", "DBInstances"): 20}


def describe(backend: AuroraBackend, params: Any) -> list[dict[str, Any]]:
    """DescribeAccountAttributes: every quota and its usage."""
    return [
        {"AccountQuotaName": name, "Used": quota.used(backend), "Max": _most(backend, name, quota)}
        for name, quota in QUOTAS.items()
    ]


def check(backend: AuroraBackend, action: str, params: Any) -> None:
    """Reject a call that would exceed a quota.

    Raises:
        RDSClientError: the quota is used up.
    """
    final = action == "DeleteDBCluster" and params.get("FinalDBSnapshotIdentifier")
    for name, quota in {**QUOTAS, **_UNTOLD}.items():
        takes_one = action in quota.actions or (final and name == "ManualClusterSnapshots")
        if takes_one and quota.used(backend) >= _most(backend, name, quota):
            most = _most(backend, name, quota)
            raise error(
                quota.code,
                _TEXTS.get(name, "The request would exceed the quota of {most} {name}.").format(most=most, name=name),
            )


def _most(backend: AuroraBackend, name: str, quota: Quota) -> int:
    return _SMALLER.get((backend.region_name, name), quota.most)
