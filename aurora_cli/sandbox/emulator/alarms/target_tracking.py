"""The alarms of a target tracking policy of readers, and the number of readers that such policies ask for.

Aurora User Guide, "Amazon Aurora Auto Scaling with Aurora Replicas"; Application Auto Scaling User Guide, "How target tracking
scaling works" and "Define cooldown periods".
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from aurora_cli.sandbox.emulator.alarms.datapoints import OF_SERVERS

PREDEFINED = {
    "RDSReaderAverageCPUUtilization": "CPUUtilization",
    "RDSReaderAverageDatabaseConnections": "DatabaseConnections",
}
HIGH_PERIODS, LOW_PERIODS = 3, 15
LOW_SHARE = 0.9
"""Part of the target below which capacity is removed."""
DEFAULT_COOLDOWN_S = 300.0


@dataclass(frozen=True)
class Tracking:
    """A policy now.

    Attributes:
        target: the value that it keeps the metric at.
        value: of the metric; None if there is none.
        high, low: whether these alarms are in ALARM.
        scale_in: whether it removes readers.
        out_cooldown_s, in_cooldown_s: seconds after an activity.
    """

    target: float
    value: float | None
    high: bool
    low: bool
    scale_in: bool = True
    out_cooldown_s: float = DEFAULT_COOLDOWN_S
    in_cooldown_s: float = DEFAULT_COOLDOWN_S

    def asks_for(self, current: int) -> int:
        """The number of readers with which the metric would be at its target, if the load is spread over them."""
        return math.ceil(current * self.value / self.target) if self.value is not None else current


def desired(
    current: int, least: int, most: int, policies: Sequence[Tracking], since_out_s: float, since_in_s: float
) -> int:
    """The number of readers that there should be.

    The policy that asks for most readers decides; readers are removed if every policy that may remove any agrees.

    Args:
        current: readers now.
        least, most: the range of the scalable target.
        since_out_s, since_in_s: seconds since readers were last added, and removed.
    """
    if not least <= current <= most:
        return min(max(current, least), most)
    out = [one.asks_for(current) for one in policies if one.high and since_out_s >= one.out_cooldown_s]
    if out:
        return min(max(*out, current + 1), most)
    removing = [one for one in policies if one.scale_in]
    cool = all(min(since_out_s, since_in_s) >= one.in_cooldown_s for one in removing)
    if not removing or not cool or any(one.high for one in policies) or not all(one.low for one in removing):
        return current
    return max(min(max(one.asks_for(current) for one in removing), current - 1), least)


def put_alarms(cloudwatch: Any, policy: Any) -> list[Any]:
    """Create the alarms that AWS creates for a policy. Returns them, the higher first.

    Args:
        cloudwatch: moto's CloudWatch of the Region.
        policy: moto's, of readers of a cluster.
    """
    given = policy.target_tracking_scaling_policy_configuration
    if policy.service_namespace != "rds" or not given:
        return []
    target = float(given["TargetValue"])
    made = [_put_alarm(cloudwatch, policy, "High", "GreaterThanThreshold", target, HIGH_PERIODS)]
    if not given.get("DisableScaleIn"):
        made.append(_put_alarm(cloudwatch, policy, "Low", "LessThanThreshold", target * LOW_SHARE, LOW_PERIODS))
    return made


def _put_alarm(cloudwatch: Any, policy: Any, side: str, comparison: str, threshold: float, periods: int) -> Any:
    return cloudwatch.put_metric_alarm(
        name=f"TargetTracking-{policy.resource_id}-Alarm{side}-{uuid4()}",
        comparison_operator=comparison,
        evaluation_periods=periods,
        period=60,
        threshold=threshold,
        description=f"DO NOT EDIT OR DELETE. For TargetTrackingScaling policy {policy.policy_arn}.",
        alarm_actions=[policy.policy_arn],
        **_metric(policy),
    )


def _metric(policy: Any) -> dict[str, Any]:
    given = policy.target_tracking_scaling_policy_configuration
    predefined = (given.get("PredefinedMetricSpecification") or {}).get("PredefinedMetricType")
    if predefined is not None:
        cluster = policy.resource_id.partition(":")[2]
        return {
            "namespace": OF_SERVERS,
            "metric_name": PREDEFINED[predefined],
            "statistic": "Average",
            "dimensions": [{"Name": "DBClusterIdentifier", "Value": cluster}, {"Name": "Role", "Value": "READER"}],
        }
    own = given["CustomizedMetricSpecification"]
    return {
        "namespace": own.get("Namespace"),
        "metric_name": own.get("MetricName"),
        "statistic": own.get("Statistic") or "Average",
        "dimensions": own.get("Dimensions") or [],
        "unit": own.get("Unit"),
    }
