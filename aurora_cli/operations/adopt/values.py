"""An existing cluster as the values of a spec, all of them; what equals a default is left out later."""

from __future__ import annotations

from typing import Any

from aurora_cli.aws.cluster.discovery import DiscoveredCluster
from aurora_cli.hcl.values.parameters import tls_parameter
from aurora_cli.operations.adopt.extras import autoscaling_of, endpoints_of, logs_of, rotation_of, stream_of
from aurora_cli.operations.adopt.members import (
    instances_of,
    interval_of,
    is_public,
    own_parameter_groups,
    parameter_groups,
    upgrades_itself,
)
from aurora_cli.operations.adopt.tags import cluster_tags
from aurora_cli.spec.facts.versions import forces_tls, major_version
from aurora_cli.spec.layers.arguments import values_in
from aurora_cli.spec.layers.flags import put
from aurora_cli.spec.layers.shape import split_path


def values_of(found: DiscoveredCluster, region: str) -> dict[str, Any]:
    """The nested values of a spec that describes the cluster as it is.

    Backups are kept when the cluster goes (`backup.keep_automated`): Terraform's own idea after an import is to delete them.
    """
    cluster = found.cluster
    values: dict[str, Any] = {
        "name": found.identifier,
        "region": region,
        "tags": cluster_tags(found),
        "engine_version": _version(found),
        "instances": instances_of(found),
        "autoscaling": autoscaling_of(found),
        "endpoints": endpoints_of(found),
        "network": _network(found),
        "credentials": _credentials(found),
        "encryption": {"kms_key": _key(found, "KmsKeyId")},
        "tls": {"required": _forces_tls(found)},
        "backup": {"keep_automated": True},
        "maintenance": {"auto_minor_upgrades": upgrades_itself(found)},
        "extended_support": False if str(cluster.get("EngineLifecycleSupport")).endswith("disabled") else None,
        "parameters": _parameters(found),
        "logs": logs_of(found),
        "monitoring": _monitoring(found),
        "activity_stream": stream_of(found),
    }
    for path, value in values_in(cluster):
        if path not in _taken_over(found):
            put(values, split_path(path), value)
    return _without_nothing(values)


def _taken_over(found: DiscoveredCluster) -> set[str]:
    """Fields that would name what is the stack's own now."""
    subnets = {"network.subnet_group"} if found.own_subnets else set()
    return subnets | {f"parameters.{kind}_group" for kind in found.own_parameters}


def _version(found: DiscoveredCluster) -> str:
    """With automatic minor upgrades the minor version is AWS's affair."""
    engine, version = found.cluster["Engine"], found.cluster["EngineVersion"]
    return major_version(engine, version) if upgrades_itself(found) else str(version)


def _network(found: DiscoveredCluster) -> dict[str, Any]:
    own = found.own_group or {}
    groups = [g["VpcSecurityGroupId"] for g in found.cluster.get("VpcSecurityGroups", ())]
    return {
        "vpc_id": found.subnet_group.get("VpcId"),
        "subnet_ids": sorted(s["SubnetIdentifier"] for s in found.subnet_group["Subnets"]) if found.own_subnets else [],
        "security_group_ids": [group for group in groups if group != own.get("GroupId")],
        "own_security_group": bool(own),
        "allow": [_rule(one) for one in own.get("Allow", ())],
        "egress": [_rule(one) for one in own.get("Egress", ())],
        "public_access": is_public(found),
        "ip_version": "dual" if found.cluster.get("NetworkType") == "DUAL" else "ipv4",
    }


def _rule(found: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in found.items() if key != "id" and value is not None}


def _credentials(found: DiscoveredCluster) -> dict[str, Any]:
    secret = found.cluster.get("MasterUserSecret") or {}
    if not secret:
        return {"password": "kept", "domain": _domain(found)}
    key = secret.get("KmsKeyId")
    return {
        "secret_kms_key": key if key and key not in found.aws_keys else None,
        "rotation": rotation_of(found),
        "domain": _domain(found),
    }


def _domain(found: DiscoveredCluster) -> dict[str, Any] | None:
    """The directory of Kerberos, with the role that is there."""
    for one in found.cluster.get("DomainMemberships") or ():
        return {"id": one.get("Domain"), "role": one.get("IAMRoleName")}
    return None


def _forces_tls(found: DiscoveredCluster) -> bool:
    if found.forces_tls is not None:
        return found.forces_tls
    return forces_tls(found.cluster["Engine"], found.cluster["EngineVersion"])


def _parameters(found: DiscoveredCluster) -> dict[str, Any]:
    """The parameters of the groups that are taken over, else the names of the groups."""
    named = {
        f"{kind}_group": name for kind, name in parameter_groups(found).items() if kind not in found.own_parameters
    }
    return {**named, **{kind: _set_in(found, kind, name) for kind, name in own_parameter_groups(found).items()}}


def _set_in(found: DiscoveredCluster, kind: str, group: str) -> dict[str, str]:
    """What a group sets, but for TLS, which the spec has elsewhere."""
    values = found.parameters.get((kind, group), {})
    return {name: value for name, value in values.items() if name != tls_parameter(found.cluster["Engine"])}


def _monitoring(found: DiscoveredCluster) -> dict[str, Any]:
    cluster, interval = found.cluster, interval_of(found)
    section: dict[str, Any] = {}
    if interval:
        roles = [i["MonitoringRoleArn"] for i in found.managed if i.get("MonitoringRoleArn")]
        section["enhanced"] = {"interval": interval, "role": roles[0] if roles else None}
    if cluster.get("PerformanceInsightsEnabled"):
        section["insights"] = {
            "mode": cluster.get("DatabaseInsightsMode") or "standard",
            "retention": cluster.get("PerformanceInsightsRetentionPeriod"),
            "kms_key": _key(found, "PerformanceInsightsKMSKeyId"),
        }
    return section


def _key(found: DiscoveredCluster, name: str) -> str | None:
    key: str | None = found.cluster.get(name)
    return None if key in found.aws_keys else key


def _without_nothing(values: dict[str, Any]) -> dict[str, Any]:
    """Without None, empty mappings and empty lists; no log exports is a choice, and stays."""
    kept: dict[str, Any] = {}
    for name, value in values.items():
        inner = _without_nothing(value) if isinstance(value, dict) else value
        if inner is None or inner == {} or (inner == [] and name != "exports"):
            continue
        kept[name] = inner
    return kept
