"""Which instances a cluster has, by keys that are stable, and which of them is the writer of a new one.

Instances are `for_each` over keys `1`, `2`, ... Removing a reader leaves a gap that the next new reader fills, so no other
instance is touched; the writer is never removed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from aurora_cli.events import timed, waiting
from aurora_cli.operations.core.concern import Concern, Shown
from aurora_cli.operations.core.region_topology import live_regions
from aurora_cli.spec.derived.members import preferred_writers
from aurora_cli.spec.derived.regions import regions_of, secondary_spec
from aurora_cli.terraform.state.addresses import INSTANCES, as_now, inner, region_of

if TYPE_CHECKING:
    from aurora_cli.spec.model.cluster import ClusterSpec
    from aurora_cli.terraform.plan.plan import Plan

_INSTANCE = re.compile(rf'{re.escape(INSTANCES)}\["(?P<key>[1-9][0-9]*)"\]')


def choose_keys(existing: Collection[str], count: int, writer: str | None) -> tuple[str, ...]:
    """The keys for `count` instances, in numeric order.

    Args:
        existing: keys that the cluster has now; empty for a new one.
        count: instances wanted, at least 1.
        writer: key of the instance that is the writer now, or None if there is none (or it is not ours).

    Returns:
        `existing` grown by the lowest free keys, or shrunk by the highest ones, sparing the writer.
    """
    keys = sorted(existing, key=int)
    number = 1
    while len(keys) < count:
        if str(number) not in keys:
            keys = sorted([*keys, str(number)], key=int)
        number += 1
    for key in reversed(list(keys)):
        if len(keys) > count and key != writer:
            keys.remove(key)
    return tuple(keys)


def keys_in_state(addresses: Collection[str], region: str | None = None) -> list[str]:
    """Keys of the instances that Terraform's state holds, from their addresses: the cluster's own, or a secondary Region's."""
    addresses = {inner(a) for a in addresses if region_of(a) == region}
    return sorted((match["key"] for a in addresses if (match := _INSTANCE.fullmatch(as_now(a)))), key=int)


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


class Instances(Concern):
    """Instance keys by the state, unless the operation has decided them, and the writer of a new cluster.

    Of secondary Regions it decides no keys. AWS makes one of the instances that are created in parallel the writer; where the
    spec sets them apart, the role is moved to the one that it means.
    """

    preferred: tuple[str, ...] = ()

    def read(self) -> None:
        """Choose the keys."""
        addresses = self.change.addresses
        self.values = {"split_instances": any(as_now(one) != one for one in addresses)}
        if self.change.keys is not None:
            self.values |= {"instance_keys": self.change.keys}
            before = self.context.before
            if before is not None and regions_of(before) != regions_of(self.spec):
                self.values |= {"region_keys": tuple(self._of_regions())}
            return
        existing, count = keys_in_state(addresses), self.spec.instances.readers + 1
        topology = self.change.live() if len(existing) > count else None
        writer = key_of(topology.writer.id, self.spec) if topology and topology.writer else None
        self.values |= {
            "instance_keys": choose_keys(existing, count, writer),
            "region_keys": tuple(self._of_regions()),
        }

    def _of_regions(self) -> list[tuple[str, tuple[str, ...]]]:
        """As for the cluster itself; after a switchover the writer is in one of the Regions, and it never goes."""
        chosen = []
        for region, given in regions_of(self.spec).items():
            if given.headless:
                continue
            existing, count = keys_in_state(self.change.addresses, region), given.instances.readers + 1
            writer = self._writer_in(region) if len(existing) > count else None
            chosen.append((region, choose_keys(existing, count, writer)))
        return chosen

    def _writer_in(self, region: str) -> str | None:
        topology = live_regions(self.app, self.spec, [region]).secondaries.get(region)
        own = secondary_spec(self.spec, region)
        return key_of(topology.writer.id, own) if topology and topology.writer else None

    def review(self, plan: Plan) -> Shown:
        """The failover of a new cluster, unless its writer is the right one already."""
        if self.stack.record.status != "creating" and keys_in_state(self.change.addresses):
            return Shown()
        self.preferred = tuple(identifiers(preferred_writers(self.spec), self.spec).values())
        topology = self.change.topology
        if not self.preferred or (topology and topology.writer and topology.writer.id in self.preferred):
            return Shown()
        wanted = " or ".join(self.preferred)
        return Shown(steps=(f"Fail over to {wanted}, if AWS makes another instance the writer: some seconds.",))

    def after(self) -> None:
        """Fail over."""
        topology = self.change.live() if self.preferred else None
        if topology is None or topology.writer is None or topology.writer.id in self.preferred:
            return
        from aurora_cli.aws.modify.failover import fail_over

        emit, target = self.options.emit, self.preferred[0]
        with timed(emit, "failover", f"Failing over to {target}"):
            fail_over(self.context.rds, self.spec.name, target, clock=self.app.clock, waiting=waiting(emit))
