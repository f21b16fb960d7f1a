"""One connection of a client: TLS, where it leads, a token in place of a password; then bytes both ways."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, Protocol

from aurora_cli.sandbox.database.front import wire
from aurora_cli.sandbox.database.postgres.settings import SUPERUSER

RESUME_S, LOOK_S = 50.0, 0.1
SIGN_IN_S = 60.0
"""PostgreSQL's authentication_timeout."""
MOST_PENDING = 100
"""Clients that may sign in at the same time; as many more may be about to say who they are."""


class Door(Protocol):
    """What a session asks of its endpoint."""

    @property
    def force_tls(self) -> bool:
        """Whether connections without TLS are refused."""

    sessions: set[Session]
    """The connections through it."""

    pending: set[Session]
    """The connections of all endpoints whose clients are not let in yet."""

    def context(self) -> ssl.SSLContext:
        """What TLS is done with."""

    def named(self, context: ssl.SSLContext) -> Door:
        """The endpoint whose name the client said in TLS, by what TLS is done with; else this one."""

    def server(self) -> Path | None:
        """The socket of the server that a new connection goes to; None if there is none now."""

    def connected(self, change: int) -> None:
        """Count a connection, or (-1) its end."""

    def resuming(self) -> bool:
        """Whether to wait for a server: the cluster may have paused."""

    def servers(self) -> list[Path]:
        """The sockets of all servers of the cluster."""

    def token_password(self, user: str) -> str | None:
        """See `Server`."""

    def translate(self, statement: bytes) -> bytes:
        """See `Server`."""

    def refuses_token(self, token: str, user: str) -> str | None:
        """Why a token does not admit a user; None if it does."""


class Side(asyncio.Protocol):
    """An end of a connection that passes on what it gets; the other end is read as fast as this one is written."""

    peer: asyncio.Transport | None = None
    transport: asyncio.Transport

    def pause_writing(self) -> None:
        """Its buffer is full."""
        if self.peer is not None:
            self.peer.pause_reading()

    def resume_writing(self) -> None:
        """Its buffer has room."""
        if self.peer is not None:
            self.peer.resume_reading()

    def connection_lost(self, error: Exception | None) -> None:
        """End the other side when what is left has been written."""
        if self.peer is not None:
            self.peer.close()


class ServerSide(Side):
    """The connection to a server."""

    def __init__(self, session: Session) -> None:
        self._owner, self._answered = session, False

    def connection_made(self, transport: Any) -> None:
        """Connected."""
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """The first answer tells whether the session must ask for a token; all others are passed on."""
        if not self._answered:
            self._answered = True
            self._owner.answered(data)
            return
        assert self.peer is not None
        self.peer.write(data)
        if not self._owner.is_in and wire.AUTHENTICATED in data:
            self._owner.let_in()


