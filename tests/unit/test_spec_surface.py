"""The wider surface: what the rules say, and what the model makes of short forms."""

from __future__ import annotations

from typing import Any

import pytest

from aurora_cli.spec.derived.members import Member, members_of, memory_of
from tests.unit.spec_cases import POSTGRES, problems, resolved
from tests.unit.surface_cases import SURFACE


@pytest.mark.parametrize(("base", "name", "changes", "path", "text"), SURFACE)
def test_the_rule_says_what_is_wrong(
    base: dict[str, Any], name: str, changes: dict[str, Any], path: str, text: str
) -> None:
    (found,) = [p for p in problems(changes, base) if p.check == name]
    assert (found.path, text in found.message) == (path, True), found.message
    assert found.hint


QUIET: list[dict[str, Any]] = [
    {"instances.readers": 1, "instances.overrides.2.identifier": "orders-reports"},
    {"instances.ca_certificate": "rds-ca-ecc384-g1"},
    {"instances.overrides.1.maintenance_window": "Mon:05:00-Mon:06:00", "instances.overrides.1.tags": {"a": "b"}},
    {"instances.overrides.1.parameter_group": "shared.group-1"},
    {"instances.overrides.1.parameters": {"work_mem": 65536}, "instances.overrides.1.auto_minor_upgrades": True},
    {"instances.acu": "1-8", "instances.readers": 2, "instances.overrides.3.scale_with_writer": True},
    {"storage": "aurora-iopt1", "instances.class": "db.r7g.large"},
    {"storage": "aurora-iopt1", "instances.acu": "0.5-4", "engine_version": "16.8"},
    {"high_availability": True},
    {"network.ip_version": "Dual", "network.allow_self": True, "network.allow": []},
    {"network.egress": ["10.0.0.0/8", {"destination": "10.0.0.0/8", "port": 443}, "sg-01234567"]},
    {"dns.zone_id": "Z1", "dns.reader": "_ro.Example.com."},
    {"credentials.rotation": {"every": "1000d", "duration": "24h"}},
    {"credentials.rotation.schedule": "cron(0 4 1 * ? *)"},
    {"data_api": True, "extended_support": False, "engine_version": "17.4"},
    {"backup.backtrack": 0, "backup.copy_tags": False, "backup.keep_automated": True},
    {"instances.readers": 1, "autoscaling": {"max": 15, "cpu": 55.5, "connections": 100, "scale_in": False}},
    {
        "instances.readers": 1,
        "autoscaling": {
            "max": 2,
            "schedules": {
                "day": {"at": "cron(0 7 ? * MON-FRI *)", "timezone": "America/Argentina/Buenos_Aires", "min": 2},
                "sale": {"at": "at(2030-01-31T07:00:00)", "timezone": "Etc/GMT+1", "max": 9},
                "often": {"at": "rate(1 day)", "min": 1},
            },
        },
    },
    {
        "instances.readers": 2,
        "endpoints": {
            "a": {"type": "Any"},
            "b-2": {"type": "reader", "members": [2, 3]},
            "c": {"type": "any", "excluded": "1"},
        },
    },
    {"monitoring.enhanced.interval": 1, "monitoring.insights": {"mode": "advanced"}, "monitoring.dashboard": True},
    {"monitoring.insights": {"mode": "standard", "retention": "731d", "kms_key": "alias/insights"}},
    {"monitoring.alarms": True, "monitoring.notifications.emails": ["ops@example.com"]},
    {"monitoring.alarms": False},
    {
        "monitoring.alarms": {"cpu": 80, "after": "10m"},
        "monitoring.notifications.topic": "arn:aws:sns:eu-west-1:123456789012:alerts",
        "monitoring.events": {"cluster": ["failover"], "instances": ["failure", "low storage"]},
    },
    {"instances.class": "db.r7g.xlarge", "instances.readers": 1, "instances.overrides.2.class": "db.r7g.2xlarge"},
    {
        "instances.class": "db.r7g.xlarge",
        "instances.readers": 2,
        "instances.overrides.3": {"class": "db.t4g.medium", "promotion_tier": 15},
    },
]


@pytest.mark.parametrize("changes", QUIET)
def test_what_is_legal_passes_without_a_word(changes: dict[str, Any]) -> None:
    assert problems(changes) == ()


def test_high_availability_brings_a_reader_and_says_so() -> None:
    found = resolved({"high_availability": True})
    assert found.spec.instances.readers == 1
    assert found.origins["instances.readers"] == "derived from high_availability"
    assert resolved({"high_availability": True, "instances.readers": 3}).spec.instances.readers == 3
    assert resolved({"high_availability": True, "preset": "production"}).spec.instances.readers == 1


def test_alarms_in_short() -> None:
    assert resolved().spec.monitoring.alarms is None
    for value in (True, False):
        alarms = resolved({"monitoring.alarms": value}).spec.monitoring.alarms
        assert alarms is not None
        assert alarms.enabled is value


def test_a_section_that_lacks_what_it_needs_is_told_once() -> None:
    (found,) = problems({"monitoring.insights.retention": "7d"})
    assert (found.path, found.message) == ("monitoring.insights.mode", "`monitoring.insights.mode` is missing")


def test_a_wrong_word_is_answered_with_the_right_ones() -> None:
    found = problems({"monitoring.insights.mode": "advance"})
    assert "`mode` must be standard or advanced, not advance" in [p.message for p in found]


def test_tiers_follow_keys_unless_the_instance_says_otherwise() -> None:
    spec = resolved(
        {
            "instances.acu": "1-8",
            "instances.readers": 4,
            "instances.overrides.2.scale_with_writer": False,
            "instances.overrides.4.scale_with_writer": True,
            "instances.overrides.5.promotion_tier": 9,
        }
    ).spec
    assert [member.tier for member in members_of(spec)] == [0, 2, 2, 1, 9]
    assert members_of(spec)[0] == Member("1", "db.serverless", 0)


@pytest.mark.parametrize(
    ("name", "gib"),
    [
        ("db.t4g.medium", 4),
        ("db.t3.large", 8),
        ("db.r7g.large", 16),
        ("db.r6id.xlarge", 32),
        ("db.r8g.24xlarge", 768),
        ("db.x2g.2xlarge", 128),
        ("db.serverless", 16),
        ("db.z9.large", None),
        ("db.r7g.metal", None),
        (None, None),
    ],
)
def test_memory_of_a_class(name: str | None, gib: float | None) -> None:
    assert memory_of(resolved({"instances.acu": "1-8"}, POSTGRES).spec, name) == gib
