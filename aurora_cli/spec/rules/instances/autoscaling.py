"""Autoscaling of readers."""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Iterator

from aurora_cli.spec.derived.members import SERVERLESS, members_of
from aurora_cli.spec.model.cluster import ClusterSpec
from aurora_cli.spec.rules.registry import Finding, rule
from aurora_cli.spec.values.suggestions import shown

_AT = re.compile(
    r"(?P<at>at\(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\))"
    r"|rate\((1 (minute|hour|day)|(?!1 )[1-9]\d{0,3} (minutes|hours|days))\)"
    r"|cron\(([^\s()]+ ){5}[^\s()]+\)",
    re.ASCII,
)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}", re.ASCII)
_GUIDE = "Aurora User Guide, Auto Scaling with Aurora Replicas"


@rule(
    "autoscaling-target",
    hard=True,
    text="Autoscaling needs a target, average CPU or connections of the readers, or a schedule.",
    source="Application Auto Scaling API PutScalingPolicy",
    fields="autoscaling",
)
def autoscaling_target(spec: ClusterSpec) -> Iterator[Finding]:
    given = spec.autoscaling
    if given and given.cpu is None and given.connections is None and not given.schedules:
        yield Finding("autoscaling", "autoscaling has no target and no schedule", "set `cpu: 60`, or `connections`")


@rule(
    "autoscaling-range",
    hard=True,
    text="The maximum number of readers is at least the minimum, in a schedule too.",
    source="Application Auto Scaling API RegisterScalableTarget",
    fields="autoscaling",
)
def autoscaling_range(spec: ClusterSpec) -> Iterator[Finding]:
    given = spec.autoscaling
    if given is None:
        return
    ranges: list[tuple[str, int | None, int | None]] = [("autoscaling", given.min, given.max)]
    ranges += [(f"autoscaling.schedules.{name}", one.min, one.max) for name, one in given.schedules.items()]
    for path, low, high in ranges:
        if low is not None and high is not None and low > high:
            yield Finding(
                f"{path}.max", f"the maximum of {high} readers is below the minimum of {low}", f"write `{low}`"
            )


@rule(
    "autoscaling-reader",
    hard=True,
    text="Autoscaling of readers needs a reader in the spec: its metrics are averages over readers.",
    source=_GUIDE,
    fields="autoscaling instances.readers",
)
def autoscaling_reader(spec: ClusterSpec) -> Iterator[Finding]:
    if spec.autoscaling is not None and spec.instances.readers == 0:
        message = "autoscaling needs at least one reader in the spec"
        yield Finding("autoscaling", message, "set `instances.readers: 1`")


@rule(
    "autoscaling-room",
    hard=False,
    text="The maximum number of readers is greater than `instances.readers`.",
    source=_GUIDE,
    fields="autoscaling instances.readers",
)
def autoscaling_room(spec: ClusterSpec) -> Iterator[Finding]:
    given, readers = spec.autoscaling, spec.instances.readers
    if given is not None and given.max <= readers and not given.schedules:
        message = f"the spec already has {readers} readers, so a maximum of {given.max} adds none"
        yield Finding("autoscaling.max", message, f"write `{min(readers + 1, 15)}` or more")


@rule(
    "autoscaling-serverless",
    hard=False,
    text="Autoscaling of readers is for provisioned classes; serverless readers scale themselves.",
    source="Aurora User Guide, Serverless v2 requirements (2023)",
    fields="autoscaling instances.class instances.acu instances.overrides instances.readers",
)
def autoscaling_serverless(spec: ClusterSpec) -> Iterator[Finding]:
    if spec.autoscaling is not None and any(one.class_name == SERVERLESS for one in members_of(spec)):
        message = "AWS may not add readers to a cluster with serverless instances, which scale themselves"
        yield Finding("autoscaling", message, "leave it out, or use a provisioned class")


@rule(
    "schedule-name",
    hard=True,
    text="A schedule's name has up to 100 letters, digits and _ . -",
    source="Application Auto Scaling API PutScheduledAction.ScheduledActionName",
    fields="autoscaling",
)
def schedule_name(spec: ClusterSpec) -> Iterator[Finding]:
    for name in spec.autoscaling.schedules if spec.autoscaling else ():
        if not _NAME.fullmatch(name):
            hint = "letters, digits and _ . -"
            yield Finding(f"autoscaling.schedules.{name}", f'"{shown(name)}" is not a valid schedule name', hint)


@rule(
    "schedule-time",
    hard=True,
    text="A schedule expression is `cron(...)` with six fields, `rate(N hours)` or `at(yyyy-mm-ddThh:mm:ss)`.",
    source="Application Auto Scaling API PutScheduledAction.Schedule",
    fields="autoscaling",
)
def schedule_time(spec: ClusterSpec) -> Iterator[Finding]:
    for name, one in spec.autoscaling.schedules.items() if spec.autoscaling else ():
        if not _AT.fullmatch(one.at):
            message = f'"{shown(one.at)}" is not a valid schedule expression'
            yield Finding(f"autoscaling.schedules.{name}.at", message, "for example `cron(0 7 ? * MON-FRI *)`")


@rule(
    "schedule-timezone",
    hard=True,
    text="A schedule's time zone is one of the IANA database, for `cron` and `at`.",
    source="Application Auto Scaling API PutScheduledAction.Timezone",
    fields="autoscaling",
)
def schedule_timezone(spec: ClusterSpec) -> Iterator[Finding]:
    for name, one in spec.autoscaling.schedules.items() if spec.autoscaling else ():
        path = f"autoscaling.schedules.{name}.timezone"
        if one.timezone is None:
            continue
        if not re.fullmatch(r"[A-Za-z]+([/_+-][A-Za-z0-9]+)*", one.timezone, re.ASCII) or not _known(one.timezone):
            yield Finding(path, f'"{shown(one.timezone)}" is not a valid time zone', "for example `Europe/Berlin`")
        elif one.at.startswith("rate("):
            yield Finding(path, "a rate does not support a time zone", "remove it")


def _known(zone: str) -> bool:
    """Whether the machine's time zone database has it; a machine without one knows nothing, and refuses nothing."""
    known = zoneinfo.available_timezones()
    return not known or zone in known


@rule(
    "schedule-limits",
    hard=True,
    text="A schedule changes the minimum or the maximum number of readers, or both.",
    source="Application Auto Scaling API ScalableTargetAction",
    fields="autoscaling",
)
def schedule_limits(spec: ClusterSpec) -> Iterator[Finding]:
    for name, one in spec.autoscaling.schedules.items() if spec.autoscaling else ():
        if one.min is None and one.max is None:
            yield Finding(f"autoscaling.schedules.{name}", "the schedule changes nothing", "set `min`, `max` or both")
