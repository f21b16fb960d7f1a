"""Where each endpoint is, which it keeps across restarts of the sandbox.

Linux has all of 127.0.0.0/8: each endpoint has an address there, at the port of its cluster. Others have 127.0.0.1 and ::1. The
API has one port for a cluster and its reader endpoint, so there these two take the two addresses, at a port that is free on both;
an instance has a field for its port, and so a port of its own; all others are told apart by the name that a client says in TLS.
"""

from __future__ import annotations

import errno
import hashlib
import json
import socket
from collections.abc import Iterator
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from aurora_cli.json_input import json_object, read_json
from aurora_cli.sandbox.database.front.endpoint import OWN_PORTS, READER, Endpoint, is_own
from aurora_cli.writing import write_atomic

SETTING = "AURORA_SANDBOX_LOOPBACK"
"""Environment variable; `127.0.0.1` uses no other address of 127.0.0.0/8, e.g. where only that one is forwarded."""
ONLY, SECOND = "127.0.0.1", "::1"
_FIRST, _SIZE = 0x7F400000, 0x3FFFFF
"""127.64.0.0/10. Addresses near 127.0.0.1 are what other programs take."""
TRIES = 64
BACKLOG = 128


class Addresses:
    """The addresses of a sandbox.

    Args:
        file: where they are kept.
        spare: whether there are more addresses than 127.0.0.1 and ::1.
    """

    def __init__(self, file: Path, *, spare: bool = True) -> None:
        self._file, self._spare = file, spare
        read = read_json(file, _places, lambda why: {})
        self._places: dict[str, tuple[str, int | None]] = {
            key: place for key, place in read.items() if spare is (place[0] not in (ONLY, SECOND))
        }

    def get(self, key: str) -> str | None:
        """The address of an endpoint, if it has one."""
        return self._places.get(key, (None,))[0]

    def port(self, endpoint: Endpoint) -> int:
        """The port of an endpoint: that of its cluster, unless it was given one of its own."""
        own = self._places.get(endpoint.name, ("", None))[1]
        if own is None and endpoint.leader is not None:
            return self.port(endpoint.leader)
        return own or endpoint.port

    def listen(self, endpoint: Endpoint) -> socket.socket:
        """A listening socket on the address of an endpoint; on a new one, if it has none.

        Raises:
            OSError: the port is taken at every address that was tried; EADDRNOTAVAIL: there is no address for it.
        """
        known = self.get(endpoint.name)
        if known is not None:
            return _bind(known, self.port(endpoint))
        problem = OSError(errno.EADDRNOTAVAIL, "no address")
        for host, port in self._candidates(endpoint):
            try:
                bound = _bind(host, port)
            except OSError as error:
                problem = error
                continue
            self._places[endpoint.name] = (host, port if is_own(port) else None)
            self._write()
            return bound
        raise problem

    def forget(self, key: str) -> None:
        """Give an address back."""
        if self._places.pop(key, None) is not None:
            self._write()

    def _candidates(self, endpoint: Endpoint) -> Iterator[tuple[str, int]]:
        seed = int.from_bytes(hashlib.sha256(f"{self._file}/{endpoint.name}".encode()).digest()[:4], "big")
        taken = {port for _, port in self._places.values()}
        own = [port for n in range(len(OWN_PORTS)) if (port := OWN_PORTS[(seed + n) % len(OWN_PORTS)]) not in taken]
        leader, asked = endpoint.leader, endpoint.port
        if self._spare:
            hosts = [host for n in range(TRIES) if (host := _host(seed + n)) not in map(self.get, self._places)]
            yield from ((host, self.port(endpoint)) for host in hosts)
            if leader is None and not endpoint.fixed:
                yield from ((hosts[n % len(hosts)], port) for n, port in enumerate(own[:TRIES]))
        elif endpoint.fixed:
            yield from ((ONLY, asked), (SECOND, asked))
        elif leader is None:
            yield from ((ONLY, port) for port in (asked, *own) if _is_free(SECOND, port))
        elif endpoint.one_instance:
            yield from ((ONLY, port) for port in own)
        elif endpoint.kind == READER and endpoint.instances is None:
            yield SECOND, self.port(leader)

    def _write(self) -> None:
        shown = {key: host if port is None else [host, port] for key, (host, port) in self._places.items()}
        write_atomic(self._file, json.dumps(shown, indent=1), sync=False)


def are_usable() -> bool:
    """Whether this machine has all of 127.0.0.0/8: Linux does, others have 127.0.0.1 alone."""
    try:
        _bind(_host(0), 0).close()
    except OSError:
        return False
    return True


def name_of(endpoint: Endpoint) -> str:
    """The host of an endpoint without an address, that shares the port of another: a name that leads to loopback by itself, where
    the resolver knows such (those of systemd and of macOS 26 and later do; RFC 6761, section 6.3), else its name in AWS.
    """
    return f"{endpoint.name.removesuffix('.amazonaws.com')}.localhost" if _knows_local_names() else endpoint.name


@cache
def _knows_local_names() -> bool:
    try:
        found = socket.getaddrinfo("sandbox.rds.localhost", 1, type=socket.SOCK_STREAM)
    except OSError:
        return False
    return {one[4][0] for one in found} <= {ONLY, SECOND}


def _places(data: Any) -> dict[str, tuple[str, int | None]]:
    """What `_write` has written. Raises ValueError and the like of Python for anything else, so it is for `read_json`."""
    read = {key: (one, None) if isinstance(one, str) else (one[0], one[1]) for key, one in json_object(data).items()}
    if all(ip_address(host).is_loopback and (port is None or is_own(port)) for host, port in read.values()):
        return read
    raise ValueError("an address is not one of loopback, or a port is none of ours")


def _host(number: int) -> str:
    return socket.inet_ntoa((_FIRST + 1 + number % (_SIZE - 1)).to_bytes(4, "big"))


def _is_free(host: str, port: int) -> bool:
    """Whether it can be listened on; also if there is no such address."""
    try:
        _bind(host, port).close()
    except OSError as error:
        return error.errno in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)
    return True


def _bind(host: str, port: int) -> socket.socket:
    made = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((host, port))
        made.listen(BACKLOG)
    except OSError:
        made.close()
        raise
    return made
