"""The proxy in front of the sandbox's databases, with a server of a few lines: what reaches it, and what clients are told."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest

from aurora_cli.sandbox.database.front import session, token, wire
from aurora_cli.sandbox.database.front.endpoint import READER, Endpoint
from aurora_cli.sandbox.database.front.gate import Gate
from aurora_cli.sandbox.processes import wait_until

SSL_REQUEST = struct.pack("!ii", 8, wire.SSL_REQUEST)
READY = b"Z\0\0\0\x05I"
KEY, SECRET = "SANDBOXKEY", "secret"


def startup(**parameters: str) -> bytes:
    words = b"".join(word.encode() + b"\0" for pair in parameters.items() for word in pair) + b"\0"
    return struct.pack("!ii", len(words) + 8, 196608) + words


def password(text: str) -> bytes:
    return b"p" + struct.pack("!i", len(text) + 5) + text.encode() + b"\0"


class FakeServer:
    """Answers each connection's first message, and then echoes."""

    def __init__(self, folder: Path, name: str, first: bytes) -> None:
        self.sockets = folder / name
        self.sockets.mkdir()
        self.running = True
        self.got: list[bytes] = []
        self._first = first
        self.listening = socket.socket(socket.AF_UNIX)
        self.socket = self.sockets / ".s.PGSQL.5432"
        self.listening.bind(str(self.socket))
        self.listening.listen()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self.listening.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            self.got.append(connection.recv(4096))
            connection.sendall(self._first)
            while data := connection.recv(4096):
                connection.sendall(data)


class Fakes:
    """A fleet of fake servers, and the gate before it."""

    def __init__(self, folder: Path) -> None:
        self.servers: dict[str, FakeServer] = {}
        self.connected, self.resumes = [0], False
        fleet: Any = SimpleNamespace(
            writer=lambda cluster: self.servers.get("writer"),
            instances=lambda cluster: self.servers,
            servers=lambda: {"cluster-1": list(self.servers.values())},
            connected=lambda cluster, change: self.connected.append(change),
            resuming=lambda cluster: self.resumes,
        )
        self.gate = Gate(folder, fleet, lambda key: token.Secret(SECRET) if key == KEY else None)
        self.folder = folder
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = int(free.getsockname()[1])

    def add(self, name: str, first: bytes) -> FakeServer:
        self.servers[name] = FakeServer(self.folder, name, first)
        return self.servers[name]

    def connect(self, **given: Any) -> socket.socket:
        endpoint = Endpoint(
            **{"name": "demo", "port": self.port, "cluster": "cluster-1", "region": "eu-west-1", "iam": True, **given}
        )
        assert self.gate.address(endpoint) is not None
        host = next(one.host for one in self.gate.listeners() if one.endpoint.name == endpoint.name)
        made = socket.create_connection((host, self.port), timeout=5)
        made.settimeout(5)
        return made

    def encrypted(self, name: str | None = None, **given: Any) -> ssl.SSLSocket:
        """Args: name: of the server, that the client says."""
        made = self.connect(**given)
        made.sendall(SSL_REQUEST)
        assert made.recv(1) == b"S"
        context = ssl.create_default_context(cafile=str(self.gate.authority.file))
        return context.wrap_socket(made, server_hostname=name or made.getpeername()[0])


@pytest.fixture
def fakes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fakes]:
    made = Fakes(tmp_path_factory.mktemp("p"))
    try:
        yield made
    finally:
        made.gate.close()
        for server in made.servers.values():
            server.listening.close()


def until_closed(connection: socket.socket) -> bytes:
    found = b""
    with connection:
        while data := connection.recv(4096):
            found += data
    return found


def test_a_connection_without_tls_is_refused_before_it_reaches_a_server(fakes: Fakes) -> None:
    server = fakes.add("writer", READY)
    connection = fakes.connect()
    connection.sendall(startup(user="boss", database="app"))
    answer = until_closed(connection)
    assert b"C28000\0" in answer and b'user "boss", database "app", no encryption' in answer
    assert server.got == []


@pytest.mark.parametrize("parameters", [{"user": "rdsadmin"}, {"user": "boss", "replication": "true"}])
def test_nobody_is_the_superuser_or_a_standby(fakes: Fakes, parameters: dict[str, str]) -> None:
    server = fakes.add("writer", READY)
    connection = fakes.encrypted()
    connection.sendall(startup(**parameters))
    assert b"no pg_hba.conf entry" in until_closed(connection)
    assert server.got == []


def test_bytes_pass_both_ways_with_tls(fakes: Fakes) -> None:
    server = fakes.add("writer", b"R\0\0\0\x0c\0\0\0\x0aSCRAM")
    with fakes.encrypted() as connection:
        connection.sendall(startup(user="boss"))
        assert connection.recv(100).startswith(b"R\0\0\0\x0c")
        for number in range(3):
            connection.sendall(b"%d" % number * 10_000)
            got = b""
            while len(got) < 10_000:
                got += connection.recv(65536)
            assert got == b"%d" % number * 10_000
    assert server.got == [startup(user="boss")]


def test_what_comes_while_a_server_resumes_waits_and_is_no_connection_of_its_own(fakes: Fakes) -> None:
    fakes.resumes, first = True, startup(user="boss")
    with fakes.encrypted() as connection:
        connection.sendall(first)
        assert wait_until(lambda: fakes.connected == [0, 1], timeout_s=5)
        connection.sendall(first)
        time.sleep(0.3)
        server = fakes.add("writer", b"R\0\0\0\x0c\0\0\0\x0aSCRAM")
        assert connection.recv(100).startswith(b"R\0\0\0\x0c")
    assert wait_until(lambda: fakes.connected == [0, 1, -1], timeout_s=5)
    assert server.got == [first * 2]


