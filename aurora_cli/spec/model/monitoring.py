"""Monitoring in the spec: operating system metrics, Database Insights, alarms and who is told, events, a dashboard."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from aurora_cli.spec.model.fields import INSTANCE, Argument, Days, Model, Seconds, ShortForm, Whole
from aurora_cli.spec.values.quantities import not_boolean

Percent = Annotated[float, BeforeValidator(not_boolean), Field(ge=0, le=100, allow_inf_nan=False)]
Amount = Annotated[float, BeforeValidator(not_boolean), Field(ge=0, allow_inf_nan=False)]

InsightsMode = Literal["standard", "advanced"]


class EnhancedMonitoring(Model):
    """Metrics of the operating system (Enhanced Monitoring), through a role that RDS takes on."""

    interval: Annotated[Whole, Argument("monitoring_interval", of=INSTANCE)] = Field(
        description="Seconds between two values: 1, 5, 10, 15, 30 or 60; 0 turns it off."
    )
    role: Annotated[str | None, Argument("monitoring_role_arn", of=INSTANCE)] = Field(
        None, description="ARN of an existing role; by default the stack creates one."
    )


class Insights(Model):
    """Database Insights and Performance Insights, which are one setting: mode, retention and key go together."""

    mode: Annotated[InsightsMode, Argument("database_insights_mode")] = Field(
        description="`standard` (load of the database) or `advanced` (more, at a price; keeps 465 days or more)."
    )
    retention: Annotated[Days | None, Argument("performance_insights_retention_period")] = Field(
        None, description="Days kept: 7, a multiple of 31 up to 713, or 731; default 7, advanced 465."
    )
    kms_key: Annotated[
        str | None, Argument("performance_insights_kms_key_id", label="KMS key of Performance Insights")
    ] = Field(None, description="KMS key (ARN, id, alias/... or `stack`); default the AWS managed key.")


class Alarms(ShortForm):
    """CloudWatch alarms on the whole cluster, autoscaled readers included. A threshold of 0 leaves that alarm out."""

    enabled: bool = Field(True, description="Create the alarms; `alarms: true` is the short form.")
    after: Seconds = Field(300, ge=60, le=86400, description="How long a threshold must be exceeded, in whole minutes.")
    cpu: Percent = Field(90, description="CPU of the busiest instance, in percent.")
    connections: Whole = Field(
        0, ge=0, description="Connections of the busiest instance; the maximum depends on its class."
    )
    acu: Percent = Field(90, description="Used part of the largest serverless capacity, in percent.")
    replica_lag: Seconds = Field(2, ge=0, description="Replica lag of the slowest reader.")
    free_local_storage: Amount = Field(2, description="GiB left for temporary files on the fullest instance.")
    deadlocks: Amount = Field(0.1, description="Deadlocks a second on the worst instance.")


class Notifications(Model):
    """Who is told of alarms and events: an SNS topic, given or made."""

    topic: str | None = Field(None, description="ARN of an existing SNS topic; by default the stack creates one.")
    emails: list[str] = Field(
        default_factory=list, description="Email addresses to subscribe; each must confirm by mail."
    )
    kms_key: str | None = Field(
        None,
        description="KMS key of the new topic, or `stack`; CloudWatch and RDS events must be allowed to use it.",
    )


class Events(Model):
    """RDS events that are sent to the topic, by category."""

    cluster: list[str] = Field(default_factory=list, description="Categories of the cluster, e.g. [failover, failure].")
    instances: list[str] = Field(default_factory=list, description="Categories of its instances, e.g. [availability].")


class Monitoring(Model):
    """What is measured, who is told, what is shown. All of it is off until it is named."""

    enhanced: EnhancedMonitoring | None = Field(None, description="Metrics of the operating system.")
    insights: Annotated[Insights | None, Argument("performance_insights_enabled")] = Field(
        None, description="Database Insights and Performance Insights."
    )
    alarms: Alarms | None = Field(None, description="CloudWatch alarms; `true` for all with their defaults.")
    notifications: Notifications = Field(default_factory=lambda: Notifications.model_validate({}))
    events: Events = Field(default_factory=lambda: Events.model_validate({}))
    dashboard: bool = Field(False, description="A CloudWatch dashboard of the cluster.")
