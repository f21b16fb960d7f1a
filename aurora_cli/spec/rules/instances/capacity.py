"""Serverless v2 capacity."""

from __future__ import annotations

from collections.abc import Iterator

from aurora_cli.spec.facts.versions import below_floor
from aurora_cli.spec.model.cluster import ClusterSpec
from aurora_cli.spec.rules.instances.instances import SERVERLESS, classes_of
from aurora_cli.spec.rules.registry import Finding, rule
from aurora_cli.spec.values.quantities import format_acu, format_seconds

_GUIDE = "Aurora User Guide, Serverless v2"


@rule(
    "acu-step",
    hard=True,
    text="Capacity is a multiple of 0.5 ACU.",
    source="RDS API ServerlessV2ScalingConfiguration",
    fields="instances.acu",
)
def acu_step(spec: ClusterSpec) -> Iterator[Finding]:
    acu = spec.instances.acu
    for end, value in (("min", acu.min), ("max", acu.max)) if acu else ():
        if value * 2 != int(value * 2):
            near = round(value * 2) / 2
            yield Finding(
                f"instances.acu.{end}",
                f"capacity must be a multiple of 0.5 ACU, not {value:g}",
                f"for example {near:g}",
            )


@rule(
    "acu-range",
    hard=True,
    text="The maximum capacity is at least 1 ACU and at least the minimum.",
    source="RDS API ServerlessV2ScalingConfiguration; API error: maximum capacity must be at least 1.0",
    fields="instances.acu",
)
def acu_range(spec: ClusterSpec) -> Iterator[Finding]:
    acu = spec.instances.acu
    if acu is None:
        return
    if acu.max < acu.min:
        message = f"the maximum capacity, {acu.max:g} ACU, is below the minimum, {acu.min:g}"
        yield Finding("instances.acu", message, f"write `acu: {format_acu(acu.max, acu.min)}`")
    elif acu.max < 1:
        yield Finding(
            "instances.acu.max", "the maximum capacity must be at least 1 ACU", f"write `acu: {format_acu(acu.min, 1)}`"
        )


@rule(
    "acu-equal",
    hard=False,
    text="Minimum and maximum capacity differ; equal values disable scaling.",
    source=_GUIDE,
    fields="instances.acu",
)
def acu_equal(spec: ClusterSpec) -> Iterator[Finding]:
    acu = spec.instances.acu
    if acu is not None and acu.min == acu.max >= 1:
        yield Finding(
            "instances.acu",
            f"with {acu.min:g} ACU as minimum and maximum the capacity never changes",
            "widen the range",
        )


@rule(
    "acu-without-serverless",
    hard=True,
    text="A capacity range needs at least one instance of class db.serverless.",
    source=_GUIDE,
    fields="instances.acu instances.class instances.overrides",
)
def acu_without_serverless(spec: ClusterSpec) -> Iterator[Finding]:
    classes = [name for _, name in classes_of(spec)]
    if spec.instances.acu is not None and classes and SERVERLESS not in classes:
        message = f"`acu` is for class {SERVERLESS}, but the instances are {classes[0]}"
        yield Finding("instances.acu", message, f"set `instances.class` to {SERVERLESS}, or remove `acu`")


@rule(
    "acu-missing",
    hard=True,
    text="Class db.serverless needs a capacity range.",
    source="RDS API CreateDBCluster.ServerlessV2ScalingConfiguration",
    fields="instances.acu instances.class instances.overrides",
    skippable=False,
)
def acu_missing(spec: ClusterSpec) -> Iterator[Finding]:
    if spec.instances.acu is None:
        for path, name in classes_of(spec):
            if name == SERVERLESS:
                yield Finding(path, f"{SERVERLESS} needs a capacity range", "set `instances.acu`, for example `0.5-16`")
                return


@rule(
    "serverless-version",
    hard=True,
    text="Serverless v2 needs Aurora PostgreSQL 13.6, 14.3, 15.2 or 16.1, or Aurora MySQL 3.02.0, or newer.",
    source=_GUIDE,
    fields="engine engine_version instances.class instances.overrides",
)
def serverless_version(spec: ClusterSpec) -> Iterator[Finding]:
    floor = below_floor(spec.engine, "any", spec.engine_version)
    if floor and any(name == SERVERLESS for _, name in classes_of(spec)):
        message = f"{spec.engine} {spec.engine_version} does not support Serverless v2, which requires {floor} or later"
        yield Finding("engine_version", message, "use a newer version, or a provisioned class")


