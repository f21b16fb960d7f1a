"""What happened to a cluster: the events of RDS and our own operations on one time line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from aurora_cli.aws.cluster.events import KEPT, RdsEvent, read_events
from aurora_cli.aws.cluster.topology import Topology
from aurora_cli.events import Emit
from aurora_cli.operations.core.history import operations_of
from aurora_cli.operations.core.results import about
from aurora_cli.operations.core.specs import existing_stack, stored_spec
from aurora_cli.operations.inspect.lost import begin_to_look
from aurora_cli.operations.report.report import live_topology, moment
from aurora_cli.stacks.history import HistoryEntry

if TYPE_CHECKING:
    from aurora_cli.context import AppContext

_LONGEST = timedelta(days=36525)
"""A longer time is as good as this one."""
OPERATION, RDS = "operation", "rds"


@dataclass(frozen=True)
class Happening:
    """One entry of the time line.

    Attributes:
        when: RFC 3339 in UTC; the start of an operation.
        origin: `rds` or `operation`, one of this program.
        source: identifier of the cluster or the instance.
        kind: categories of the event, or the name of the operation.
        message: what RDS says, or the operation's summary.
        who, outcome, duration_s: of an operation; None for an event.
    """

    when: str
    origin: str
    source: str
    kind: str
    message: str
    who: str | None = None
    outcome: str | None = None
    duration_s: float | None = None


@dataclass(frozen=True)
class Timeline:
    """What happened in a time.

    Attributes:
        name, region, target: the cluster.
        since, until: RFC 3339 in UTC.
        events: oldest first.
        notes: sentences on what is missing.
    """

    name: str
    region: str
    target: str
    since: str
    until: str
    events: tuple[Happening, ...]
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """JSON form, as in the published schema."""
        times = {"since": self.since, "until": self.until}
        return {**about(self), **times, "events": [asdict(one) for one in self.events], "notes": list(self.notes)}


def timeline(app: AppContext, name: str, since_s: float, emit: Emit) -> Timeline:
    """What happened to a cluster in the last `since_s` seconds; RDS tells of 14 days at most, our history of any time.

    Raises:
        ClusterNotFound, CredentialsError, AccessDenied, AwsFailed, StackDamaged, SandboxFailed.
    """
    stack = existing_stack(app, name)
    spec = stored_spec(stack).spec
    begin_to_look(app, stack, emit)
    topology, now = live_topology(app, spec), app.clock.now()
    since = now - min(timedelta(seconds=min(since_s, 1e12)), _LONGEST)
    notes = [] if topology else [f"AWS has no cluster named {name}: events of its instances are missing."]
    if since < now - KEPT:
        notes.append("RDS keeps its events for 14 days: older entries are only our own operations.")
    events = happenings(events_of(app, spec.region, spec.name, topology, since), operations_of(stack), since, name)
    return Timeline(name, spec.region, app.target, _text(since), _text(now), events, tuple(notes))


def events_of(app: AppContext, region: str, cluster: str, topology: Topology | None, since: datetime) -> list[RdsEvent]:
    """Of the cluster and its instances, as far back as RDS has them. Raises CredentialsError, AccessDenied, AwsFailed."""
    instances = [one.id for one in topology.members] if topology else []
    # A minute less: RDS refuses a time that is older than 14 days by its own clock.
    earliest = app.clock.now() - KEPT + timedelta(minutes=1)
    return read_events(app.aws(region).client("rds"), cluster, instances, max(since, earliest))


def happenings(
    events: list[RdsEvent], operations: list[HistoryEntry], since: datetime, cluster: str
) -> tuple[Happening, ...]:
    """Both on one line, oldest first; at the same second what RDS says comes after the operation that has led to it."""
    own = [one for one in _operations(operations, cluster) if datetime.fromisoformat(one.when) >= since]
    of_rds = [Happening(_text(e.when), RDS, e.source, ", ".join(e.categories), e.message) for e in events]
    return tuple(sorted([*own, *of_rds], key=lambda one: datetime.fromisoformat(one.when)))


def _operations(operations: list[HistoryEntry], cluster: str) -> Iterator[Happening]:
    """Those whose start can be read: the file is one that people can edit."""
    for one in operations:
        try:
            when = datetime.fromisoformat(one.when)
        except ValueError:
            continue
        if when.tzinfo is not None:
            yield Happening(
                _text(when), OPERATION, cluster, one.operation, one.summary, one.who, one.outcome, one.duration_s
            )


def _text(when: datetime) -> str:
    return str(moment(when))
