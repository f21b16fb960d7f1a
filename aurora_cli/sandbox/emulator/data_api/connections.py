"""Connections of the Data API, by engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import psycopg

from aurora_cli.sandbox.emulator.data_api import limits, statements
from aurora_cli.sandbox.emulator.data_api.logins import Login
from aurora_cli.sandbox.emulator.data_api.mysql import MysqlConnection
from aurora_cli.sandbox.emulator.data_api.refusal import database_error, unavailable

_SIGN_IN = ("authentication failed", "does not exist", "no pg_hba.conf entry")


class Connection(Protocol):
    """A connection of its own. Everything raises Refused."""

    @property
    def usable(self) -> bool:
        """Whether the server has not ended it."""

    def begin(self) -> None:
        """Begin a transaction."""

    def end(self, statement: str) -> bool:
        """COMMIT or ROLLBACK; gives whether it was committed."""

    def run(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """ExecuteStatement."""

    def run_to_its_end(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """ExecuteStatement without a limit of time."""

    def run_batch(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """BatchExecuteStatement: once for each set of parameters."""

    def close(self) -> None:
        """End it."""


class PostgresConnection:
    """See `Connection`."""

    def __init__(self, login: Login) -> None:
        self._connection = _connect(login)

    @property
    def usable(self) -> bool:
        """See `Connection`."""
        return not (self._connection.broken or self._connection.closed)

    def begin(self) -> None:
        """See `Connection`."""
        with statements.database_errors():
            self._connection.execute("BEGIN")

    def end(self, statement: str) -> bool:
        """See `Connection`: a transaction with a failed statement is rolled back."""
        with statements.database_errors():
            return self._connection.execute(statement.encode()).statusmessage == "COMMIT"

    def run(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """See `Connection`."""
        return statements.run(self._connection, params)

    def run_to_its_end(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """See `Connection`."""
        return statements.run_to_its_end(self._connection, params)

    def run_batch(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """See `Connection`."""
        return statements.run_batch(self._connection, params)

    def close(self) -> None:
        """See `Connection`."""
        self._connection.close()


_ENGINES: Mapping[str, Callable[[Login], Connection]] = {
    "aurora-postgresql": PostgresConnection,
    "aurora-mysql": MysqlConnection,
}


def connect(login: Login) -> Connection:
    """A connection of its own. Raises Refused."""
    return _ENGINES[login.engine](login)


def _connect(login: Login) -> psycopg.Connection[Any]:
    session = (
        f"statement_timeout={limits.STATEMENT_S}s",
        f"idle_in_transaction_session_timeout={limits.IDLE_S}s",
        "timezone=UTC",
    )
    try:
        return psycopg.connect(
            host=login.host,
            port=login.port,
            user=login.user,
            password=login.password,
            dbname=login.database,
            sslmode="require",  # on loopback, to the gate of this process
            connect_timeout=limits.CONNECT_S,
            application_name="RDS Data API",
            client_encoding="UTF8",
            options=" ".join(f"-c {one}" for one in session),
            autocommit=True,
        )
    except psycopg.Error as problem:
        said = " ".join(str(problem).split()).rpartition("FATAL: ")[2].strip()
        if any(one in said for one in _SIGN_IN):
            state = "3D000" if said.startswith("database") else "28P01"
            raise database_error("FATAL", said, state) from None
        raise unavailable() from None
