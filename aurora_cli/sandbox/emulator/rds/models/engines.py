"""Facts about Aurora's engines, from the packaged tables."""

from __future__ import annotations

import re
from typing import Any

from aurora_cli.sandbox.emulator.rds.errors import bad_combination
from aurora_cli.spec.facts.tables import table

ENGINES = ("aurora-postgresql", "aurora-mysql")
PROXY_FAMILIES = {"POSTGRESQL": "aurora-postgresql", "MYSQL": "aurora-mysql"}
"""Engine family of an RDS proxy -> engine of its targets."""
FEATURES = {
    "aurora-postgresql": ("s3Import", "s3Export", "Lambda", "SageMaker", "Comprehend", "Bedrock"),
    "aurora-mysql": (),
}
"""Aurora PostgreSQL requires a feature name for each role, Aurora MySQL does not (DescribeDBEngineVersions)."""

OLD_CLASSES = ("db.t2.", "db.r3.", "db.r4.")
"""Class families that no current version supports (Aurora User Guide, "Supported DB engines for DB instance classes")."""


def is_aurora(engine: str | None) -> bool:
    """Whether these extensions serve the engine; moto serves the others."""
    return engine in ENGINES


def facts(engine: str) -> dict[str, Any]:
    """The engine's table."""
    found: dict[str, Any] = table("engines")[engine]
    return found


def major(engine: str, version: str) -> str:
    """`16` of `16.8`, `8.0` of `8.0.mysql_aurora.3.10.0`."""
    parts = version.split(".")
    return parts[0] if engine == "aurora-postgresql" else ".".join(parts[:2])


def family(engine: str, version: str) -> str:
    """Parameter group family, e.g. `aurora-postgresql16`."""
    return f"{engine}{major(engine, version)}"


def order(version: str) -> tuple[int, ...]:
    """Sort key: 16.10 is above 16.9."""
    return tuple(int(number) for number in re.findall(r"\d+", version))


def versions(engine: str, *, retired: bool = False) -> list[str]:
    """Versions of new clusters, oldest first; with `retired` also those that are no longer available."""
    known = [*facts(engine)["creatable"], *(facts(engine)["retired"] if retired else [])]
    return sorted(set(known), key=order)


def families() -> set[str]:
    """Every parameter group family."""
    return {family(engine, version) for engine in ENGINES for version in versions(engine, retired=True)}


def resolve_version(engine: str, wanted: str | None, *, new: bool = False) -> str:
    """The full version of a request: None and a major version mean the default of AWS.

    Args:
        new: of a cluster that is created empty, for which AWS offers no version that is retired.

    Raises:
        RDSClientError: the version does not exist, or no longer.
    """
    default = str(facts(engine)["default"])
    if not wanted:
        return default
    if wanted in versions(engine, retired=not new):
        return wanted
    found = [version for version in versions(engine) if version.startswith(f"{wanted}.")]
    if not found:
        raise bad_combination(f"Cannot find version {wanted} for {engine}")
    return default if default in found else found[-1]


def upgrade_targets(engine: str, version: str) -> list[str]:
    """Versions that this one can be upgraded to. Aurora MySQL upgrades one major version at a time (Aurora User Guide)."""
    newer = [target for target in versions(engine) if order(target) > order(version)]
    if engine == "aurora-postgresql":
        return newer
    own = major(engine, version)
    majors = sorted({major(engine, target) for target in newer} - {own}, key=order)
    return [target for target in newer if major(engine, target) in (own, *majors[:1])]


def check_upgrade(engine: str, current: str, version: str) -> None:
    """Reject a version that is neither the current one nor a valid upgrade target."""
    if version != current and version not in upgrade_targets(engine, current):
        raise bad_combination(f"Cannot upgrade {engine} from {current} to {version}")


def classes(engine: str, region: str) -> list[str]:
    """Instance classes that the Region offers for the engine."""
    groups = table("classes")[engine]
    found = {name for group in groups if region not in group["not_in"] for name in group["classes"]}
    return sorted(name for name in found if not name.startswith(OLD_CLASSES))


def serverless_limits(engine: str, version: str) -> dict[str, float] | None:
    """Minimum and maximum ACU of a version; None if it does not support Serverless v2."""
    reached = {name for name, floors in facts(engine)["serverless"].items() if reaches(engine, version, floors)}
    if "any" not in reached:
        return None
    return {
        "MinCapacity": 0.0 if "min_zero" in reached else 0.5,
        "MaxCapacity": 256.0 if "max_256" in reached else 128.0,
    }


def reaches(engine: str, version: str, floors: dict[str, str]) -> bool:
    """Whether a version is at or above the floor of its major version, or of a later major version."""
    own = major(engine, version)
    newer = order(own) > max(order(known) for known in floors)
    return newer or (own in floors and order(version) >= order(floors[own]))
