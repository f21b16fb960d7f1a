"""RDS events and event subscriptions."""

from __future__ import annotations

import datetime as dt
from typing import Any

from moto.rds.models import EventSubscription, RDSBackend

from aurora_cli.sandbox.emulator.rds.backend import AuroraBackend
from aurora_cli.sandbox.emulator.rds.errors import bad_combination, bad_value, error
from aurora_cli.sandbox.emulator.rds.models.resource import StatusView, Transitional
from aurora_cli.spec.facts.tables import table

_OF_CHANGES = ("configuration change", "creation", "deletion", "failure")
CATEGORIES: dict[str, tuple[str, ...]] = {
    "db-instance": tuple(table("limits")["event_categories"]["instances"]),
    "db-security-group": ("configuration change", "failure"),
    "db-parameter-group": ("configuration change",),
    "db-snapshot": ("creation", "deletion", "notification", "restoration"),
    "db-cluster": tuple(table("limits")["event_categories"]["cluster"]),
    "db-cluster-snapshot": ("backup", "notification"),
    "custom-engine-version": ("creation", "failure", "restoring"),
    "db-proxy": _OF_CHANGES,
    "blue-green-deployment": ("creation", "deletion", "failure", "notification"),
    "db-shard-group": (*_OF_CHANGES, "maintenance", "notification"),
    "zero-etl": (*_OF_CHANGES, "notification"),
}
"""Source type -> its event categories (Aurora User Guide and RDS User Guide, "Amazon RDS event categories and messages")."""

RECENT_MINUTES = 60


class Subscription(Transitional, EventSubscription):
    """A subscription with transitional statuses and the values that RDS sets."""

    final_status = "active"

    def __init__(self, backend: RDSBackend, values: dict[str, Any]) -> None:
        super().__init__(backend, values.pop("subscription_name"), **values)
        self.enter("creating")
        self.enabled = values.get("enabled", True)
        self.customer_aws_id = self.account_id

    @property
    def event_subscription_arn(self) -> str:
        """Its ARN."""
        return self.arn


def create(backend: AuroraBackend, params: Any) -> StatusView:
    """CreateEventSubscription."""
    values = dict(params.items())
    if values["subscription_name"] in backend.event_subscriptions:
        raise error("SubscriptionAlreadyExist", f"Subscription {values['subscription_name']} already exists.")
    _check(values.get("source_type"), values.get("event_categories"), values.get("source_ids"))
    if values["sns_topic_arn"].endswith(".fifo") or values["sns_topic_arn"].split(":")[3:4] != [backend.region_name]:
        raise error(
            "SNSInvalidTopic", f"SNS has responded that there is a problem with the topic {values['sns_topic_arn']}."
        )
    subscription = Subscription(backend, values)
    backend.event_subscriptions[subscription.subscription_name] = subscription
    return StatusView(subscription, "creating")


def _check_source_type(source_type: str | None) -> None:
    if source_type and source_type not in CATEGORIES:
        valid = ", ".join(f"'{name}'" for name in CATEGORIES)
        raise bad_value(f"Invalid event source type. Valid types are {valid}")


def _check(source_type: str | None, categories: list[str] | None, sources: list[str] | None) -> None:
    _check_source_type(source_type)
    if sources and not source_type:
        raise bad_combination("If SourceType is null, SourceId must also be null.")
    for name in categories or () if source_type else ():
        if name not in CATEGORIES[str(source_type)]:
            raise error("SubscriptionCategoryNotFound", f"Category : {name} not found for source type {source_type}.")


def find(backend: AuroraBackend, name: str) -> Subscription:
    """A subscription by name.

    Raises:
        RDSClientError: it does not exist.
    """
    found = backend.event_subscriptions.get(name)
    if not isinstance(found, Subscription):
        raise error("SubscriptionNotFound", f"Subscription {name} not found.")
    return found


def modify(backend: AuroraBackend, params: Any) -> StatusView:
    """ModifyEventSubscription."""
    subscription = find(backend, params["SubscriptionName"])
    values = dict(params.items())
    source_type = values.get("source_type", subscription.source_type) or None
    categories = values.get("event_categories", subscription.event_categories)
    _check(source_type, categories, subscription.source_ids)
    subscription.source_type, subscription.event_categories = source_type, list(categories or [])
    subscription.sns_topic_arn = values.get("sns_topic_arn") or subscription.sns_topic_arn
    subscription.enabled = values.get("enabled", subscription.enabled)
    subscription.enter("modifying")
    return StatusView(subscription, "modifying")


def add_source(backend: AuroraBackend, params: Any) -> Subscription:
    """AddSourceIdentifierToSubscription."""
    subscription, name = find(backend, params["SubscriptionName"]), params["SourceIdentifier"]
    subscription.source_ids = [*(source for source in subscription.source_ids if source != name), name]
    return subscription


def remove_source(backend: AuroraBackend, params: Any) -> Subscription:
    """RemoveSourceIdentifierFromSubscription."""
    subscription, name = find(backend, params["SubscriptionName"]), params["SourceIdentifier"]
    if name not in subscription.source_ids:
        raise error("SourceNotFound", "The requested source could not be found.")
    subscription.source_ids = [source for source in subscription.source_ids if source != name]
    return subscription


def delete(backend: AuroraBackend, params: Any) -> StatusView:
    """DeleteEventSubscription."""
    subscription = find(backend, params["SubscriptionName"])
    return backend.remove(subscription, backend.event_subscriptions, subscription.subscription_name)


def categories(backend: AuroraBackend, params: Any) -> list[dict[str, Any]]:
    """DescribeEventCategories: of one source type, or of each."""
    wanted = params.get("SourceType")
    _check_source_type(wanted)
    return [
        {"SourceType": name, "EventCategories": list(found)}
        for name, found in CATEGORIES.items()
        if wanted in (None, name)
    ]


def describe(backend: AuroraBackend, params: Any) -> list[Any]:
    """DescribeEvents between StartTime and EndTime, or of the last Duration minutes (default 60)."""
    found = backend.describe_events(params.get("SourceIdentifier"), params.get("SourceType"))
    begin, end, now = params.get("StartTime"), params.get("EndTime"), dt.datetime.now(dt.timezone.utc)
    since = (
        moment(begin)
        if begin is not None
        else now - dt.timedelta(minutes=int(params.get("Duration") or RECENT_MINUTES))
    )
    return [one for one in found if since <= moment(one.date) and (end is None or moment(one.date) <= moment(end))]


def moment(given: Any) -> dt.datetime:
    """A time in UTC, which is also the default time zone."""
    found = given if isinstance(given, dt.datetime) else dt.datetime.fromisoformat(str(given).replace("Z", "+00:00"))
    return found.astimezone(dt.timezone.utc) if found.tzinfo else found.replace(tzinfo=dt.timezone.utc)
