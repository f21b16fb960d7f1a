"""What the wider surface renders: the resources and arguments that each part of the spec asks for."""

from __future__ import annotations

from typing import Any

import pytest

from aurora_cli.errors import InvalidInput
from aurora_cli.hcl.render import render_stack
from aurora_cli.hcl.render_options import RenderOptions
from tests.contract.specs import spec
from tests.contract.terraform_reader import Block, read_all, text_of


def blocks(variant: str = "smallest", options: RenderOptions = RenderOptions(), **changes: object) -> list[Block]:  # noqa: B008
    return read_all(render_stack(spec(variant, **changes), options))


def one(found: list[Block], *labels: str) -> Block:
    (block,) = [b for b in found if b.labels == labels]
    return block


def there(found: list[Block]) -> set[str]:
    return {".".join(block.labels) for block in found if block.kind == "resource"}


def table(found: list[Block], name: str) -> Any:
    return next(block.attributes[name] for block in found if block.kind == "locals" and name in block.attributes)


def test_what_sets_an_instance_apart_is_in_the_table() -> None:
    found = blocks("own-instances")
    instances = table(found, "instances")
    assert instances['"3"']["identifier"] == '"reports"'
    assert instances['"2"']["identifier"] == '"demo-2"'
    assert instances['"2"']["parameter_group"] == '"shared"'
    assert instances['"3"']["parameter_group"] == "${aws_db_parameter_group.instance_3.name}"
    assert (instances['"1"']["auto_minor_upgrades"], instances['"2"']["auto_minor_upgrades"]) == (True, False)
    assert "ca_certificate" not in instances['"2"']
    attributes = one(found, "aws_rds_cluster_instance", "this").attributes
    assert attributes["identifier"] == "${each.value.identifier}"
    assert attributes["ca_cert_identifier"] == "${try(each.value.ca_certificate, null)}"
    assert attributes["auto_minor_version_upgrade"] == "${each.value.auto_minor_upgrades}"


def test_what_is_the_same_for_all_is_written_once() -> None:
    settings = {"class": "db.r7g.large", "readers": 1, "ca_certificate": "rds-ca-ecc384-g1"}
    found = blocks(instances=settings)
    assert one(found, "aws_rds_cluster_instance", "this").attributes["ca_cert_identifier"] == '"rds-ca-ecc384-g1"'
    assert set(table(found, "instances")['"2"']) == {"class", "promotion_tier", "zone"}


def test_the_storage_type_is_always_written() -> None:
    assert one(blocks(), "aws_rds_cluster", "this").attributes["storage_type"] == '"aurora"'
    optimized = one(blocks("own-instances"), "aws_rds_cluster", "this")
    assert optimized.attributes["storage_type"] == '"aurora-iopt1"'


def test_an_instance_has_the_parameters_of_all_and_its_own() -> None:
    parameters = {"instance": {"jit": False, "work_mem": 4096}}
    group = one(blocks("own-instances", parameters=parameters), "aws_db_parameter_group", "instance_3")
    values = {p.attributes["name"]: p.attributes["value"] for p in group.nested("parameter")}
    assert values == {'"jit"': '"0"', '"work_mem"': '"65536"'}


def test_enhanced_monitoring_has_its_role_where_there_is_an_interval() -> None:
    found = blocks("monitored")
    instances = table(found, "instances")
    assert instances['"1"']["monitoring_role"] == "${aws_iam_role.monitoring.arn}"
    assert (instances['"3"']["monitoring_interval"], instances['"3"'].get("monitoring_role")) == (0, None)
    first = one(found, "aws_rds_cluster_instance", "this")
    assert first.attributes["depends_on"] == ["${aws_iam_role_policy_attachment.monitoring}"]
    long = one(blocks("monitored", name="a" * 60), "aws_iam_role", "monitoring").attributes["name"]
    assert len(long.strip('"')) == 64


def test_a_given_role_and_topic_are_used_and_not_made() -> None:
    found = blocks("monitored-by-others")
    assert not there(found) & {"aws_iam_role.monitoring", "aws_sns_topic.alerts"}
    first = one(found, "aws_rds_cluster_instance", "this")
    assert first.attributes["monitoring_role_arn"] == '"arn:aws:iam::123456789012:role/monitoring"'
    alarm = one(found, "aws_cloudwatch_metric_alarm", "cluster")
    assert alarm.attributes["alarm_actions"] == ['"arn:aws:sns:eu-west-1:123456789012:alerts"']
    subscription = one(found, "aws_sns_topic_subscription", "email")
    assert subscription.attributes["topic_arn"] == '"arn:aws:sns:eu-west-1:123456789012:alerts"'


