"""What the genuine provider plans and refuses, as `tools/calibrate.py edits` has recorded it, is what ours plans and refuses.

Every argument is edited alone (set, changed, emptied, zero, null, unknown, with its block and without), given values that the
genuine provider takes and refuses, and combined with those that it names beside it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from aurora_cli.sandbox.provider import resources
from aurora_cli.sandbox.provider.api.errors import AwsError
from aurora_cli.sandbox.provider.core import Provider
from aurora_cli.sandbox.provider.engine.planning import Planner
from aurora_cli.sandbox.provider.engine.resource_facts import behaviour_of
from aurora_cli.sandbox.provider.engine.validation.rules import broken_rule
from aurora_cli.sandbox.provider.protocol.diagnostics import ProviderError
from aurora_cli.sandbox.provider.protocol.types import COLLECTIONS, Type
from tests.calibration.combinations import about_combinations, combinations
from tests.calibration.edits import Edit, Facts, Planned, arguments, edits, full, row
from tests.calibration.probes import placed, probes
from tests.calibration.requests import RECORDED, is_update, serialized

PROVIDER = Provider(environ={})
SCHEMAS = PROVIDER.schema.resources
TYPES = sorted(json.loads((Path(__file__).parents[1] / "fixtures/genuine_provider.json").read_text("utf-8")))

# type and argument -> why ours plans another thing than the genuine provider 5.100 did
OTHER_PLANS = {
    "aws_db_instance blue_green_update.enabled": "instances outside of Aurora: a plan-time rule is not kept",
    "aws_db_instance character_set_name": "instances outside of Aurora: a suppressed difference is not kept",
    "aws_db_instance max_allocated_storage": "instances outside of Aurora: a suppressed difference is not kept",
    "aws_iam_role inline_policy": "deprecated: policies without a name are taken out before they are compared",
    "aws_iam_role inline_policy.name": "deprecated: policies without a name are taken out before they are compared",
    "aws_nat_gateway secondary_private_ip_address_count": "6.x has other rules, for regional gateways",
    "aws_s3_bucket policy": "deprecated, and not sent",
    "aws_s3_bucket website.routing_rules": "deprecated, and not sent",
    "aws_secretsmanager_secret replica.kms_key_id": "an empty text in an element of a set",
    "aws_sns_topic fifo_throughput_scope": "the prior value of a topic that cannot have one",
    "aws_sns_topic_subscription delivery_policy": "policies are compared by the keys that SNS knows",
    "aws_vpc instance_tenancy": "from no tenancy, which no VPC has",
    "aws_vpc_endpoint dns_options": "6.x has more arguments in it",
    "aws_vpc_endpoint dns_options.private_dns_only_for_inbound_resolver_endpoint": "6.x has a set beside it",
    "aws_vpc_endpoint private_dns_enabled": "6.x replaces any but an interface endpoint",
    "aws_vpc_endpoint subnet_configuration": "a whole set of blocks that is not known yet",
}
OTHER_REQUESTS = {
    "aws_rds_cluster database_insights_mode": "6.x sends the key and the retention with the mode",
    "aws_rds_cluster scaling_configuration.timeout_action": "an empty text, which the validator refuses",
    "aws_rds_cluster tags": "the state that edits start from has an ARN that is none",
    "aws_rds_cluster_instance tags": "the state that edits start from has an ARN that is none",
    "aws_db_subnet_group subnet_ids": "no subnet at all, which AWS refuses",
    "aws_db_subnet_group tags": "the state that edits start from has an ARN that is none",
}
NO_ACCOUNT = {"AWS_ACCESS_KEY_ID": "none", "AWS_SECRET_ACCESS_KEY": "none", "AWS_REGION": "eu-west-1"}
OTHER_VALUES = {
    "aws_appautoscaling_policy policy_type": "validated since 6.x",
    "aws_appautoscaling_policy step_scaling_policy_configuration.adjustment_type": "validated since 6.x",
    "aws_appautoscaling_policy step_scaling_policy_configuration.metric_aggregation_type": "validated since 6.x",
}


@cache
def recorded() -> dict[str, Any]:
    text = (Path(__file__).parents[1] / "fixtures/genuine_provider.json").read_text("utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def facts_of(name: str) -> Facts:
    edits = recorded()[name]["edits"]
    return Facts(edits["config"], edits["state"], edits["values"], edits["inner"])


def ours(name: str, edit: Edit) -> Planned | str:
    planner = Planner(resources.entry_of(name), SCHEMAS[name], behaviour_of(name), "eu-west-1", {})
    try:
        change = planner.plan(in_region(edit.before), edit.after)
    except ProviderError as error:
        return str(error)
    return change.planned, {str(path[0]) for path in change.requires_replace}


def in_region(state: dict[str, Any] | None) -> dict[str, Any] | None:
    """The state with the Region that 6.x keeps in it."""
    return {**state, "region": "eu-west-1"} if state and "region" in state else state


def errors(name: str, config: dict[str, Any]) -> list[str]:
    found = PROVIDER.validate(name, full(SCHEMAS[name].block, config))
    return [f"{one.summary} {one.detail}".strip() for one in found if one.severity == "error"]


@pytest.mark.parametrize("name", TYPES)
def test_edits_are_planned_as_the_genuine_provider_plans_them(name: str) -> None:
    block, facts = SCHEMAS[name].block, facts_of(name)
    for path, genuine in recorded()[name]["edits"]["planned"].items():
        planned = row(block, facts, path, lambda edit: ours(name, edit))
        assert (planned == genuine) is (f"{name} {path}" not in OTHER_PLANS), (path, genuine, planned)


@pytest.mark.parametrize("name", TYPES)
def test_arguments_go_together_as_in_the_genuine_provider(name: str) -> None:
    facts, genuine = facts_of(name), recorded()[name]["combined"]
    for key, configs in combinations(SCHEMAS[name].block, behaviour_of(name), facts):
        if key in genuine:
            assert [about_combinations(facts, errors(name, config)) for config in configs] == genuine[key], key


@pytest.mark.parametrize("name", TYPES)
def test_values_are_refused_as_by_the_genuine_provider(name: str) -> None:
    block, types = SCHEMAS[name].block, dict(arguments(SCHEMAS[name].block))
    for path, genuine in recorded()[name]["refused"].items():
        tried = dict(probes(types[path].type))
        expected = set(genuine["refuses"]) if "refuses" in genuine else set(tried) - set(genuine["accepts"])
        refused = {one for one, value in tried.items() if is_refused(name, path, value)}
        assert (refused == expected) is (f"{name} {path}" not in OTHER_VALUES), (path, refused ^ expected)
        for one, message in genuine["says"].items():
            start = message.partition("]")[0]  # later versions have more choices
            assert any(text.startswith(start) for text in errors(name, placed(block, path, tried[one]))), (path, one)


@pytest.mark.parametrize("name", RECORDED)
def test_changes_are_requested_as_by_the_genuine_provider(name: str, requested: Requested) -> None:
    block, facts = SCHEMAS[name].block, facts_of(name)
    for path, genuine in recorded()[name]["requests"].items():
        sent = [requested(name, edit) for edit in edits(block, facts, path)]
        assert (sent == genuine) is (f"{name} {path}" not in OTHER_REQUESTS), (path, genuine, sent)


Requested = Callable[[str, Edit], str]


@pytest.fixture(scope="module")
def requested() -> Requested:
    """The first request of ours for an edit; nothing is sent."""
    provider = Provider(None, {**NO_ACCOUNT, "AWS_ENDPOINT_URL": "http://127.0.0.1:9"})
    provider.configure({"region": "eu-west-1", "skip_credentials_validation": True})
    client, seen = provider.runtime.client, []

    def call(service: str, operation: str, params: dict[str, Any], **more: Any) -> Any:
        seen.append(serialized(client.models.operation(service, operation), params))
        raise AwsError("RDS", operation, "InvalidParameterCombination", "recorded")

    client.call = call  # type: ignore[method-assign, assignment]

    def first(name: str, edit: Edit) -> str:
        planned = ours(name, edit)
        if isinstance(planned, str) or not is_update(edit, planned):
            return ""
        seen.clear()
        with suppress(ProviderError):
            provider.apply(name, in_region(edit.before), planned[0], edit.after)
        return seen[0] if seen else ""

    return first


def is_refused(name: str, path: str, value: Any) -> bool:
    rule = behaviour_of(name).validators[path]
    return any(broken_rule(rule, item, path) for item in (value if isinstance(value, list) else [value]))


def test_every_packaged_validator_has_a_rule_that_refuses() -> None:
    for name, schema in SCHEMAS.items():
        known = recorded()[name]["refused"] if name in recorded() else {}
        for path in set(behaviour_of(name).validators) - set(known):
            assert any(is_refused(name, path, value) for _, value in probes(type_at(schema.block.type, path))), (
                name,
                path,
            )


def type_at(type_: Type, path: str) -> Type:
    for step in path.split("."):
        type_ = (type_.item if type_.kind in COLLECTIONS else type_).attributes[step]
    return type_
