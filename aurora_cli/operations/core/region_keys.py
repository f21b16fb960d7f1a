"""Which instance keys the clusters in the secondary Regions of a global database have."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from aurora_cli.operations.core.instance_keys import choose_keys, key_of, keys_in_state
from aurora_cli.operations.core.region_topology import live_regions
from aurora_cli.spec.regions import regions_of, secondary_spec

if TYPE_CHECKING:
    from aurora_cli.context import AppContext
    from aurora_cli.spec.model import ClusterSpec

RegionKeys = tuple[tuple[str, tuple[str, ...]], ...]
"""(Region, keys of its instances), sorted."""


def choose_region_keys(app: AppContext, spec: ClusterSpec, addresses: Collection[str]) -> RegionKeys:
    """As for the cluster itself; after a switchover the writer is in one of the Regions, and it never goes.

    Args:
        addresses: what Terraform's state holds.
    """
    chosen = []
    for region, given in regions_of(spec).items():
        if given.headless:
            continue
        existing, count = keys_in_state(addresses, region), given.instances.readers + 1
        writer = _writer_in(app, spec, region) if len(existing) > count else None
        chosen.append((region, choose_keys(existing, count, writer).keys))
    return tuple(chosen)


def _writer_in(app: AppContext, spec: ClusterSpec, region: str) -> str | None:
    topology = live_regions(app, spec, [region]).secondaries.get(region)
    own = secondary_spec(spec, region)
    return key_of(topology.writer.id, own) if topology and topology.writer else None
