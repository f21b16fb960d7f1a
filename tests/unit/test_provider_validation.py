"""Configurations that are refused before anything is planned."""

from __future__ import annotations

from typing import Any

import pytest

from aurora_cli.sandbox.provider.core import Provider
from aurora_cli.sandbox.provider.engine.validation.rules import broken_rule
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
        (
            {"serverlessv2_scaling_configuration": [{"max_capacity": 300}]},
            "in the range (1.000000 - 256.000000), got 300.000000",
        ),
        ({"preferred_backup_window": "3:00-4:00"}, 'the format of "hh24:mi-hh24:mi"'),
        ({"preferred_maintenance_window": "sunday"}, 'the format of "ddd:hh24:mi-ddd:hh24:mi"'),
        ({"manage_master_user_password": True, "master_password": "x"}, "Conflicting configuration arguments"),
        ({"master_password_wo": "x"}, "all of `master_password_wo,master_password_wo_version` must be specified"),
        (
            {"restore_to_point_in_time": [{"restore_type": "full-copy"}]},
            'Invalid combination of arguments "restore_to_point_in_time.0.source_cluster_identifier": one of',
        ),
    ],
)
def test_cluster_complaints(config: dict[str, Any], complaint: str) -> None:
    assert complaint in " / ".join(complaints("aws_rds_cluster", **config))


def test_false_is_set() -> None:
    found = complaints("aws_rds_cluster", manage_master_user_password=False, master_password="x")
    assert len(found) == 2
    assert '"master_password": conflicts with manage_master_user_password' in " / ".join(found)


def test_what_is_not_known_yet_does_not_conflict() -> None:
    known = complaints("aws_rds_cluster", manage_master_user_password=True, master_password="x")
    assert "conflicts with" in " / ".join(known)
    assert complaints("aws_rds_cluster", manage_master_user_password=UNKNOWN, master_password=UNKNOWN) == []


def test_exactly_one_source_of_a_rule() -> None:
    name = "aws_vpc_security_group_ingress_rule"
    group = "Exactly one of these attributes must be configured: [cidr_ipv4,"
    assert f"Missing Attribute Configuration {group}" in complaints(name, ip_protocol="-1")[0]
    both = complaints(name, cidr_ipv4="10.0.0.0/8", cidr_ipv6="::/0")
    assert f"Invalid Attribute Combination {group}" in both[0]
    assert complaints(name, cidr_ipv4=UNKNOWN) == []


@pytest.mark.parametrize(
    ("rule", "good", "bad"),
    [
        ("0..255 chars", "x" * 255, "x" * 256),
        ("300..86400", 300, 299),
        ("network of /16../28", "10.0.0.0/16", "10.0.0.0/8"),
        ("IPv6 network", "fd00::/8", "10.0.0.0/8"),
        ("enum LogGroupClass (STANDARD, DELIVERY)", "DELIVERY", "delivery"),
        ("one of 0 1 3 5", 3, 2),
        ("JSON", "{}", "{"),
        ("parameter group name", "demo-aurora.16", "Demo"),
        ("subnet group name", "a b_c.d", "default"),
        ("7..30; or one of 0", 0, 6),
        ("1..3 chars; not empty", "abc", "abcd"),
    ],
)
def test_rules(rule: str, good: Any, bad: Any) -> None:
    assert broken_rule(rule, good, "it") is None
    assert broken_rule(rule, bad, "it") is not None


def test_a_rule_without_a_validator_is_a_defect() -> None:
    with pytest.raises(ValueError, match="no validator for the rule"):
        broken_rule("something like a name", "x", "it")


def test_values_in_attributes_that_hold_objects() -> None:
    rule = {"from_port": 1, "to_port": 2, "protocol": "tcp"}
    found = complaints("aws_security_group", ingress=[rule, {**rule, "cidr_blocks": ["10.0.0.1/16"]}])
    assert found == ['"10.0.0.1/16" is not a valid IPv4 CIDR block; did you mean "10.0.0.0/16"?']
    assert '"ingress.0.description"' in complaints("aws_security_group", ingress=[{**rule, "description": "\u00e4"}])[0]
    unknown = {**rule, "cidr_blocks": ["10.0.0.1/16"], "security_groups": [UNKNOWN]}
    assert complaints("aws_security_group", ingress=[unknown]) == []


def test_what_is_in_an_unknown_block_is_not_known_either() -> None:
    """A dynamic block whose for_each is not known yet; the same for a block with an unknown element or argument."""
    for block in (UNKNOWN, [UNKNOWN], [{"max_capacity": 300, "min_capacity": UNKNOWN}]):
        assert complaints("aws_rds_cluster", serverlessv2_scaling_configuration=block) == []
    for block in (UNKNOWN, [UNKNOWN]):
        assert complaints("aws_rds_cluster", restore_to_point_in_time=block) == []
    assert complaints("aws_db_proxy", auth=UNKNOWN) == []
