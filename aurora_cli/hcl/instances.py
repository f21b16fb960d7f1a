"""The instances of a cluster as the templates need them."""

from __future__ import annotations

from dataclasses import dataclass

from aurora_cli.errors import InvalidInput
from aurora_cli.hcl.options import RenderOptions
from aurora_cli.spec.model import ClusterSpec, InstanceOverride

SERVERLESS = "db.serverless"
LOWEST_PRIORITY = 15


@dataclass(frozen=True)
class Instance:
    """One instance: its stable key, class, failover tier (0 first), and its zone by name or by place in `local.zones`."""

    key: str
    class_name: str
    promotion_tier: int
    zone: str | None
    zone_index: int


@dataclass(frozen=True)
class Scaling:
    """Serverless v2 range in ACUs, and the idle seconds before a pause (only where the minimum is 0)."""

    minimum: float
    maximum: float
    pause_after: int | None


def instances_of(spec: ClusterSpec, options: RenderOptions) -> tuple[Instance, ...]:
    """The instances in the order of their keys; the first is the one to be created first.

    Keys count zones and tiers, so what stands at a key is the same whatever other keys come and go: key 1 is in the
    first zone with tier 0, key 2 in the second with tier 1. Tiers end at 15; AWS fails over to the lowest one.
    """
    keys = options.keys(spec)
    return tuple(_instance(spec, key, is_first=key == keys[0]) for key in keys)


def _instance(spec: ClusterSpec, key: str, *, is_first: bool) -> Instance:
    override = spec.instances.overrides.get(key) or InstanceOverride.model_validate({})
    place = 0 if is_first else int(key) - 1
    tier = override.promotion_tier
    return Instance(
        key=key,
        class_name=override.class_ or _class_of_all(spec, key),
        promotion_tier=min(place, LOWEST_PRIORITY) if tier is None else tier,
        zone=override.zone,
        zone_index=int(key) - 1,
    )


def _class_of_all(spec: ClusterSpec, key: str) -> str:
    if spec.instances.class_ is not None:
        return spec.instances.class_
    if spec.instances.acu is not None:
        return SERVERLESS
    raise InvalidInput(f"Instance {key} has no class.", hint="Set instances.class or instances.acu.")


def scaling_of(spec: ClusterSpec, instances: tuple[Instance, ...]) -> Scaling | None:
    """The scaling block: there while any instance is serverless, since the API wants it before the first of them.

    Raises:
        InvalidInput: a serverless instance without a range.
    """
    if all(instance.class_name != SERVERLESS for instance in instances):
        return None
    acu = spec.instances.acu
    if acu is None:
        raise InvalidInput(f"{SERVERLESS} needs a capacity range.", hint="Set instances.acu, for example 0.5-4.")
    # The API refuses a pause delay with a minimum above 0.
    return Scaling(acu.min, acu.max, spec.instances.pause_after if acu.min == 0 else None)
