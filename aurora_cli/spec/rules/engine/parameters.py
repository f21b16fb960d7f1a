"""Engine parameters."""

from __future__ import annotations

import re
from collections.abc import Iterator

from aurora_cli.spec.facts.tables import table
from aurora_cli.spec.model.cluster import ClusterSpec
from aurora_cli.spec.model.fields import ParameterValue
from aurora_cli.spec.rules.registry import Finding, rule
from aurora_cli.spec.values.suggestions import shown

_NAME = re.compile(r"[a-z][a-z0-9_.-]{0,254}", re.ASCII)
_ON = frozenset({"1", "on", "true", "yes"})


def _all(spec: ClusterSpec) -> Iterator[tuple[str, str, ParameterValue]]:
    """(dotted path, name, value) of every parameter."""
    for group, values in (("cluster", spec.parameters.cluster), ("instance", spec.parameters.instance)):
        for name, value in values.items():
            yield f"parameters.{group}.{name}", name, value
    for key, override in spec.instances.overrides.items():
        for name, value in override.parameters.items():
            yield f"instances.overrides.{key}.parameters.{name}", name, value


@rule(
    "parameter-name",
    hard=True,
    text="A parameter's name is lower-case letters, digits and _ . - with a letter first.",
    source="RDS API Parameter.ParameterName; provider (lower case)",
    fields="parameters instances.overrides",
)
def parameter_name(spec: ClusterSpec) -> Iterator[Finding]:
    for path, name, _ in _all(spec):
        if not _NAME.fullmatch(name):
            lower = name.strip().lower()
            hint = f"write `{lower}`" if _NAME.fullmatch(lower) else None
            yield Finding(
                path, f'"{shown(name)}" is not a valid parameter name: lower-case letters, digits and _ . -', hint
            )


@rule(
    "parameter-value",
    hard=True,
    text="A parameter's value is not empty and holds no control characters.",
    source="RDS API ModifyDBClusterParameterGroup",
    fields="parameters instances.overrides",
)
def parameter_value(spec: ClusterSpec) -> Iterator[Finding]:
    for path, name, value in _all(spec):
        text = str(value)
        if not text.strip():
            yield Finding(path, f"`{shown(name)}` has no value", "remove it to use the family's default")
        elif not text.isprintable():
            yield Finding(path, f"the value of `{shown(name)}` holds control characters", "write it on one line")


@rule(
    "parameter-tls",
    hard=True,
    text="`rds.force_ssl` and `require_secure_transport` are set by `tls.required`, and do not contradict it.",
    source="this tool sets them from `tls.required`",
    fields="engine tls.required parameters instances.overrides",
)
def parameter_tls(spec: ClusterSpec) -> Iterator[Finding]:
    owned = table("engines")[spec.engine]["tls_parameter"]
    for path, name, value in _all(spec):
        if name.lower() != owned:
            continue
        wanted = str(value).strip().lower() in _ON
        if not path.startswith("parameters.cluster"):
            yield Finding(path, f"`{owned}` is a cluster parameter", "remove it and set `tls.required`")
        elif wanted != spec.tls.required:
            message = f"`{owned}` is {shown(str(value))}, but `tls.required` is {str(spec.tls.required).lower()}"
            yield Finding(path, message, f"remove it and set `tls.required: {str(wanted).lower()}`")


@rule(
    "parameter-both",
    hard=False,
    text="A parameter is set in one group: if in both, the instance's value wins.",
    source="Aurora User Guide, parameter groups",
    fields="parameters instances.overrides",
)
def parameter_both(spec: ClusterSpec) -> Iterator[Finding]:
    for name in spec.parameters.instance:
        if name in spec.parameters.cluster:
            message = f"`{shown(name)}` is in both groups; on an instance the instance's value wins"
            yield Finding(f"parameters.instance.{name}", message, "keep one")
