"""Adds and removes readers, as Application Auto Scaling does for an Aurora cluster, and says so."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from moto.rds.exceptions import RDSClientError
from moto.rds.models import rds_backends

from aurora_cli.sandbox.emulator.alarms import datapoints, states
from aurora_cli.sandbox.emulator.alarms.target_tracking import DEFAULT_COOLDOWN_S, Tracking, desired
from aurora_cli.sandbox.emulator.rds.actions import instances
from aurora_cli.sandbox.emulator.rds.databases import endpoints
from aurora_cli.sandbox.emulator.rds.models.cluster import AuroraCluster

DIMENSION = "rds:cluster:ReadReplicaCount"
PREFIX = "application-autoscaling-"
"""Names of readers that autoscaling has created begin with it (Aurora User Guide, "Amazon Aurora Auto Scaling")."""
LAST_TIER = 15
KEPT = 100
"""Activities of a Region. AWS keeps those of the last six weeks."""


@dataclass
class Activity:
    """A scaling activity.

    Attributes:
        began, ended: seconds since the epoch.
        cause: as AWS says it.
        before, after: number of readers.
        problem: why it failed.
    """

    id: str
    resource: str
    began: float
    cause: str
    before: int
    after: int
    ended: float | None = None
    problem: str | None = None

    def shown(self) -> dict[str, Any]:
        """An item of DescribeScalingActivities."""
        status = "Failed" if self.problem else "InProgress" if self.ended is None else "Successful"
        message = {
            "Failed": f"Failed to set replica count to {self.after}. Reason: {self.problem}",
            "InProgress": f"Successfully set replica count to {self.after}. Waiting for change to be fulfilled by rds.",
            "Successful": f"Successfully set replica count to {self.after}. Change successfully fulfilled by rds.",
        }[status]
        return {
            "ActivityId": self.id,
            "ServiceNamespace": "rds",
            "ResourceId": self.resource,
            "ScalableDimension": DIMENSION,
            "Description": f"Setting replica count to {self.after}.",
            "Cause": self.cause,
            "StartTime": self.began,
            **({"EndTime": self.ended} if self.ended is not None else {}),
            "StatusCode": status,
            "StatusMessage": message,
        }


def activities(backend: Any) -> list[Activity]:
    """The activities of a Region, the oldest first. Args: backend: moto's Application Auto Scaling."""
    found: list[Activity] = backend.__dict__.setdefault("activities", [])
    return found


def scale(minute_s: float) -> bool:
    """Give every cluster that scales its readers the number that its policies ask for. Call while no other call is served.

    Clusters without servers are left alone: there is nothing to go by.

    Args:
        minute_s: seconds that a minute of periods and cooldowns takes.

    Returns:
        whether an activity has begun or ended.
    """
    changed = [
        _scale(backend, target, cluster, minute_s)
        for backend in states.backends("applicationautoscaling")
        for target in backend.targets.get(DIMENSION, {}).values()
        for cluster in _clusters(backend, target)
    ]
    return any(changed)


def _clusters(backend: Any, target: Any) -> Iterator[AuroraCluster]:
    rds: Any = rds_backends[backend.account_id][backend.region_name]
    rds.run_due()
    cluster = rds.clusters.get(target.resource_id.partition(":")[2])
    if isinstance(cluster, AuroraCluster) and endpoints.is_served(cluster) and cluster.instances:
        yield cluster


def _scale(backend: Any, target: Any, cluster: AuroraCluster, minute_s: float) -> bool:
    if cluster.status != "available" or any(one.status != "available" for one in cluster.instances):
        return False
    now, mine = time.time(), [one for one in activities(backend) if one.resource == target.resource_id]
    ended = [one for one in mine if one.ended is None]
    for one in ended:
        one.ended = now
    current, (policies, causes) = len(cluster.instances) - 1, _policies(backend, target, minute_s, now)
    since = [_since(mine, now, sign) * 60.0 / minute_s for sign in (1, -1)]
    wanted = desired(current, int(target.min_capacity), int(target.max_capacity), policies, *since)
    suspended = target.suspended_state or {}
    side = "DynamicScalingOutSuspended" if wanted > current else "DynamicScalingInSuspended"
    removable = _removable(cluster)
    wanted = max(wanted, current - len(removable))
    if wanted == current or suspended.get(side):
        return bool(ended)
    cause = _cause(target, current, wanted, causes)
    activity = Activity(str(uuid4()), target.resource_id, now, cause, current, wanted)
    _change(cluster, current, wanted, removable, activity)
    activities(backend).append(activity)
    del activities(backend)[:-KEPT]
    return True


