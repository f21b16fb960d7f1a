"""One connection of a client of MySQL's protocol: the server greets first, and TLS begins within the sign-in.

The proxy does TLS with both, so that accounts that require it are admitted, and the numbers of packets agree.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from functools import cache
from typing import Any

from aurora_cli.sandbox.database.front import mysql_wire
from aurora_cli.sandbox.database.front.session import Session, Side
from aurora_cli.sandbox.database.front.wire import Malformed
from aurora_cli.sandbox.database.mysql.settings import REPLICATION_USER, SUPERUSER

_NOT_FOR_CLIENTS = (SUPERUSER.encode(), REPLICATION_USER.encode())


class MysqlServerSide(Side):
    """The connection to a server."""

    def __init__(self, session: MysqlSession) -> None:
        self._session, self._data = session, b""

    def connection_made(self, transport: Any) -> None:
        """Connected."""
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """The greeting, and the answer to a token; everything else is passed on."""
        if self._session.passes:
            assert self.peer is not None
            self.peer.write(data)
            return
        self._data += data
        found = mysql_wire.first_packet(self._data)
        if found is not None:
            self._data = b""
            self._session.said(*found)


class FirstPacket(asyncio.BufferedProtocol):
    """Reads one packet of a client, and not a byte more: TLS begins right after it, if it asks for that."""

    def __init__(self, session: MysqlSession) -> None:
        self._session, self._data = session, b""
        self._buffer = bytearray(mysql_wire.LONGEST_RESPONSE)

    def get_buffer(self, sizehint: int) -> memoryview:
        """What is missing of its header, then of it."""
        missing = 4 - len(self._data)
        if missing <= 0:
            missing += int.from_bytes(self._data[:3], "little")
        return memoryview(self._buffer)[: max(missing, 1)]

    def buffer_updated(self, nbytes: int) -> None:
        """Hand a whole packet over."""
        self._data += self._buffer[:nbytes]
        self._session.first(self._data)

    def connection_lost(self, error: Exception | None) -> None:
        """The client is gone."""
        self._session.connection_lost(error)


class MysqlSession(Session):
    """The connection of a client.

    Attributes:
        passes: whether what the server says is passed on as it is.
    """

    passes = False
    _nonce = b""

    def connection_made(self, transport: Any) -> None:
        """Connected: it is greeted by the server."""
        first = not self._tls
        super().connection_made(transport)
        if first:
            self._handle = _keep
            self._run(self._greet())

    def data_received(self, data: bytes) -> None:
        """See `Session`; a statement with what Aurora alone knows is said otherwise."""
        if (
            self._handle is None
            and data[4:5] in mysql_wire.STATEMENTS
            and len(data) < _LONGEST
            and _AURORAS.search(data)
        ):
            data = self._translated(data)
        super().data_received(data)

    def _translated(self, data: bytes) -> bytes:
        length = int.from_bytes(data[:3], "little")
        if len(data) != length + 4:
            return data
        return mysql_wire.packet(data[3], data[4:5] + self._door.translate(data[5:]))

    async def _greet(self) -> None:
        if self._is_one_too_many:
            self._say(0, mysql_wire.TOO_MANY_CONNECTIONS, "Too many connections")
            return
        self._door.connected(1)
        self._counted = True
        path = await self._path()
        try:
            if path is None:
                raise OSError
            made = await asyncio.get_running_loop().create_unix_connection(lambda: MysqlServerSide(self), str(path))
        except OSError:
            self._say(0, mysql_wire.SHUTDOWN, "The DB instance is not available now")
            return
        if self.transport.is_closing():  # the client is gone
            made[0].close()
            return
        self._server: Any = made[1]
        self._server.peer, self.peer = self.transport, self._server.transport

    def said(self, number: int, content: bytes, rest: bytes) -> None:
        """A packet of the server that is not passed on as it is."""
        if not self._nonce:
            self._nonce = mysql_wire.nonce(content) if content[:1] != b"\xff" else b"-"
            self.transport.set_protocol(FirstPacket(self))
            self.transport.write(mysql_wire.packet(number, content) + rest)
            return
        self.passes, self._handle = True, None
        self.let_in()
        self.transport.write(mysql_wire.packet(number + 2, content) + rest)  # it was asked for its token between

    def first(self, data: bytes) -> None:
        """What a client begins with, as far as it has come."""
        try:
            found = mysql_wire.first_packet(data)
            if found is None:
                return
            self.transport.set_protocol(self)
            if mysql_wire.asks_for_tls(found[1]):
                assert self.peer is not None
                self.transport.pause_reading()
                self.peer.write(data)
                self._run(self._start_tls())
                return
        except Malformed as problem:
            self._refuse("", str(problem))
            return
        self._handle = self._begin
        super().data_received(data)

    def _begin(self) -> None:
        found = mysql_wire.first_packet(self._data)
        if found is None:
            return
        number, content, rest = found
        self._data = b""
        self._response, self._number = mysql_wire.handshake_response(content), number
        self._user = self._response.user.decode("utf-8", "replace")
        self._decide(mysql_wire.packet(number, content) + rest)

    async def _start_tls(self) -> None:
        self._server.transport.pause_reading()
        try:
            loop = asyncio.get_running_loop()
            made = await loop.start_tls(self._server.transport, self._server, _unverified())
        except (OSError, ssl.SSLError):
            self.transport.abort()
            return
        assert made is not None
        self._server.transport = self.peer = made
        await super()._start_tls()
        self._server.peer = self.transport

    def _decide(self, whole: bytes) -> None:
        if self._door.force_tls and not self._tls:
            message = "Connections using insecure transport are prohibited while --require_secure_transport=ON."
            self._say(self._number + 1, mysql_wire.INSECURE, message)
        elif self._response.user in _NOT_FOR_CLIENTS:
            self._deny()
        else:
            self._handle = _keep
            self._run(self._sign_in(whole))

    async def _sign_in(self, whole: bytes) -> None:
        assert self.peer is not None
        known = None
        if self._tls:
            known = await asyncio.get_running_loop().run_in_executor(None, self._door.token_password, self._user)
        if known is not None:
            self._known, self._handle = known, self._check_token
            self.transport.write(mysql_wire.ask_for_token(self._number + 1))
            return
        self.let_in()
        self.passes, self._handle = True, None
        self.peer.write(whole + self._data)

    def _check_token(self) -> None:
        found = mysql_wire.first_packet(self._data)
        if found is None:
            return
        self._data = b""
        given = found[1].rstrip(b"\0").decode("utf-8", "replace")
        if self._door.refuses_token(given, self._user) is not None:
            self._deny(found[0] + 1)
            return
        assert self.peer is not None
        self._handle = _keep
        self.peer.write(mysql_wire.packet(self._number, self._response.with_password(self._known, self._nonce)))

    def _deny(self, number: int | None = None) -> None:
        message = f"Access denied for user '{self._user}'@'{self.transport.get_extra_info('peername')[0]}' (using password: YES)"
        self._say(self._number + 1 if number is None else number, mysql_wire.ACCESS_DENIED, message)

    def _refuse(self, state: str, message: str, detail: str | None = None) -> None:
        self._say(1, mysql_wire.BAD_HANDSHAKE, message)

    def _say(self, number: int, error: tuple[int, str], message: str) -> None:
        self.transport.write(mysql_wire.refusal(number, error, message))
        self.transport.close()
        self._door.pending.discard(self)
        self._handle = _keep
        if self.peer is not None:
            self.peer.close()


@cache
def _unverified() -> ssl.SSLContext:
    """To a socket in a folder that is the servers' alone."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def _keep() -> None:
    """Let what comes wait."""


_AURORAS, _LONGEST = re.compile(rb"AWSAuthenticationPlugin|DEFAULT\s+ROLE", re.IGNORECASE), 65536
