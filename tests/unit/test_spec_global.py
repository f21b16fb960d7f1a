"""The global database in the spec: what the rules say, what follows from other values, what a Region's cluster is."""

from __future__ import annotations

from typing import Any

import pytest

from aurora_cli.spec.facts import table
from aurora_cli.spec.load import dump_spec, load_yaml
from aurora_cli.spec.regions import default_block, global_identifier, secondary_spec
from aurora_cli.spec.resolve import resolve
from tests.unit.spec_cases import MYSQL, POSTGRES, problems, resolved

ARN = "arn:aws:kms:eu-west-1:123456789012:key/0d1e2f3a-0000-4000-8000-0123456789ab"
BERLIN = "global.regions.eu-central-1"


def world(**regions: Any) -> dict[str, Any]:
    """A base with secondary Regions: `eu_central_1={...}`."""
    return {**POSTGRES, "global": {"regions": {name.replace("_", "-"): values for name, values in regions.items()}}}


ONE = world(eu_central_1={"network": {"allow": ["10.12.0.0/16"]}})

CASES: list[tuple[str, dict[str, Any], dict[str, Any], str, str]] = [
    (
        "global-identifier",
        ONE,
        {"global.identifier": "shop--global"},
        "global.identifier",
        "is no global cluster identifier",
    ),
    ("global-region", world(frankfurt={}), {}, "global.regions.frankfurt", "frankfurt is not a Region"),
    ("global-region", world(eu_west_1={}), {}, "global.regions.eu-west-1", "is the cluster's own Region"),
    ("global-region", world(cn_north_1={}), {}, "global.regions.cn-north-1", "nothing is copied between them"),
    ("global-name", ONE, {"name": "a" * 49}, BERLIN, "instances there are called `<name>-eu-central-1-1`"),
    ("global-class", ONE, {"instances.class": "db.t4g.large"}, "instances.class", "does not take db.t4g.large"),
    (
        "global-class",
        world(eu_central_1={"instances": {"class": "db.t3.medium"}}),
        {},
        f"{BERLIN}.instances.class",
        "does not take db.t3.medium",
    ),
    ("global-readers", ONE, {"instances.readers": 15}, "instances.readers", "the primary has up to 14 readers"),
    ("global-rotation", ONE, {"credentials.rotation.every": "30d"}, "credentials.rotation", "rotates none"),
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
        "there is none to take writes",
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
        "the cluster is not encrypted",
    ),
    ("global-keys", ONE, {"logs.kms_key": ARN}, "logs.kms_key", "is a key of one Region"),
    (
        "global-topic",
        ONE,
        {"monitoring.notifications.topic": "arn:aws:sns:eu-west-1:123456789012:ops", "monitoring.alarms": True},
        "monitoring.notifications.topic",
        "go to topics that the stack makes there",
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
        "it begins with 15.8",
    ),
    (
        "local-write-forwarding",
        MYSQL,
        {"local_write_forwarding": True, "engine_version": "8.0.mysql_aurora.3.03.1"},
        "local_write_forwarding",
        "it begins with 8.0.mysql_aurora.3.04.0",
    ),
    (
        "global-write-forwarding",
        world(eu_central_1={"write_forwarding": True}),
        {"engine_version": "14.8"},
        f"{BERLIN}.write_forwarding",
        "that begins with 14.9",
    ),
    (
        "instance-class",
        world(eu_central_1={"instances": {"class": "db.m5.large"}}),
        {},
        f"{BERLIN}.instances.class",
        "Aurora does not run on db.m5.large",
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
    ("allow-nobody", world(eu_central_1={}), {}, f"{BERLIN}.network.allow", "nobody may connect yet"),
]


@pytest.mark.parametrize(("name", "base", "changes", "path", "text"), CASES)
def test_the_rule_says_what_is_wrong(
    name: str, base: dict[str, Any], changes: dict[str, Any], path: str, text: str
) -> None:
    (found,) = [p for p in problems(changes, base) if p.check == name]
    assert (found.path, text in found.message) == (path, True), found.message
    assert found.hint


def test_backtrack_is_refused() -> None:
    base = {**ONE, "engine": "mysql"}
    (found,) = [p for p in problems({"backup.backtrack": "1h"}, base) if p.check == "global-backtrack"]
    assert "a global database has no backtrack" in found.message


def test_eleven_regions_are_one_too_many() -> None:
    names = [region for region in table("regions")["regions"] if region.startswith("ap-")]
    base = {**POSTGRES, "global": {"regions": {name: {"headless": True} for name in names[:11]}}}
    (found,) = [p for p in problems({}, base) if p.check == "global-region-count"]
    assert found.severity == "error"


def test_a_region_may_be_all_defaults() -> None:
    text = "name: shop\nregion: eu-west-1\nengine: postgres\nnetwork: {allow: [10.0.0.0/16]}\n"
    spec = resolve([load_yaml(f"{text}global:\n  regions:\n    eu-central-1:\n    us-east-1: {{}}\n", source="x")]).spec
    assert spec.global_ is not None
    assert list(spec.global_.regions) == ["eu-central-1", "us-east-1"]
    assert resolve([load_yaml(dump_spec(spec), source="stored")]).spec == spec


def test_a_regions_block_depends_on_the_region_alone() -> None:
    alone = resolved({}, world(us_east_1={})).spec
    together = resolved({}, world(ap_south_1={}, us_east_1={}, eu_central_1={})).spec
    assert alone.global_ is not None and together.global_ is not None
    assert alone.global_.regions["us-east-1"] == together.global_.regions["us-east-1"]
    assert default_block("us-east-1") == "10.1.0.0/16"
    blocks = [one.network.cidr for one in together.global_.regions.values()]
    assert len({*blocks, together.network.cidr}) == 4


def test_the_small_presets_give_way_to_a_class_that_is_taken() -> None:
    assert resolved({}, ONE).spec.instances.class_ == "db.r7g.large"
    assert resolved({"instances.acu": "8-16"}, ONE).spec.instances.class_ == "db.serverless"


def test_a_regions_instances_are_the_primarys_unless_it_says_otherwise() -> None:
    spec = resolved(
        {"instances.acu": "8-16", "instances.readers": 3},
        world(eu_central_1={}, us_east_1={"instances": {"acu": "2-8"}}),
    ).spec
    own = secondary_spec(spec, "eu-central-1")
    assert (own.name, own.region, own.instances.readers) == ("orders-eu-central-1", "eu-central-1", 0)
    assert own.instances.acu == spec.instances.acu
    other = secondary_spec(spec, "us-east-1").instances
    assert other.acu is not None
    assert (other.class_, other.acu.max) == ("db.serverless", 8)


def test_the_identifier_is_as_aws_keeps_it() -> None:
    assert global_identifier(resolved({}, ONE).spec) == "orders-global"
    assert global_identifier(resolved({"global.identifier": "Shop"}, ONE).spec) == "shop"
