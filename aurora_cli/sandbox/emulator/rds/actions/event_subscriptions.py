"""RDS event subscriptions."""

from __future__ import annotations

from typing import Any

from aurora_cli.sandbox.emulator.rds.backend import AuroraBackend
from aurora_cli.sandbox.emulator.rds.errors import bad_combination, bad_value, error
from aurora_cli.sandbox.emulator.rds.models.resource import Shown
from aurora_cli.sandbox.emulator.rds.models.subscription import Subscription

SOURCE_TYPES = frozenset(
    {
        "blue-green-deployment",
        "custom-engine-version",
        "db-cluster",
        "db-cluster-snapshot",
        "db-instance",
        "db-parameter-group",
        "db-proxy",
        "db-security-group",
        "db-shard-group",
        "db-snapshot",
        "zero-etl",
    }
)
CATEGORIES = {
    "db-cluster": frozenset(
        {
            "configuration change",
            "creation",
            "deletion",
            "failover",
            "failure",
            "global-failover",
            "maintenance",
            "migration",
            "notification",
            "serverless",
        }
    ),
    "db-cluster-snapshot": frozenset({"backup"}),
}
"""Event categories of source types of Aurora (Aurora User Guide, "Amazon RDS event categories")."""


def create(backend: AuroraBackend, params: Any) -> Shown:
    """CreateEventSubscription."""
    values = dict(params.items())
    if values["subscription_name"] in backend.event_subscriptions:
        raise error("SubscriptionAlreadyExist", f"Subscription {values['subscription_name']} already exists.")
    _check(values.get("source_type"), values.get("event_categories"), values.get("source_ids"))
    subscription = Subscription(backend, values)
    backend.event_subscriptions[subscription.subscription_name] = subscription
    return Shown(subscription, "creating")


def _check(source_type: str | None, categories: list[str] | None, sources: list[str] | None) -> None:
    if source_type and source_type not in SOURCE_TYPES:
        raise bad_value(f"Invalid source type: {source_type}")
    if sources and not source_type:
        raise bad_combination("If SourceIds are supplied, SourceType must also be provided.")
    known = CATEGORIES.get(source_type or "")
    unknown = sorted(set(categories or ()) - known) if known is not None else []
    if unknown:
        raise error("SubscriptionCategoryNotFound", "The supplied category does not exist.")


def find(backend: AuroraBackend, name: str) -> Subscription:
    """A subscription by name.

    Raises:
        RDSClientError: it does not exist.
    """
    found = backend.event_subscriptions.get(name)
    if not isinstance(found, Subscription):
        raise error("SubscriptionNotFound", f"Subscription {name} not found.")
    return found


def modify(backend: AuroraBackend, params: Any) -> Shown:
    """ModifyEventSubscription."""
    subscription = find(backend, params["SubscriptionName"])
    values = dict(params.items())
    source_type = values.get("source_type", subscription.source_type) or None
    categories = values.get("event_categories", subscription.event_categories)
    _check(source_type, categories, subscription.source_ids)
    subscription.source_type, subscription.event_categories = source_type, list(categories or [])
    subscription.sns_topic_arn = values.get("sns_topic_arn") or subscription.sns_topic_arn
    subscription.enabled = values.get("enabled", subscription.enabled)
    subscription.passing("modifying")
    return Shown(subscription, "modifying")


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


def delete(backend: AuroraBackend, params: Any) -> Shown:
    """DeleteEventSubscription."""
    subscription = find(backend, params["SubscriptionName"])
    return backend.remove(subscription, backend.event_subscriptions, subscription.subscription_name)
