"""HTTP connections that are kept: the provider makes thirty calls a plan, and a library that can do more takes half of each."""

from __future__ import annotations

import http.client
import select
import socket
import weakref
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast
from urllib.parse import urlsplit

from botocore.awsrequest import AWSPreparedRequest, HeadersDict
from botocore.exceptions import ConnectionClosedError, EndpointConnectionError, ReadTimeoutError


@dataclass(frozen=True)
class Answer:
    """Status, headers and body."""

    status: int
    headers: HeadersDict
    body: bytes


class Connections:
    """The connections of a process; one is used by one thread at a time."""

    def __init__(self, timeout_s: float) -> None:
        self._timeout_s = timeout_s
        self._idle: dict[tuple[str, str], list[http.client.HTTPConnection]] = defaultdict(list)
        weakref.finalize(self, _close, self._idle)

    def send(self, request: AWSPreparedRequest) -> Answer:
        """Send a request.

        Raises:
            EndpointConnectionError: there is no connection, and nothing was sent.
            ConnectionClosedError, ReadTimeoutError: no answer came; the request may have been processed.
        """
        url = urlsplit(request.url)
        idle = self._idle[url.scheme, url.netloc]
        connection = self._alive(idle) or self._connected(url.scheme, url.netloc, request.url)
        target = (url.path or "/") + (f"?{url.query}" if url.query else "")
        headers = {name: _text(value) for name, value in request.headers.items()}
        try:
            connection.request(request.method, target, cast("bytes | str | None", request.body), headers)
            response = connection.getresponse()
            answer = Answer(response.status, HeadersDict(response.getheaders()), response.read())
        except TimeoutError as error:
            connection.close()
            raise ReadTimeoutError(endpoint_url=request.url, error=error) from error
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise ConnectionClosedError(endpoint_url=request.url, request=request, error=error) from error
        if not response.will_close:
            idle.append(connection)
        return answer

    def _alive(self, idle: list[http.client.HTTPConnection]) -> http.client.HTTPConnection | None:
        """A kept connection that the server has not closed."""
        while idle:
            try:
                connection = idle.pop()
            except IndexError:  # another thread was quicker
                return None
            if not select.select([connection.sock], [], [], 0)[0]:
                return connection
            connection.close()
        return None

    def _connected(self, scheme: str, address: str, url: str) -> http.client.HTTPConnection:
        kind = http.client.HTTPSConnection if scheme == "https" else http.client.HTTPConnection
        connection = kind(address, timeout=self._timeout_s)
        try:
            connection.connect()
        except OSError as error:
            raise EndpointConnectionError(endpoint_url=url, error=error) from error
        # Headers and body are sent separately: with Nagle's algorithm the body waits for a delayed acknowledgement.
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection


def _close(idle: Mapping[tuple[str, str], list[http.client.HTTPConnection]]) -> None:
    for kept in idle.values():
        for connection in kept:
            connection.close()


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value
