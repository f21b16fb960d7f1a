"""Listens on the addresses of all endpoints, in a thread of its own."""

from __future__ import annotations

import asyncio
import datetime as dt
import ssl
import sys
import threading
from collections.abc import Callable, Iterable
from functools import cached_property
from pathlib import Path

from aurora_cli.sandbox.database.engine import Server
from aurora_cli.sandbox.database.fleet import Fleet
from aurora_cli.sandbox.database.front import token
from aurora_cli.sandbox.database.front.addresses import Addresses
from aurora_cli.sandbox.database.front.authority import Authority
from aurora_cli.sandbox.database.front.endpoint import ANY, WRITER, Endpoint
from aurora_cli.sandbox.database.front.session import Session


class Listener:
    """An endpoint on its address."""

    def __init__(self, gate: Gate, endpoint: Endpoint, host: str, port: int) -> None:
        self.endpoint, self.host, self.port = endpoint, host, port
        self.listening: asyncio.Server | None = None
        self.sessions: set[Session] = set()
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
        return self._gate.authority.context(self.host, self.endpoint.name)

    def context(self) -> ssl.SSLContext:
        """See `session.Door`."""
        return self._context

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

    Attributes:
        problems: port -> why endpoints with it have no address.
    """

    def __init__(self, folder: Path, fleet: Fleet, secret_of: Callable[[str], token.Secret | None]) -> None:
        self.fleet, self.secret_of = fleet, secret_of
        self.authority = Authority(folder)
        self.problems: dict[int, str] = {}
        self._addresses = Addresses(folder / "addresses.json")
        self._listeners: dict[str, Listener] = {}
        self._lock = threading.Lock()
        self._loop = asyncio.new_event_loop()
        self._tasks: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=self._loop.run_forever, name="database-proxy", daemon=True)
        self._thread.start()

    def address(self, endpoint: Endpoint) -> str | None:
        """The address at which an endpoint listens from now on; None if its port is taken everywhere."""
        with self._lock:
            known = self._listeners.get(endpoint.name)
            if known is not None and known.port == endpoint.port:
                return known.host
            return self._listen(endpoint)

    def update(self, endpoints: Iterable[Endpoint]) -> None:
        """The endpoints that there should be; all others are closed, and give their address back."""
        now = {one.name: one for one in endpoints}
        for key in set(self._listeners) - set(now):
            with self._lock:
                self._close(self._listeners.pop(key))
                self._addresses.forget(key)
        for one in now.values():
            if self.address(one) is not None:
                self._lead(self._listeners[one.name], one)

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
        """`host:port` of all endpoints of a cluster."""
        return {f"{one.host}:{one.port}" for one in list(self._listeners.values()) if one.endpoint.cluster == cluster}

    def listeners(self) -> list[Listener]:
        """All endpoints on their addresses."""
        return list(self._listeners.values())

    def _listen(self, endpoint: Endpoint) -> str | None:
        former = self._listeners.pop(endpoint.name, None)
        if former is not None:
            self._close(former)
        try:
            bound = self._addresses.listen(endpoint.name, endpoint.port)
        except OSError as problem:
            text = (
                f"Port {endpoint.port} of loopback cannot be used ({problem.strerror}). End what listens on it, then stop and "
                "start the sandbox; or create the cluster with another port."
            )
            if self.problems.get(endpoint.port) != text:
                self.problems[endpoint.port] = text
                print(f"{endpoint.name} has no address. {text}", file=sys.stderr)  # noqa: T201 - the log
            return None
        self.problems.pop(endpoint.port, None)
        listener = Listener(self, endpoint, *bound.getsockname())
        self._listeners[endpoint.name] = listener

        async def serve() -> None:
            listener.listening = await self._loop.create_server(
                lambda: Session(listener, listener.sessions, self._tasks), sock=bound
            )

        asyncio.run_coroutine_threadsafe(serve(), self._loop).result(timeout=10)
        return listener.host

    def _lead(self, listener: Listener, endpoint: Endpoint) -> None:
        """Where it leads from now on; connections to another cluster are dropped."""
        moved = listener.endpoint.cluster != endpoint.cluster
        listener.endpoint = endpoint
        if moved:
            self._loop.call_soon_threadsafe(listener.drop)

    def _close(self, listener: Listener) -> None:
        if listener.listening is not None:
            self._loop.call_soon_threadsafe(listener.listening.close)
