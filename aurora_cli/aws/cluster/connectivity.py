"""Ask a database endpoint whether somebody answers, as far as a client comes without a password.

A paused Serverless v2 instance wakes up when a client connects, and takes 15 seconds or more for it (Aurora User Guide, scaling
to zero). PostgreSQL is greeted with a start-up message, since something may take the connection before the server is back; a
MySQL server speaks first, and is answered as an unknown user: it counts handshakes that are broken off, and refuses a host after
`max_connect_errors` of them (MySQL Reference Manual, `max_connect_errors`).
"""

from __future__ import annotations

import socket
import ssl
import struct
from contextlib import suppress
from dataclasses import dataclass

PATIENCE_S = 10.0
_SSL_REQUEST = struct.pack("!ii", 8, 80877103)
_PROTOCOL_3 = 196608
_ANSWERS, _NO_SERVICE = b"RvN", ("53", "57", "58", "XX")
"""What PostgreSQL answers, and classes of SQLSTATE by which it takes nobody now; all other refusals are of this client."""
_GREETING, _OK, _ERROR = 0x0A, 0x00, 0xFF
_PROTOCOL_41, _SECURE_CONNECTION, _PLUGIN_AUTH = 0x200, 0x8000, 0x80000
_ROUNDS = 3
_LONGEST = 65536


@dataclass(frozen=True)
class NoAnswer:
    """What is missing until clients can connect.

    Attributes:
        why: e.g. `db.example.com does not answer`.
        reached: the host was there, so it is the database; else the network between here and there may not let it through.
    """

    why: str
    reached: bool


def knock(engine: str, host: str, port: int, user: str, timeout_s: float = PATIENCE_S) -> NoAnswer | None:
    """Whether the database answers: None when it does. Sends no password and signs nobody in.

    Args:
        engine: `aurora-mysql` or `aurora-postgresql`.
        user: name that PostgreSQL is greeted with; it need not exist.
        timeout_s: seconds for the whole attempt's reads, each.
    """
    reached = False
    try:
        with socket.create_connection((host, port), timeout=timeout_s) as plain:
            reached = True
            why = _mysql(plain) if engine == "aurora-mysql" else _postgres(plain, user)
            return NoAnswer(f"{host}: {why}", reached) if why else None
    except TimeoutError:
        return NoAnswer(f"{host} does not answer", reached)
    except EOFError:
        return NoAnswer(f"{host} closed the connection", reached)
    except (OSError, ValueError) as error:  # a name that cannot be encoded is a ValueError
        there = reached or isinstance(error, (ConnectionRefusedError, ConnectionResetError))
        return NoAnswer(f"{host}: {getattr(error, 'strerror', None) or error}", there)


def _mysql(plain: socket.socket) -> str | None:
    packet = _packet(plain)
    if packet[0] == _ERROR:
        return packet[3:].decode("utf-8", "replace")
    if packet[0] != _GREETING:
        return "an answer that is not of the MySQL protocol"
    with suppress(OSError, EOFError):
        _decline(plain)
    return None


def _decline(plain: socket.socket) -> None:
    """Let the server refuse somebody that it does not know."""
    flags = _PROTOCOL_41 | _SECURE_CONNECTION | _PLUGIN_AUTH
    answer = struct.pack("<IIB23x", flags, _LONGEST, 45) + b"aurora-cli\0\0mysql_native_password\0"
    for number in range(1, 2 * _ROUNDS, 2):
        plain.sendall(len(answer).to_bytes(3, "little") + bytes([number]) + answer)
        if _packet(plain)[0] in (_OK, _ERROR):
            return
        answer = b""  # to any other way to sign in that it asks for


def _packet(plain: socket.socket) -> bytes:
    length = int.from_bytes(_exactly(plain, 4)[:3], "little")
    return _exactly(plain, min(max(length, 1), _LONGEST))


def _postgres(plain: socket.socket, user: str) -> str | None:
    plain.sendall(_SSL_REQUEST)
    if _exactly(plain, 1) != b"S":
        return _greeted(plain, user)
    context = ssl.create_default_context()
    # Only whether somebody answers is asked: nothing secret is sent, so whose certificate it is does not matter.
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with context.wrap_socket(plain) as secure:
        return _greeted(secure, user)


def _greeted(server: socket.socket, user: str) -> str | None:
    body = struct.pack("!i", _PROTOCOL_3) + b"user\0" + user.encode() + b"\0database\0postgres\0\0"
    server.sendall(struct.pack("!i", len(body) + 4) + body)
    kind, length = struct.unpack("!ci", _exactly(server, 5))
    if kind != b"E":
        return None if kind in _ANSWERS else "an answer that is not of the PostgreSQL protocol"
    fields = _exactly(server, min(max(length - 4, 0), _LONGEST)).split(b"\0")
    said = {field[:1]: field[1:].decode("utf-8", "replace") for field in fields if field}
    return said.get(b"M", "it takes nobody") if said.get(b"C", "XX").startswith(_NO_SERVICE) else None


def _exactly(server: socket.socket, count: int) -> bytes:
    """So many bytes. Raises EOFError when the server hangs up before, OSError."""
    data = b""
    while len(data) < count:
        piece = server.recv(count - len(data))
        if not piece:
            raise EOFError
        data += piece
    return data
