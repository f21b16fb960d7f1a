"""One PostgreSQL server: its data directory, its process, and what it is told."""

from __future__ import annotations

import re
import shutil
import signal
import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from aurora_cli.errors import SandboxFailed
from aurora_cli.sandbox.database.account import NOBODY
from aurora_cli.sandbox.database.copying import copy_folder
from aurora_cli.sandbox.database.engine import FORMER_DATA, Role, Sample, Server
from aurora_cli.sandbox.database.postgres import bootstrap, parameters
from aurora_cli.sandbox.database.postgres.settings import HBA, PORT, SUPERUSER, ServerSettings
from aurora_cli.sandbox.database.process import READY_TIMEOUT_S, ServerProcess, last_line
from aurora_cli.sandbox.database.programs import Binaries
from aurora_cli.sandbox.processes import wait_until

REPLAY_TIMEOUT_S = 30.0
SAME_LOOKS = 5
"""Looks at a standby that find it where it was, after which it has replayed what it can get."""
_INITDB = (
    f"--username={SUPERUSER}",
    "--auth=trust",
    "--data-checksums",
    "--wal-segsize=1",
    "--encoding=UTF8",
    "--locale=C.UTF-8",
    "--no-sync",
    "--no-instructions",
)
_SAMPLE = """
SELECT (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND usename <> 'rdsadmin'),
    (SELECT coalesce(sum(xact_commit), 0) FROM pg_stat_database),
    (SELECT coalesce(sum(deadlocks), 0) FROM pg_stat_database),
    CASE WHEN NOT pg_is_in_recovery() THEN NULL WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0
        ELSE coalesce(extract(epoch FROM now() - pg_last_xact_replay_timestamp()) * 1000, 0) END
"""


