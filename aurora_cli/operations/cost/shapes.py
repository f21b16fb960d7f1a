"""What of a cluster is paid for: by its spec, and with what AWS reports in its place where it exists."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from aurora_cli.hcl.render_options import RenderOptions
from aurora_cli.hcl.values.encryption import encryption_of
from aurora_cli.hcl.values.instances import NO_INSTANCES, instances_of
from aurora_cli.hcl.values.monitoring import monitoring_of
from aurora_cli.hcl.values.network import DEFAULT_ZONES, vpc_endpoints_of
from aurora_cli.hcl.values.source import source_of
from aurora_cli.prices.amount import Amount
from aurora_cli.prices.shape import Shape
from aurora_cli.spec.derived.members import SERVERLESS, class_of, members_of
from aurora_cli.spec.derived.regions import regions_of, secondary_spec
from aurora_cli.spec.facts.sizes import vcpus_of
from aurora_cli.spec.facts.support import extended_support_year
from aurora_cli.spec.facts.versions import default_version

if TYPE_CHECKING:
    from aurora_cli.aws.cluster.topology import Topology
    from aurora_cli.operations.core.region_topology import LiveRegions
    from aurora_cli.spec.model.cluster import ClusterSpec

STOPPED = "stopped"


def shapes_of(spec: ClusterSpec, today: date) -> tuple[Shape, ...]:
    """What a spec asks for: the cluster, and its secondary clusters.

    Args:
        today: Extended Support is charged by the day.
    """
    secondaries = [_secondary(spec, region, today) for region in regions_of(spec)]
    return (_shape(spec, today, headless=False), *secondaries)


def live_shapes(
    spec: ClusterSpec, topology: Topology | None, regions: LiveRegions, today: date, ends: date | None = None
) -> tuple[Shape, ...]:
    """As `shapes_of`, with the instances, the capacity and the engine version that AWS reports where a cluster exists.

    Args:
        ends: the last day of standard support as AWS says; None takes the packaged table's.
    """
    live = {**regions.secondaries, **({spec.region: topology} if topology else {})}
    shapes = shapes_of(spec, today)
    return tuple(_live(one, live[one.region], spec, today, ends) if one.region in live else one for one in shapes)


def second_cluster(shape: Shape) -> Shape:
    """What a second cluster costs that AWS makes beside the first: instances and what is counted by them, and its volume.

    Proxy, keys, secret, alarms, endpoints and logs are the first one's.
    """
    return replace(shape, proxy=False, endpoint_zones=0, keys=0, secrets=0, alarms=0, logs=False)


def _secondary(spec: ClusterSpec, region: str, today: date) -> Shape:
    headless = regions_of(spec)[region].headless
    # The secret of the password is the primary's.
    return replace(_shape(secondary_spec(spec, region), today, headless=headless), replicated=True, secrets=0)


def _shape(spec: ClusterSpec, today: date, *, headless: bool) -> Shape:
    rendered = NO_INSTANCES if headless else instances_of(spec, RenderOptions())
    fixed = Counter() if headless else Counter(one.class_name or "" for one in members_of(spec))
    added = _autoscaled(spec)
    every = [*fixed, *([class_of(spec, "1") or ""] if added.high and not headless else [])]
    counts = {name: Amount.of(fixed[name]) for name in dict.fromkeys(every)}
    if added.high and not headless:
        counts[every[-1]] += added
    insights, version = spec.monitoring.insights, spec.engine_version or default_version(spec.engine)
    shape = Shape(
        name=spec.name,
        region=spec.region,
        engine=spec.engine,
        storage=spec.storage,
        acu=Amount.of(spec.instances.acu.min, spec.instances.acu.max) if spec.instances.acu else None,
        extended_support=extended_support_year(spec.engine, version, today) if is_covered(spec) else None,
        proxy=spec.proxy is not None and spec.proxy.enabled,
        insights=insights.mode if insights else None,
        endpoint_zones=_endpoint_zones(spec),
        keys=int(encryption_of(spec).own is not None),
        secrets=int(spec.credentials.managed and source_of(spec, RenderOptions()).managed_password),
        alarms=len(monitoring_of(spec, rendered.members).alarms),
        logs=bool(spec.logs.exports),
        backtrack=bool(spec.backup.backtrack),
    )
    return _with_instances(shape, counts)


def _live(shape: Shape, topology: Topology, spec: ClusterSpec, today: date, ends: date | None) -> Shape:
    members = () if topology.status == STOPPED else topology.members
    counts = {name: Amount.of(number) for name, number in Counter(one.class_ for one in members).items()}
    acu = Amount.of(topology.acu["min"], topology.acu["max"]) if topology.acu else None
    covered = is_covered(spec, topology)
    extended = extended_support_year(spec.engine, topology.engine_version, today, ends) if covered else None
    return _with_instances(replace(shape, acu=acu, extended_support=extended), counts)


def _with_instances(shape: Shape, counts: dict[str, Amount]) -> Shape:
    provisioned = {name: count for name, count in sorted(counts.items()) if name != SERVERLESS}
    return replace(
        shape,
        instances=provisioned,
        serverless=counts.get(SERVERLESS, Amount.of(0)),
        vcpus=_vcpus(provisioned.items()),
    )


def _vcpus(counts: Iterable[tuple[str, Amount]]) -> Amount | None:
    total = Amount.of(0)
    for name, count in counts:
        vcpus = vcpus_of(name)
        if vcpus is None:
            return None
        total += count * vcpus
    return total


def _autoscaled(spec: ClusterSpec) -> Amount:
    """Readers that AWS adds to those of the spec."""
    given, fixed = spec.autoscaling, spec.instances.readers
    if given is None:
        return Amount.of(0)
    times = given.schedules.values()
    least = min(given.min, *(one.min for one in times if one.min is not None), given.min)
    most = max(given.max, *(one.max for one in times if one.max is not None), given.max)
    return Amount.of(max(least - fixed, 0), max(most - fixed, 0))


def is_covered(spec: ClusterSpec, topology: Topology | None = None) -> bool:
    """Whether Extended Support covers the cluster once standard support has ended: as AWS says, else as the spec does."""
    live = topology.extended_support if topology else None
    return spec.extended_support is not False if live is None else live


def _endpoint_zones(spec: ClusterSpec) -> int | None:
    """Interface endpoints times zones; None where the zones are those of an existing VPC."""
    endpoints, network = len(vpc_endpoints_of(spec).interfaces), spec.network
    if not endpoints:
        return 0
    if not network.own_vpc:
        return None
    return endpoints * (len(network.zones) if isinstance(network.zones, list) else network.zones or DEFAULT_ZONES)


def gib(size_bytes: float) -> Decimal:
    """GiB of a number of bytes, which is what AWS counts as a GB."""
    return Decimal(str(size_bytes)) / 2**30
