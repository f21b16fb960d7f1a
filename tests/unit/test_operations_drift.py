"""What counts as drift: not what the RDS API has set for us, as the spec says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from aurora_cli.operations.inspect.drift import _resource
from aurora_cli.operations.inspect.own_rules import only_own_rules
from aurora_cli.terraform.plan.changes import AttributeChange
from aurora_cli.terraform.plan.plan import ResourceChange
from aurora_cli.terraform.state.state import StateResource
from tests.unit.spec_cases import resolved

OLD, NEW = "rds-ca-rsa2048-g1", "rds-ca-ecc384-g1"
FIRST, SECOND = 'aws_rds_cluster_instance.this["1"]', 'aws_rds_cluster_instance.this["2"]'
CASES = [
    ({"engine_version": "16.8"}, "aws_rds_cluster.this", "engine_version", "16.8", False),
    ({"engine_version": "16"}, FIRST, "engine_version", "16.8", False),
    ({"engine_version": "16.8"}, "aws_rds_cluster.this", "engine_version", "16.15", True),
    ({"instances.ca_certificate": NEW}, FIRST, "ca_cert_identifier", NEW, False),
    ({"instances.ca_certificate": NEW}, FIRST, "ca_cert_identifier", OLD, True),
    (
        {"instances.ca_certificate": NEW, "instances.readers": 1, "instances.overrides.2.ca_certificate": OLD},
        SECOND,
        "ca_cert_identifier",
        NEW,
        True,
    ),
    ({}, FIRST, "ca_cert_identifier", NEW, True),
    ({"backup.retention": "9d"}, "aws_rds_cluster.this", "backup_retention_period", 8, True),
]


@pytest.mark.parametrize(("changes", "address", "attribute", "actual", "drifted"), CASES)
def test_what_the_spec_says_is_no_drift(
    changes: dict[str, Any], address: str, attribute: str, actual: Any, drifted: bool
) -> None:
    kind = address.partition(".")[0]
    one = AttributeChange(attribute, "before", actual)
    change = ResourceChange(address, kind, "x", None, "update", changed=(one,), before={"id": "demo"})
    assert (_resource(change, resolved(changes).spec) is not None) is drifted


GROUP = "sg-1"
TCP = {"protocol": "tcp", "from_port": 5432, "to_port": 5432}


def rule(source: str, value: str, kind: str = "ingress", **ports: Any) -> StateResource:
    attributes = {"security_group_id": GROUP, "ip_protocol": "tcp", "from_port": 5432, "to_port": 5432, source: value}
    kind = f"aws_vpc_security_group_{kind}_rule"
    return StateResource(f"{kind}.x", kind, "x", None, {**attributes, **ports})


STATE = [
    rule("cidr_ipv4", "10.0.0.0/16"),
    rule("referenced_security_group_id", GROUP),
    rule("cidr_ipv4", "10.0.0.0/16", "egress", ip_protocol="-1", from_port=None, to_port=None),
]


@pytest.mark.parametrize(
    ("after", "own"),
    [
        ({"ingress": []}, True),
        ({"ingress": [{**TCP, "cidr_blocks": ["10.0.0.0/16"], "self": True}]}, True),
        ({"egress": [{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["10.0.0.0/16"]}]}, True),
        ({"ingress": [{**TCP, "cidr_blocks": ["10.0.0.0/16", "0.0.0.0/0"]}]}, False),
        ({"ingress": [{**TCP, "to_port": 6000, "cidr_blocks": ["10.0.0.0/16"]}]}, False),
        ({"ingress": [{**TCP, "security_groups": ["sg-2"]}]}, False),
    ],
)
def test_rules_of_our_own_are_no_drift_of_their_group(after: dict[str, Any], own: bool) -> None:
    changed = tuple(AttributeChange(f"{direction}[0].cidr_blocks", None, None) for direction in after)
    address, kind = "aws_security_group.this", "aws_security_group"
    change = ResourceChange(address, kind, "this", None, "update", changed=changed, after={"id": GROUP, **after})
    assert only_own_rules(change, STATE) is own
    tagged = replace(change, changed=(*changed, AttributeChange("tags", None, {"a": "b"})))
    assert not only_own_rules(tagged, STATE)
