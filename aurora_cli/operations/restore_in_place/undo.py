"""`restore --undo`: the cluster that was set aside takes its place again, and the other one is set aside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aurora_cli.aws.describe import find_cluster
from aurora_cli.errors import InvalidInput
from aurora_cli.operations.pipeline.step import Decision, Operation, Step
from aurora_cli.operations.restore_in_place.name_swap import Exchange, exchange_steps
from aurora_cli.operations.restore_in_place.reconcile import reconcile_step
from aurora_cli.operations.restore_in_place.refusals import refuse_bound
from aurora_cli.operations.restore_in_place.retained_cluster import RetainedCluster, aside_of, beside

if TYPE_CHECKING:
    from aurora_cli.operations.pipeline.context import OperationContext


@dataclass(frozen=True)
class Undo(Operation):
    """The operation."""

    cluster: str
    name = "restore"

    @property
    def arguments(self) -> Mapping[str, Any]:
        """What was asked for."""
        return {"undo": True}

    @property
    def command(self) -> tuple[str, ...]:
        """The words that go on with it."""
        return ("restore", self.cluster, "--undo", "--confirm", self.cluster)

    def decide(self, context: OperationContext) -> Decision:
        """Who takes whose place."""
        topology = context.live()
        refuse_bound(context, topology, "replaced")
        aside = required_aside(context, "old")
        back = _there(context, aside)
        live = find_cluster(context.rds, self.cluster) or {}
        now = context.app.clock.now()
        members = {m["DBInstanceIdentifier"] for m in back.get("DBClusterMembers", ())}
        coming = {present: final for final, present in aside.instances.items() if present in members}
        leaving = [m.id for m in topology.members if not m.autoscaled]
        exchange = Exchange(
            live=self.cluster,
            outgoing=live["DbClusterResourceId"],
            aside=beside(self.cluster, "old", now),
            incoming=aside.cluster,
            leaving={one: beside(one, "old", now) for one in leaving},
            coming=coming,
        )
        remarks = (
            f"What was written to {self.cluster} since {aside.since[:16]}Z is only in {exchange.aside}, which is kept.",
            f"`aurora-cli restore {self.cluster} --undo` again swaps it back in, --discard-old deletes it.",
            "The master password is that of the cluster swapped back in; a managed secret changes its ARN.",
        )
        return Decision({"exchange": exchange.to_facts()}, remarks=remarks)

    def steps(self, context: OperationContext, decision: Decision) -> Sequence[Step]:
        """The exchange of names, then Terraform."""
        exchange = Exchange(**decision.facts["exchange"])
        context.names = (exchange.live, exchange.incoming, exchange.aside)

        def keep() -> None:
            since = context.app.clock.now().isoformat(timespec="seconds")
            RetainedCluster(exchange.aside, "old", since, exchange.leaving).keep(context.stack)

        return [*exchange_steps(context, exchange, keep), reconcile_step(context)]


def required_aside(context: OperationContext, kind: str | None = None) -> RetainedCluster:
    """The cluster that stands beside the stack's own. Raises InvalidInput when there is none of that kind."""
    aside = aside_of(context.stack)
    if aside is None or kind not in (None, aside.kind):
        raise InvalidInput(
            f"No old cluster is retained beside {context.spec.name}.",
            hint=f"`aurora-cli restore {context.spec.name} --replace` retains one.",
        )
    return aside


def _there(context: OperationContext, aside: RetainedCluster) -> dict[str, Any]:
    found = find_cluster(context.rds, aside.cluster)
    if found is None:
        raise InvalidInput(
            f"{aside.cluster} was deleted outside Terraform aurora-cli.",
            hint=f"Remove its record: aurora-cli restore {context.spec.name} --discard-old. Its data may be in a snapshot.",
        )
    return found
