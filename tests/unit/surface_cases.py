"""Specs that break a rule of the wider surface, and words that the user then reads."""

from __future__ import annotations

from typing import Any

from tests.unit.spec_cases import MYSQL, POSTGRES

SurfaceCase = tuple[dict[str, Any], str, dict[str, Any], str, str]
_TWO = "instances.overrides.2"

INSTANCES: list[SurfaceCase] = [
    (
        POSTGRES,
        "override-identifier",
        {"instances.readers": 1, f"{_TWO}.identifier": "Orders_Reports"},
        f"{_TWO}.identifier",
        "Orders_Reports is no instance identifier",
    ),
    (
        POSTGRES,
        "override-identifier-twice",
        {"instances.readers": 1, f"{_TWO}.identifier": "orders-1"},
        f"{_TWO}.identifier",
        "orders-1 is the name of instance 1 as well",
    ),
    (
        POSTGRES,
        "ca-certificate",
        {"instances.ca_certificate": "rds-ca-2019"},
        "instances.ca_certificate",
        "rds-ca-2019 is no certificate authority of RDS",
    ),
    (
        POSTGRES,
        "ca-certificate",
        {"instances.overrides.1.ca_certificate": "rds-ca-rsa2048"},
        "instances.overrides.1.ca_certificate",
        "rds-ca-rsa2048 is no certificate authority of RDS",
    ),
    (
        POSTGRES,
        "override-window",
        {"instances.overrides.1.maintenance_window": "sunday"},
        "instances.overrides.1.maintenance_window",
        "sunday is no weekly window of 30 minutes or more",
    ),
    (
        POSTGRES,
        "override-window",
        {"backup.window": "03:00-04:00", "instances.overrides.1.maintenance_window": "sun:03:30-sun:04:30"},
        "instances.overrides.1.maintenance_window",
        "it overlaps the backup window 03:00-04:00",
    ),
    (
        POSTGRES,
        "override-parameter-group",
        {"instances.overrides.1.parameter_group": "my_group"},
        "instances.overrides.1.parameter_group",
        "my_group is no parameter group name",
    ),
    (
        POSTGRES,
        "override-parameter-group",
        {"instances.overrides.1.parameter_group": "mine", "instances.overrides.1.parameters.work_mem": 65536},
        "instances.overrides.1.parameter_group",
        "an existing group and `parameters` of its own",
    ),
    (
        POSTGRES,
        "override-scaling",
        {"instances.overrides.1.scale_with_writer": True},
        "instances.overrides.1.scale_with_writer",
        "instance 1 is not serverless",
    ),
    (
        POSTGRES,
        "override-scaling",
        {
            "instances.acu": "1-8",
            "instances.readers": 1,
            f"{_TWO}.scale_with_writer": True,
            f"{_TWO}.promotion_tier": 5,
        },
        f"{_TWO}.scale_with_writer",
        "an instance in promotion tier 5 scales alone",
    ),
    (
        POSTGRES,
        "failover-size",
        {"instances.class": "db.r7g.xlarge", "instances.readers": 1, f"{_TWO}.class": "db.t4g.large"},
        _TWO,
        "db.t4g.large (8 GiB) is smaller than the writer's db.r7g.xlarge (32 GiB)",
    ),
    (
        POSTGRES,
        "failover-size",
        {
            "instances.class": "db.r7g.4xlarge",
            "instances.readers": 1,
            "instances.acu": "1-16",
            f"{_TWO}.class": "db.serverless",
        },
        _TWO,
        "db.serverless (32 GiB) is smaller than the writer's db.r7g.4xlarge (128 GiB)",
    ),
    (
        POSTGRES,
        "failover-following",
        {"instances.acu": "1-8", "instances.readers": 1, f"{_TWO}.scale_with_writer": False},
        "instances.overrides",
        "every reader scales alone",
    ),
    (
        POSTGRES,
        "high-availability",
        {"high_availability": True, "instances.readers": 0},
        "instances.readers",
        "there is no reader to fail over to",
    ),
    (
        POSTGRES,
        "high-availability",
        {
            "high_availability": True,
            "instances.overrides.1.zone": "eu-west-1a",
            f"{_TWO}.zone": "eu-west-1a",
            "network.zones": ["eu-west-1a", "eu-west-1b"],
        },
        "instances.overrides",
        "all instances are in eu-west-1a",
    ),
    (
        POSTGRES,
        "io-optimized-version",
        {"storage": "aurora-iopt1", "engine_version": "17.3"},
        "storage",
        "aurora-postgresql 17.3 has no I/O-Optimized storage; it begins with 17.4",
    ),
    (
        MYSQL,
        "io-optimized-version",
        {"storage": "aurora-iopt1", "engine_version": "5.7.mysql_aurora.2.12.5"},
        "storage",
        "has no I/O-Optimized storage",
    ),
    (
        POSTGRES,
        "io-optimized-class",
        {"storage": "aurora-iopt1", "instances.class": "db.t2.medium"},
        "instances.class",
        "db.t2.medium does not go with I/O-Optimized storage",
    ),
    (
        POSTGRES,
        "io-optimized-old-class",
        {"storage": "aurora-iopt1", "instances.class": "db.r4.large"},
        "instances.class",
        "AWS may refuse db.r4.large",
    ),
    (
        POSTGRES,
        "tag-key",
        {"instances.overrides.1.tags": {"aws:x": "v"}},
        "instances.overrides.1.tags.aws:x",
        "AWS keeps tags that start with `aws:` for itself",
    ),
    (
        POSTGRES,
        "parameter-name",
        {"instances.overrides.1.parameters": {"Work_Mem": 1}},
        "instances.overrides.1.parameters.Work_Mem",
        "Work_Mem is no parameter name",
    ),
]

