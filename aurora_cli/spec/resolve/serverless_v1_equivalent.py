"""From Serverless v1 to the Serverless v2 spec that does the same, and what has no equivalent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ruamel.yaml.comments import CommentedMap

from aurora_cli.spec.facts.versions import below_floor, creatable, default_version, is_exact, major_version, newest
from aurora_cli.spec.model.cluster import ClusterSpec
from aurora_cli.spec.model.serverless_v1 import END_OF_LIFE, ServerlessV1
from aurora_cli.spec.text.dump import mapping, render
from aurora_cli.spec.values.quantities import format_acu, format_days, format_seconds

REASON = f"AWS has created no new Aurora Serverless v1 clusters since 2025-01-08; its end of life was {END_OF_LIFE}"
MOST = 256
_DEFAULT_MIN, _DEFAULT_MAX, _DEFAULT_PAUSE = 2, 16, 300


@dataclass(frozen=True)
class Equivalent:
    """A Serverless v2 spec.

    Attributes:
        values: the spec, with the keys of the YAML.
        notes: sentences on what differs, and on what Serverless v2 has not.
    """

    values: dict[str, Any]
    notes: tuple[str, ...]

    def yaml(self) -> str:
        """The spec as a YAML file, the notes as comments above it."""
        head = "".join(f"# {note}\n" for note in self.notes)
        document: CommentedMap = mapping(self.values)
        return head + render(document)


def equivalent_of(spec: ClusterSpec) -> Equivalent:
    """The Serverless v2 equivalent of a spec with `serverless_v1`. Raises ValueError without one."""
    old = spec.serverless_v1
    if old is None:
        raise ValueError("the spec has no serverless_v1")
    version, notes = _version(spec)
    capacity, about_capacity = _capacity(spec, old, version)
    values = {
        "name": old.cluster_identifier or spec.name,
        "region": spec.region,
        "engine": spec.engine,
        "engine_version": version,
        "database": old.default_database_name or spec.database,
        "username": (old.credentials and old.credentials.username) or spec.username,
        "tags": dict(spec.tags),
        "instances": capacity,
        "network": _network(old),
        "data_api": _data_api(spec, old, version, notes),
        "encryption": {"kms_key": old.storage_encryption_key},
        "backup": _backup(old),
        "deletion_protection": _protected(old),
    }
    return Equivalent(_without_none(values), (*notes, *about_capacity, *_lost(old)))


def _version(spec: ClusterSpec) -> tuple[str, list[str]]:
    """The version, if Serverless v2 has it; else the newest of its line, or the packaged default."""
    given = spec.engine_version or default_version(spec.engine)
    offered = given in creatable(spec.engine) or not is_exact(spec.engine, given)
    if offered and not below_floor(spec.engine, "any", given):
        return given, []
    best = newest(spec.engine, major_version(spec.engine, given))
    version = best if best and not below_floor(spec.engine, "any", best) else default_version(spec.engine)
    kind = "a major upgrade" if version != best else "a minor upgrade"
    return version, [f"{spec.engine} {given} does not support Serverless v2: {version} does, which is {kind}."]


def _capacity(spec: ClusterSpec, old: ServerlessV1, version: str) -> tuple[dict[str, Any], list[str]]:
    scaling, notes = old.scaling, []
    low = _DEFAULT_MIN if scaling.min_capacity is None else scaling.min_capacity
    high = _DEFAULT_MAX if scaling.max_capacity is None else scaling.max_capacity
    most = 128 if below_floor(spec.engine, "max_256", version) else MOST
    if high > most:
        notes.append(f"{high} ACU are more than Serverless v2 supports with {version}: the maximum capacity is {most}.")
    pause = _DEFAULT_PAUSE if scaling.auto_pause is None else scaling.auto_pause
    smallest, about = _smallest(spec, version, low=min(low, most), pause=pause)
    chosen = {"class": "db.serverless", "acu": format_acu(smallest, min(high, most))}
    return {**chosen, **({"pause_after": format_seconds(pause)} if smallest == 0 else {})}, [*notes, *about]


def _smallest(spec: ClusterSpec, version: str, *, low: int, pause: int) -> tuple[float, list[str]]:
    """Serverless v2 pauses at a minimum of 0, where Serverless v1 paused beside its minimum."""
    if not pause:
        return low, []
    floor = below_floor(spec.engine, "min_zero", version)
    if floor:
        return 0.5, [
            f"{version} cannot pause (this requires {floor} or later): the minimum capacity is 0.5 ACU instead."
        ]
    return 0, [
        f"A pause needs a minimum of 0 ACU: after a pause the capacity starts below {low} ACU and grows from there."
    ]


def _network(old: ServerlessV1) -> dict[str, Any]:
    return {
        "vpc_id": None if old.subnet_group else old.vpc,
        "subnet_ids": None if old.subnet_group else list(old.vpc_subnets) or None,
        "subnet_group": old.subnet_group,
        "security_group_ids": list(old.security_groups) or None,
    }


def _data_api(spec: ClusterSpec, old: ServerlessV1, version: str, notes: list[str]) -> bool | None:
    floor = below_floor(spec.engine, "data_api", version) if old.enable_data_api else None
    if floor:
        notes.append(f"{version} does not support the Data API with Serverless v2, which requires {floor} or later.")
    return True if old.enable_data_api and not floor else None


def _backup(old: ServerlessV1) -> dict[str, Any]:
    return {
        "retention": format_days(old.backup_retention) if old.backup_retention else None,
        "copy_tags": None if old.copy_tags_to_snapshot else False,
        "final_snapshot": False if old.removal_policy == "destroy" else None,
    }


def _protected(old: ServerlessV1) -> bool:
    return old.removal_policy == "retain" if old.deletion_protection is None else old.deletion_protection


def _lost(old: ServerlessV1) -> list[str]:
    """What Serverless v2 has not, or has in another way."""
    notes = []
    if old.scaling.timeout is not None or old.scaling.timeout_action is not None:
        notes.append("`timeout` and `timeout_action` have no equivalent: Serverless v2 scales without a scaling point.")
    if old.parameter_group:
        notes.append(
            f"The parameter group {old.parameter_group} is not converted: write its settings as `parameters.cluster`."
        )
    if old.credentials and old.credentials.secret:
        notes.append("The secret of the master user is not converted: AWS creates and rotates one (`credentials`).")
    if old.vpc and not (old.vpc_subnets or old.subnet_group):
        notes.append("List subnets of the VPC as `network.subnet_ids`: the stack creates a subnet group of them.")
    return notes


def _without_none(values: dict[str, Any]) -> dict[str, Any]:
    kept = {k: _without_none(v) if isinstance(v, dict) else v for k, v in values.items()}
    return {key: value for key, value in kept.items() if value is not None and value != {}}
