"""Resource types beside the cluster: roles, scaling, alarms, topics, subscriptions, secrets, names. One life each."""

from __future__ import annotations

import json
from typing import Any

import pytest

from aurora_cli.sandbox.faults import FaultRule
from aurora_cli.sandbox.manager import Sandbox
from aurora_cli.sandbox.provider.protocol.diagnostics import ProviderError
from tests.harness import REGION
from tests.sandbox.emulator import client
from tests.sandbox.provider_driver import Driver

pytestmark = pytest.mark.sandbox

TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": ["rds.amazonaws.com"]}, "Action": ["sts:AssumeRole"]}
        ],
    },
    indent=2,
)
POLICY = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}'
MONITORING = "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"


def role(driver: Driver, name: str = "demo") -> dict[str, Any]:
    return driver.create("aws_iam_role", name=name, assume_role_policy=TRUST, tags={"Name": name})


def test_role(driver: Driver, emulator: Sandbox) -> None:
    state = role(driver)
    assert state["arn"] == "arn:aws:iam::123456789012:role/demo"
    assert state["tags_all"] == {"Name": "demo", "Project": "orders"}
    assert state["unique_id"].startswith("AROA")
    loose = TRUST.replace('["rds.amazonaws.com"]', '"rds.amazonaws.com"')
    same = driver.provider.plan(
        "aws_iam_role", state, driver.config("aws_iam_role", name="demo", assume_role_policy=loose)
    )
    assert same.planned["assume_role_policy"] == state["assume_role_policy"]
    other = {"name": "demo", "assume_role_policy": TRUST.replace("rds.", "monitoring.rds."), "description": "Metrics"}
    changed = driver.update("aws_iam_role", state, **other, max_session_duration=7200, tags={"Name": "new"})
    seen = client(emulator, "iam").get_role(RoleName="demo")["Role"]
    assert (seen["Description"], seen["MaxSessionDuration"]) == ("Metrics", 7200)
    assert {tag["Key"]: tag["Value"] for tag in seen["Tags"]} == {"Name": "new", "Project": "orders"}
    assert driver.replaced_by("aws_iam_role", changed, **{**other, "name": "demo2"}) == {"name"}
    driver.assert_imports("aws_iam_role", "demo", changed, "force_detach_policies")
    client(emulator, "iam").update_role(RoleName="demo", Description="by hand", MaxSessionDuration=3600)
    drifted = driver.provider.read("aws_iam_role", changed)
    assert drifted is not None and drifted["description"] == "by hand"
    driver.assert_goes("aws_iam_role", changed)


def test_role_policies(driver: Driver, emulator: Sandbox) -> None:
    owner = role(driver)
    inline = driver.create("aws_iam_role_policy", name="read", role="demo", policy=POLICY)
    assert inline["id"] == "demo:read"
    wider = POLICY.replace('"s3:GetObject"', '["s3:GetObject", "s3:ListBucket"]')
    inline = driver.update("aws_iam_role_policy", inline, name="read", role="demo", policy=wider)
    driver.assert_imports("aws_iam_role_policy", "demo:read", inline)
    attached = driver.create("aws_iam_role_policy_attachment", role="demo", policy_arn=MONITORING)
    assert attached["id"] == f"demo/{MONITORING}"
    driver.assert_imports("aws_iam_role_policy_attachment", attached["id"], attached)
    unknown = driver.config("aws_iam_role_policy_attachment", role="demo", policy_arn="arn:aws:iam::aws:policy/Nope")
    planned = driver.provider.plan("aws_iam_role_policy_attachment", None, unknown).planned
    with pytest.raises(ProviderError, match="NoSuchEntity"):
        driver.provider.apply("aws_iam_role_policy_attachment", None, planned, unknown)
    driver.assert_settled("aws_iam_role", driver.provider.read("aws_iam_role", owner) or {}, _role_config(driver))
    driver.assert_goes("aws_iam_role_policy_attachment", attached)
    driver.assert_goes("aws_iam_role_policy", inline)
    driver.assert_goes("aws_iam_role", owner)


