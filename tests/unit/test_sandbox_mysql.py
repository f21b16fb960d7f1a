"""Aurora MySQL in the sandbox without a server: what is installed, parameters, users, and the packets of a sign-in."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pymysql
import pytest
from pymysql._auth import scramble_native_password

from aurora_cli.errors import SandboxFailed
from aurora_cli.sandbox.database.account import Account
from aurora_cli.sandbox.database.front import mysql_wire, session
from aurora_cli.sandbox.database.front.endpoint import Endpoint
from aurora_cli.sandbox.database.front.gate import Gate
from aurora_cli.sandbox.database.front.wire import Malformed
from aurora_cli.sandbox.database.mysql import accounts, backups, binaries, dialect, parameters
from aurora_cli.sandbox.database.mysql.server import Common, MysqlServer
from aurora_cli.sandbox.database.mysql.server import _port_of as port_of
from aurora_cli.sandbox.database.mysql.settings import FIXED, MysqlSettings
from aurora_cli.sandbox.database.programs import Binaries
from aurora_cli.sandbox.processes import wait_until

HERE = Binaries(Path("/nowhere"), "10.11.18", "test", "MariaDB", "mariadbd")
NONCE = b"abcdefgh" + b"ijklmnopqrst"
GREETING = (
    b"\x0a5.5.5-10.11.18-MariaDB\0"
    + (7).to_bytes(4, "little")
    + NONCE[:8]
    + b"\0\xfe\xff\x2d\x02\0\xff\x81\x15"
    + b"\0" * 10
    + NONCE[8:]
    + b"\0mysql_native_password\0"
)
"""As a MariaDB sends it, with TLS among its capabilities."""


def program(folder: Path, name: str, says: str) -> Path:
    made = folder / name
    made.write_text(f"#!/bin/sh\necho '{says}'\n")
    made.chmod(0o755)
    return made


@pytest.mark.parametrize(
    ("says", "found"),
    [
        ("mariadbd  Ver 10.11.18-MariaDB-0+deb12u1 for debian-linux-gnu on x86_64 (Debian 12)", "MariaDB 10.11.18"),
        ("/usr/sbin/mysqld  Ver 8.0.43 for Linux on x86_64 (MySQL Community Server - GPL)", "MySQL 8.0.43"),
    ],
)
def test_a_named_server_is_used(tmp_path: Path, says: str, found: str) -> None:
    server = program(tmp_path, "mysqld", says)
    for tool in ("mariadb-backup", "mariadb-binlog", "mysqlbinlog"):
        program(tmp_path, tool, "")
    for named in (tmp_path, server):
        assert binaries.installed({binaries.BIN_SETTING: str(named)}).label == found


@pytest.mark.parametrize(
    ("says", "problem"),
    [
        (None, "has neither mariadbd nor mysqld"),
        ("mysqld  Ver 5.7.44 for Linux on x86_64 (MySQL Community Server)", "MySQL 5.7.44 is too old."),
        ("usage: mysqld", "does not say its version."),
    ],
)
def test_a_named_server_that_does_not_do_is_refused(tmp_path: Path, says: str | None, problem: str) -> None:
    if says is not None:
        program(tmp_path, "mysqld", says)
    with pytest.raises(SandboxFailed) as caught:
        binaries.installed({binaries.BIN_SETTING: str(tmp_path)})
    assert problem in caught.value.message and binaries.BIN_SETTING in str(caught.value.hint)


def test_a_mariadb_that_cannot_be_copied_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "_others", lambda server: ())
    program(tmp_path, "mariadbd", "mariadbd  Ver 10.6.22-MariaDB for Linux")
    program(tmp_path, "mariadb-binlog", "")
    with pytest.raises(SandboxFailed, match=r"MariaDB 10\.6\.22 is installed without mariadb-backup"):
        binaries.installed({binaries.BIN_SETTING: str(tmp_path)})


def test_the_server_gets_the_parameters_that_it_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    known = dict.fromkeys(("long_query_time", "collation_server", "datadir", "sync_binlog", "thread_cache_size"), "")
    monkeypatch.setattr(parameters, "options", lambda server: known)
    wanted = {
        "long_query_time": "7",
        "collation_server": "utf8mb4_0900_ai_ci",
        "datadir": "/etc",
        "sync_binlog": "1",
        "thread_cache_size": "{DBInstanceClassMemory/2}",
        "aurora_lab_mode": "1",
    }
    assert parameters.known(wanted, FIXED, HERE) == {"long_query_time": "7"}


def test_a_value_is_one_value_of_the_configuration() -> None:
    made = MysqlSettings(
        Path("/d"), Path("/s"), 7, Path("/c"), "secret", ("read_only",), "demo-1", {"init_connect": 'a"\nb\\'}
    )
    text = made.text()
    assert 'init_connect = "a\\" b\\\\"\n' in text
    assert 'report_host = "demo-1"\nread_only = "ON"\n' in text
    assert text.endswith('[client]\nuser = "rdsadmin"\npassword = "secret"\nsocket = "/s"\n')


@pytest.mark.parametrize(
    "given",
    [
        b"CREATE USER a IDENTIFIED WITH AWSAuthenticationPlugin AS 'RDS' REQUIRE SSL",
        b'create user a identified\n with `awsauthenticationplugin` as "RDS" REQUIRE SSL',
    ],
)
def test_a_user_who_signs_in_with_a_token_has_a_password_that_nobody_has(given: bytes) -> None:
    made = accounts.for_this_server(given, binaries.MYSQL, "secret")
    assert made.endswith(f" WITH mysql_native_password AS '{accounts.native('secret')}' REQUIRE SSL".encode())
    other = b"SELECT 'AWSAuthenticationPlugin'"
    assert accounts.for_this_server(other, binaries.MARIADB, "secret") == other


def test_a_mariadb_has_one_default_role() -> None:
    given = b"SET DEFAULT ROLE `a b`, c TO `app`@`%`"
    assert accounts.for_this_server(given, binaries.MARIADB, "secret") == b"SET DEFAULT ROLE `a b` FOR `app`@`%`"
    assert accounts.for_this_server(given, binaries.MYSQL, "secret") == given


def test_the_master_user_is_no_superuser() -> None:
    sent: list[Any] = []

    def query(*given: Any) -> list[Any]:
        sent.append(given)
        return []

    server: Any = SimpleNamespace(query=query)
    accounts.prepare(server, binaries.MARIADB, "boss", "app`")
    texts = [given[0] for given in sent]
    assert "CREATE DATABASE IF NOT EXISTS `app```" in texts
    assert not any("SUPER" in text or "ALL" in text for text in texts)
    server.query = lambda *given: [(1,)]
    accounts.prepare(server, binaries.MARIADB, "boss", "app")  # repeated, it does nothing


@pytest.mark.parametrize(
    ("known", "position", "is_included"),
    [
        ("0-7-12", "0-9-12", True),
        ("0-7-11", "0-9-12", False),
        ("", "", True),
        ("", "0-1-1", False),
        ("0-1-9", "", True),
    ],
)
def test_a_position_includes_another(known: str, position: str, is_included: bool) -> None:
    assert dialect.includes(known, position) is is_included


def test_a_password_is_scrambled_as_clients_do_it() -> None:
    assert mysql_wire.nonce(GREETING) == NONCE
    assert mysql_wire.scramble("secret", NONCE) == scramble_native_password(b"secret", NONCE)


def response(user: bytes, *, database: bytes = b"", attributes: bytes = b"") -> bytes:
    flags = mysql_wire.PROTOCOL_41 | mysql_wire.SECURE_CONNECTION | mysql_wire.PLUGIN_AUTH | mysql_wire.LENGTH_ENCODED
    flags |= (mysql_wire.CONNECT_WITH_DB if database else 0) | (mysql_wire.CONNECT_ATTRS if attributes else 0)
    end = (database + b"\0" if database else b"") + b"caching_sha2_password\0" + attributes
    return flags.to_bytes(4, "little") + b"\0" * 28 + user + b"\0" + b"\xfc\x03\0abc" + end


def test_another_password_leaves_the_rest_of_a_handshake_response() -> None:
    made = mysql_wire.handshake_response(response(b"app", database=b"shop", attributes=b"\x02\x01a"))
    assert (made.user, made.database, made.attributes) == (b"app", b"shop\0", b"\x02\x01a")
    again = mysql_wire.handshake_response(made.with_password("secret", NONCE))
    assert (again.user, again.database, again.attributes) == (b"app", b"shop\0", b"\x02\x01a")


@pytest.mark.parametrize("content", [b"", b"\0" * 40, response(b"app")[:34], response(b"app")[:-30]])
def test_what_is_no_handshake_response_is_refused(content: bytes) -> None:
    with pytest.raises(Malformed):
        mysql_wire.handshake_response(content)


class FakeServer:
    """Greets, and tells what it got."""

    def __init__(self, folder: Path) -> None:
        self.socket, self.got = folder / "s.sock", b""
        self.listening = socket.socket(socket.AF_UNIX)
        self.listening.bind(str(self.socket))
        self.listening.listen()
        threading.Thread(target=self._serve, daemon=True).start()

    def token_password(self, user: str) -> str | None:
        return None

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self.listening.accept()
            except OSError:
                return
            with connection:
                connection.sendall(mysql_wire.packet(0, GREETING))
                while data := connection.recv(4096):
                    self.got += data


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeServer]:
    made = FakeServer(tmp_path_factory.mktemp("m"))
    yield made
    made.listening.close()


def gate(folder: Path, server: FakeServer | None) -> tuple[Gate, tuple[str, int]]:
    fleet: Any = SimpleNamespace(
        writer=lambda cluster: server, connected=lambda cluster, change: None, resuming=lambda cluster: False
    )
    made = Gate(folder, fleet, lambda key: None)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    host = made.address(Endpoint("demo", port, "cluster-1", "eu-west-1", force_tls=False, engine="aurora-mysql"))
    assert host is not None
    return made, (host, port)


def refusal(folder: Path, server: FakeServer | None, sent: bytes) -> tuple[int, bytes]:
    """The error that a client gets for its first packet."""
    opened, address = gate(folder, server)
    with closing(opened), socket.create_connection(address, timeout=5) as client:
        if server is not None:
            assert client.recv(4096) == mysql_wire.packet(0, GREETING)
            client.sendall(sent)
        found = b""
        while data := client.recv(4096):
            found += data
    _, content, rest = mysql_wire.first_packet(found) or (0, b"", b"")
    assert content[:1] == b"\xff" and rest == b""
    return int.from_bytes(content[1:3], "little"), content[3:]


@pytest.mark.parametrize("user", [b"rdsadmin", b"rdsrepladmin"])
def test_nobody_is_the_superuser_or_a_standby(tmp_path: Path, server: FakeServer, user: bytes) -> None:
    code, text = refusal(tmp_path, server, mysql_wire.packet(1, response(user)))
    assert (code, user in text, server.got) == (1045, True, b"")


def test_what_is_not_the_protocol_is_refused(tmp_path: Path, server: FakeServer) -> None:
    assert refusal(tmp_path, server, mysql_wire.packet(1, b"hello")) == (1043, b"#08S01Bad handshake")


def test_without_a_server_the_client_is_told(tmp_path: Path) -> None:
    code, text = refusal(tmp_path, None, b"")
    assert (code, text) == (1053, b"#08S01The DB instance is not available now")


def test_bytes_pass_after_the_handshake_response(tmp_path: Path, server: FakeServer) -> None:
    opened, address = gate(tmp_path, server)
    first, second = mysql_wire.packet(1, response(b"boss")), mysql_wire.packet(0, b"\x03SELECT 1")
    with closing(opened), socket.create_connection(address, timeout=5) as client:
        client.recv(4096)
        for part in (first[:2], first[2:40], first[40:] + second):
            client.sendall(part)
        assert wait_until(lambda: not opened.pending, timeout_s=5), "the server minds the sign-in from here on"
        client.shutdown(socket.SHUT_WR)
        assert client.recv(4096) == b""
    assert server.got == first + second


def test_more_clients_than_may_sign_in_at_the_same_time_are_told(
    tmp_path: Path, server: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "MOST_PENDING", 1)
    opened, address = gate(tmp_path, server)
    with closing(opened), socket.create_connection(address, timeout=5) as first:
        assert first.recv(4096) == mysql_wire.packet(0, GREETING)
        with socket.create_connection(address, timeout=5) as second:
            assert second.recv(4096) == mysql_wire.refusal(0, (1040, "08004"), "Too many connections")


def test_a_client_sees_a_dropped_connection(tmp_path: Path, server: FakeServer) -> None:
    opened, (host, port) = gate(tmp_path, server)
    with closing(opened):
        listener = opened.listeners()[0]
        opened._loop.call_later(0.2, listener.drop)
        with pytest.raises(pymysql.OperationalError, match="Lost connection"):
            pymysql.connect(host=host, port=port, user="boss", password="secret", connect_timeout=5, ssl_disabled=True)


class FakePrimary:
    """A server with binary logs."""

    def __init__(self, folder: Path, key: str) -> None:
        self.key, self._folder, self.copies = key, folder / key, 0
        self._folder.mkdir()

    def log(self, number: int) -> None:
        (self._folder / f"binlog.{number:06}").write_bytes(b"x" * 10)

    def binary_logs(self) -> list[Path]:
        return sorted(self._folder.glob("binlog.*"))

    def query(self, statement: str) -> None:
        self.log(len(self.binary_logs()) + 1)

    def back_up(self, target: Path) -> None:
        self.copies += 1
        target.mkdir()
        (target / "aurora.product").touch()


def archived(kept: backups.MysqlBackups) -> list[str]:
    return sorted(one.name.split("-", 1)[1] for one in kept.archive.iterdir())


def test_logs_from_before_a_base_copy_do_not_count_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Their server still has them, for a day."""
    monkeypatch.setattr(backups, "MOST_LOGS", 30)
    kept, primary = backups.MysqlBackups(Account(tmp_path, tmp_path), tmp_path), FakePrimary(tmp_path, "abcd")
    primary.log(1)
    kept.keep_up(cast(Any, primary))
    for number in range(3, 6):
        primary.log(number)
    for _ in range(3):
        kept.keep_up(cast(Any, primary))
    assert primary.copies == 2
    assert archived(kept) == ["abcd.000005", "abcd.000006"]


