"""Engine versions that AWS offers, and where each can be upgraded to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from aurora_cli.aws.errors import aws_errors

_STANDARD, _EXTENDED = "open-source-rds-standard-support", "open-source-rds-extended-support"


@dataclass(frozen=True)
class EngineVersion:
    """One version.

    Attributes:
        version: in full, e.g. `16.8`.
        family: family of its parameter groups.
        default: whether AWS takes it where none is named.
        minor, major: versions to which it can be upgraded in place, of the same major version and of newer ones.
        smallest_acu, largest_acu: serverless capacity; None where it has none, or AWS does not tell.
    """

    version: str
    family: str
    default: bool
    minor: tuple[str, ...] = ()
    major: tuple[str, ...] = ()
    smallest_acu: float | None = None
    largest_acu: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """JSON form, as in the published schema."""
        return {**asdict(self), "minor": list(self.minor), "major": list(self.major)}


@dataclass(frozen=True)
class Support:
    """The last days of standard support and of Extended Support for a major version; None where AWS names none."""

    standard: date | None = None
    extended: date | None = None


def read_support(rds: Any, engine: str) -> dict[str, Support]:
    """Major version -> when its support ends, as AWS says now (RDS API DescribeDBMajorEngineVersions).

    Raises:
        CredentialsError, AccessDenied, AwsFailed.
    """
    with aws_errors(f"reading the support of {engine}"):
        pages = rds.get_paginator("describe_db_major_engine_versions").paginate(Engine=engine)
        found = [one for page in pages for one in page["DBMajorEngineVersions"]]
    return {one["MajorEngineVersion"]: _support(one.get("SupportedEngineLifecycles") or ()) for one in found}


def _support(lifecycles: Iterable[dict[str, Any]]) -> Support:
    ends = {one["LifecycleSupportName"]: one["LifecycleSupportEndDate"].date() for one in lifecycles}
    return Support(ends.get(_STANDARD), ends.get(_EXTENDED))


def read_engine_versions(
    rds: Any, engine: str, version: str | None = None, *, retired: bool = False
) -> list[EngineVersion]:
    """The versions of an engine in the Region, oldest first as AWS lists them (RDS API DescribeDBEngineVersions).

    Args:
        rds: a botocore RDS client.
        engine: `aurora-postgresql` or `aurora-mysql`.
        version: only this one, or those of this major version.
        retired: also those that a cluster may run and AWS no longer offers for new ones.

    Raises:
        CredentialsError, AccessDenied, AwsFailed.
    """
    asked: dict[str, Any] = {"Engine": engine, **({"EngineVersion": version} if version else {})}
    if retired:
        asked["IncludeAll"] = True
    with aws_errors(f"listing the versions of {engine}"):
        pages = rds.get_paginator("describe_db_engine_versions").paginate(**asked)
        found = [one for page in pages for one in page["DBEngineVersions"]]
        default = rds.describe_db_engine_versions(Engine=engine, DefaultOnly=True)["DBEngineVersions"]
    defaults = {one["EngineVersion"] for one in default}
    return [_version(one, one["EngineVersion"] in defaults) for one in found]


def _version(one: dict[str, Any], default: bool) -> EngineVersion:
    targets, limits = one.get("ValidUpgradeTarget", ()), one.get("ServerlessV2FeaturesSupport") or {}
    return EngineVersion(
        version=one["EngineVersion"],
        family=one.get("DBParameterGroupFamily", ""),
        default=default,
        minor=tuple(t["EngineVersion"] for t in targets if not t.get("IsMajorVersionUpgrade")),
        major=tuple(t["EngineVersion"] for t in targets if t.get("IsMajorVersionUpgrade")),
        smallest_acu=limits.get("MinCapacity"),
        largest_acu=limits.get("MaxCapacity"),
    )
