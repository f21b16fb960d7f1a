"""Make a replica cluster a cluster of its own: it stops following its source, and takes writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aurora_cli.aws.replication.global_role import global_role
from aurora_cli.aws.replication.lag import promote as call_promote
from aurora_cli.errors import InvalidInput, OperationFailed
from aurora_cli.operations.core.review import RunOptions
from aurora_cli.operations.day_two.failover import require_available
from aurora_cli.operations.day_two.promoted_spec import promoted
from aurora_cli.operations.pipeline.engine import run_operation
from aurora_cli.operations.pipeline.step import Decision, Operation, Step, typed
from aurora_cli.operations.report.replication import lag_of, short
from aurora_cli.spec.model.source import PROMOTED

if TYPE_CHECKING:
    from aurora_cli.aws.cluster.topology import Topology
    from aurora_cli.aws.replication.lag import Lag
    from aurora_cli.context import AppContext
    from aurora_cli.operations.core.review import ChangeResult
    from aurora_cli.operations.pipeline.context import OperationContext

MAX_LAG_S = 5.0
"""Seconds that a replica may be behind without more words. CloudWatch has a value a minute: after the last write it takes one."""
_INTERRUPTION = "The cluster restarts: connections to it end, and it takes some minutes."


def promote(
    app: AppContext, cluster: str, *, options: RunOptions, max_lag_s: float = MAX_LAG_S, accept_lag: bool = False
) -> ChangeResult:
    """Promote a replica cluster, and wait until it is no replica any more.

    Args:
        max_lag_s: refuse while it is further behind, in seconds.
        accept_lag: promote whatever the lag is, also an unknown one.

    Raises:
        InvalidInput: it is no replica, or a member of a global database, or too far behind. What `run_operation` raises.
    """
    return run_operation(app, cluster, Promote(cluster, max_lag_s, accept_lag), options)


@dataclass(frozen=True)
class Promote(Operation):
    """The operation; how much lag is accepted may be said anew by the command that resumes it."""

    cluster: str
    max_lag_s: float = MAX_LAG_S
    accept_lag: bool = False
    name = "promote"

    @property
    def command(self) -> tuple[str, ...]:
        """The words that go on with it."""
        limit = None if self.max_lag_s == MAX_LAG_S else f"{self.max_lag_s:g}"
        return typed("promote", self.cluster, max_lag=limit, accept_lag=self.accept_lag)

    def decide(self, context: OperationContext) -> Decision:
        """Refuse what is no replica, and one that is too far behind."""
        topology = context.live()
        require_available(topology)
        _refuse_global(context, topology)
        source = topology.replicates_from
        if source is None and context.stack.record.created_from != "replica_of":
            raise InvalidInput(
                f"{self.cluster} is not a replica: it is already a standalone cluster.",
                hint=f"Check it: aurora-cli status {self.cluster}",
            )
        remarks = self._remarks(source, self._checked(context, topology)) if source else (_PROMOTED_OUTSIDE,)
        return Decision({"source": source}, promoted(context.stack, topology), remarks=remarks)

    def _checked(self, context: OperationContext, topology: Topology) -> Lag:
        lag = lag_of(context.app, context.spec.region, topology)
        if not self.accept_lag and not lag.within(self.max_lag_s):
            raise InvalidInput(
                f"{self.cluster} is {lag.words()}. Writes not yet replicated are lost when it is promoted.",
                hint=f"Stop the writes at {short(str(topology.replicates_from))}, wait until it has caught up "
                f"(`aurora-cli status {self.cluster}` shows it), then promote. To promote anyway: --accept-lag",
                details={"lag_s": lag.seconds, "max_lag_s": self.max_lag_s},
            )
        return lag

    def _remarks(self, source: str, lag: Lag) -> tuple[str, ...]:
        return (
            f"{self.cluster} is {lag.words()}; its source is {source}.",
            f"Stop the writes at {short(source)} first: later writes there are not replicated.",
            "A promoted cluster cannot become a replica again.",
            "Users and passwords stay as they are (`credentials.password: kept`), and `source` is removed from the spec.",
        )

    def steps(self, context: OperationContext, decision: Decision) -> Sequence[Step]:
        """The call, and a note in the record; the last step brings spec and state to it."""
        source = decision.facts["source"]
        return [*([self._promote(context, source)] if source else []), self._note(context)]

    def _promote(self, context: OperationContext, source: str) -> Step:
        def done() -> bool:
            return context.live().replicates_from is None

        def run() -> str | None:
            self._look_again(context)
            call_promote(context.rds, self.cluster)
            context.wait(look, f"{self.cluster} to be a standalone cluster")
            return f"{self.cluster} accepts writes"

        def look() -> tuple[Topology, str | None]:
            topology = context.live()
            busy = topology.replicates_from is not None or topology.status != "available"
            return topology, topology.status if busy else None

        text = f"Promote {self.cluster}: it stops replicating {short(source)} and accepts writes"
        return Step("promote", text, done, run, _INTERRUPTION)

    def _look_again(self, context: OperationContext) -> None:
        """Somebody has read and typed meanwhile, or it is another day."""
        try:
            self._checked(context, context.live())
        except InvalidInput as error:
            raise OperationFailed(f"Not promoted: {error.message}", hint=error.hint, details=error.details) from error

    def _note(self, context: OperationContext) -> Step:
        """From here on the files are those of a cluster that was a replica once; see hcl/values/source.py."""
        record = context.stack

        def run() -> None:
            record.update_record(created_from=PROMOTED)

        return Step(
            "note", "Record that it is no longer a replica", lambda: record.record.created_from == PROMOTED, run
        )


_PROMOTED_OUTSIDE = "It was promoted outside aurora-cli: only the spec and Terraform state are updated."


def _refuse_global(context: OperationContext, topology: Topology) -> None:
    name = context.spec.name
    role = None if context.spec.global_ else global_role(context.rds, topology.arn)
    if context.spec.global_ or role:
        raise InvalidInput(
            f"{name} belongs to a global database, whose members are not promoted one by one.",
            hint=f"To make another Region the primary: aurora-cli global switchover {name} --to REGION; if the primary is lost: "
            f"aurora-cli global failover {name} --to REGION. To remove a Region: aurora-cli global remove-region {name} REGION",
        )