def test_a_server_that_was_copied_again_has_its_new_logs_kept(tmp_path: Path) -> None:
    """They have the names of former ones."""
    kept, primary = backups.MysqlBackups(Account(tmp_path, tmp_path), tmp_path), FakePrimary(tmp_path, "abcd")
    primary.log(1)
    kept.keep_up(cast(Any, primary))
    for log in primary.binary_logs():
        log.unlink()
    primary.log(1)
    kept.keep_up(cast(Any, primary))
    assert archived(kept) == ["abcd.000001", "abcd.000001", "abcd.000002"]


def test_binary_logs_are_repeated_byte_by_byte(tmp_path: Path) -> None:
    """A statement may have any character set, and any ends of lines."""
    for name, does in (("mariadb-binlog", "printf 'a\\r\\nb\\351\\r'"), ("mariadb", f"cat > '{tmp_path}/given'")):
        (tmp_path / name).write_text(f"#!/bin/sh\n{does}\n")
        (tmp_path / name).chmod(0o755)
    programs = Binaries(tmp_path, "10.11.18", "test", "MariaDB", "mariadbd")
    common, nothing = Common(tmp_path / "server.pem", "secret"), cast(Any, None)
    server = MysqlServer(Account(tmp_path, tmp_path), nothing, programs, "abcd", tmp_path, nothing, common)
    server.apply_logs([], "", "2026-01-31 12:00:00")
    assert (tmp_path / "given").read_bytes() == b"a\r\nb\xe9\r"


