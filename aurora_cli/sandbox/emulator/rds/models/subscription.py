"""An event subscription."""

from __future__ import annotations

from typing import Any

from moto.rds.models import EventSubscription, RDSBackend

from aurora_cli.sandbox.emulator.rds.models.resource import Passing


class Subscription(Passing, EventSubscription):
    """A subscription with transitional statuses and the values that RDS sets."""

    resting = "active"

    def __init__(self, backend: RDSBackend, values: dict[str, Any]) -> None:
        super().__init__(backend, values.pop("subscription_name"), **values)
        self.passing("creating")
        self.enabled = values.get("enabled", True)
        self.customer_aws_id = self.account_id

    @property
    def event_subscription_arn(self) -> str:
        """Its ARN."""
        return self.arn
