"""An endpoint: where it leads, and who may come in."""

from __future__ import annotations

from dataclasses import dataclass

WRITER, READER, ANY = "writer", "reader", "any"
OWN_PORTS = range(25432, 26432)
"""Ports of the sandbox's own, for endpoints that cannot have the port of their cluster. Below those that systems give to clients
(from 32768 on Linux, from 49152 elsewhere)."""


@dataclass(frozen=True)
class Endpoint:
    """An endpoint.

    Attributes:
        name: its host name in AWS, which goes to another cluster when that gets the name of this one.
        port: that it should have, which is its cluster's.
        cluster: DbClusterResourceId of its cluster.
        region: of its cluster.
        kind: WRITER leads to the writer; READER to one of the readers after the other, to the writer if there is none; ANY to one
            of the instances after the other.
        instances: DbiResourceIds that it may lead to; None: all.
        force_tls: whether connections without TLS are refused.
        iam: whether IAM authentication is enabled.
        leader: the cluster endpoint, whose port it has; None: it is one, or has no cluster.
        one_instance: whether it is that of an instance, which the API says a port for.
        fixed: whether it can have no other port: the API says none.
        engine: of its cluster, whose protocol clients speak.
    """

    name: str
    port: int
    cluster: str
    region: str
    kind: str = WRITER
    instances: tuple[str, ...] | None = None
    force_tls: bool = True
    iam: bool = False
    leader: Endpoint | None = None
    one_instance: bool = False
    fixed: bool = False
    engine: str = "aurora-postgresql"


def is_own(port: int | None) -> bool:
    """Whether it is a port of the sandbox's own."""
    return port in OWN_PORTS
