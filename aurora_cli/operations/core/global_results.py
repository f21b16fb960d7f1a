"""A global database in a report: each Region with its role, its endpoints and how far it is behind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aurora_cli.aws.global_database import GlobalMember
from aurora_cli.aws.topology import Topology
from aurora_cli.operations.core.region_topology import LiveRegions
from aurora_cli.operations.core.results import Endpoint

PRIMARY, SECONDARY = "primary", "secondary"


@dataclass(frozen=True)
class RegionInfo:
    """One Region of a global database.

    Attributes:
        role: `primary` or `secondary`, as AWS has it now.
        status: AWS's status of the cluster there; `not created` while AWS has none.
        instances: how many it has; 0 is headless.
        writer, reader: the cluster's own endpoints. Connect writers to the global writer endpoint instead.
        lag_ms: milliseconds behind the primary, where known.
    """

    region: str
    role: str
    cluster: str
    status: str
    instances: int
    writer: Endpoint | None = None
    reader: Endpoint | None = None
    write_forwarding: str | None = None
    lag_ms: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """JSON form, as in the published schema."""
        return {
            "region": self.region,
            "role": self.role,
            "cluster": self.cluster,
            "status": self.status,
            "instances": self.instances,
            "writer": _endpoint(self.writer),
            "reader": _endpoint(self.reader),
            "write_forwarding": self.write_forwarding,
            "lag_ms": self.lag_ms,
        }


@dataclass(frozen=True)
class GlobalInfo:
    """A global database.

    Attributes:
        primary_region: the Region that takes the writes now; None while a switchover is under way.
        writer: the global writer endpoint, which follows the primary Region.
        regions: all of them, the primary first.
    """

    identifier: str
    status: str
    primary_region: str | None
    writer: Endpoint | None
    regions: tuple[RegionInfo, ...]

    def to_dict(self) -> dict[str, Any]:
        """JSON form, as in the published schema."""
        return {
            "identifier": self.identifier,
            "status": self.status,
            "primary_region": self.primary_region,
            "writer": _endpoint(self.writer),
            "regions": [region.to_dict() for region in self.regions],
        }


def global_info(home: Topology | None, live: LiveRegions, port: int) -> GlobalInfo | None:
    """The global database of a report; None where AWS has none.

    Args:
        home: the cluster in the spec's own Region.
        live: the others, and the global cluster.
        port: of the database.
    """
    database = live.database
    if database is None:
        return None
    members = sorted(database.members, key=lambda member: (not member.primary, member.region))
    regions = tuple(_region(m, live.secondaries.get(m.region) or _same(home, m), port) for m in members)
    writer = Endpoint(database.endpoint, port) if database.endpoint else None
    return GlobalInfo(database.identifier, database.status, live.primary_region, writer, regions)


def global_warnings(info: GlobalInfo, home: str) -> list[str]:
    """Sentences a person should read: the primary is elsewhere, a Region has nothing that could take over."""
    warnings = []
    if info.primary_region and info.primary_region != home:
        warnings.append(
            f"The primary Region is {info.primary_region} now, and the spec's own, {home}, follows it. A plan leaves that so."
        )
    bare = [r.region for r in info.regions if r.role == SECONDARY and not r.instances]
    if bare:
        warnings.append(
            f"No instance in {', '.join(bare)}: it cannot take over before it gets one, and takes no reads."
        )
    return warnings


def _same(home: Topology | None, member: GlobalMember) -> Topology | None:
    return home if home is not None and home.arn == member.arn else None


def _region(member: GlobalMember, topology: Topology | None, port: int) -> RegionInfo:
    has_instances = topology is not None and bool(topology.members)
    return RegionInfo(
        region=member.region,
        role=PRIMARY if member.primary else SECONDARY,
        cluster=member.identifier,
        status=topology.status if topology else "not created",
        instances=len(topology.members) if topology else 0,
        writer=Endpoint(topology.writer_host, port) if topology and topology.writer_host and member.primary else None,
        reader=Endpoint(topology.reader_host, port) if topology and topology.reader_host and has_instances else None,
        write_forwarding=member.write_forwarding,
        lag_ms=member.lag_ms,
    )


def _endpoint(endpoint: Endpoint | None) -> dict[str, Any] | None:
    return {"host": endpoint.host, "port": endpoint.port} if endpoint else None
