"""Types of MySQL: what the Data API says of them, and how their values are read.

JDBC's numbers of types (java.sql.Types) are what `columnMetadata` has.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any, NamedTuple

_BINARY = 63
"""Character set of what is not text."""
_NOT_NULL, _UNSIGNED, _AUTO_INCREMENT = 1, 32, 512


class Type(NamedTuple):
    """A type.

    Attributes:
        name: `typeName`.
        jdbc: `type`.
        kind: the key of its fields.
        signed: whether it is a number.
    """

    name: str
    jdbc: int
    kind: str = "stringValue"
    signed: bool = False


_NUMBERS = {
    0: Type("DECIMAL", 3, signed=True),
    1: Type("TINYINT", -6, "longValue", signed=True),
    2: Type("SMALLINT", 5, "longValue", signed=True),
    3: Type("INT", 4, "longValue", signed=True),
    4: Type("FLOAT", 7, "doubleValue", signed=True),
    5: Type("DOUBLE", 8, "doubleValue", signed=True),
    6: Type("NULL", 0),
    8: Type("BIGINT", -5, "longValue", signed=True),
    9: Type("MEDIUMINT", 4, "longValue", signed=True),
    13: Type("YEAR", 91, "longValue"),
    246: Type("DECIMAL", 3, signed=True),
}
_OTHERS = {
    7: Type("TIMESTAMP", 93),
    10: Type("DATE", 91),
    11: Type("TIME", 92),
    12: Type("DATETIME", 93),
    245: Type("JSON", -1),
    247: Type("ENUM", 1),
    248: Type("SET", 1),
}
_TEXTS = {
    15: Type("VARCHAR", 12),
    249: Type("TINYTEXT", 12),
    250: Type("MEDIUMTEXT", -1),
    251: Type("LONGTEXT", -1),
    252: Type("TEXT", -1),
    253: Type("VARCHAR", 12),
    254: Type("CHAR", 1),
}
_BYTES = {
    15: Type("VARBINARY", -3, "blobValue"),
    249: Type("TINYBLOB", -3, "blobValue"),
    250: Type("MEDIUMBLOB", -4, "blobValue"),
    251: Type("LONGBLOB", -4, "blobValue"),
    252: Type("BLOB", -4, "blobValue"),
    253: Type("VARBINARY", -3, "blobValue"),
    254: Type("BINARY", -2, "blobValue"),
    255: Type("GEOMETRY", -2, "blobValue"),
}
_TINYINT, _BIT = 1, 16


def type_of(column: Any) -> Type:
    """The type of a column, as PyMySQL describes it."""
    code = column.type_code
    if (code in (_TINYINT, _BIT) and column.length == 1) or code == _BIT:
        return Type("BIT", -7, "booleanValue" if column.length == 1 else "blobValue")
    return (
        _NUMBERS.get(code)
        or _OTHERS.get(code)
        or (_BYTES if column.charsetnr == _BINARY else _TEXTS).get(code)
        or Type("UNKNOWN", 1111)
    )


def field(value: Any, column: Any, options: Mapping[str, Any]) -> dict[str, Any]:
    """The field of a value that the server has written, as text or bytes.

    Args:
        options: `resultSetOptions` of the call.
    """
    if value is None:
        return {"isNull": True}
    kind = type_of(column)
    data = value.encode() if isinstance(value, str) else bytes(value)
    if kind.kind == "booleanValue":
        return {"booleanValue": data not in (b"0", b"\0")}
    if kind.kind == "blobValue":
        return {"blobValue": base64.b64encode(data).decode()}
    text = data.decode("utf-8", "replace")
    if kind.name == "DECIMAL" and options.get("decimalReturnType") == "DOUBLE_OR_LONG":
        return {"doubleValue": float(text)} if "." in text else {"longValue": int(text)}
    if kind.kind == "longValue" and options.get("longReturnType") != "STRING":
        return {"longValue": int(text)}
    return {"doubleValue": float(text)} if kind.kind == "doubleValue" else {"stringValue": text}


def metadata(column: Any) -> dict[str, Any]:
    """`columnMetadata` of a column."""
    kind = type_of(column)
    unsigned = bool(column.flags & _UNSIGNED)
    return {
        "arrayBaseColumnType": 0,
        "isAutoIncrement": bool(column.flags & _AUTO_INCREMENT),
        "isCaseSensitive": column.charsetnr == _BINARY and kind.kind == "stringValue",
        "isCurrency": False,
        "isSigned": kind.signed and not unsigned,
        "label": column.name,
        "name": column.org_name or column.name,
        "nullable": 0 if column.flags & _NOT_NULL else 1,
        "precision": column.length,
        "scale": column.scale if kind.name == "DECIMAL" else 0,
        "schemaName": column.db.decode() if isinstance(column.db, bytes) else column.db,
        "tableName": column.table_name,
        "type": kind.jdbc,
        "typeName": f"{kind.name} UNSIGNED" if kind.signed and unsigned else kind.name,
    }
