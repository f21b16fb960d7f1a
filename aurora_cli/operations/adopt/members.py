"""The instances of an existing cluster in the words of the spec: what they share once, what sets one apart in its override."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from aurora_cli.aws.cluster.discovery import DiscoveredCluster, Item
from aurora_cli.operations.adopt.tags import own_tags

DEFAULT_CA = "rds-ca-rsa2048-g1"
_LOWEST_TIER = 15


def keys_of(found: DiscoveredCluster) -> dict[str, Item]:
    """Key -> instance. The writer is `1`, unless the names say otherwise."""
    name, instances = found.identifier, list(found.managed)
    count = len(instances)
    natural = {str(number): f"{name}-{number}" for number in range(1, count + 1)}
    by_name = {i["DBInstanceIdentifier"]: i for i in instances}
    keys = {key: by_name.pop(identifier) for key, identifier in natural.items() if identifier in by_name}
    rest = [i for i in instances if i["DBInstanceIdentifier"] in by_name]
    for key in natural:
        if key not in keys:
            keys[key] = rest.pop(0)
    return dict(sorted(keys.items(), key=lambda pair: int(pair[0])))


def instances_of(found: DiscoveredCluster) -> dict[str, Any]:
    """The section `instances` of the spec."""
    keys = keys_of(found)
    members = list(keys.values())
    shared = {
        "class": _common(i["DBInstanceClass"] for i in members),
        "ca_certificate": _other_than(DEFAULT_CA, _same(_ca(i) for i in members)),
        "copy_tags": _other_than(_cluster_copies(found), _same(_copies(i) for i in members)),
    }
    overrides = {key: _override(found, key, instance, shared) for key, instance in keys.items()}
    section: dict[str, Any] = {key: value for key, value in shared.items() if value is not None}
    section["readers"] = len(members) - 1
    section["overrides"] = {key: own for key, own in overrides.items() if own}
    return {**section, **_capacity(found, members)}


def _override(found: DiscoveredCluster, key: str, instance: Item, shared: dict[str, Any]) -> dict[str, Any]:
    own: dict[str, Any] = {
        "class": _other_than(shared["class"], instance["DBInstanceClass"]),
        "identifier": _other_than(f"{found.identifier}-{key}", instance["DBInstanceIdentifier"]),
        "zone": _other_than(_spread(found, key), instance.get("AvailabilityZone")),
        "promotion_tier": _other_than(min(int(key) - 1, _LOWEST_TIER), instance.get("PromotionTier")),
        "maintenance_window": _other_than(_window(found.cluster), _window(instance)),
        "auto_minor_upgrades": _other_than(upgrades_itself(found), bool(instance.get("AutoMinorVersionUpgrade"))),
        "monitoring_interval": _other_than(interval_of(found), instance.get("MonitoringInterval") or 0),
        "public_access": _other_than(is_public(found), bool(instance.get("PubliclyAccessible"))),
        "parameter_group": _other_than(instance_group(found), _group(instance)),
        "tags": own_tags(found, instance.get("TagList")),
    }
    if shared["ca_certificate"] is None:
        own["ca_certificate"] = _other_than(DEFAULT_CA, _ca(instance))
    if shared["copy_tags"] is None:
        own["copy_tags"] = _other_than(_cluster_copies(found), _copies(instance))
    return {name: value for name, value in own.items() if value is not None and value != {}}


def upgrades_itself(found: DiscoveredCluster) -> bool:
    """Whether AWS upgrades the minor version of all of them."""
    return all(i.get("AutoMinorVersionUpgrade") for i in found.managed)


def interval_of(found: DiscoveredCluster) -> int:
    """The interval of Enhanced Monitoring that most of the monitored instances have; 0 if none is."""
    return int(_common(i["MonitoringInterval"] for i in found.managed if i.get("MonitoringInterval")) or 0)


def instance_group(found: DiscoveredCluster) -> str | None:
    """The DB parameter group that most of them have."""
    group: str | None = _common(_group(i) for i in found.managed)
    return group


def parameter_groups(found: DiscoveredCluster) -> dict[str, str]:
    """`cluster`, `instance` -> the parameter group that the spec is about."""
    names = {"cluster": found.cluster.get("DBClusterParameterGroup"), "instance": instance_group(found)}
    return {kind: str(name) for kind, name in names.items() if name}


def own_parameter_groups(found: DiscoveredCluster) -> dict[str, str]:
    """Those that are taken over."""
    return {kind: name for kind, name in parameter_groups(found).items() if kind in found.own_parameters}


def is_public(found: DiscoveredCluster) -> bool:
    """Whether all instances have a public address."""
    return all(one.get("PubliclyAccessible") for one in found.managed)


def _capacity(found: DiscoveredCluster, members: Sequence[Item]) -> dict[str, Any]:
    scaling = found.cluster.get("ServerlessV2ScalingConfiguration") or {}
    if "MaxCapacity" not in scaling or all(i["DBInstanceClass"] != "db.serverless" for i in members):
        return {}
    low = float(scaling.get("MinCapacity") or 0)
    pause = scaling.get("SecondsUntilAutoPause") if low == 0 else None
    return {
        "acu": {"min": low, "max": float(scaling["MaxCapacity"])},
        **({"pause_after": int(pause)} if pause else {}),
    }


def _spread(found: DiscoveredCluster, key: str) -> str | None:
    """The zone that the templates would give to an instance with that key."""
    zones = sorted({s["SubnetAvailabilityZone"]["Name"] for s in found.subnet_group.get("Subnets", ())})
    return zones[(int(key) - 1) % len(zones)] if zones else None


def _window(item: Item) -> str | None:
    window = item.get("PreferredMaintenanceWindow")
    return window.lower() if window else None


def _group(instance: Item) -> str | None:
    groups = instance.get("DBParameterGroups") or [{}]
    name: str | None = groups[0].get("DBParameterGroupName")
    return name


def _ca(instance: Item) -> str | None:
    return instance.get("CACertificateIdentifier") or DEFAULT_CA


def _copies(instance: Item) -> bool:
    return bool(instance.get("CopyTagsToSnapshot"))


def _cluster_copies(found: DiscoveredCluster) -> bool:
    return bool(found.cluster.get("CopyTagsToSnapshot"))


def _common(values: Any) -> Any:
    counted = Counter(values).most_common(1)
    return counted[0][0] if counted else None


def _same(values: Any) -> Any:
    distinct = list(dict.fromkeys(values))
    return distinct[0] if len(distinct) == 1 else None


def _other_than(usual: Any, value: Any) -> Any:
    return None if value == usual else value
