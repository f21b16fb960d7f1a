"""One MariaDB or MySQL server: its data directory, its process, and what it is told."""

from __future__ import annotations

import re
import shutil
import signal
import socket
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aurora_cli.errors import SandboxFailed
from aurora_cli.sandbox.database.account import Account
from aurora_cli.sandbox.database.engine import Role, Sample, Server
from aurora_cli.sandbox.database.mysql import accounts, parameters
from aurora_cli.sandbox.database.mysql.binaries import MARIADB
from aurora_cli.sandbox.database.mysql.dialect import includes, of
from aurora_cli.sandbox.database.mysql.settings import FIXED, LOG_NAME, REPLICATION_USER, SUPERUSER, MysqlSettings
from aurora_cli.sandbox.database.process import ServerProcess, last_line
from aurora_cli.sandbox.database.programs import Binaries
from aurora_cli.sandbox.database.supervisor import Supervisor
from aurora_cli.sandbox.processes import wait_until

LOOPBACK = "127.0.0.1"
SENT_TIMEOUT_S = 30.0
LAST_TIME = "2038-01-01 00:00:00"
STANDBY_MARK, PRODUCT_MARK = "aurora.standby", "aurora.product"
COPIED_AT = ("mariadb_backup_binlog_info", "xtrabackup_binlog_info")
"""Where mariadb-backup says which transaction a copy ends with; the name since 11.1, and the one before."""
_BOOTSTRAP = ("system_tables", "performance_tables", "system_tables_data", "sys_schema")
"""What mariadb-install-db runs, without the names' first word."""
_CLIENTS = (
    "SELECT id FROM information_schema.processlist "
    "WHERE user NOT IN ('rdsadmin', 'rdsrepladmin', 'system user', 'event_scheduler', 'unauthenticated user')"
)
_DEADLOCKS = "SELECT count FROM information_schema.innodb_metrics WHERE name = 'lock_deadlocks'"
_UNSENT = (
    "SELECT 1 FROM information_schema.processlist WHERE command LIKE 'Binlog Dump%' AND state NOT LIKE '%has sent all%'"
)


@dataclass(frozen=True)
class Common:
    """What all servers of a sandbox have in common.

    Attributes:
        certificate: file with a key and a certificate.
        secret: of the superuser, and of those that sign in with a token: the proxy alone knows it.
    """

    certificate: Path
    secret: str


