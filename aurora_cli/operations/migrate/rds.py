"""From RDS for MySQL or PostgreSQL to Aurora: a cluster that replicates the instance, and its promotion when that is due."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aurora_cli.aws.cluster.waiters import wait_until
from aurora_cli.errors import ClusterNotFound, WaitTimeout
from aurora_cli.events import Emit, Note, waiting
from aurora_cli.operations.build import clone_restore
from aurora_cli.operations.core.review import Approve, ChangeResult, RunOptions
from aurora_cli.operations.core.specs import stored_spec
from aurora_cli.operations.day_two.promote import MAX_LAG_S, promote
from aurora_cli.operations.inspect.status import status
from aurora_cli.operations.migrate.rds_source import refuse_unfit, values_from
from aurora_cli.operations.report.replication import lag_of
from aurora_cli.operations.report.report import live_topology
from aurora_cli.operations.source.lookup import find_origin
from aurora_cli.spec.model.source import PROMOTED, Source
from aurora_cli.stacks.journal import read_journal

if TYPE_CHECKING:
    from aurora_cli.aws.cluster.topology import Topology
    from aurora_cli.aws.replication.lag import Lag
    from aurora_cli.context import AppContext
    from aurora_cli.spec.model.cluster import ClusterSpec
    from aurora_cli.spec.resolve.resolve import Layer
    from aurora_cli.stacks.stack import Stack

PATIENCE_S = 3600.0


@dataclass(frozen=True)
class ReplicaRequest:
    """What is wanted.

    Attributes:
        source: identifier or ARN of the instance.
        name: of the new cluster.
        layers: what the user says of its spec, lowest precedence first.
        promote: go on with the promotion once it has caught up.
        max_lag_s: how far it may be behind to have caught up, in seconds.
        timeout_s: how long that is waited for; the replica goes on by itself.
    """

    source: str
    name: str
    layers: tuple[Layer, ...] = ()
    skip_checks: tuple[str, ...] = ()
    promote: bool = False
    max_lag_s: float = MAX_LAG_S
    timeout_s: float = PATIENCE_S


@dataclass(frozen=True)
class Moved:
    """How far it has come.

    Attributes:
        change: of the cluster: made, promoted, or nothing.
        lag_s: seconds behind the source; None when unknown, after the promotion, and after a dry run.
        promoted: whether it stands on its own.
    """

    request: ReplicaRequest
    change: ChangeResult
    lag: Lag | None = None
    promoted: bool = False

    def to_dict(self) -> dict[str, Any]:
        """The key `migration` of the JSON form."""
        done = self.promoted or self.change.dry_run
        return {
            "source": self.request.source,
            "lag_s": self.lag.seconds if self.lag else None,
            "promoted": self.promoted,
            "next": None if done else f"aurora-cli promote {self.request.name}",
        }

    def sentences(self) -> tuple[str, ...]:
        """What to know and to do next."""
        request = self.request
        if self.promoted:
            return (
                f"{request.name} is a standalone cluster. {request.source} is unchanged: delete it when it is no longer needed.",
            )
        return (
            f"{request.name} replicates {request.source} and is {self.lag.words() if self.lag else 'created'}.",
            f"Watch:  aurora-cli status {request.name}",
            f"Finish: stop the writes at {request.source}, then aurora-cli promote {request.name}",
        )


def migrate(app: AppContext, request: ReplicaRequest, options: RunOptions, confirm: Approve) -> Moved:
    """Make the replica, wait until it has caught up, and promote it if that is wished. The same words again go on.

    Args:
        options: how the replica is created.
        confirm: shows the steps of the promotion and has the name typed.

    Raises:
        ClusterNotFound, SourceUnfit: the instance. What `copying.copy` and `promote` raise.
    """
    emit, dry_run = options.emit, options.dry_run
    app.begin(emit)
    stack = app.registry.find(request.name)
    if stack is not None and _is_over(stack, request.source):
        report = status(app, request.name, emit=emit)
        return Moved(request, ChangeResult(report, None, changed=False, dry_run=dry_run), promoted=True)
    promoting = stack is not None and _is_promoting(stack)
    if not promoting:
        made = clone_restore.copy(app, _copy(app, request, stack), options)
        if dry_run:
            return Moved(request, made)
        lag = _catch_up(app, request, emit)
        if not request.promote:
            return Moved(request, made, lag)
    promotion = RunOptions("promote", confirm, emit, dry_run=dry_run)
    return Moved(
        request, promote(app, request.name, options=promotion, max_lag_s=request.max_lag_s), promoted=not dry_run
    )


def _is_over(stack: Stack, source: str) -> bool:
    """Whether this cluster was made from that instance, and promoted."""
    arn = stack.record.source_arn or ""
    made_of_it = source in (arn, arn.rpartition(":")[2])
    return stack.record.created_from == PROMOTED and made_of_it and read_journal(stack.folder) is None


def _is_promoting(stack: Stack) -> bool:
    journal = read_journal(stack.folder)
    return journal is not None and journal.operation == "promote"


def _copy(app: AppContext, request: ReplicaRequest, stack: Stack | None) -> clone_restore.CopyRequest:
    """The request for a cluster. One that is half made has its spec already."""
    source = Source.model_validate({"replica_of": request.source})
    region = clone_restore.region_of_copy(app, request.source, request.layers)
    found = find_origin(app, source, region)
    refuse_unfit(found, region, request.name)
    layers = request.layers
    if stack is None or not stack.has_spec():
        from aurora_cli.spec.layers.layers import Layer

        taken = values_from(app.aws(region).client("rds"), found)
        layers = (Layer(_unless_said(taken, request.layers), f"AWS ({found.name})"), *request.layers)
    return clone_restore.CopyRequest(request.name, {"replica_of": found.arn}, layers, request.skip_checks, "migrate")


def _unless_said(values: dict[str, Any], layers: tuple[Layer, ...]) -> dict[str, Any]:
    """A network is one thing: who names another VPC wants nothing of the instance's."""
    return {k: v for k, v in values.items() if k != "network" or not any("network" in one.values for one in layers)}


def _catch_up(app: AppContext, request: ReplicaRequest, emit: Emit) -> Lag:
    """Wait until it has caught up, as long as that is waited for; the last lag."""
    spec = stored_spec(app.registry.get(request.name)).spec
    seen: list[Lag] = []

    def look() -> tuple[Lag, str | None]:
        seen.append(lag_of(app, spec.region, _live(app, spec)))
        return seen[-1], None if seen[-1].within(request.max_lag_s) else seen[-1].words()

    try:
        return wait_until(
            look,
            what=f"{request.name} to catch up",
            clock=app.clock,
            waiting=waiting(emit),
            timeout_s=request.timeout_s,
        )
    except WaitTimeout as over:
        emit(
            Note(
                over.message, level="warning", hint="Replication continues; run the same command again to keep waiting."
            )
        )
        return seen[-1]


def _live(app: AppContext, spec: ClusterSpec) -> Topology:
    topology = live_topology(app, spec)
    if topology is None:
        raise ClusterNotFound(f"AWS has no cluster named {spec.name} in {spec.region}.")
    return topology
