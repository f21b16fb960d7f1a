"""Booleans among engine parameters, as RDS keeps them and reads them back.

In parameter groups a boolean is 0 or 1, whatever it was set with, but for the parameters whose words these are (enumerations with
`on` and `off` among their values). Sources: AllowedValues of DescribeDBClusterParameters and DescribeDBParameters; PostgreSQL's
manual, settings of type enum in "Server Configuration" (13 to 18); MySQL's "Server System Variables" (8.0, 8.4).
"""

from __future__ import annotations

_ON, _OFF = frozenset({"on", "true", "yes"}), frozenset({"off", "false", "no"})
_POSTGRESQL = """
archive_mode backslash_quote compute_query_id constraint_exclusion debug_parallel_query force_parallel_mode huge_pages
rds.babelfish_status recovery_prefetch synchronous_commit wal_compression
"""

_MYSQL = """
aurora_disable_hash_join aurora_parallel_query autocommit binlog_format delay_key_write enforce_gtid_consistency
event_scheduler gtid-mode gtid_mode require_secure_transport session_track_gtids session_track_transaction_info
use_secondary_engine
"""

_WORDS = {"aurora-postgresql": frozenset(_POSTGRESQL.split()), "aurora-mysql": frozenset(_MYSQL.split())}


def as_read_back(engine: str, name: str, value: str | bool) -> str:
    """The value of a parameter as RDS reads it back: `0` or `1` for a boolean, other text as it is."""
    word = str(value).strip().lower()
    if word not in _ON | _OFF:
        return str(value)
    if name not in _WORDS[engine]:
        return str(int(word in _ON))
    text = "on" if word in _ON else "off"
    return text.upper() if engine == "aurora-mysql" else text