_ALARMED = {"monitoring.alarms": True, "monitoring.notifications.emails": ["ops@example.com"]}
_TOPIC = "monitoring.notifications.topic"
MONITORING: list[SurfaceCase] = [
    (
        POSTGRES,
        "monitoring-interval",
        {"monitoring.enhanced.interval": 45},
        "monitoring.enhanced.interval",
        "Enhanced Monitoring has no interval of 45 seconds",
    ),
    (
        POSTGRES,
        "monitoring-interval",
        {"instances.overrides.1.monitoring_interval": 2},
        "instances.overrides.1.monitoring_interval",
        "no interval of 2 seconds",
    ),
    (
        POSTGRES,
        "monitoring-role",
        {"monitoring.enhanced": {"interval": 60, "role": "monitoring"}},
        "monitoring.enhanced.role",
        "monitoring is no role's ARN",
    ),
    (
        POSTGRES,
        "monitoring-role",
        {"monitoring.enhanced": {"interval": 0, "role": "arn:aws:iam::123456789012:role/monitoring"}},
        "monitoring.enhanced.role",
        "a role is named, but Enhanced Monitoring is off",
    ),
    (
        POSTGRES,
        "insights-retention",
        {"monitoring.insights": {"mode": "standard", "retention": "30d"}},
        "monitoring.insights.retention",
        "keeps 7, 31, 62, ... 713 or 731 days, not 30",
    ),
    (
        POSTGRES,
        "insights-advanced",
        {"monitoring.insights": {"mode": "advanced", "retention": "31d"}},
        "monitoring.insights.retention",
        "the advanced mode keeps 465 days or more, not 31",
    ),
    (
        POSTGRES,
        "insights-capacity",
        {"monitoring.insights.mode": "standard", "instances.acu": "0.5-8"},
        "instances.acu.min",
        "AWS advises a minimum of 2 ACU",
    ),
    (
        POSTGRES,
        "alarm-time",
        {**_ALARMED, "monitoring.alarms": {"after": "90s"}},
        "monitoring.alarms.after",
        "90 seconds are no whole minutes",
    ),
    (
        POSTGRES,
        "alarm-serverless",
        {**_ALARMED, "monitoring.alarms": {"acu": 80}},
        "monitoring.alarms.acu",
        "no instance is serverless",
    ),
    (POSTGRES, "topic", {"monitoring.alarms": True, _TOPIC: "alerts"}, _TOPIC, "alerts is no topic's ARN"),
    (
        POSTGRES,
        "topic",
        {"monitoring.alarms": True, _TOPIC: "arn:aws:sns:us-east-1:123456789012:alerts"},
        _TOPIC,
        "the topic is in us-east-1, the cluster in eu-west-1",
    ),
    (
        POSTGRES,
        "topic",
        {"monitoring.alarms": True, _TOPIC: "arn:aws:sns:eu-west-1:123456789012:alerts.fifo"},
        _TOPIC,
        "RDS sends no events to a FIFO topic",
    ),
    (
        POSTGRES,
        "topic-key",
        {
            "monitoring.alarms": True,
            _TOPIC: "arn:aws:sns:eu-west-1:123456789012:alerts",
            "monitoring.notifications.kms_key": "alias/topic",
        },
        "monitoring.notifications.kms_key",
        "the topic is there already",
    ),
    (
        POSTGRES,
        "email",
        {"monitoring.alarms": True, "monitoring.notifications.emails": ["ops"]},
        "monitoring.notifications.emails.0",
        "ops is no e-mail address",
    ),
    (
        POSTGRES,
        "email",
        {"monitoring.alarms": True, "monitoring.notifications.emails": ["a@example.com", "a@example.com"]},
        "monitoring.notifications.emails.1",
        "a@example.com is named twice",
    ),
    (POSTGRES, "alarm-nobody", {"monitoring.alarms": True}, "monitoring.notifications", "nobody is told"),
    (
        POSTGRES,
        "notifications-unused",
        {"monitoring.notifications.emails": ["a@example.com"]},
        "monitoring.notifications",
        "no alarm and no event is on",
    ),
    (
        POSTGRES,
        "event-category",
        {"monitoring.events.cluster": ["failovers"], "monitoring.notifications.emails": ["a@example.com"]},
        "monitoring.events.cluster.0",
        "failovers is no event category",
    ),
    (POSTGRES, "kms-key", {"logs.kms_key": "a key"}, "logs.kms_key", "a key does not name a KMS key"),
    (
        POSTGRES,
        "kms-region",
        {
            "monitoring.insights.mode": "standard",
            "monitoring.insights.kms_key": "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
        },
        "monitoring.insights.kms_key",
        "the key is in us-east-1",
    ),
]

