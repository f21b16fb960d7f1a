"""When the standard support of a cluster's engine version ends, and what Extended Support then costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from aurora_cli.errors import AccessDenied, AuroraError, AwsFailed
from aurora_cli.prices.estimate import extended_support_of
from aurora_cli.prices.table import PriceTable, known_prices
from aurora_cli.prices.words import monthly, prices_of
from aurora_cli.spec.facts.support import (
    charged_from,
    extended_support_end,
    extended_support_year,
    standard_support_end,
)
from aurora_cli.spec.facts.tables import table
from aurora_cli.spec.facts.versions import major_version

if TYPE_CHECKING:
    from aurora_cli.aws.cluster.topology import Topology
    from aurora_cli.aws.engine.engine_versions import Support
    from aurora_cli.context import AppContext
    from aurora_cli.operations.core.region_topology import LiveRegions
    from aurora_cli.prices.shape import Shape
    from aurora_cli.spec.model.cluster import ClusterSpec

SUPPORT_WARNING = timedelta(days=365)
OF_AWS = "DescribeDBMajorEngineVersions"


@dataclass(frozen=True)
class EndOfSupport:
    """The end of support of one major version, for one cluster.

    Attributes:
        ends, extended_ends: last days of standard support and of Extended Support; None where not known.
        charged_from: first day that Extended Support is charged for; None where it does not cover the cluster.
        cost: what it costs a month from then on, or now, as the sum of an estimate; None where it does not cover the cluster,
            or where the price table of the home is damaged.
        source: `DescribeDBMajorEngineVersions`, or the packaged table with its date; None where no end is known.
    """

    ends: date | None = None
    extended_ends: date | None = None
    charged_from: date | None = None
    cost: dict[str, Any] | None = None
    source: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """JSON form, as in `upkeep` of `status` and in a row of `list`."""
        return {
            "support_ends": _text(self.ends),
            "extended_support_ends": _text(self.extended_ends),
            "extended_support_from": _text(self.charged_from),
            "extended_support_cost": self.cost,
            "support_source": self.source,
        }


def end_of_support(
    engine: str, version: str, shapes: Sequence[Shape], prices: PriceTable | None, today: date, by_aws: Support | None
) -> EndOfSupport:
    """For a cluster of these shapes.

    Args:
        shapes: empty where Extended Support does not cover the cluster.
        prices: None where no price table can be read.
        by_aws: the ends as AWS says; None takes the packaged table's.
    """
    if by_aws is None or by_aws.standard is None:
        ends, extended = standard_support_end(engine, version), extended_support_end(engine, version)
        source = f"packaged table of {table('engines')['read']}"
    else:
        ends, extended, source = by_aws.standard, by_aws.extended, OF_AWS
    if ends is None:
        return EndOfSupport()
    begins = charged_from(engine, version, ends) if shapes else None
    cost = None
    if begins and prices is not None:
        year = extended_support_year(engine, version, max(today, begins), ends) or "1-2"
        cost = extended_support_of([replace(one, extended_support=year) for one in shapes], prices).summary
    return EndOfSupport(ends, extended, begins, cost, source)


def end_of_live(
    app: AppContext, spec: ClusterSpec, topology: Topology, regions: LiveRegions, by_aws: Support | None
) -> EndOfSupport:
    """For a live cluster; one that is stopped counts as if it ran."""
    from aurora_cli.operations.cost.shapes import STOPPED, is_covered, live_shapes, shapes_of

    today = app.clock.now().date()
    stopped = topology.status == STOPPED
    shapes = shapes_of(spec, today) if stopped else live_shapes(spec, topology, regions, today)
    covered = shapes if is_covered(spec, topology) else ()
    return end_of_support(topology.engine, topology.engine_version, covered, prices_or_none(app), today, by_aws)


def support_by_aws(app: AppContext, region: str, engine: str, version: str) -> Support | None:
    """The ends as AWS says; None where it cannot be asked, or does not know the version. Raises CredentialsError."""
    return supports_by_aws(app, region, engine).get(major_version(engine, version))


def supports_by_aws(app: AppContext, region: str, engine: str) -> dict[str, Support]:
    """Major version -> its ends; empty where AWS cannot be asked. Raises CredentialsError."""
    from aurora_cli.aws.engine.engine_versions import read_support

    try:
        return read_support(app.aws(region).client("rds"), engine)
    except (AccessDenied, AwsFailed):
        return {}


def prices_or_none(app: AppContext) -> PriceTable | None:
    """The known prices; None where the price table of the home is damaged, which `prices show` tells."""
    try:
        return known_prices(app.price_file)
    except AuroraError:
        return None


def ends_soon(ends: str | None, today: date) -> bool:
    """Whether standard support has ended, or does within a year."""
    return ends is not None and date.fromisoformat(ends) - today <= SUPPORT_WARNING


def support_words(found: Mapping[str, Any], engine: str, today: date) -> str:
    """A sentence or two on the JSON form, for a version whose end is known.

    Args:
        engine: with the version, e.g. `aurora-postgresql 13.20`.
    """
    ends, source = date.fromisoformat(found["support_ends"]), found["support_source"]
    dated = "" if source in (OF_AWS, None) else f" ({source})"
    end = f"Standard support for {engine} {'ended' if ends < today else 'ends'} on {ends}{dated}"
    if found["extended_support_from"] is None:
        return f"{end}; Extended Support is disabled, so AWS upgrades the cluster after it."
    last = f" until {found['extended_support_ends']}" if found["extended_support_ends"] else ""
    return f"{end}; {charged_words(found)}{last}."


def charged_words(found: Mapping[str, Any]) -> str:
    """`Extended Support is charged from 2026-03-01: 438.00 USD a month (prices of 2026-05-06)`."""
    cost = found["extended_support_cost"]
    if not cost or not cost["monthly"]:
        return f"Extended Support is charged from {found['extended_support_from']}, at an unknown price"
    return f"Extended Support is charged from {found['extended_support_from']}: {monthly(cost)} ({prices_of(cost)})"


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None
