"""Parameter groups: their names, and each parameter's value and moment of change."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from aurora_cli.errors import InvalidInput
from aurora_cli.hcl.literal import Expression, to_hcl
from aurora_cli.hcl.values.dynamic import CHANGES_AT_ONCE
from aurora_cli.hcl.values.instances import Instance
from aurora_cli.hcl.values.services import service_parameters
from aurora_cli.spec.derived.members import override_of
from aurora_cli.spec.facts.versions import default_version, parameter_family
from aurora_cli.spec.model.cluster import ClusterSpec
from aurora_cli.spec.model.fields import ParameterValue

# Booleans are 0 and 1 in Aurora's parameter groups, but for these of MySQL (AllowedValues of DescribeDBClusterParameters).
_ON_OFF = frozenset(
    {"require_secure_transport", "event_scheduler", "gtid-mode", "enforce_gtid_consistency", "autocommit"}
)


@dataclass(frozen=True)
class Parameter:
    """One parameter: its value as text (or a reference), and `immediate` or `pending-reboot`."""

    name: str
    value: str
    apply_method: str


@dataclass(frozen=True)
class ParameterGroups:
    """The parameters of both groups of a cluster, the family that both are of, and key -> those of one instance's own.

    `cluster_group` is the name of an existing cluster parameter group, or a reference to the one that is made. `prefix` stands
    before the names of groups that are made beside those in use, ahead of an upgrade.
    """

    family: str
    cluster: tuple[Parameter, ...]
    instance: tuple[Parameter, ...]
    own: dict[str, tuple[Parameter, ...]]
    cluster_group: str
    makes_cluster: bool
    makes_instance: bool
    prefix: Literal["", "next_"] = ""

    @property
    def label(self) -> str:
        """Name of the groups that are shared."""
        return f"{self.prefix}this"

    @property
    def local_family(self) -> Expression:
        """Reference to the family."""
        return Expression(f"local.{self.prefix}family")

    @property
    def local_group(self) -> Expression:
        """Reference to the name of the shared groups."""
        return Expression(f"local.{self.prefix}parameter_group")

    @property
    def makes_any(self) -> bool:
        """Whether the stack makes a parameter group."""
        return self.makes_cluster or self.makes_instance or bool(self.own)


def parameter_groups_of(spec: ClusterSpec, instances: Sequence[Instance]) -> ParameterGroups:
    """The groups of a resolved spec, parameters sorted by name, the TLS one included."""
    shared = spec.parameters.instance
    own = {one.key: override_of(spec, one.key) for one in instances}
    family = parameter_family(spec.engine, spec.engine_version or default_version(spec.engine))
    return ParameterGroups(
        family=family,
        cluster=_parameters(spec.engine, {**_with_tls(spec), **service_parameters(spec)}),
        instance=_parameters(spec.engine, shared),
        own={
            key: _parameters(spec.engine, {**shared, **override.parameters})
            for key, override in own.items()
            if override.parameters and not override.parameter_group
        },
        cluster_group=spec.parameters.cluster_group or Expression("aws_rds_cluster_parameter_group.this.name"),
        makes_cluster=spec.parameters.cluster_group is None,
        makes_instance=spec.parameters.instance_group is None,
    )


def next_groups_of(spec: ClusterSpec, instances: Sequence[Instance], version: str | None) -> ParameterGroups | None:
    """The groups of the family of `version`, to be made beside those in use; None without a version."""
    if version is None:
        return None
    groups = parameter_groups_of(spec.model_copy(update={"engine_version": version}), instances)
    return replace(groups, prefix="next_")


def tls_parameter(engine: str) -> str:
    """The parameter that refuses connections without TLS."""
    return "rds.force_ssl" if engine == "aurora-postgresql" else "require_secure_transport"


def _with_tls(spec: ClusterSpec) -> dict[str, ParameterValue]:
    """Always set: the default differs from one engine version to the next (Aurora PostgreSQL forces TLS from 17 on)."""
    forced: dict[str, ParameterValue] = {tls_parameter(spec.engine): spec.tls.required}
    given = dict(spec.parameters.cluster)
    return {**given, **forced} if spec.tls.required else {**forced, **given}


def _parameters(engine: str, values: Mapping[str, ParameterValue]) -> tuple[Parameter, ...]:
    dynamic = CHANGES_AT_ONCE[engine]
    return tuple(
        Parameter(name, _text(name, value), "immediate" if name in dynamic else "pending-reboot")
        for name, value in sorted(values.items())
    )


def _text(name: str, value: ParameterValue) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return ("OFF", "ON")[value] if name in _ON_OFF else str(int(value))
    if not math.isfinite(value):
        raise InvalidInput(f"Parameter {name}: {value} is not a valid number for AWS.")
    return to_hcl(value)
