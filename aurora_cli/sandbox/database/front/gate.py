"""Listens on the addresses of all endpoints, in a thread of its own."""

from __future__ import annotations

import asyncio
import datetime as dt
import errno
import ssl
import sys
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cached_property
from pathlib import Path

from aurora_cli.errors import SandboxFailed
from aurora_cli.sandbox.database.engine import Server
from aurora_cli.sandbox.database.fleet import Fleet
from aurora_cli.sandbox.database.front import token
from aurora_cli.sandbox.database.front.addresses import Addresses, name_of
from aurora_cli.sandbox.database.front.authority import Authority
from aurora_cli.sandbox.database.front.endpoint import ANY, WRITER, Endpoint
from aurora_cli.sandbox.database.front.mysql_session import MysqlSession
from aurora_cli.sandbox.database.front.session import Session

_SESSIONS: dict[str, type[Session]] = {"aurora-postgresql": Session, "aurora-mysql": MysqlSession}


class Listener:
    """An endpoint on its address; without one it is reached by its name, at the addresses of others.

    Args:
        host: its address, or its name.
    """

    def __init__(self, gate: Gate, endpoint: Endpoint, host: str, port: int) -> None:
        self.endpoint, self.host, self.port = endpoint, host, port
        self.asked, self.names = endpoint.port, (endpoint.name, host)
        self.listening: asyncio.Server | None = None
        self.sessions: set[Session] = set()
        self.pending = gate.pending
        self._gate = gate
        self._turn = 0

    def drop(self) -> None:
        """End all connections. Call in the loop."""
        for session in list(self.sessions):
            session.transport.abort()

    @property
    def force_tls(self) -> bool:
        """Whether connections without TLS are refused."""
        return self.endpoint.force_tls

    @cached_property
    def _context(self) -> ssl.SSLContext:
        made = self._gate.authority.context(self.host, self.endpoint.name)
        made.sni_callback = self._gate.choose
        return made

    def context(self) -> ssl.SSLContext:
        """See `session.Door`."""
        return self._context

    def named(self, context: ssl.SSLContext) -> Listener:
        """See `session.Door`."""
        return next((one for one in self._gate.listeners() if one.context() is context), self)

    def server(self) -> Path | None:
        """See `session.Door`."""
        candidates = self._candidates()
        if not candidates:
            return None
        self._turn += 1
        return candidates[self._turn % len(candidates)].socket

    def connected(self, change: int) -> None:
        """See `session.Door`."""
        self._gate.fleet.connected(self.endpoint.cluster, change)

    def resuming(self) -> bool:
        """See `session.Door`."""
        return self._gate.fleet.resuming(self.endpoint.cluster)

    def servers(self) -> list[Path]:
        """See `session.Door`."""
        known = self._gate.fleet.servers().get(self.endpoint.cluster, [])
        return [server.socket for server in known if server.running]

    def token_password(self, user: str) -> str | None:
        """See `session.Door`."""
        server = next(iter(self._candidates()), None)
        with suppress(SandboxFailed):
            return server.token_password(user) if server is not None and self.endpoint.iam else None
        return None

    def translate(self, statement: bytes) -> bytes:
        """See `session.Door`."""
        server = next(iter(self._candidates()), None)
        return server.translate(statement) if server is not None else statement

    def refuses_token(self, given: str, user: str) -> str | None:
        """See `session.Door`."""
        endpoint = self.endpoint
        if not endpoint.iam:
            return "IAM database authentication is not enabled"
        return token.refusal(
            given,
            user=user,
            addresses=self._gate.addresses_of(endpoint.cluster),
            region=endpoint.region,
            secret_of=self._gate.secret_of,
            now=dt.datetime.now(dt.timezone.utc),
        )

    def _candidates(self) -> list[Server]:
        fleet, endpoint = self._gate.fleet, self.endpoint
        writer = fleet.writer(endpoint.cluster)
        if endpoint.kind == WRITER:
            return [writer] if writer else []
        members = fleet.instances(endpoint.cluster)
        allowed = [one for name, one in members.items() if endpoint.instances is None or name in endpoint.instances]
        if endpoint.kind == ANY:
            return allowed
        readers = [one for one in allowed if one is not writer]
        return readers or ([writer] if writer and endpoint.instances is None else [])