@pytest.mark.parametrize("content", ["99999", "-1", "x", ""])
def test_a_damaged_note_of_a_port_is_none(tmp_path: Path, content: str) -> None:
    (tmp_path / "port").write_text(content)
    assert port_of(tmp_path) == 0


@pytest.mark.parametrize("begin", [b"INSERT INTO t VALUES ", b"/* a */ update t SET a = ", b"SELECT 1; SELECT "])
@pytest.mark.parametrize(
    "value", [b"(\"\xe9 IDENTIFIED WITH AWSAuthenticationPlugin AS 'RDS'\")", b"('SET DEFAULT ROLE a, b TO c')"]
)
def test_a_value_that_looks_like_a_statement_stays_as_it_is(begin: bytes, value: bytes) -> None:
    assert accounts.for_this_server(begin + value, "MariaDB", "secret") == begin + value


def test_a_server_that_cannot_be_created_leaves_no_passwords(tmp_path: Path) -> None:
    (tmp_path / "mysqld").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "mysqld").chmod(0o755)
    programs = Binaries(tmp_path, "8.0.43", "test", "MySQL", "mysqld")
    common, nothing = Common(tmp_path / "server.pem", "secret"), cast(Any, None)
    server = MysqlServer(Account(tmp_path, tmp_path), nothing, programs, "abcd", tmp_path, nothing, common)
    with pytest.raises(SandboxFailed, match="mysqld fails"):
        server.create()
    assert not (tmp_path / "abcd" / "users.sql").exists()
