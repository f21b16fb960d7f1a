"""What a call of the Data API may take, and what it may return."""

from __future__ import annotations

from collections.abc import Collection

from aurora_cli.sandbox.emulator.data_api.refusal import Refused

STATEMENT_S, IDLE_S, CONNECT_S = 45, 180, 10
_LARGEST, _LARGEST_JSON = 1 << 20, 10 << 20


def check_size(size: int, *, as_json: bool) -> None:
    """Raise Refused if a result has too many bytes."""
    if size > (_LARGEST_JSON if as_json else _LARGEST):
        raise Refused("DatabaseErrorException", "Database returned more than the allowed response size limit")


def check_names(names: Collection[str]) -> None:
    """Raise Refused if rows cannot be objects of JSON."""
    if len(set(names)) < len(names):
        raise Refused("UnsupportedResultException", "Column names of results in JSON must be unique.")
