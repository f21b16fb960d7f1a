"""A connection to MySQL by PyMySQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aurora_cli.errors import CredentialsError, StatementFailed
from aurora_cli.operations.sql.database import Column, Result, Value, driver, sentence
from aurora_cli.operations.sql.postgres import no_database, sign_in_hint, unreachable
from aurora_cli.operations.sql.sign_in import SignIn

_REFUSED = (1044, 1045, 1698)
"""Access denied: to the database, with this password, by this authentication plugin."""
_NO_DATABASE = 1049
_BINARY = 63
"""Character set of what is not text."""


class MySql:
    """One connection. Raises CredentialsError, OperationFailed."""

    via = "direct"

    def __init__(self, signed: SignIn) -> None:
        self._pymysql = driver("pymysql", "PyMySQL")
        self._signed, self._read_only = signed, False
        try:
            self._connection = self._connect()
        except (self._pymysql.MySQLError, OSError) as problem:  # of a file without certificates
            number, said = _told(problem)
            if number in _REFUSED:
                said = f"The database does not let {signed.target.user} sign in: {said}."
                raise CredentialsError(said, hint=sign_in_hint(signed)) from None
            raise (no_database(said) if number == _NO_DATABASE else unreachable(signed.target, said)) from None

    def _connect(self) -> Any:
        target, password = self._signed.target, self._signed.password
        return self._pymysql.connect(
            host=target.host,
            port=target.port,
            user=target.user,
            password=password.value if password else "",
            database=target.database or None,
            ssl_ca=target.ca_file,
            ssl_verify_cert=True,
            ssl_verify_identity=True,
            connect_timeout=self._signed.seconds,
            charset="utf8mb4",
            autocommit=True,
            conv={},
        )

    def begin(self, *, read_only: bool) -> None:
        """Begin a transaction."""
        self._read_only = read_only
        self.execute("START TRANSACTION READ ONLY" if read_only else "START TRANSACTION", last=False)

    def end(self, *, commit: bool) -> None:
        """End the transaction; it has ended with a connection that was dropped."""
        if self._connection.open:
            self.execute("COMMIT" if commit else "ROLLBACK", last=False)

    def close(self) -> None:
        """End the connection."""
        if self._connection.open:
            self._connection.close()

    def execute(self, statement: str, *, last: bool) -> Result:
        """Run one statement, row by row."""
        cursor = self._connection.cursor(self._pymysql.cursors.SSCursor)
        with self._statement_errors():
            cursor.execute(statement)
        if not cursor.description:
            return Result((), iter(()), affected=cursor.rowcount)
        columns = tuple(self._column(one) for one in cursor._result.fields)
        return Result(columns, self._rows(cursor, columns, last=last))

    def _column(self, field: Any) -> Column:
        kinds = vars(self._pymysql.constants.FIELD_TYPE).items()
        name = next((name.lower() for name, value in kinds if name.isupper() and value == field.type_code), "")
        return Column(field.name, name.replace("blob", "text") if field.charsetnr != _BINARY else name)

    def _rows(self, cursor: Any, columns: tuple[Column, ...], *, last: bool) -> Iterator[list[Value]]:
        try:
            with self._statement_errors():
                for row in cursor:
                    yield [_value(value, column.type) for value, column in zip(row, columns, strict=True)]
        except GeneratorExit:
            if last and self._read_only:
                self._drop()
            else:
                cursor.close()
            raise

    @contextmanager
    def _statement_errors(self) -> Iterator[None]:
        """Turn PyMySQL's exceptions into StatementFailed; Ctrl-C ends the statement in the server."""
        try:
            yield
        except self._pymysql.MySQLError as problem:
            number, said = _told(problem)
            state = getattr(problem, "sqlstate", None)
            where = f"SQLSTATE {state}, error {number}" if state else f"error {number}"
            raise StatementFailed(f"{said} ({where}).", sqlstate=state) from None
        except KeyboardInterrupt:
            self._kill()
            raise

    def _kill(self) -> None:
        number = self._connection.thread_id()
        self._drop()
        with self._connect() as other, other.cursor() as cursor:
            cursor.execute(f"KILL {int(number)}")

    def _drop(self) -> None:
        """End the connection without receiving the rest of a result, as closing the cursor would."""
        if self._connection._result is not None:
            self._connection._result.unbuffered_active = False
        self._connection._force_close()


def _told(problem: Exception) -> tuple[int, str]:
    number, *said = problem.args or (0,)
    return (number, sentence(said[0])) if isinstance(number, int) and said else (0, sentence(problem))


def _value(value: Any, kind: str) -> Value:
    """Values are the server's text (`conv` is empty): numbers as such, what is not text in hexadecimal."""
    if isinstance(value, bytes):
        return f"0x{value.hex()}"
    if kind in ("tiny", "short", "long", "longlong", "int24", "year") and value is not None:
        return int(value)
    return float(value) if kind in ("float", "double") and value is not None else value
