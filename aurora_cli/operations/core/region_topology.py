"""The live clusters of a global database, in all of its Regions at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from aurora_cli.aws.cluster.topology import Topology, read_topology
from aurora_cli.aws.replication.global_database import (
    GlobalMember,
    GlobalTopology,
    master_secret,
    read_global,
    with_lag,
)
from aurora_cli.spec.derived.regions import global_identifier, regions_of, secondary_name
from aurora_cli.terraform.state.addresses import CLUSTER_ADDRESS, GLOBAL_ADDRESS, region_of

if TYPE_CHECKING:
    from aurora_cli.context import AppContext
    from aurora_cli.spec.model.cluster import ClusterSpec

OF_MASTER = "-master-"


@dataclass(frozen=True)
class LiveRegions:
    """What AWS has of a global database.

    Attributes:
        database: the global cluster; None if there is none.
        secondaries: Region -> the cluster there, without those that AWS does not have.
        secret_arn: the secret that holds the master user's password, if there is one.
    """

    database: GlobalTopology | None = None
    secondaries: dict[str, Topology] = field(default_factory=dict)
    secret_arn: str | None = None

    @property
    def primary_region(self) -> str | None:
        """The Region that takes the writes now."""
        primary = self.database.primary if self.database else None
        return primary.region if primary else None


def live_regions(
    app: AppContext, spec: ClusterSpec, more: Iterable[str] = (), *, lag: bool = False, identifier: str | None = None
) -> LiveRegions:
    """Read the global cluster and the clusters of its secondary Regions.

    Args:
        more: Regions to look at beside those of the spec.
        lag: ask CloudWatch how far each Region is behind.
        identifier: of the global cluster; None for the spec's.
    """
    names = sorted({*regions_of(spec), *more})
    if spec.global_ is None and not names and identifier is None:
        return LiveRegions()
    with ThreadPoolExecutor(max_workers=4) as pool:
        found = pool.map(lambda name: _cluster(app, spec, name), names)
        database = pool.submit(_database, app, spec, identifier or global_identifier(spec), lag)
        secret = pool.submit(secret_of_master, app, spec)
        secondaries = {name: one for name, one in zip(names, found, strict=True) if one is not None}
        return LiveRegions(database.result(), secondaries, secret.result())


def former_regions(spec: ClusterSpec, addresses: Iterable[str]) -> tuple[str, ...]:
    """Regions of which the state holds something and the spec nothing more: their provider takes the rest down."""
    return tuple(sorted({region for a in addresses if (region := region_of(a))} - set(regions_of(spec))))


def made_around(spec: ClusterSpec, addresses: Collection[str]) -> bool:
    """A cluster that exists cannot join a global cluster, but a global cluster can be made around it."""
    return spec.global_ is not None and CLUSTER_ADDRESS in addresses and GLOBAL_ADDRESS not in addresses


def live_at(app: AppContext, spec: ClusterSpec, address: str) -> Topology | None:
    """The live cluster of the Region that an address of the state is in; None if AWS has none there."""
    region = region_of(address)
    return _cluster(app, spec, region) if region else read_topology(app.aws(spec.region).client("rds"), spec.name)


def _cluster(app: AppContext, spec: ClusterSpec, region: str) -> Topology | None:
    return read_topology(app.aws(region).client("rds"), secondary_name(spec, region))


def _database(app: AppContext, spec: ClusterSpec, identifier: str, lag: bool) -> GlobalTopology | None:
    database = read_global(app.aws(spec.region).client("rds"), identifier)
    if database is None or not lag:
        return database
    return replace(database, members=tuple(_with_lag(app, member) for member in database.members))


def _with_lag(app: AppContext, member: GlobalMember) -> GlobalMember:
    return with_lag(member, app.aws(member.region).client("cloudwatch"), app.clock)


def secret_of_master(app: AppContext, spec: ClusterSpec) -> str | None:
    """ARN of the secret that a global database's master password is in; None if there is none."""
    return master_secret(app.aws(spec.region).client("secretsmanager"), f"{spec.base_name}{OF_MASTER}")
