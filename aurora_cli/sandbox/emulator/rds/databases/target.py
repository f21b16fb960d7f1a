"""Where a client in the emulator itself finds the server of a cluster, such as the Data API."""

from __future__ import annotations

from typing import NamedTuple

from aurora_cli.sandbox.database.engine import Server
from aurora_cli.sandbox.database.postgres.settings import PORT
from aurora_cli.sandbox.emulator.rds.databases.serving import SERVING


class Target(NamedTuple):
    """A server.

    Attributes:
        host: folder of its socket, which libpq takes for a host.
        port: of the socket.
        version: of the PostgreSQL that runs, e.g. `17.10`.
    """

    host: str
    port: int
    version: str


def target(cluster: str, instance: str | None = None) -> Target | None:
    """The server of a cluster, on which users sign in with their own password, by SCRAM.

    Args:
        cluster: DbClusterResourceId of a cluster.
        instance: DbiResourceId of an instance; None: the writer.

    Returns:
        None if there is none now: the cluster has no instance, is stopped or fails over, or the sandbox has no databases.
    """
    fleet = SERVING.fleet
    if fleet is None:
        return None
    server: Server | None = fleet.writer(cluster) if instance is None else fleet.instance(cluster, instance)
    return Target(str(server.sockets), PORT, server.binaries.version) if server is not None else None
