"""The few messages of PostgreSQL's protocol that the proxy reads and writes (PostgreSQL, "Message Formats")."""

from __future__ import annotations

import struct

SSL_REQUEST, GSS_REQUEST, CANCEL_REQUEST = 80877103, 80877104, 80877102
LONGEST_STARTUP = 10_000
LONGEST_SIGN_IN = 65536 + 5
"""Of a password message; PostgreSQL itself takes no longer one."""
ASK_FOR_PASSWORD = b"R" + struct.pack("!ii", 8, 3)
AUTHENTICATED = b"R" + struct.pack("!ii", 8, 0)

INVALID_AUTHORIZATION = "28000"
PROTOCOL_VIOLATION = "08P01"
CANNOT_CONNECT_NOW = "57P03"
TOO_MANY_CONNECTIONS = "53300"


class Malformed(ValueError):
    """A message that is not one of the protocol."""


def first_message(data: bytes) -> tuple[int, bytes] | None:
    """Code and content of a message without a type, as connections begin with; None if it is not complete.

    Raises:
        Malformed: its length is not one of such a message, or more follows it than may.
    """
    if len(data) < 8:
        return None
    length, code = struct.unpack_from("!ii", data)
    if not 8 <= length <= LONGEST_STARTUP:
        raise Malformed("invalid length of startup packet")
    if len(data) < length:
        return None
    if len(data) > length:
        raise Malformed("received unencrypted data after SSL request")
    return code, data[8:length]


def startup_parameters(content: bytes) -> dict[str, str]:
    """The parameters of a StartupMessage."""
    words = [word.decode("utf-8", "replace") for word in content.split(b"\0")]
    return dict(zip(words[0::2], words[1::2], strict=False))


def password(data: bytes) -> tuple[str, bytes] | None:
    """The password of a PasswordMessage, and what follows it; None if it is not complete.

    Raises:
        Malformed: it is another message.
    """
    if len(data) < 5:
        return None
    length = struct.unpack_from("!i", data, 1)[0]
    if data[:1] != b"p" or not 5 <= length <= 65536:
        raise Malformed("expected password response")
    if len(data) < length + 1:
        return None
    return data[5 : length + 1].rstrip(b"\0").decode("utf-8", "replace"), data[length + 1 :]


def fatal(state: str, message: str, detail: str | None = None) -> bytes:
    """An ErrorResponse that ends a connection."""
    fields = (("S", "FATAL"), ("V", "FATAL"), ("C", state), ("M", message), ("D", detail))
    content = b"".join(name.encode() + value.encode() + b"\0" for name, value in fields if value) + b"\0"
    return b"E" + struct.pack("!i", len(content) + 4) + content