def _policies(backend: Any, target: Any, minute_s: float, now: float) -> tuple[list[Tracking], dict[str, str]]:
    """The policies of a target, and the cause that each state of its alarms is."""
    found, causes = [], {}
    (cloudwatch,) = [one for one in states.backends("cloudwatch") if one.region_name == backend.region_name] or [None]
    for policy in backend.policies.values():
        given = policy.target_tracking_scaling_policy_configuration
        alarms = [cloudwatch.alarms[one.name] for one in policy.alarms if cloudwatch and one.name in cloudwatch.alarms]
        if policy.resource_id != target.resource_id or not given or not alarms:
            continue
        ringing = {
            ("high" if "-AlarmHigh-" in one.name else "low"): one for one in alarms if one.state_value == "ALARM"
        }
        for side, alarm in ringing.items():
            causes[side] = f"monitor alarm {alarm.name} in state ALARM triggered policy {policy.policy_name}"
        metric = states.metric_of(alarms[0], minute_s)
        found.append(
            Tracking(
                target=float(given["TargetValue"]),
                value=datapoints.points(cloudwatch, metric, 1, now)[0] if metric is not None else None,
                high="high" in ringing,
                low="low" in ringing,
                scale_in=not given.get("DisableScaleIn"),
                out_cooldown_s=float(given.get("ScaleOutCooldown", DEFAULT_COOLDOWN_S)),
                in_cooldown_s=float(given.get("ScaleInCooldown", DEFAULT_COOLDOWN_S)),
            )
        )
    return found, causes


def _since(mine: list[Activity], now: float, sign: int) -> float:
    """Seconds since readers were last added (1) or removed (-1)."""
    return now - max((one.ended or now for one in mine if (one.after - one.before) * sign > 0), default=0.0)


def _cause(target: Any, current: int, wanted: int, causes: dict[str, str]) -> str:
    if current < target.min_capacity:
        return f"minimum capacity was set to {target.min_capacity}"
    if current > target.max_capacity:
        return f"maximum capacity was set to {target.max_capacity}"
    return causes["high" if wanted > current else "low"]


def _removable(cluster: AuroraCluster) -> list[Any]:
    """The readers that autoscaling has created, the newest first."""
    own = [
        one for one in cluster.instances if one.db_instance_identifier.startswith(PREFIX) and not one.is_cluster_writer
    ]
    return sorted(own, key=lambda one: one.created, reverse=True)


def _change(cluster: AuroraCluster, current: int, wanted: int, removable: list[Any], activity: Activity) -> None:
    try:
        for one in removable[: max(current - wanted, 0)]:
            instances.delete(cluster.backend, {"DBInstanceIdentifier": one.db_instance_identifier})
        for _ in range(wanted - current):
            instances.create(cluster.backend, _like_the_writer(cluster))
    except RDSClientError as problem:
        activity.ended, activity.problem = activity.began, str(problem.message)


def _like_the_writer(cluster: AuroraCluster) -> dict[str, Any]:
    """Parameters of CreateDBInstance: the class and settings of the primary instance, and the last promotion tier."""
    writer = next((one for one in cluster.instances if one.is_cluster_writer), cluster.instances[0])
    return {
        "db_instance_identifier": f"{PREFIX}{uuid4()}",
        "db_cluster_identifier": cluster.db_cluster_identifier,
        "db_instance_class": writer.db_instance_class,
        "engine": cluster.engine,
        "promotion_tier": LAST_TIER,
        "publicly_accessible": writer.publicly_accessible,
        "db_parameter_group_name": writer.db_parameter_group_name,
        "auto_minor_version_upgrade": writer.auto_minor_version_upgrade,
        "copy_tags_to_snapshot": writer.copy_tags_to_snapshot,
    }
