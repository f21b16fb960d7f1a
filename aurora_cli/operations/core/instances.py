"""Which instances a change renders, in every Region; and the failover that comes first where the writer goes."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from aurora_cli.events import StepFinished, StepStarted, waiting
from aurora_cli.operations.core.concern import Concern, Shown
from aurora_cli.operations.core.instance_keys import (
    choose_keys,
    identifiers,
    key_of,
    keys_in_state,
    refuse_missing_successor,
)
from aurora_cli.operations.core.region_topology import live_regions
from aurora_cli.spec.regions import regions_of, secondary_spec

if TYPE_CHECKING:
    from aurora_cli.terraform.plan import Plan


class Instances(Concern):
    """Instance keys by the state, unless the operation has decided them."""

    def read(self) -> None:
        """Choose the keys."""
        if self.change.keys is not None:
            self.values = {"instance_keys": self.change.keys}
            return
        existing, count = keys_in_state(self.change.addresses), self.spec.instances.readers + 1
        topology = self.change.live() if len(existing) > count else None
        writer = key_of(topology.writer.id, self.spec) if topology and topology.writer else None
        choice = choose_keys(existing, count, writer)
        refuse_missing_successor(self.spec, choice.fail_over_to, topology)
        if choice.fail_over_to:
            self.change.next_writer = identifiers([choice.fail_over_to], self.spec)[choice.fail_over_to]
        self.values = {"instance_keys": choice.keys, "region_keys": tuple(self._of_regions())}

    def _of_regions(self) -> list[tuple[str, tuple[str, ...]]]:
        """As for the cluster itself; after a switchover the writer is in one of the Regions, and it never goes."""
        chosen = []
        for region, given in regions_of(self.spec).items():
            if given.headless:
                continue
            existing, count = keys_in_state(self.change.addresses, region), given.instances.readers + 1
            writer = self._writer_in(region) if len(existing) > count else None
            chosen.append((region, choose_keys(existing, count, writer).keys))
        return chosen

    def _writer_in(self, region: str) -> str | None:
        topology = live_regions(self.app, self.spec, [region]).secondaries.get(region)
        own = secondary_spec(self.spec, region)
        return key_of(topology.writer.id, own) if topology and topology.writer else None

    def review(self, plan: Plan) -> Shown:
        """The failover."""
        successor, topology = self.change.next_writer, self.change.topology
        if successor is None:
            return Shown()
        writer = topology.writer.id if topology and topology.writer else "the current writer"
        return Shown(steps=(f"Fail over from {writer} to {successor}: writes stop for some seconds.",))

    def before(self) -> None:
        """Fail over."""
        target = self.change.next_writer
        if target is None:
            return
        from aurora_cli.aws.failover import fail_over

        started, emit = monotonic(), self.options.emit
        emit(StepStarted("failover", f"Failing over to {target}"))
        waits = waiting(emit, f"{target} to become the writer")
        fail_over(self.context.rds, self.spec.name, target, clock=self.app.clock, waiting=waits)
        emit(StepFinished("failover", monotonic() - started))
