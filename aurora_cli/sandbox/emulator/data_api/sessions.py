"""Connections of the Data API: one for each call, or one that a transaction keeps."""

from __future__ import annotations

import base64
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic

from aurora_cli.sandbox.emulator.data_api.connections import Connection, connect
from aurora_cli.sandbox.emulator.data_api.limits import IDLE_S
from aurora_cli.sandbox.emulator.data_api.logins import Login
from aurora_cli.sandbox.emulator.data_api.refusal import Refused


@dataclass
class Transaction:
    """A transaction that is open.

    Attributes:
        of: the ARNs that it was begun with: others do not reach it.
        used: when a call used it last.
    """

    of: tuple[str, str]
    connection: Connection
    used: float = field(default_factory=monotonic)
    busy: threading.Lock = field(default_factory=threading.Lock)


class Sessions:
    """The transactions of an emulator. Thread-safe."""

    def __init__(self) -> None:
        self._open: dict[str, Transaction] = {}
        self._lock = threading.Lock()

    def begin(self, of: tuple[str, str], login: Login) -> str:
        """Begin a transaction; gives its ID. Raises Refused."""
        self._expire()
        connection = connect(login)
        try:
            connection.begin()
        except BaseException:
            connection.close()
            raise
        identifier = base64.b64encode(os.urandom(96)).decode()
        with self._lock:
            self._open[identifier] = Transaction(of, connection)
        return identifier

    @contextmanager
    def use(self, identifier: str, of: tuple[str, str]) -> Iterator[Connection]:
        """The connection of a transaction. It outlives a statement that fails, to be rolled back. Raises Refused."""
        self._expire()
        with self._lock:
            found = self._open.get(identifier)
        if found is None or found.of != of:
            raise _not_found(identifier)
        with found.busy:
            if identifier not in self._open:  # another call has ended it meanwhile
                raise _not_found(identifier)
            try:
                yield found.connection
            finally:
                found.used = monotonic()
                if not found.connection.usable:
                    self._drop(identifier)

    def end(self, identifier: str, of: tuple[str, str], statement: str) -> bool:
        """Commit or roll back; gives whether it was committed, which one with a failed statement is not. Raises Refused."""
        with self.use(identifier, of) as connection:
            committed = connection.end(statement)
            self._drop(identifier)
        return committed

    def close(self) -> None:
        """Roll all back."""
        for identifier in list(self._open):
            self._drop(identifier)

    def _expire(self) -> None:
        with self._lock:
            old = [key for key, one in self._open.items() if one.used + IDLE_S < monotonic() and not one.busy.locked()]
        for identifier in old:
            self._drop(identifier)

    def _drop(self, identifier: str) -> None:
        with self._lock:
            found = self._open.pop(identifier, None)
        if found is not None:
            found.connection.close()


def _not_found(identifier: str) -> Refused:
    return Refused("TransactionNotFoundException", f"Transaction {identifier} is not found")
