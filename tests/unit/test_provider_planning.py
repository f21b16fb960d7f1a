"""Plans without any AWS: defaults, computed and unknown values, suppressed differences, replacement, tags."""

from __future__ import annotations

from typing import Any

import pytest

from aurora_cli.sandbox.provider import resources
from aurora_cli.sandbox.provider.core import Provider
from aurora_cli.sandbox.provider.engine.planning import Change, Planner
from aurora_cli.sandbox.provider.engine.resource_facts import behaviour_of
from aurora_cli.sandbox.provider.engine.response_mapping import without_unknown
from aurora_cli.sandbox.provider.protocol.codec import conform
from aurora_cli.sandbox.provider.protocol.types import UNKNOWN

SCHEMAS = Provider(environ={}).schema.resources
CLUSTER = {"cluster_identifier": "demo", "engine": "aurora-postgresql"}


def full(name: str, values: dict[str, Any]) -> dict[str, Any]:
    block = SCHEMAS[name].block
    complete: dict[str, Any] = conform(values, block.type)
    for nested_name, nested in block.blocks.items():
        if complete[nested_name] is None and nested.nesting != "single":
            complete[nested_name] = []
    return complete


def plan(
    name: str, config: dict[str, Any], prior: dict[str, Any] | None = None, tags: dict[str, str] | None = None
) -> Change:
    planner = Planner(
        entry=resources.entry_of(name),
        schema=SCHEMAS[name],
        behaviour=behaviour_of(name),
        region="eu-west-1",
        default_tags=tags or {},
    )
    return planner.plan(full(name, prior) if prior is not None else None, full(name, config))


def replaced(name: str, before: dict[str, Any], after: dict[str, Any]) -> set[tuple[str | int, ...]]:
    prior = without_unknown(plan(name, before).planned)
    return set(plan(name, after, prior).requires_replace)


def test_new_resource_has_defaults_unknowns_and_nulls() -> None:
    planned = plan("aws_rds_cluster", CLUSTER).planned
    assert planned["copy_tags_to_snapshot"] is False
    assert planned["delete_automated_backups"] is True
    assert planned["endpoint"] is UNKNOWN
    assert planned["backup_retention_period"] is UNKNOWN
    assert planned["final_snapshot_identifier"] is None
    assert planned["region"] == "eu-west-1"
    assert planned["serverlessv2_scaling_configuration"] == []


@pytest.mark.parametrize(("before", "planned"), [(5432, 5432), (25500, 25500), (5433, 5432)])
def test_a_port_of_the_sandbox_s_own_is_no_difference(before: int, planned: int) -> None:
    prior = without_unknown(plan("aws_rds_cluster", {**CLUSTER, "port": before}).planned)
    assert plan("aws_rds_cluster", {**CLUSTER, "port": 5432}, prior).planned["port"] == planned


def test_nested_blocks_have_defaults_and_keep_what_was_computed() -> None:
    config = {"name": "demo", "family": "f", "parameter": [{"name": "a", "value": "1"}]}
    assert plan("aws_db_parameter_group", config).planned["parameter"] == [
        {"name": "a", "value": "1", "apply_method": "immediate"}
    ]
    block = {"min_capacity": 0, "max_capacity": 4}
    prior = {**CLUSTER, "serverlessv2_scaling_configuration": [{**block, "seconds_until_auto_pause": 300}]}
    planned = plan("aws_rds_cluster", {**CLUSTER, "serverlessv2_scaling_configuration": [block]}, prior).planned
    assert planned["serverlessv2_scaling_configuration"] == [{**block, "seconds_until_auto_pause": 300}]


def test_computed_values_stay_on_update() -> None:
    prior = {**CLUSTER, "endpoint": "demo.example", "backup_retention_period": 1, "port": 5432}
    planned = plan("aws_rds_cluster", {**CLUSTER, "port": 5433}, prior).planned
    assert (planned["endpoint"], planned["backup_retention_period"], planned["port"]) == ("demo.example", 1, 5433)


def test_removed_values_are_unset_unless_they_are_zero() -> None:
    prior = {**CLUSTER, "domain": "corp", "performance_insights_enabled": False, "backtrack_window": 0}
    planned = plan("aws_rds_cluster", CLUSTER, prior).planned
    assert planned["domain"] is None
    assert planned["performance_insights_enabled"] is False
    assert planned["backtrack_window"] == 0


