"""An HTTP/1.1 server for a WSGI application on the loopback address.

Not werkzeug's development server, for three reasons: it listens before moto (over a second of imports) is loaded, it keeps
connections alive, and it can close a connection after the call, which a lost reply requires.
"""

from __future__ import annotations

import io
import socket
import socketserver
import sys
import traceback
from collections.abc import Callable, Iterable
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import unquote

Environ = dict[str, Any]
StartResponse = Callable[[str, list[tuple[str, str]]], None]
WsgiApplication = Callable[[Environ, StartResponse], Iterable[bytes]]

MAX_BODY = 64 * 1024 * 1024


class ConnectionCut(Exception):
    """Raised by the application: close the connection without an answer."""


class EmulatorServer(socketserver.ThreadingMixIn, socketserver.TCPServer):
    """A thread per connection. Port 0: the system chooses one."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, port: int, application: WsgiApplication) -> None:
        self.application = application
        super().__init__(("127.0.0.1", port), RequestHandler)

    @property
    def port(self) -> int:
        """The port that the server listens on."""
        return int(self.server_address[1])

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Log an error, except that of a client that disconnected."""
        if not isinstance(sys.exc_info()[1], ConnectionError | TimeoutError):
            traceback.print_exc()


class RequestHandler(BaseHTTPRequestHandler):
    """Converts an HTTP request to a WSGI call."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: EmulatorServer

    def answer(self) -> None:
        """Handle a request."""
        length = self._body_length()
        body = b"" if length is None else self.rfile.read(length)
        if len(body) != length:  # rejected, or the client disconnected before its end: it is not a call
            self.close_connection = True
            return
        try:
            self._call_application(body)
        except ConnectionCut:
            self.close_connection = True
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = do_OPTIONS = answer  # noqa: N815 - http.server's names

    def _body_length(self) -> int | None:
        length = self.headers.get("Content-Length", "0")
        if self.headers.get("Transfer-Encoding"):
            self.send_error(411, "Content-Length is required")
        elif not (length.isascii() and length.isdigit()) or int(length) > MAX_BODY:
            self.send_error(413, "the request body is too large")
        else:
            return int(length)
        return None

    def _call_application(self, body: bytes) -> None:
        started: list[tuple[str, list[tuple[str, str]]]] = []
        chunks = self.server.application(self._environ(body), lambda status, headers: started.append((status, headers)))
        content = b"".join(chunks)
        status, headers = started[0]
        code, _, reason = status.partition(" ")
        self.send_response(int(code), reason)
        for name, value in headers:
            if name.lower() not in ("content-length", "connection", "server", "date"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)
        self.wfile.flush()

    def _environ(self, body: bytes) -> Environ:
        path, _, query = self.path.partition("?")
        environ: Environ = {
            "REQUEST_METHOD": self.command,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote(path, "latin-1"),
            "QUERY_STRING": query,
            "REQUEST_URI": self.path,
            "RAW_URI": self.path,
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": str(self.server.port),
            "SERVER_PROTOCOL": self.request_version,
            "REMOTE_ADDR": self.client_address[0],
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        for name, value in self.headers.items():
            key = name.upper().replace("-", "_")
            if key not in ("CONTENT_TYPE", "CONTENT_LENGTH") and "_" not in name:
                environ[f"HTTP_{key}"] = value.strip()
        return environ

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """The call log has all requests; the log file is for errors."""