def test_policies_of_a_role_change_in_place(driver: Driver, emulator: Sandbox) -> None:
    iam = client(emulator, "iam")
    boundary, *managed = (
        iam.create_policy(PolicyName=name, PolicyDocument=POLICY)["Policy"]["Arn"] for name in ("boundary", "a", "b")
    )
    config: dict[str, Any] = {"name": "demo", "assume_role_policy": TRUST, "force_detach_policies": True}
    inline = [{"name": name, "policy": POLICY} for name in ("list", "read")]
    state = driver.create("aws_iam_role", **config, inline_policy=inline, managed_policy_arns=managed[:1])
    wider = [{"name": "read", "policy": POLICY.replace("GetObject", "Get*")}]
    changes = {"permissions_boundary": boundary, "inline_policy": wider, "managed_policy_arns": managed[1:]}
    state = driver.update("aws_iam_role", state, **config, **changes)
    assert iam.list_role_policies(RoleName="demo")["PolicyNames"] == ["read"]
    seen = iam.get_role_policy(RoleName="demo", PolicyName="read")["PolicyDocument"]
    assert seen["Statement"][0]["Action"] == "s3:Get*"
    attached = iam.list_attached_role_policies(RoleName="demo")["AttachedPolicies"]
    assert [one["PolicyArn"] for one in attached] == managed[1:]
    limited = iam.get_role(RoleName="demo")["Role"]["PermissionsBoundary"]
    assert limited["PermissionsBoundaryArn"] == boundary
    state = driver.update("aws_iam_role", state, **config, **{**changes, "permissions_boundary": None})
    assert "PermissionsBoundary" not in iam.get_role(RoleName="demo")["Role"]
    driver.assert_goes("aws_iam_role", state)


def _role_config(driver: Driver) -> dict[str, Any]:
    return driver.config("aws_iam_role", name="demo", assume_role_policy=TRUST, tags={"Name": "demo"})


TARGET = {
    "service_namespace": "rds",
    "resource_id": "cluster:demo",
    "scalable_dimension": "rds:cluster:ReadReplicaCount",
}


def test_autoscaling(driver: Driver, emulator: Sandbox) -> None:
    target = driver.create("aws_appautoscaling_target", **TARGET, min_capacity=0, max_capacity=4, tags={"Name": "demo"})
    assert target["id"] == "cluster:demo"
    assert target["role_arn"].endswith("AWSServiceRoleForApplicationAutoScaling_RDSCluster")
    assert target["tags_all"] == {"Name": "demo", "Project": "orders"}
    target = driver.update(
        "aws_appautoscaling_target", target, **TARGET, min_capacity=1, max_capacity=6, tags={"Team": "a"}
    )
    seen = client(emulator, "application-autoscaling").list_tags_for_resource(ResourceARN=target["arn"])
    assert seen["Tags"] == {"Team": "a", "Project": "orders"}
    driver.assert_imports("aws_appautoscaling_target", "rds/cluster:demo/rds:cluster:ReadReplicaCount", target)
    assert driver.replaced_by(
        "aws_appautoscaling_target", target, **{**TARGET, "resource_id": "cluster:b"}, min_capacity=1, max_capacity=6
    ) == {"resource_id"}
    tracking = {
        "target_value": 60,
        "scale_in_cooldown": 300,
        "scale_out_cooldown": 0,
        "disable_scale_in": True,
        "predefined_metric_specification": [{"predefined_metric_type": "RDSReaderAverageCPUUtilization"}],
    }
    named = {**TARGET, "name": "cpu", "policy_type": "TargetTrackingScaling"}
    policy = driver.create(
        "aws_appautoscaling_policy", **named, target_tracking_scaling_policy_configuration=[tracking]
    )
    assert policy["arn"].startswith("arn:aws:autoscaling:")
    other = {**tracking, "target_value": 42.5, "disable_scale_in": False}
    policy = driver.update(
        "aws_appautoscaling_policy", policy, **named, target_tracking_scaling_policy_configuration=[other]
    )
    path = "rds/cluster:demo/rds:cluster:ReadReplicaCount"
    driver.assert_imports("aws_appautoscaling_policy", f"{path}/cpu", policy)
    steps = [{"metric_interval_lower_bound": "0", "scaling_adjustment": 1}]
    stepped = driver.create(
        "aws_appautoscaling_policy",
        **{**named, "name": "steps", "policy_type": "StepScaling"},
        step_scaling_policy_configuration=[
            {"adjustment_type": "ChangeInCapacity", "cooldown": 60, "step_adjustment": steps}
        ],
    )
    nightly = {**TARGET, "name": "night", "schedule": "cron(0 22 * * ? *)", "timezone": "Europe/Zurich"}
    action = driver.create(
        "aws_appautoscaling_scheduled_action",
        **nightly,
        start_time="2030-01-01T00:00:00+01:00",
        scalable_target_action=[{"min_capacity": "0", "max_capacity": "1"}],
    )
    assert action["id"] == "night-rds-cluster:demo"
    action = driver.update(
        "aws_appautoscaling_scheduled_action", action, **nightly, scalable_target_action=[{"max_capacity": "2"}]
    )
    driver.assert_imports("aws_appautoscaling_scheduled_action", f"{path}/night", action)
    for name, state in (
        ("aws_appautoscaling_scheduled_action", action),
        ("aws_appautoscaling_policy", stepped),
        ("aws_appautoscaling_policy", policy),
        ("aws_appautoscaling_target", target),
    ):
        driver.assert_goes(name, state)