@rule(
    "acu-min-zero",
    hard=True,
    text="A minimum of 0 ACU needs Aurora PostgreSQL 13.15, 14.12, 15.7, 16.3 or 17, or Aurora MySQL 3.08.0, or newer.",
    source="RDS API ServerlessV2FeaturesSupport.MinCapacity; Aurora User Guide, auto-pause",
    fields="engine engine_version instances.acu",
)
def acu_min_zero(spec: ClusterSpec) -> Iterator[Finding]:
    acu = spec.instances.acu
    floor = below_floor(spec.engine, "min_zero", spec.engine_version)
    if acu is not None and acu.min == 0 and floor:
        message = f"{spec.engine} {spec.engine_version} cannot pause; a minimum of 0 ACU requires {floor} or later"
        yield Finding(
            "instances.acu.min", message, f"write `acu: {format_acu(0.5, max(acu.max, 1))}`, or use {floor} or later"
        )


@rule(
    "acu-max-version",
    hard=False,
    text="More than 128 ACU needs a recent version: Aurora PostgreSQL 13.13, 14.10, 15.5, 16.1, Aurora MySQL 3.06.0.",
    source="RDS API ServerlessV2FeaturesSupport.MaxCapacity; Aurora User Guide, Serverless v2",
    fields="engine engine_version instances.acu",
)
def acu_max_version(spec: ClusterSpec) -> Iterator[Finding]:
    acu = spec.instances.acu
    floor = below_floor(spec.engine, "max_256", spec.engine_version)
    if acu is not None and acu.max > 128 and floor:
        message = f"{spec.engine} {spec.engine_version} may be limited to 128 ACU; 256 ACU requires {floor} or later"
        yield Finding("instances.acu.max", message, f"write `acu: {format_acu(acu.min, 128)}`")


@rule(
    "pause-after",
    hard=True,
    text="The idle time before a pause is 300 s to 24 h, and only a minimum of 0 ACU can pause.",
    source="RDS API SecondsUntilAutoPause; API error: can only be specified when minimum capacity is 0",
    fields="instances.acu instances.pause_after",
)
def pause_after(spec: ClusterSpec) -> Iterator[Finding]:
    seconds, acu = spec.instances.pause_after, spec.instances.acu
    if seconds is None:
        return
    if not 300 <= seconds <= 86400:
        near = format_seconds(min(max(seconds, 300), 86400))
        yield Finding(
            "instances.pause_after",
            f"a cluster pauses after 5m to 1d of idle time, not {format_seconds(seconds)}",
            f"write `{near}`",
        )
    if acu is None:
        yield Finding(
            "instances.pause_after", "only serverless instances pause", "set `instances.acu: 0-16`, or remove it"
        )
    elif acu.min > 0:
        message = f"only a minimum of 0 ACU pauses, and the minimum is {acu.min:g}"
        yield Finding(
            "instances.pause_after", message, f"write `acu: {format_acu(0, acu.max)}`, or remove `pause_after`"
        )


_BLOCKERS = {
    "aurora-postgresql": ("rds.logical_replication", ("0", "off", "false")),
    "aurora-mysql": ("binlog_format", ("off",)),
}


@rule(
    "pause-blocked",
    hard=False,
    text="A cluster that may pause has no logical replication (postgres) and no binary log (mysql): they keep it awake.",
    source="Aurora User Guide, auto-pause",
    fields="engine instances.acu parameters.cluster",
)
def pause_blocked(spec: ClusterSpec) -> Iterator[Finding]:
    parameter, off = _BLOCKERS[spec.engine]
    value, acu = spec.parameters.cluster.get(parameter), spec.instances.acu
    if acu is not None and acu.min == 0 and value is not None and str(value).strip().lower() not in off:
        message = f"`{parameter}` keeps the cluster awake, so a minimum of 0 ACU never pauses"
        yield Finding(f"parameters.cluster.{parameter}", message, "remove it, or raise the minimum to 0.5 ACU")
