"""The secondary Regions of a global database in a rolling change: each Region's instances one at a time, too.

A secondary cluster has no writer of its own: all of its instances are readers, and none of them takes a role over. After a
switchover the cluster that takes the writes is in one of these Regions; that one changes last, behind a failover.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aurora_cli.operations.core.instances import choose_keys, identifiers, key_of
from aurora_cli.operations.core.region_topology import live_regions
from aurora_cli.operations.scale.order import Order, order_of, spec_on_the_way
from aurora_cli.spec.derived.regions import regions_of, secondary_spec

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from aurora_cli.aws.cluster.topology import Topology
    from aurora_cli.operations.pipeline.context import OperationContext
    from aurora_cli.spec.model.cluster import ClusterSpec


def region_orders(context: OperationContext, after: ClusterSpec) -> dict[str, Order]:
    """Region -> the order of its change, where an instance that stays gets another class.

    Args:
        after: the spec of the primary cluster at the end.

    Raises:
        AwsFailed and its kin, TerraformFailed and its kin.
    """
    before = context.spec
    both = sorted(regions_of(before).keys() & regions_of(after).keys())
    live = live_regions(context.app, before) if both else None
    orders = {}
    for region in both:
        topology = live.secondaries.get(region) if live else None
        if live is None or topology is None:
            continue
        spec, existing = secondary_spec(after, region), context.keys(region)
        first = key_of(topology.writer.id, spec) if topology.writer else None
        order = order_of(
            secondary_spec(before, region),
            spec,
            classes=classes_of(spec, existing, topology),
            keys=choose_keys(existing, spec.instances.readers + 1, first),
            writer=first if region == live.primary_region else None,
            parallel=context.options.parallel,
        )
        if order.resize:
            orders[region] = order
    return orders


def classes_of(spec: ClusterSpec, keys: Sequence[str], topology: Topology) -> dict[str, str]:
    """Key -> class now, of the instances with these keys that AWS has."""
    live = {m.id: m.class_ for m in topology.members if m.status != "deleting"}
    return {key: live[name] for key, name in identifiers(keys, spec).items() if name in live}


def resized_names(orders: Mapping[str, Order], after: ClusterSpec) -> tuple[str, ...]:
    """Identifiers of the instances whose class changes."""
    names = {region: identifiers(order.resize, secondary_spec(after, region)) for region, order in orders.items()}
    return tuple(name for of_region in names.values() for name in of_region.values())


def region_on_the_way(spec: ClusterSpec, region: str, order: Order, reached: Collection[str]) -> ClusterSpec:
    """The spec, with the classes of before for the instances of a Region that are neither new nor in `reached`."""
    assert spec.global_ is not None
    there = secondary_spec(spec, region)
    on_the_way, given = spec_on_the_way(there, order, reached).instances, spec.global_.regions[region]
    changes: dict[str, Any] = {"overrides": on_the_way.overrides}
    if on_the_way.acu != there.instances.acu:  # a range of its own would make the rest of the Region serverless, too
        of_all = there.instances.class_
        changes |= {"acu": on_the_way.acu, "pause_after": on_the_way.pause_after, "class_": of_all}
    instances = given.instances.model_copy(update=changes)
    regions = {**spec.global_.regions, region: given.model_copy(update={"instances": instances})}
    return spec.model_copy(update={"global_": spec.global_.model_copy(update={"regions": regions})})
