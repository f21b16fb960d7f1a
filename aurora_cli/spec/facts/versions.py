"""Engine versions: their parts, their order, and what is derived from them.

Aurora PostgreSQL versions are `16.8`, Aurora MySQL versions `8.0.mysql_aurora.3.10.0`. Either may be given as its major
alone (`16`, `8.0`): AWS then takes its default minor version.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aurora_cli.spec.facts.tables import table

if TYPE_CHECKING:
    from aurora_cli.spec.model.cluster import ClusterSpec

_PATTERNS = {
    "aurora-postgresql": re.compile(r"([1-9]\d?)(\.\d{1,3})?", re.ASCII),
    "aurora-mysql": re.compile(r"([58]\.\d)(\.mysql_aurora\.\d{1,2}(\.\d{1,2}){2,3})?", re.ASCII),
}


def well_formed(engine: str, version: str) -> bool:
    """Whether the text has the shape of a version (full or major) of that engine."""
    return _PATTERNS[engine].fullmatch(version) is not None


def is_exact(engine: str, version: str) -> bool:
    """Whether the version names a minor version, and not only a major one."""
    match = _PATTERNS[engine].fullmatch(version)
    return match is not None and match[2] is not None


def major_version(engine: str, version: str) -> str:
    """`16.8` gives `16`, `8.0.mysql_aurora.3.10.0` gives `8.0`."""
    parts = version.split(".")
    return parts[0] if engine == "aurora-postgresql" else ".".join(parts[:2])


def parameter_family(engine: str, version: str) -> str:
    """Family of the parameter groups: `aurora-postgresql16`, `aurora-mysql8.0`. Source: DescribeDBEngineVersions."""
    return f"{engine}{major_version(engine, version)}"


def rendered_version(spec: ClusterSpec) -> str:
    """The version that Terraform is given.

    One side owns the minor version: with automatic minor upgrades on it is AWS, so only the major version is written and
    a plan never asks for a downgrade; with them off it is the spec.
    """
    version = spec.engine_version or default_version(spec.engine)
    return major_version(spec.engine, version) if spec.maintenance.auto_minor_upgrades else version


def default_version(engine: str) -> str:
    """The version used when the spec names none."""
    return str(table("engines")[engine]["default"])


def forces_tls(engine: str, version: str) -> bool:
    """Whether the engine refuses connections without TLS where the parameter group says nothing.

    Aurora PostgreSQL does from 17 on (Aurora User Guide, security).
    """
    major = major_version(engine, version)
    return engine == "aurora-postgresql" and major.isdigit() and int(major) >= 17


def creatable(engine: str) -> list[str]:
    """Full versions that AWS offers for new clusters, oldest first, as of the table's date."""
    return list(table("engines")[engine]["creatable"])


def newest(engine: str, major: str | None = None) -> str | None:
    """The newest known version, of that major if one is given; None for a major without any."""
    found = [v for v in creatable(engine) if major is None or major_version(engine, v) == major]
    return max(found, key=sort_key) if found else None


def sort_key(version: str) -> tuple[int, ...]:
    """Orders versions of one engine by their numbers: `16.10` comes after `16.9`."""
    return tuple(int(number) for number in re.findall(r"\d+", version)[:8])


def goes_back(before: str, after: str) -> bool:
    """Whether a version is older than another; a major version alone is older only than a newer major one."""
    return not f"{before}.".startswith(f"{after}.") and sort_key(after) < sort_key(before)


def at_least(version: str, floor: str) -> bool:
    """Whether a full version is the floor or newer."""
    return sort_key(version) >= sort_key(floor)


def below_floor(engine: str, feature: str, version: str | None) -> str | None:
    """The oldest version that has a feature, if this version is older; else None.

    A major version alone counts as its newest minor; one that is newer than the table has everything.
    """
    if version is None or not well_formed(engine, version):
        return None
    facts = table("engines")[engine]
    floors: dict[str, str] = {**facts["floors"], **facts["serverless"]}[feature]
    major = major_version(engine, version)
    if major in floors:
        return floors[major] if is_exact(engine, version) and not at_least(version, floors[major]) else None
    oldest = min(floors, key=sort_key)
    return floors[oldest] if sort_key(major) < sort_key(oldest) else None