def test_suppressed_differences() -> None:
    prior = {
        **CLUSTER,
        "preferred_maintenance_window": "sun:05:00-sun:06:00",
        "snapshot_identifier": "old",
        "storage_type": "",
        "serverlessv2_scaling_configuration": [
            {"min_capacity": 1, "max_capacity": 2, "seconds_until_auto_pause": None}
        ],
    }
    config = {**CLUSTER, "preferred_maintenance_window": "Sun:05:00-Sun:06:00", "storage_type": "aurora"}
    change = plan("aws_rds_cluster", config, prior)
    assert change.planned["preferred_maintenance_window"] == "sun:05:00-sun:06:00"
    assert change.planned["snapshot_identifier"] == "old"
    assert change.planned["storage_type"] == ""
    # Only the larger capacity stays without the block: hashicorp/aws plans to unset the other.
    assert change.planned["serverlessv2_scaling_configuration"] == [
        {"min_capacity": None, "max_capacity": 2, "seconds_until_auto_pause": None}
    ]
    assert ("snapshot_identifier",) not in change.requires_replace


def test_write_only_values_are_never_planned() -> None:
    config = {**CLUSTER, "master_password_wo": "secret", "master_password_wo_version": 1}
    planned = plan("aws_rds_cluster", config).planned
    assert planned["master_password_wo"] is None
    assert planned["master_password_wo_version"] == 1


def test_tags_all_is_default_tags_under_own_tags() -> None:
    defaults = {"Project": "orders", "Team": "a"}
    planned = plan("aws_vpc", {"cidr_block": "10.0.0.0/16", "tags": {"Team": "b"}}, tags=defaults).planned
    assert planned["tags_all"] == {"Project": "orders", "Team": "b"}
    assert plan("aws_vpc", {"tags": UNKNOWN}, tags=defaults).planned["tags_all"] is UNKNOWN


def test_what_is_partly_unknown_is_unknown_to_the_sdk() -> None:
    """As hashicorp/aws 5.100.0 plans it; types of the plugin framework keep what is known."""
    partly = {"vpc_security_group_ids": ["sg-1", UNKNOWN], "tags": {"a": "b", "c": UNKNOWN}}
    for prior in (None, {**CLUSTER, "vpc_security_group_ids": ["sg-1"], "tags": {"a": "b"}}):
        planned = plan("aws_rds_cluster", {**CLUSTER, **partly}, prior).planned
        assert {planned[name] for name in ("vpc_security_group_ids", "tags", "tags_all")} == {UNKNOWN}
    planned = plan("aws_vpc_security_group_ingress_rule", {"tags": partly["tags"]}).planned
    assert (planned["tags"], planned["tags_all"]) == (partly["tags"], UNKNOWN)


def test_empty_text_of_a_computed_argument_keeps_its_value() -> None:
    full_prior = {"region": "eu-west-1", "engine_mode": "provisioned", "database_name": "app", "kms_key_id": "arn:a"}
    empty = {"database_name": "", "kms_key_id": "", "engine_version": "", "tags": {}, "timeouts": {}}
    change = plan("aws_rds_cluster", {**CLUSTER, **empty}, {**CLUSTER, **full_prior})
    assert (change.planned["database_name"], change.requires_replace) == ("app", ())


@pytest.mark.parametrize(
    ("name", "before", "after", "paths"),
    [
        ("aws_vpc", {"cidr_block": "10.0.0.0/16"}, {"cidr_block": "10.1.0.0/16"}, {("cidr_block",)}),
        ("aws_vpc", {"instance_tenancy": "dedicated"}, {"instance_tenancy": "default"}, set()),
        ("aws_vpc", {"instance_tenancy": "default"}, {"instance_tenancy": "dedicated"}, {("instance_tenancy",)}),
        ("aws_vpc", {}, {"region": "eu-west-2"}, {("region",)}),
        ("aws_rds_cluster", CLUSTER, {**CLUSTER, "engine": "aurora-mysql"}, {("engine",)}),
        ("aws_rds_cluster", CLUSTER, {**CLUSTER, "kms_key_id": UNKNOWN}, {("kms_key_id",)}),
        ("aws_rds_cluster", {**CLUSTER, "storage_type": ""}, {**CLUSTER, "storage_type": "aurora-iopt1"}, set()),
        (
            "aws_rds_cluster",
            {**CLUSTER, "restore_to_point_in_time": [{"source_cluster_identifier": "a", "restore_type": "full-copy"}]},
            {**CLUSTER, "restore_to_point_in_time": [{"source_cluster_identifier": "b", "restore_type": "full-copy"}]},
            {("restore_to_point_in_time", 0, "source_cluster_identifier")},
        ),
        (
            "aws_vpc_security_group_ingress_rule",
            {"cidr_ipv4": "10.0.0.0/8", "ip_protocol": "tcp"},
            {"cidr_ipv4": "10.0.0.0/9", "ip_protocol": "6"},
            set(),
        ),
    ],
)
def test_replacement(
    name: str, before: dict[str, Any], after: dict[str, Any], paths: set[tuple[str | int, ...]]
) -> None:
    assert replaced(name, before, after) == paths
