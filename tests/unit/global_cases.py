"""Global databases that are refused or doubted: check, base, changes, path, words of the message."""

from __future__ import annotations

from typing import Any

from aurora_cli.spec.facts.partitions import REGIONS
from tests.unit.spec_cases import MYSQL, POSTGRES

ARN = "arn:aws:kms:eu-west-1:123456789012:key/0d1e2f3a-0000-4000-8000-0123456789ab"
BERLIN = "global.regions.eu-central-1"


def world(**regions: Any) -> dict[str, Any]:
    """A base with secondary Regions: `eu_central_1={...}`."""
    return {**POSTGRES, "global": {"regions": {name.replace("_", "-"): values for name, values in regions.items()}}}


ONE = world(eu_central_1={"network": {"allow": ["10.12.0.0/16"]}})
_ASIA = [region for region in REGIONS if region.startswith("ap-")]
ELEVEN = {**POSTGRES, "global": {"regions": {name: {"headless": True} for name in _ASIA[:11]}}}

GLOBAL: list[tuple[str, dict[str, Any], dict[str, Any], str, str]] = [
    ("global-source", ONE, {"source.snapshot": "orders-2026"}, "source", "cannot be created from a source"),
    (
        "global-own-key",
        world(eu_central_1={"encryption": {"kms_key": "stack"}}),
        {},
        f"{BERLIN}.encryption.kms_key",
        "the stack creates its KMS key only in eu-west-1",
    ),
    ("global-keys", ONE, {"logs.kms_key": "stack"}, "logs.kms_key", "is a key of one Region"),
    (
        "global-directory",
        ONE,
        {"credentials.domain.id": "d-1234567890"},
        "credentials.domain",
        "only the primary Region's cluster joins",
    ),
    (
        "global-backtrack",
        {**ONE, "engine": "mysql"},
        {"backup.backtrack": "1h"},
        "backup.backtrack",
        "does not support backtrack",
    ),
    ("global-region-count", ELEVEN, {}, "global.regions", "up to 10 secondary Regions, not 11"),
    (
        "global-identifier",
        ONE,
        {"global.identifier": "shop--global"},
        "global.identifier",
        "is not a valid global cluster identifier",
    ),
    ("global-region", world(frankfurt={}), {}, "global.regions.frankfurt", "frankfurt is not a Region"),
    ("global-region", world(eu_west_1={}), {}, "global.regions.eu-west-1", "is the cluster's own Region"),
    ("global-region", world(cn_north_1={}), {}, "global.regions.cn-north-1", "nothing is copied between them"),
    ("global-name", ONE, {"name": "a" * 49}, BERLIN, "instances there are named `<name>-eu-central-1-1`"),
    ("global-class", ONE, {"instances.class": "db.t4g.large"}, "instances.class", "does not support db.t4g.large"),
    (
        "global-class",
        world(eu_central_1={"instances": {"class": "db.t3.medium"}}),
        {},
        f"{BERLIN}.instances.class",
        "does not support db.t3.medium",
    ),
    ("global-readers", ONE, {"instances.readers": 15}, "instances.readers", "the primary has up to 14 readers"),
    ("global-rotation", ONE, {"credentials.rotation.every": "30d"}, "credentials.rotation", "does not rotate it"),
    (
        "global-minor-upgrades",
        ONE,
        {"maintenance.auto_minor_upgrades": True},
        "maintenance.auto_minor_upgrades",
        "no effect in a global database",
    ),
    (
        "global-headless",
        world(eu_central_1={"headless": True, "write_forwarding": True}),
        {},
        f"{BERLIN}.write_forwarding",
        "it cannot forward writes",
    ),
    (
        "global-headless",
        world(eu_central_1={"headless": True, "instances": {"readers": 1}}),
        {},
        f"{BERLIN}.instances",
        "a headless Region has no instances",
    ),
    (
        "global-encryption",
        world(eu_central_1={"encryption": {"kms_key": "alias/shop"}}),
        {"encryption.enabled": False},
        f"{BERLIN}.encryption.kms_key",
        "no KMS key encrypts the cluster",
    ),
    ("global-keys", ONE, {"logs.kms_key": ARN}, "logs.kms_key", "is a key of one Region"),
    (
        "global-topic",
        ONE,
        {"monitoring.notifications.topic": "arn:aws:sns:eu-west-1:123456789012:ops", "monitoring.alarms": True},
        "monitoring.notifications.topic",
        "go to topics that the stack creates there",
    ),
    (
        "global-network",
        world(eu_central_1={"network": {"cidr": "10.0.0.0/20"}}),
        {},
        f"{BERLIN}.network.cidr",
        "overlaps with the VPC in eu-west-1",
    ),
    (
        "global-network-missing",
        world(eu_central_9={}),
        {},
        "global.regions.eu-central-9.network.cidr",
        "eu-central-9 has no default block",
    ),
    ("global-capacity", ONE, {"instances.acu": "0-8"}, "instances.acu.min", "AWS advises 8 ACU or more"),
    (
        "local-write-forwarding",
        POSTGRES,
        {"local_write_forwarding": True, "engine_version": "15.7"},
        "local_write_forwarding",
        "requires 15.8 or later",
    ),
    (
        "local-write-forwarding",
        MYSQL,
        {"local_write_forwarding": True, "engine_version": "8.0.mysql_aurora.3.03.1"},
        "local_write_forwarding",
        "requires 8.0.mysql_aurora.3.04.0 or later",
    ),
    (
        "global-write-forwarding",
        world(eu_central_1={"write_forwarding": True}),
        {"engine_version": "14.8"},
        f"{BERLIN}.write_forwarding",
        "requires 14.9 or later",
    ),
    (
        "instance-class",
        world(eu_central_1={"instances": {"class": "db.m5.large"}}),
        {},
        f"{BERLIN}.instances.class",
        "Aurora does not support db.m5.large",
    ),
    (
        "vpc-cidr",
        world(eu_central_1={"network": {"cidr": "10.12.0.0/8"}}),
        {},
        f"{BERLIN}.network.cidr",
        "a VPC is /16 to /28, not /8",
    ),
    (
        "kms-region",
        world(eu_central_1={"encryption": {"kms_key": ARN}}),
        {},
        f"{BERLIN}.encryption.kms_key",
        "eu-west-1",
    ),
    ("allow-nobody", world(eu_central_1={}), {}, f"{BERLIN}.network.allow", "no source is allowed to connect"),
]
