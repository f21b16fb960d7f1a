"""How a cluster does: what CloudWatch has measured of each instance, with what happened meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from aurora_cli.aws.cluster.metric_data import Metric, read_values
from aurora_cli.aws.cluster.metric_names import PlottedMetric, metrics_of
from aurora_cli.aws.cluster.topology import Member, Topology
from aurora_cli.errors import AccessDenied, AwsFailed, ClusterNotFound, InvalidInput
from aurora_cli.events import Emit
from aurora_cli.operations.core.history import operations_of
from aurora_cli.operations.core.results import about
from aurora_cli.operations.core.specs import existing_stack, stored_spec
from aurora_cli.operations.inspect.lost import begin_to_look
from aurora_cli.operations.inspect.timeline import OPERATION, Happening, events_of, happenings
from aurora_cli.operations.report.report import live_topology, moment

if TYPE_CHECKING:
    from aurora_cli.context import AppContext

PERIODS = (60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400)
"""Seconds of a datapoint: multiples of 60, as CloudWatch asks."""
MOST_POINTS = 180
LONGEST_S = 63 * 86400
"""CloudWatch has values of five minutes for 63 days, and of a minute for 15 (CloudWatch User Guide, "Metrics retention")."""
SHORTEST_S = 300
_ROUTINE = frozenset({"backup", "notification", "read replica"})
"""Categories of events that tell nothing about a plot."""


@dataclass(frozen=True)
class Series:
    """One metric of one instance, or of the cluster.

    Attributes:
        member: the instance, with the role that it has now; None for the cluster.
        points: the start of each period, and its value, oldest first; empty where CloudWatch has no data, which is not 0.
    """

    metric: PlottedMetric
    member: Member | None
    period_s: int
    points: tuple[tuple[datetime, float], ...]

    @property
    def instance(self) -> str | None:
        """Identifier of the instance; None for the cluster."""
        return self.member.id if self.member else None

    @property
    def role(self) -> str | None:
        """`writer` or `reader`; None for the cluster."""
        return self.member.role if self.member else None

    def to_dict(self) -> dict[str, Any]:
        """JSON form, as in the published schema."""
        return {
            "metric": self.metric.name,
            "title": self.metric.title,
            "unit": self.metric.unit,
            "statistic": self.metric.statistic,
            "instance": self.instance,
            "role": self.role,
            "period_s": self.period_s,
            "values": [{"time": moment(when), "value": value} for when, value in self.points],
        }


@dataclass(frozen=True)
class Measured:
    """What was measured of a cluster.

    Attributes:
        name, region, target: the cluster.
        since, until: the time that was asked for.
        series: in the order in which they are shown: by metric, the writer first.
        events: what happened meanwhile and may be seen in a plot, oldest first.
        notes: sentences on what is missing.
    """

    name: str
    region: str
    target: str
    since: datetime
    until: datetime
    period_s: int
    series: tuple[Series, ...]
    events: tuple[Happening, ...]
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """JSON form, as in the published schema."""
        times = {"since": moment(self.since), "until": moment(self.until), "period_s": self.period_s}
        shown = {"metrics": [one.to_dict() for one in self.series], "events": [asdict(one) for one in self.events]}
        return {**about(self), **times, **shown, "notes": list(self.notes)}


def metrics(app: AppContext, name: str, since_s: float, emit: Emit) -> Measured:
    """What CloudWatch has of a cluster for the last `since_s` seconds, in one call for up to 500 queries.

    Raises:
        InvalidInput: a time that CloudWatch has nothing of. ClusterNotFound: no stack of that name, or AWS does not have the
        cluster. CredentialsError, AccessDenied, AwsFailed, StackDamaged, SandboxFailed.
    """
    if not SHORTEST_S <= since_s <= LONGEST_S:
        raise InvalidInput(
            "--since must be from 5m to 63d.", hint="CloudWatch keeps values of five minutes for 63 days."
        )
    stack = existing_stack(app, name)
    spec = stored_spec(stack).spec
    begin_to_look(app, stack, emit)
    topology = live_topology(app, spec)
    if topology is None:
        raise ClusterNotFound(
            f"AWS has no cluster named {name} in {spec.region}.", hint=f"What happened: aurora-cli events {name}"
        )
    until = app.clock.now().astimezone(timezone.utc)
    period = period_of(since_s)
    since = aligned(until - timedelta(seconds=since_s), period)
    wanted = {f"m{number}": one for number, one in enumerate(queries_of(topology, period))}
    queries = {key: query for key, (_, _, query) in wanted.items()}
    found = read_values(app.aws(spec.region).client("cloudwatch"), queries, since, until)
    series = tuple(
        Series(metric, member, query.period, tuple(sorted(found[key].items())))
        for key, (metric, member, query) in wanted.items()
    )
    notes: list[str] = []
    try:
        events = events_of(app, spec.region, topology.identifier, topology, since)
    except (AccessDenied, AwsFailed) as error:
        events = []
        notes.append(f"The events of RDS could not be read ({error.message.rstrip('.')}).")
    all_ = happenings(events, operations_of(stack), since, name)
    marks = tuple(one for one in all_ if is_mark(one))
    return Measured(name, spec.region, app.target, since, until, period, series, marks, tuple(notes))


def queries_of(topology: Topology, period_s: int) -> Iterator[tuple[PlottedMetric, Member | None, Metric]]:
    """What to ask: a metric, its instance (None: it is of the cluster), and the query; the writer comes first."""
    members = sorted(topology.members, key=lambda one: one.role != "writer")
    for metric in metrics_of(topology.engine):
        period = max(period_s, metric.least_period_s)
        if metric.of == "cluster":
            yield (
                metric,
                None,
                Metric(metric.name, metric.statistic, "DBClusterIdentifier", topology.identifier, period),
            )
            continue
        for one in members:
            if metric.applies(one.role, one.class_):
                query = Metric(metric.name, metric.statistic, "DBInstanceIdentifier", one.id, period)
                yield metric, one, query


def period_of(since_s: float) -> int:
    """Seconds of a datapoint: the shortest with which no more than `MOST_POINTS` come, and that CloudWatch has that long."""
    return next(one for one in PERIODS if since_s / one <= MOST_POINTS)


def aligned(when: datetime, period_s: int) -> datetime:
    """The start of the period that a time is in: CloudWatch answers faster, and the same times come back in each call."""
    seconds = int(when.timestamp())
    return datetime.fromtimestamp(seconds - seconds % period_s, timezone.utc)


def is_mark(one: Happening) -> bool:
    """Whether it may be seen in a plot: our own operations, failovers, restarts, changes, and not backups."""
    return one.origin == OPERATION or not set(one.kind.split(", ")) <= _ROUTINE
