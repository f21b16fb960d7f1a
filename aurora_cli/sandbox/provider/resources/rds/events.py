"""RDS event subscriptions."""

from __future__ import annotations

from aurora_cli.sandbox.provider.engine.model import Call, Naming, Read, Resource, Task, Wait
from aurora_cli.sandbox.provider.resources.parts import difference, listed
from aurora_cli.sandbox.provider.resources.tagging import rds_tagging

_READY = Wait("Status", target=("active",), pending=("creating", "modifying"))


def _change(task: Task) -> None:
    if task.changed & {"enabled", "event_categories", "sns_topic", "source_type"}:
        task.call(
            "ModifyEventSubscription",
            SubscriptionName=task.id,
            Enabled=bool(task.get("enabled")),
            EventCategories=listed(task.get("event_categories")),
            SnsTopicArn=task.get("sns_topic"),
            SourceType=task.get("source_type") or "",
        )
        task.await_status(_READY, "update")
    if "source_ids" in task.changed:
        _change_sources(task)


def _change_sources(task: Task) -> None:
    added, removed = difference(task, "source_ids")
    for verb, names in (("Remove{}From", removed), ("Add{}To", added)):
        for name in names:
            operation = verb.format("SourceIdentifier") + "Subscription"
            task.call(operation, SubscriptionName=task.id, SourceIdentifier=name)


SUBSCRIPTION = Resource(
    type="aws_db_event_subscription",
    service="rds",
    label="RDS Event Subscription",
    create=Call("CreateEventSubscription", zero=frozenset({"Enabled"})),
    naming=Naming("name", "name_prefix", "terraform-"),
    aliases={
        "SubscriptionName": "name",
        "SnsTopicArn": "sns_topic",
        "EventSubscriptionArn": "arn",
        "CustomerAwsId": "customer_aws_id",
        "SourceIdsList": "source_ids",
        "EventCategoriesList": "event_categories",
    },
    exists=("SubscriptionAlreadyExist",),
    created=_READY,
    read=Read(
        Call("DescribeEventSubscriptions", send={"SubscriptionName": "id"}, match=False),
        item="EventSubscriptionsList[0]",
        gone=("SubscriptionNotFound",),
    ),
    updates=(_change,),
    delete=Call("DeleteEventSubscription", send={"SubscriptionName": "id"}, match=False),
    deleted=Wait("Status", pending=("active", "deleting")),
    tagging=rds_tagging("es"),
)

ENTRIES = (SUBSCRIPTION,)
