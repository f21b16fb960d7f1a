"""The best-known parameters of each engine, and what they may hold.

Sources: PostgreSQL's manual, "Server Configuration" (13 to 18); MySQL's manual, "Server System Variables", "InnoDB Startup
Options" and "Binary Logging Options" (8.0, 8.4); Aurora User Guide, parameter references. AWS has more parameters, and a narrower
range for some: a parameter that is not here is taken as it is, unless it is the other engine's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_POSTGRESQL = """
apg_ccm_enabled=bool apg_plan_mgmt.capture_plan_baselines=manual|automatic|off apg_plan_mgmt.use_plan_baselines=bool
array_nulls=bool authentication_timeout=1-600 auto_explain.log_analyze=bool auto_explain.log_min_duration=-1-2147483647
autovacuum=bool autovacuum_analyze_scale_factor=0-100 autovacuum_analyze_threshold=0-2147483647
autovacuum_freeze_max_age=100000-2000000000 autovacuum_max_workers=1-262143 autovacuum_naptime=1-2147483
autovacuum_vacuum_cost_delay=-1-100 autovacuum_vacuum_cost_limit=-1-10000 autovacuum_vacuum_scale_factor=0-100
autovacuum_vacuum_threshold=0-2147483647 autovacuum_work_mem=-1-2147483647 babelfish_pg_tds.port=text backend_flush_after=0-256
backslash_quote=on|off|safe_encoding bytea_output=escape|hex check_function_bodies=bool client_encoding=text
client_min_messages=debug5|debug4|debug3|debug2|debug1|log|notice|warning|error commit_delay=0-100000 commit_siblings=0-1000
compute_query_id=on|off|auto|regress constraint_exclusion=on|off|partition cpu_index_tuple_cost=text cpu_operator_cost=text
cpu_tuple_cost=text cron.database_name=text cursor_tuple_fraction=0-1 datestyle=text deadlock_timeout=1-2147483647
default_statistics_target=1-10000 default_tablespace=text default_toast_compression=pglz|lz4 default_transaction_deferrable=bool
default_transaction_isolation=serializable|repeatable+read|read+committed|read+uncommitted default_transaction_read_only=bool
effective_cache_size=1-2147483647 effective_io_concurrency=0-1000 enable_bitmapscan=bool enable_gathermerge=bool
enable_hashagg=bool enable_hashjoin=bool enable_incremental_sort=bool enable_indexonlyscan=bool enable_indexscan=bool
enable_material=bool enable_memoize=bool enable_mergejoin=bool enable_nestloop=bool enable_parallel_append=bool
enable_parallel_hash=bool enable_partition_pruning=bool enable_partitionwise_aggregate=bool enable_partitionwise_join=bool
enable_seqscan=bool enable_sort=bool enable_tidscan=bool escape_string_warning=bool exit_on_error=bool extra_float_digits=-15-3
from_collapse_limit=1-2147483647 geqo=bool geqo_threshold=2-2147483647 gin_fuzzy_search_limit=0-2147483647
gin_pending_list_limit=64-2147483647 hash_mem_multiplier=1-1000 huge_pages=on|off|try
idle_in_transaction_session_timeout=0-2147483647 idle_session_timeout=0-2147483647 intervalstyle=text jit=bool
jit_above_cost=text join_collapse_limit=1-2147483647 lc_messages=text lc_monetary=text lc_numeric=text lc_time=text
lock_timeout=0-2147483647 log_autovacuum_min_duration=-1-2147483647 log_connections=bool log_destination=text
log_disconnections=bool log_duration=bool log_error_verbosity=terse|default|verbose log_executor_stats=bool log_filename=text
log_hostname=bool log_line_prefix=text log_lock_waits=bool log_min_duration_sample=-1-2147483647
log_min_duration_statement=-1-2147483647
log_min_error_statement=debug5|debug4|debug3|debug2|debug1|info|notice|warning|error|log|fatal|panic
log_min_messages=debug5|debug4|debug3|debug2|debug1|info|notice|warning|error|log|fatal|panic
log_parameter_max_length=-1-1073741823 log_planner_stats=bool log_replication_commands=bool log_rotation_age=1-35791394
log_rotation_size=0-2097151 log_statement=none|ddl|mod|all log_statement_sample_rate=0-1 log_statement_stats=bool
log_temp_files=-1-2147483647 logical_decoding_work_mem=64-2147483647 maintenance_io_concurrency=0-1000
maintenance_work_mem=1024-2147483647 max_connections=1-262143 max_locks_per_transaction=10-2147483647
max_logical_replication_workers=0-262143 max_parallel_maintenance_workers=0-1024 max_parallel_workers=0-1024
max_parallel_workers_per_gather=0-1024 max_pred_locks_per_transaction=10-2147483647 max_prepared_transactions=0-262143
max_replication_slots=0-262143 max_slot_wal_keep_size=-1-2147483647 max_stack_depth=100-2147483647
max_standby_streaming_delay=-1-2147483647 max_sync_workers_per_subscription=0-262143 max_wal_senders=0-262143
max_worker_processes=0-262143 min_parallel_index_scan_size=0-715827882 min_parallel_table_scan_size=0-715827882
old_snapshot_threshold=-1-86400 operator_precedence_warning=bool orafce.nls_date_format=text parallel_leader_participation=bool
password_encryption=md5|scram-sha-256 pg_hint_plan.enable_hint=bool pg_prewarm.autoprewarm=bool
pg_stat_statements.max=100-2147483647 pg_stat_statements.save=bool pg_stat_statements.track=none|top|all
pg_stat_statements.track_utility=bool pgaudit.log=text pgaudit.log_catalog=bool pgaudit.log_parameter=bool
pgaudit.log_relation=bool pgaudit.log_statement_once=bool pgaudit.role=text
plan_cache_mode=auto|force_generic_plan|force_custom_plan quote_all_identifiers=bool random_page_cost=text
rds.accepted_password_auth_method=md5+scram|scram rds.allowed_extensions=text rds.babelfish_status=on|off|datatypesonly
rds.enable_plan_management=bool rds.extensions=text rds.force_admin_logging_level=text rds.force_autovacuum_logging_level=text
rds.force_ssl=bool rds.global_db_rpo=20-2147483647 rds.log_retention_period=1440-10080 rds.logical_replication=bool
rds.logically_replicate_unlogged_tables=bool rds.rds_superuser_reserved_connections=text rds.restrict_password_commands=bool
recovery_init_sync_method=text role=text search_path=text seq_page_cost=text session_preload_libraries=text
session_replication_role=origin|replica|local shared_buffers=16-1073741823 shared_preload_libraries=text ssl=bool
ssl_ciphers=text ssl_max_protocol_version=text ssl_min_protocol_version=text standard_conforming_strings=bool
statement_timeout=0-2147483647 superuser_reserved_connections=0-262143 synchronize_seqscans=bool
synchronous_commit=on|off|local|remote_write|remote_apply tcp_keepalives_count=0-2147483647 tcp_keepalives_idle=0-2147483647
tcp_keepalives_interval=0-2147483647 tcp_user_timeout=0-2147483647 temp_buffers=100-1073741823 temp_file_limit=-1-2147483647
timezone=text track_activities=bool track_activity_query_size=100-1048576 track_commit_timestamp=bool track_counts=bool
track_functions=none|pl|all track_io_timing=bool track_wal_io_timing=bool transform_null_equals=bool update_process_title=bool
vacuum_cost_delay=0-100 vacuum_cost_limit=1-10000 vacuum_cost_page_dirty=0-10000 vacuum_cost_page_hit=0-10000
vacuum_cost_page_miss=0-10000 vacuum_failsafe_age=0-2100000000 vacuum_freeze_min_age=0-1000000000
vacuum_freeze_table_age=0-2000000000 vacuum_multixact_freeze_min_age=0-1000000000 wal_buffers=-1-262143
wal_receiver_timeout=0-2147483647 wal_sender_timeout=0-2147483647 work_mem=64-2147483647 xmlbinary=base64|hex
xmloption=content|document
"""

_MYSQL = """
activate_all_roles_on_login=bool aurora_disable_hash_join=on|off aurora_enable_repl_bin_log_filtering=bool
aurora_enable_replica_log_compression=bool aurora_enable_staggered_replica_restart=bool aurora_load_from_s3_role=text
aurora_parallel_query=on|off aurora_replica_read_consistency=eventual|session|global aurora_select_into_s3_role=text
auto_increment_increment=1-65535 auto_increment_offset=1-65535 autocommit=on|off aws_default_bedrock_role=text
aws_default_comprehend_role=text aws_default_lambda_role=text aws_default_s3_role=text aws_default_sagemaker_role=text
back_log=1-65535 binlog_cache_size=4096-18446744073709547520 binlog_checksum=none|crc32
binlog_error_action=ignore_error|abort_server binlog_format=row|statement|mixed|off binlog_group_commit_sync_delay=0-1000000
binlog_order_commits=bool binlog_row_image=full|minimal|noblob binlog_row_metadata=full|minimal
binlog_rows_query_log_events=bool binlog_stmt_cache_size=4096-18446744073709547520 binlog_transaction_compression=bool
bulk_insert_buffer_size=0-18446744073709551615 character_set_client=text character_set_connection=text
character_set_database=text character_set_filesystem=text character_set_results=text character_set_server=text
collation_connection=text collation_server=text completion_type=no_chain|chain|release|0|1|2 concurrent_insert=text
connect_timeout=2-31536000 cte_max_recursion_depth=0-4294967295 default_authentication_plugin=text
default_password_lifetime=0-65535 default_time_zone=text div_precision_increment=0-30 end_markers_in_json=bool
enforce_gtid_consistency=on|off|warn eq_range_index_dive_limit=0-4294967295 event_scheduler=on|off
explicit_defaults_for_timestamp=bool ft_max_word_len=10-84 ft_min_word_len=1-84 general_log=bool
group_concat_max_len=4-18446744073709551615 gtid-mode=on|off|off_permissive|on_permissive
gtid_mode=on|off|off_permissive|on_permissive host_cache_size=-1-65536 init_connect=text innodb_adaptive_flushing=bool
innodb_adaptive_hash_index=bool innodb_autoinc_lock_mode=0-2 innodb_buffer_pool_chunk_size=text
innodb_buffer_pool_dump_at_shutdown=bool innodb_buffer_pool_dump_now=bool innodb_buffer_pool_load_at_startup=bool
innodb_buffer_pool_size=5242880-18446744073709551615 innodb_change_buffering=text innodb_checksum_algorithm=text
innodb_commit_concurrency=0-1000 innodb_compression_level=0-9 innodb_deadlock_detect=bool
innodb_default_row_format=redundant|compact|dynamic innodb_file_per_table=bool innodb_flush_log_at_timeout=1-2700
innodb_flush_log_at_trx_commit=0-2 innodb_ft_max_token_size=10-84 innodb_ft_min_token_size=0-16
innodb_io_capacity=100-18446744073709551615 innodb_lock_wait_timeout=1-1073741824 innodb_max_dirty_pages_pct=0-99
innodb_online_alter_log_max_size=65536-18446744073709551615 innodb_open_files=10-2147483647 innodb_print_all_deadlocks=bool
innodb_purge_threads=1-32 innodb_read_io_threads=1-64 innodb_rollback_on_timeout=bool innodb_sort_buffer_size=65536-67108864
innodb_stats_auto_recalc=bool innodb_stats_persistent=bool innodb_strict_mode=bool innodb_table_locks=bool
innodb_thread_concurrency=0-1000 innodb_trx_commit_allow_data_loss=bool innodb_write_io_threads=1-64
interactive_timeout=1-31536000 internal_tmp_mem_storage_engine=memory|temptable join_buffer_size=128-18446744073709547520
key_buffer_size=0-18446744073709551615 lc_messages=text lc_time_names=text local_infile=bool lock_wait_timeout=1-31536000
log_bin_trust_function_creators=bool log_bin_use_v1_row_events=bool log_error_verbosity=1-3 log_output=file|table|none
log_queries_not_using_indexes=bool log_slave_updates=bool log_slow_admin_statements=bool log_slow_extra=bool
long_query_time=text lower_case_table_names=0-1 max_allowed_packet=1024-1073741824 max_connect_errors=1-18446744073709551615
max_connections=1-16000 max_digest_length=0-1048576 max_execution_time=0-4294967295
max_heap_table_size=16384-18446744073709550592 max_prepared_stmt_count=0-4194304 max_user_connections=0-4294967295
net_read_timeout=1-31536000 net_retry_count=text net_write_timeout=1-31536000 optimizer_search_depth=0-62 optimizer_switch=text
partial_revokes=bool performance_schema=bool read_buffer_size=8192-2147479552 read_only=text read_rnd_buffer_size=1-2147483647
replica_parallel_workers=0-1024 require_secure_transport=on|off secondary_engine_cost_threshold=text server_audit_events=text
server_audit_excl_users=text server_audit_incl_users=text server_audit_logging=bool server_audit_logs_upload=bool
session_track_gtids=text skip_name_resolve=bool slow_launch_time=0-31536000 slow_query_log=bool
sort_buffer_size=32768-18446744073709551615 sql_mode=text sync_binlog=0-4294967295 table_definition_cache=400-524288
table_open_cache=1-524288 thread_cache_size=0-16384 thread_stack=131072-18446744073709550592 time_zone=text tls_version=text
tmp_table_size=1024-18446744073709551615 transaction_alloc_block_size=text
transaction_isolation=read-uncommitted|read-committed|repeatable-read|serializable tx_isolation=text
validate_password.length=0-2147483647 wait_timeout=1-31536000
"""

_BOOLEAN = frozenset({"0", "1", "on", "off", "true", "false", "yes", "no"})
_RANGE = re.compile(r"(-?\d+)-(\d+)")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


def _read(text: str) -> dict[str, str]:
    return dict(entry.split("=") for entry in text.split())


_KINDS = {"aurora-postgresql": _read(_POSTGRESQL), "aurora-mysql": _read(_MYSQL)}


_FRACTIONS = frozenset(
    {
        "autovacuum_analyze_scale_factor",
        "autovacuum_vacuum_cost_delay",
        "autovacuum_vacuum_scale_factor",
        "cursor_tuple_fraction",
        "hash_mem_multiplier",
        "log_statement_sample_rate",
        "vacuum_cost_delay",
    }
)
"""Numbers that need not be whole."""


def names(engine: str) -> Iterable[str]:
    """The parameters of an engine."""
    return _KINDS[engine].keys()


def shape(engine: str, name: str) -> tuple[str, str | None]:
    """Data type of a parameter, and what it may hold, as the API has them."""
    kind = _KINDS[engine].get(name, "text")
    if kind == "text":
        return "string", None
    if kind == "bool":
        return "boolean", "0,1"
    if _RANGE.fullmatch(kind):
        return "float" if name in _FRACTIONS else "integer", kind
    return "string", kind.replace("|", ",").replace("+", " ")


def is_of_another_engine(engine: str, name: str) -> bool:
    """Whether only the other engine has this parameter."""
    return name not in _KINDS[engine] and any(name in kinds for kinds in _KINDS.values())


def wrong_value(engine: str, name: str, value: str) -> str | None:
    """What the parameter may hold, if not this value; else None. A formula, `{DBInstanceClassMemory/4}`, is not looked at."""
    kind = _KINDS[engine].get(name, "text")
    if kind == "text" or "{" in value or "(" in value:
        return None
    if kind == "bool":
        return None if value.lower() in _BOOLEAN else "0,1"
    limits = _RANGE.fullmatch(kind)
    if limits is not None:
        within = _NUMBER.fullmatch(value) and float(limits[1]) <= float(value) <= float(limits[2])
        return None if within else kind
    choices = [choice.replace("+", " ") for choice in kind.split("|")]
    words = {"on", "off"} <= set(choices) and value.lower() in _BOOLEAN
    return None if words or value.lower() in choices else ",".join(choices)
