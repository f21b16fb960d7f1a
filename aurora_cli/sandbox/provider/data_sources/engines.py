"""Engine versions and orderable instance classes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from aurora_cli.sandbox.provider.data_sources.query import Query
from aurora_cli.sandbox.provider.protocol.diagnostics import ProviderError

_VERSION_FLAGS = {
    "supports_certificate_rotation_without_restart": "SupportsCertificateRotationWithoutRestart",
    "supports_global_databases": "SupportsGlobalDatabases",
    "supports_integrations": "SupportsIntegrations",
    "supports_limitless_database": "SupportsLimitlessDatabase",
    "supports_local_write_forwarding": "SupportsLocalWriteForwarding",
    "supports_log_exports_to_cloudwatch": "SupportsLogExportsToCloudwatchLogs",
    "supports_parallel_query": "SupportsParallelQuery",
    "supports_read_replica": "SupportsReadReplica",
}


def version_key(version: str) -> tuple[int, ...]:
    """Sort key of versions: `16.10` after `16.8`, `8.0.mysql_aurora.3.10.0` after `...3.8.0`."""
    return tuple(int(number) for number in re.findall(r"\d+", version))


def _pages(query: Query, operation: str, items: str, params: dict[str, Any]) -> Iterator[dict[str, Any]]:
    while True:
        answer = query.call(operation, **params)
        yield from answer.get(items, ())
        if not answer.get("Marker"):
            return
        params = {**params, "Marker": answer["Marker"]}


def _engine_version(query: Query) -> dict[str, Any]:
    config = query.config
    params: dict[str, Any] = {"Engine": config["engine"], "ListSupportedCharacterSets": True}
    named = {"DBParameterGroupFamily": "parameter_group_family", "EngineVersion": "version"}
    params |= {member: config[name] for member, name in named.items() if config.get(name)}
    flags = {"DefaultOnly": "default_only", "IncludeAll": "include_all"}
    params |= {member: True for member, name in flags.items() if config.get(name)}
    # Without a version or a preference, the default version is requested.
    if not (set(params) & {"EngineVersion", "DBParameterGroupFamily"} or _has_wish(config)):
        params["DefaultOnly"] = True
    found = list(_pages(query, "rds:DescribeDBEngineVersions", "DBEngineVersions", params))
    return _version_attributes(query, _choose_version(config, found))


def _has_wish(config: Any) -> bool:
    wishes = ("latest", "preferred_versions", "preferred_upgrade_targets", "preferred_major_targets")
    return any(config.get(name) for name in (*wishes, "has_minor_target", "has_major_target"))


def _targets(version: dict[str, Any], major: bool | None = None) -> list[str]:
    every = version.get("ValidUpgradeTarget", ())
    return [one["EngineVersion"] for one in every if major is None or one.get("IsMajorVersionUpgrade", False) == major]


def _choose_version(config: Any, found: list[dict[str, Any]]) -> dict[str, Any]:
    fitting = [version for version in found if _fits(config, version)]
    for wanted in config.get("preferred_versions") or ():
        for version in fitting:
            if version["EngineVersion"] == wanted:
                return version
    if not fitting or config.get("preferred_versions"):
        raise ProviderError("no RDS engine versions match the criteria and preferred versions")
    if len(fitting) > 1 and not config.get("latest"):
        raise ProviderError("multiple RDS engine versions match the criteria; try a different search")
    return max(fitting, key=lambda version: version_key(version["EngineVersion"]))


def _fits(config: Any, version: dict[str, Any]) -> bool:
    upgrade = set(config.get("preferred_upgrade_targets") or ())
    major = set(config.get("preferred_major_targets") or ())
    return (
        (not upgrade or bool(upgrade & set(_targets(version))))
        and (not major or bool(major & set(_targets(version, major=True))))
        and (not config.get("has_minor_target") or bool(_targets(version, major=False)))
        and (not config.get("has_major_target") or bool(_targets(version, major=True)))
    )


def _version_attributes(query: Query, version: dict[str, Any]) -> dict[str, Any]:
    number = version["EngineVersion"]
    return {
        "id": number,
        "version": query.config.get("version") or number,
        "version_actual": number,
        "engine_description": version.get("DBEngineDescription"),
        "version_description": version.get("DBEngineVersionDescription"),
        "parameter_group_family": version.get("DBParameterGroupFamily"),
        "status": version.get("Status"),
        "exportable_log_types": version.get("ExportableLogTypes", []),
        "supported_feature_names": version.get("SupportedFeatureNames", []),
        "supported_modes": version.get("SupportedEngineModes", []),
        "valid_upgrade_targets": _targets(version),
        "valid_minor_targets": _targets(version, major=False),
        "valid_major_targets": _targets(version, major=True),
        **{name: bool(version.get(member)) for name, member in _VERSION_FLAGS.items()},
    }


def _orderable(query: Query) -> dict[str, Any]:
    config = query.config
    operation = "rds:DescribeOrderableDBInstanceOptions"
    params: dict[str, Any] = {"Engine": config["engine"]}
    named = {
        "EngineVersion": "engine_version",
        "DBInstanceClass": "instance_class",
        "LicenseModel": "license_model",
        "AvailabilityZoneGroup": "availability_zone_group",
        "Vpc": "vpc",
    }
    params |= {member: config[name] for member, name in named.items() if config.get(name) is not None}
    options = [
        option for option in _pages(query, operation, "OrderableDBInstanceOptions", params) if _wanted(query, option)
    ]
    option = _choose_option(config, options)
    found = query.attributes(operation, "OrderableDBInstanceOptions[0]", option, {"DBInstanceClass": "instance_class"})
    zones = [zone["Name"] for zone in option.get("AvailabilityZones", ())]
    return {**found, "id": option["DBInstanceClass"], "availability_zones": zones}


def _wanted(query: Query, option: dict[str, Any]) -> bool:
    """Whether the option has every property of the configuration."""
    found = query.attributes("rds:DescribeOrderableDBInstanceOptions", "OrderableDBInstanceOptions[0]", option)
    flags = [name for name in found if name.startswith("supports_") or name in ("storage_type", "read_replica_capable")]
    for name in flags:
        if query.config.get(name) is not None and found[name] != query.config[name]:
            return False
    modes = set(query.config.get("supported_engine_modes") or ())
    networks = set(query.config.get("supported_network_types") or ())
    return modes <= set(option.get("SupportedEngineModes", ())) and networks <= set(
        option.get("SupportedNetworkTypes", ())
    )


def _choose_option(config: Any, options: list[dict[str, Any]]) -> dict[str, Any]:
    ranked = _by_preference(options, "EngineVersion", config.get("preferred_engine_versions"))
    ranked = _by_preference(ranked, "DBInstanceClass", config.get("preferred_instance_classes"))
    if config.get("engine_latest_version"):
        ranked = sorted(ranked, key=lambda option: version_key(option["EngineVersion"]), reverse=True)
    if not ranked:
        raise ProviderError("no RDS DB Instance Classes match the criteria")
    distinct = {(option["DBInstanceClass"], option["EngineVersion"]) for option in ranked}
    chosen = any(config.get(name) for name in ("preferred_instance_classes", "preferred_engine_versions"))
    if len(distinct) > 1 and not chosen and not config.get("engine_latest_version"):
        raise ProviderError("multiple RDS DB Instance Classes match the criteria; try a different search")
    return ranked[0]


def _by_preference(options: list[dict[str, Any]], member: str, wanted: list[str] | None) -> list[dict[str, Any]]:
    if not wanted:
        return options
    return sorted(
        (option for option in options if option[member] in wanted), key=lambda option: wanted.index(option[member])
    )


READERS = {
    "aws_rds_engine_version": _engine_version,
    "aws_rds_orderable_db_instance": _orderable,
}