def test_what_is_sent_before_the_sign_in_has_an_end(fakes: Fakes) -> None:
    fakes.resumes = True
    connection = fakes.encrypted()
    connection.sendall(startup(user="boss"))
    assert wait_until(lambda: fakes.connected == [0, 1], timeout_s=5)
    connection.sendall(b"x" * (wire.LONGEST_SIGN_IN + 1))
    assert b"C08P01\0" in until_closed(connection)


def test_a_sign_in_has_an_end(fakes: Fakes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "SIGN_IN_S", 1.0)
    fakes.add("writer", b"R\0\0\0\x0c\0\0\0\x0aSCRAM")
    slow, quick = fakes.encrypted(), fakes.encrypted()
    for one in (slow, quick):
        one.sendall(startup(user="boss"))
        assert one.recv(100).startswith(b"R\0\0\0\x0c")
    quick.sendall(wire.AUTHENTICATED)  # which the server echoes
    assert quick.recv(100) == wire.AUTHENTICATED
    with pytest.raises((ConnectionError, ssl.SSLError, AssertionError)):
        assert slow.recv(100) != b""
    quick.sendall(b"query")
    assert quick.recv(100) == b"query"
    for one in (slow, quick):
        one.close()


def test_more_clients_than_may_sign_in_at_the_same_time_are_told(fakes: Fakes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "MOST_PENDING", 2)
    fakes.add("writer", b"R\0\0\0\x0c\0\0\0\x0aSCRAM")
    waiting = [fakes.encrypted() for _ in range(2)]
    refused = fakes.encrypted()
    refused.sendall(startup(user="boss"))
    assert b"C53300\0" in until_closed(refused)
    for one in waiting:
        one.sendall(startup(user="boss"))
        assert one.recv(100).startswith(b"R\0\0\0\x0c")
        one.sendall(wire.AUTHENTICATED)
        assert one.recv(100) == wire.AUTHENTICATED
    with fakes.encrypted() as another:
        another.sendall(startup(user="boss"))
        assert another.recv(100).startswith(b"R\0\0\0\x0c")
    crowd = [fakes.connect() for _ in range(5)]
    assert until_closed(crowd[-1]) == b""
    for each in (*waiting, *crowd):
        each.close()


def test_without_a_server_the_client_is_told_to_come_again(fakes: Fakes) -> None:
    connection = fakes.encrypted()
    connection.sendall(startup(user="boss"))
    assert b"C57P03\0" in until_closed(connection)


def test_what_is_not_the_protocol_is_refused(fakes: Fakes) -> None:
    connection = fakes.connect()
    connection.sendall(b"GET / HTTP/1.1\r\n\r\n")
    assert b"C08P01\0" in until_closed(connection)


def test_gssapi_is_declined(fakes: Fakes) -> None:
    with fakes.connect() as connection:
        connection.sendall(struct.pack("!ii", 8, wire.GSS_REQUEST))
        assert connection.recv(1) == b"N"


def signed(address: tuple[str, int]) -> str:
    rds = boto3.client("rds", region_name="eu-west-1", aws_access_key_id=KEY, aws_secret_access_key=SECRET)
    return str(rds.generate_db_auth_token(address[0], address[1], "app"))


@pytest.mark.parametrize(
    ("make", "admitted"),
    [(signed, True), (lambda address: "a password", False), (lambda address: signed(("127.0.0.1", 1)), False)],
)
def test_whom_the_server_lets_in_must_have_a_token(
    fakes: Fakes, make: Callable[[tuple[str, int]], str], admitted: bool
) -> None:
    fakes.add("writer", wire.AUTHENTICATED + READY)
    connection = fakes.encrypted()
    connection.sendall(startup(user="app"))
    assert connection.recv(100) == wire.ASK_FOR_PASSWORD
    connection.sendall(password(make(connection.getpeername())))
    if admitted:
        assert connection.recv(100) == wire.AUTHENTICATED + READY
        connection.close()
    else:
        assert b'PAM authentication failed for user "app"' in until_closed(connection)


def test_the_reader_endpoint_takes_one_after_the_other(fakes: Fakes) -> None:
    servers = [fakes.add(name, READY) for name in ("writer", "first", "second")]
    for _ in range(4):
        with fakes.encrypted(kind=READER) as connection:
            connection.sendall(startup(user="boss"))
            assert connection.recv(100) == READY
    assert [len(server.got) for server in servers] == [0, 2, 2]


def test_an_endpoint_without_an_address_is_reached_by_its_name(fakes: Fakes) -> None:
    for name in ("writer", "first", "second"):
        fakes.add(name, READY)
    leader = Endpoint("demo", fakes.port, "cluster-1", "eu-west-1")
    custom = replace(leader, name="custom.amazonaws.com", kind=READER, instances=("second",), leader=leader)
    fakes.gate.update([leader, custom])
    for said, led_to in ((None, "writer"), ("custom.amazonaws.com", "second"), ("demo", "writer")):
        with fakes.encrypted(said) as connection:
            connection.sendall(startup(user="boss"))
            assert connection.recv(100) == READY
        assert fakes.servers[led_to].got.pop()
    assert not any(server.got for server in fakes.servers.values())


def test_a_name_that_leads_to_another_cluster_drops_its_connections(fakes: Fakes) -> None:
    fakes.add("writer", READY)
    connection = fakes.encrypted()
    connection.sendall(startup(user="boss"))
    assert connection.recv(100) == READY
    listener = fakes.gate.listeners()[0]
    fakes.gate.update([Endpoint("demo", fakes.port, "cluster-2", "eu-west-1")])
    assert listener.endpoint.cluster == "cluster-2"
    with connection, pytest.raises((ConnectionError, ssl.SSLError, AssertionError)):
        assert connection.recv(100) != b""
