"""The states of all alarms, and their notifications."""

from __future__ import annotations

import json
import sys
import time
import traceback
from collections.abc import Iterator
from typing import Any

from moto.backends import get_backend

from aurora_cli.sandbox.emulator.alarms import datapoints, evaluation
from aurora_cli.sandbox.emulator.alarms.datapoints import Metric
from aurora_cli.sandbox.emulator.alarms.evaluation import ALARM, OK, UNKNOWN, Rule

ACTIONS = {ALARM: "alarm_actions", OK: "ok_actions", UNKNOWN: "insufficient_data_actions"}
MINUTE_S = 60.0


def backends(service: str) -> Iterator[Any]:
    """moto's backends of a service, if anybody has used it."""
    if f"moto.{service}.models" in sys.modules:
        known: Any = get_backend(service)  # type: ignore[call-overload]
        for _, _, backend in known.iter_backends():
            yield backend


def update(minute_s: float) -> bool:
    """Give every alarm the state that its datapoints ask for. Call while no other call is served.

    Args:
        minute_s: seconds that a minute of periods takes.

    Returns:
        whether one has changed.
    """
    now = time.time()
    changed = [
        _update(backend, alarm, minute_s, now)
        for backend in backends("cloudwatch")
        for alarm in backend.alarms.values()
    ]
    return any(changed)


def metric_of(alarm: Any, minute_s: float) -> Metric | None:
    """What an alarm watches; None: an expression, or other alarms."""
    if not alarm.metric_name or alarm.comparison_operator not in evaluation.COMPARISONS or alarm.threshold is None:
        return None
    dimensions = {one.name: one.value for one in alarm.dimensions}
    statistic = alarm.statistic or alarm.extended_statistic or "Average"
    period = float(alarm.period or MINUTE_S) * minute_s / MINUTE_S
    return Metric(alarm.namespace, alarm.metric_name, dimensions, statistic, period, alarm.unit or None)


def _update(backend: Any, alarm: Any, minute_s: float, now: float) -> bool:
    metric = metric_of(alarm, minute_s)
    if metric is None:
        return False
    periods = int(alarm.evaluation_periods)
    needed = int(alarm.datapoints_to_alarm or periods)
    rule = Rule(
        alarm.comparison_operator, float(alarm.threshold), periods, needed, alarm.treat_missing_data or "missing"
    )
    points = datapoints.points(backend, metric, rule.range, now)
    before = alarm.state_value
    state = evaluation.state(rule, points, before)
    if state == before:
        return False
    reason = evaluation.reason(rule, points, before, state)
    data = {"version": "1.0", "period": alarm.period, "recentDatapoints": [one for one in points if one is not None]}
    alarm.update_state(reason, json.dumps(data), state)
    tell(backend, alarm, before)
    return True


def tell(backend: Any, alarm: Any, before: str) -> None:
    """Notify the topics that an alarm has for its state. Args: before: its former state."""
    if alarm.actions_enabled and alarm.state_value != before:
        for arn in getattr(alarm, ACTIONS[alarm.state_value]):
            if ":sns:" in arn:
                _notify(backend, alarm, before, arn)


def _notify(backend: Any, alarm: Any, before: str, topic: str) -> None:
    subject = f'{alarm.state_value}: "{alarm.name}" in {backend.region_name}'
    try:
        get_backend("sns")[backend.account_id][backend.region_name].publish(
            json.dumps(_message(backend, alarm, before)), arn=topic, subject=subject[:100]
        )
    except Exception:  # the topic is deleted, or a subscriber does not answer: the alarm has its state all the same
        traceback.print_exc()


def _message(backend: Any, alarm: Any, before: str) -> dict[str, Any]:
    return {
        "AlarmName": alarm.name,
        "AlarmDescription": alarm.description,
        "AWSAccountId": backend.account_id,
        "AlarmConfigurationUpdatedTimestamp": _shown(alarm.configuration_updated_timestamp),
        "NewStateValue": alarm.state_value,
        "NewStateReason": alarm.state_reason,
        "StateChangeTime": _shown(alarm.state_updated_timestamp),
        "Region": backend.region_name,
        "AlarmArn": alarm.alarm_arn,
        "OldStateValue": before,
        "OKActions": alarm.ok_actions,
        "AlarmActions": alarm.alarm_actions,
        "InsufficientDataActions": alarm.insufficient_data_actions,
        "Trigger": {
            "MetricName": alarm.metric_name,
            "Namespace": alarm.namespace,
            "StatisticType": "Statistic" if alarm.statistic else "ExtendedStatistic",
            "Statistic": (alarm.statistic or alarm.extended_statistic or "").upper(),
            "Unit": alarm.unit,
            "Dimensions": [{"name": one.name, "value": one.value} for one in alarm.dimensions],
            "Period": alarm.period,
            "EvaluationPeriods": alarm.evaluation_periods,
            "DatapointsToAlarm": alarm.datapoints_to_alarm,
            "ComparisonOperator": alarm.comparison_operator,
            "Threshold": alarm.threshold,
            "TreatMissingData": alarm.treat_missing_data or "",
            "EvaluateLowSampleCountPercentile": alarm.evaluate_low_sample_count_percentile or "",
        },
    }


def _shown(time: Any) -> str:
    return f"{time:%Y-%m-%dT%H:%M:%S}.{time.microsecond // 1000:03d}+0000"
