"""Parameter groups: their names, and each parameter's value and moment of change.

The API refuses `immediate` for a static parameter and takes `pending-reboot` for every one, so `CHANGES_AT_ONCE` holds only
what is surely dynamic, and whatever is not in it waits for a restart. Sources: the contexts other than `postmaster` in
PostgreSQL's manual, chapter "Server Configuration" (13 to 17), and "Dynamic: Yes" in MySQL's "Server System Variables"
(8.0, 8.4), kept to what people set.
`rds.force_ssl` is left out on purpose: AWS describes it as static for RDS and as dynamic for Aurora.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from aurora_cli.errors import InvalidInput
from aurora_cli.hcl.literal import Expression, to_hcl
from aurora_cli.hcl.values.imported import Given, ImportedGroup, imported_group
from aurora_cli.hcl.values.instances import Instance
from aurora_cli.hcl.values.services import service_parameters
from aurora_cli.spec.derived.members import override_of
from aurora_cli.spec.facts.parameters import as_read_back
from aurora_cli.spec.facts.versions import default_version, forces_tls, parameter_family
from aurora_cli.spec.model.cluster import ClusterSpec
from aurora_cli.spec.model.fields import ParameterValue

_POSTGRESQL = """
autovacuum_analyze_scale_factor autovacuum_analyze_threshold autovacuum_naptime autovacuum_vacuum_cost_delay
autovacuum_vacuum_cost_limit autovacuum_vacuum_insert_scale_factor autovacuum_vacuum_insert_threshold
autovacuum_vacuum_scale_factor autovacuum_vacuum_threshold autovacuum_work_mem
client_min_messages constraint_exclusion cpu_index_tuple_cost cpu_operator_cost cpu_tuple_cost cursor_tuple_fraction
deadlock_timeout default_statistics_target effective_cache_size effective_io_concurrency enable_partitionwise_aggregate
enable_partitionwise_join from_collapse_limit gin_pending_list_limit hash_mem_multiplier
idle_in_transaction_session_timeout idle_session_timeout jit join_collapse_limit lock_timeout
log_autovacuum_min_duration log_duration log_error_verbosity log_executor_stats log_lock_waits
log_min_duration_sample log_min_duration_statement log_min_error_statement log_min_messages log_parameter_max_length
log_statement log_statement_sample_rate log_temp_files log_transaction_sample_rate
maintenance_work_mem max_parallel_maintenance_workers max_parallel_workers max_parallel_workers_per_gather
max_standby_streaming_delay pg_stat_statements.track pg_stat_statements.track_utility
random_page_cost seq_page_cost statement_timeout synchronous_commit temp_file_limit track_functions
vacuum_cost_delay vacuum_cost_limit vacuum_cost_page_hit vacuum_cost_page_miss work_mem
"""

_MYSQL = """
binlog_row_image character_set_client character_set_connection character_set_database character_set_results
character_set_server collation_connection collation_server connect_timeout default_week_format event_scheduler
general_log group_concat_max_len innodb_lock_wait_timeout innodb_print_all_deadlocks interactive_timeout
join_buffer_size lock_wait_timeout log_bin_trust_function_creators log_output log_queries_not_using_indexes
long_query_time max_allowed_packet max_connect_errors max_connections max_execution_time max_heap_table_size
max_prepared_stmt_count min_examined_row_limit net_read_timeout net_write_timeout optimizer_switch
read_buffer_size read_rnd_buffer_size require_secure_transport server_audit_events server_audit_excl_users
server_audit_incl_users server_audit_logging slow_query_log sort_buffer_size sql_mode tmp_table_size wait_timeout
"""

CHANGES_AT_ONCE: dict[str, frozenset[str]] = {
    "aurora-postgresql": frozenset(_POSTGRESQL.split()),
    "aurora-mysql": frozenset(_MYSQL.split()),
}


GROUPS = {"cluster": "aws_rds_cluster_parameter_group", "instance": "aws_db_parameter_group"}
"""Kind of a group -> its resource type."""


@dataclass(frozen=True)
class Parameter:
    """One parameter: its value as text (or a reference), and `immediate` or `pending-reboot`."""

    name: str
    value: str
    apply_method: str


@dataclass(frozen=True)
class ParameterGroups:
    """The parameters of both groups of a cluster, the family that both are of, and key -> those of one instance's own.

    `cluster_group` is the name of an existing cluster parameter group, or a reference to the one that is made. `prefix` stands
    before the names of groups that are made beside those in use, ahead of an upgrade. `imported` has those that another
    configuration named, by kind.
    """

    family: str
    cluster: tuple[Parameter, ...]
    instance: tuple[Parameter, ...]
    own: dict[str, tuple[Parameter, ...]]
    cluster_group: str
    makes_cluster: bool
    makes_instance: bool
    imported: dict[str, ImportedGroup | None]
    prefix: Literal["", "next_"] = ""

    @property
    def label(self) -> str:
        """Name of the groups that are shared."""
        return f"{self.prefix}this"

    @property
    def local_family(self) -> Expression:
        """Reference to the family."""
        return Expression(f"local.{self.prefix}family")

    @property
    def local_group(self) -> Expression:
        """Reference to the name of the shared groups."""
        return Expression(f"local.{self.prefix}parameter_group")

    @property
    def makes_any(self) -> bool:
        """Whether the stack makes a parameter group."""
        return self.makes_cluster or self.makes_instance or bool(self.own)


def parameter_groups_of(spec: ClusterSpec, instances: Sequence[Instance], given: Given = ()) -> ParameterGroups:
    """The groups of a resolved spec, parameters sorted by name, the TLS one included.

    Args:
        given: what was imported.
    """
    shared = spec.parameters.instance
    own = {one.key: override_of(spec, one.key) for one in instances}
    family = parameter_family(spec.engine, spec.engine_version or default_version(spec.engine))
    imported = {kind: imported_group(given, type_, family) for kind, type_ in GROUPS.items()}
    in_cluster = {**_with_tls(spec, imported["cluster"]), **service_parameters(spec)}
    return ParameterGroups(
        family=family,
        cluster=_parameters(spec.engine, in_cluster, imported["cluster"]),
        instance=_parameters(spec.engine, shared, imported["instance"]),
        own={
            key: _parameters(spec.engine, {**shared, **override.parameters})
            for key, override in own.items()
            if override.parameters and not override.parameter_group
        },
        cluster_group=spec.parameters.cluster_group or Expression("aws_rds_cluster_parameter_group.this.name"),
        makes_cluster=spec.parameters.cluster_group is None,
        makes_instance=spec.parameters.instance_group is None,
        imported=imported,
    )


def next_groups_of(spec: ClusterSpec, instances: Sequence[Instance], version: str | None) -> ParameterGroups | None:
    """The groups of the family of `version`, to be made beside those in use; None without a version."""
    if version is None:
        return None
    groups = parameter_groups_of(spec.model_copy(update={"engine_version": version}), instances)
    return replace(groups, prefix="next_")


def tls_parameter(engine: str) -> str:
    """The parameter that refuses connections without TLS."""
    return "rds.force_ssl" if engine == "aurora-postgresql" else "require_secure_transport"


def _with_tls(spec: ClusterSpec, imported: ImportedGroup | None) -> dict[str, ParameterValue]:
    """Always set: the default differs from one engine version to the next (Aurora PostgreSQL forces TLS from 17 on).

    A group that was imported without it stays without it, as long as the default is what the spec says.
    """
    name, given = tls_parameter(spec.engine), dict(spec.parameters.cluster)
    unset = imported is not None and name not in imported.methods
    if unset and spec.tls.required == forces_tls(spec.engine, spec.engine_version or default_version(spec.engine)):
        return given
    forced: dict[str, ParameterValue] = {name: spec.tls.required}
    return {**given, **forced} if spec.tls.required else {**forced, **given}


def _parameters(
    engine: str, values: Mapping[str, ParameterValue], imported: ImportedGroup | None = None
) -> tuple[Parameter, ...]:
    methods = {**dict.fromkeys(CHANGES_AT_ONCE[engine], "immediate"), **(imported.methods if imported else {})}
    return tuple(
        Parameter(name, _text(engine, name, value), methods.get(name, "pending-reboot"))
        for name, value in sorted(values.items())
    )


def _text(engine: str, name: str, value: ParameterValue) -> str:
    if isinstance(value, Expression):
        return value
    if isinstance(value, (str, bool)):
        return as_read_back(engine, name, value)
    if not math.isfinite(value):
        raise InvalidInput(f"Parameter {name}: {value} is not a valid number for AWS.")
    return to_hcl(value)
