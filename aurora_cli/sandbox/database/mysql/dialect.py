"""Where MariaDB and MySQL differ. What is said of MySQL follows its manual and was not tried."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aurora_cli.sandbox.database.mysql.binaries import MARIADB


@dataclass(frozen=True)
class Dialect:
    """Words of one of the two.

    Attributes:
        settings: of every server.
        position: what gives the last transaction in the binary log.
        follow: statement that has a standby follow a server, the prefix of its options, and those that one of the two has.
        start, stop, forget: of a standby's replication.
        read_only: variables that are on on a standby, the strictest last.
        running: columns of SHOW REPLICA STATUS that say whether its two threads run.
        lag, port: columns of it for seconds behind, and the port of the server that it follows.
        commits: status variable.
    """

    settings: Mapping[str, str]
    position: str
    follow: tuple[str, str, str]
    start: str
    stop: str
    forget: str
    read_only: tuple[str, ...]
    running: tuple[str, str]
    lag: str
    port: str
    commits: str


MARIADB_DIALECT = Dialect(
    settings={
        "log_slave_updates": "ON",
        "gtid_strict_mode": "ON",
        "skip_slave_start": "ON",
        "innodb_log_file_size": "8M",
        "innodb_autoextend_increment": "4",
        "aria_pagecache_buffer_size": "1M",
        "plugin_maturity": "beta",
        "sync_frm": "OFF",
    },
    position="SELECT @@gtid_binlog_pos",
    follow=("CHANGE MASTER TO", "MASTER_", "MASTER_USE_GTID=slave_pos, MASTER_SSL_VERIFY_SERVER_CERT=0"),
    start="START SLAVE",
    stop="STOP SLAVE",
    forget="RESET SLAVE ALL",
    read_only=("read_only",),
    running=("Slave_IO_Running", "Slave_SQL_Running"),
    lag="Seconds_Behind_Master",
    port="Master_Port",
    commits="Binlog_commits",
)
MYSQL_DIALECT = Dialect(
    settings={
        "log_replica_updates": "ON",
        "gtid_mode": "ON",
        "enforce_gtid_consistency": "ON",
        "skip_replica_start": "ON",
        "innodb_redo_log_capacity": "8M",
        "mysqlx": "OFF",
        "mysql_native_password": "ON",
    },
    position="SELECT @@gtid_executed",
    follow=("CHANGE REPLICATION SOURCE TO", "SOURCE_", "SOURCE_AUTO_POSITION=1"),
    start="START REPLICA",
    stop="STOP REPLICA",
    forget="RESET REPLICA ALL",
    read_only=("read_only", "super_read_only"),
    running=("Replica_IO_Running", "Replica_SQL_Running"),
    lag="Seconds_Behind_Source",
    port="Source_Port",
    commits="Handler_commit",
)


def of(product: str) -> Dialect:
    """The words of a product."""
    return MARIADB_DIALECT if product == MARIADB else MYSQL_DIALECT


def includes(known: str, position: str) -> bool:
    """Whether a GTID position of MariaDB is at or after another one (MariaDB, "Global Transaction ID")."""
    have, wanted = _sequences(known), _sequences(position)
    return all(have.get(domain, 0) >= number for domain, number in wanted.items())


def _sequences(position: str) -> dict[str, int]:
    parts: list[list[Any]] = [one.strip().split("-") for one in position.split(",") if one.strip()]
    return {domain: int(number) for domain, _, number in parts}
