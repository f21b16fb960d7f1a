"""RDS event subscriptions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.rds.models import EventSubscription

from aurora_cli.sandbox.emulator.latency import Transition
from aurora_cli.sandbox.emulator.rds.errors import bad_combination, bad_value, error
from aurora_cli.sandbox.emulator.rds.snapshot_view import Shown

if TYPE_CHECKING:
    from aurora_cli.sandbox.emulator.rds.backend import AuroraBackend

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
"""Categories of the source types that matter for Aurora (Aurora User Guide, "Amazon RDS event categories")."""


class Subscription(EventSubscription):
    """One subscription, with its passing statuses."""

    def __init__(self, backend: AuroraBackend, values: dict[str, Any]) -> None:
        self._transition = Transition("creating", "active")
        super().__init__(backend, values.pop("subscription_name"), **values)
        self.enabled = values.get("enabled", True)
        self.customer_aws_id = self.account_id

    @property
    def event_subscription_arn(self) -> str:
        """Its ARN."""
        return self.arn

    @property
    def status(self) -> str:
        """Where it is in its life."""
        return self._transition.status

    @status.setter
    def status(self, value: str) -> None:
        """moto sets `active`; the transition knows better."""

    def passing(self, status: str) -> Transition:
        """Enter a passing status."""
        self._transition = Transition(status, "active")
        return self._transition


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
        raise bad_combination("SourceIds needs a SourceType.")
    known = CATEGORIES.get(source_type or "")
    unknown = sorted(set(categories or ()) - known) if known is not None else []
    if unknown:
        raise error("SubscriptionCategoryNotFound", f"{', '.join(unknown)} is not a category of {source_type}.")


def find(backend: AuroraBackend, name: str) -> Subscription:
    """A subscription by name.

    Raises:
        RDSClientError: there is none.
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


def change_source(backend: AuroraBackend, params: Any, *, add: bool) -> Subscription:
    """AddSourceIdentifierToSubscription and RemoveSourceIdentifierFromSubscription."""
    subscription = find(backend, params["SubscriptionName"])
    name = params["SourceIdentifier"]
    kept = [source for source in subscription.source_ids if source != name]
    if not add and len(kept) == len(subscription.source_ids):
        raise error("SourceNotFound", f"{name} is not a source of the subscription.")
    subscription.source_ids = [*kept, name] if add else kept
    return subscription


def delete(backend: AuroraBackend, params: Any) -> Shown:
    """DeleteEventSubscription."""
    subscription = find(backend, params["SubscriptionName"])
    name = subscription.subscription_name
    backend.defer(subscription.passing("deleting"), lambda: backend.event_subscriptions.pop(name, None))
    return Shown(subscription, "deleting")
