"""Statements over the Data API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aurora_cli.aws.data_api import DataApi
from aurora_cli.operations.sql.database import Column, Result, Value


class OverDataApi:
    """The Data API as a route. A call without a transaction is committed at its end.

    Args:
        mysql: whether the engine is MySQL.
    """

    via = "data-api"

    def __init__(self, api: DataApi, *, mysql: bool) -> None:
        self._api, self._mysql = api, mysql
        self._transaction: str | None = None

    def begin(self, *, read_only: bool) -> None:
        """Begin a transaction."""
        self._transaction = self._api.begin()
        if read_only:
            read_only_words = "START TRANSACTION READ ONLY" if self._mysql else "SET TRANSACTION READ ONLY"
            for statement in (read_only_words, "SELECT 1"):  # with its snapshot it cannot be made to write any more
                self._api.execute(statement, self._transaction)

    def execute(self, statement: str, *, last: bool) -> Result:
        """Run one statement."""
        answer = self._api.execute(statement, self._transaction)
        described = answer.get("columnMetadata") or ()
        columns = tuple(Column(one.get("label") or one.get("name", ""), one.get("typeName", "")) for one in described)
        rows = ([self._value(field) for field in record] for record in answer.get("records") or ())
        return Result(columns, rows, affected=None if columns else answer.get("numberOfRecordsUpdated"))

    def end(self, *, commit: bool) -> None:
        """End the transaction."""
        transaction, self._transaction = self._transaction, None
        if transaction:
            (self._api.commit if commit else self._api.roll_back)(transaction)

    def close(self) -> None:
        """There is nothing to close."""

    def _value(self, field: Mapping[str, Any]) -> Value:
        kind = next(iter(field), "isNull")
        if kind == "isNull":
            return None
        value: Any = field[kind]
        if kind == "blobValue":
            return f"{'0x' if self._mysql else chr(92) + 'x'}{bytes(value).hex()}"
        return _array(value) if kind == "arrayValue" else value


def _array(value: Mapping[str, Any]) -> str:
    """An array as PostgreSQL writes it."""
    kind, items = next(iter(value.items()), ("stringValues", ()))
    if kind == "arrayValues":
        return f"{{{','.join(_array(one) for one in items)}}}"
    return f"{{{','.join(_item(one) for one in items)}}}"


def _item(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "t" if value else "f"
    text = str(value)
    plain = text and text.upper() != "NULL" and not set(text) & set('{},"\\ \t\n')
    return text if plain else '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
