"""Runs a statement of the Data API: named parameters, results, errors."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import errors, generators, pq

from aurora_cli.sandbox.emulator.data_api import values
from aurora_cli.sandbox.emulator.data_api.limits import check_names, check_size
from aurora_cli.sandbox.emulator.data_api.metadata import column_metadata
from aurora_cli.sandbox.emulator.data_api.refusal import Refused, database_error, unavailable
from aurora_cli.sql_text import replace_parameters, statements

_TIMED_OUT = "57014"


def run(connection: psycopg.Connection[Any], params: Mapping[str, Any]) -> dict[str, Any]:
    """ExecuteStatement on a connection. Raises Refused."""
    sql, sent = _prepared(params["sql"], params.get("parameters") or ())
    found = _send(connection, sql, sent)
    if found.status != pq.ExecStatus.TUPLES_OK:
        return {"generatedFields": [], "numberOfRecordsUpdated": found.command_tuples or 0}
    options, columns = params.get("resultSetOptions") or {}, range(found.nfields)
    as_json = params.get("formatRecordsAs") == "JSON"
    records, size = [], 0
    for row in range(found.ntuples):
        texts = [found.get_value(row, column) for column in columns]
        size += sum(len(text or b"") for text in texts)
        check_size(size, as_json=as_json)
        records.append(
            [values.field(text, found.ftype(column), options) for text, column in zip(texts, columns, strict=True)]
        )
    answer = {"generatedFields": [], "numberOfRecordsUpdated": 0}
    if as_json:
        return {**answer, "formattedRecords": _formatted(found, records)}
    if params.get("includeResultMetadata"):
        answer["columnMetadata"] = column_metadata(connection, found)
    return {**answer, "records": records}


def run_to_its_end(connection: psycopg.Connection[Any], params: Mapping[str, Any]) -> dict[str, Any]:
    """ExecuteStatement without a limit of time, as with continueAfterTimeout. Raises Refused."""
    with database_errors():
        limit = connection.execute("SHOW statement_timeout").fetchone()
        connection.execute("SET statement_timeout = 0")
    answer = run(connection, params)
    with database_errors():
        connection.execute("SELECT set_config('statement_timeout', %s, false)", limit)
    return answer


def run_batch(connection: psycopg.Connection[Any], params: Mapping[str, Any]) -> dict[str, Any]:
    """BatchExecuteStatement on a connection: once for each set of parameters. Raises Refused."""
    with database_errors(), connection.transaction():
        for given in params.get("parameterSets") or [[]]:
            _send(connection, *_prepared(params["sql"], given))
    return {"updateResults": [{"generatedFields": []} for _ in params.get("parameterSets") or ()]}


def _prepared(sql: str, given: Sequence[Mapping[str, Any]]) -> tuple[str, list[values.Parameter]]:
    """The text with numbered parameters, and these."""
    if len(statements(sql)) > 1:
        raise Refused("BadRequestException", "Multistatements aren't supported.")
    known = {str(one.get("name")): values.parameter(one) for one in given}
    used: list[str] = []

    def place(name: str) -> str:
        if name not in known:
            raise Refused("BadRequestException", f"Cannot find parameter: {name}")
        if name not in used:
            used.append(name)
        return f"${used.index(name) + 1}"

    text = replace_parameters(sql, place)
    return text, [known[name] for name in used]


def _send(connection: psycopg.Connection[Any], sql: str, sent: Sequence[values.Parameter]) -> Any:
    """The result of one statement, with its values as texts."""
    protocol = connection.pgconn
    if "\0" in sql or any(b"\0" in (one.value or b"") for one in sent if not one.binary):
        raise database_error("ERROR", 'invalid byte sequence for encoding "UTF8": 0x00', "22021")
    with database_errors():
        protocol.send_query_params(
            sql.encode(),
            [one.value for one in sent],
            param_types=[one.oid for one in sent],
            param_formats=[int(one.binary) for one in sent],
        )
        found = connection.wait(generators.execute(protocol))[-1]
        if found.status == pq.ExecStatus.FATAL_ERROR:
            raise errors.error_from_result(found)
    if found.status in (pq.ExecStatus.COPY_IN, pq.ExecStatus.COPY_OUT):
        connection.close()
        raise Refused("UnsupportedResultException", "COPY is not supported.")
    return found


@contextmanager
def database_errors() -> Iterator[None]:
    """Errors of psycopg as those of the API."""
    try:
        yield
    except psycopg.Error as problem:
        told = problem.diag
        if problem.sqlstate == _TIMED_OUT:
            raise timed_out() from None
        if told.message_primary is None:
            raise unavailable() from None
        more = {"detail": told.message_detail, "hint": told.message_hint, "position": told.statement_position}
        raise database_error(
            told.severity_nonlocalized or "ERROR", told.message_primary, problem.sqlstate, **more
        ) from None


def timed_out() -> Refused:
    """The error of a call that takes too long."""
    return Refused("StatementTimeoutException", "Request timed out")


def _formatted(found: Any, records: list[list[dict[str, Any]]]) -> str:
    names = [(found.fname(column) or b"").decode() for column in range(found.nfields)]
    check_names(names)
    oids = [found.ftype(column) for column in range(found.nfields)]
    rows = [
        {name: values.plain(one, oid) for name, one, oid in zip(names, record, oids, strict=True)} for record in records
    ]
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