def test_insights_are_one_setting_of_the_cluster() -> None:
    attributes = one(blocks("monitored"), "aws_rds_cluster", "this").attributes
    assert attributes["performance_insights_enabled"] is True
    assert attributes["database_insights_mode"] == '"advanced"'
    assert attributes["performance_insights_retention_period"] == 465
    instance = one(blocks("monitored"), "aws_rds_cluster_instance", "this")
    assert not [name for name in instance.attributes if name.startswith("performance_insights")]


def test_alarms_are_those_that_fit_the_cluster() -> None:
    mixed, single = (
        {key.strip('"'): alarm for key, alarm in table(blocks(variant), "alarms").items()}
        for variant in ("monitored", "monitored-by-others")
    )
    keys = ["cpu", "connections", "acu", "replica-lag", "free-local-storage", "deadlocks"]
    assert list(mixed) == keys
    assert list(single) == ["cpu", "free-local-storage", "deadlocks"]
    assert single["free-local-storage"]["threshold"] == 2 * 2**30
    assert mixed["replica-lag"]["threshold"] == 2000


def test_nothing_is_sent_without_alarms_and_events() -> None:
    monitoring = {"alarms": {"enabled": False}, "notifications": {"emails": ["a@example.com"]}}
    assert there(blocks(monitoring=monitoring)) == there(blocks())


def test_nothing_of_monitoring_is_there_unless_asked_for() -> None:
    kinds = ("aws_iam_", "aws_sns_", "aws_cloudwatch_metric", "aws_cloudwatch_dashboard", "aws_db_event")
    assert not [address for address in there(blocks("production")) if address.startswith(kinds)]


def test_an_endpoint_names_its_members_by_reference() -> None:
    found = blocks("scaled")
    endpoints = {key.strip('"'): value for key, value in table(found, "endpoints").items()}
    assert endpoints["reports"] == {
        "type": '"READER"',
        "members": ['${aws_rds_cluster_instance.this["3"].identifier}'],
    }
    assert endpoints["web"]["excluded"][0] == '${aws_rds_cluster_instance.this["1"].identifier}'
    assert endpoints["all"] == {"type": '"ANY"'}
    assert "custom_endpoints" in {block.labels[0] for block in found if block.kind == "output"}


def test_an_endpoint_drops_a_member_that_is_gone_but_not_its_last() -> None:
    endpoints = {"web": {"type": "any", "members": ["1", "3"]}}
    found = blocks("scaled", RenderOptions(instance_keys=("1", "2")), endpoints=endpoints)
    assert table(found, "endpoints")["web"]["members"] == ['${aws_rds_cluster_instance.this["1"].identifier}']
    with pytest.raises(InvalidInput, match="The endpoint reports has no members left"):
        blocks("scaled", RenderOptions(instance_keys=("1", "2")))


def test_limits_that_schedules_change_are_ignored() -> None:
    found = blocks("scaled")
    target = one(found, "aws_appautoscaling_target", "readers")
    assert target.nested("lifecycle")[0].attributes["ignore_changes"] == ["min_capacity", "max_capacity"]
    policy = one(found, "aws_appautoscaling_policy", "readers")
    (tracking,) = policy.nested("target_tracking_scaling_policy_configuration")
    assert tracking.attributes["disable_scale_in"] is True
    assert tracking.attributes["scale_out_cooldown"] == 60
    plain = blocks("scaled", autoscaling={"max": 4, "cpu": 60})
    assert not one(plain, "aws_appautoscaling_target", "readers").nested("lifecycle")
    assert "aws_appautoscaling_scheduled_action.readers" not in there(plain)


def test_lag_is_watched_where_autoscaling_may_make_readers() -> None:
    found = blocks(monitoring={"alarms": True}, autoscaling={"max": 4, "cpu": 60})
    assert "replica-lag" in {key.strip('"') for key in table(found, "alarms")}


