"""Monitoring: what RDS and CloudWatch take."""

from __future__ import annotations

import re
from collections.abc import Iterator

from aurora_cli.spec.derived.members import SERVERLESS, members_of, override_of
from aurora_cli.spec.facts.partitions import partition_of
from aurora_cli.spec.facts.tables import table
from aurora_cli.spec.model.cluster import ClusterSpec
from aurora_cli.spec.rules.registry import Finding, rule
from aurora_cli.spec.values.suggestions import did_you_mean, shown

_INTERVALS = (0, 1, 5, 10, 15, 30, 60)
_ROLE = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]{1,576}", re.ASCII)
_TOPIC = re.compile(r"arn:aws[a-z-]*:sns:(?P<region>[a-z0-9-]+):\d{12}:[A-Za-z0-9_-]{1,256}(?P<fifo>\.fifo)?", re.ASCII)
_EMAIL = re.compile(r"[^@\s]{1,64}@([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,}", re.ASCII)
_ADVANCED_DAYS = 465


def _intervals(spec: ClusterSpec) -> Iterator[tuple[str, int]]:
    if spec.monitoring.enhanced is not None:
        yield "monitoring.enhanced.interval", spec.monitoring.enhanced.interval
    for key, override in spec.instances.overrides.items():
        if override.monitoring_interval is not None:
            yield f"instances.overrides.{key}.monitoring_interval", override.monitoring_interval


@rule(
    "monitoring-interval",
    hard=True,
    text="The Enhanced Monitoring interval is 1, 5, 10, 15, 30 or 60 seconds; 0 disables it.",
    source="RDS API CreateDBInstance.MonitoringInterval",
    fields="monitoring.enhanced instances.overrides",
)
def monitoring_interval(spec: ClusterSpec) -> Iterator[Finding]:
    for path, seconds in _intervals(spec):
        if seconds not in _INTERVALS:
            near = min(_INTERVALS[1:], key=lambda known: abs(known - seconds))
            yield Finding(
                path, f"Enhanced Monitoring does not support an interval of {seconds} seconds", f"write `{near}`"
            )


@rule(
    "monitoring-role",
    hard=True,
    text="The role of Enhanced Monitoring is an ARN of an IAM role, and needs an interval above 0.",
    source="RDS API MonitoringRoleArn",
    fields="monitoring.enhanced instances.overrides",
)
def monitoring_role(spec: ClusterSpec) -> Iterator[Finding]:
    role = spec.monitoring.enhanced.role if spec.monitoring.enhanced else None
    path = "monitoring.enhanced.role"
    if role is None:
        return
    if not _ROLE.fullmatch(role):
        yield Finding(
            path, f'"{shown(role)}" is not a valid role ARN', "it looks like `arn:aws:iam::123456789012:role/NAME`"
        )
    elif not any(seconds for _, seconds in _intervals(spec)):
        yield Finding(path, "a role is set, but Enhanced Monitoring is off", "set `monitoring.enhanced.interval: 60`")


@rule(
    "insights-interval",
    hard=False,
    text="Under Database Insights all instances have the same Enhanced Monitoring interval.",
    source="Aurora User Guide, Database Insights: its operating system metrics are those of Enhanced Monitoring",
    fields="monitoring instances",
)
def insights_interval(spec: ClusterSpec) -> Iterator[Finding]:
    general = spec.monitoring.enhanced.interval if spec.monitoring.enhanced else 0
    own = [override_of(spec, member.key).monitoring_interval for member in members_of(spec)]
    found = sorted({general if seconds is None else seconds for seconds in own})
    if spec.monitoring.insights is not None and len(found) > 1:
        seconds = ", ".join(map(str, found))
        message = (
            f"Database Insights shows the metrics of Enhanced Monitoring, whose intervals differ: {seconds} seconds"
        )
        yield Finding("monitoring.enhanced.interval", message, "leave `monitoring_interval` of the instances out")


@rule(
    "insights-retention",
    hard=True,
    text="Insights are kept 7 days, a multiple of 31 up to 713, or 731 days.",
    source="RDS API PerformanceInsightsRetentionPeriod",
    fields="monitoring.insights",
)
def insights_retention(spec: ClusterSpec) -> Iterator[Finding]:
    days = spec.monitoring.insights.retention if spec.monitoring.insights else None
    allowed = [7, *(31 * months for months in range(1, 24)), 731]
    if days is not None and days not in allowed:
        longer = min((d for d in allowed if d >= days), default=731)
        message = f"Performance Insights keeps 7, 31, 62, ... 713 or 731 days, not {days}"
        yield Finding("monitoring.insights.retention", message, f"the next longer is `{longer}d`")


@rule(
    "insights-advanced",
    hard=True,
    text="The advanced mode of Database Insights keeps 465 days or more.",
    source="RDS API DatabaseInsightsMode; provider issue 43919",
    fields="monitoring.insights",
)
def insights_advanced(spec: ClusterSpec) -> Iterator[Finding]:
    given = spec.monitoring.insights
    if given and given.mode == "advanced" and given.retention is not None and given.retention < _ADVANCED_DAYS:
        message = f"the advanced mode keeps {_ADVANCED_DAYS} days or more, not {given.retention}"
        yield Finding("monitoring.insights.retention", message, f"write `{_ADVANCED_DAYS}d`, or `mode: standard`")


@rule(
    "insights-capacity",
    hard=False,
    text="With Performance Insights a serverless cluster has at least 2 ACU, since it needs memory.",
    source="Aurora User Guide, Serverless v2 (2023)",
    fields="monitoring.insights instances.acu",
)
def insights_capacity(spec: ClusterSpec) -> Iterator[Finding]:
    acu = spec.instances.acu
    if spec.monitoring.insights is not None and acu is not None and acu.min < 2:
        message = f"AWS advises a minimum of 2 ACU with Performance Insights, and the minimum is {acu.min:g}"
        yield Finding("instances.acu.min", message, "write `2` as the minimum, or leave `monitoring.insights` out")