class MysqlServer(ServerProcess):
    """See `Server`."""

    LOG = "mysql.log"
    GENTLE, HARD = signal.SIGTERM, signal.SIGKILL

    def __init__(
        self,
        account: Account,
        supervisor: Supervisor,
        binaries: Binaries,
        key: str,
        folder: Path,
        crashed: Callable[[], None],
        common: Common,
    ) -> None:
        super().__init__(account, supervisor, binaries, key, folder, crashed)
        self._common = common
        self._dialect = of(binaries.product)
        self._role: Role | None = None
        self._known: dict[str, str] = {}
        self._loaded: dict[str, str] = {}

    @property
    def socket(self) -> Path:
        """See `Server`."""
        return self.sockets / "mysql.sock"

    @property
    def exists(self) -> bool:
        """See `Server`."""
        return (self.data / PRODUCT_MARK).exists()

    @property
    def is_standby(self) -> bool:
        """See `Server`."""
        return (self.data / STANDBY_MARK).exists()

    def create(self) -> None:
        """See `Server`."""
        self._make_folder()
        unfinished = self._account.folder(self.data.with_suffix(".new"))
        shutil.rmtree(unfinished)
        self._account.folder(unfinished)
        users = accounts.first_users(self._common.secret, self.binaries.product)
        if self.binaries.product == MARIADB:
            self._bootstrap(unfinished, users)
        else:
            script = self.folder / "users.sql"
            self._account.write(script, users)
            try:
                self._run(
                    self.binaries.server,
                    "--no-defaults",
                    "--initialize-insecure",
                    f"--init-file={script}",
                    f"--datadir={unfinished}",
                )
            finally:
                script.unlink()
        self._mark(unfinished)
        unfinished.rename(self.data)

    def _bootstrap(self, data: Path, users: str) -> None:
        """As mariadb-install-db does it, without root and without what it asks the system."""
        program = self.binaries.tool(self.binaries.server)
        share = Path(parameters.options(program)["character_sets_dir"]).parent
        tables = "\n".join(_script(share, name) for name in _BOOTSTRAP)
        fast = [
            f"--{name}={FIXED[name]}"
            for name in ("innodb_buffer_pool_size", "innodb_flush_method", "innodb_doublewrite")
        ]
        fast += [
            f"--{name}={value}" for name, value in self._dialect.settings.items() if name.startswith(("innodb", "sync"))
        ]
        self._run(
            self.binaries.server,
            "--no-defaults",
            "--bootstrap",
            f"--datadir={data}",
            "--skip-log-bin",
            *fast,
            text=f"CREATE DATABASE mysql;\nUSE mysql;\nSET @auth_root_socket=NULL;\n{tables}\n{users}",
        )

    def _mark(self, data: Path) -> None:
        """Note whose data these are: those of one product are nothing to the other."""
        self._account.write(data / PRODUCT_MARK, self.binaries.product)

    # Copies

    def ways_to_follow(self, writer: Server, *, named: bool) -> list[Callable[[], None]]:
        """As it is, else from a new copy."""
        ways: list[Callable[[], None]] = [lambda: None, lambda: self._copy(writer)]
        return ways if self.exists else ways[1:]

    def _copy(self, writer: Server) -> None:
        self._make_folder()
        writer.back_up(self.data)

    def back_up(self, target: Path) -> None:
        """See `Server`."""
        if self.binaries.product != MARIADB:
            if not self.query("SELECT 1 FROM information_schema.plugins WHERE plugin_name = 'clone'"):
                self.query("INSTALL PLUGIN clone SONAME 'mysql_clone.so'")
            self.query("CLONE LOCAL DATA DIRECTORY = %s", (str(target),))
        else:
            options = (f"--target-dir={target}", "--innodb-flush-method=nosync")
            self._run("mariadb-backup", f"--defaults-file={self._file}", "--backup", "--log-copy-interval=10", *options)
            self._run("mariadb-backup", "--no-defaults", "--prepare", "--use-memory=16M", *options)
        self._mark(target)

    def detach(self, data: Path) -> None:
        """See `Server`."""
        for name in (STANDBY_MARK, "auto.cnf"):
            (data / name).unlink(missing_ok=True)

    # Configuration

    @property
    def _file(self) -> Path:
        return self.folder / "my.cnf"

    def configure(self, role: Role) -> None:
        """See `Server`."""
        self._role = role
        self._configure(role.standby, role.instance, parameters.known(role.parameters, FIXED, self.binaries))

    def configure_alone(self) -> None:
        """Write the configuration of a server without a cluster."""
        self._configure(standby=False, instance="", known={})

    def _configure(self, standby: bool, instance: str, known: dict[str, str]) -> None:
        self._known = known
        settings = MysqlSettings(
            data=self.data,
            socket=self.socket,
            number=int(self.key, 16) or 1,
            certificate=self._common.certificate,
            secret=self._common.secret,
            read_only=self._dialect.read_only if standby else (),
            instance=instance,
            parameters=known,
            dialect=self._dialect.settings,
        )
        self._account.write(self._file, settings.text())
        mark = self.data / STANDBY_MARK
        if standby:
            self._account.write(mark, "")
        else:
            mark.unlink(missing_ok=True)

    def reload(self) -> None:
        """Set the variables that can be changed while it runs; the others hold from the next start."""
        former, now = self._loaded, self._known
        for name in former.keys() - now.keys():
            self._set(name, None)
        for name, value in now.items():
            if former.get(name) != value:
                self._set(name, value)
        self._loaded = dict(now)
        if (
            self._role is not None
            and self._role.standby
            and self._replication().get("SQL_Delay", self._delay) != self._delay
        ):
            self._follow()

    def _set(self, name: str, value: str | None) -> None:
        given: int | str | None = int(value) if value is not None and re.fullmatch(r"-?\d+", value) else value
        with suppress(SandboxFailed):  # one that only a restart changes
            self.query(f"SET GLOBAL {name} = {'DEFAULT' if value is None else '%s'}", () if given is None else (given,))

    # Life

    def start(self) -> None:
        """See `Server`."""
        self._end_stale("server.pid")
        self._position.unlink(missing_ok=True)
        port = self._choose_port()
        self._start(
            [self.binaries.tool(self.binaries.server), f"--defaults-file={self._file}", f"--port={port}"], self._accepts
        )
        self._loaded = dict(self._known)
        self._begin_with_copy()
        if self._role is not None and self._role.standby:
            self._follow()

    def _choose_port(self) -> int:
        """The port that it had, if it is free."""
        self._account.folder(self.sockets)
        for wanted in (_port_of(self.sockets), 0):
            with suppress(OSError), socket.socket() as free:
                free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                free.bind((LOOPBACK, wanted))
                port = int(free.getsockname()[1])
                self._account.write(self.sockets / "port", str(port))
                return port
        raise SandboxFailed("No port of loopback is free.")

    def _accepts(self) -> bool:
        with suppress(OSError, SandboxFailed), socket.socket(socket.AF_UNIX) as tried:
            tried.connect(str(self.socket))  # PyMySQL leaves a socket that cannot connect open
            return bool(self.query("SELECT 1"))
        return False

    def stop(self, *, fast: bool = False) -> None:
        """See `Server`."""
        if self.running and not fast and not self.is_standby:
            with suppress(SandboxFailed):
                self._retire()
        super().stop(fast=fast)

    def _retire(self) -> None:
        """Nobody commits any more, what was committed last is noted, and standbys have received it."""
        for (number,) in self.query(_CLIENTS):
            with suppress(SandboxFailed):  # it has ended
                self.query(f"KILL {int(number)}")
        for name in self._dialect.read_only:
            self.query(f"SET GLOBAL {name} = ON")
        last = str(self.query(self._dialect.position)[0][0])
        wait_until(lambda: not self.query(_UNSENT), timeout_s=SENT_TIMEOUT_S)
        self._account.write(self._position, last)

    @property
    def _position(self) -> Path:
        return self.folder / "position"

    def upgrade(self, new: Binaries) -> None:
        """There is one MariaDB or MySQL: see `MysqlEngine.upgrade_to`."""
        raise SandboxFailed(f"{new.label} is not an upgrade of {self.binaries.label}.")

    def finish_upgrade(self) -> None:
        """Nothing to do: there are no upgrades."""

    def catch_up(self, old: Server, role: Role) -> None:
        """See `Server`: by the binary logs in its data."""
        assert isinstance(old, MysqlServer)
        if self.binaries.product == MARIADB:
            self.query(self._dialect.stop)
            since = str(self.query("SELECT @@gtid_current_pos")[0][0])
            with suppress(SandboxFailed):
                self.apply_logs(old.binary_logs(), since, LAST_TIME)

    def promote(self) -> None:
        """See `Server`."""
        self.query(self._dialect.stop)
        self.query(self._dialect.forget)
        (self.data / STANDBY_MARK).unlink(missing_ok=True)
        for name in reversed(self._dialect.read_only):
            self.query(f"SET GLOBAL {name} = OFF")

    # Replication

    def _begin_with_copy(self) -> None:
        """A copy has its own binary log from now on, which begins after the last transaction of the copy."""
        noted = next((self.data / name for name in COPIED_AT if (self.data / name).exists()), None)
        if noted is None:
            return
        words = noted.read_text(encoding="ascii").split(None, 2)
        position = words[2].strip().replace("\n", "") if len(words) > 2 else ""
        self.query("RESET MASTER")
        self.query("SET GLOBAL gtid_binlog_state = %s", (position,))
        self.query("SET GLOBAL gtid_slave_pos = %s", (position,))
        noted.unlink()

    def _follow(self) -> None:
        """Follow the server that the link leads to, from where the data end."""
        port = self._upstream_port()
        if port == 0:
            raise SandboxFailed("The server that it follows has no port.")
        self.query(self._dialect.stop)
        if self.binaries.product == MARIADB:
            (position,) = self.query("SELECT @@gtid_current_pos")[0]
            self.query("SET GLOBAL gtid_slave_pos = %s", (position,))
        statement, prefix, own = self._dialect.follow
        options = {
            "HOST": LOOPBACK,
            "PORT": port,
            "USER": REPLICATION_USER,
            "PASSWORD": self._common.secret,
            "CONNECT_RETRY": 1,
            "SSL": 1,
            "DELAY": self._delay,
        }
        given = ", ".join(f"{prefix}{name} = %s" for name in options)
        self.query(f"{statement} {given}, {own}", tuple(options.values()))
        self.query(self._dialect.start)

    @property
    def _delay(self) -> int:
        return round(self._role.lag_s) if self._role is not None else 0

    def _upstream_port(self) -> int:
        return _port_of(self._role.upstream) if self._role is not None and self._role.upstream is not None else 0

    def keep_following(self) -> None:
        """See `Server`."""
        port = self._upstream_port()
        if port and self._replication().get(self._dialect.port) != port:
            self._follow()

    def _replication(self) -> dict[str, Any]:
        """The columns of SHOW REPLICA STATUS."""
        rows, names = self._execute("SHOW REPLICA STATUS")
        return dict(zip(names, rows[0], strict=True)) if rows else {}

    def is_followed_by(self, standby: Server) -> bool:
        """See `Server`."""
        assert isinstance(standby, MysqlServer)
        return standby.receives_from(_port_of(self.sockets))

    def receives_from(self, port: int) -> bool:
        """Whether it follows the server at that port. Raises SandboxFailed: it cannot."""
        shown = self._replication()
        if shown.get("Last_SQL_Errno") or shown.get("Last_IO_Errno") in _DIVERGED:
            raise SandboxFailed(f"The standby does not follow: {shown['Last_SQL_Error'] or shown['Last_IO_Error']}")
        running = all(shown.get(name) == "Yes" for name in self._dialect.running)
        return running and shown.get(self._dialect.port) == port

    def expect(self, keys: Collection[str]) -> None:
        """Nothing to do: binary logs are kept for a day."""

    def forget_others(self, keys: Collection[str]) -> None:
        """Nothing to do: a server knows the standbys that are connected."""

    def position(self) -> str:
        """See `Server`."""
        try:
            return self._position.read_text(encoding="ascii")
        except OSError:
            raise SandboxFailed("The server ended without a note of its last transaction.") from None

    def has_applied(self, position: str) -> bool:
        """See `Server`."""
        if self.binaries.product != MARIADB:
            return bool(self.query("SELECT GTID_SUBSET(%s, @@gtid_executed)", (position,))[0][0])
        return includes(str(self.query("SELECT @@gtid_slave_pos")[0][0]), position)

    def beat(self) -> None:
        """See `Server`."""
        self.query("CREATE TABLE IF NOT EXISTS mysql.rds_heartbeat2 (id int PRIMARY KEY, value bigint)")
        self.query("REPLACE INTO mysql.rds_heartbeat2 VALUES (1, unix_timestamp())")

    def sample(self) -> Sample:
        """See `Server`."""
        connections = len(self.query(_CLIENTS))
        commits = float(self.query("SHOW GLOBAL STATUS LIKE %s", (self._dialect.commits,))[0][1])
        lag = (self._replication().get(self._dialect.lag) or 0) * 1000.0 if self.is_standby else None
        deadlocks = float(self.query(_DEADLOCKS)[0][0])
        return Sample(connections, commits, deadlocks, lag)

    # Users

    def prepare(self, user: str, database: str | None) -> None:
        """See `Server`."""
        accounts.prepare(self, self.binaries.product, user, database)

    def set_password(self, user: str, password: str) -> None:
        """See `Server`."""
        accounts.set_password(self, user, password)

    def token_password(self, user: str) -> str | None:
        """See `Server`."""
        secret = self._common.secret
        return secret if accounts.signs_in_by_token(self, user, secret) else None

    def translate(self, statement: bytes) -> bytes:
        """See `Server`."""
        return accounts.for_this_server(statement, self.binaries.product, self._common.secret)

    def query(self, statement: str, parameters: tuple[Any, ...] = ()) -> list[Any]:
        """Run a statement as the superuser; returns its rows.

        Raises:
            SandboxFailed: the server is not running or refuses.
        """
        return self._execute(statement, parameters)[0]

    def _execute(self, statement: str, parameters: tuple[Any, ...] = ()) -> tuple[list[Any], list[str]]:
        import pymysql

        if not self.running:
            raise SandboxFailed("The database server is not running.")
        try:
            with pymysql.connect(
                unix_socket=str(self.socket),
                user=SUPERUSER,
                password=self._common.secret,
                autocommit=True,
                connect_timeout=10,
                read_timeout=60,
            ) as connection:
                cursor = connection.cursor()
                cursor.execute(statement, parameters or None)
                return list(cursor.fetchall()), [one[0] for one in cursor.description or ()]
        except (pymysql.Error, OSError) as error:
            raise SandboxFailed(f"The database server refuses: {error.args[-1] if error.args else error}") from error

    def apply_logs(self, files: list[Path], since: str, before: str) -> None:
        """Repeat what is in binary logs, in their order.

        Args:
            since: after this transaction; empty: from the beginning.
            before: e.g. `2026-01-31 12:00:00`, in UTC.

        Raises:
            SandboxFailed: they cannot be read, or a statement fails.
        """
        start = [f"--start-position={since}"] if since else []
        tool = "mariadb-binlog" if self.binaries.product == MARIADB else "mysqlbinlog"
        client = "mariadb" if self.binaries.product == MARIADB else "mysql"
        try:
            logs = self._run(tool, "--no-defaults", *start, f"--stop-datetime={before}", *map(str, files))
        except SandboxFailed as problem:
            if _NOTHING_LATER in problem.message:
                return
            raise
        self._run(client, f"--defaults-file={self._file}", "--binary-mode", text=logs)

    def binary_logs(self) -> list[Path]:
        """Its binary logs, in their order."""
        return sorted(one for one in self.data.glob(f"{LOG_NAME}.*") if one.suffix[1:].isdigit())

    def _cause(self, log: str) -> str:
        lines = [line.split("[ERROR] ", 1)[1] for line in log.splitlines() if "[ERROR] " in line]
        causes = [
            line for line in lines if re.search("No space left|OS error: 28|unknown variable|Error while setting", line)
        ]
        text = (causes or [line for line in lines if line != "Aborting"] or [last_line(log)])[0]
        return re.sub("unknown variable|Error while setting", r"parameter: \g<0>", text)


_NOTHING_LATER = "never reached expected GTID state"
"""What mariadb-binlog says of logs that end with the transaction to start after, or before it."""
_DIVERGED = (1236, 1945, 1950, 13114)
"""Its position is not in the binary log of the server that it follows (MariaDB, MySQL: error codes)."""


def _port_of(sockets: Path) -> int:
    """The port of the server whose sockets are in a folder; 0: it has had none."""
    try:
        port = int((sockets / "port").read_text(encoding="ascii"))
    except (OSError, ValueError):
        return 0
    return port if 0 < port < 65536 else 0


def _script(share: Path, name: str) -> str:
    """SQL of an installed MariaDB: its name begins with `mariadb_` since 11, and with `mysql_` before."""
    for word in ("mariadb", "mysql"):
        with suppress(FileNotFoundError):
            return (share / f"{word}_{name}.sql").read_text(encoding="utf-8")
    raise SandboxFailed(f"{share} has no mysql_{name}.sql: MariaDB is not completely installed.")
