"""Readers that come and go with the load, in the spec."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from aurora_cli.spec.model.fields import Model, Seconds, Whole
from aurora_cli.spec.values.quantities import not_boolean

Utilisation = Annotated[float, BeforeValidator(not_boolean), Field(gt=0, le=100, allow_inf_nan=False)]
Readers = Annotated[Whole, Field(ge=0, le=15)]


class Schedule(Model):
    """A change of the limits at a time."""

    at: str = Field(description="When: `cron(0 7 ? * MON-FRI *)`, `rate(1 hour)` or `at(2030-01-31T07:00:00)`.")
    timezone: str | None = Field(None, description="Time zone of `at`, e.g. Europe/Berlin; default UTC.")
    min: Readers | None = Field(None, description="Minimum number of readers from then on.")
    max: Readers | None = Field(None, description="Maximum number of readers from then on.")


class Autoscaling(Model):
    """Readers added and removed by AWS (Application Auto Scaling), beside those of `instances.readers`."""

    min: Readers = Field(1, description="Minimum number of readers, those of `instances.readers` included.")
    max: Readers = Field(description="Maximum number of readers, those of `instances.readers` included; 15 at most.")
    cpu: Utilisation | None = Field(None, description="Target average CPU of the readers, in percent.")
    connections: Whole | None = Field(None, ge=1, description="Target average number of connections of the readers.")
    scale_in: bool = Field(True, description="Remove readers when the load drops (scale-in); false only adds.")
    scale_in_cooldown: Seconds = Field(300, ge=0, description="Scale-in cooldown, e.g. `5m`.")
    scale_out_cooldown: Seconds = Field(300, ge=0, description="Scale-out cooldown, e.g. `5m`.")
    schedules: dict[str, Schedule] = Field(
        default_factory=dict, description="Scheduled changes of the limits, by name."
    )
