"""The configuration files of a server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

SUPERUSER = "rdsadmin"
PORT = 5432
"""The port in the name of a server's socket."""

FIXED = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "shared_buffers": "16MB",
    "max_connections": "200",
    "max_wal_senders": "40",
    "max_replication_slots": "40",
    "hot_standby": "on",
    "hot_standby_feedback": "on",
    "wal_keep_size": "64MB",
    "min_wal_size": "8MB",
    "max_wal_size": "128MB",
    "wal_retrieve_retry_interval": "100ms",
    "wal_receiver_status_interval": "1s",
    "recovery_target_timeline": "latest",
    "archive_mode": "on",
    "logging_collector": "off",
    "log_destination": "stderr",
    "log_line_prefix": "%t:%r:%u@%d:[%p]:",
    "fsync": "off",
    "dynamic_shared_memory_type": "posix",
}
"""Of every server. Nothing listens but a socket in a folder of the servers' user: the proxy is the way in.

Without fsync a start takes a tenth of the time. What is committed survives the end of any process, as the other resources of the
sandbox do, and not a power cut.
"""

# Who reaches the socket is the proxy, or another server. The proxy lets nobody in as the superuser, and asks users with rds_iam
# for their token itself, before it passes on that they are in. The master user may grant rds_iam, which makes it a member.
HBA = f"""local all {SUPERUSER} trust
local replication {SUPERUSER} trust
local all +rds_superuser scram-sha-256
local all +rds_iam trust
local all all scram-sha-256
"""


@dataclass(frozen=True)
class ServerSettings:
    """What distinguishes a server from others.

    Attributes:
        sockets: folder of its socket.
        name: its name as a standby.
        upstream: folder of the socket of the server that it follows; None: it follows none.
        slot: its replication slot there; None: it has none.
        archive: folder that takes finished WAL segments; empty: none does.
        identity: values of the settings `aurora.*`.
        parameters: of the parameter groups, which the server knows.
        restore: lines for WAL from an archive; usually none.
        lag_s: seconds after which a standby applies a change.
    """

    sockets: str
    name: str
    upstream: str | None
    slot: str | None
    archive: str
    identity: Mapping[str, str]
    parameters: Mapping[str, str]
    restore: Mapping[str, str]
    lag_s: float = 0.0

    def text(self) -> str:
        """postgresql.conf."""
        archiving = (
            f"cp %p '{self.archive}/.%f' && mv '{self.archive}/.%f' '{self.archive}/%f'" if self.archive else "true"
        )
        values = {
            **self.parameters,
            **FIXED,
            "unix_socket_directories": self.sockets,
            "archive_command": archiving,
            **{f"aurora.{name}": value for name, value in self.identity.items()},
            **self.restore,
        }
        if self.upstream:
            values["primary_conninfo"] = f"host={self.upstream} user={SUPERUSER} application_name={self.name}"
        if self.lag_s:
            values["recovery_min_apply_delay"] = f"{self.lag_s * 1000:.0f}ms"
        if self.slot:
            values["primary_slot_name"] = self.slot
        return "".join(f"{name} = {_quoted(value)}\n" for name, value in values.items())


def _quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"
