"""What the parts of the spec are built of: their base class, and values as people write them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema, model_validator

from aurora_cli.spec.values.quantities import format_days, format_seconds, not_boolean, parse_days, parse_seconds
from aurora_cli.spec.values.scalars import number_or_text

_TEXT_OR_NUMBER: dict[str, Any] = {"type": ["string", "integer"]}

Days = Annotated[
    int,
    BeforeValidator(parse_days),
    PlainSerializer(format_days, return_type=str),
    WithJsonSchema({**_TEXT_OR_NUMBER, "examples": ["7d", "2w", 14]}, mode="validation"),
]
Seconds = Annotated[
    int,
    BeforeValidator(parse_seconds),
    PlainSerializer(format_seconds, return_type=str),
    WithJsonSchema({**_TEXT_OR_NUMBER, "examples": ["5m", "1h", 300]}, mode="validation"),
]
Whole = Annotated[int, BeforeValidator(not_boolean)]
Capacity = Annotated[float, BeforeValidator(not_boolean), Field(ge=0, le=256, allow_inf_nan=False)]


CLUSTER, INSTANCE, LOGS = "aws_rds_cluster", "aws_rds_cluster_instance", "aws_cloudwatch_log_group"


@dataclass(frozen=True)
class Argument:
    """Beside the type of a field: the argument of a Terraform resource that it decides. `arguments.py` reads it.

    Attributes:
        name: e.g. `backup_retention_period`.
        api: key of DescribeDBClusters under which the same value is, for `adopt`; None where reading it takes code.
        label: what a plan calls it, given once for a name; without one, the words of the name.
        of: type of the resource.
    """

    name: str
    api: str | None = None
    label: str | None = None
    of: str = CLUSTER


class NamesFile:
    """Beside the type of a field: its value is the name of a file, or a list of such, relative to the spec file."""


class Model(BaseModel):
    """Base of every part of the spec: unknown keys are errors, values do not change after validation."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, defer_build=True)


class ShortForm(Model):
    """A part that may be written in short: as the value of its first field."""

    @model_validator(mode="before")
    @classmethod
    def _from_value(cls, value: Any) -> Any:
        return {next(iter(cls.model_fields)): value} if isinstance(value, (str, bool)) else value


def parameter_value(value: Any) -> Any:
    """A parameter's value: text, a boolean, or a number that YAML can hold; anything else is a ValueError."""
    if not isinstance(value, (str, int, float)) or (isinstance(value, float) and not math.isfinite(value)):
        raise ValueError("write a parameter's value as text or a number")
    return value if isinstance(value, (str, bool)) else number_or_text(value)


ParameterValue = Annotated[
    str | int | float | bool,
    BeforeValidator(parameter_value),
    WithJsonSchema({"type": ["string", "number", "boolean"]}, mode="validation"),
]


def lower_case(value: Any) -> Any:
    """Text in lower case; anything else as it is."""
    return value.strip().lower() if isinstance(value, str) else value


Window = Annotated[str, BeforeValidator(lower_case)]
"""As AWS gives it back: `Sun:05:00-Sun:06:00` would be a difference on every plan."""
