"""Cluster and DB parameter groups."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from moto.rds.models import DBClusterParameterGroup, DBParameterGroup

from aurora_cli.sandbox.emulator.rds import engines, families
from aurora_cli.sandbox.emulator.rds.errors import bad_combination, bad_value, error

if TYPE_CHECKING:
    from aurora_cli.sandbox.emulator.rds.backend import AuroraBackend

Group = DBClusterParameterGroup | DBParameterGroup
MOST_CHANGES = 20
NOT_FOUND = {DBClusterParameterGroup: "DBClusterParameterGroupNotFound", DBParameterGroup: "DBParameterGroupNotFound"}

STATIC = frozenset(
    {
        "binlog_format",
        "innodb_buffer_pool_size",
        "lower_case_table_names",
        "max_connections",
        "max_worker_processes",
        "performance_schema",
        "rds.logical_replication",
        "shared_buffers",
        "shared_preload_libraries",
        "track_activity_query_size",
    }
)
"""Parameters that take effect at a restart (Aurora User Guide, parameter references); max_connections only in PostgreSQL."""


def find(table: Mapping[str, Any], kind: type[Group], backend: AuroraBackend, name: str) -> Any:
    """A group by name. `default.<family>` groups exist as soon as somebody asks for them.

    Raises:
        RDSClientError: there is none.
    """
    family = name.lower().removeprefix("default.")
    if name not in table and name.lower().startswith("default.") and family in engines.families():
        make(table, kind, backend, name.lower(), family, f"Default parameter group for {family}", [])
    if name not in table:
        raise error(NOT_FOUND[kind], f"{kind.__name__} not found: {name}")
    return table[name]


def make(
    table: Any, kind: type[Group], backend: AuroraBackend, name: str, family: str, description: str, tags: Any
) -> Any:
    """A new group in the table."""
    key = "db_cluster_parameter_group_name" if kind is DBClusterParameterGroup else "db_parameter_group_name"
    values: dict[str, Any] = {key: name, "db_parameter_group_family": family, "description": description, "tags": tags}
    table[name] = kind(backend, **values)
    return table[name]


def create(table: Any, kind: type[Group], backend: AuroraBackend, name: str, params: Any) -> Any:
    """CreateDBParameterGroup and CreateDBClusterParameterGroup."""
    family = params["DBParameterGroupFamily"]
    if name in table:
        raise error("DBParameterGroupAlreadyExists", f"Parameter group {name} already exists")
    if name.lower().startswith("default"):
        raise bad_value(
            "The parameter DBParameterGroupName is not a valid identifier: names must not begin with default."
        )
    if family.startswith("aurora") and family not in engines.families():
        raise bad_value(f"ParameterGroupFamily {family} is not a valid parameter group family")
    return make(table, kind, backend, name.lower(), family, params["Description"], params.get("Tags") or [])


def modify(group: Group, changes: Iterable[Any]) -> set[str]:
    """Set parameters; returns the names whose values changed and wait for a restart."""
    changes = list(changes)
    if group.name.startswith("default."):
        raise error("InvalidDBParameterGroupState", f"The parameter group {group.name} is a default one.")
    if len(changes) > MOST_CHANGES:
        raise bad_value(f"A maximum of {MOST_CHANGES} parameters can be modified in a single request.")
    _check_known(group, changes)
    for change in changes:
        if (
            change["ParameterName"] in STATIC
            and change.get("ApplyMethod") == "immediate"
            and _postgres_or_not_max(group, change)
        ):
            raise bad_combination("cannot use immediate apply method for static parameter")
    waiting = set()
    for change in changes:
        name = change["ParameterName"]
        old = group.parameters.get(name, {}).get("ParameterValue")
        if old != change["ParameterValue"] and change.get("ApplyMethod") == "pending-reboot":
            waiting.add(name)
        group.parameters[name] = _parameter(change)
    return waiting


def _check_known(group: Group, changes: list[Any]) -> None:
    gone = families.unknown(family_of(group), (change["ParameterName"] for change in changes))
    if gone:
        raise bad_value(f"Could not find parameter with name: {gone[0]}")


def family_of(group: Group) -> str:
    """Its parameter group family."""
    return str(group.db_parameter_group_family if isinstance(group, DBClusterParameterGroup) else group.family)


def reset(group: Group, changes: Iterable[Any] | None) -> None:
    """Back to the defaults: the named parameters, or all of them."""
    for name in list(group.parameters) if changes is None else [change["ParameterName"] for change in changes]:
        group.parameters.pop(name, None)


def listing(group: Group, source: str | None) -> list[dict[str, Any]]:
    """What Describe*Parameters shows: the values that the user set; the emulator has no table of engine defaults."""
    return [] if source not in (None, "user") else list(group.parameters.values())


def check_unused(users: Iterable[str], name: str) -> None:
    """Refuse to delete a group in use."""
    if any(True for _ in users):
        raise error(
            "InvalidDBParameterGroupState",
            f"One or more database instances are still members of this parameter group {name}, so the group cannot be deleted",
        )


def check_family(group: Group, family: str) -> None:
    """Refuse a group of another engine version."""
    own = family_of(group)
    if own != family:
        raise bad_combination(
            f"The Parameter Group {group.name} with DBParameterGroupFamily {own} cannot be used for this instance. "
            f"Please use a Parameter Group with DBParameterGroupFamily {family}"
        )


def _postgres_or_not_max(group: Group, change: Any) -> bool:
    return change["ParameterName"] != "max_connections" or "postgresql" in family_of(group)


def _parameter(change: Any) -> dict[str, Any]:
    static = change["ParameterName"] in STATIC
    return {
        "ParameterName": change["ParameterName"],
        "ParameterValue": change["ParameterValue"],
        "ApplyMethod": change.get("ApplyMethod") or "immediate",
        "ApplyType": "static" if static else "dynamic",
        "Source": "user",
        "IsModifiable": True,
    }
