"""`restore --undo`: the cluster that was set aside takes its place again, and the other one is set aside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aurora_cli.aws.renaming import find_cluster
from aurora_cli.errors import InvalidInput
from aurora_cli.operations.pipeline.step import Decision, Step
from aurora_cli.operations.restore_in_place.name_swap import Exchange, exchange_steps
from aurora_cli.operations.restore_in_place.reconcile import settle_step
from aurora_cli.operations.restore_in_place.refusals import refuse_bound
from aurora_cli.operations.restore_in_place.retained_cluster import Aside, aside_of, beside

if TYPE_CHECKING:
    from aurora_cli.operations.pipeline.context import Ground


@dataclass(frozen=True)
class Undo:
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

    def decide(self, ground: Ground) -> Decision:
        """Who takes whose place."""
        topology = ground.live()
        refuse_bound(ground, topology, "replaced")
        aside = required_aside(ground, "old")
        back = _there(ground, aside)
        live = find_cluster(ground.rds, self.cluster) or {}
        now = ground.app.clock.now()
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
            f"What was written to {self.cluster} since {aside.since[:16]}Z is in {exchange.aside} only, which stays.",
            f"`aurora-cli restore {self.cluster} --undo` again goes forward to it, --discard-old deletes it.",
            "The master password is that of the cluster that comes back; a secret of AWS changes its ARN.",
        )
        return Decision({"exchange": exchange.to_facts()}, remarks=remarks)

    def steps(self, ground: Ground, decision: Decision) -> Sequence[Step]:
        """The exchange of names, then Terraform."""
        exchange = Exchange(**decision.facts["exchange"])
        ground.names = (exchange.live, exchange.incoming, exchange.aside)

        def keep() -> None:
            since = ground.app.clock.now().isoformat(timespec="seconds")
            Aside(exchange.aside, "old", since, exchange.leaving).keep(ground.stack)

        return [*exchange_steps(ground, exchange, keep), settle_step(ground)]


def required_aside(ground: Ground, kind: str | None = None) -> Aside:
    """The cluster that stands beside the stack's own. Raises InvalidInput when there is none of that kind."""
    aside = aside_of(ground.stack)
    if aside is None or kind not in (None, aside.kind):
        raise InvalidInput(
            f"No old cluster stands beside {ground.spec.name}.",
            hint=f"`aurora-cli restore {ground.spec.name} --replace` sets one aside.",
        )
    return aside


def _there(ground: Ground, aside: Aside) -> dict[str, Any]:
    found = find_cluster(ground.rds, aside.cluster)
    if found is None:
        raise InvalidInput(
            f"{aside.cluster} is gone: somebody has deleted it.",
            hint=f"Forget it: aurora-cli restore {ground.spec.name} --discard-old. Its data may be in a snapshot.",
        )
    return found
