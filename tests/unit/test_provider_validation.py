"""Configurations that are refused before anything is planned."""

from __future__ import annotations

from typing import Any

import pytest

from aurora_cli.sandbox.provider.core import Provider
from aurora_cli.sandbox.provider.engine.resource_facts import behaviour_of
from aurora_cli.sandbox.provider.engine.rules import broken_rule
from aurora_cli.sandbox.provider.protocol.types import UNKNOWN

PROVIDER = Provider(environ={})


def complaints(name: str, **config: Any) -> list[str]:
    found = PROVIDER.validate(name, config)
    return [f"{one.summary} {one.detail}".strip() for one in found]


def test_a_good_configuration_has_no_complaint() -> None:
    assert (
        complaints(
            "aws_rds_cluster",
            cluster_identifier="demo",
            engine="aurora-postgresql",
            kms_key_id=UNKNOWN,
            manage_master_user_password=True,
            preferred_backup_window="03:00-04:00",
            preferred_maintenance_window="Sun:05:00-Sun:06:00",
            serverlessv2_scaling_configuration=[{"min_capacity": 0, "max_capacity": 256}],
        )
        == []
    )


@pytest.mark.parametrize(
    ("config", "complaint"),
    [
        ({"cluster_identifier": "Demo"}, "only lowercase alphanumeric characters and hyphens"),
        ({"cluster_identifier": "demo-"}, "cannot end with a hyphen"),
        ({"cluster_identifier": "a--b"}, "two consecutive hyphens"),
        ({"backup_retention_period": 36}, "to be at most (35), got 36"),
        ({"kms_key_id": "key"}, "is an invalid ARN"),
        ({"network_type": "IPV6"}, ""),
        ({"serverlessv2_scaling_configuration": [{"max_capacity": 300}]}, "in the range (1 - 256), got 300"),
        ({"preferred_backup_window": "3:00-4:00"}, 'the format of "hh24:mi-hh24:mi"'),
        ({"preferred_maintenance_window": "sunday"}, 'the format of "ddd:hh24:mi-ddd:hh24:mi"'),
        ({"manage_master_user_password": True, "master_password": "x"}, "Conflicting configuration arguments"),
        ({"master_password_wo": "x"}, "all of `master_password_wo,master_password_wo_version` must be specified"),
        ({"restore_to_point_in_time": [{"restore_type": "full-copy"}]}, "Invalid combination of arguments one of"),
    ],
)
def test_cluster_complaints(config: dict[str, Any], complaint: str) -> None:
    assert complaint in " / ".join(complaints("aws_rds_cluster", **config))


def test_false_does_not_conflict() -> None:
    assert complaints("aws_rds_cluster", manage_master_user_password=False, master_password="x") == []


def test_what_is_not_known_yet_does_not_conflict() -> None:
    known = complaints("aws_rds_cluster", manage_master_user_password=True, master_password="x")
    assert "conflicts with" in " / ".join(known)
    assert complaints("aws_rds_cluster", manage_master_user_password=UNKNOWN, master_password=UNKNOWN) == []


def test_exactly_one_source_of_a_rule() -> None:
    name = "aws_vpc_security_group_ingress_rule"
    assert "one of `cidr_ipv4" in complaints(name, ip_protocol="-1")[0]
    both = complaints(name, cidr_ipv4="10.0.0.0/8", cidr_ipv6="::/0")
    assert "only one of `cidr_ipv4" in both[0]
    assert complaints(name, cidr_ipv4=UNKNOWN) == []


@pytest.mark.parametrize(
    ("rule", "good", "bad"),
    [
        ("0..255 chars", "x" * 255, "x" * 256),
        ("300..86400", 300, 299),
        ("IPv4 CIDR, /16../28", "10.0.0.0/16", "10.0.0.1/16"),
        ("IPv6 network address in CIDR form", "fd00::/8", "10.0.0.0/8"),
        ("enum LogGroupClass (STANDARD, DELIVERY)", "DELIVERY", "delivery"),
        ("one of 0 1 3 5", 3, 2),
        ("JSON", "{}", "{"),
        ("parameter group name rule", "demo-aurora.16", "Demo"),
        ("subnet group name rule (...)", "a b_c.d", "default"),
    ],
)
def test_rules(rule: str, good: Any, bad: Any) -> None:
    assert broken_rule(rule, good, "it") is None
    assert broken_rule(rule, bad, "it") is not None


def test_every_fact_can_be_asked() -> None:
    for name in PROVIDER.schema.resources:
        for path, rule in behaviour_of(name).validators.items():
            broken_rule(rule, "value", path)
