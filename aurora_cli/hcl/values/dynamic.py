"""Engine parameters that take effect without a restart (`apply_method = "immediate"`).

The API refuses `immediate` for a static parameter and takes `pending-reboot` for every one, so this list holds only what
is surely dynamic, and whatever is not in it waits for a restart. Sources: the contexts other than `postmaster` in
PostgreSQL's manual, chapter "Server Configuration" (13 to 17), and "Dynamic: Yes" in MySQL's "Server System Variables"
(8.0, 8.4), kept to what people set.
`rds.force_ssl` is left out on purpose: AWS describes it as static for RDS and as dynamic for Aurora.
"""

from __future__ import annotations

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
