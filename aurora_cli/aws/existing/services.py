"""Resources of the services around a database."""

from __future__ import annotations

from typing import Any

from aurora_cli.aws.existing.entry import Entry, Item, Values, pairs


def _log_group_tags(logs: Any, item: Item) -> dict[str, str]:
    arn = str(item["arn"]).removesuffix(":*")
    return pairs(logs.list_tags_for_resource(resourceArn=arn)["tags"])


def _key_tags(kms: Any, item: Item) -> dict[str, str]:
    """Of a key that is being deleted none: it is of no use any more."""
    if kms.describe_key(KeyId=item["KeyId"])["KeyMetadata"].get("KeyState") == "PendingDeletion":
        return {}
    return pairs(kms.list_resource_tags(KeyId=item["KeyId"]).get("Tags"))


def _is_alias(item: Item, values: Values) -> bool:
    """Of the key that is planned; of any key where none is known."""
    target = values.get("target_key_id") or item.get("TargetKeyId")
    return (item.get("AliasName"), item.get("TargetKeyId")) == (values["name"], target)


def _is_record(item: Item, values: Values) -> bool:
    """With the planned target: a record of the same name that leads elsewhere is somebody else's."""
    targets = {str(record["Value"]) for record in item.get("ResourceRecords") or ()}
    name = str(values["name"]).rstrip(".").lower()
    same = str(item.get("Name", "")).rstrip(".").lower() == name and item.get("Type") == values["type"]
    return same and targets == set(values.get("records") or ())


ENTRIES = {
    "aws_appautoscaling_target": Entry(
        "application-autoscaling",
        "describe_scalable_targets",
        "ScalableTargets",
        "{service_namespace}/{resource_id}/{scalable_dimension}",
        {"ServiceNamespace": "{service_namespace}", "ResourceIds": ["{resource_id}"]},
        match=lambda item, values: bool(item["ScalableDimension"] == values["scalable_dimension"]),
    ),
    "aws_cloudwatch_dashboard": Entry(
        "cloudwatch",
        "list_dashboards",
        "DashboardEntries",
        "{dashboard_name}",
        {"DashboardNamePrefix": "{dashboard_name}"},
        match=lambda item, values: bool(item["DashboardName"] == values["dashboard_name"]),
    ),
    "aws_cloudwatch_metric_alarm": Entry(
        "cloudwatch",
        "describe_alarms",
        "MetricAlarms",
        "{alarm_name}",
        {"AlarmNames": ["{alarm_name}"]},
        tags=lambda cloudwatch, item: pairs(cloudwatch.list_tags_for_resource(ResourceARN=item["AlarmArn"])["Tags"]),
    ),
    "aws_cloudwatch_log_group": Entry(
        "logs",
        "describe_log_groups",
        "logGroups",
        "{name}",
        {"logGroupNamePrefix": "{name}"},
        match=lambda item, values: bool(item["logGroupName"] == values["name"]),
        tags=_log_group_tags,
    ),
    "aws_iam_role": Entry(
        "iam", "get_role", "Role", "{name}", {"RoleName": "{name}"}, tags=lambda iam, item: pairs(item.get("Tags"))
    ),
    "aws_iam_policy": Entry(
        "iam",
        "list_policies",
        "Policies",
        "{Arn}",
        {"Scope": "Local"},
        match=lambda item, values: bool(item["PolicyName"] == values["name"]),
        tags=lambda iam, item: pairs(iam.list_policy_tags(PolicyArn=item["Arn"])["Tags"]),
    ),
    "aws_kms_key": Entry("kms", "list_keys", "Keys", "{KeyId}", tags=_key_tags),
    "aws_kms_alias": Entry("kms", "list_aliases", "Aliases", "{AliasName}", match=_is_alias),
    "aws_route53_record": Entry(
        "route53",
        "list_resource_record_sets",
        "ResourceRecordSets",
        "{zone_id}_{name}_{type}",
        {"HostedZoneId": "{zone_id}", "StartRecordName": "{name}", "StartRecordType": "{type}"},
        match=_is_record,
    ),
    "aws_secretsmanager_secret": Entry(
        "secretsmanager",
        "list_secrets",
        "SecretList",
        "{ARN}",
        {"Filters": [{"Key": "name", "Values": ["{name_prefix}"]}]},
        match=lambda item, values: item.get("DeletedDate") is None,
        tags=lambda secrets, item: pairs(item.get("Tags")),
    ),
    "aws_sns_topic": Entry(
        "sns",
        "list_topics",
        "Topics",
        "{TopicArn}",
        match=lambda item, values: bool(item["TopicArn"].rpartition(":")[2] == values["name"]),
        tags=lambda sns, item: pairs(sns.list_tags_for_resource(ResourceArn=item["TopicArn"])["Tags"]),
    ),
}
