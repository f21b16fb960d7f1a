"""A connection of the Data API to Aurora MySQL, by PyMySQL."""

from __future__ import annotations

import base64
import json
import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from aurora_cli.sandbox.emulator.data_api import mysql_types
from aurora_cli.sandbox.emulator.data_api.limits import CONNECT_S, STATEMENT_S, check_names, check_size
from aurora_cli.sandbox.emulator.data_api.logins import Login
from aurora_cli.sandbox.emulator.data_api.refusal import Refused, unavailable
from aurora_cli.sql_text import replace_parameters, statements

_SIGN_IN = (1044, 1045, 1049, 1698)
"""Access denied, or no such database."""
_TIMED_OUT = (1969, 3024)
"""MariaDB's max_statement_time, MySQL's max_execution_time."""
_LOST = (2006, 2013, 2055)


class MysqlConnection:
    """See `Connection`. Raises Refused."""

    def __init__(self, login: Login) -> None:
        import pymysql

        self._error: type[Exception] = pymysql.MySQLError
        try:
            self._connection: Any = pymysql.connect(
                host=login.host,
                port=login.port,
                user=login.user,
                password=login.password,
                database=login.database or None,
                ssl=ssl._create_unverified_context(),  # noqa: S323 - on loopback, to the gate of this process
                charset="utf8mb4",
                connect_timeout=CONNECT_S,
                read_timeout=STATEMENT_S + CONNECT_S,
                autocommit=True,
                conv=dict(pymysql.converters.encoders),
            )
            mariadb = "MariaDB" in self._connection.get_server_info()
            self._limit = ("max_statement_time", STATEMENT_S) if mariadb else ("max_execution_time", STATEMENT_S * 1000)
            self._send(f"SET SESSION {self._limit[0]} = {self._limit[1]}, time_zone = '+00:00'")
        except self._error as problem:
            raise (_database_error(problem) if _told(problem)[0] in _SIGN_IN else unavailable()) from None

    @property
    def usable(self) -> bool:
        """See `Connection`."""
        return bool(self._connection.open)

    def begin(self) -> None:
        """See `Connection`."""
        with self._errors():
            self._send("START TRANSACTION")

    def end(self, statement: str) -> bool:
        """See `Connection`."""
        with self._errors():
            self._send(statement)
        return statement == "COMMIT"

    def close(self) -> None:
        """See `Connection`."""
        if self._connection.open:
            self._connection.close()

    def run(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """See `Connection`."""
        with self._errors():
            cursor = self._send(self._prepared(params["sql"], params.get("parameters") or ()))
        if not cursor.description:
            return {"generatedFields": _generated(cursor), "numberOfRecordsUpdated": max(cursor.rowcount, 0)}
        fields, options = cursor._result.fields, params.get("resultSetOptions") or {}
        rows = cursor.fetchall()
        as_json = params.get("formatRecordsAs") == "JSON"
        check_size(sum(len(value or "") for row in rows for value in row), as_json=as_json)
        records = [
            [mysql_types.field(value, of, options) for value, of in zip(row, fields, strict=True)] for row in rows
        ]
        answer: dict[str, Any] = {"generatedFields": [], "numberOfRecordsUpdated": 0}
        if as_json:
            return {**answer, "formattedRecords": _formatted([one.name for one in fields], records)}
        if params.get("includeResultMetadata"):
            answer["columnMetadata"] = [mysql_types.metadata(one) for one in fields]
        return {**answer, "records": records}

    def run_to_its_end(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """See `Connection`."""
        name, limit = self._limit
        waits = self._connection._read_timeout
        with self._errors():
            self._send(f"SET SESSION {name} = 0")
        self._connection._read_timeout = None
        try:
            return self.run(params)
        finally:
            self._connection._read_timeout = waits
            if self.usable:
                self._send(f"SET SESSION {name} = {limit}")

    def run_batch(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """See `Connection`."""
        alone = not self._connection.get_autocommit() or not self._connection.server_status & _IN_TRANSACTION
        results = []
        with self._errors():
            if alone:
                self._send("START TRANSACTION")
            try:
                for given in params.get("parameterSets") or [[]]:
                    results.append({"generatedFields": _generated(self._send(self._prepared(params["sql"], given)))})
            except (self._error, Refused):
                if alone and self.usable:
                    self._send("ROLLBACK")
                raise
            if alone:
                self._send("COMMIT")
        return {"updateResults": results if params.get("parameterSets") else []}

    def _prepared(self, sql: str, given: Sequence[Mapping[str, Any]]) -> str:
        """The text with its parameters in place."""
        if len(statements(sql, mysql=True)) > 1:
            raise Refused("BadRequestException", "Multistatements aren't supported.")
        known = {str(one.get("name")): one for one in given}

        def place(name: str) -> str:
            if name not in known:
                raise Refused("BadRequestException", f"Cannot find parameter: {name}")
            return str(self._connection.literal(_value(known[name])))

        return replace_parameters(sql, place, mysql=True)

    def _send(self, sql: str) -> Any:
        cursor = self._connection.cursor()
        cursor.execute(sql)
        return cursor

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Errors of PyMySQL as those of the API."""
        try:
            yield
        except self._error as problem:
            number, said = _told(problem)
            if number in _TIMED_OUT or "timed out" in said:
                raise Refused("StatementTimeoutException", "Request timed out") from None
            raise (unavailable() if number in _LOST else _database_error(problem)) from None


_IN_TRANSACTION = 1
"""SERVER_STATUS_IN_TRANS."""
_VALUES: Mapping[str, Callable[[Any], Any]] = {
    "isNull": lambda held: None,
    "blobValue": base64.b64decode,
    "booleanValue": bool,
    "stringValue": str,
    "longValue": int,
    "doubleValue": float,
}


def _value(given: Mapping[str, Any]) -> Any:
    """A parameter of a call. Raises Refused."""
    kind, held = next(iter((given.get("value") or {"isNull": True}).items()))
    if kind not in _VALUES:
        raise Refused("BadRequestException", "Array parameters are not supported.")
    return _VALUES[kind](held)


def _generated(cursor: Any) -> list[dict[str, Any]]:
    """The first number that AUTO_INCREMENT has given."""
    return [{"longValue": cursor.lastrowid}] if cursor.lastrowid else []


def _told(problem: Exception) -> tuple[int, str]:
    number, said = (*problem.args, 0, "")[:2]
    return (number, str(said)) if isinstance(number, int) else (0, str(problem))


def _database_error(problem: Exception) -> Refused:
    """DatabaseErrorException in the form `Table 'app.t' doesn't exist; Error code: 1146; SQLState: 42S02`."""
    number, said = _told(problem)
    state = getattr(problem, "sqlstate", None) or "HY000"
    return Refused("DatabaseErrorException", f"{said}; Error code: {number}; SQLState: {state}")


def _formatted(names: list[str], records: list[list[dict[str, Any]]]) -> str:
    check_names(names)
    rows = [
        {name: None if "isNull" in one else next(iter(one.values())) for name, one in zip(names, record, strict=True)}
        for record in records
    ]
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
