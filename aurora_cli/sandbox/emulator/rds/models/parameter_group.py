"""Cluster and DB parameter groups."""

from __future__ import annotations

from typing import Any

from moto.rds.models import DBClusterParameterGroup, DBParameterGroup, RDSBackend

from aurora_cli.sandbox.emulator.rds.errors import bad_combination, error
from aurora_cli.sandbox.emulator.rds.models import engines

Group = DBClusterParameterGroup | DBParameterGroup
NOT_FOUND = {DBClusterParameterGroup: "DBClusterParameterGroupNotFound", DBParameterGroup: "DBParameterGroupNotFound"}


def find(backend: RDSBackend, kind: type[Group], name: str) -> Any:
    """A group by name. A `default.<family>` group is created on its first use.

    Raises:
        RDSClientError: it does not exist.
    """
    table: Any = backend.resource_map[kind]
    family = name.lower().removeprefix("default.")
    if name not in table and name.lower().startswith("default.") and family in engines.families():
        make(backend, kind, name.lower(), family, f"Default parameter group for {family}", [])
    if name not in table:
        raise error(NOT_FOUND[kind], f"{kind.__name__} not found: {name}")
    return table[name]


def make(backend: RDSBackend, kind: type[Group], name: str, family: str, description: str, tags: Any) -> Any:
    """A new group in the table of its kind."""
    key = "db_cluster_parameter_group_name" if kind is DBClusterParameterGroup else "db_parameter_group_name"
    values: dict[str, Any] = {key: name, "db_parameter_group_family": family, "description": description, "tags": tags}
    table: Any = backend.resource_map[kind]
    table[name] = kind(backend, **values)
    return table[name]


def family_of(group: Group) -> str:
    """Its parameter group family."""
    return str(group.db_parameter_group_family if isinstance(group, DBClusterParameterGroup) else group.family)


def check_family(group: Group, family: str) -> None:
    """Reject a group of another engine version."""
    own = family_of(group)
    if own != family:
        raise bad_combination(
            f"The Parameter Group {group.name} with DBParameterGroupFamily {own} cannot be used for this instance. "
            f"Please use a Parameter Group with DBParameterGroupFamily {family}"
        )