def topic(driver: Driver, **more: Any) -> dict[str, Any]:
    return driver.create("aws_sns_topic", name="alarms", **more)


def test_alarm(driver: Driver, emulator: Sandbox) -> None:
    arn = topic(driver)["arn"]
    config: dict[str, Any] = {
        "alarm_name": "demo-cpu",
        "comparison_operator": "GreaterThanOrEqualToThreshold",
        "evaluation_periods": 5,
        "metric_name": "CPUUtilization",
        "namespace": "AWS/RDS",
        "period": 60,
        "statistic": "Average",
        "threshold": 0,
        "dimensions": {"DBClusterIdentifier": "demo"},
        "alarm_actions": [arn],
        "ok_actions": [arn],
    }
    state = driver.create("aws_cloudwatch_metric_alarm", **config, tags={"Name": "cpu"})
    assert state["arn"] == f"arn:aws:cloudwatch:{REGION}:123456789012:alarm:demo-cpu"
    assert state["tags_all"] == {"Name": "cpu", "Project": "orders"}
    changed = {**config, "threshold": 80.5, "treat_missing_data": "notBreaching", "ok_actions": None}
    state = driver.update("aws_cloudwatch_metric_alarm", state, **changed, alarm_description="busy")
    seen = client(emulator, "cloudwatch").describe_alarms(AlarmNames=["demo-cpu"])["MetricAlarms"][0]
    assert (seen["Threshold"], seen["OKActions"], seen["AlarmActions"]) == (80.5, [], [arn])
    driver.assert_imports("aws_cloudwatch_metric_alarm", "demo-cpu", state)
    assert driver.replaced_by("aws_cloudwatch_metric_alarm", state, **{**changed, "alarm_name": "b"}) == {"alarm_name"}
    driver.assert_goes("aws_cloudwatch_metric_alarm", state)
    query = driver.create(
        "aws_cloudwatch_metric_alarm",
        alarm_name="ratio",
        comparison_operator="LessThanThreshold",
        evaluation_periods=1,
        threshold=1,
        metric_query=[
            {"id": "e1", "expression": "m1 / 2", "label": "half", "return_data": True},
            {
                "id": "m1",
                "metric": [
                    {
                        "metric_name": "Deadlocks",
                        "namespace": "AWS/RDS",
                        "period": 300,
                        "stat": "Sum",
                        "dimensions": {"DBClusterIdentifier": "demo"},
                    }
                ],
            },
        ],
    )
    driver.assert_goes("aws_cloudwatch_metric_alarm", query)


def test_dashboard(driver: Driver, emulator: Sandbox) -> None:
    body = '{ "widgets": [ {"type": "text", "properties": {"markdown": "a < b"} } ] }'
    state = driver.create("aws_cloudwatch_dashboard", dashboard_name="demo", dashboard_body=body)
    assert state["dashboard_arn"] == "arn:aws:cloudwatch::123456789012:dashboard/demo"
    changed = body.replace("text", "metric")
    state = driver.update("aws_cloudwatch_dashboard", state, dashboard_name="demo", dashboard_body=changed)
    driver.assert_imports("aws_cloudwatch_dashboard", "demo", state)
    client(emulator, "cloudwatch").put_dashboard(DashboardName="demo", DashboardBody='{"widgets": []}')
    drifted = driver.provider.read("aws_cloudwatch_dashboard", state)
    assert drifted is not None and json.loads(drifted["dashboard_body"]) == {"widgets": []}
    driver.assert_goes("aws_cloudwatch_dashboard", state)


