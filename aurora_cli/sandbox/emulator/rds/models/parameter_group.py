"""Cluster and DB parameter groups, and the parameters of their families."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from moto.rds.models import DBClusterParameterGroup, DBParameterGroup, RDSBackend

from aurora_cli.sandbox.emulator.rds.errors import bad_combination, error
from aurora_cli.sandbox.emulator.rds.models import engines

Group = DBClusterParameterGroup | DBParameterGroup
NOT_FOUND = "DBParameterGroupNotFound"
"""Of both kinds of groups; where a cluster names its group, the code is the next."""
NOT_FOUND_BY_CLUSTER = "DBClusterParameterGroupNotFound"
GONE = {
    "aurora-postgresql13": {"operator_precedence_warning"},
    "aurora-postgresql14": {"operator_precedence_warning"},
    "aurora-postgresql15": {"operator_precedence_warning", "stats_temp_directory"},
    "aurora-postgresql16": {"operator_precedence_warning", "stats_temp_directory", "vacuum_defer_cleanup_age"},
    "aurora-postgresql17": {
        "operator_precedence_warning",
        "stats_temp_directory",
        "vacuum_defer_cleanup_age",
        "old_snapshot_threshold",
        "db_user_namespace",
    },
    "aurora-mysql8.0": {"query_cache_size", "query_cache_type", "innodb_file_format", "tx_isolation", "log_warnings"},
}
GONE["aurora-postgresql18"] = GONE["aurora-postgresql17"]
GONE["aurora-mysql8.4"] = {*GONE["aurora-mysql8.0"], "expire_logs_days", "default_authentication_plugin"}
"""Parameters that a family removes (release notes of PostgreSQL 14 to 17 and of MySQL 8.0 and 8.4)."""


def find(backend: RDSBackend, kind: type[Group], name: str, code: str) -> Any:
    """A group by name. A `default.<family>` group is created on its first use.

    Raises:
        RDSClientError: it does not exist.
    """
    table: Any = backend.resource_map[kind]
    family = name.lower().removeprefix("default.")
    if name not in table and name.lower().startswith("default.") and family in engines.families():
        make(backend, kind, name.lower(), family, f"Default parameter group for {family}", [])
    if name not in table:
        raise error(code, f"{kind.__name__} not found: {name}")
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


def engine_of(group: Group) -> str:
    """The Aurora engine of its family; a family of another engine counts as PostgreSQL's or MySQL's."""
    return "aurora-mysql" if "mysql" in family_of(group) else "aurora-postgresql"


def check_family(group: Group, family: str) -> None:
    """Reject a group of another engine version."""
    own = family_of(group)
    if own != family:
        raise bad_combination(
            f"The Parameter Group {group.name} with DBParameterGroupFamily {own} cannot be used for this instance. "
            f"Please use a Parameter Group with DBParameterGroupFamily {family}"
        )


def appearing(engine: str) -> set[str]:
    """The parameters of an engine that not every family has."""
    return {name for family, names in GONE.items() if family.startswith(engine) for name in names}


def unknown(family: str, names: Iterable[str]) -> list[str]:
    """The parameters that the family removes."""
    return sorted(set(names) & GONE.get(family, set()))
