"""What Aurora PostgreSQL has and PostgreSQL has not: roles, databases, functions (Aurora User Guide)."""

from __future__ import annotations

from typing import Any, Protocol


class Queried(Protocol):
    """A server that the superuser runs statements on."""

    def query(self, statement: str, parameters: tuple[Any, ...] = (), database: str = "postgres") -> list[Any]:
        """Run a statement; returns its rows."""


ROLES = """
CREATE ROLE rds_superuser NOLOGIN CREATEDB CREATEROLE;
CREATE ROLE rds_iam NOLOGIN;
CREATE ROLE rds_replication NOLOGIN;
CREATE ROLE rds_password NOLOGIN;
GRANT rds_iam, rds_replication, rds_password TO rds_superuser WITH ADMIN OPTION;
REVOKE CONNECT ON DATABASE template1 FROM PUBLIC;
"""
GRANTS = """
DO $$ DECLARE one text;
BEGIN
    FOR one IN SELECT rolname FROM pg_roles WHERE rolname IN ('pg_monitor', 'pg_signal_backend', 'pg_checkpoint',
            'pg_use_reserved_connections', 'pg_create_subscription', 'pg_maintain', 'pg_signal_autovacuum_worker') LOOP
        EXECUTE format('GRANT %I TO rds_superuser WITH ADMIN OPTION', one);
    END LOOP;
    IF current_setting('server_version_num')::int >= 160000 THEN
        EXECUTE 'GRANT pg_read_all_data, pg_write_all_data TO rds_superuser WITH ADMIN TRUE, INHERIT FALSE, SET FALSE';
    END IF;
END $$;
"""
"""Of the roles that the major version has. Before 16, whoever has CREATEROLE may grant the last two. Those of files and programs
of the host are nobody's."""
FUNCTIONS = """
SET allow_system_table_mods = on;
CREATE OR REPLACE FUNCTION pg_catalog.aurora_version() RETURNS text LANGUAGE sql STABLE
    AS $$ SELECT current_setting('aurora.version', true) $$;
CREATE OR REPLACE FUNCTION pg_catalog.aurora_db_instance_identifier() RETURNS text LANGUAGE sql STABLE
    AS $$ SELECT current_setting('aurora.instance', true) $$;
CREATE OR REPLACE FUNCTION pg_catalog.aurora_replica_status(
    OUT server_id text, OUT session_id text, OUT durable_lsn bigint, OUT highest_lsn_rcvd bigint, OUT current_read_lsn bigint,
    OUT cur_replay_latency_in_usec bigint, OUT active_txns bigint, OUT is_current boolean, OUT last_transport_error int,
    OUT last_error_timestamp timestamptz, OUT last_update_timestamp timestamptz, OUT feedback_xmin bigint,
    OUT feedback_epoch bigint, OUT replica_lag_in_msec real, OUT log_stream_speed_in_kib_per_second real,
    OUT log_buffer_sequence_number bigint, OUT oldest_read_view_trx_id bigint, OUT oldest_read_view_lsn bigint,
    OUT pending_read_ios bigint, OUT read_ios bigint, OUT iops int, OUT cpu real)
    RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    WITH members AS (SELECT split_part(one, ':', 1) AS name, split_part(one, ':', 2) AS slot, number
                     FROM unnest(string_to_array(current_setting('aurora.members', true), ','))
                          WITH ORDINALITY AS listed(one, number)),
         here AS (SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END AS lsn)
    SELECT m.name, CASE WHEN number = 1 THEN 'MASTER_SESSION_ID' ELSE md5(m.name)::uuid::text END,
        (here.lsn - '0/0')::bigint, CASE WHEN number > 1 THEN (coalesce(r.flush_lsn, here.lsn) - '0/0')::bigint END,
        CASE WHEN number > 1 THEN (coalesce(r.replay_lsn, here.lsn) - '0/0')::bigint END,
        (extract(epoch FROM r.replay_lag) * 1000000)::bigint, NULL::bigint, true, 0, NULL::timestamptz, now(), NULL::bigint,
        NULL::bigint, CASE WHEN number > 1 THEN coalesce(extract(epoch FROM r.replay_lag) * 1000, 0)::real END, NULL::real,
        NULL::bigint, NULL::bigint, NULL::bigint, NULL::bigint, NULL::bigint, NULL::int, 0::real
    FROM here, members m LEFT JOIN pg_stat_replication r ON r.application_name = m.slot ORDER BY number $$;
CREATE OR REPLACE FUNCTION pg_catalog.aurora_global_db_status(
    OUT aws_region text, OUT highest_lsn_written bigint, OUT durability_lag_in_msec bigint, OUT rpo_lag_in_msec bigint,
    OUT last_lag_calculation_time timestamptz, OUT feedback_epoch bigint, OUT feedback_xmin bigint)
    RETURNS SETOF record LANGUAGE sql STABLE AS $$
    SELECT current_setting('aurora.region', true), (pg_current_wal_lsn() - '0/0')::bigint, -1::bigint, -1::bigint, now(),
        0::bigint, 0::bigint WHERE current_setting('aurora.global', true) = 'on' AND NOT pg_is_in_recovery() $$;
RESET allow_system_table_mods;
"""


def prepare(server: Queried, user: str, database: str | None) -> None:
    """Make a new server that of a cluster, with its master user and initial database. Raises SandboxFailed.

    It may have been interrupted, and is repeated then: roles come last, all at once. A copy of other data has them already.
    """
    if server.query(
        "SELECT 1 FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid WHERE r.rolname = 'rds_superuser'"
    ):
        server.query(GRANTS)
        return
    for one in ("template1", "postgres"):
        server.query(FUNCTIONS, database=one)
    if database and not server.query("SELECT 1 FROM pg_database WHERE datname = %s", (database,)):
        server.query(f"CREATE DATABASE {_identifier(database)}")
    name = _identifier(user)
    owned = "".join(f"ALTER DATABASE {_identifier(one)} OWNER TO {name};" for one in {"postgres", database} if one)
    server.query(
        f"{ROLES} {GRANTS} CREATE ROLE {name} LOGIN CREATEDB CREATEROLE INHERIT VALID UNTIL 'infinity';"
        f"GRANT rds_superuser TO {name}; {owned}"
    )


def set_password(server: Queried, user: str, password: str) -> None:
    """Set the password of the master user. Raises SandboxFailed.

    As a verifier, so that the password is in no log and no activity view.
    """
    server.query(f"ALTER ROLE {_identifier(user)} PASSWORD {_literal(_verifier(user, password))}")


def _verifier(user: str, password: str) -> str:
    from psycopg import pq

    # libpq's own, which needs no connection to a server for this method.
    connection: Any = pq.PGconn.connect(b"host=/nonexistent connect_timeout=1")
    return bytes(connection.encrypt_password(password.encode(), user.encode(), b"scram-sha-256")).decode()


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
