"""What the genuine provider plans and refuses, as `tools/calibrate.py edits` has recorded it, is what ours plans and refuses.

Every argument is edited alone (set, changed, emptied, zero, null, unknown, with its block and without), given values that the
genuine provider takes and refuses, and combined with those that it names beside it.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from aurora_cli.sandbox.provider import resources
from aurora_cli.sandbox.provider.core import Provider
from aurora_cli.sandbox.provider.engine.planning import Planner
from aurora_cli.sandbox.provider.engine.resource_facts import behaviour_of
from aurora_cli.sandbox.provider.engine.validation.rules import broken_rule
from aurora_cli.sandbox.provider.protocol.diagnostics import ProviderError
from aurora_cli.sandbox.provider.protocol.types import COLLECTIONS, Type
from tests.calibration.combinations import about_combinations, combinations
from tests.calibration.edits import Edit, Facts, Planned, arguments, full, row
from tests.calibration.probes import placed, probes

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
    "aws_vpc_endpoint subnet_configuration": "a whole set of blocks that is not known yet",
}
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
    before = edit.before and {**edit.before, **({"region": "eu-west-1"} if "region" in edit.before else {})}
    try:
        change = planner.plan(before, edit.after)
    except ProviderError as error:
        return str(error)
    return change.planned, {str(path[0]) for path in change.requires_replace}


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
