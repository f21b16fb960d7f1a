"""What the packaged tables say about Aurora's engines, as the emulator needs it."""

from __future__ import annotations

import re
from typing import Any

from aurora_cli.sandbox.emulator.rds.errors import bad_combination
from aurora_cli.spec.facts import table

ENGINES = ("aurora-postgresql", "aurora-mysql")
OLD_CLASSES = ("db.t2.", "db.r3.", "db.r4.")
"""Families that no Aurora version of today takes (Aurora User Guide, "Supported DB engines for DB instance classes")."""


def is_aurora(engine: str | None) -> bool:
    """True for the engines that these extensions serve; moto serves the others."""
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
    """Versions that new clusters may have, oldest first; with `retired` also those of the past."""
    known = [*facts(engine)["creatable"], *(facts(engine)["retired"] if retired else [])]
    return sorted(set(known), key=order)


def families() -> set[str]:
    """Every parameter group family."""
    return {family(engine, version) for engine in ENGINES for version in versions(engine, retired=True)}


def resolve_version(engine: str, wanted: str | None) -> str:
    """The full version for what a caller asked: None and a major version give AWS's default.

    Raises:
        RDSClientError: no such version.
    """
    default = str(facts(engine)["default"])
    if not wanted:
        return default
    if wanted in versions(engine, retired=True):
        return wanted
    found = [version for version in versions(engine) if version.startswith(f"{wanted}.")]
    if not found:
        raise bad_combination(f"Cannot find version {wanted} for {engine}")
    return default if default in found else found[-1]


def upgrade_targets(engine: str, version: str) -> list[str]:
    """Versions that this one can be upgraded to. Aurora MySQL goes one major version at a time (Aurora User Guide)."""
    newer = [target for target in versions(engine) if order(target) > order(version)]
    if engine == "aurora-postgresql":
        return newer
    own = major(engine, version)
    majors = sorted({major(engine, target) for target in newer} - {own}, key=order)
    return [target for target in newer if major(engine, target) in (own, *majors[:1])]


def classes(engine: str, region: str) -> list[str]:
    """Instance classes that the Region offers for the engine."""
    groups = table("classes")[engine]
    found = {name for group in groups if region not in group["not_in"] for name in group["classes"]}
    return sorted(name for name in found if not name.startswith(OLD_CLASSES))


def serverless_limits(engine: str, version: str) -> dict[str, float] | None:
    """Smallest and largest ACU of a version; None when it has no Serverless v2."""
    floors = facts(engine)["serverless"]

    def reaches(feature: str) -> bool:
        floor = floors[feature].get(major(engine, version))
        newer = order(major(engine, version)) > max(order(known) for known in floors[feature])
        return newer or (floor is not None and order(version) >= order(floor))

    if not reaches("any"):
        return None
    return {"MinCapacity": 0.0 if reaches("min_zero") else 0.5, "MaxCapacity": 256.0 if reaches("max_256") else 128.0}
