"""What counts as drift: not what the RDS API has set for us, as the spec says."""

from __future__ import annotations

from typing import Any

import pytest

from aurora_cli.operations.inspect.drift import _resource
from aurora_cli.terraform.plan.changes import AttributeChange
from aurora_cli.terraform.plan.plan import ResourceChange
from tests.unit.spec_cases import resolved

OLD, NEW = "rds-ca-rsa2048-g1", "rds-ca-ecc384-g1"
FIRST, SECOND = "aws_rds_cluster_instance.first", 'aws_rds_cluster_instance.others["2"]'
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