def test_two_address_families_in_our_own_network() -> None:
    found = blocks("connected")
    assert one(found, "aws_rds_cluster", "this").attributes["network_type"] == '"DUAL"'
    assert one(found, "aws_vpc", "this").attributes["assign_generated_ipv6_cidr_block"] is True
    assert "ipv6_cidr_block" in one(found, "aws_subnet", "database").attributes
    plain = blocks("production")
    assert (
        one(plain, "aws_rds_cluster", "this").attributes["network_type"] == '"IPV4"'
    )  # AWS keeps the other, if nothing is said
    assert "ipv6_cidr_block" not in one(plain, "aws_subnet", "database").attributes


def test_existing_subnets_are_checked_for_their_ipv6_block() -> None:
    lookup = one(blocks("connected-existing"), "aws_subnet", "database")
    assert len(lookup.nested("lifecycle")[0].nested("postcondition")) == 2


def test_egress_is_by_destination_and_port() -> None:
    found = blocks("connected")
    egress = {text_of(key): value for key, value in table(found, "egress").items()}
    assert list(egress) == ["10.0.0.0/8", "10.0.0.0/8:3306", "pl-0a1b2c3d:443", "2001:db8::/32", "sg-0a1b2c3d"]
    assert egress["10.0.0.0/8"] == {"cidr_ipv4": '"10.0.0.0/8"', "protocol": '"-1"'}
    assert egress["10.0.0.0/8:3306"]["port"] == 3306
    own = one(found, "aws_vpc_security_group_ingress_rule", "self").attributes
    assert own["referenced_security_group_id"] == own["security_group_id"]


def test_names_of_our_own_lead_to_the_endpoints() -> None:
    found = blocks("connected")
    writer = one(found, "aws_route53_record", "writer").attributes
    assert (writer["name"], writer["records"]) == ('"demo.db.example.com"', ["${aws_rds_cluster.this.endpoint}"])
    assert "aws_route53_record.writer" not in there(blocks("connected-existing"))


def test_a_rotation_has_a_schedule_and_changes_no_password_now() -> None:
    rotation = one(blocks("connected"), "aws_secretsmanager_secret_rotation", "master")
    assert rotation.attributes["rotate_immediately"] is False
    (rules,) = rotation.nested("rotation_rules")
    assert rules.attributes == {"automatically_after_days": 30, "duration": '"3h"'}


def test_features_of_the_cluster_are_written_only_when_asked_for() -> None:
    names = ("enable_http_endpoint", "engine_lifecycle_support", "backtrack_window", "delete_automated_backups")
    wanted = one(blocks("connected"), "aws_rds_cluster", "this").attributes
    assert [wanted[name] for name in names] == [True, '"open-source-rds-extended-support-disabled"', 86400, False]
    assert wanted["copy_tags_to_snapshot"] is False
    plain = one(blocks("production"), "aws_rds_cluster", "this").attributes
    assert not set(names) & set(plain)


def test_what_is_in_other_hands_is_named_and_not_made() -> None:
    found = blocks("adopted")
    assert there(found) == {
        "aws_rds_cluster.this",
        "aws_rds_cluster_instance.this",
    }
    cluster = one(found, "aws_rds_cluster", "this").attributes
    assert cluster["vpc_security_group_ids"] == ['"sg-0a"', '"sg-0b"']
    assert cluster["db_cluster_parameter_group_name"] == '"demo-cluster"'
    assert not {"manage_master_user_password", "depends_on"} & set(cluster)
    others = one(found, "aws_rds_cluster_instance", "this").attributes
    assert others["db_parameter_group_name"] == '"default.aurora-postgresql16"'
    assert others["copy_tags_to_snapshot"] == "${each.value.copy_tags}"
    assert table(found, "instances")['"1"']["copy_tags"] is False
    outputs = {block.labels[0] for block in found if block.kind == "output"}
    assert not {"secret_arn", "security_group_id"} & outputs


def test_a_group_of_one_kind_may_be_there_already() -> None:
    one_group = blocks(parameters={"cluster_group": "shared"})
    assert "aws_rds_cluster_parameter_group.this" not in there(one_group)
    assert "aws_db_parameter_group.this" in there(one_group)
    own = {"class": "db.r7g.large", "readers": 1, "overrides": {"2": {"parameters": {"jit": False}}}}
    mixed = blocks(parameters={"instance_group": "shared"}, instances=own)
    assert "aws_db_parameter_group.this" not in there(mixed)
    assert "aws_db_parameter_group.instance_2" in there(mixed)
    assert table(mixed, "instances")['"1"']["parameter_group"] == '"shared"'
