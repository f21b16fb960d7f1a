"""The parameters of a parameter group family, as far as the emulator knows them."""

from __future__ import annotations

from collections.abc import Iterable

from aurora_cli.sandbox.emulator.rds.models import engines

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


def parameters_of(family: str, static: Iterable[str]) -> list[str]:
    """The static parameters of a family, and those that not every family has.

    Args:
        static: names of the known static parameters.
    """
    engine = next(name for name in engines.ENGINES if family.startswith(name))
    gone = {name for other, names in GONE.items() if other.startswith(engine) for name in names}
    return sorted({*static, *gone} - GONE.get(family, set()))


def unknown(family: str, names: Iterable[str]) -> list[str]:
    """The parameters that the family removes."""
    return sorted(set(names) & GONE.get(family, set()))
