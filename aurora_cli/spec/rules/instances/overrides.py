"""What one instance has of its own: name, certificate, window, parameters, scaling."""

from __future__ import annotations

import re
from collections.abc import Iterator

from aurora_cli.spec.derived.members import FOLLOWING_TIER, SERVERLESS, class_of
from aurora_cli.spec.facts.tables import table
from aurora_cli.spec.model.cluster import ClusterSpec
from aurora_cli.spec.rules.registry import Finding, rule
from aurora_cli.spec.values.suggestions import did_you_mean, shown
from aurora_cli.spec.values.windows import daily, overlap, weekly

_IDENTIFIER = re.compile(r"(?=.{1,63}$)[a-z](?:[a-z0-9]|-(?!-|$))*", re.ASCII)
_GROUP = re.compile(r"(?=.{1,255}$)[a-z](?:[a-z0-9.]|-(?!-|$))*", re.ASCII)


def _path(key: str, name: str) -> str:
    return f"instances.overrides.{key}.{name}"


@rule(
    "override-identifier",
    hard=True,
    text="An instance's own identifier is 1 to 63 lower-case letters, digits and single hyphens, with a letter first.",
    source="RDS API CreateDBInstance.DBInstanceIdentifier",
    fields="instances.overrides",
)
def override_identifier(spec: ClusterSpec) -> Iterator[Finding]:
    for key, override in spec.instances.overrides.items():
        name = override.identifier
        if name is not None and not _IDENTIFIER.fullmatch(name):
            hint = f"for example `{spec.name}-reports`"
            yield Finding(_path(key, "identifier"), f'"{shown(name)}" is not a valid instance identifier', hint)


@rule(
    "override-identifier-twice",
    hard=True,
    text="No two instances have the same identifier, `<name>-<key>` of another key included.",
    source="RDS API DBInstanceAlreadyExists",
    fields="name instances.overrides instances.readers",
)
def override_identifier_twice(spec: ClusterSpec) -> Iterator[Finding]:
    keys = dict.fromkeys([*map(str, range(1, 17)), *spec.instances.overrides])
    own = {key: override.identifier for key, override in spec.instances.overrides.items() if override.identifier}
    names = {key: own.get(key) or f"{spec.name}-{key}" for key in keys}
    for key, name in own.items():
        same = [other for other in keys if other != key and names[other] == name]
        if same:
            message = f"{shown(name)} is also the name of instance {same[0]}"
            yield Finding(_path(key, "identifier"), message, f"for example `{spec.name}-reports`")


@rule(
    "ca-certificate",
    hard=False,
    text="The certificate authority is one that RDS has: rds-ca-rsa2048-g1, rds-ca-rsa4096-g1 or rds-ca-ecc384-g1.",
    source="Aurora User Guide, certificate authorities; rds-ca-2019 ended in 2024",
    fields="instances.ca_certificate instances.overrides",
)
def ca_certificate(spec: ClusterSpec) -> Iterator[Finding]:
    named = [("instances.ca_certificate", spec.instances.ca_certificate)]
    named += [(_path(key, "ca_certificate"), o.ca_certificate) for key, o in spec.instances.overrides.items()]
    known = table("limits")["certificate_authorities"]
    for path, name in named:
        if name is not None and name not in known:
            hint = did_you_mean(name, known, f"for example `{known[0]}`")
            yield Finding(
                path, f'"{shown(name)}" is not a certificate authority of RDS, as of {table("limits")["read"]}', hint
            )


@rule(
    "override-window",
    hard=True,
    text="An instance's maintenance window is `ddd:hh:mm-ddd:hh:mm`, at least 30 minutes, outside the backup window.",
    source="RDS API CreateDBInstance.PreferredMaintenanceWindow",
    fields="instances.overrides backup.window",
)
def override_window(spec: ClusterSpec) -> Iterator[Finding]:
    backup = daily(spec.backup.window or "")
    for key, override in spec.instances.overrides.items():
        if override.maintenance_window is None:
            continue
        window, path = weekly(override.maintenance_window), _path(key, "maintenance_window")
        if window is None or window.length < 30:
            message = (
                f'"{shown(override.maintenance_window)}" is not a valid weekly window of 30 minutes or more, in UTC'
            )
            yield Finding(path, message, "for example `sun:05:00-sun:06:00`")
        elif backup is not None and overlap(backup, window):
            message = f"it overlaps the backup window {spec.backup.window}"
            yield Finding(path, message, "choose another time")


@rule(
    "override-parameter-group",
    hard=True,
    text="An instance has an existing parameter group, or `parameters` of its own, not both.",
    source="RDS API CreateDBInstance.DBParameterGroupName",
    fields="instances.overrides",
)
def override_parameter_group(spec: ClusterSpec) -> Iterator[Finding]:
    for key, override in spec.instances.overrides.items():
        name, path = override.parameter_group, _path(key, "parameter_group")
        if name is not None and not _GROUP.fullmatch(name):
            hint = "lower-case letters, digits and single hyphens"
            yield Finding(path, f'"{shown(name)}" is not a valid parameter group name', hint)
        elif name is not None and override.parameters:
            message = "the instance has an existing group and `parameters` of its own"
            yield Finding(path, message, "keep one")


@rule(
    "override-scaling",
    hard=True,
    text="`scale_with_writer` is for serverless instances, and agrees with their promotion tier (0 and 1 follow the writer).",
    source="Aurora User Guide, Serverless v2: tiers 0 and 1 follow the writer",
    fields="instances.class instances.acu instances.overrides",
)
def override_scaling(spec: ClusterSpec) -> Iterator[Finding]:
    for key, override in spec.instances.overrides.items():
        follows, tier, path = override.scale_with_writer, override.promotion_tier, _path(key, "scale_with_writer")
        if follows is None:
            continue
        if class_of(spec, key) != SERVERLESS:
            yield Finding(path, f"instance {key} is not serverless, so it does not scale", f"set `class: {SERVERLESS}`")
        elif tier is not None and follows != (tier <= FOLLOWING_TIER):
            kind = "follows the writer" if tier <= FOLLOWING_TIER else "scales independently"
            yield Finding(path, f"an instance in promotion tier {tier} {kind}", "remove `promotion_tier`")