class Session(Side):
    """The connection of a client."""

    def __init__(self, door: Door, tasks: set[asyncio.Task[None]]) -> None:
        self._door, self._tasks = door, tasks
        door.sessions.add(self)
        door.pending.add(self)
        self.is_in = False
        self._data = b""
        self._handle: Callable[[], None] | None = self._begin
        self._user = ""
        self._held = b""
        self._tls = False
        self._server: ServerSide | None = None
        self._counted = False

    def connection_made(self, transport: Any) -> None:
        """Connected: it must sign in soon."""
        self.transport = transport
        if not self._tls:
            self._deadline = asyncio.get_running_loop().call_later(SIGN_IN_S, transport.abort)
            if len(self._door.pending) > 2 * MOST_PENDING:
                transport.abort()

    @property
    def _is_one_too_many(self) -> bool:
        return len(self._door.pending) > MOST_PENDING

    def let_in(self) -> None:
        """It has signed in: its time and its bytes are its own."""
        self.is_in = True
        self._door.pending.discard(self)
        self._deadline.cancel()

    def data_received(self, data: bytes) -> None:
        """Pass on, once it is signed in or talks to the server about that."""
        if self._handle is None:
            assert self.peer is not None
            self.peer.write(data)
            return
        self._data += data
        if len(self._data) > wire.LONGEST_SIGN_IN:
            self._data = b""
            self._refuse(wire.PROTOCOL_VIOLATION, "too much was sent before the sign-in")
            return
        self._try()

    def _try(self) -> None:
        try:
            if self._handle is not None:
                self._handle()
        except wire.Malformed as problem:
            self._refuse(wire.PROTOCOL_VIOLATION, str(problem))

    def connection_lost(self, error: Exception | None) -> None:
        """The client is gone."""
        self._door.sessions.discard(self)
        if self._counted:
            self._door.connected(-1)
        self.let_in()
        super().connection_lost(error)

    def _begin(self) -> None:
        message = wire.first_message(self._data)
        if message is None:
            return
        (code, content), whole = message, self._data
        self._data = b""
        if code == wire.SSL_REQUEST and not self._tls:
            self.transport.write(b"S")
            self._run(self._start_tls())
        elif code in (wire.SSL_REQUEST, wire.GSS_REQUEST):
            self.transport.write(b"N")
        elif code == wire.CANCEL_REQUEST:
            self._run(self._cancel(whole))
        else:
            self._start(wire.startup_parameters(content), whole)

    async def _start_tls(self) -> None:
        self.transport.pause_reading()
        self._tls, self._handle = True, _keep  # a client's first words may come with the end of its handshake
        loop = asyncio.get_running_loop()
        try:
            made = await loop.start_tls(self.transport, self, self._door.context(), server_side=True)
        except (OSError, ssl.SSLError):
            self.transport.abort()
            return
        assert made is not None
        self._door.sessions.discard(self)
        self._door = self._door.named(made.get_extra_info("ssl_object").context)
        self._door.sessions.add(self)
        self.transport, self._handle = made, self._begin
        self._try()

    async def _path(self) -> Path | None:
        """The server's; of a cluster that has paused after it has resumed."""
        for _ in range(int(RESUME_S / LOOK_S)):
            path = self._door.server()
            if path is not None or not self._door.resuming():
                return path
            await asyncio.sleep(LOOK_S)
        return None

    async def _cancel(self, request: bytes) -> None:
        """To each server of the cluster: only the one whose key it is does anything."""
        for path in self._door.servers():
            try:
                _, writer = await asyncio.open_unix_connection(path)
            except OSError:
                continue
            writer.write(request)
            writer.close()
        self.transport.close()

    def _start(self, parameters: dict[str, str], whole: bytes) -> None:
        if self._is_one_too_many:
            self._refuse(wire.TOO_MANY_CONNECTIONS, "sorry, too many clients already")
            return
        self._user = parameters.get("user", "")
        database = parameters.get("database", self._user)
        if (
            (self._door.force_tls and not self._tls)
            or self._user == SUPERUSER
            or parameters.get("replication") in _REPLICATION
        ):
            host = self.transport.get_extra_info("peername")[0]
            way = "SSL encryption" if self._tls else "no encryption"
            entry = f'host "{host}", user "{self._user}", database "{database}", {way}'
            self._refuse(wire.INVALID_AUTHORIZATION, f"no pg_hba.conf entry for {entry}")
            return
        self._handle = _keep
        self._run(self._connect(whole))

    async def _connect(self, startup: bytes) -> None:
        loop = asyncio.get_running_loop()
        self._door.connected(1)
        self._counted = True
        path = await self._path()
        try:
            if path is None:
                raise OSError
            _, server = await loop.create_unix_connection(lambda: ServerSide(self), str(path))
        except OSError:
            self._refuse(wire.CANNOT_CONNECT_NOW, "the database system is starting up")
            return
        self._server, server.peer, self.peer = server, self.transport, server.transport
        server.transport.write(startup + self._data)
        self._data, self._handle = b"", None

    def answered(self, data: bytes) -> None:
        """The server's first answer: it asks for a password, or lets in who has rds_iam, whose token is asked for here."""
        if not data.startswith(wire.AUTHENTICATED):
            self.transport.write(data)
        elif self._tls:
            assert self._server is not None
            self._held, self._handle = data, self._check_token
            self.transport.write(wire.ASK_FOR_PASSWORD)
            self._server.transport.pause_reading()
        else:
            self._refuse(wire.INVALID_AUTHORIZATION, f'PAM authentication failed for user "{self._user}"')

    def _check_token(self) -> None:
        given = wire.password(self._data)
        if given is None:
            return
        why = self._door.refuses_token(given[0], self._user)
        if why is not None:
            self._refuse(wire.INVALID_AUTHORIZATION, f'PAM authentication failed for user "{self._user}"', detail=why)
            return
        assert self._server is not None
        self.let_in()
        self._handle = None
        self.transport.write(self._held)
        self._server.transport.resume_reading()
        self._server.transport.write(given[1])

    def _refuse(self, state: str, message: str, detail: str | None = None) -> None:
        self.transport.write(wire.fatal(state, message, detail))
        self.transport.close()
        self._door.pending.discard(self)
        self._handle = _keep
        if self.peer is not None:
            self.peer.close()

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _keep() -> None:
    """Let what comes wait."""


_REPLICATION = ("true", "on", "yes", "1")
"""Physical replication, which Aurora offers nobody; `replication=database` is logical."""
