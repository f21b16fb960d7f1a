"""An endpoint: where it leads, and who may come in."""

from __future__ import annotations

from dataclasses import dataclass

WRITER, READER, ANY = "writer", "reader", "any"


@dataclass(frozen=True)
class Endpoint:
    """An endpoint.

    Attributes:
        name: its host name in AWS, which goes to another cluster when that gets the name of this one.
        port: of its cluster.
        cluster: DbClusterResourceId of its cluster.
        region: of its cluster.
        kind: WRITER leads to the writer; READER to one of the readers after the other, to the writer if there is none; ANY to one
            of the instances after the other.
        instances: DbiResourceIds that it may lead to; None: all.
        force_tls: whether connections without TLS are refused.
        iam: whether IAM authentication is enabled.
    """

    name: str
    port: int
    cluster: str
    region: str
    kind: str = WRITER
    instances: tuple[str, ...] | None = None
    force_tls: bool = True
    iam: bool = False
