"""Logical replication of all databases of a cluster to a copy of it, as blue/green deployments have it.

The copy follows physically until the publisher has a slot for each database, and is promoted then. Its timeline begins after the
last record that it has replayed, and that is from where its subscriptions go on: no change is missing, and none comes twice.
Slots, publications and subscriptions of a copy have its name, slots also a hash of the name of their database.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

from aurora_cli.sandbox.database.engine import Server
from aurora_cli.sandbox.database.postgres.server import PostgresServer
from aurora_cli.sandbox.database.postgres.settings import PORT, SUPERUSER

_PREFIX = "aurora_green_"
_WITHOUT_KEY = """
SELECT current_database() || '.' || c.oid::regclass FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND c.relpersistence = 'p' AND c.relreplident = 'd' AND n.nspname !~ '^pg_|^information_schema$'
    AND NOT EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary) ORDER BY 1
"""
_SUBSCRIBED = """
SELECT s.oid FROM pg_subscription s JOIN pg_database d ON d.oid = subdbid
WHERE subname = %s AND datname = current_database()
"""
_HISTORY = "SELECT pg_read_file('pg_wal/' || left(pg_walfile_name(pg_current_wal_lsn()), 8) || '.history')"
_PUBLISHED = "SELECT 1 FROM pg_publication WHERE pubname = %s"


class PostgresChanges:
    """See `Changes`."""

    def publish(self, server: Server, name: str) -> str:
        """See `Changes`. A slot waits for the end of all transactions."""
        one, publication = _own(server), _PREFIX + name
        for database, number in _databases(one):
            if not one.query(_PUBLISHED, (publication,), database):
                one.query(f"CREATE PUBLICATION {publication} FOR ALL TABLES", database=database)
            slot = f"{publication}_{number}"
            if not one.query("SELECT 1 FROM pg_replication_slots WHERE slot_name = %s", (slot,)):
                one.query("SELECT pg_create_logical_replication_slot(%s, 'pgoutput')", (slot,), database)
        return _later(one)

    def keep(self, server: Server, names: Collection[str]) -> None:
        """See `Changes`."""
        one = _own(server)
        found = one.query(
            "SELECT slot_name, database, active_pid FROM pg_replication_slots WHERE starts_with(slot_name, %s)",
            (_PREFIX,),
        )
        for slot, database, reader in found:
            publication = slot.rpartition("_")[0]
            if publication.removeprefix(_PREFIX) not in names:
                one.query(f"DROP PUBLICATION IF EXISTS {publication}", database=database)
                one.query("SELECT pg_terminate_backend(%s, 5000)", (reader,))
                one.query("SELECT pg_drop_replication_slot(%s)", (slot,))

    def without_key(self, server: Server) -> list[str]:
        """See `Changes`."""
        one = _own(server)
        return [str(table) for database, _ in _databases(one) for (table,) in one.query(_WITHOUT_KEY, (), database)]

    def beginning(self, server: Server) -> str:
        """See `Changes`."""
        line = _own(server).query(_HISTORY)[0][0].strip().splitlines()[-1]
        return str(line.split("\t")[1])

    def subscribe(self, server: Server, name: str, publisher: Path, beginning: str) -> None:
        """See `Changes`."""
        one, subscription = _own(server), _PREFIX + name
        for database, number in _databases(one):
            one.query(f"DROP PUBLICATION IF EXISTS {subscription}", database=database)  # the publisher's, copied
            if one.query(f"{_SUBSCRIBED} AND subenabled", (subscription,), database):
                continue
            source = f"host={publisher} port={PORT} user={SUPERUSER} dbname={database}"
            self._drop(one, subscription, database)
            one.query(
                f"CREATE SUBSCRIPTION {subscription} CONNECTION {_literal(source)} PUBLICATION {subscription} WITH "
                f"(enabled = false, create_slot = false, copy_data = false, slot_name = {subscription}_{number})",
                database=database,
            )
            oid = one.query(_SUBSCRIBED, (subscription,), database)[0][0]
            one.query("SELECT pg_replication_origin_advance(%s, %s)", (f"pg_{oid}", beginning))
            one.query(f"ALTER SUBSCRIPTION {subscription} ENABLE", database=database)

    def unsubscribe(self, server: Server, name: str | None) -> None:
        """See `Changes`."""
        one = _own(server)
        found = one.query(
            "SELECT subname, datname FROM pg_subscription JOIN pg_database d ON d.oid = subdbid "
            "WHERE starts_with(subname, %s)",
            (_PREFIX,),
        )
        for subscription, database in found:
            if name is None or subscription != _PREFIX + name:
                self._drop(one, subscription, database)

    def _drop(self, one: PostgresServer, subscription: str, database: str) -> None:
        """The slot stays: the publisher drops it."""
        if one.query(_SUBSCRIBED, (subscription,), database):
            for change in ("ALTER SUBSCRIPTION {} DISABLE", "ALTER SUBSCRIPTION {} SET (slot_name = NONE)"):
                one.query(change.format(subscription), database=database)
            one.query(f"DROP SUBSCRIPTION {subscription}", database=database)

    def mark(self, server: Server) -> str:
        """See `Changes`."""
        return _later(_own(server))

    def has_sent(self, server: Server, name: str, mark: str) -> bool:
        """See `Changes`."""
        found = _own(server).query(
            "SELECT bool_and(confirmed_flush_lsn >= %s::pg_lsn) FROM pg_replication_slots WHERE starts_with(slot_name, %s)",
            (mark, f"{_PREFIX}{name}_"),
        )
        return bool(found[0][0])

    def copy_sequences(self, source: Server, target: Server) -> None:
        """See `Changes`."""
        here, there = _own(source), _own(target)
        for database, _ in _databases(there):
            with here.connect(database) as reading, there.connect(database) as writing:
                names = reading.execute("SELECT format('%I.%I', schemaname, sequencename) FROM pg_sequences").fetchall()
                for (name,) in names:
                    value = reading.execute(f"SELECT last_value, is_called FROM {name}").fetchone()  # noqa: S608 - quoted by format
                    writing.execute("SELECT setval(to_regclass(%s), %s, %s)", (name, *value))


def _own(server: Server) -> PostgresServer:
    assert isinstance(server, PostgresServer)
    return server


def _databases(server: PostgresServer) -> Iterator[tuple[str, str]]:
    """The databases of clients, each with a hash of its name."""
    yield from server.query(
        "SELECT datname, left(md5(datname), 8) FROM pg_database WHERE datallowconn AND NOT datistemplate ORDER BY 1"
    )


def _later(server: PostgresServer) -> str:
    """A place in the WAL after all that was committed; a record comes after it."""
    place = server.query("SELECT pg_current_wal_insert_lsn()::text")[0][0]
    server.query("SELECT pg_logical_emit_message(true, 'aurora', 'here')")
    return str(place)


def _literal(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"
