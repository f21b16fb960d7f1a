"""The monthly price in one line, for plans and `status`: from the price tables alone, without a call to AWS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aurora_cli.errors import AuroraError
from aurora_cli.operations.cost.shapes import live_shapes, second_cluster, shapes_of
from aurora_cli.prices.estimate import difference_of, estimate
from aurora_cli.prices.table import known_prices

if TYPE_CHECKING:
    from datetime import date

    from aurora_cli.aws.cluster.topology import Topology
    from aurora_cli.context import AppContext
    from aurora_cli.operations.core.region_topology import LiveRegions
    from aurora_cli.spec.model.cluster import ClusterSpec


def of_change(
    app: AppContext, before: ClusterSpec | None, after: ClusterSpec, second: ClusterSpec | None = None
) -> dict[str, Any] | None:
    """What a plan says: the sum of the spec at its end, and the difference to the spec before.

    Args:
        before: the spec of the cluster as it is; None for a new cluster.
        second: of a second cluster that comes beside it, e.g. the green one of a blue/green deployment.

    Returns:
        The JSON form; None where the price table of the home is damaged, which `prices show` tells.
    """
    try:
        table, today = known_prices(app.price_file), app.clock.now().date()
        beside = [second_cluster(shapes_of(second, today)[0])] if second else []
        end = estimate([*shapes_of(after, today), *beside], table)
        start = estimate(shapes_of(before, today), table) if before else None
    except AuroraError:
        return None
    difference, least = difference_of(start, end) if start else (None, False)
    return {
        **end.summary,
        "before": start.summary if start else None,
        "difference": difference.to_dict(2) if difference else None,
        "difference_at_least": bool(difference) and least,
        "extended_support": end.extended_support,
    }


def of_cluster(
    app: AppContext, spec: ClusterSpec, topology: Topology, regions: LiveRegions, ends: date | None = None
) -> dict[str, Any] | None:
    """The sum for a live cluster as `status` tells it; None where the price table of the home is damaged.

    Args:
        ends: the last day of standard support as AWS says; None takes the packaged table's.
    """
    try:
        shapes = live_shapes(spec, topology, regions, app.clock.now().date(), ends)
        return estimate(shapes, known_prices(app.price_file)).summary
    except AuroraError:
        return None