def test_topic_and_subscription(driver: Driver, emulator: Sandbox) -> None:
    state = topic(driver, display_name="Alarms", kms_master_key_id="alias/aws/sns", tags={"Name": "alarms"})
    assert state["arn"] == f"arn:aws:sns:{REGION}:123456789012:alarms"
    assert json.loads(state["policy"])["Version"]
    state = driver.update("aws_sns_topic", state, name="alarms", http_success_feedback_sample_rate=50)
    driver.assert_imports("aws_sns_topic", state["arn"], state)
    assert driver.replaced_by("aws_sns_topic", state, name="other") == {"name"}
    config = {"topic_arn": state["arn"], "protocol": "email", "endpoint": "ops@example.com"}
    mail = driver.create("aws_sns_topic_subscription", **config)
    assert mail["pending_confirmation"] is True
    driver.assert_imports(
        "aws_sns_topic_subscription", mail["id"], mail, "confirmation_timeout_in_minutes", "endpoint_auto_confirms"
    )
    queue = {**config, "protocol": "sqs", "endpoint": f"arn:aws:sqs:{REGION}:123456789012:q"}
    other = driver.create("aws_sns_topic_subscription", **queue, raw_message_delivery=True)
    other = driver.update("aws_sns_topic_subscription", other, **queue, filter_policy='{"a": ["b"]}')
    assert other["raw_message_delivery"] is False
    for subscription in (mail, other):
        driver.assert_goes("aws_sns_topic_subscription", subscription)
    driver.assert_goes("aws_sns_topic", state)


def test_event_subscription(driver: Driver, emulator: Sandbox) -> None:
    arn = topic(driver)["arn"]
    config: dict[str, Any] = {"name": "demo", "sns_topic": arn, "source_type": "db-cluster"}
    state = driver.create(
        "aws_db_event_subscription", **config, event_categories=["failover"], source_ids=["demo"], tags={"Name": "d"}
    )
    assert state["customer_aws_id"] == "123456789012"
    assert state["arn"] == f"arn:aws:rds:{REGION}:123456789012:es:demo"
    state = driver.update(
        "aws_db_event_subscription",
        state,
        **config,
        enabled=False,
        event_categories=["failover", "maintenance"],
        source_ids=["other"],
    )
    seen = client(emulator, "rds").describe_event_subscriptions(SubscriptionName="demo")["EventSubscriptionsList"][0]
    assert (seen["Enabled"], seen["SourceIdsList"]) == (False, ["other"])
    driver.assert_imports("aws_db_event_subscription", "demo", state)
    assert driver.replaced_by("aws_db_event_subscription", state, **{**config, "name": "b"}) == {"name"}
    driver.assert_goes("aws_db_event_subscription", state)


