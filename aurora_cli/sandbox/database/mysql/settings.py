"""The configuration file of a server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

SUPERUSER, REPLICATION_USER = "rdsadmin", "rdsrepladmin"
LOG_NAME = "binlog"

FIXED = {
    "bind_address": "127.0.0.1",
    "skip_name_resolve": "ON",
    "require_secure_transport": "ON",
    "log_bin": LOG_NAME,
    "relay_log": "relay",
    "relay_log_recovery": "ON",
    "binlog_format": "ROW",
    "binlog_expire_logs_seconds": "86400",
    "max_binlog_size": "16M",
    "sync_binlog": "0",
    "innodb_flush_log_at_trx_commit": "2",
    "innodb_flush_method": "nosync",
    "innodb_doublewrite": "OFF",
    "innodb_buffer_pool_size": "16M",
    "innodb_fast_shutdown": "1",
    "innodb_buffer_pool_dump_at_shutdown": "OFF",
    "key_buffer_size": "1M",
    "performance_schema": "OFF",
    "max_connections": "200",
    "table_open_cache": "400",
    "pid_file": "server.pid",
    "general_log": "OFF",
}
"""Of every server. Clients come by its socket, through the proxy; the port is for standbys, with TLS.

Nothing waits for the disk, as with PostgreSQL: what is committed is with the operating system, and survives the end of
any process.
"""


@dataclass(frozen=True)
class MysqlSettings:
    """What distinguishes a server from others.

    Attributes:
        data: its data directory.
        socket: of clients.
        number: its server ID.
        certificate: file with its key and certificate.
        secret: of the superuser.
        read_only: variables that are on, on a standby.
        instance: identifier of its instance, which `@@report_host` shows.
        parameters: of the parameter groups, which the server knows.
        dialect: settings of this product.
    """

    data: Path
    socket: Path
    number: int
    certificate: Path
    secret: str
    read_only: tuple[str, ...] = ()
    instance: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    dialect: Mapping[str, str] = field(default_factory=dict)

    def text(self) -> str:
        """my.cnf."""
        values = {
            "character_set_server": "utf8mb4",
            **self.parameters,
            **FIXED,
            "datadir": str(self.data),
            "socket": str(self.socket),
            "server_id": str(self.number),
            "ssl_cert": str(self.certificate),
            "ssl_key": str(self.certificate),
            **({"report_host": self.instance} if self.instance else {}),
            **dict.fromkeys(self.read_only, "ON"),
        }
        lines = [f'loose_{name} = "{value}"' for name, value in self.dialect.items()]
        lines += [f'{name} = "{_escaped(value)}"' for name, value in values.items()]
        client = {"user": SUPERUSER, "password": self.secret, "socket": self.socket}
        lines += ["[client]", *(f'{name} = "{value}"' for name, value in client.items())]
        return "\n".join(["[mysqld]", *lines, ""])


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
