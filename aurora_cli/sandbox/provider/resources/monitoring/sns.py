"""SNS topics and subscriptions: one call per attribute; values are strings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from aurora_cli.sandbox.provider.api.errors import AwsError
from aurora_cli.sandbox.provider.engine.model import Call, Item, Naming, Read, Resource, Task
from aurora_cli.sandbox.provider.resources.documents import equivalent_json, equivalent_policy, normal_json
from aurora_cli.sandbox.provider.resources.parts import given
from aurora_cli.sandbox.provider.resources.tagging import tagging

_FEEDBACK = {
    f"{service}_{suffix}": f"{name}{member}"
    for service, name in (
        ("application", "Application"),
        ("firehose", "Firehose"),
        ("http", "HTTP"),
        ("lambda", "Lambda"),
        ("sqs", "SQS"),
    )
    for suffix, member in (
        ("failure_feedback_role_arn", "FailureFeedbackRoleArn"),
        ("success_feedback_role_arn", "SuccessFeedbackRoleArn"),
        ("success_feedback_sample_rate", "SuccessFeedbackSampleRate"),
    )
}
# attribute -> topic attribute, for those that can be set after creation
_TOPIC = {
    **_FEEDBACK,
    "archive_policy": "ArchivePolicy",
    "content_based_deduplication": "ContentBasedDeduplication",
    "delivery_policy": "DeliveryPolicy",
    "display_name": "DisplayName",
    "fifo_throughput_scope": "FifoThroughputScope",
    "kms_master_key_id": "KmsMasterKeyId",
    "policy": "Policy",
    "signature_version": "SignatureVersion",
    "tracing_config": "TracingConfig",
}
_TOPIC_READ = {
    **_TOPIC,
    "arn": "TopicArn",
    "beginning_archive_time": "BeginningArchiveTime",
    "fifo_topic": "FifoTopic",
    "owner": "Owner",
}
_SUBSCRIPTION = {
    "delivery_policy": "DeliveryPolicy",
    "filter_policy": "FilterPolicy",
    "filter_policy_scope": "FilterPolicyScope",
    "raw_message_delivery": "RawMessageDelivery",
    "redrive_policy": "RedrivePolicy",
    "replay_policy": "ReplayPolicy",
    "subscription_role_arn": "SubscriptionRoleArn",
}
_SUBSCRIPTION_READ = {
    **_SUBSCRIPTION,
    "confirmation_was_authenticated": "ConfirmationWasAuthenticated",
    "endpoint": "Endpoint",
    "owner_id": "Owner",
    "pending_confirmation": "PendingConfirmation",
    "protocol": "Protocol",
    "topic_arn": "TopicArn",
    "arn": "SubscriptionArn",
}
_GONE = ("NotFound", "NotFoundException")


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value or "")


def _reader(names: Mapping[str, str]) -> Any:
    """All attributes of the table; those that AWS omits are null."""

    def read(task: Task, item: Item) -> Mapping[str, Any]:
        return {attribute: item.get(name) for attribute, name in names.items()}

    return read


def _topic_name(arn: Any) -> str:
    return str(arn).rpartition(":")[2]


def _fifo(task: Task) -> dict[str, str] | None:
    return {"FifoTopic": "true"} if task.get("fifo_topic") else None


def _set_topic(task: Task) -> None:
    """Set all attributes of a new topic, its sample rates also to 0, or those that changed."""
    for attribute, name in _TOPIC.items():
        rate = attribute.endswith("_sample_rate")
        if attribute in task.changed if task.prior else rate or task.get(attribute):
            value = _text(task.get(attribute)) or ("0" if rate else "")
            task.call("SetTopicAttributes", TopicArn=task.id, AttributeName=name, AttributeValue=value)


_BY_ARN = {"ResourceArn": "id"}

_FIFO_ONLY = {
    "archive_policy": "message archive policy",
    "content_based_deduplication": "content-based deduplication",
    "fifo_throughput_scope": "FIFO throughput scope",
}


def _refused_topic(config: Mapping[str, Any]) -> str | None:
    fifo, name = given(config, "fifo_topic"), str(config.get("name") or "")
    if given(config, "name") and not re.fullmatch(r"[\w-]{1,251}\.fifo" if fifo else r"[\w-]{1,256}", name, re.ASCII):
        return f"invalid topic name: {name}"
    wrong = [title for attribute, title in _FIFO_ONLY.items() if not fifo and given(config, attribute)]
    return f"{wrong[0]} can only be set for FIFO topics" if wrong else None


TOPIC = Resource(
    type="aws_sns_topic",
    service="sns",
    label="SNS Topic",
    create=Call("CreateTopic", send={"Name": "name", "Attributes": _fifo}, match=False),
    id="TopicArn",
    naming=Naming("name", "name_prefix", "terraform-"),
    finish=(_set_topic,),
    read=Read(
        Call("GetTopicAttributes", send={"TopicArn": "id"}, match=False),
        item="Attributes",
        gone=_GONE,
        more=(_reader(_TOPIC_READ),),
    ),
    updates=(_set_topic,),
    delete=Call("DeleteTopic", send={"TopicArn": "id"}, match=False),
    tagging=tagging(_BY_ARN),
    import_attributes=lambda task: {"name": _topic_name(task.id)},
    stored=dict.fromkeys(("policy", "delivery_policy", "archive_policy"), normal_json),
    same={"policy": equivalent_policy, "delivery_policy": equivalent_json, "archive_policy": equivalent_json},
    refused=_refused_topic,
)


def _subscription_attributes(task: Task) -> dict[str, str] | None:
    return {
        name: _text(task.get(attribute)) for attribute, name in _SUBSCRIPTION.items() if task.get(attribute)
    } or None


def _change_subscription(task: Task) -> None:
    for attribute, name in _SUBSCRIPTION.items():
        if attribute in task.changed:
            value = _text(task.get(attribute))
            if attribute == "redrive_policy" and not value:
                value = "{}"
            task.call("SetSubscriptionAttributes", SubscriptionArn=task.id, AttributeName=name, AttributeValue=value)


def _unsubscribe(task: Task) -> None:
    """A subscription that is pending confirmation can't be deleted; SNS deletes it automatically."""
    try:
        task.call("Unsubscribe", SubscriptionArn=task.id)
    except AwsError as error:
        if "pending confirmation" not in error.aws_message:
            raise


