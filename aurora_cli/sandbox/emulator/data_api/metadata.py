"""`columnMetadata` of a result."""

from __future__ import annotations

from typing import Any

from aurora_cli.sandbox.emulator.data_api import types

NOT_NULL, NULLABLE, UNKNOWN = 0, 1, 2
_HEADER = 4
"""Bytes that a type modifier counts beside the length."""
_SERIAL = {"int2": "smallserial", "int4": "serial", "int8": "bigserial"}
_QUERY = """
SELECT a.attrelid, a.attnum, c.relname, a.attnotnull, a.attidentity <> '' OR pg_get_expr(d.adbin, d.adrelid) LIKE 'nextval(%%'
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attrelid = ANY (%s::oid[]) AND a.attnum > 0
"""


def column_metadata(connection: Any, found: Any) -> list[dict[str, Any]]:
    """The metadata of a result.

    Args:
        connection: on which the tables of its columns are looked up.
        found: a result of libpq.
    """
    tables = {found.ftable(number) for number in range(found.nfields)} - {0}
    known = {}
    if tables:
        rows = connection.execute(_QUERY, [sorted(tables)]).fetchall()
        known = {(table, number): rest for table, number, *rest in rows}
    return [_column(found, number, known) for number in range(found.nfields)]


def _column(found: Any, number: int, known: dict[tuple[int, int], list[Any]]) -> dict[str, Any]:
    oid, name = found.ftype(number), (found.fname(number) or b"").decode()
    kind = types.type_of(oid)
    table, not_null, automatic = known.get((found.ftable(number), found.ftablecol(number)), ["", None, False])
    precision, scale = _size(oid, found.fmod(number), kind)
    element = types.ELEMENTS.get(oid)
    return {
        "arrayBaseColumnType": types.type_of(element).jdbc if element is not None else 0,
        "isAutoIncrement": bool(automatic),
        "isCaseSensitive": kind.case_sensitive,
        "isCurrency": oid == types.MONEY,
        "isSigned": kind.signed,
        "label": name,
        "name": name,
        "nullable": UNKNOWN if not_null is None else NOT_NULL if not_null else NULLABLE,
        "precision": precision,
        "scale": scale,
        "schemaName": "",
        "tableName": table,
        "type": kind.jdbc,
        "typeName": _SERIAL.get(kind.name, kind.name) if automatic else kind.name,
    }


def _size(oid: int, modifier: int, kind: types.Type) -> tuple[int, int]:
    """Precision and scale, from the modifier of a type that has one."""
    if modifier < _HEADER:
        return kind.precision, kind.scale
    if oid == types.NUMERIC:
        return (modifier - _HEADER) >> 16 & 0xFFFF, modifier - _HEADER & 0x7FF
    return (modifier - _HEADER if oid in (types.VARCHAR, types.BPCHAR) else kind.precision), kind.scale
