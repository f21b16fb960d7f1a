"""Move the writer's role to a reader."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aurora_cli.errors import InvalidInput
from aurora_cli.operations.core.instances import identifiers
from aurora_cli.operations.core.review import RunOptions
from aurora_cli.operations.pipeline.engine import run_operation
from aurora_cli.operations.pipeline.role_steps import failover_step, failover_target
from aurora_cli.operations.pipeline.step import Decision, Step, ToOne

if TYPE_CHECKING:
    from aurora_cli.aws.cluster.topology import Topology
    from aurora_cli.context import AppContext
    from aurora_cli.operations.core.review import ChangeResult
    from aurora_cli.operations.pipeline.context import OperationContext


def failover(app: AppContext, cluster: str, *, options: RunOptions, to: str | None = None) -> ChangeResult:
    """Fail over to a reader, and wait until the role has moved.

    Args:
        to: key or DB instance identifier of the reader; None for the one that AWS would take: the lowest promotion tier.

    Raises:
        InvalidInput: there is no reader, or `to` is none. What `run_operation` raises.
    """
    return run_operation(app, cluster, Failover(cluster, to), options)


@dataclass(frozen=True)
class Failover(ToOne):
    """The operation."""

    name = "failover"

    def decide(self, context: OperationContext) -> Decision:
        """Choose the target once, so that a repeat does not fail over a second time."""
        topology = context.live()
        require_available(topology)
        if not topology.readers:
            raise InvalidInput(
                f"{self.cluster} has no reader to fail over to.",
                hint=f"Add one: aurora-cli scale {self.cluster} --readers 1",
            )
        target = named_instance(context, topology, self.to) if self.to else self._heir(topology)
        return Decision({"target": target}, next_writer=target)

    def _heir(self, topology: Topology) -> str:
        found = failover_target(topology, {m.id for m in topology.readers})
        if found is None:
            raise InvalidInput(f"No reader of {self.cluster} is available.", hint=f"aurora-cli status {self.cluster}")
        return found.id

    def steps(self, context: OperationContext, decision: Decision) -> Sequence[Step]:
        """One step."""
        return [failover_step(context, decision.facts["target"])]


def named_instance(context: OperationContext, topology: Topology, name: str) -> str:
    """The DB instance identifier of an instance by key or identifier. Raises InvalidInput naming those that there are."""
    identifier = identifiers([name], context.spec)[name] if name.isdigit() else name
    known = [m.id for m in topology.members]
    if identifier in known:
        return identifier
    raise InvalidInput(f"{context.spec.name} has no instance {name}.", hint=f"There are: {', '.join(known) or 'none'}")


def require_available(topology: Topology) -> None:
    """Raise InvalidInput for a stopped cluster, which takes no changes. Passing statuses are waited for by the engine."""
    if topology.status in ("stopped", "stopping"):
        name = topology.identifier
        raise InvalidInput(f"{name} is {topology.status}: it cannot be changed.", hint=f"aurora-cli start {name}")