class Gate:
    """All endpoints of a sandbox.

    Args:
        folder: of the sandbox; the addresses and the certificate authority are kept there.
        fleet: the servers.
        secret_of: gives the secret of an access key ID, None if there is no such key.
        spare: whether there are more addresses than 127.0.0.1 and ::1.

    Attributes:
        problems: port -> why endpoints with it have no address.
        pending: connections whose clients are not let in yet.
    """

    def __init__(
        self, folder: Path, fleet: Fleet, secret_of: Callable[[str], token.Secret | None], *, spare: bool = True
    ) -> None:
        self.fleet, self.secret_of = fleet, secret_of
        self.authority = Authority(folder)
        self.problems: dict[int, str] = {}
        self.pending: set[Session] = set()
        self._addresses = Addresses(folder / "addresses.json", spare=spare)
        self._listeners: dict[str, Listener] = {}
        self._lock = threading.Lock()
        self._loop = asyncio.new_event_loop()
        self._tasks: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=self._loop.run_forever, name="database-proxy", daemon=True)
        self._thread.start()

    def address(self, endpoint: Endpoint) -> str | None:
        """The address at which an endpoint listens from now on, or its name; None if nothing but its name in AWS leads to it."""
        with self._lock:
            host = self._reach(endpoint).host
        return host if host != endpoint.name else None

    def port(self, endpoint: Endpoint) -> int:
        """The port at which an endpoint listens from now on."""
        with self._lock:
            return self._reach(endpoint).port

    def choose(self, tls: ssl.SSLObject, name: str | None, context: ssl.SSLContext) -> None:
        """Go by the name that a client says in TLS, if it is that of an endpoint."""
        found = next((one for one in self.listeners() if name and name in one.names), None)
        if found is not None:
            tls.context = found.context()

    def update(self, endpoints: Iterable[Endpoint]) -> None:
        """The endpoints that there should be; all others are closed, and give their address back."""
        now = {one.name: one for one in endpoints}
        for key in set(self._listeners) - set(now):
            with self._lock:
                self._close(self._listeners.pop(key))
                self._addresses.forget(key)
        for one in now.values():
            with self._lock:
                self._lead(self._reach(one), one)

    def close(self) -> None:
        """Listen no more, and end all connections."""
        for listener in self.listeners():
            self._close(listener)
            self._loop.call_soon_threadsafe(listener.drop)
        asyncio.run_coroutine_threadsafe(asyncio.sleep(0.05), self._loop).result(timeout=5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=5)
        self._loop.close()

    def addresses_of(self, cluster: str) -> set[str]:
        """`host:port` of all endpoints of a cluster, by address and by name."""
        found = [one for one in self.listeners() if one.endpoint.cluster == cluster]
        hosts = ((f"[{host}]" if ":" in host else host, one) for one in found for host in one.names)
        return {f"{host}:{one.port}" for host, one in hosts}

    def listeners(self) -> list[Listener]:
        """All endpoints on their addresses."""
        return list(self._listeners.values())

    def _reach(self, endpoint: Endpoint) -> Listener:
        known = self._listeners.get(endpoint.name)
        if known is None or known.asked != endpoint.port or known.listening is None:
            if endpoint.leader is not None:
                self._reach(endpoint.leader)
            known = self._listeners[endpoint.name] = self._listen(endpoint, known)
        return known

    def _listen(self, endpoint: Endpoint, former: Listener | None) -> Listener:
        if former is not None:
            self._close(former)
        try:
            bound = self._addresses.listen(endpoint)
        except OSError as problem:
            if problem.errno == errno.EADDRNOTAVAIL:
                return former or Listener(self, endpoint, name_of(endpoint), self._addresses.port(endpoint))
            self._tell(endpoint, problem)
            return Listener(self, endpoint, endpoint.name, self._addresses.port(endpoint))
        self.problems.pop(endpoint.port, None)
        listener = Listener(self, endpoint, *bound.getsockname()[:2])

        async def serve() -> None:
            listener.listening = await self._loop.create_server(
                lambda: _SESSIONS[listener.endpoint.engine](listener, self._tasks), sock=bound
            )

        asyncio.run_coroutine_threadsafe(serve(), self._loop).result(timeout=10)
        return listener

    def _tell(self, endpoint: Endpoint, problem: OSError) -> None:
        text = (
            f"Port {endpoint.port} of loopback cannot be used ({problem.strerror}). End what listens on it, then stop and "
            "start the sandbox."
        )
        if self.problems.get(endpoint.port) != text:
            self.problems[endpoint.port] = text
            print(f"{endpoint.name} has no address. {text}", file=sys.stderr)  # noqa: T201 - the log

    def _lead(self, listener: Listener, endpoint: Endpoint) -> None:
        """Where it leads from now on; connections to another cluster are dropped."""
        moved = listener.endpoint.cluster != endpoint.cluster
        listener.endpoint = endpoint
        if moved:
            self._loop.call_soon_threadsafe(listener.drop)

    def _close(self, listener: Listener) -> None:
        if listener.listening is not None:
            self._loop.call_soon_threadsafe(listener.listening.close)
