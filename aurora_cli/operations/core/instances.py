"""Which instances a cluster has: keys that are stable, never the writer's that goes, and a failover first where it must go.

Instances are `for_each` over keys `1`, `2`, ...; `1` is always there, since it is the one that is created first. Removing a
reader leaves a gap that the next new reader fills, so no other instance is touched.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aurora_cli.errors import OperationFailed
from aurora_cli.events import timed, waiting
from aurora_cli.operations.core.concern import Concern, Shown
from aurora_cli.operations.core.region_topology import live_regions
from aurora_cli.spec.derived.regions import regions_of, secondary_spec
from aurora_cli.terraform.state.addresses import inner, region_of

if TYPE_CHECKING:
    from aurora_cli.aws.cluster.topology import Topology
    from aurora_cli.spec.model.cluster import ClusterSpec
    from aurora_cli.terraform.plan.plan import Plan

FIRST = "1"
_ADDRESS_OF_FIRST = "aws_rds_cluster_instance.first"
ADDRESS_OF_OTHERS = "aws_rds_cluster_instance.others"


@dataclass(frozen=True)
class KeyChoice:
    """The keys to render, and what must happen first.

    Attributes:
        keys: the keys, in numeric order.
        fail_over_to: key that must become the writer before the apply, since the current writer goes; else None.
    """

    keys: tuple[str, ...]
    fail_over_to: str | None = None


def choose_keys(existing: Collection[str], count: int, writer: str | None) -> KeyChoice:
    """The keys for `count` instances.

    Args:
        existing: keys that the cluster has now; empty for a new one.
        count: instances wanted, at least 1.
        writer: key of the instance that is the writer now, or None if there is none (or it is not ours).

    Returns:
        `existing` grown by the lowest free keys, or shrunk by the highest ones, sparing `1` and the writer. Only when
        a single instance stays and the writer is not `1` must the role move, to `1`.
    """
    keys = sorted({*existing, FIRST}, key=int)
    number = 1
    while len(keys) < count:
        if str(number) not in keys:
            keys = sorted([*keys, str(number)], key=int)
        number += 1
    for key in reversed(list(keys)):
        if len(keys) > count and key not in (FIRST, writer):
            keys.remove(key)
    if len(keys) > count and count == 1:
        return KeyChoice((FIRST,), fail_over_to=FIRST)
    return KeyChoice(tuple(keys))


def keys_in_state(addresses: Collection[str], region: str | None = None) -> list[str]:
    """Keys of the instances that Terraform's state holds, from their addresses: the cluster's own, or a secondary Region's."""
    addresses = {inner(a) for a in addresses if region_of(a) == region}
    keys = [FIRST] if _ADDRESS_OF_FIRST in addresses else []
    prefix, suffix = f'{ADDRESS_OF_OTHERS}["', '"]'
    keys += [a[len(prefix) : -len(suffix)] for a in addresses if a.startswith(prefix) and a.endswith(suffix)]
    return sorted((k for k in keys if k.isdigit()), key=int)


def key_of(identifier: str | None, spec: ClusterSpec) -> str | None:
    """The key of an instance of the cluster by its identifier; None if it is not one of ours."""
    for key, override in spec.instances.overrides.items():
        if identifier and override.identifier == identifier:
            return key
    name = spec.name
    prefix = f"{name}-"
    if identifier and identifier.startswith(prefix) and identifier[len(prefix) :].isdigit():
        return identifier[len(prefix) :]
    return None


def identifiers(keys: Collection[str], spec: ClusterSpec) -> Mapping[str, str]:
    """Key -> DB instance identifier: the override's, or `<name>-<key>`."""
    own = {key: override.identifier for key, override in spec.instances.overrides.items()}
    return {key: own.get(key) or f"{spec.name}-{key}" for key in keys}


def refuse_missing_successor(spec: ClusterSpec, key: str | None, topology: Topology | None) -> None:
    """The role cannot move to an instance that was deleted outside; Terraform would make it only after the move.

    Args:
        key: of the instance that becomes the writer; None when the role stays.
        topology: the live cluster, None if there is none.

    Raises:
        OperationFailed: AWS has no such instance.
    """
    successor = identifiers([key], spec)[key] if key else None
    if successor is None or topology is None or successor in {m.id for m in topology.members}:
        return
    raise OperationFailed(
        f"Nothing was changed: {successor} would have to become the writer, but it does not exist in AWS.",
        hint=f"Recreate it with `aurora-cli scale {spec.name} --readers 1`, then run this command again.",
    )


class Instances(Concern):
    """Instance keys by the state, unless the operation has decided them; of secondary Regions it decides none."""

    def read(self) -> None:
        """Choose the keys."""
        if self.change.keys is not None:
            self.values = {"instance_keys": self.change.keys}
            before = self.context.before
            if before is not None and regions_of(before) != regions_of(self.spec):
                self.values |= {"region_keys": tuple(self._of_regions())}
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
        from aurora_cli.aws.modify.failover import fail_over

        emit = self.options.emit
        with timed(emit, "failover", f"Failing over to {target}"):
            fail_over(self.context.rds, self.spec.name, target, clock=self.app.clock, waiting=waiting(emit))
