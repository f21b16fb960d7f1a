"""The instances that a spec asks for: class, failover tier and memory of each, worked out from the whole and its overrides."""

from __future__ import annotations

import re
from dataclasses import dataclass

from aurora_cli.spec.model.cluster import ClusterSpec
from aurora_cli.spec.model.instances import InstanceOverride

SERVERLESS = "db.serverless"
LOWEST_PRIORITY = 15
FOLLOWING_TIER = 1
"""Serverless readers in tiers 0 and 1 are kept as large as the writer. Source: Aurora User Guide, Serverless v2."""

_CLASS = re.compile(r"db\.(?P<family>[a-z]+)\d+[a-z]*\.(?P<size>small|medium|large|(?P<times>\d*)xlarge)")
_LARGE = {"r": 16, "x": 32, "t": 8}
_SMALL = {"small": 2, "medium": 4}
_GIB_PER_ACU = 2


@dataclass(frozen=True)
class Member:
    """One instance: its key, class (None where the spec gives none) and promotion tier."""

    key: str
    class_name: str | None
    tier: int


def override_of(spec: ClusterSpec, key: str) -> InstanceOverride:
    """What the instance has of its own; empty if nothing."""
    return spec.instances.overrides.get(key) or InstanceOverride.model_validate({})


def class_of(spec: ClusterSpec, key: str) -> str | None:
    """The instance's class: its own, that of all, or db.serverless where only a capacity is given."""
    of_all = spec.instances.class_ or (SERVERLESS if spec.instances.acu else None)
    return override_of(spec, key).class_ or of_all


def tier_of(spec: ClusterSpec, key: str) -> int:
    """The instance's promotion tier.

    Keys count tiers, so what stands at a key is the same whatever other keys come and go: key 1 has 0, key 2 has 1, key 3
    has 2. Tiers end at 15. `scale_with_writer` moves a serverless reader into a following tier or out.
    """
    override = override_of(spec, key)
    if override.promotion_tier is not None:
        return override.promotion_tier
    place = min(int(key) - 1, LOWEST_PRIORITY)
    if override.scale_with_writer is None:
        return place
    return min(place, FOLLOWING_TIER) if override.scale_with_writer else max(place, FOLLOWING_TIER + 1)


def public_fields(spec: ClusterSpec) -> tuple[str, ...]:
    """The fields that give instances a public address; none for a private cluster."""
    of_all = ("network.public_access",) if spec.network.public_access else ()
    own = (key for key, override in sorted(spec.instances.overrides.items()) if override.public_access)
    return (*of_all, *(f"instances.overrides.{key}.public_access" for key in own))


def members_of(spec: ClusterSpec) -> tuple[Member, ...]:
    """The instances of a new cluster: keys 1 to readers + 1."""
    keys = [str(number) for number in range(1, spec.instances.readers + 2)]
    return tuple(Member(key, class_of(spec, key), tier_of(spec, key)) for key in keys)


def preferred_writers(spec: ClusterSpec) -> tuple[str, ...]:
    """Keys of the instances of which one should be the writer of a new cluster; empty where the spec does not care.

    It does where instances differ in class, zone or tier: then it is the one that AWS would fail over to, of the lowest tier
    and of several the largest (Aurora User Guide, fault tolerance).
    """
    members = members_of(spec)
    own = [override_of(spec, member.key) for member in members]
    if len(members) == 1 or not any(
        one.class_ or one.zone or one.promotion_tier is not None or one.scale_with_writer is not None for one in own
    ):
        return ()
    ranks = {one.key: (one.tier, -(memory_of(spec, one.class_name) or 0)) for one in members}
    return tuple(key for key, rank in ranks.items() if rank == min(ranks.values()))


def memory_of(spec: ClusterSpec, class_name: str | None) -> float | None:
    """Memory in GiB of a class, for db.serverless at its largest capacity; None for a class whose size is not known."""
    if class_name == SERVERLESS:
        return spec.instances.acu.max * _GIB_PER_ACU if spec.instances.acu else None
    match = _CLASS.fullmatch(class_name or "")
    if match is None or match["family"] not in _LARGE:
        return None
    if match["size"] in _SMALL:
        return _SMALL[match["size"]]
    times = 1 if match["size"] == "large" else 2 * int(match["times"] or 1)
    return _LARGE[match["family"]] * times
