"""The instances of a cluster and the autoscaling of its readers, as the templates need them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aurora_cli.errors import InvalidInput
from aurora_cli.hcl.literal import Attempt, Expression
from aurora_cli.hcl.render_options import RenderOptions
from aurora_cli.spec.derived.members import SERVERLESS, class_of, override_of, tier_of
from aurora_cli.spec.model.cluster import ClusterSpec
from aurora_cli.spec.model.instances import InstanceOverride


@dataclass(frozen=True)
class Instance:
    """One instance: its stable key, class, failover tier (0 first), and its zone by name or by place in `local.zones`.

    `own` holds the values of the settings in which the instances of the cluster differ.
    """

    key: str
    class_name: str
    promotion_tier: int
    zone: str | None
    zone_index: int
    own: dict[str, Any]


@dataclass(frozen=True)
class Scaling:
    """Serverless v2 range in ACUs, and the idle seconds before a pause (only where the minimum is 0)."""

    minimum: float
    maximum: float
    pause_after: int | None


@dataclass(frozen=True)
class Instances:
    """All instances, in the order of their keys; `settings` says where each value is: shared, or the instance's own."""

    members: tuple[Instance, ...]
    settings: dict[str, Any]


Setting = Callable[[ClusterSpec, str, InstanceOverride], Any]


def _identifier(spec: ClusterSpec, key: str, own: InstanceOverride) -> Any:
    return own.identifier or f"{spec.name}-{key}"


def _parameter_group(spec: ClusterSpec, key: str, own: InstanceOverride) -> Any:
    if own.parameter_group:
        return own.parameter_group
    if spec.parameters.instance_group and not own.parameters:
        return spec.parameters.instance_group
    return Expression(f"aws_db_parameter_group.{f'instance_{key}' if own.parameters else 'this'}.name")


def _copy_tags(spec: ClusterSpec, key: str, own: InstanceOverride) -> Any:
    given = (own.copy_tags, spec.instances.copy_tags, spec.backup.copy_tags)
    return next(value for value in given if value is not None)


def _auto_minor_upgrades(spec: ClusterSpec, key: str, own: InstanceOverride) -> Any:
    return spec.maintenance.auto_minor_upgrades if own.auto_minor_upgrades is None else own.auto_minor_upgrades


def _interval(spec: ClusterSpec, key: str, own: InstanceOverride) -> Any:
    enhanced = spec.monitoring.enhanced
    return own.monitoring_interval if own.monitoring_interval is not None else enhanced and enhanced.interval


def _monitoring_role(spec: ClusterSpec, key: str, own: InstanceOverride) -> Any:
    """None without an interval: the API refuses a role with an interval of 0."""
    if not _interval(spec, key, own):
        return None
    enhanced = spec.monitoring.enhanced
    return (enhanced and enhanced.role) or Expression("aws_iam_role.monitoring.arn")


_SETTINGS: dict[str, Setting] = {
    "parameter_group": _parameter_group,
    "auto_minor_upgrades": _auto_minor_upgrades,
    "maintenance_window": lambda spec, key, own: own.maintenance_window or spec.maintenance.window,
    "ca_certificate": lambda spec, key, own: own.ca_certificate or spec.instances.ca_certificate,
    "copy_tags": _copy_tags,
    "monitoring_interval": _interval,
    "monitoring_role": _monitoring_role,
    "public_access": lambda spec, key, own: (
        spec.network.public_access if own.public_access is None else own.public_access
    ),
    "tags": lambda spec, key, own: own.tags or None,
}


NO_INSTANCES = Instances((), {})
"""Of a cluster with storage only."""


def instances_of(spec: ClusterSpec, options: RenderOptions) -> Instances:
    """The instances of a resolved spec.

    Keys count zones and tiers, so what stands at a key is the same whatever other keys come and go: key 1 is in the
    first zone with tier 0, key 2 in the second with tier 1. Tiers end at 15; AWS fails over to the lowest one.
    """
    keys = options.keys(spec)
    settings = {name: [of(spec, key, override_of(spec, key)) for key in keys] for name, of in _SETTINGS.items()}
    differing = {name: values for name, values in settings.items() if any(v != values[0] for v in values)}
    if any(override_of(spec, key).identifier for key in keys):
        differing["identifier"] = [_identifier(spec, key, override_of(spec, key)) for key in keys]
    own = [{name: values[place] for name, values in differing.items()} for place in range(len(keys))]
    shared = {name: values[0] for name, values in settings.items()}
    places = {
        name: (Attempt if None in values else Expression)(f"each.value.{name}") for name, values in differing.items()
    }
    members = tuple(_instance(spec, key, mine) for key, mine in zip(keys, own, strict=True))
    return Instances(members, {**shared, **places})


def _instance(spec: ClusterSpec, key: str, own: dict[str, Any]) -> Instance:
    class_name = class_of(spec, key)
    if class_name is None:
        raise InvalidInput(f"Instance {key} has no class.", hint="Set instances.class or instances.acu.")
    return Instance(
        key=key,
        class_name=class_name,
        promotion_tier=tier_of(spec, key),
        zone=override_of(spec, key).zone,
        zone_index=int(key) - 1,
        own=own,
    )


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


_METRICS = {
    "cpu": "RDSReaderAverageCPUUtilization",
    "connections": "RDSReaderAverageDatabaseConnections",
}


def targets_of(spec: ClusterSpec) -> dict[str, dict[str, Any]]:
    """Policy -> metric and value to keep to; the API takes one policy for each metric."""
    given = spec.autoscaling
    values = {name: getattr(given, name) for name in _METRICS} if given else {}
    return {name: {"metric": _METRICS[name], "value": value} for name, value in values.items() if value is not None}


def schedules_of(spec: ClusterSpec) -> dict[str, dict[str, Any]]:
    """Schedule -> its values."""
    schedules = spec.autoscaling.schedules if spec.autoscaling else {}
    return {name: one.model_dump() for name, one in schedules.items()}
