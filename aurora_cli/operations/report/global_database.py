"""The live Regions of a global database, as a report has them."""

from __future__ import annotations

from aurora_cli.aws.cluster.topology import Topology
from aurora_cli.aws.replication.global_database import GlobalMember
from aurora_cli.operations.core.global_results import PRIMARY, SECONDARY, Endpoint, GlobalInfo, RegionInfo
from aurora_cli.operations.core.region_topology import LiveRegions


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
            f"The primary Region is now {info.primary_region}; the Region of the spec, {home}, is a secondary. A "
            "plan does not change that."
        )
    bare = [r.region for r in info.regions if r.role == SECONDARY and not r.instances]
    if bare:
        warnings.append(f"No instance in {', '.join(bare)}: it cannot take over until it has one, and serves no reads.")
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
