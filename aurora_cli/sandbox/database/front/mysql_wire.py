"""The few packets of MySQL's protocol that the proxy reads and writes (MySQL, "Client/Server Protocol")."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from aurora_cli.sandbox.database.front.wire import Malformed

CONNECT_WITH_DB, PROTOCOL_41, SSL = 0x8, 0x200, 0x800
SECURE_CONNECTION, PLUGIN_AUTH, CONNECT_ATTRS, LENGTH_ENCODED = 0x8000, 0x80000, 0x100000, 0x200000
STATEMENTS = (b"\x03", b"\x16")
"""COM_QUERY and COM_STMT_PREPARE."""
NATIVE, CLEAR = b"mysql_native_password", b"mysql_clear_password"
LONGEST_RESPONSE = 70_000
_FIXED = 32
"""Length of what precedes the user in a handshake response, which is all of a request for TLS."""

ACCESS_DENIED = (1045, "28000")
INSECURE = (3159, "HY000")
SHUTDOWN = (1053, "08S01")
TOO_MANY_CONNECTIONS = (1040, "08004")
BAD_HANDSHAKE = (1043, "08S01")


@dataclass(frozen=True)
class HandshakeResponse:
    """Who a client is.

    Attributes:
        fixed: what precedes the user; the first four bytes are capabilities.
        database: as a field, with its end; empty: none.
        attributes: as a field; empty: none.
    """

    fixed: bytes
    user: bytes
    database: bytes
    attributes: bytes

    def with_password(self, password: str, nonce: bytes) -> bytes:
        """The content of one with another password, for mysql_native_password."""
        capabilities = int.from_bytes(self.fixed[:4], "little") & ~LENGTH_ENCODED | PLUGIN_AUTH | SECURE_CONNECTION
        scrambled = scramble(password, nonce)
        fixed = capabilities.to_bytes(4, "little") + self.fixed[4:]
        answer = bytes([len(scrambled)]) + scrambled
        return fixed + self.user + b"\0" + answer + self.database + NATIVE + b"\0" + self.attributes


def packet(number: int, content: bytes) -> bytes:
    """A packet with that sequence number."""
    return len(content).to_bytes(3, "little") + bytes([number % 256]) + content


def first_packet(data: bytes) -> tuple[int, bytes, bytes] | None:
    """Sequence number and content of the first packet, and what follows it; None if it is not complete.

    Raises:
        Malformed: it is longer than one of a sign-in.
    """
    if len(data) < 4:
        return None
    length = int.from_bytes(data[:3], "little")
    if length > LONGEST_RESPONSE:
        raise Malformed("Bad handshake")
    return (data[3], data[4 : 4 + length], data[4 + length :]) if len(data) >= 4 + length else None


def nonce(greeting: bytes) -> bytes:
    """The 20 random bytes of a server's greeting, which passwords are scrambled with."""
    after = greeting.index(b"\0", 1) + 1 + 4
    first, rest = greeting[after : after + 8], greeting[after + 8 + 1 + 2 + 1 + 2 + 2 + 1 + 10 :]
    return first + rest[:12]


def asks_for_tls(content: bytes) -> bool:
    """Whether it is a request for TLS, which a handshake response follows."""
    if len(content) < _FIXED:
        raise Malformed("Bad handshake")
    return len(content) == _FIXED and bool(int.from_bytes(content[:4], "little") & SSL)


def handshake_response(content: bytes) -> HandshakeResponse:
    """Who a client is. Raises Malformed: it is another packet, or of a protocol before 4.1."""
    capabilities = int.from_bytes(content[:4], "little")
    if not capabilities & PROTOCOL_41 or not capabilities & SECURE_CONNECTION:
        raise Malformed("Bad handshake")
    try:
        end = content.index(b"\0", _FIXED)
        length, rest = (
            _length(content[end + 1 :]) if capabilities & LENGTH_ENCODED else (content[end + 1], content[end + 2 :])
        )
        rest = rest[length:]
        database = rest[: rest.index(b"\0") + 1] if capabilities & CONNECT_WITH_DB else b""
        rest = rest[len(database) :]
        if capabilities & PLUGIN_AUTH:
            rest = rest[rest.index(b"\0") + 1 :]
    except (ValueError, IndexError) as error:
        raise Malformed("Bad handshake") from error
    return HandshakeResponse(
        content[:_FIXED], content[_FIXED:end], database, rest if capabilities & CONNECT_ATTRS else b""
    )


def ask_for_token(number: int) -> bytes:
    """What has a client send its password as it is, which it does with TLS alone."""
    return packet(number, b"\xfe" + CLEAR + b"\0")


def refusal(number: int, error: tuple[int, str], message: str) -> bytes:
    """An error, which ends a connection."""
    code, state = error
    return packet(number, b"\xff" + code.to_bytes(2, "little") + b"#" + state.encode() + message.encode())


def scramble(password: str, random: bytes) -> bytes:
    """How mysql_native_password sends a password."""
    first = hashlib.sha1(password.encode()).digest()  # noqa: S324 - the protocol's
    second = hashlib.sha1(random + hashlib.sha1(first).digest()).digest()  # noqa: S324
    return bytes(a ^ b for a, b in zip(first, second, strict=True))


def _length(data: bytes) -> tuple[int, bytes]:
    size = {0xFC: 2, 0xFD: 3, 0xFE: 8}.get(data[0], 0)
    return (int.from_bytes(data[1 : 1 + size], "little"), data[1 + size :]) if size else (data[0], data[1:])
