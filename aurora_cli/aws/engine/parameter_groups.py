"""Cluster and DB parameter groups, made and dropped by the RDS API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from aurora_cli.aws.errors import aws_errors
from aurora_cli.errors import AwsFailed

Kind = Literal["cluster", "instance"]
MOST_CHANGES = 20
"""Parameters in one call (RDS API reference, ModifyDBClusterParameterGroup)."""
_ABSENT = (
    "DBParameterGroupNotFound",
    "DBParameterGroupNotFoundFault",
    "DBClusterParameterGroupNotFoundFault",
    "DBClusterParameterGroupNotFound",
)
_THERE = "DBParameterGroupAlreadyExists"


@dataclass(frozen=True)
class Group:
    """One group.

    Attributes:
        kind: `cluster` or `instance`.
        parameters: `[name, value, apply method]` each.
    """

    kind: Kind
    name: str
    family: str
    description: str
    parameters: tuple[tuple[str, str, str], ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)

    def to_facts(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {**asdict(self), "parameters": [list(one) for one in self.parameters], "tags": dict(self.tags)}

    @classmethod
    def from_facts(cls, facts: Mapping[str, Any]) -> Group:
        """The group that `to_facts` has written."""
        return cls(**{**facts, "parameters": tuple((n, v, m) for n, v, m in facts["parameters"])})


def _words(kind: Kind) -> tuple[str, str]:
    """How the calls and their parameters are named."""
    return ("db_cluster_parameter", "DBClusterParameter") if kind == "cluster" else ("db_parameter", "DBParameter")


def user_values(rds: Any, kind: Kind, name: str) -> dict[str, str] | None:
    """Parameter -> value, as far as a user has set it; None if there is no such group. Raises CredentialsError, AwsFailed, ..."""
    call, word = _words(kind)
    try:
        with aws_errors(f"reading the parameter group {name}"):
            pages = rds.get_paginator(f"describe_{call}s").paginate(Source="user", **{f"{word}GroupName": name})
            found = [one for page in pages for one in page["Parameters"]]
    except AwsFailed as error:
        if error.details.get("aws_code") in _ABSENT:
            return None
        raise
    return {one["ParameterName"]: str(one["ParameterValue"]) for one in found if "ParameterValue" in one}


def parameter_value(rds: Any, cluster_group: str, name: str) -> str | None:
    """A parameter of a DB cluster parameter group, set or by default; None where it has no value."""
    with aws_errors(f"reading the parameter group {cluster_group}"):
        pages = rds.get_paginator("describe_db_cluster_parameters").paginate(DBClusterParameterGroupName=cluster_group)
        for page in pages:
            for one in page["Parameters"]:
                if one["ParameterName"] == name and "ParameterValue" in one:
                    return str(one["ParameterValue"])
    return None


def is_made(rds: Any, group: Group) -> bool:
    """Whether the group is there with all its values."""
    values = user_values(rds, group.kind, group.name)
    return values is not None and all(values.get(name) == value for name, value, _ in group.parameters)


def make_group(rds: Any, group: Group) -> None:
    """Make the group and set its parameters; goes on with one that is half made. Raises CredentialsError, AwsFailed, ..."""
    call, word = _words(group.kind)
    name = {f"{word}GroupName": group.name}
    try:
        with aws_errors(f"creating the parameter group {group.name}"):
            getattr(rds, f"create_{call}_group")(
                **name,
                DBParameterGroupFamily=group.family,
                Description=group.description,
                Tags=[{"Key": key, "Value": value} for key, value in sorted(group.tags.items())],
            )
    except AwsFailed as error:
        if _THERE not in str(error.details.get("aws_code")):
            raise
    items = [{"ParameterName": n, "ParameterValue": v, "ApplyMethod": m} for n, v, m in group.parameters]
    for start in range(0, len(items), MOST_CHANGES):
        with aws_errors(f"setting the parameters of {group.name}"):
            getattr(rds, f"modify_{call}_group")(**name, Parameters=items[start : start + MOST_CHANGES])


def drop_group(rds: Any, kind: Kind, name: str) -> None:
    """Delete a group; nothing for one that is gone. Raises AwsFailed while something uses it, CredentialsError, ..."""
    call, word = _words(kind)
    try:
        with aws_errors(f"deleting the parameter group {name}"):
            getattr(rds, f"delete_{call}_group")(**{f"{word}GroupName": name})
    except AwsFailed as error:
        if error.details.get("aws_code") not in _ABSENT:
            raise
