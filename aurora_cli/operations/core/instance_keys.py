"""Which instance keys a cluster has: stable, and never the writer's that goes.

Instances are `for_each` over keys `1`, `2`, ...; `1` is always there, since it is the one that is created first. Removing a
reader leaves a gap that the next new reader fills, so no other instance is touched.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aurora_cli.errors import OperationFailed
from aurora_cli.terraform.addresses import inner, region_of

if TYPE_CHECKING:
    from aurora_cli.aws.topology import Topology
    from aurora_cli.spec.model import ClusterSpec

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
