"""A client of Aurora MySQL clusters with real servers."""

from __future__ import annotations

import os
from contextlib import closing
from typing import Any

import pymysql
import pytest

from aurora_cli.errors import SandboxFailed
from aurora_cli.sandbox.database.mysql.binaries import installed
from tests.sandbox.database_life import Life


def needs_mysql() -> None:
    """Skip where no server for Aurora MySQL is installed."""
    try:
        installed(os.environ)
    except SandboxFailed as problem:
        pytest.skip(str(problem))


class MysqlLife(Life):
    """A cluster, and the connections of a client."""

    ENGINE, FAMILY = "aurora-mysql", "MYSQL"
    NEEDED = "ibdata1"
    HERE = "SELECT @@report_host"
    COUNT = "SELECT count(*), max(@@read_only) FROM entries"
    UNAVAILABLE = "not available now"
    FAILURE = pymysql.Error

    def connect(self, host: str | None = None, **given: Any) -> Any:
        values = {
            "host": host or self.cluster()["Endpoint"],
            "port": self.port or self.cluster()["Port"],
            "user": "boss",
            "database": "app",
            "password": self.password,
            "ssl_ca": str(self.sandbox.files.folder / "database" / "ca.pem"),
            "ssl_verify_cert": True,
            "ssl_verify_identity": True,
            "connect_timeout": 10,
            "read_timeout": 30,
            "autocommit": True,
        }
        return pymysql.connect(**{**values, **given})

    def rows(self, statement: str, host: str | None = None, **given: Any) -> list[Any]:
        with closing(self.connect(host, **given)) as connection, connection.cursor() as cursor:
            cursor.execute(statement)
            return list(cursor.fetchall())

    def do(self, statement: str, host: str | None = None) -> None:
        for one in statement.split(";"):
            self.rows(one, host)

    def insert(self, connection: Any, number: int) -> None:
        connection.cursor().execute("INSERT INTO entries VALUES (%s)", (number,))

    def signs_in(self, **given: Any) -> bool:
        try:
            return self.rows("SELECT 1", **given) == [(1,)]
        except pymysql.OperationalError:
            return False

    def refusal(self, host: str | None = None, **given: Any) -> str:
        with pytest.raises(pymysql.OperationalError) as caught:
            self.connect(host, **given)
        return str(caught.value)