def test_secret_value_and_rotation(driver: Driver, emulator: Sandbox) -> None:
    config: dict[str, Any] = {"name": "demo/login", "description": "Login", "recovery_window_in_days": 0}
    state = driver.create("aws_secretsmanager_secret", **config, tags={"Name": "demo"})
    assert state["id"] == state["arn"]
    allow = POLICY.replace('"Action"', '"Principal":"*","Action"').replace(
        "s3:GetObject", "secretsmanager:GetSecretValue"
    )
    state = driver.update("aws_secretsmanager_secret", state, **{**config, "description": "New"}, policy=allow)
    driver.assert_imports("aws_secretsmanager_secret", state["arn"], state, "recovery_window_in_days")
    assert driver.replaced_by("aws_secretsmanager_secret", state, **{**config, "name": "b"}) == {"name"}
    version = driver.create("aws_secretsmanager_secret_version", secret_id=state["id"], secret_string="first")
    assert version["version_stages"] == ["AWSCURRENT"]
    driver.assert_imports("aws_secretsmanager_secret_version", version["id"], version)
    found = driver.source("aws_secretsmanager_secret_version", secret_id=state["id"])
    assert found["secret_string"] == "first"
    assert driver.source("aws_secretsmanager_secret", name="demo/login")["arn"] == state["arn"]
    hidden = driver.create(
        "aws_secretsmanager_secret_version",
        secret_id=state["id"],
        secret_string_wo="hidden-value",
        secret_string_wo_version=1,
    )
    assert "hidden-value" not in str(hidden)
    assert driver.source("aws_secretsmanager_secret_version", secret_id=state["id"])["secret_string"] == "hidden-value"
    rotation = driver.create(
        "aws_secretsmanager_secret_rotation",
        secret_id=state["id"],
        rotation_rules=[{"automatically_after_days": 30}],
        rotation_lambda_arn=f"arn:aws:lambda:{REGION}:123456789012:function:rotate",
        rotate_immediately=False,
    )
    assert rotation["rotation_enabled"] is True
    rotation = driver.update(
        "aws_secretsmanager_secret_rotation",
        rotation,
        secret_id=state["id"],
        rotation_rules=[{"schedule_expression": "rate(10 days)", "duration": "3h"}],
        rotation_lambda_arn=f"arn:aws:lambda:{REGION}:123456789012:function:rotate",
        rotate_immediately=False,
    )
    driver.assert_imports("aws_secretsmanager_secret_rotation", state["id"], rotation, "rotate_immediately")
    driver.delete("aws_secretsmanager_secret_rotation", rotation)
    driver.delete("aws_secretsmanager_secret_version", hidden)
    driver.assert_goes("aws_secretsmanager_secret", state)


def test_stages_of_a_secret(driver: Driver, emulator: Sandbox) -> None:
    emulator.add_fault(FaultRule(kind="lost_reply", action="CreateSecret", count=1))
    secret = driver.create("aws_secretsmanager_secret", name="login", recovery_window_in_days=0)["id"]
    first = {"secret_id": secret, "secret_string": "first"}
    second = {"secret_id": secret, "secret_string": "second"}
    old = driver.create("aws_secretsmanager_secret_version", **first, version_stages=["AWSCURRENT", "blue"])
    new = driver.create("aws_secretsmanager_secret_version", **second, version_stages=["green"])
    new = driver.update("aws_secretsmanager_secret_version", new, **second, version_stages=["AWSCURRENT", "blue"])
    seen = client(emulator, "secretsmanager").describe_secret(SecretId=secret)["VersionIdsToStages"]
    assert set(seen[new["version_id"]]) == {"AWSCURRENT", "blue"}
    assert seen[old["version_id"]] == ["AWSPREVIOUS"]
    driver.delete("aws_secretsmanager_secret_version", new)


def test_record(driver: Driver, emulator: Sandbox) -> None:
    zone = client(emulator, "route53").create_hosted_zone(Name="example.com", CallerReference="1")["HostedZone"]["Id"]
    zone_id = zone.rpartition("/")[2]
    config: dict[str, Any] = {"zone_id": zone_id, "name": "DB", "type": "CNAME", "records": ["a.example.net"]}
    state = driver.create("aws_route53_record", **config, ttl=60)
    assert (state["fqdn"], state["id"]) == ("db.example.com", f"{zone_id}_db_CNAME")
    state = driver.update("aws_route53_record", state, **{**config, "records": ["b.example.net"]}, ttl=30)
    seen = client(emulator, "route53").list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    records = [record for record in seen if record["Type"] == "CNAME"]
    assert [(record["TTL"], record["ResourceRecords"]) for record in records] == [(30, [{"Value": "b.example.net"}])]
    driver.assert_imports("aws_route53_record", f"{zone_id}_db_CNAME", state, "allow_overwrite")
    assert driver.replaced_by("aws_route53_record", state, **{**config, "name": "x"}, ttl=30) == {"name"}
    driver.assert_goes("aws_route53_record", state)
    alias = {"name": "X.eu-west-1.example.net", "zone_id": "Z1", "evaluate_target_health": False}
    other = driver.create("aws_route53_record", zone_id=zone_id, name="ro.example.com", type="A", alias=[alias])
    again = driver.create("aws_route53_record", **config, ttl=60)  # as before its deletion, and `ro` comes after it
    with pytest.raises(ProviderError, match="already exists"):
        driver.create("aws_route53_record", **config, ttl=60)
    driver.assert_goes("aws_route53_record", again)
    driver.assert_goes("aws_route53_record", other)
