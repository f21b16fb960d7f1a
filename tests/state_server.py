"""Terraform's HTTP backend, in a thread of the test."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar


class StateServer(BaseHTTPRequestHandler):
    """GET, POST and DELETE of one state, LOCK and UNLOCK."""

    state: ClassVar[bytes | None] = None
    lock: ClassVar[bytes | None] = None
    refuses: ClassVar[bool] = False
    """Whether it answers every request with 503, as a server that is down for maintenance."""

    def _answer(self, status: int, body: bytes = b"") -> None:
        self.send_response(503 if StateServer.refuses else status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def do_GET(self) -> None:
        """The state, or 404."""
        state = StateServer.state
        self._answer(200, state) if state else self._answer(404)

    def do_POST(self) -> None:
        """Keep the state."""
        body = self._body()
        if not StateServer.refuses:
            StateServer.state = body
        self._answer(200)

    def do_LOCK(self) -> None:
        """Lock, unless somebody holds it."""
        body = self._body()
        if StateServer.lock is not None:
            self._answer(423, StateServer.lock)
            return
        if not StateServer.refuses:
            StateServer.lock = body
        self._answer(200)

    def do_UNLOCK(self) -> None:
        """Unlock."""
        self._body()
        StateServer.lock = None
        self._answer(200)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        """Say nothing."""


@contextmanager
def state_server(tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """Where it listens, with no state and no lock; by TLS as `localhost`."""
    StateServer.state, StateServer.lock, StateServer.refuses = None, None, False
    server = ThreadingHTTPServer(("127.0.0.1", 0), StateServer)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"{'https://localhost' if tls else 'http://127.0.0.1'}:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
