"""What AWS offers for one engine version in one Region: classes with their zones, storage and features, and serverless limits."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from aurora_cli.aws.errors import aws_errors


@dataclass(frozen=True)
class Offer:
    """One class.

    Attributes:
        storage: storage types, e.g. `aurora`, `aurora-iopt1`.
        zones: names of the Availability Zones.
        networks: `IPV4`, `DUAL`.
        insights, iam, kerberos: whether the feature goes with it.
    """

    class_: str
    storage: frozenset[str] = frozenset()
    zones: frozenset[str] = frozenset()
    networks: frozenset[str] = frozenset()
    insights: bool = True
    iam: bool = True
    kerberos: bool = True


@dataclass(frozen=True)
class Offers:
    """All classes of one engine version in one Region.

    Attributes:
        versions: what DescribeDBEngineVersions knows under the version that was asked for; empty: AWS does not offer it.
        classes: class -> offer.
        acu: {"MinCapacity", "MaxCapacity"} of Serverless v2; None where the version has none.
        features: names that a role can be associated under (SupportedFeatureNames); None where AWS lists none.
    """

    version: str
    versions: tuple[str, ...]
    classes: dict[str, Offer] = field(default_factory=dict)
    acu: dict[str, float] | None = None
    features: frozenset[str] | None = None


def read_offers(rds: Any, engine: str, version: str) -> Offers:
    """Read what can be ordered.

    Args:
        rds: a botocore RDS client.
        engine, version: as in DescribeDBEngineVersions; a major version counts as its newest minor one.

    Raises:
        CredentialsError, AccessDenied, AwsFailed.
    """
    with aws_errors(f"listing the orderable versions of {engine}"):
        pages = rds.get_paginator("describe_db_engine_versions").paginate(Engine=engine, EngineVersion=version)
        found = [one for page in pages for one in page["DBEngineVersions"]]
    offered = [one for one in found if one.get("Status", "available") == "available"]
    if not offered:
        return Offers(version, ())
    exact = offered[-1]
    with aws_errors(f"asking which classes of {engine} {exact['EngineVersion']} can be ordered"):
        pages = rds.get_paginator("describe_orderable_db_instance_options").paginate(
            Engine=engine, EngineVersion=exact["EngineVersion"]
        )
        options = [one for page in pages for one in page["OrderableDBInstanceOptions"]]
    names = tuple(one["EngineVersion"] for one in offered)
    features = frozenset(exact.get("SupportedFeatureNames") or ()) or None
    return Offers(exact["EngineVersion"], names, _classes(options), exact.get("ServerlessV2FeaturesSupport"), features)


def _classes(options: list[dict[str, Any]]) -> dict[str, Offer]:
    """One offer a class: AWS gives a row for each class and storage type."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for option in options:
        rows.setdefault(option["DBInstanceClass"], []).append(option)
    return {name: _offer(name, found) for name, found in rows.items()}


def _offer(name: str, rows: list[dict[str, Any]]) -> Offer:
    return Offer(
        name,
        storage=frozenset(row["StorageType"] for row in rows if row.get("StorageType")),
        zones=frozenset(zone["Name"] for row in rows for zone in row.get("AvailabilityZones", ())),
        networks=frozenset(kind for row in rows for kind in row.get("SupportedNetworkTypes", ())),
        insights=any(row.get("SupportsPerformanceInsights", True) for row in rows),
        iam=any(row.get("SupportsIAMDatabaseAuthentication", True) for row in rows),
        kerberos=any(row.get("SupportsKerberosAuthentication", True) for row in rows),
    )
