"""What a cluster is connected to: what the rules say, and what the model makes of short forms."""

from __future__ import annotations

from typing import Any

import pytest

from aurora_cli.spec.facts.features import given_services
from aurora_cli.spec.text.dump import dump_spec
from tests.unit.connection_cases import CONNECTIONS, QUIET
from tests.unit.spec_cases import POSTGRES, problems, resolved


@pytest.mark.parametrize(("base", "name", "changes", "path", "text"), CONNECTIONS)
def test_the_rule_says_what_is_wrong(
    base: dict[str, Any], name: str, changes: dict[str, Any], path: str, text: str
) -> None:
    (found,) = [p for p in problems(changes, base) if p.check == name]
    assert (found.path, text in found.message) == (path, True), found.message
    assert found.hint


@pytest.mark.parametrize(("base", "changes"), QUIET)
def test_what_is_legal_passes_without_a_word(base: dict[str, Any], changes: dict[str, Any]) -> None:
    assert problems(changes, base) == ()


@pytest.mark.parametrize(("region", "partition"), [("eu-west-1", "aws"), ("us-gov-west-1", "aws-us-gov")])
def test_the_way_to_name_an_inference_profile_is_one_that_is_taken(region: str, partition: str) -> None:
    path, name = "services.bedrock.models", "us-gov.anthropic.claude-3-5-sonnet-20240620-v1:0"
    changes = {"region": region, "network.egress": ["0.0.0.0/0"]}
    (found,) = [p for p in problems({**changes, path: [name]}) if p.check == "service-name"]
    arn = str(found.hint).split("`")[1]
    assert arn.startswith(f"arn:{partition}:bedrock:{region}:")
    assert "service-name" not in {p.check for p in problems({**changes, path: [arn]})}


@pytest.mark.parametrize(("value", "enabled"), [(True, True), (False, False), ({}, True)])
def test_a_proxy_in_short(value: object, enabled: bool) -> None:
    assert resolved().spec.proxy is None
    proxy = resolved({"proxy": value}).spec.proxy
    assert proxy is not None
    assert proxy.enabled is enabled


def test_comprehend_in_short_comes_back_from_the_stored_spec() -> None:
    spec = resolved({"services.comprehend": {}, "network.vpc_endpoints": ["comprehend"]}).spec
    assert list(given_services(spec)) == ["comprehend"]
    assert "comprehend:\n    enabled: true" in dump_spec(spec)
    off = resolved({"services.comprehend": False}).spec
    assert given_services(off) == {}


def test_a_stored_spec_says_nothing_of_what_is_not_used() -> None:
    text = dump_spec(resolved({}, POSTGRES).spec)
    for word in ("proxy", "services", "activity_stream", "key:", "vpc_endpoints"):
        assert word not in text
