"""When the master password changes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from aurora_cli.spec.model.cluster import ClusterSpec
from aurora_cli.spec.rules.registry import Finding, rule
from aurora_cli.spec.values.quantities import format_seconds
from aurora_cli.spec.values.suggestions import shown

_SCHEDULE = re.compile(r"cron\(([^\s()]+ ){5}[^\s()]+\)|rate\([1-9]\d{0,3} (hours?|days?)\)", re.ASCII)
_HOUR = 3600


@rule(
    "rotation",
    hard=True,
    text="The rotation is `off`, or has `every` or `schedule`, not both.",
    source="Secrets Manager API RotationRules",
    fields="credentials.rotation",
)
def rotation(spec: ClusterSpec) -> Iterator[Finding]:
    given = spec.credentials.rotation
    if given is None:
        return
    if not given.enabled:
        for name in ("every", "schedule", "duration"):
            if getattr(given, name) is not None:
                yield Finding(f"credentials.rotation.{name}", "the rotation is off", "remove it, or remove `enabled`")
    elif given.every is not None and given.schedule is not None:
        yield Finding("credentials.rotation.schedule", "`every` already sets the rotation period", "keep one of them")
    elif given.every is None and given.schedule is None:
        yield Finding("credentials.rotation", "the rotation has no period and no schedule", "set `every: 30d`")


@rule(
    "rotation-schedule",
    hard=True,
    text="A rotation schedule is `cron(...)` with six fields, or `rate(N days)`.",
    source="Secrets Manager User Guide, schedule expressions",
    fields="credentials.rotation",
)
def rotation_schedule(spec: ClusterSpec) -> Iterator[Finding]:
    schedule = spec.credentials.rotation.schedule if spec.credentials.rotation else None
    if schedule is not None and not _SCHEDULE.fullmatch(schedule):
        message = f'"{shown(schedule)}" is not a valid rotation schedule'
        yield Finding("credentials.rotation.schedule", message, "for example `cron(0 4 1 * ? *)` or `rate(10 days)`")


@rule(
    "rotation-duration",
    hard=True,
    text="The rotation window is 1 to 24 whole hours.",
    source="Secrets Manager API RotationRules.Duration",
    fields="credentials.rotation",
)
def rotation_duration(spec: ClusterSpec) -> Iterator[Finding]:
    seconds = spec.credentials.rotation.duration if spec.credentials.rotation else None
    if seconds is not None and (seconds % _HOUR or not _HOUR <= seconds <= 24 * _HOUR):
        near = min(max(round(seconds / _HOUR), 1), 24)
        message = f"{format_seconds(seconds)} is not 1 to 24 whole hours"
        yield Finding("credentials.rotation.duration", message, f"write `{near}h`")
