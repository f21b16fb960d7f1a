"""A connection to PostgreSQL by psycopg. Values are what the server writes: what psql would show."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from aurora_cli.errors import AuroraError, CredentialsError, OperationFailed, StatementFailed
from aurora_cli.operations.report.connection_strings import Target, libpq_parameters
from aurora_cli.operations.sql.database import Column, Result, Value, driver, sentence
from aurora_cli.operations.sql.sign_in import SignIn

_PREFIX = re.compile(r"^(connection failed: )?(connection to server at .*? failed: )?(FATAL:\s+)?")
_REFUSED = re.compile(r"authentication failed|no password supplied|no pg_hba\.conf entry|role .* does not exist")
_INTEGERS, _FLOATS, _BOOLEAN = frozenset({20, 21, 23, 26}), frozenset({700, 701}), 16
"""Object IDs of types that JSON has: int8, int2, int4, oid; float4, float8; bool."""
_COPY = "COPY to and from the client is for psql"
_PRIVATE = (
    "Instances are reached from inside the VPC unless `network.public_access` is set, by sources that `network.allow` names. "
    "The Data API (`data_api: true`) needs neither."
)


class Postgres:
    """One connection. Raises what `_connection_failed` gives."""

    via = "direct"

    def __init__(self, signed: SignIn) -> None:
        self._psycopg = driver("psycopg", "psycopg")
        self._read_only = False
        parameters: dict[str, Any] = libpq_parameters(signed.target)
        if signed.password:
            parameters["password"] = signed.password.value
        try:
            self._connection = self._psycopg.connect(
                **parameters,
                hostaddr="",  # the caller's PGHOSTADDR is of another server
                gssencmode="disable",
                connect_timeout=signed.seconds,
                application_name="aurora-cli",
                client_encoding="UTF8",
                autocommit=True,
            )
        except self._psycopg.Error as problem:
            raise _connection_failed(signed, problem) from None  # psycopg's frames hold the password

    def begin(self, *, read_only: bool) -> None:
        """Begin a transaction; one that has taken its snapshot cannot be made to write any more."""
        self._read_only = read_only
        for statement in ("BEGIN READ ONLY", "SELECT 1") if read_only else ("BEGIN",):
            list(self.execute(statement, last=False).rows)

    def end(self, *, commit: bool) -> None:
        """End the transaction."""
        self._read_only = False
        list(self.execute("COMMIT" if commit else "ROLLBACK", last=False).rows)

    def close(self) -> None:
        """End the connection."""
        self._connection.close()

    def execute(self, statement: str, *, last: bool) -> Result:
        """Run one statement, row by row. The extended protocol refuses a text with two, and libpq ends one at a NUL."""
        if "\0" in statement:
            raise StatementFailed("The statement has a NUL.")
        with _statement_errors(self._psycopg, statement):
            connection = self._connection.pgconn
            connection.send_query_params(statement.encode(), None)
            connection.set_single_row_mode()
            self._connection.wait(self._psycopg.generators.send(connection))
            first = self._fetch()
        result = Result((), iter(()))
        result.columns = tuple(self._columns(first))
        result.rows = self._rows(first, result, statement, last=last)
        if not result.columns:
            list(result.rows)
            result.rows = iter(())
        return result

    def _receive(self) -> Any:
        return self._connection.wait(self._psycopg.generators.fetch(self._connection.pgconn))

    def _fetch(self) -> Any:
        found = self._receive()
        status = self._psycopg.pq.ExecStatus
        if found is not None and found.status == status.FATAL_ERROR:
            while self._receive() is not None:
                pass
            raise self._psycopg.errors.error_from_result(found)
        if found is not None and found.status in (status.COPY_IN, status.COPY_OUT, status.COPY_BOTH):
            self.close()
            raise StatementFailed(f"{_COPY}.", hint="Run it in psql, as \\copy: aurora-cli psql NAME")
        return found

    def _columns(self, found: Any) -> Iterator[Column]:
        types = self._psycopg.adapters.types
        for number in range(found.nfields):
            known = types.get(found.ftype(number))
            name = (found.fname(number) or b"").decode()
            array = "[]" if known and known.array_oid == found.ftype(number) else ""
            yield Column(name, f"{known.name}{array}" if known else f"oid {found.ftype(number)}")

    def _rows(self, found: Any, result: Result, statement: str, *, last: bool) -> Iterator[list[Value]]:
        readers = [_reader(found.ftype(number)) for number in range(found.nfields)]
        try:
            with _statement_errors(self._psycopg, statement):
                while found is not None:
                    for row in range(found.ntuples):
                        texts = (found.get_value(row, column) for column in range(found.nfields))
                        yield [None if t is None else read(t) for t, read in zip(texts, readers, strict=True)]
                    if found.command_status:
                        result.command = found.command_status.decode()
                        result.affected = found.command_tuples if not result.columns else None
                    found = self._fetch()
        except GeneratorExit:
            self._leave(cancel=last and self._read_only)
            raise

    def _leave(self, *, cancel: bool) -> None:
        """Nobody reads the rest: it is received, since a statement that may write is to end; one that reads is cancelled."""
        if cancel:
            self._connection.cancel_safe()
        while self._receive() is not None:
            pass


def _reader(oid: int) -> Callable[[bytes], Value]:
    if oid in _INTEGERS:
        return int
    if oid in _FLOATS:
        return lambda text: text.decode() if text in (b"NaN", b"Infinity", b"-Infinity") else float(text)
    if oid == _BOOLEAN:
        return lambda text: text == b"t"
    return lambda text: text.decode("utf-8", "backslashreplace")


@contextmanager
def _statement_errors(psycopg: Any, statement: str) -> Iterator[None]:
    """Turn psycopg's exceptions into StatementFailed."""
    try:
        yield
    except psycopg.Error as problem:
        told = problem.diag
        if told.message_primary is None:
            raise StatementFailed(f"The connection was lost: {sentence(problem)}.") from None
        more = [told.message_detail, told.message_hint, _place(statement, told.statement_position)]
        raise StatementFailed(
            f"{sentence(told.message_primary)} (SQLSTATE {problem.sqlstate}).",
            sqlstate=problem.sqlstate,
            hint=" ".join(f"{sentence(one)}." for one in more if one) or None,
        ) from None