class PostgresServer(ServerProcess):
    """See `Server`."""

    LOG = "postgresql.log"
    GENTLE, HARD = signal.SIGINT, signal.SIGQUIT

    @property
    def socket(self) -> Path:
        """See `Server`."""
        return self.sockets / f".s.PGSQL.{PORT}"

    @property
    def exists(self) -> bool:
        """Whether it has data."""
        return (self.data / "PG_VERSION").exists()

    @property
    def is_standby(self) -> bool:
        """Whether it follows another server."""
        return (self.data / "standby.signal").exists()

    def create(self) -> None:
        """Initialize an empty data directory. Raises SandboxFailed."""
        self._make_folder()
        with self._of_known_user() as (folder, user):
            self._run("initdb", "-D", f"{folder}/data", *_INITDB, user=user)
            self._account.own_all(folder)
            (folder / "data").rename(self.data)

    @contextmanager
    def _of_known_user(self) -> Iterator[tuple[Path, str | None]]:
        """A folder for programs that look their user up, unlike all others, and a user that is known; None: our own."""
        with tempfile.TemporaryDirectory(dir=self._account.data) as folder:
            if self._account.uid is not None:
                shutil.chown(folder, NOBODY)
            yield Path(folder), NOBODY if self._account.uid is not None else None

    def upgrade(self, new: Binaries) -> None:
        """By pg_upgrade. Until it has succeeded, the data stay as they are.

        Raises:
            SandboxFailed: pg_upgrade refuses, or fails; says why.
        """
        former = self.data.with_name(FORMER_DATA)
        with self._of_known_user() as (folder, user):
            copy_folder(self.data, folder / "old")
            for name in ("postgresql.conf", "standby.signal", "postmaster.pid"):
                (folder / "old" / name).unlink(missing_ok=True)
            self._account.write(folder / "old" / "postgresql.conf", "")
            if user is not None:
                for path in (folder, *folder.rglob("*")):
                    shutil.chown(path, user)
            self._run("initdb", "-D", f"{folder}/data", *_INITDB, user=user, binaries=new)
            single = ("--single", "-j", "-D", f"{folder}/data", "template0")  # from which pg_upgrade makes databases
            functions = bootstrap.FUNCTIONS.replace(";\n", ";\n\n")
            self._run("postgres", *single, user=user, binaries=new, text=functions)
            places = ("-b", str(self.binaries.folder), "-d", f"{folder}/old", "-D", f"{folder}/data", "-s", str(folder))
            self._run("pg_upgrade", *places, "-U", SUPERUSER, "--link", user=user, binaries=new, cwd=folder)
            self._account.own_all(folder)
            self.data.rename(former)
            (folder / "data").rename(self.data)
        shutil.rmtree(former, ignore_errors=True)
        self.binaries = new

    def finish_upgrade(self) -> None:
        """See `Server`."""
        former = self.data.with_name(FORMER_DATA)
        if former.exists() and not self.data.exists():
            former.rename(self.data)
        shutil.rmtree(former, ignore_errors=True)

    def catch_up(self, old: Server, role: Role) -> None:
        """See `Server`: by the WAL of its data."""
        self._configure(role, {"restore_command": f'cp "{old.data}/pg_wal/%f" %p'})
        self.reload()
        replayed: list[Any] = []

        def rests() -> bool:
            replayed.append(self.query("SELECT pg_last_wal_replay_lsn()"))
            return len(replayed) >= SAME_LOOKS and all(one == replayed[-1] for one in replayed[-SAME_LOOKS:])

        wait_until(rests, timeout_s=REPLAY_TIMEOUT_S, every_s=0.1)

    def ways_to_follow(self, writer: Server, *, named: bool) -> list[Callable[[], None]]:
        """As it is, else rewound, else from a new base backup; of another major version only from that."""
        alike, self.binaries = self.binaries.major == writer.binaries.major, writer.binaries
        ways: list[Callable[[], None]] = [
            lambda: None,
            lambda: self._rewind(writer.sockets),
            lambda: self._copy(writer.sockets, self.slot if named else None),
        ]
        return ways if self.exists and alike else ways[2:]

    def _copy(self, writer_sockets: Path, slot: str | None) -> None:
        self._make_folder()
        self._base_backup(writer_sockets, self.data, *(("-S", slot) if slot else ()))

    def back_up(self, target: Path) -> None:
        """See `Server`."""
        self._base_backup(self.sockets, target)

    def _base_backup(self, sockets: Path, target: Path, *options: str) -> None:
        source = ("-h", str(sockets), "-p", str(PORT), "-U", SUPERUSER)
        self._run("pg_basebackup", *source, "-D", str(target), "-X", "stream", "-c", "fast", "--no-sync", *options)

    def detach(self, data: Path) -> None:
        """See `Server`."""
        (data / "standby.signal").unlink(missing_ok=True)

    def _rewind(self, writer_sockets: Path) -> None:
        """Bring data that has gone another way back to where the writer's timeline began. Raises SandboxFailed."""
        source = f"host={writer_sockets} port={PORT} user={SUPERUSER} dbname=postgres"
        self._run("pg_rewind", "-D", str(self.data), f"--source-server={source}", "--no-sync")

    @property
    def slot(self) -> str:
        """Its name as a standby, and that of its replication slot."""
        return slot_of(self.key)

    def configure(self, role: Role) -> None:
        """See `Server`."""
        leader = role.leader_backups
        self._configure(role, _from_archive(leader.archive) if leader is not None else {})

    def _configure(self, role: Role, restore: dict[str, str]) -> None:
        identity = {
            "version": role.version,
            "instance": role.instance,
            "members": ",".join(f"{name}:{slot_of(key) if key else ''}" for name, key in role.members),
        }
        settings = ServerSettings(
            sockets=str(self.sockets),
            name=self.slot,
            upstream=str(role.upstream) if role.upstream is not None else None,
            slot=self.slot if role.named else None,
            archive=str(self._account.folder(role.backups.archive)),
            identity=identity,
            parameters=parameters.known(role.parameters, self.binaries),
            restore=restore,
            lag_s=role.lag_s,
        )
        self._write(settings, standby=role.standby)

    def _write(self, settings: ServerSettings, *, standby: bool) -> None:
        self._account.write(self.data / "postgresql.conf", settings.text())
        self._account.write(self.data / "pg_hba.conf", HBA)
        (self.data / "postgresql.auto.conf").unlink(missing_ok=True)
        mark = self.data / "standby.signal"
        if standby:
            self._account.write(mark, "")
        else:
            mark.unlink(missing_ok=True)

    def recover(self, archive: Path, time: str) -> None:
        """Replay archived WAL up to a time, and become a primary. Raises SandboxFailed: that time is not reached."""
        restore = {
            **_from_archive(archive),
            "recovery_target_time": time,
            "recovery_target_action": "promote",
            "hot_standby": "off",  # which would wait for settings that are not less than those of the primary
        }
        settings = ServerSettings(str(self.sockets), self.key, None, None, "", {}, {}, restore)
        self._write(settings, standby=False)
        self._account.write(self.data / "recovery.signal", "")
        self.start()
        if not wait_until(lambda: self.query("SELECT pg_is_in_recovery()") == [(False,)], timeout_s=READY_TIMEOUT_S):
            raise SandboxFailed("The recovery does not end.", details={"log": str(self.log)})

    def start(self) -> None:
        """See `Server`."""
        self._end_stale("postmaster.pid")
        self._start([self.binaries.tool("postgres"), "-D", str(self.data)], self._accepts)

    def reload(self) -> None:
        """Have it read its configuration again."""
        if self._process is not None:
            self._supervisor.signal(self._process, signal.SIGHUP)

    def promote(self) -> None:
        """Make a standby the writer. Raises SandboxFailed."""
        if self.query("SELECT pg_promote(true, 60)") != [(True,)]:
            raise SandboxFailed("The standby is not promoted within 60 s.", details={"log": str(self.log)})

    def token_password(self, user: str) -> str | None:
        """None: the server tells itself whom it lets in, and the proxy asks for the token then."""

    def translate(self, statement: bytes) -> bytes:
        """See `Server`: the server knows all that Aurora does of it."""
        return statement

    def query(self, statement: str, parameters: tuple[Any, ...] = (), database: str = "postgres") -> list[Any]:
        """Run a statement as the superuser; returns its rows.

        Raises:
            SandboxFailed: the server is not running or refuses.
        """
        import psycopg

        try:
            with self.connect(database) as connection:
                cursor = connection.execute(statement.encode(), parameters or None)
                return cursor.fetchall() if cursor.description else []
        except psycopg.Error as error:
            raise SandboxFailed(f"The database server refuses: {str(error).strip()}") from error

    def connect(self, database: str = "postgres") -> Any:
        """A connection of the superuser, without transactions, that may write. Raises psycopg.Error."""
        import psycopg

        return psycopg.connect(
            host=str(self.sockets),
            port=PORT,
            user=SUPERUSER,
            dbname=database,
            autocommit=True,
            connect_timeout=10,
            options="-c default_transaction_read_only=off",
        )

    def prepare(self, user: str, database: str | None) -> None:
        """See `Server`."""
        bootstrap.prepare(self, user, database)

    def set_password(self, user: str, password: str) -> None:
        """See `Server`."""
        bootstrap.set_password(self, user, password)

    def expect(self, keys: Collection[str]) -> None:
        """See `Server`."""
        for name in map(slot_of, keys):
            if not self.query("SELECT 1 FROM pg_replication_slots WHERE slot_name = %s", (name,)):
                self.query("SELECT pg_create_physical_replication_slot(%s, true)", (name,))

    def forget_others(self, keys: Collection[str]) -> None:
        """See `Server`."""
        known = [slot_of(key) for key in keys]
        for (slot,) in self.query(
            "SELECT slot_name FROM pg_replication_slots WHERE slot_type = 'physical' AND NOT active"
        ):
            if slot not in known:
                self.query("SELECT pg_drop_replication_slot(%s)", (slot,))

    def is_followed_by(self, standby: Server) -> bool:
        """See `Server`."""
        statement = "SELECT 1 FROM pg_stat_replication WHERE application_name = %s AND state = 'streaming'"
        return bool(self.query(statement, (slot_of(standby.key),)))

    def keep_following(self) -> None:
        """Nothing to do: it asks the link, when it connects."""

    def position(self) -> str:
        """See `Server`."""
        lines = self._run("pg_controldata", "-D", str(self.data)).splitlines()
        return dict(line.split(":", 1) for line in lines if ":" in line)["Latest checkpoint location"].strip()

    def has_applied(self, position: str) -> bool:
        """See `Server`."""
        return bool(self.query("SELECT pg_last_wal_replay_lsn() > %s::pg_lsn", (position,))[0][0])

    def beat(self) -> None:
        """See `Server`."""
        self.query("SELECT pg_logical_emit_message(true, 'aurora', 'lag')")

    def sample(self) -> Sample:
        """See `Server`."""
        connections, commits, deadlocks, lag = self.query(_SAMPLE)[0]
        return Sample(int(connections), float(commits), float(deadlocks), None if lag is None else float(lag))

    def _accepts(self) -> bool:
        import psycopg

        with suppress(psycopg.Error), self.connect():
            return True
        return False

    def _complaint(self, output: str) -> str:
        """The last line; of pg_upgrade the sentence on what keeps it from an upgrade."""
        found = re.search(r"^(Your (?:installation|cluster) .+?)(?:\.\s|\n\n)", output, re.DOTALL | re.MULTILINE)
        return " ".join(found[1].split()) if found else last_line(output.replace("Failure, exiting", ""))

    def _cause(self, log: str) -> str:
        lines = [line.split(":  ", 1)[1] for line in log.splitlines() if re.search(r"(?:LOG|FATAL|PANIC):  ", line)]
        causes = [line for line in lines if re.search("No space left|parameter", line)]
        return (causes or lines or [last_line(log)])[-1]


def slot_of(key: str) -> str:
    """The name of a standby, and of its replication slot."""
    return f"s_{key}"


def _from_archive(archive: Path) -> dict[str, str]:
    """The setting with which a server gets WAL from an archive."""
    return {"restore_command": f'cp "{archive}/%f" %p'}
