"""All parameters of a family, as AWS lists them: those that Aurora sets itself, those of the engine, and what a user has set.

Sources: Aurora User Guide, parameter references of both engines; RDS API reference, Parameter. A parameter of the engine has no
value, as in AWS; the tables have the best-known ones, without descriptions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from moto.rds.models import DBClusterParameterGroup

from aurora_cli.sandbox.emulator.rds.models import engines, parameter_group, parameter_table
from aurora_cli.sandbox.emulator.rds.models.parameter_group import Group, engine_of, family_of
from aurora_cli.spec.facts.versions import forces_tls

USER, SYSTEM, ENGINE = "user", "system", "engine-default"

_STATIC = {
    "aurora-postgresql": """
        autovacuum_freeze_max_age autovacuum_max_workers huge_pages max_connections max_locks_per_transaction
        max_logical_replication_workers max_pred_locks_per_transaction max_prepared_transactions max_replication_slots
        max_wal_senders max_worker_processes rds.logical_replication shared_buffers shared_preload_libraries
        superuser_reserved_connections track_activity_query_size track_commit_timestamp wal_buffers
        """,
    "aurora-mysql": """
        back_log binlog_format default_authentication_plugin ft_max_word_len ft_min_word_len innodb_autoinc_lock_mode
        innodb_buffer_pool_chunk_size innodb_buffer_pool_load_at_startup innodb_buffer_pool_size innodb_ft_max_token_size
        innodb_ft_min_token_size innodb_open_files innodb_purge_threads innodb_read_io_threads innodb_rollback_on_timeout
        innodb_sort_buffer_size innodb_write_io_threads log_bin_use_v1_row_events log_slave_updates lower_case_table_names
        max_digest_length performance_schema skip_name_resolve thread_stack tls_version
        """,
}
"""Parameters that require a reboot: of PostgreSQL those of the context postmaster; of MySQL those that are not dynamic."""

_SYSTEM = {
    "aurora-postgresql": {
        "autovacuum_max_workers": "GREATEST({DBInstanceClassMemory/64371566592},3)",
        "autovacuum_naptime": "5",
        "autovacuum_vacuum_cost_limit": "GREATEST({log(DBInstanceClassMemory/21474836480)*600},200)",
        "autovacuum_work_mem": "GREATEST({DBInstanceClassMemory/32768},131072)",
        "effective_cache_size": "SUM({DBInstanceClassMemory/12038},-50003)",
        "huge_pages": "on",
        "log_autovacuum_min_duration": "10000",
        "maintenance_work_mem": "GREATEST({DBInstanceClassMemory/63963136*1024},65536)",
        "max_connections": "LEAST({DBInstanceClassMemory/9531392},5000)",
        "max_worker_processes": "GREATEST({DBInstanceVCPU*2},8)",
        "rds.log_retention_period": "4320",
        "shared_buffers": "SUM({DBInstanceClassMemory/12038},-50003)",
        "shared_preload_libraries": "pg_stat_statements",
        "timezone": "UTC",
    },
    "aurora-mysql": {
        "binlog_format": "OFF",
        "innodb_buffer_pool_size": "{DBInstanceClassMemory*3/4}",
        "log_output": "FILE",
        "max_connections": (
            "GREATEST({log(DBInstanceClassMemory/805306368)*45},{log(DBInstanceClassMemory/8187281408)*1000})"
        ),
    },
}
"""Parameters that Aurora sets, and a user may change."""

FIXED = {
    "aurora-postgresql": {
        "config_file": "/rdsdbdata/config/postgresql.conf",
        "data_directory": "/rdsdbdata/db",
        "hba_file": "/rdsdbdata/config/pg_hba.conf",
        "ident_file": "/rdsdbdata/config/pg_ident.conf",
        "listen_addresses": "*",
        "log_directory": "/rdsdbdata/log/error",
        "log_file_mode": "0644",
        "logging_collector": "1",
        "port": "{EndPointPort}",
        "ssl_ca_file": "/rdsdbdata/rds-metadata/ca-cert.pem",
        "ssl_cert_file": "/rdsdbdata/rds-metadata/server-cert.pem",
        "ssl_key_file": "/rdsdbdata/rds-metadata/server-key.pem",
        "unix_socket_directories": "/tmp",  # noqa: S108 - what AWS says
        "unix_socket_group": "rdsdb",
        "unix_socket_permissions": "0700",
    },
    "aurora-mysql": {
        "basedir": "/rdsdbbin/oscar",
        "datadir": "/rdsdbdata/db/",
        "port": "{EndPointPort}",
        "socket": "/tmp/mysql.sock",  # noqa: S108 - what AWS says
        "tmpdir": "/rdsdbdata/tmp/",
    },
}
"""Parameters that nobody changes."""

_OF_CLUSTERS = frozenset({"apg_ccm_enabled", "rds.force_ssl", "rds.global_db_rpo", "rds.logical_replication"})
"""Parameters of cluster parameter groups alone."""


def is_static(group: Group, name: str) -> bool:
    """Whether a parameter requires a reboot."""
    return name in _STATIC[engine_of(group)].split()


def listing(group: Group, source: str | None = None) -> list[dict[str, Any]]:
    """DescribeDBParameters and DescribeDBClusterParameters, by name.

    Args:
        source: `user`, `system`, `engine-default`, or None for all.
    """
    if source == USER:
        return list(group.parameters.values())
    family = of_family(family_of(group), isinstance(group, DBClusterParameterGroup))
    found = {str(one["ParameterName"]): dict(one) for one in family}
    for name, given in group.parameters.items():
        found[name] = {**found.get(name, {}), **given}
    return [found[name] for name in sorted(found) if source in (None, found[name]["Source"])]


@cache
def of_family(family: str, of_clusters: bool) -> tuple[Mapping[str, Any], ...]:
    """The parameters of a family, none of them set by a user.

    Args:
        of_clusters: in a cluster parameter group.
    """
    found = _of_family(family)
    return tuple(one for one in found if of_clusters or one["ParameterName"] not in _OF_CLUSTERS)


def _of_family(family: str) -> Iterator[dict[str, Any]]:
    engine = next((name for name in engines.ENGINES if family.startswith(name)), None)
    if engine is None:
        return
    fixed, system, static = FIXED[engine], dict(_SYSTEM[engine]), _STATIC[engine].split()
    if engine == "aurora-postgresql":
        system["rds.force_ssl"] = str(int(forces_tls(engine, family.removeprefix(engine))))
    names = {*parameter_table.names(engine), *parameter_group.appearing(engine), *fixed, *system, *static}
    for name in sorted(names - parameter_group.GONE.get(family, set())):
        kind, allowed = parameter_table.shape(engine, name)
        value = fixed.get(name, system.get(name))
        yield {
            "ParameterName": name,
            **({"ParameterValue": value} if value is not None else {}),
            "Source": ENGINE if value is None else SYSTEM,
            "ApplyType": "static" if name in static or name in fixed else "dynamic",
            "DataType": kind,
            **({"AllowedValues": allowed} if allowed else {}),
            "IsModifiable": name not in fixed,
            "ApplyMethod": "pending-reboot",
            "SupportedEngineModes": ["provisioned"],
        }
