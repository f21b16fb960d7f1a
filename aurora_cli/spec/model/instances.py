"""The instances in the spec: how many, of which class or capacity, and what one of them has of its own."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, model_validator

from aurora_cli.spec.model.fields import INSTANCE, Argument, Capacity, Model, ParameterValue, Seconds, Whole, Window
from aurora_cli.spec.values.quantities import parse_acu_range


class AcuRange(Model):
    """Serverless v2 capacity in Aurora capacity units (about 2 GiB each), in steps of 0.5."""

    min: Capacity = Field(
        description="Smallest capacity in ACUs, 0 to 256 in steps of 0.5; 0 allows the cluster to pause."
    )
    max: Capacity = Field(description="Largest capacity in ACUs, 1 to 256 in steps of 0.5.")

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        return parse_acu_range(value)


class InstanceOverride(Model):
    """What one instance has of its own. The key in `instances.overrides` is the instance's stable key (`1`, `2`, ...)."""

    class_: Annotated[str | None, Argument("instance_class", of=INSTANCE)] = Field(
        None, alias="class", description="DB instance class of this instance."
    )
    zone: str | None = Field(None, description="Availability Zone name; cannot be changed after creation.")
    promotion_tier: Annotated[Whole | None, Argument("promotion_tier", label="promotion tier", of=INSTANCE)] = Field(
        None, ge=0, le=15, description="Failover order, 0 first."
    )
    scale_with_writer: bool | None = Field(
        None, description="Serverless: true scales it with the writer (tier 0 or 1), false scales it independently."
    )
    identifier: str | None = Field(None, description="DB instance identifier; a change replaces the instance.")
    tags: dict[str, str] = Field(
        default_factory=dict, description="Tags of this instance, in addition to the cluster's."
    )
    ca_certificate: Annotated[str | None, Argument("ca_cert_identifier", of=INSTANCE)] = Field(
        None, description="CA of its server certificate, e.g. rds-ca-ecc384-g1."
    )
    maintenance_window: Annotated[Window | None, Argument("preferred_maintenance_window", of=INSTANCE)] = Field(
        None, description="Weekly window of this instance in UTC."
    )
    auto_minor_upgrades: Annotated[bool | None, Argument("auto_minor_version_upgrade", of=INSTANCE)] = Field(
        None, description="Let AWS upgrade this instance's minor version."
    )
    monitoring_interval: Annotated[Whole | None, Argument("monitoring_interval", of=INSTANCE)] = Field(
        None, description="Seconds between two values of Enhanced Monitoring; 0 turns it off here."
    )
    public_access: Annotated[bool | None, Argument("publicly_accessible", of=INSTANCE)] = Field(
        None, description="Public address of this instance; default `network.public_access`."
    )
    parameters: dict[str, ParameterValue] = Field(
        default_factory=dict,
        description="Parameters that override `parameters.instance`, in a separate parameter group.",
    )
    parameter_group: Annotated[str | None, Argument("db_parameter_group_name", of=INSTANCE)] = Field(
        None, description="Existing DB parameter group, instead of the stack's."
    )
    copy_tags: Annotated[bool | None, Argument("copy_tags_to_snapshot", of=INSTANCE)] = Field(
        None, description="Copy tags to snapshots, for this instance; default `instances.copy_tags`."
    )


class Instances(Model):
    """The writer and its readers. Instances are called `<name>-<key>` with keys 1, 2, 3, ...; roles come from AWS."""

    class_: Annotated[str | None, Argument("instance_class", label="class", of=INSTANCE)] = Field(
        None, alias="class", description="DB instance class of every instance, or `db.serverless`."
    )
    acu: Annotated[AcuRange | None, Argument("serverlessv2_scaling_configuration", label="capacity (ACU)")] = Field(
        None, description="Serverless v2 range, `0.5-16` or {min, max}; implies db.serverless."
    )
    pause_after: Seconds | None = Field(
        None, description="Idle time before a cluster with minimum 0 ACU pauses (300 s to 24 h), e.g. `10m`."
    )
    readers: Whole = Field(0, ge=0, le=15, description="Number of readers, not counting the writer, 0 to 15.")
    ca_certificate: Annotated[
        str | None, Argument("ca_cert_identifier", label="certificate authority", of=INSTANCE)
    ] = Field(
        None, description="CA of every instance's server certificate, e.g. rds-ca-rsa2048-g1; default AWS's choice."
    )
    copy_tags: Annotated[bool | None, Argument("copy_tags_to_snapshot", of=INSTANCE)] = Field(
        None,
        description="Copy tags to snapshots, set on the instances; Aurora uses the setting of the cluster; default the same.",
    )
    overrides: dict[str, InstanceOverride] = Field(default_factory=dict, description="Per-instance values by key.")