@rule(
    "alarm-time",
    hard=True,
    text="Alarms count whole minutes.",
    source="CloudWatch API PutMetricAlarm: periods of 60 seconds",
    fields="monitoring.alarms",
)
def alarm_time(spec: ClusterSpec) -> Iterator[Finding]:
    alarms = spec.monitoring.alarms
    if alarms is not None and alarms.after % 60:
        near = max(1, round(alarms.after / 60))
        yield Finding("monitoring.alarms.after", f"{alarms.after} seconds are not whole minutes", f"write `{near}m`")


@rule(
    "alarm-serverless",
    hard=False,
    text="The alarm on ACU utilization needs serverless instances.",
    source="Aurora User Guide, CloudWatch metrics: ACUUtilization",
    fields="monitoring.alarms instances.class instances.acu instances.overrides instances.readers",
)
def alarm_serverless(spec: ClusterSpec) -> Iterator[Finding]:
    alarms = spec.monitoring.alarms
    given = alarms is not None and "acu" in alarms.model_fields_set and alarms.acu not in (0, type(alarms)().acu)
    if given and all(member.class_name != SERVERLESS for member in members_of(spec)):
        yield Finding("monitoring.alarms.acu", "no instance is serverless, so this alarm has no metric", "remove it")


@rule(
    "topic",
    hard=True,
    text="The SNS topic is an ARN in the cluster's Region, and not a FIFO topic.",
    source="CloudWatch API PutMetricAlarm.AlarmActions; RDS events: no FIFO topics",
    fields="region monitoring.notifications",
)
def topic(spec: ClusterSpec) -> Iterator[Finding]:
    named, path = spec.monitoring.notifications.topic, "monitoring.notifications.topic"
    if named is None:
        return
    match = _TOPIC.fullmatch(named)
    if match is None:
        example = f"it looks like `arn:{partition_of(spec.region).name}:sns:{spec.region}:123456789012:alerts`"
        yield Finding(path, f'"{shown(named)}" is not a valid topic ARN', example)
    elif match["region"] != spec.region:
        yield Finding(path, f"the topic is in {match['region']}, the cluster in {spec.region}", "use one of its Region")
    elif match["fifo"]:
        yield Finding(path, "RDS does not send events to a FIFO topic", "use a standard topic")


@rule(
    "topic-key",
    hard=True,
    text="A KMS key needs a topic that the stack creates.",
    source="SNS API CreateTopic.KmsMasterKeyId",
    fields="monitoring.notifications",
)
def topic_key(spec: ClusterSpec) -> Iterator[Finding]:
    given = spec.monitoring.notifications
    if given.topic is not None and given.kms_key is not None:
        yield Finding("monitoring.notifications.kms_key", "this is an existing topic, with its own key", "remove it")


@rule(
    "email",
    hard=True,
    text="Email addresses are written `name@example.com`, each once.",
    source="SNS API Subscribe",
    fields="monitoring.notifications",
)
def email(spec: ClusterSpec) -> Iterator[Finding]:
    addresses = spec.monitoring.notifications.emails
    for index, address in enumerate(addresses):
        path = f"monitoring.notifications.emails.{index}"
        if not _EMAIL.fullmatch(address):
            yield Finding(path, f'"{shown(address)}" is not a valid email address', "for example `ops@example.com`")
        elif address in addresses[:index]:
            yield Finding(path, f"{shown(address)} is listed twice", "keep one")


@rule(
    "alarm-nobody",
    hard=False,
    text="Alarms and events have a recipient: a topic or an email address.",
    source="a new SNS topic has no subscribers",
    fields="monitoring",
)
def alarm_nobody(spec: ClusterSpec) -> Iterator[Finding]:
    given = spec.monitoring.notifications
    if _sends(spec) and given.topic is None and not given.emails:
        hint = "set `monitoring.notifications.emails` or `topic`"
        yield Finding("monitoring.notifications", "a new topic has no subscribers, so nobody is notified", hint)


@rule(
    "notifications-unused",
    hard=False,
    text="A topic and addresses need alarms or events.",
    source="nothing would be sent",
    fields="monitoring",
)
def notifications_unused(spec: ClusterSpec) -> Iterator[Finding]:
    given = spec.monitoring.notifications
    if not _sends(spec) and (given.topic is not None or given.emails or given.kms_key is not None):
        hint = "set `monitoring.alarms: true`, or list categories in `monitoring.events`"
        yield Finding("monitoring.notifications", "no alarms and no events are enabled, so nothing is sent", hint)


@rule(
    "event-category",
    hard=False,
    text="Event categories are those of the source, as of the packaged list.",
    source="RDS API DescribeEventCategories",
    fields="monitoring.events",
)
def event_category(spec: ClusterSpec) -> Iterator[Finding]:
    events, known = spec.monitoring.events, table("limits")["event_categories"]
    for source, names in (("cluster", events.cluster), ("instances", events.instances)):
        for index, name in enumerate(names):
            if name not in known[source]:
                hint = did_you_mean(name, known[source], f"there are {', '.join(known[source])}")
                message = f'"{shown(name)}" is not a valid event category here, as of {table("limits")["read"]}'
                yield Finding(f"monitoring.events.{source}.{index}", message, hint)


def _sends(spec: ClusterSpec) -> bool:
    alarms, events = spec.monitoring.alarms, spec.monitoring.events
    return bool((alarms and alarms.enabled) or events.cluster or events.instances)
