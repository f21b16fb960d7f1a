"""Stop a cluster and start it again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aurora_cli.aws.modify.stop_start import Verb, away_from_goal, stop_start
from aurora_cli.aws.replication.global_role import global_role
from aurora_cli.errors import InvalidInput
from aurora_cli.events import waiting
from aurora_cli.operations.blue_green.active import refuse_in_deployment
from aurora_cli.operations.core.review import RunOptions
from aurora_cli.operations.pipeline.engine import run_operation
from aurora_cli.operations.pipeline.step import Decision, Operation, Step

if TYPE_CHECKING:
    from aurora_cli.aws.cluster.topology import Topology
    from aurora_cli.context import AppContext
    from aurora_cli.operations.core.review import ChangeResult
    from aurora_cli.operations.pipeline.context import OperationContext

SEVEN_DAYS = "AWS starts a stopped cluster automatically after seven days; stop it again if needed."
BILLED = "Storage and backups are billed meanwhile, instances are not."


def stop(app: AppContext, cluster: str, *, options: RunOptions) -> ChangeResult:
    """Stop every instance of a cluster, and wait until it is stopped.

    Raises:
        InvalidInput: AWS does not stop it: a member of a global database, a replica or the source of one.
        What `run_operation` raises.
    """
    return run_operation(app, cluster, StopStart(cluster, "stop"), options)


def start(app: AppContext, cluster: str, *, options: RunOptions) -> ChangeResult:
    """Start a stopped cluster, and wait until it is available. Raises what `run_operation` raises."""
    return run_operation(app, cluster, StopStart(cluster, "start"), options)


@dataclass(frozen=True)
class StopStart(Operation):
    """Either operation."""

    cluster: str
    name: Verb

    @property
    def command(self) -> tuple[str, ...]:
        """The words that go on with it."""
        return (self.name, self.cluster)

    def decide(self, context: OperationContext) -> Decision:
        """Refuse what AWS does not stop."""
        if self.name == "start":
            return Decision()
        topology = context.wait_until_stable()
        _refuse_to_stop(context, topology)
        refuse_in_deployment(context.rds, self.cluster, "AWS cannot stop its clusters")
        return Decision(remarks=(SEVEN_DAYS, BILLED))

    def steps(self, context: OperationContext, decision: Decision) -> Sequence[Step]:
        """One step."""

        def look() -> tuple[None, str | None]:
            return None, away_from_goal(context.live(), self.name)

        def run() -> None:
            clock, heard = context.app.clock, waiting(context.emit)
            stop_start(context.rds, self.cluster, self.name, look, clock=clock, waiting=heard)

        text, interruption = f"Start {self.cluster}", None
        if self.name == "stop":
            text = f"Stop {self.cluster} and its instances"
            interruption = "All connections end, and none are possible until it is started again."
        return [Step(self.name, text, lambda: look()[1] is None, run, interruption)]


def _refuse_to_stop(context: OperationContext, topology: Topology) -> None:
    """Source: Aurora User Guide, "Stopping and starting an Amazon Aurora DB cluster", limitations."""
    why = None
    if global_role(context.rds, topology.arn):
        why = "it is a member of a global database"
    elif topology.replicates_from:
        why = f"it replicates from {topology.replicates_from}"
    elif topology.replicas:
        why = f"{topology.replicas[0]} replicates from it"
    if why:
        raise InvalidInput(
            f"AWS does not stop {context.spec.name}: {why}.",
            hint="To reduce cost meanwhile, scale it to serverless with a low minimum: aurora-cli scale --help",
        )