_DOCUMENTS = ("delivery_policy", "filter_policy", "redrive_policy", "replay_policy")


def _refused_subscription(config: Mapping[str, Any]) -> str | None:
    missing = config.get("filter_policy_scope") is not None and not given(config, "filter_policy")
    return "filter_policy is required when filter_policy_scope is set" if missing else None


SUBSCRIPTION = Resource(
    type="aws_sns_topic_subscription",
    service="sns",
    label="SNS Topic Subscription",
    create=Call(
        "Subscribe",
        send={
            "TopicArn": "topic_arn",
            "Protocol": "protocol",
            "Endpoint": "endpoint",
            "Attributes": _subscription_attributes,
            "ReturnSubscriptionArn": lambda task: True,
        },
        match=False,
    ),
    id="SubscriptionArn",
    read=Read(
        Call("GetSubscriptionAttributes", send={"SubscriptionArn": "id"}, match=False),
        item="Attributes",
        gone=_GONE,
        more=(_reader(_SUBSCRIPTION_READ),),
    ),
    updates=(_change_subscription,),
    delete=_unsubscribe,
    stored=dict.fromkeys(_DOCUMENTS, normal_json),
    same=dict.fromkeys(_DOCUMENTS, equivalent_json),
    refused=_refused_subscription,
)

ENTRIES = (TOPIC, SUBSCRIPTION)
