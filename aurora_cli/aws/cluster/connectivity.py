"""Ask a database endpoint whether somebody answers, as far as a client comes without a password.

A paused Serverless v2 instance wakes up when a client connects, and takes 15 seconds or more for it (Aurora User Guide, scaling
to zero). PostgreSQL is greeted with a start-up message, since something may take the connection before the server is back; a
MySQL server speaks first.
"""

from __future__ import annotations

import socket
import ssl
import struct

PATIENCE_S = 10.0
_SSL_REQUEST = struct.pack("!ii", 8, 80877103)
_PROTOCOL_3 = 196608
_STARTING = "57P03"
"""SQLSTATE cannot_connect_now: the server is starting up."""
_GREETING, _ERROR = 0x0A, 0xFF
_LONGEST = 65536


def knock(engine: str, host: str, port: int, user: str, timeout_s: float = PATIENCE_S) -> str | None:
    """What is missing until clients can connect; None when the database answers. Sends no password and signs nobody in.

    Args:
        engine: `aurora-mysql` or `aurora-postgresql`.
        user: name that PostgreSQL is greeted with; it need not exist.
        timeout_s: seconds for the whole attempt's reads, each.
    """
    try:
        with socket.create_connection((host, port), timeout=timeout_s) as plain:
            return _mysql(plain) if engine == "aurora-mysql" else _postgres(plain, user)
    except TimeoutError:
        return f"{host} does not answer"
    except (OSError, EOFError) as error:
        return f"{host}: {error.strerror or error}" if isinstance(error, OSError) else f"{host} closed the connection"


def _mysql(plain: socket.socket) -> str | None:
    length = int.from_bytes(_exactly(plain, 4)[:3], "little")
    packet = _exactly(plain, min(max(length, 1), _LONGEST))
    if packet[0] == _GREETING:
        return None
    return (
        packet[3:].decode("utf-8", "replace") if packet[0] == _ERROR else "an answer that is not of the MySQL protocol"
    )


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
        return None
    fields = _exactly(server, min(max(length - 4, 0), _LONGEST)).split(b"\0")
    said = {field[:1]: field[1:].decode("utf-8", "replace") for field in fields if field}
    return said.get(b"M", "starting") if said.get(b"C") == _STARTING else None


def _exactly(server: socket.socket, count: int) -> bytes:
    """So many bytes. Raises EOFError when the server hangs up before, OSError."""
    data = b""
    while len(data) < count:
        piece = server.recv(count - len(data))
        if not piece:
            raise EOFError
        data += piece
    return data
