"""Custom endpoints, autoscaling, log groups, rotation: described by the spec where it can say them exactly, else left alone."""

from __future__ import annotations

import re
from typing import Any

from aurora_cli.aws.cluster.discovery import DiscoveredCluster, Item
from aurora_cli.operations.adopt.members import keys_of
from aurora_cli.operations.adopt.tags import own_tags

METRICS = {"RDSReaderAverageCPUUtilization": "cpu", "RDSReaderAverageDatabaseConnections": "connections"}
_ENDPOINT_KEY = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)
_DEFAULT_DAYS = 7
_HOURS = re.compile(r"(\d+)h")


def endpoints_of(found: DiscoveredCluster) -> dict[str, dict[str, Any]]:
    """The custom endpoints that are called `<name>-<key>` and lead to instances of the spec."""
    keys = {i["DBInstanceIdentifier"]: key for key, i in keys_of(found).items()}
    described = {}
    for endpoint in found.endpoints:
        key = endpoint["DBClusterEndpointIdentifier"].removeprefix(f"{found.identifier}-")
        members, excluded = endpoint.get("StaticMembers") or [], endpoint.get("ExcludedMembers") or []
        named = endpoint["DBClusterEndpointIdentifier"] == f"{found.identifier}-{key}" and _ENDPOINT_KEY.fullmatch(key)
        if named and {*members, *excluded} <= set(keys) and not own_tags(found, endpoint["TagList"]):
            described[key] = {
                "type": endpoint["CustomEndpointType"].lower(),
                "members": sorted(keys[m] for m in members),
                "excluded": sorted(keys[m] for m in excluded),
            }
    return described


def autoscaling_of(found: DiscoveredCluster) -> dict[str, Any] | None:
    """Reader autoscaling, if its policies are named and made as the templates make them and nothing is scheduled."""
    if len(found.targets) != 1 or found.schedules or not found.policies:
        return None
    policies = {_metric(p): p for p in found.policies}
    settings = {_settings(p) for p in found.policies}
    if None in policies or len(policies) < len(found.policies) or len(settings) != 1:
        return None
    if any(p["PolicyName"] != f"{found.identifier}-{metric}" for metric, p in policies.items()):
        return None
    scale_in, in_cooldown, out_cooldown = settings.pop()
    if in_cooldown is None or out_cooldown is None:
        return None
    values = {m: p["TargetTrackingScalingPolicyConfiguration"]["TargetValue"] for m, p in policies.items()}
    target = found.targets[0]
    return {
        "min": target["MinCapacity"],
        "max": target["MaxCapacity"],
        **{str(m): int(v) if m == "connections" else v for m, v in values.items()},
        "scale_in": scale_in,
        "scale_in_cooldown": in_cooldown,
        "scale_out_cooldown": out_cooldown,
    }


def _metric(policy: Item) -> str | None:
    tracking = policy.get("TargetTrackingScalingPolicyConfiguration") or {}
    return METRICS.get((tracking.get("PredefinedMetricSpecification") or {}).get("PredefinedMetricType", ""))


def _settings(policy: Item) -> tuple[bool, int | None, int | None]:
    tracking = policy.get("TargetTrackingScalingPolicyConfiguration") or {}
    return (
        not tracking.get("DisableScaleIn", False),
        tracking.get("ScaleInCooldown"),
        tracking.get("ScaleOutCooldown"),
    )


def logs_of(found: DiscoveredCluster) -> dict[str, Any]:
    """The section `logs`: groups are taken over if all are there, kept equally long, with one key and no own tags."""
    exports = sorted(found.cluster.get("EnabledCloudwatchLogsExports") or [])
    kept = {(g.get("retentionInDays"), g.get("kmsKeyId")) for g in found.log_groups.values()}
    alike = len(kept) == 1 and set(found.log_groups) == set(exports)
    retention, key = next(iter(kept)) if alike else (None, None)
    if retention is None or any(own_tags(found, g["tags"]) for g in found.log_groups.values()):
        return {"exports": exports, **({"own_groups": False} if exports else {})}
    return {"exports": exports, "retention": retention, **({"kms_key": key} if key else {})}


def rotation_of(found: DiscoveredCluster) -> dict[str, Any] | None:
    """The schedule of the master password, if it is not the one that AWS gives to each."""
    rules = found.rotation
    expression, days, duration = (
        rules.get("ScheduleExpression"),
        rules.get("AutomaticallyAfterDays"),
        rules.get("Duration"),
    )
    hours = _HOURS.fullmatch(duration or "")
    if not rules or (not expression and days in (None, _DEFAULT_DAYS) and not hours):
        return None
    when = {"schedule": expression} if expression else {"every": days}
    return {**when, **({"duration": int(hours[1]) * 3600} if hours else {})}


def stream_of(found: DiscoveredCluster) -> dict[str, Any] | None:
    """The activity stream, if one runs. AWS gives the id of its key, which is of the cluster's account and Region."""
    cluster = found.cluster
    if cluster.get("ActivityStreamStatus") != "started":
        return None
    of_cluster = str(cluster["DBClusterArn"]).split(":")
    key = ":".join((*of_cluster[:2], "kms", *of_cluster[3:5], f"key/{cluster['ActivityStreamKmsKeyId']}"))
    return {"mode": cluster["ActivityStreamMode"], "kms_key": key}
