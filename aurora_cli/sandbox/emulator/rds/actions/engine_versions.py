"""DescribeDBEngineVersions and DescribeOrderableDBInstanceOptions for Aurora, from the packaged tables."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from aurora_cli.sandbox.emulator.rds.backend import AuroraBackend
from aurora_cli.sandbox.emulator.rds.models import engines, networks
from aurora_cli.sandbox.emulator.rds.models.cluster import LICENSES
from aurora_cli.spec.facts.tables import ENGINES

DESCRIPTIONS = {"aurora-postgresql": "Aurora (PostgreSQL)", "aurora-mysql": "Aurora MySQL"}
CERTIFICATES = ["rds-ca-rsa2048-g1", "rds-ca-rsa4096-g1", "rds-ca-ecc384-g1"]
NO_INSIGHTS = {("aurora-mysql", f"db.{size}") for size in ("t3.small", "t3.medium", "t4g.medium")}
"""Classes that do not support Performance Insights (Aurora User Guide, support for Performance Insights)."""


def engine_versions(backend: AuroraBackend, params: Any) -> list[dict[str, Any]]:
    """DescribeDBEngineVersions: by engine, version (full or major) or family, or only the default."""
    wanted = params.get("Engine")
    names = [name for name in engines.ENGINES if wanted in (None, name)]
    found = [
        (engine, version)
        for engine in names
        for version in engines.versions(engine, retired=bool(params.get("IncludeAll")))
    ]
    version, family = params.get("EngineVersion"), params.get("DBParameterGroupFamily")
    if version:
        found = [item for item in found if item[1] == version or item[1].startswith(f"{version}.")]
    if family:
        found = [item for item in found if engines.family(*item) == family]
    if params.get("DefaultOnly"):
        found = _defaults(found)
    return [_version(engine, version) for engine, version in found]


def _defaults(found: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The default version of each requested engine, else the newest."""
    chosen = []
    for engine in dict(found):
        own = [version for name, version in found if name == engine]
        default = engines.facts(engine)["default"]
        chosen.append((engine, default if default in own else own[-1]))
    return chosen


def _version(engine: str, version: str) -> dict[str, Any]:
    current = version in engines.versions(engine)
    return {
        "Engine": engine,
        "EngineVersion": version,
        "MajorEngineVersion": engines.major(engine, version),
        "DBParameterGroupFamily": engines.family(engine, version),
        "DBEngineDescription": DESCRIPTIONS[engine],
        "DBEngineVersionDescription": f"{DESCRIPTIONS[engine]} {version}",
        "Status": "available" if current else "deprecated",
        "ValidUpgradeTarget": [_target(engine, version, target) for target in engines.upgrade_targets(engine, version)],
        "ExportableLogTypes": engines.facts(engine)["log_types"],
        "SupportsLogExportsToCloudwatchLogs": True,
        "SupportsReadReplica": False,
        "SupportedEngineModes": ["provisioned"],
        "SupportsParallelQuery": engine == "aurora-mysql",
        "SupportsGlobalDatabases": True,
        "SupportsLocalWriteForwarding": True,
        "SupportsBabelfish": engine == "aurora-postgresql",
        "SupportsIntegrations": True,
        "SupportsCertificateRotationWithoutRestart": True,
        "SupportedCACertificateIdentifiers": CERTIFICATES,
        "SupportedFeatureNames": sorted(engines.FEATURES[engine]),
        "ServerlessV2FeaturesSupport": engines.serverless_limits(engine, version),
    }


def _target(engine: str, version: str, target: str) -> dict[str, Any]:
    return {
        "Engine": engine,
        "EngineVersion": target,
        "Description": f"{DESCRIPTIONS[engine]} {target}",
        "AutoUpgrade": False,
        "IsMajorVersionUpgrade": engines.family(engine, target) != engines.family(engine, version),
        "SupportedEngineModes": ["provisioned"],
        "SupportsGlobalDatabases": True,
    }


def orderable_options(backend: AuroraBackend, params: Any) -> list[dict[str, Any]]:
    """DescribeOrderableDBInstanceOptions: classes that the Region offers, by engine, version and class."""
    engine, version, wanted = params["Engine"], params.get("EngineVersion"), params.get("DBInstanceClass")
    versions = [item for item in engines.versions(engine) if version in (None, item)]
    names = [name for name in engines.classes(engine, backend.region_name) if wanted in (None, name)]
    zones = [zone.name for zone in networks.ec2_of(backend).describe_availability_zones()]
    return [
        _option(engine, item, name, [{"Name": one} for one in zones if _is_in(one, name)], storage)
        for item in versions
        for name in names
        if name != "db.serverless" or engines.serverless_limits(engine, item)
        for storage in _storage_types(engine, item)
    ]


def _is_in(zone: str, name: str) -> bool:
    """us-east-1e has classes of older generations only."""
    return zone != "us-east-1e" or name.startswith(("db.r5.", "db.t3."))


def _storage_types(engine: str, version: str) -> list[str]:
    has_both = engines.reaches(engine, version, engines.facts(engine)["floors"]["io_optimized"])
    return ["aurora", "aurora-iopt1"] if has_both else ["aurora"]


def _option(engine: str, version: str, name: str, zones: list[dict[str, str]], storage: str) -> dict[str, Any]:
    return {
        "Engine": engine,
        "EngineVersion": version,
        "DBInstanceClass": name,
        "LicenseModel": LICENSES[engine],
        "AvailabilityZones": zones,
        "MultiAZCapable": False,
        "ReadReplicaCapable": False,
        "Vpc": True,
        "SupportsStorageEncryption": True,
        "StorageType": storage,
        "SupportsIops": False,
        "SupportsEnhancedMonitoring": True,
        "SupportsIAMDatabaseAuthentication": True,
        "SupportsPerformanceInsights": (engine, name) not in NO_INSIGHTS,
        "AvailableProcessorFeatures": [],
        "SupportedEngineModes": ["provisioned"],
        "SupportsStorageAutoscaling": False,
        "SupportsKerberosAuthentication": True,
        "OutpostCapable": False,
        "SupportedNetworkTypes": ["IPV4", "DUAL"],
        "SupportsGlobalDatabases": True,
        "SupportsClusters": False,
    }


def major_versions(backend: AuroraBackend, params: Any) -> list[dict[str, Any]]:
    """DescribeDBMajorEngineVersions: the ends of standard support and of Extended Support."""
    wanted = params.get("Engine"), params.get("MajorEngineVersion")
    return [
        {
            "Engine": engine,
            "MajorEngineVersion": major,
            "SupportedEngineLifecycles": _lifecycles(end, engines.facts(engine)["extended_support_ends"][major]),
        }
        for engine in ENGINES
        for major, end in engines.facts(engine)["standard_support_ends"].items()
        if wanted[0] in (None, engine) and wanted[1] in (None, major)
    ]


def _lifecycles(end: str, last: str) -> list[dict[str, Any]]:
    after = date.fromisoformat(end) + timedelta(days=1)
    periods = (("standard", "2020-01-01", end), ("extended", after.isoformat(), last))
    return [
        {
            "LifecycleSupportName": f"open-source-rds-{name}-support",
            "LifecycleSupportStartDate": datetime.fromisoformat(start),
            "LifecycleSupportEndDate": datetime.fromisoformat(until),
        }
        for name, start, until in periods
    ]
