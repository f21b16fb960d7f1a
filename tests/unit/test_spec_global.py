"""The global database in the spec: what the rules say, what follows from other values, what a Region's cluster is."""

from __future__ import annotations

from typing import Any

import pytest

from aurora_cli.spec.derived.regions import default_block, global_identifier, secondary_spec
from aurora_cli.spec.resolve.resolve import resolve
from aurora_cli.spec.rules.all import check_names
from aurora_cli.spec.text.load import dump_spec, load_yaml
from tests.unit.global_cases import GLOBAL, ONE, world
from tests.unit.spec_cases import layers, problems, resolved


@pytest.mark.parametrize(("name", "base", "changes", "path", "text"), GLOBAL)
def test_the_rule_says_what_is_wrong(
    name: str, base: dict[str, Any], changes: dict[str, Any], path: str, text: str
) -> None:
    (found,) = [p for p in problems(changes, base) if p.check == name]
    assert (found.path, text in found.message) == (path, True), found.message
    assert found.hint


@pytest.mark.parametrize("path", ["logs.kms_key", "monitoring.insights.kms_key", "monitoring.notifications.kms_key"])
def test_a_key_of_every_region_is_an_alias_or_a_multi_region_key(path: str) -> None:
    on = {
        "monitoring.insights.mode": "standard",
        "monitoring.alarms": True,
        "monitoring.notifications.emails": ["a@example.com"],
    }
    for key in ("alias/shop", "mrk-1234abcd12ab34cd56ef1234567890ab"):
        assert "global-keys" not in {p.check for p in problems({**on, path: key}, ONE)}
    one = "arn:aws:kms:eu-west-1:123456789012:key/mrk-1234abcd12ab34cd56ef1234567890ab"
    (found,) = [p for p in problems({**on, path: one}, ONE) if p.check == "global-keys"]
    assert (found.path, found.severity) == (path, "error")
    assert "`mrk-...`" in str(found.hint)


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


def test_what_belongs_to_one_region_stays_with_the_primary() -> None:
    changes = {
        "proxy": True,
        "services.lambda.functions": ["arn:aws:lambda:eu-west-1:123456789012:function:notify"],
        "activity_stream.mode": "async",
        "activity_stream.kms_key": "alias/stream",
        "credentials.password": "given",
        "credentials.domain.id": "d-1234567890",
        "credentials.iam_users": ["app"],
        "autoscaling.max": 4,
        "autoscaling.cpu": "60",
        "instances.readers": 1,
    }
    own = secondary_spec(resolve(layers(changes, ONE), skip_checks=check_names()).spec, "eu-central-1")
    assert (own.proxy, own.activity_stream, own.autoscaling, own.source) == (None, None, None, None)
    assert not any(value for value in own.services.model_dump().values())
    assert (own.credentials.given, own.credentials.domain) == (False, None)
    assert own.credentials.iam_users == ["app"]


def test_the_identifier_is_as_aws_keeps_it() -> None:
    assert global_identifier(resolved({}, ONE).spec) == "orders-global"
    assert global_identifier(resolved({"global.identifier": "Shop"}, ONE).spec) == "shop"
