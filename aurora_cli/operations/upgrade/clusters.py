"""The clusters that an upgrade works on: one, or those of a global database, secondary Regions first and the primary last."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aurora_cli.aws.cluster.topology import Topology, read_topology
from aurora_cli.aws.cluster.waiters import busy
from aurora_cli.errors import ClusterNotFound, InvalidInput
from aurora_cli.operations.pipeline.context import OperationContext
from aurora_cli.spec.derived.regions import global_identifier, regions_of, secondary_name

if TYPE_CHECKING:
    from aurora_cli.operations.preflight.target_version import Target
    from aurora_cli.spec.model.cluster import ClusterSpec


@dataclass(frozen=True)
class UpgradeUnit:
    """One cluster of an operation.

    Attributes:
        region, cluster: where and which.
        members: identifiers of its instances when the operation began, readers first.
    """

    context: OperationContext
    region: str
    cluster: str
    members: tuple[str, ...] = ()

    @property
    def rds(self) -> Any:
        """A botocore RDS client of its Region."""
        return self.context.app.aws(self.region).client("rds")

    def live(self) -> Topology:
        """The cluster now. Raises ClusterNotFound."""
        topology = read_topology(self.rds, self.cluster)
        if topology is None:
            raise ClusterNotFound(f"AWS has no cluster named {self.cluster} in {self.region}.")
        return topology

    def wait_until_stable(self) -> Topology:
        """The cluster, once AWS has ended what it is doing to it. Raises WaitTimeout."""

        def look() -> tuple[Topology, str | None]:
            topology = self.live()
            return topology, busy(topology)

        stable: Topology = self.context.wait(look, f"{self.cluster} to be available")
        return stable

    def to_facts(self) -> dict[str, Any]:
        """JSON form, for the journal."""
        return {"region": self.region, "cluster": self.cluster, "members": list(self.members)}

    @classmethod
    def from_facts(cls, context: OperationContext, facts: dict[str, Any]) -> UpgradeUnit:
        """The place that `to_facts` has kept."""
        return cls(context, facts["region"], facts["cluster"], tuple(facts["members"]))


def places_of(context: OperationContext) -> list[UpgradeUnit]:
    """The clusters in the order of a minor upgrade: AWS wants the primary of a global database to be the last.

    Raises:
        ClusterNotFound: one of them is not there.
    """
    spec = context.spec
    primary = _primary_region(context)
    regions = sorted((spec.region, *regions_of(spec)), key=lambda region: (region == primary, region))
    found = [UpgradeUnit(context, region, _name(spec, region)) for region in regions]
    return [UpgradeUnit(context, one.region, one.cluster, _readers_first(one.live())) for one in found]


def _name(spec: ClusterSpec, region: str) -> str:
    return spec.name if region == spec.region else secondary_name(spec, region)


def _readers_first(topology: Topology) -> tuple[str, ...]:
    members = [m for m in topology.members if m.status != "deleting"]
    return tuple(m.id for m in sorted(members, key=lambda m: (m.role == "writer", -(m.promotion_tier or 0), m.id)))


def _primary_region(context: OperationContext) -> str:
    """The Region that takes the writes now, which a switchover may have changed."""
    if context.spec.global_ is None:
        return context.spec.region
    from aurora_cli.aws.replication.global_database import read_global

    database = read_global(context.rds, global_identifier(context.spec))
    if database is None or database.primary is None:
        return context.spec.region
    return database.primary.region


def refuse_uneven(places: list[UpgradeUnit], found: dict[str, Topology], target: Target) -> None:
    """The members of a global database are on one version, or are on the way to the target, the primary last.

    Raises:
        InvalidInput: a version is in between, or a secondary Region that AWS cannot upgrade.
    """
    if len(places) == 1:
        return
    versions = {one.region: found[one.region].engine_version for one in places}
    if set(versions.values()) - {versions[places[-1].region], target.version}:
        told = ", ".join(f"{region} runs {version}" for region, version in versions.items())
        raise InvalidInput(
            f"The members of the global database have different versions: {told}.",
            hint="Upgrade them to one of these versions first, the primary last: aurora-cli upgrade "
            f"{places[0].context.spec.name} --to VERSION",
        )
    empty = [one for one in places if not found[one.region].members]
    if empty and not target.stays:
        region = empty[0].region
        raise InvalidInput(
            f"{empty[0].cluster} has no instance, and AWS does not upgrade a secondary cluster without one.",
            hint=f"Add one: aurora-cli apply {places[0].context.spec.name} --set global.regions.{region}.headless=false",
        )
