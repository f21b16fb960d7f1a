"""What a client meets at an endpoint, and whether that is the database's fault or the network's. Servers are threads here."""

from __future__ import annotations

import errno
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from aurora_cli.aws.cluster.connectivity import NoAnswer, knock

HOST = "127.0.0.1"
GREETING = b"\x05\0\0\0\x0a8.0."


@contextmanager
def serving(serve: Callable[[socket.socket], object]) -> Iterator[int]:
    """The port of a server that has one client."""
    with socket.create_server((HOST, 0)) as listening:

        def take() -> None:
            client, _ = listening.accept()
            with client:
                client.settimeout(10)
                serve(client)

        thread = threading.Thread(target=take, daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        thread.join(10)


def greeted(answer: bytes) -> Callable[[socket.socket], object]:
    """A PostgreSQL server without TLS."""

    def serve(client: socket.socket) -> None:
        client.recv(8)
        client.sendall(b"N")
        client.recv(1024)
        client.sendall(answer)

    return serve


def refusal(code: str, message: str) -> bytes:
    body = f"SFATAL\0C{code}\0M{message}\0\0".encode()
    return b"E" + (len(body) + 4).to_bytes(4, "big") + body


@pytest.mark.parametrize(
    "error",
    [
        TimeoutError(),
        socket.gaierror(socket.EAI_NONAME, "Name or service not known"),
        OSError(errno.EHOSTUNREACH, "No route to host"),
        OSError(errno.ENETUNREACH, "Network is unreachable"),
        PermissionError(errno.EPERM, "Operation not permitted"),
        UnicodeError("label empty or too long"),
    ],
)
def test_what_does_not_reach_the_host_says_nothing_of_the_database(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def connect(*args: object, **named: object) -> socket.socket:
        raise error

    monkeypatch.setattr(socket, "create_connection", connect)
    found = knock("aurora-postgresql", "db", 5432, "shop")
    assert found and not found.reached and found.why.startswith("db")


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("53300", "sorry, too many clients already"),
        ("57P01", "terminating connection due to administrator command"),
        ("57P03", "the database system is starting up"),
        ("28P01", None),
        ("3D000", None),
    ],
)
def test_a_refusal_of_everybody_is_no_answer_and_one_of_this_client_is(code: str, why: str | None) -> None:
    with serving(greeted(refusal(code, why or "no"))) as port:
        found = knock("aurora-postgresql", HOST, port, "shop", 5.0)
    assert found == (NoAnswer(f"{HOST}: {why}", reached=True) if why else None)


@pytest.mark.parametrize("engine", ["aurora-postgresql", "aurora-mysql"])
def test_what_answers_must_be_a_database(engine: str) -> None:
    def serve(client: socket.socket) -> None:
        with suppress(OSError):  # it hangs up
            client.sendall(b"HTTP/1.1 400 Bad Request\r\n" * 4000)
            while client.recv(1024):
                pass

    with serving(serve) as port:
        found = knock(engine, HOST, port, "shop", 5.0)
    assert found and found.reached and "protocol" in found.why


@pytest.mark.parametrize("engine", ["aurora-postgresql", "aurora-mysql"])
def test_a_server_that_is_silent_or_hangs_up_is_not_well(engine: str) -> None:
    over = threading.Event()
    with serving(lambda client: over.wait(10)) as port:
        assert knock(engine, HOST, port, "shop", 0.05) == NoAnswer(f"{HOST} does not answer", reached=True)
        over.set()
    with serving(lambda client: client.recv(0)) as port:
        found = knock(engine, HOST, port, "shop", 5.0)
    assert found and found.reached and "clos" in found.why + "closed" * ("reset" in found.why.lower())


def test_mysql_is_left_by_a_refusal_not_by_a_broken_handshake() -> None:
    """Which it counts, and blocks the host after `max_connect_errors`."""
    heard = list[bytes]()

    def serve(client: socket.socket) -> None:
        client.sendall(GREETING)
        heard.append(client.recv(1024))
        client.sendall(b"\x16\0\0\x02\xfe" + b"mysql_clear_password\0")
        heard.append(client.recv(1024))
        client.sendall(b"\x07\0\0\x04\xff\x15\x04nope")
        heard.append(client.recv(1024))

    with serving(serve) as port:
        assert knock("aurora-mysql", HOST, port, "shop", 5.0) is None
    assert b"aurora-cli\0\0mysql_native_password\0" in heard[0] and heard[0][3] == 1
    assert heard[1:] == [b"\0\0\0\x03", b""]
