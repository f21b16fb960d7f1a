"""`fleet.yaml`: what the specs of a folder have in common."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, ValidationError, ValidationInfo, field_validator

from aurora_cli.errors import SpecInvalid
from aurora_cli.fleet.expressions import check_expression
from aurora_cli.fleet.rollout import Freeze, Limits, Wave, checked_names, checked_where
from aurora_cli.problem import Problem
from aurora_cli.spec.layers.layers import Layer
from aurora_cli.spec.model.fields import Model
from aurora_cli.spec.resolve.messages import problem_from
from aurora_cli.spec.text.load import load_found
from aurora_cli.spec.values.scalars import as_written
from aurora_cli.spec.values.suggestions import did_you_mean, shown

NAME = "fleet.yaml"
_ACCOUNT = re.compile(r"\d{12}")
_ROLE = re.compile(r"arn:aws[a-z-]*:iam::(?P<account>\d{12}):role/.+")

Texts = Annotated[list[str], BeforeValidator(lambda value: [value] if isinstance(value, str) else value)]
"""A list of texts, of which one may be written alone."""


Labels = dict[str, Annotated[str, BeforeValidator(as_written)]]
"""Names and values; a number or a boolean is the text that it was written as."""


class Account(Model):
    """The AWS account in which clusters are worked on, by us and by Terraform."""

    id: str | None = Field(None, description="Number of the account; default: that of the role.")
    role_arn: str | None = Field(None, description="ARN of the IAM role to assume.")
    external_id: str | None = Field(None, description="External ID that the trust policy of the role asks for.")
    profile: str | None = Field(None, description="AWS profile to use; with a role, the one that assumes it.")

    @field_validator("id")
    @classmethod
    def _number(cls, value: str | None) -> str | None:
        if value is not None and not _ACCOUNT.fullmatch(value):
            raise ValueError("write the 12 digits of the account in quotes")
        return value

    @field_validator("role_arn")
    @classmethod
    def _arn(cls, value: str | None, info: ValidationInfo) -> str | None:
        found = _ROLE.fullmatch(value or "")
        if value is not None and not found:
            raise ValueError("write the ARN of an IAM role, e.g. arn:aws:iam::123456789012:role/databases")
        if found and info.data.get("id") not in (None, found["account"]):
            raise ValueError(f"the role is in account {found['account']}, and `id` is {info.data['id']}: omit `id`")
        return value

    @property
    def number(self) -> str | None:
        """The account's number; None where neither `id` nor `role_arn` says it."""
        found = _ROLE.fullmatch(self.role_arn or "")
        return self.id or (found["account"] if found else None)


class Common(Model):
    """What specs inherit."""

    defaults: dict[str, Any] = Field(
        default_factory=dict, description="Keys of the spec; what a file names counts more."
    )
    labels: Labels = Field(default_factory=dict, description="Labels to select by; not sent to AWS.")
    account: Account | None = Field(None, description="Account of the clusters.")
    backend: dict[str, Any] | None = Field(
        None,
        description="Where their states are, as `backend` of a spec; its texts may have {account}, {region} and {name}.",
    )


class Group(Common):
    """Specs that have more in common. A later group counts more than an earlier one."""

    match: Texts = Field(default_factory=list, description="Globs of the file's path in the folder, e.g. `payments/*`.")
    label: Labels = Field(default_factory=dict, description="Labels, or tags of the spec, that a member has.")


class Policy(Model):
    """An assertion on every spec that it is about."""

    name: str = Field(description="What a report calls it.")
    where: str = Field("", description="Which specs it is about, as with --where; default: all.")
    require: str = Field(
        description="JMESPath on the resolved spec; what is neither true nor present breaks the policy."
    )
    message: str | None = Field(None, description="What to say of a spec that breaks it.")

    _where = field_validator("where")(checked_where)

    @field_validator("require")
    @classmethod
    def _expression(cls, value: str) -> str:
        check_expression(value)
        return value


class FleetFile(Common):
    """The keys of `fleet.yaml`."""

    groups: list[Group] = Field(default_factory=list, description="Specs that have more in common.")
    policies: list[Policy] = Field(default_factory=list, description="Assertions on the resolved specs.")
    waves: list[Wave] = Field(default_factory=list, description="Which clusters `fleet apply` changes first.")
    limits: Limits = Field(default_factory=lambda: Limits.model_validate({}), description="Clusters at a time.")
    freezes: list[Freeze] = Field(
        default_factory=list,
        description="Times in which `fleet` commands change no cluster; commands on one cluster do.",
    )
    ignore: Texts = Field(default_factory=list, description="Globs of YAML files in the folder that are no specs.")

    _names = field_validator("waves")(checked_names)


_PARTS: tuple[type[Model], ...] = (FleetFile, Group, Policy, Account, Wave, Limits, Freeze)


def read_fleet_file(folder: Path) -> tuple[FleetFile, Layer] | None:
    """`fleet.yaml` of a folder, and its text as a layer, for the lines; None if there is none.

    Raises:
        InvalidInput: it cannot be read, is not text, or is larger than 1 MiB.
        SpecInvalid: with every problem, each with its line.
    """
    path = folder / NAME
    if not (path.exists() or path.is_symlink()):  # a link that leads nowhere is an error
        return None
    layer = load_found(path, may_be_empty=True)
    try:
        return FleetFile.model_validate(layer.values), layer
    except ValidationError as error:
        problems = [_problem(entry, layer) for entry in error.errors(include_url=False)]
    count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
    raise SpecInvalid(f"{layer.source} has {count}", problems=problems)


def _problem(entry: Mapping[str, Any], layer: Layer) -> Problem:
    found = problem_from(entry)
    if entry["type"] == "extra_forbidden":
        key = found.path.rpartition(".")[2]
        known = sorted({field.alias or name for one in _PARTS for name, field in one.model_fields.items()})
        hint = did_you_mean(key, known, f"keys are: {', '.join(FleetFile.model_fields)}")
        found = replace(found, message=f"`{shown(key)}` is not a key of {NAME}", hint=hint)
    return replace(found, line=layer.line_of(found.path), source=layer.source)
