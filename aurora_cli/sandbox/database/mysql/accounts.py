"""The users that Aurora MySQL has, and what the statement for IAM users becomes (Aurora User Guide, "Master user account
privileges", "Creating a database account using IAM authentication")."""

from __future__ import annotations

import hashlib
import re
from typing import Any, Protocol

from aurora_cli.sandbox.database.mysql.binaries import MARIADB
from aurora_cli.sandbox.database.mysql.settings import REPLICATION_USER, SUPERUSER
from aurora_cli.sql_text import first_word, statements

_ROLE = "rds_superuser_role"
_PRIVILEGES = (
    "SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, RELOAD, PROCESS, REFERENCES, INDEX, ALTER, SHOW DATABASES, "
    "CREATE TEMPORARY TABLES, LOCK TABLES, EXECUTE, REPLICATION SLAVE, REPLICATION CLIENT, CREATE VIEW, SHOW VIEW, "
    "CREATE ROUTINE, ALTER ROUTINE, CREATE USER, EVENT, TRIGGER"
)
_OWN_PRIVILEGES = {MARIADB: ", DELETE HISTORY, CONNECTION ADMIN, SET USER"}
"""DELETE HISTORY is part of ALL ON a database, which the master user may grant."""
_IAM = re.compile(
    rb"IDENTIFIED\s+WITH\s+[`'\"]?AWSAuthenticationPlugin[`'\"]?\s+(?:AS|BY)\s+(['\"])RDS\1", re.IGNORECASE
)

_DEFAULT_ROLE = re.compile(
    rb"(\bSET\s+DEFAULT\s+ROLE\s+(?:`[^`]+`|'[^']+'|\w+))(?:\s*,\s*(?:`[^`]+`|'[^']+'|\w+))*\s+TO\s+", re.IGNORECASE
)

_OF_ROWS = ("select", "insert", "replace", "update", "delete", "with", "values", "call")
"""Statements that create no user: what looks like it in them is a value."""


class Queried(Protocol):
    """A server that the superuser runs statements on."""

    def query(self, statement: str, parameters: tuple[Any, ...] = ()) -> list[Any]:
        """Run a statement; returns its rows."""


def native(password: str) -> str:
    """What mysql_native_password keeps of a password (MySQL, "Native Pluggable Authentication")."""
    return "*" + hashlib.sha1(hashlib.sha1(password.encode()).digest()).hexdigest().upper()  # noqa: S324 - the protocol's


def first_users(secret: str, product: str) -> str:
    """SQL that leaves a new server with the superuser, and the user that standbys sign in with."""
    drop = "DELETE FROM mysql.global_priv WHERE user NOT IN ('mariadb.sys');\n" if product == MARIADB else ""
    made = f"IDENTIFIED WITH mysql_native_password AS '{native(secret)}'"
    end = "" if product == MARIADB else "DROP USER root@localhost;\n"
    return (
        f"{drop}FLUSH PRIVILEGES;\n"
        f"CREATE USER {SUPERUSER}@localhost {made};\n"
        f"GRANT ALL ON *.* TO {SUPERUSER}@localhost WITH GRANT OPTION;\n"
        f"CREATE USER {REPLICATION_USER}@'127.0.0.1' {made};\n"
        f"GRANT REPLICATION SLAVE ON *.* TO {REPLICATION_USER}@'127.0.0.1';\n{end}"
    )


def prepare(server: Queried, product: str, user: str, database: str | None) -> None:
    """Make a new server that of a cluster, with its master user and initial database. Raises SandboxFailed.

    It may have been interrupted, and is repeated then: the role comes last. A copy of other data has it already.
    """
    if server.query("SELECT 1 FROM mysql.user WHERE user = %s", (_ROLE,)):
        return
    if database:
        server.query(f"CREATE DATABASE IF NOT EXISTS {_identifier(database)}")
    server.query("CREATE USER IF NOT EXISTS %s@'%%'", (user,))
    privileges = _PRIVILEGES + _OWN_PRIVILEGES.get(product, "")
    server.query(f"GRANT {privileges} ON *.* TO %s@'%%' WITH GRANT OPTION", (user,))
    server.query(f"CREATE ROLE {_ROLE}")


def set_password(server: Queried, user: str, password: str) -> None:
    """Set the password of the master user, so that it is in no log and no binary log. Raises SandboxFailed."""
    server.query("ALTER USER %s@'%%' IDENTIFIED WITH mysql_native_password AS %s", (user, native(password)))


def signs_in_by_token(server: Queried, user: str, secret: str) -> bool:
    """Whether that is a user of AWSAuthenticationPlugin: the server takes the secret, which the proxy alone knows."""
    statement = "SELECT 1 FROM mysql.user WHERE user = %s AND authentication_string = %s"
    return bool(server.query(statement, (user, native(secret))))


def for_this_server(statement: bytes, product: str, secret: str) -> bytes:
    """A statement without AWSAuthenticationPlugin, which no server has but Aurora's; to a MariaDB, with one default role."""
    text = statement.decode("latin-1")  # any bytes
    if all(first_word(one, mysql=True) in _OF_ROWS for one in statements(text, mysql=True)):
        return statement
    known = _IAM.sub(f"IDENTIFIED WITH mysql_native_password AS '{native(secret)}'".encode(), statement)
    return _DEFAULT_ROLE.sub(rb"\1 FOR ", known) if product == MARIADB else known


def _identifier(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"
