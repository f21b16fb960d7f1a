"""An address in 127.0.0.0/8 for each endpoint, which it keeps across restarts of the sandbox."""

from __future__ import annotations

import hashlib
import json
import socket
from pathlib import Path

from aurora_cli.sandbox.files import read_json
from aurora_cli.writing import write_atomic

_FIRST, _SIZE = 0x7F400000, 0x3FFFFF
"""127.64.0.0/10. Addresses near 127.0.0.1 are what other programs take."""
TRIES = 64
BACKLOG = 128


class Addresses:
    """The addresses of a sandbox.

    Args:
        file: where they are kept.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        known = read_json(file) or {}
        self._hosts = {str(key): str(host) for key, host in known.items()}

    def get(self, key: str) -> str | None:
        """The address of an endpoint, if it has one."""
        return self._hosts.get(key)

    def listen(self, key: str, port: int) -> socket.socket:
        """A listening socket on the address of an endpoint; on a new one, if it has none.

        Raises:
            OSError: the port is taken at every address that was tried.
        """
        known = self._hosts.get(key)
        if known is not None:
            return _bind(known, port)
        seed = int.from_bytes(hashlib.sha256(f"{self._file}/{key}".encode()).digest()[:4], "big")
        problem: OSError | None = None
        for number in range(TRIES):
            host = str(_host(seed + number))
            if host in self._hosts.values():
                continue
            try:
                bound = _bind(host, port)
            except OSError as error:
                problem = error
                continue
            self._hosts[key] = host
            self._write()
            return bound
        assert problem is not None
        raise problem

    def forget(self, key: str) -> None:
        """Give an address back."""
        if self._hosts.pop(key, None) is not None:
            self._write()

    def _write(self) -> None:
        write_atomic(self._file, json.dumps(self._hosts, indent=1), sync=False)


def are_usable() -> bool:
    """Whether this machine has all of 127.0.0.0/8: Linux does, others have 127.0.0.1 alone."""
    try:
        _bind(_host(0), 0).close()
    except OSError:
        return False
    return True


def _host(number: int) -> str:
    return socket.inet_ntoa((_FIRST + 1 + number % (_SIZE - 1)).to_bytes(4, "big"))


def _bind(host: str, port: int) -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((host, port))
        made.listen(BACKLOG)
    except OSError:
        made.close()
        raise
    return made
