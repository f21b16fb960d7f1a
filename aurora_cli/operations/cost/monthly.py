"""The monthly price in one line, for plans and `status`: from the price tables alone, without a call to AWS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aurora_cli.errors import AuroraError
from aurora_cli.operations.cost.shapes import live_shapes, shapes_of
from aurora_cli.prices.estimate import Estimate, estimate
from aurora_cli.prices.table import known_prices

if TYPE_CHECKING:
    from aurora_cli.aws.cluster.topology import Topology
    from aurora_cli.context import AppContext
    from aurora_cli.operations.core.region_topology import LiveRegions
    from aurora_cli.spec.model.cluster import ClusterSpec


def of_spec(app: AppContext, spec: ClusterSpec) -> Estimate | None:
    """The estimate of a spec; None where the price table of the home is damaged, which `prices show` tells."""
    try:
        return estimate(shapes_of(spec, app.clock.now().date()), known_prices(app.price_file))
    except AuroraError:
        return None


def of_cluster(app: AppContext, spec: ClusterSpec, topology: Topology, regions: LiveRegions) -> dict[str, Any] | None:
    """The sum for a live cluster as `status` tells it; None where the price table of the home is damaged."""
    try:
        shapes = live_shapes(spec, topology, regions, app.clock.now().date())
        return estimate(shapes, known_prices(app.price_file)).summary
    except AuroraError:
        return None
