"""Types of PostgreSQL: what the Data API says of them, and how their values are read.

JDBC's numbers of types (java.sql.Types) and pgjdbc's precision are what `columnMetadata` has had since the API was made of it.
"""

from __future__ import annotations

from typing import NamedTuple

_WIDEST = 2147483647


class Type(NamedTuple):
    """A type.

    Attributes:
        name: `typeName`.
        jdbc: `type`.
        kind: the key of its fields.
        precision, scale: of its values.
        signed, case_sensitive: of its values.
    """

    name: str
    jdbc: int
    kind: str = "stringValue"
    precision: int = _WIDEST
    scale: int = 0
    signed: bool = False
    case_sensitive: bool = True


OTHER, ARRAY = 1111, 2003
_PLAIN = {
    16: Type("bool", -7, "booleanValue", 1, case_sensitive=False),
    17: Type("bytea", -2, "blobValue", case_sensitive=False),
    19: Type("name", 12, precision=63),
    20: Type("int8", -5, "longValue", 19, signed=True, case_sensitive=False),
    21: Type("int2", 5, "longValue", 5, signed=True, case_sensitive=False),
    23: Type("int4", 4, "longValue", 10, signed=True, case_sensitive=False),
    25: Type("text", 12),
    26: Type("oid", -5, "longValue", 10, case_sensitive=False),
    114: Type("json", OTHER),
    700: Type("float4", 7, "doubleValue", 8, 8, signed=True, case_sensitive=False),
    701: Type("float8", 8, "doubleValue", 17, 17, signed=True, case_sensitive=False),
    790: Type("money", 8, signed=True),
    1042: Type("bpchar", 1),
    1043: Type("varchar", 12),
    1082: Type("date", 91, precision=13, case_sensitive=False),
    1083: Type("time", 92, precision=15, scale=6, case_sensitive=False),
    1114: Type("timestamp", 93, precision=29, scale=6, case_sensitive=False),
    1184: Type("timestamptz", 93, precision=35, scale=6, case_sensitive=False),
    1186: Type("interval", OTHER, precision=49, scale=6, case_sensitive=False),
    1266: Type("timetz", 92, precision=21, scale=6, case_sensitive=False),
    1700: Type("numeric", 2, precision=0, signed=True, case_sensitive=False),
    2950: Type("uuid", OTHER),
    3802: Type("jsonb", OTHER),
}
TIMESTAMPTZ, NUMERIC, VARCHAR, BPCHAR, MONEY = 1184, 1700, 1043, 1042, 790
ELEMENTS = {
    1000: 16, 1001: 17, 1003: 19, 1005: 21, 1007: 23, 1016: 20, 1009: 25, 1014: 1042, 1015: 1043, 1028: 26, 199: 114, 1021: 700,
    1022: 701, 791: 790, 1182: 1082, 1183: 1083, 1115: 1114, 1185: 1184, 1187: 1186, 1270: 1266, 1231: 1700, 2951: 2950,
    3807: 3802,
}  # fmt: skip
"""Object ID of an array's type -> that of its elements'."""
HINTS = {"DATE": 1082, "TIME": 1083, "TIMESTAMP": 1114, "DECIMAL": 1700, "JSON": 114, "UUID": 2950}
"""`typeHint` of a string -> the type that is sent."""
LONG, DOUBLE, BOOLEAN, TEXT, BYTEA, UNKNOWN = 20, 701, 16, 25, 17, 0


def type_of(oid: int) -> Type:
    """The type of an object ID; one that is not known is of the extensions or the user."""
    element = ELEMENTS.get(oid)
    if element is not None:
        return Type(f"_{_PLAIN[element].name}", ARRAY, "arrayValue")
    return _PLAIN.get(oid, Type("unknown", OTHER))
