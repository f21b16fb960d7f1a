"""Restart instances: one, or one after another with the writer last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aurora_cli.errors import InvalidInput
from aurora_cli.operations.core.review import RunOptions
from aurora_cli.operations.day_two.failover import named_instance, require_available
from aurora_cli.operations.pipeline.engine import run_operation
from aurora_cli.operations.pipeline.restart_steps import restart_step
from aurora_cli.operations.pipeline.role_steps import failover_step, failover_target
from aurora_cli.operations.pipeline.step import Decision, Operation, Step, typed

if TYPE_CHECKING:
    from aurora_cli.aws.cluster.topology import Member, Topology
    from aurora_cli.context import AppContext
    from aurora_cli.operations.core.review import ChangeResult
    from aurora_cli.operations.pipeline.context import OperationContext


def reboot(
    app: AppContext,
    cluster: str,
    *,
    options: RunOptions,
    instance: str | None = None,
    rolling: bool = False,
    every: bool = False,
) -> ChangeResult:
    """Restart one instance, or those for which parameters wait, one at a time.

    Args:
        instance: key or DB instance identifier; neither it nor `rolling` means the only instance that there is.
        rolling: readers first, then a failover, then the old writer.
        every: with `rolling`, every instance, also those for which nothing waits.

    Raises:
        InvalidInput: it is not clear which instance is meant. What `run_operation` raises.
    """
    return run_operation(app, cluster, Reboot(cluster, instance, rolling, every), options)


@dataclass(frozen=True)
class Reboot(Operation):
    """The operation."""

    cluster: str
    instance: str | None
    rolling: bool
    every: bool
    name = "reboot"
    retargets = True

    @property
    def arguments(self) -> Mapping[str, Any]:
        """What was asked for."""
        return {"instance": self.instance, "rolling": self.rolling, "all": self.every}

    @property
    def command(self) -> tuple[str, ...]:
        """The words that go on with it."""
        return typed("reboot", self.cluster, instance=self.instance, rolling=self.rolling, all=self.every)

    def decide(self, context: OperationContext) -> Decision:
        """Which instances, in which order, and who takes the role meanwhile."""
        topology = context.live()
        require_available(topology)
        chosen = self._rolling(topology) if self.rolling else [self._one(context, topology)]
        writer = topology.writer.id if topology.writer else None
        successor = (
            failover_target(topology, {m.id for m in topology.readers}) if self.rolling and writer in chosen else None
        )
        return Decision(
            {
                "order": sorted(chosen, key=lambda name: name == writer),
                "waited": [m.id for m in topology.members if m.waits_for_reboot],
                "writer": writer,
                "successor": successor.id if successor else None,
            },
            next_writer=successor.id if successor else None,
            remarks=_remarks(self.cluster, topology, chosen, hands_over=successor is not None),
        )

    def _rolling(self, topology: Topology) -> list[str]:
        members = [m for m in topology.members if m.status != "deleting"]
        ordered = sorted(members, key=lambda m: (-(m.promotion_tier or 0), m.id))
        return [m.id for m in ordered if self.every or m.waits_for_reboot]

    def _one(self, context: OperationContext, topology: Topology) -> str:
        if self.instance:
            return named_instance(context, topology, self.instance)
        if len(topology.members) == 1:
            return topology.members[0].id
        raise InvalidInput(
            f"{self.cluster} has {len(topology.members)} instances: specify which one to reboot.",
            hint="Specify --instance KEY, or --rolling for all with a pending reboot, one after another.",
        )

    def steps(self, context: OperationContext, decision: Decision) -> Sequence[Step]:
        """Readers, failover, old writer."""
        facts = decision.facts
        steps: list[Step] = []
        for name in facts["order"]:
            is_writer = name == facts["writer"]
            if is_writer and facts["successor"]:
                steps.append(failover_step(context, facts["successor"]))
            away = is_writer and not facts["successor"]
            steps.append(restart_step(context, name, waited=name in facts["waited"], writer=away))
        return steps


def _remarks(cluster: str, topology: Topology, chosen: Sequence[str], *, hands_over: bool) -> tuple[str, ...]:
    writer: Member | None = topology.writer
    if writer is None or writer.id not in chosen or hands_over:
        return ()
    if not topology.readers:
        return (
            f"{writer.id} is the only instance. A reader takes over meanwhile: aurora-cli scale {cluster} --readers 1",
        )
    return (f"{writer.id} is the writer. With --rolling the role moves to a reader first, which takes seconds.",)