_READER = {"instances.class": "db.r7g.large", "instances.readers": 1}
_SCALED = {**_READER, "autoscaling": {"max": 4, "cpu": 60}}


def _scaled(schedule: dict[str, Any]) -> dict[str, Any]:
    return {**_READER, "autoscaling": {"max": 4, "schedules": {"night": schedule}}}


SCALING: list[SurfaceCase] = [
    (
        POSTGRES,
        "autoscaling-target",
        {**_READER, "autoscaling.max": 4},
        "autoscaling",
        "nothing says when to add a reader",
    ),
    (
        POSTGRES,
        "autoscaling-range",
        {**_SCALED, "autoscaling.min": 5},
        "autoscaling.max",
        "at most 4 readers are fewer than at least 5",
    ),
    (
        POSTGRES,
        "autoscaling-range",
        _scaled({"at": "rate(1 hour)", "min": 3, "max": 2}),
        "autoscaling.schedules.night.max",
        "at most 2 readers are fewer than at least 3",
    ),
    (
        POSTGRES,
        "autoscaling-reader",
        {**_SCALED, "instances.readers": 0},
        "autoscaling",
        "autoscaling adds to readers that are there, and there is none",
    ),
    (
        POSTGRES,
        "autoscaling-room",
        {**_SCALED, "instances.readers": 4},
        "autoscaling.max",
        "4 readers are there already",
    ),
    (
        POSTGRES,
        "autoscaling-serverless",
        {"instances.acu": "1-8", "instances.readers": 1, "autoscaling": {"max": 4, "cpu": 60}},
        "autoscaling",
        "AWS may not add readers to a cluster with serverless instances",
    ),
    (
        POSTGRES,
        "schedule-name",
        {**_READER, "autoscaling": {"max": 4, "schedules": {"at night": {"at": "rate(1 hour)", "min": 2}}}},
        "autoscaling.schedules.at night",
        "at night is no name of a schedule",
    ),
    (
        POSTGRES,
        "schedule-time",
        _scaled({"at": "cron(0 7 * * *)", "min": 2}),
        "autoscaling.schedules.night.at",
        "cron(0 7 * * *) is no time of a schedule",
    ),
    (
        POSTGRES,
        "schedule-time",
        _scaled({"at": "rate(1 hours)", "min": 2}),
        "autoscaling.schedules.night.at",
        "rate(1 hours) is no time of a schedule",
    ),
    (
        POSTGRES,
        "schedule-timezone",
        _scaled({"at": "cron(0 7 ? * * *)", "timezone": "Europe/Bonn", "min": 2}),
        "autoscaling.schedules.night.timezone",
        "Europe/Bonn is no time zone",
    ),
    (
        POSTGRES,
        "schedule-timezone",
        _scaled({"at": "rate(2 hours)", "timezone": "Europe/Berlin", "min": 2}),
        "autoscaling.schedules.night.timezone",
        "a rate has no time zone",
    ),
    (
        POSTGRES,
        "schedule-limits",
        _scaled({"at": "rate(2 hours)"}),
        "autoscaling.schedules.night",
        "the schedule changes nothing",
    ),
    (
        POSTGRES,
        "endpoint-name",
        {**_READER, "endpoints.Web_1.type": "any"},
        "endpoints.Web_1",
        "Web_1 is no endpoint name",
    ),
    (
        POSTGRES,
        "endpoint-name-length",
        {**_READER, f"endpoints.{'a' * 60}.type": "any"},
        f"endpoints.{'a' * 60}",
        "would have 67 characters",
    ),
    (
        POSTGRES,
        "endpoint-count",
        {**_READER, "endpoints": {f"e{n}": {"type": "any"} for n in range(6)}},
        "endpoints",
        "6 custom endpoints are more than the 5 of a cluster",
    ),
    (
        POSTGRES,
        "endpoint-members",
        {**_READER, "endpoints.web": {"type": "any", "members": ["1"], "excluded": ["2"]}},
        "endpoints.web.excluded",
        "it names members and excluded members",
    ),
    (
        POSTGRES,
        "endpoint-keys",
        {**_READER, "endpoints.web": {"type": "any", "members": ["orders-1"]}},
        "endpoints.web.members.0",
        "orders-1 is no instance key",
    ),
    (
        POSTGRES,
        "endpoint-keys",
        {**_READER, "endpoints.web": {"type": "any", "excluded": ["1", "1"]}},
        "endpoints.web.excluded.1",
        "instance 1 is named twice",
    ),
    (
        POSTGRES,
        "endpoint-key-unused",
        {**_READER, "endpoints.web": {"type": "any", "members": ["1", "3"]}},
        "endpoints.web.members.1",
        "a new cluster has the keys 1 to 2, so not `3`",
    ),
    (
        POSTGRES,
        "endpoint-readers",
        {"endpoints.web.type": "reader"},
        "endpoints.web.type",
        "there is no reader to lead to",
    ),
]

SURFACE: list[SurfaceCase] = [*INSTANCES, *MONITORING, *SCALING]