def _place(statement: str, position: str | None) -> str | None:
    if not position:
        return None
    before = statement[: int(position) - 1]
    return f"At line {before.count(chr(10)) + 1}, column {len(before) - before.rfind(chr(10))}"


def _connection_failed(signed: SignIn, problem: Exception) -> AuroraError:
    target, said = signed.target, sentence(_PREFIX.sub("", str(problem).rpartition("\n- ")[2]).partition("\n")[0])
    if _REFUSED.search(said):
        return CredentialsError(f"The database does not let {target.user} sign in: {said}.", hint=sign_in_hint(signed))
    if "database" in said and "does not exist" in said:
        return no_database(said)
    return unreachable(target, said)


def no_database(said: str) -> AuroraError:
    """The error for a database that the server does not have."""
    return StatementFailed(f"{said}.", sqlstate="3D000", hint="Name another one with --database.")


def unreachable(target: Target, said: str) -> AuroraError:
    """The error for a server that cannot be connected to, or that is not the one that it should be."""
    if "certificate" in said.lower():
        hint = "Name the certificate authorities of the server with --ca-file FILE."
        return OperationFailed(f"The certificate of {target.host} is not accepted: {said}.", hint=hint)
    return OperationFailed(f"{target.authority} cannot be reached: {said}.", hint=_PRIVATE)


def sign_in_hint(signed: SignIn) -> str:
    """What to do about a sign-in that the server refuses."""
    if signed.token:
        return "The user needs `GRANT rds_iam`, and the caller the action rds-db:connect for it."
    if signed.password is None:
        return "Set PGPASSWORD (MySQL: MYSQL_PWD), name a secret with --secret ARN, or use a token: --iam"
    return (
        "The password may have been rotated a moment ago: run the command again. Otherwise name a secret: --secret ARN"
    )
