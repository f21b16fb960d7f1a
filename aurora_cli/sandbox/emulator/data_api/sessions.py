"""Connections of the Data API: one for each call, or one that a transaction keeps."""

from __future__ import annotations

import base64
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

import psycopg

from aurora_cli.sandbox.emulator.data_api.logins import Login
from aurora_cli.sandbox.emulator.data_api.refusal import Refused, database_error

STATEMENT_S = 45
IDLE_S = 180
_CONNECT_S = 10
_SIGN_IN = ("authentication failed", "does not exist", "no pg_hba.conf entry")


@dataclass
class Transaction:
    """A transaction that is open.

    Attributes:
        of: the ARNs that it was begun with: others do not reach it.
        used: when a call used it last.
    """

    of: tuple[str, str]
    connection: psycopg.Connection[Any]
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
        connection.execute("BEGIN")
        identifier = base64.b64encode(os.urandom(96)).decode()
        with self._lock:
            self._open[identifier] = Transaction(of, connection)
        return identifier

    @contextmanager
    def use(self, identifier: str, of: tuple[str, str]) -> Iterator[psycopg.Connection[Any]]:
        """The connection of a transaction. It outlives a statement that fails, to be rolled back. Raises Refused."""
        self._expire()
        with self._lock:
            found = self._open.get(identifier)
        if found is None or found.of != of:
            raise Refused("TransactionNotFoundException", f"Transaction {identifier} is not found")
        with found.busy:
            try:
                yield found.connection
            finally:
                found.used = monotonic()
                if found.connection.broken or found.connection.closed:
                    self._drop(identifier)

    def end(self, identifier: str, of: tuple[str, str], statement: str) -> bool:
        """Commit or roll back; gives whether it was committed, which one with a failed statement is not. Raises Refused."""
        with self.use(identifier, of) as connection:
            done = connection.execute(statement.encode())
        self._drop(identifier)
        return done.statusmessage == "COMMIT"

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


def connect(login: Login) -> psycopg.Connection[Any]:
    """A connection of its own. Raises Refused."""
    try:
        return psycopg.connect(
            host=login.host,
            port=login.port,
            user=login.user,
            password=login.password,
            dbname=login.database,
            sslmode="require",  # on loopback, to the gate of this process
            connect_timeout=_CONNECT_S,
            application_name="RDS Data API",
            client_encoding="UTF8",
            options=f"-c statement_timeout={STATEMENT_S}s -c idle_in_transaction_session_timeout={IDLE_S}s -c timezone=UTC",
            autocommit=True,
        )
    except psycopg.Error as problem:
        said = " ".join(str(problem).split()).rpartition("FATAL: ")[2].strip()
        if any(one in said for one in _SIGN_IN):
            state = "3D000" if said.startswith("database") else "28P01"
            raise database_error("FATAL", said, state) from None
        raise Refused(
            "DatabaseUnavailableException", "The writer instance in the DB cluster isn't available."
        ) from None
